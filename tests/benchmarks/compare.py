"""Compare heapnb with other tools that open heap snapshots, side by side in one run.

    python -m tests.benchmarks.compare [--sizes 10,100,1350] [--tools …] [--markdown]

Every figure is of a whole process: wall time and peak memory, the file already in memory.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from tests.benchmarks import snapshots
from tests.benchmarks.measure import (
    PATIENCE,
    Measurement,
    best_of,
    read_through,
    run,
    wait_until_quiet,
)

HERE = Path(__file__).parent
TOOLS_DIRECTORY = HERE / "tools"
CACHE_VARIABLE = "HEAPNB_CACHE_DIR"
_NODE_HEAP_MB = 16_384
_COMMAND_NAME = "python -m tests.benchmarks.compare"

# What the other tools say on stderr when they fail, and what a person understands.
_REASONS = (
    (r"JavaScript heap out of memory", f"out of memory with a heap of {_NODE_HEAP_MB // 1024} GB"),
    (r"Array buffer allocation failed|Invalid typed array length", "out of array memory"),
    (r"string longer than|Invalid string length", "a text longer than V8's strings can be"),
    (r"RuntimeError: unreachable", "trapped in WebAssembly, whose memory ends at 4 GB"),
    (r"MemoryError", "out of memory"),
)

Environment = Mapping[str, str]


@dataclass(frozen=True)
class Tool:
    """Something that opens snapshots.

    Parameters
    ----------
    key : str
        Its name on the command line.
    title : str
        Its name in the table.
    result : str
        What it has computed when its time ends.
    command : callable
        Makes the command line for a file.
    prepare : callable
        Makes the environment of one run, given the file and an empty directory.
    only_smallest : bool, default False
        Whether the file does not matter, so that one will do.
    """

    key: str
    title: str
    result: str
    command: Callable[[Path], list[str | Path]]
    prepare: Callable[[Path, Path], Environment]
    only_smallest: bool = False


def python_script(name: str) -> Callable[[Path], list[str | Path]]:
    """Return what runs one of our scripts with this Python."""
    return lambda file: [sys.executable, TOOLS_DIRECTORY / name, file]


def node_script(name: str) -> Callable[[Path], list[str | Path]]:
    """Return what runs one of our scripts with Node and plenty of memory."""
    heap = f"--max-old-space-size={_NODE_HEAP_MB}"
    return lambda file: [snapshots.find_node(), heap, TOOLS_DIRECTORY / name, file]


def heapnb_command(*words: str) -> Callable[[Path], list[str | Path]]:
    """Make the command line of a heapnb command that takes a file."""
    return lambda file: [sys.executable, "-m", "heapnb", *words, file]


def _nothing(_file: Path, _scratch: Path) -> Environment:
    return {}


def empty_cache(_file: Path, scratch: Path) -> Environment:
    """Let heapnb see the file for the first time."""
    return {CACHE_VARIABLE: str(scratch / "cache")}


def filled_cache(file: Path, scratch: Path) -> Environment:
    """Let heapnb find what an earlier run has left."""
    environment = empty_cache(file, scratch)
    run(open_with_heapnb(file), environment=environment)
    return environment


def nothing_kept(file: Path, scratch: Path) -> Environment:
    """Take away what runs leave behind, numba's cache included, as after an installation."""
    return {**empty_cache(file, scratch), "NUMBA_CACHE_DIR": str(scratch / "numba")}


open_with_heapnb = python_script("heapnb_constructors.py")
_EVERYTHING = "classes, distances, dominators, retained sizes, sums by constructor"

TOOLS = (
    Tool("heapnb", "heapnb, first opening", _EVERYTHING, open_with_heapnb, empty_cache),
    Tool(
        "command",
        "`heapnb constructors --json`, first opening",
        "the same, without pandas",
        heapnb_command("constructors", "--json"),
        empty_cache,
    ),
    Tool(
        "reopened", "heapnb, reopened", "the same, from its cache", open_with_heapnb, filled_cache
    ),
    Tool(
        "compiling",
        "heapnb, first run after installation",
        "the same, without a cache of any kind",
        open_with_heapnb,
        nothing_kept,
        only_smallest=True,
    ),
    Tool("devtools", "Chrome DevTools engine", _EVERYTHING, node_script("devtools.mjs"), _nothing),
    Tool(
        "memlab",
        "memlab (`@memlab/core`)",
        "paths, dominators, retained sizes, sums by name",
        node_script("memlab.mjs"),
        _nothing,
    ),
    Tool(
        "v8-heap-parser",
        "`@vscode/v8-heap-parser`",
        "retained sizes, sums by class",
        node_script("v8_heap_parser.mjs"),
        _nothing,
    ),
    Tool(
        "json",
        "`json.load` (Python)",
        "only parses",
        python_script("json_load.py"),
        _nothing,
    ),
)


def measure_tool(
    tool: Tool, file: Path, *, repeat: int, timeout: float, patience: float
) -> Measurement:
    """Run a tool on a file some times; return its best run.

    Parameters
    ----------
    tool : Tool
        What is run.
    file : Path
        A snapshot.
    repeat : int
        How often; one failure is enough.
    timeout : float
        Seconds after which a run is given up.
    patience : float
        Seconds to wait for other programs to end, before each run.

    Returns
    -------
    Measurement
    """
    measurements: list[Measurement] = []
    for _ in range(repeat):
        with tempfile.TemporaryDirectory(prefix="heapnb-benchmark-") as scratch:
            environment = tool.prepare(file, Path(scratch))
            read_through(file)
            wait_until_quiet(patience)
            measured = run(tool.command(file), environment=environment, timeout=timeout)
        measurements.append(measured)
        if measured.exit_code:
            break
    return best_of(measurements)


