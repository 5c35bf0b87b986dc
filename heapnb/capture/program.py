"""Run programs under Node with a preloaded agent that writes heap snapshots."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from heapnb.capture.folders import numbered_snapshots, target_folder, workplace
from heapnb.capture.supervising import (
    LONGEST_LINE,
    Output,
    OutputCallback,
    Supervised,
    ending_error,
    variables_for,
)
from heapnb.errors import HeapnbError, RecordingError

Program: TypeAlias = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]

DEFAULT_ROUNDS: Final = 100
DEFAULT_TIMEOUT: Final = 120.0
_FOLDER: Final = Path(__file__).parent
_AGENT: Final = _FOLDER / "agent.cjs"
_TEXT_RUNNER: Final = _FOLDER / "text.cjs"
_SETTINGS_VARIABLE: Final = "HEAPNB_RECORDING"
_PLACE: Final = re.compile(r"[^\s/\\(]+\.[cm]?js:\d+(?::\d+)?")


def record_program(
    program: Program,
    *,
    rounds: int = DEFAULT_ROUNDS,
    timeout: float = DEFAULT_TIMEOUT,
    out: str | os.PathLike[str] | None = None,
    node: str | os.PathLike[str] | None = None,
    environment: Mapping[str, str] | None = None,
    name: str = "program.js",
    output: OutputCallback | None = None,
) -> list[Path]:
    """Run a program under Node and write heap snapshots of it.

    The program writes a snapshot wherever it calls ``await heapSnapshot()``. If it never does,
    but has a function ``load(round)``, which may be asynchronous, three snapshots are written:
    after ``rounds`` calls, after ``rounds`` more, and after twice as many more. Otherwise two are
    written, at the start and at the end.

    Parameters
    ----------
    program : str, PathLike or sequence of str
        JavaScript; the path of a file that exports ``load``; or a command line such as
        ``["node", "app.js"]``. JavaScript may use both ``require`` and ``await``.
    rounds : int, default 100
        Number of calls of ``load`` before the first snapshot, and again before the second.
    timeout : float, default 120
        Seconds after which the program is killed.
    out : str or PathLike, optional
        The folder for the snapshots, created if it does not exist; by default a temporary one
        that is deleted when Python exits.
    node : str or PathLike, optional
        The ``node`` to use; by default the one on ``PATH``.
    environment : mapping of str to str, optional
        Environment variables in addition to `ENVIRONMENT`. A snapshot may hold their values.
    name : str, default "program.js"
        The file name that snapshots show for JavaScript given as text.
    output : callable, optional
        Called with ``"stdout"`` or ``"stderr"`` and each text that the program prints.

    Returns
    -------
    list of Path
        The snapshots, earliest first.

    Raises
    ------
    RecordingError
        If the program cannot be started, fails, or does not end in time.
    HeapnbError
        If an argument is invalid.

    Examples
    --------
    >>> import heapnb as hn
    >>> files = hn.record('''
    ... const seen = [];
    ... function load(round) { seen.push({ round, body: "x".repeat(1000) + round }); }
    ... ''')  # doctest: +SKIP
    >>> hn.diagnose(files).verdict  # doctest: +SKIP
    'leak'
    """
    if rounds < 1:
        raise HeapnbError(f"rounds must be 1 or more (got {rounds}).")
    if not timeout > 0:
        raise HeapnbError(f"timeout must be greater than 0 (got {timeout:g}).")
    target = target_folder(out)
    with workplace(target) as folder:
        command = _command(program, node, folder, name)
        settings = {
            "folder": str(folder),
            "rounds": rounds,
            "isText": isinstance(program, str),
        }
        variables = variables_for(environment, {_SETTINGS_VARIABLE: json.dumps(settings)})
        spoken = Output(output)
        deadline = time.monotonic() + timeout
        with Supervised(command, variables, spoken) as running:
            exit_code = running.wait(deadline)
        spoken.close()
        files = numbered_snapshots(folder)
        _check(exit_code, folder, spoken, has_files=bool(files))
        return [file.replace(target / file.name) for file in files]


def _command(
    program: Program, node: str | os.PathLike[str] | None, folder: Path, name: str
) -> list[str]:
    agent = ["--expose-gc", "--require", str(_AGENT)]
    if isinstance(program, str):
        _refuse_paths(program)
        source = folder / "source.txt"
        try:
            source.write_text(program, encoding="utf-8", newline="")
        except UnicodeEncodeError:
            raise HeapnbError("The JavaScript is not valid Unicode.") from None
        return [_node(node), *agent, str(_TEXT_RUNNER), str(source), str(Path.cwd() / name)]
    if isinstance(program, os.PathLike):
        file = Path(program)
        if not file.is_file():
            raise HeapnbError(f"{file}: file not found.", hint="check the path.")
        return [_node(node), *agent, str(file.absolute())]
    words = [os.fspath(word) for word in program]
    if len(words) < 2 or not Path(words[0]).name.lower().startswith("node"):  # noqa: PLR2004
        raise HeapnbError(
            f"The command line {' '.join(words)!r} does not start a program under Node.",
            hint='begin it with node, such as ["node", "app.js"].',
        )
    return [_node(node or words[0]), *agent, *words[1:]]


def _refuse_paths(program: str) -> None:
    is_short = "\n" not in program and program.endswith((".js", ".cjs", ".mjs"))
    if is_short:
        raise HeapnbError(
            f"{program}: is the name of a file, not JavaScript.",
            hint=f'pass pathlib.Path({program!r}) or ["node", {program!r}].',
        )


def _node(node: str | os.PathLike[str] | None) -> str:
    found = shutil.which(os.fspath(node or "node"))
    if found is None:
        raise RecordingError(
            "Node.js not found on PATH." if node is None else f"{node}: Node.js not found.",
            hint="install Node.js 16 or later, or name its path with node=… (on a command line or"
            " in a cell: --node PATH).",
        )
    return found


def _check(exit_code: int | None, folder: Path, output: Output, *, has_files: bool) -> None:
    if exit_code == 0 and has_files:
        return
    failure = _failure(folder)
    if exit_code is None:
        raise RecordingError(
            "The program did not end in time.",
            hint="let it define load(round), or call process.exit() at its end; or drive load with"
            " --hit or --load (hit=…, load=…); --timeout (timeout=…) gives it more time.",
        )
    if failure is not None:
        raise RecordingError(f"The program failed: {failure}.", hint=_hint_of(failure))
    if exit_code == 0:
        raise RecordingError(
            "The program ended without a snapshot.",
            hint="check that it runs under Node.js and can write files.",
        )
    raise ending_error(exit_code, output)


def _failure(folder: Path) -> str | None:
    """Describe what the program threw, where, and in which round."""
    try:
        content = json.loads((folder / "failure.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    message = " ".join(str(content["message"]).split())[:LONGEST_LINE]
    ours = (_AGENT.name, _TEXT_RUNNER.name)
    places = (place for place in _PLACE.findall(content["stack"]) if not place.startswith(ours))
    where = list(itertools.islice(places, 1))
    if content["round"] is not None:
        where.append(f"round {content['round']}")
    return f"{message} ({', '.join(where)})" if where else message


def _hint_of(failure: str) -> str | None:
    if "import statement" in failure:
        return 'write `const { name } = await import("…")`, or use require.'
    return None
