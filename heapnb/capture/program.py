"""Run programs under Node with a preloaded agent that writes heap snapshots."""

from __future__ import annotations

import codecs
import itertools
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final, Literal, TypeAlias

from heapnb.errors import HeapnbError, RecordingError
from heapnb.format.writer import check_folder

Stream: TypeAlias = Literal["stdout", "stderr"]
OutputCallback: TypeAlias = Callable[[Stream, str], None]
Program: TypeAlias = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]

DEFAULT_ROUNDS: Final = 100
DEFAULT_TIMEOUT: Final = 120.0
MOST_OUTPUT: Final = 1 << 18
"""Maximum number of characters of output that are passed on."""

ENVIRONMENT: Final = (
    "PATH",
    "HOME",
    "LANG",
    "TZ",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "USERPROFILE",
)
"""Environment variables that every program gets; a snapshot may hold their values."""

_FOLDER: Final = Path(__file__).parent
_AGENT: Final = _FOLDER / "agent.cjs"
_TEXT_RUNNER: Final = _FOLDER / "text.cjs"
_SETTINGS_VARIABLE: Final = "HEAPNB_RECORDING"
_CHUNK_BYTES: Final = 1 << 16
_PENDING_CHUNKS: Final = 16
_TAIL: Final = 2000
_LONGEST_LINE: Final = 300
_PLACE: Final = re.compile(r"[^\s/\\(]+\.[cm]?js:\d+(?::\d+)?")

# Snapshots without a named folder are deleted when Python exits.
_temporary: list[tempfile.TemporaryDirectory[str]] = []


def record(
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
    target = _target(out)
    with _workplace(target) as folder:
        command = _command(program, node, folder, name)
        settings = {
            "folder": str(folder),
            "rounds": rounds,
            "isText": isinstance(program, str),
        }
        variables = {
            **{key: os.environ[key] for key in ENVIRONMENT if key in os.environ},
            **(environment or {}),
            _SETTINGS_VARIABLE: json.dumps(settings),
        }
        spoken = _Output(output)
        exit_code = _run(command, variables, timeout, spoken)
        spoken.close()
        files = _numbered(folder)
        _check(exit_code, folder, spoken.tail, has_files=bool(files))
        return [file.replace(target / file.name) for file in files]


def _target(out: str | os.PathLike[str] | None) -> Path:
    if out is None:
        _temporary.append(tempfile.TemporaryDirectory(prefix="heapnb-"))
        return Path(_temporary[-1].name)
    target = Path(out)
    check_folder(target)
    target.mkdir(exist_ok=True)
    if _numbered(target):
        raise HeapnbError(
            f"{target}: already contains snapshots of a recording.", hint="name another folder."
        )
    return target


@contextmanager
def _workplace(target: Path) -> Iterator[Path]:
    """Create a folder inside the target, so that the target never holds half-written files."""
    with tempfile.TemporaryDirectory(prefix=".recording-", dir=target) as name:
        yield Path(name)


def _numbered(folder: Path) -> list[Path]:
    files = folder.glob("snapshot-*.heapsnapshot")
    return sorted(files, key=lambda file: (len(file.name), file.name))


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


class _Output:
    """Pass a program's output on, up to a limit, and keep the end of its stderr."""

    def __init__(self, callback: OutputCallback | None) -> None:
        self._callback = callback
        self._n_passed = 0
        self._n_dropped = 0
        self.tail = ""

    def __call__(self, stream: Stream, text: str) -> None:
        if stream == "stderr":
            self.tail = (self.tail + text)[-_TAIL:]
        passed = text[: MOST_OUTPUT - self._n_passed]
        self._n_passed += len(passed)
        self._n_dropped += len(text) - len(passed)
        if passed and self._callback is not None:
            self._callback(stream, passed)

    def close(self) -> None:
        """Report how much output was dropped."""
        if self._n_dropped and self._callback is not None:
            self._callback("stderr", f"\n… {self._n_dropped:,} more characters of output\n")


def _run(
    command: list[str], variables: Mapping[str, str], timeout: float, output: _Output
) -> int | None:
    """Run a command and return its exit code; None after a timeout."""
    deadline = time.monotonic() + timeout
    try:
        process = subprocess.Popen(  # noqa: S603  the user's own program, and no shell
            command,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # Its own process group, which is killed as a whole.
            start_new_session=True,
        )
    except OSError as error:
        raise RecordingError(f"{command[0]}: cannot be started ({error.strerror}).") from error
    # A bounded queue: output that is not read yet waits in the program's pipe.
    pending: queue.Queue[tuple[Stream, str] | None] = queue.Queue(_PENDING_CHUNKS)
    streams: tuple[tuple[Stream, IO[bytes] | None], ...] = (
        ("stdout", process.stdout),
        ("stderr", process.stderr),
    )
    readers = [
        threading.Thread(target=_read, args=(name, pipe, pending), daemon=True)
        for name, pipe in streams
    ]
    watch = threading.Thread(target=_end_stragglers, args=(process,), daemon=True)
    for thread in (*readers, watch):
        thread.start()
    n_open = len(readers)
    try:
        while n_open:
            try:
                entry = pending.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return None
            if entry is None:
                n_open -= 1
            else:
                output(*entry)
        with suppress(subprocess.TimeoutExpired):
            return process.wait(max(0.0, deadline - time.monotonic()))
        return None
    finally:
        _kill(process)
        # A reader that waits for room in the queue notices the closed pipe only after that.
        while any(reader.is_alive() for reader in readers):
            with suppress(queue.Empty):
                pending.get(timeout=0.01)
        process.wait()


def _read(stream: Stream, pipe: IO[bytes], pending: queue.Queue[tuple[Stream, str] | None]) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    with pipe:
        while chunk := os.read(pipe.fileno(), _CHUNK_BYTES):
            pending.put((stream, decoder.decode(chunk)))
    pending.put((stream, decoder.decode(b"", final=True)))
    pending.put(None)


def _end_stragglers(process: subprocess.Popen[bytes]) -> None:
    """Kill the children that an ended program leaves behind: they would keep its pipes open."""
    process.wait()
    _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _check(exit_code: int | None, folder: Path, tail: str, *, has_files: bool) -> None:
    if exit_code == 0 and has_files:
        return
    failure = _failure(folder)
    if exit_code is None:
        raise RecordingError(
            "The program did not end in time.",
            hint="let it define load(round), or call process.exit() at its end; timeout=… or"
            " --timeout gives it more time.",
        )
    if failure is not None:
        raise RecordingError(f"The program failed: {failure}.", hint=_hint_of(failure))
    if exit_code == 0:
        raise RecordingError(
            "The program ended without a snapshot.",
            hint="check that it runs under Node.js and can write files.",
        )
    if "heap out of memory" in tail:
        raise RecordingError(
            "The program ran out of memory.",
            hint='give it more on a command line: ["node", "--max-old-space-size=4096", …].',
        )
    how = f"exit code {exit_code}" if exit_code > 0 else signal.Signals(-exit_code).name
    last = next((line.strip() for line in reversed(tail.splitlines()) if line.strip()), "")
    said = f": {last[:_LONGEST_LINE]}" if last and exit_code > 0 else ""
    raise RecordingError(f"The program ended with {how}{said}.", hint="see what it printed.")


def _failure(folder: Path) -> str | None:
    """Describe what the program threw, where, and in which round."""
    try:
        content = json.loads((folder / "failure.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    message = " ".join(str(content["message"]).split())[:_LONGEST_LINE]
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