def describe(measured: Measurement, timeout: float) -> str:
    """Return one cell of the table: time and memory, or why there is neither."""
    if measured.exit_code:
        return f"cannot: {reason_of(measured, timeout)}"
    # Where others had the processor as well, wall time says less than the time it had itself.
    noise = f" (noisy; {measured.cpu_seconds:.2f} s of CPU)" if measured.is_noisy else ""
    return f"{measured.seconds:.2f} s, {format_bytes(measured.peak_bytes)}{noise}"


def reason_of(measured: Measurement, timeout: float) -> str:
    """Say in a few words why a run failed."""
    if measured.exit_code == 124:
        return f"not done after {timeout / 60:.0f} minutes"
    for pattern, reason in _REASONS:
        if re.search(pattern, measured.stderr):
            return reason
    lines = [line.strip() for line in measured.stderr.splitlines() if "rror" in line]
    return lines[-1][:100] if lines else f"exit code {measured.exit_code}"


def format_bytes(count: int) -> str:
    """Return decimal megabytes or gigabytes, with three digits."""
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def describe_machine() -> str:
    """Return what the figures depend on: processor, memory, versions."""
    import numba
    import numpy as np

    cpu = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists() and (
        model := re.search(r"^model name\s*:\s*(.+)$", information.read_text(), re.MULTILINE)
    ):
        cpu = model[1]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    node = subprocess.run(
        [snapshots.find_node(), "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    return (
        f"{cpu}, {os.cpu_count()} cores, {memory / 2**30:.0f} GiB; {platform.system()}; "
        f"Python {platform.python_version()}, numba {numba.__version__}, "
        f"NumPy {np.__version__}; Node {node.removeprefix('v')}"
    )


def install_other_tools() -> None:
    """Install the npm packages and build the DevTools engine, where that is not done."""
    if not (HERE / "node_modules").exists():
        npm = shutil.which("npm")
        if npm is None:
            raise FileNotFoundError("npm is not installed: see https://nodejs.org")
        # Without scripts: one of them would download a browser.
        subprocess.run([npm, "ci", "--ignore-scripts"], cwd=HERE, check=True)
    from tests.oracle.oracle import ensure_built

    ensure_built()


def render(header: Sequence[str], rows: Sequence[Sequence[str]], *, markdown: bool) -> str:
    """Return a table as text with aligned columns."""
    lines = [list(header), *(list(row) for row in rows)]
    if not markdown:
        lines = [[cell.replace("`", "") for cell in line] for line in lines]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    texts = [
        [cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines
    ]
    texts.insert(1, ["-" * width for width in widths])
    if markdown:
        return "\n".join("| " + " | ".join(line) + " |" for line in texts)
    return "\n".join("  ".join(line).rstrip() for line in texts)


def split_list(_context: object, parameter: click.Parameter, text: str) -> tuple[str, ...]:
    """Split what was given as one argument, and check names of tools."""
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    known = {tool.key for tool in TOOLS}
    if parameter.name == "tools" and (unknown := sorted(set(parts) - known)):
        raise click.BadParameter(f"{', '.join(unknown)}; there are {', '.join(sorted(known))}")
    return parts


@click.command()
@click.option("--sizes", default="10,100,1350", callback=split_list, help="Megabytes.")
@click.option(
    "--tools",
    default=",".join(tool.key for tool in TOOLS),
    show_default=True,
    callback=split_list,
    help="Which ones.",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help=f"Where the snapshots are, or will be made [env: {snapshots.DIRECTORY_VARIABLE}].",
)
@click.option("--repeat", default=3, show_default=True, help="Runs, of which the best counts.")
@click.option("--timeout", default=600.0, show_default=True, help="Seconds for one run.")
@click.option(
    "--patience", default=PATIENCE, show_default=True, help="Seconds to wait for a quiet machine."
)
@click.option("--markdown", is_flag=True, help="Print a Markdown table.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Keep all figures here.")
def main(
    sizes: tuple[str, ...],
    tools: tuple[str, ...],
    data: Path | None,
    repeat: int,
    timeout: float,
    patience: float,
    markdown: bool,
    json_file: Path | None,
) -> None:
    """Compare heapnb with other tools that open heap snapshots."""
    install_other_tools()
    directory = data or snapshots.default_directory()
    files = [snapshots.snapshot(int(size), directory) for size in sizes]
    with tempfile.TemporaryDirectory() as scratch:
        # Numba keeps what it compiles here; no row but one may pay for it.
        run(open_with_heapnb(files[0]), environment=empty_cache(files[0], Path(scratch)))
    chosen = [tool for tool in TOOLS if tool.key in tools]
    rows = []
    figures = []
    for tool in chosen:
        row = [tool.title]
        for file in files[:1] if tool.only_smallest else files:
            measured = measure_tool(tool, file, repeat=repeat, timeout=timeout, patience=patience)
            row.append(describe(measured, timeout))
            click.echo(f"{tool.title}, {file.name}: {row[-1]}", err=True)
            figures.append(
                {
                    "tool": tool.key,
                    "file": file.name,
                    "file_bytes": file.stat().st_size,
                    "exit_code": measured.exit_code,
                    "seconds": measured.seconds,
                    "cpu_seconds": measured.cpu_seconds,
                    "peak_bytes": measured.peak_bytes,
                    "other_load": measured.other_load,
                    "stdout": measured.stdout,
                }
            )
        row += ["–"] * (len(files) + 1 - len(row))
        rows.append([*row, tool.result])
    header = ["", *(format_bytes(file.stat().st_size) for file in files), "what it computes"]
    click.echo(render(header, rows, markdown=markdown))
    click.echo(f"\n{describe_machine()}; best of {repeat}.")
    if json_file is not None:
        json_file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(prog_name=_COMMAND_NAME)
