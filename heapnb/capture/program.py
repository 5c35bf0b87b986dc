"""Programs run under Node, with an agent in them that writes heap snapshots."""

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

Stream: TypeAlias = Literal["stdout", "stderr"]
OutputCallback: TypeAlias = Callable[[Stream, str], None]
Program: TypeAlias = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]

DEFAULT_ROUNDS: Final = 100
DEFAULT_TIMEOUT: Final = 120.0
MOST_OUTPUT: Final = 1 << 18
"""Characters of a program's output that are passed on."""

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
"""The variables that every program gets; a snapshot may hold the values of all that it has."""

_FOLDER: Final = Path(__file__).parent
_AGENT: Final = _FOLDER / "agent.cjs"
_TEXT_RUNNER: Final = _FOLDER / "text.cjs"
_SETTINGS_VARIABLE: Final = "HEAPNB_RECORDING"
_CHUNK_BYTES: Final = 1 << 16
_PENDING_CHUNKS: Final = 16
_TAIL: Final = 2000
_LONGEST_LINE: Final = 300
_PLACE: Final = re.compile(r"[^\s/\\(]+\.[cm]?js:\d+(?::\d+)?")

# Snapshots for which no folder was named go when Python ends.
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

    Snapshots are written where the program calls ``await heapSnapshot()``. If it never does, but
    has a function ``load(round)``, which may be asynchronous, three are written: after
    ``rounds`` calls, after as many more, and after twice as many more. Without either there
    are two, at the start and at the end.

    Parameters
    ----------
    program : str, PathLike or sequence of str
        JavaScript; the path of a file that exports ``load``; or a command line such as
        ``["node", "app.js"]``. JavaScript may use both ``require`` and ``await``.
    rounds : int, default 100
        How often ``load`` is called before the first snapshot, and between it and the second.
    timeout : float, default 120
        Seconds after which the program is ended.
    out : str or PathLike, optional
        The folder that the snapshots go to, made if need be; by default one that is deleted when
        Python ends.
    node : str or PathLike, optional
        The ``node`` to use; by default the one that is found on the path.
    environment : mapping of str to str, optional
        Environment variables besides `ENVIRONMENT`. A snapshot may hold their values.
    name : str, default "program.js"
        What snapshots call the file that JavaScript stands in.
    output : callable, optional
        Called with ``"stdout"`` or ``"stderr"`` and what the program prints.

    Returns
    -------
    list of Path
        The snapshots, the earliest first.

    Raises
    ------
    RecordingError
        If the program fails, does not end in time or cannot be started.
    HeapnbError
        If an argument makes no sense.

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
        raise HeapnbError(f"Cannot call load {rounds} times.", hint="give 1 or more rounds.")
    if not timeout > 0:
        raise HeapnbError(f"{timeout} s is no time to wait for.", hint="give more seconds.")
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
    try:
        target.mkdir(exist_ok=True)
    except FileNotFoundError:
        raise HeapnbError(
            f"{target}: there is no directory {target.parent}.", hint="create it first."
        ) from None
    except FileExistsError:
        raise HeapnbError(f"{target}: is a file.", hint="name a folder.") from None
    if _numbered(target):
        raise HeapnbError(
            f"{target}: holds snapshots of an earlier recording.", hint="name another folder."
        )
    return target


@contextmanager
def _workplace(target: Path) -> Iterator[Path]:
    """Make a folder beside the target, so that nothing half-written is ever in there."""
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
            raise HeapnbError(f"{file}: there is no such file.", hint="check the path.")
        return [_node(node), *agent, str(file.absolute())]
    words = [os.fspath(word) for word in program]
    if len(words) < 2 or not Path(words[0]).name.lower().startswith("node"):  # noqa: PLR2004
        raise HeapnbError(
            f"{' '.join(words) or 'Nothing'}: does not start a program under Node.",
            hint='a command line begins with node, such as ["node", "app.js"].',
        )
    return [_node(node or words[0]), *agent, *words[1:]]


def _refuse_paths(program: str) -> None:
    is_short = "\n" not in program and program.endswith((".js", ".cjs", ".mjs"))
    if is_short:
        raise HeapnbError(
            f"{program}: is the name of a file, not JavaScript.",
            hint=f'give pathlib.Path({program!r}) or ["node", {program!r}].',
        )


def _node(node: str | os.PathLike[str] | None) -> str:
    found = shutil.which(os.fspath(node or "node"))
    if found is None:
        raise RecordingError(
            "Node is not installed, or not on the path." if node is None else f"{node}: no Node.",
            hint="install Node.js 16 or later, or say where it is: node=…, on a command line"
            " or in a cell --node PATH.",
        )
    return found


class _Output:
    """Passes a program's output on, up to a limit, and keeps the end of what it complains."""

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
        """Say what was left out."""
        if self._n_dropped and self._callback is not None:
            self._callback("stderr", f"\n… {self._n_dropped:,} more characters of output\n")


def _run(
    command: list[str], variables: Mapping[str, str], timeout: float, output: _Output
) -> int | None:
    """Run a command to its end and return its exit code; None if the time was over."""
    deadline = time.monotonic() + timeout
    try:
        process = subprocess.Popen(  # noqa: S603  the user's own program, and no shell
            command,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A group of its own, which is ended as a whole.
            start_new_session=True,
        )
    except OSError as error:
        raise RecordingError(f"{command[0]}: cannot be started ({error.strerror}).") from error
    # What is not fetched in time waits in the program, not here.
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
        # Readers that wait for room in the queue see their pipes closed only after that.
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
    """End what a program that has ended leaves behind, which would keep its pipes open."""
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
            hint="let it define load(round), or call process.exit() when it is done; timeout=…"
            " or --timeout gives it longer.",
        )
    if failure is not None:
        raise RecordingError(f"The program failed: {failure}.", hint=_hint_of(failure))
    if exit_code == 0:
        raise RecordingError(
            "The program ended without a snapshot.", hint="is this Node, and can it write files?"
        )
    if "heap out of memory" in tail:
        raise RecordingError(
            "The program ran out of memory.",
            hint='a command line may give it more: ["node", "--max-old-space-size=4096", …].',
        )
    how = f"exit code {exit_code}" if exit_code > 0 else signal.Signals(-exit_code).name
    last = next((line.strip() for line in reversed(tail.splitlines()) if line.strip()), "")
    said = f": {last[:_LONGEST_LINE]}" if last and exit_code > 0 else ""
    raise RecordingError(f"The program ended with {how}{said}.", hint="what it printed says why.")


def _failure(folder: Path) -> str | None:
    """Say what the program threw, where, and in which round."""
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
