"""Measure commands on files of gigabytes: ``python -m tests.benchmarks.scale --sizes 1.4,4.9,8.3``.

The files are copies of one snapshot below one root (`tests.benchmarks.multiply_snapshot`), made one
after the other. Figures are of whole processes. CPU time says most: it hardly depends on other
programs.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import click

from tests.benchmarks import snapshots
from tests.benchmarks.compare import CACHE_VARIABLE, format_bytes
from tests.benchmarks.measure import Measurement, run

GIGABYTE: Final = 1_000_000_000
_TIMEOUT: Final = 3600.0


class Step(NamedTuple):
    """Something that is measured.

    Parameters
    ----------
    title : str
        What it is, for the table.
    words : tuple of str
        The command, without the file.
    data_limit : int or None
        The most private memory of the process, in bytes.
    """

    title: str
    words: tuple[str, ...]
    data_limit: int | None = None


STEPS: Final = (
    Step("`heapnb summary`, streamed", ("summary", "--stream")),
    Step("`heapnb constructors`, first opening", ("constructors",)),
    Step("`heapnb constructors`, from the cache", ("constructors",)),
    Step(
        "the same with 400 MB of private memory (`ulimit -d`)",
        ("constructors",),
        data_limit=400_000_000,
    ),
)


@click.command()
@click.option("--sizes", default="1.4,4.9,8.3", help="Sizes of the files in GB.")
@click.option(
    "--source",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The snapshot to copy.  [default: one of 100 MB, which is made]",
)
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where the files and the cache are, with room for three times the largest file.",
)
def main(sizes: str, source: Path | None, folder: Path | None) -> None:
    """Print a line of Markdown for each file and command."""
    original = source or snapshots.snapshot(100, snapshots.default_directory())
    click.echo("| file | what | CPU | wall | peak memory |\n| --- | --- | --- | --- | --- |")
    for size in sizes.split(","):
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            file = Path(scratch) / f"{size}.heapsnapshot"
            _make(original, file, float(size))
            for step, measured in _measure(file, Path(scratch) / "cache"):
                click.echo(
                    f"| {file.stat().st_size / GIGABYTE:.2f} GB | {step.title} | "
                    f"{measured.cpu_seconds:.1f} s | {measured.seconds:.1f} s | "
                    f"{format_bytes(measured.peak_bytes)} |"
                )


def _make(source: Path, target: Path, gigabytes: float) -> None:
    """Write a file of about a size, by a process whose memory goes with it."""
    # Offsets and ids have more digits in large files.
    growth = 1.14
    times = max(round(gigabytes * GIGABYTE / source.stat().st_size / growth), 2)
    made = run(
        [
            *(sys.executable, "-m", "tests.benchmarks.multiply_snapshot"),
            *(source, target, "--times", str(times)),
        ],
        timeout=_TIMEOUT,
    )
    if made.exit_code:
        raise click.ClickException(made.stderr)


def _measure(file: Path, cache: Path) -> Iterator[tuple[Step, Measurement]]:
    """Run all steps on a file, with a cache that is empty before the first."""
    for step in STEPS:
        command: list[str | Path] = [sys.executable, "-m", "heapnb", *step.words, file]
        if step.data_limit is not None:
            kilobytes = step.data_limit // 1000
            command = ["/bin/sh", "-c", f'ulimit -d {kilobytes}; exec "$@"', "sh", *command]
        measured = run(command, environment={CACHE_VARIABLE: str(cache)}, timeout=_TIMEOUT)
        if measured.exit_code:
            raise click.ClickException(f"{step.title}: {measured.stderr}")
        yield step, measured


if __name__ == "__main__":
    main()
