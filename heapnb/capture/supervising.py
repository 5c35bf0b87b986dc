"""Programs that heapnb starts: their output, and their end with everything that they started."""

from __future__ import annotations

import codecs
import os
import re
import secrets
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Final, Literal, Self, TypeAlias

from heapnb.errors import RecordingError

Stream: TypeAlias = Literal["stdout", "stderr"]
OutputCallback: TypeAlias = Callable[[Stream, str], None]

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

LONGEST_LINE: Final = 300
"""Characters of a program's line that an error quotes."""

_NODE_VERSION: Final = re.compile(r"Node\.js v[\d.]+\S*")
_ERROR: Final = re.compile(r"(?:Uncaught )?\w*Error\b.*:")
_MARK_VARIABLE: Final = "HEAPNB_STARTED"
_CHUNK_BYTES: Final = 1 << 16
_MOST_LAST_CHUNKS: Final = 16
"""Chunks read after the program has ended; a pipe holds one."""

_TAIL: Final = 2000
_GRACE_SECONDS: Final = 1.0
_POLL_SECONDS: Final = 0.02
_KILL_SECONDS: Final = 2.0
_READERS_END_SECONDS: Final = 2.0


class Output:
    """What a program prints: passed on up to a limit, the end of its stderr kept.

    Readers call it from their threads; `flush` calls the user's function in the caller's thread.

    Parameters
    ----------
    callback : callable or None
        Gets ``"stdout"`` or ``"stderr"`` and each text.
    awaited : pattern, optional
        Sets `is_seen` when a line matches.
    """

    def __init__(
        self, callback: OutputCallback | None, awaited: re.Pattern[str] | None = None
    ) -> None:
        self._callback = callback
        self._awaited = awaited
        self._lock = threading.Lock()
        self._pending: list[tuple[Stream, str]] = []
        self._lines = {"stdout": "", "stderr": ""}
        self._n_passed = 0
        self._n_dropped = 0
        self.is_seen = threading.Event()
        self.tail = ""

    def add(self, stream: Stream, text: str) -> None:
        """Take what a reader read."""
        with self._lock:
            if stream == "stderr":
                self.tail = (self.tail + text)[-_TAIL:]
            self._look_for_line(stream, text)
            passed = text[: MOST_OUTPUT - self._n_passed]
            self._n_passed += len(passed)
            self._n_dropped += len(text) - len(passed)
            if passed and self._callback is not None:
                self._pending.append((stream, passed))

    def flush(self) -> None:
        """Pass on what readers have added."""
        with self._lock:
            pending, self._pending = self._pending, []
        for entry in pending:
            if self._callback is not None:
                self._callback(*entry)

    def close(self) -> None:
        """Pass on the rest, and report how much output was dropped."""
        self.flush()
        if self._n_dropped and self._callback is not None:
            self._callback("stderr", f"\n… {self._n_dropped:,} more characters of output\n")

    @property
    def last_line(self) -> str:
        """The last line on stderr that says something, cut to a readable length; or ""."""
        with self._lock:
            lines = [line.strip() for line in self.tail.splitlines()]
        said = [line for line in lines if line and not _NODE_VERSION.fullmatch(line)]
        # The error stands above its stack.
        errors = [line for line in said if _ERROR.match(line)]
        return (errors or said or [""])[-1][:LONGEST_LINE]

    def _look_for_line(self, stream: Stream, text: str) -> None:
        if self._awaited is None or self.is_seen.is_set():
            return
        *lines, rest = (self._lines[stream] + text).split("\n")
        # A prompt without a line break counts, too.
        if any(self._awaited.search(line) for line in (*lines, rest)):
            self.is_seen.set()
        self._lines[stream] = rest[-_TAIL:]


class Supervised:
    """A program in a process group of its own; leaving the block ends all that it started.

    Parameters
    ----------
    command : sequence of str, or str
        The command line; a single text is a command for the shell.
    variables : mapping of str to str
        The program's whole environment.
    output : Output
        Gets what the program prints.

    Raises
    ------
    RecordingError
        If the program cannot be started.

    Notes
    -----
    The end reaches children that left the process group, too: on Linux, an environment variable
    marks all processes that the program started, and so does a pipe of its output that one holds.
    """

    def __init__(
        self, command: Sequence[str] | str, variables: Mapping[str, str], output: Output
    ) -> None:
        self._output = output
        self._is_ended = False
        self._mark = secrets.token_hex(16)
        name = command if isinstance(command, str) else command[0]
        try:
            self._process = subprocess.Popen(  # noqa: S603  the user's own program
                command if isinstance(command, str) else list(command),
                shell=isinstance(command, str),
                env={**variables, _MARK_VARIABLE: self._mark},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                # Its own process group, which is ended as a whole.
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise RecordingError(f"{name}: cannot be started ({reason}).") from error
        pipes: tuple[tuple[Stream, IO[bytes] | None], ...] = (
            ("stdout", self._process.stdout),
            ("stderr", self._process.stderr),
        )
        self._readers = [_Reader(stream, pipe, output) for stream, pipe in pipes if pipe]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def pid(self) -> int:
        """Process id, which is also that of the group."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """What the program ended with, negative for a signal; None while it runs."""
        return self._process.poll()

    def wait(self, deadline: float, *, tick: Callable[[], None] = lambda: None) -> int | None:
        """Pass output on until the program has ended; then end what it left behind.

        Parameters
        ----------
        deadline : float
            By `time.monotonic`.
        tick : callable, optional
            Called again and again meanwhile.

        Returns
        -------
        int or None
            The exit code; None if the program still runs at the deadline.
        """
        while self.exit_code is None:
            self._output.flush()
            tick()
            if time.monotonic() >= deadline:
                return None
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_POLL_SECONDS)
        self.end()
        return self.exit_code

    def end(self) -> None:
        """End the program and all that it started, by force where it does not end by itself."""
        if self._is_ended:
            return
        try:
            if self.exit_code is None:
                self._signal(signal.SIGTERM)
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(_GRACE_SECONDS)
        finally:
            self._kill()
            self._process.wait()
            self._is_ended = True
            # Readers first read what the program printed last.
            until = time.monotonic() + _READERS_END_SECONDS
            for reader in self._readers:
                reader.end(max(0.0, until - time.monotonic()))
        self._output.flush()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(OSError):
            if sys.platform == "win32":
                self._process.terminate()
            else:
                os.killpg(self._process.pid, number)

    def _kill(self) -> None:
        with suppress(OSError):
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._process.pid, signal.SIGKILL)
        # A process may start another one while the list is made.
        until = time.monotonic() + _KILL_SECONDS
        mark = f"{_MARK_VARIABLE}={self._mark}".encode()
        while time.monotonic() < until:
            stragglers = _marked(mark, {reader.pipe_name for reader in self._readers})
            if not stragglers:
                return
            for pid in stragglers:
                with suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(_POLL_SECONDS)


def variables_for(
    environment: Mapping[str, str] | None, added: Mapping[str, str]
) -> dict[str, str]:
    """Return the environment of a program: `ENVIRONMENT`, the user's variables, and ours."""
    own = {key: os.environ[key] for key in ENVIRONMENT if key in os.environ}
    return {**own, **(environment or {}), **added}


def ending_error(exit_code: int, output: Output, *, what: str = "The program") -> RecordingError:
    """Describe how a program ended, with the last line that it printed on stderr.

    Parameters
    ----------
    exit_code : int
        Negative for a signal.
    output : Output
        What it printed.
    what : str, optional
        The subject of the sentence.

    Returns
    -------
    RecordingError
    """
    if "heap out of memory" in output.tail:
        return RecordingError(
            f"{what} ran out of memory.",
            hint='give it more on a command line: ["node", "--max-old-space-size=4096", …].',
        )
    how = f"exit code {exit_code}" if exit_code >= 0 else signal.Signals(-exit_code).name
    said = f": {output.last_line}" if output.last_line and exit_code > 0 else ""
    return RecordingError(f"{what} ended with {how}{said}.", hint="see what it printed.")


def _marked(mark: bytes, pipes: set[str]) -> list[int]:
    """Return the processes with a mark in their environment, or that write to one of the pipes.

    None but on Linux.
    """
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        # Zombies and the processes of others have no readable environment.
        with suppress(OSError):
            is_marked = mark in (folder / "environ").read_bytes().split(b"\0")
            if int(folder.name) != os.getpid() and (is_marked or _writes_to(folder, pipes)):
                found.append(int(folder.name))
    return found


def _writes_to(process: Path, pipes: set[str]) -> bool:
    """Tell whether a process holds the end of a pipe that is written to."""
    for descriptor in (process / "fd").iterdir():
        # It may close files meanwhile.
        with suppress(OSError, ValueError, StopIteration):
            if str(descriptor.readlink()) in pipes:
                lines = (process / "fdinfo" / descriptor.name).read_text("ascii").splitlines()
                flags = next(line for line in lines if line.startswith("flags:"))
                if int(flags.split()[1], 8) & os.O_ACCMODE == os.O_WRONLY:
                    return True
    return False


class _Reader(threading.Thread):
    """Reads one pipe until its end, or until it is told to stop."""

    def __init__(self, stream: Stream, pipe: IO[bytes], output: Output) -> None:
        super().__init__(name=f"heapnb reads {stream}", daemon=True)
        self._stream = stream
        self._pipe = pipe
        self._output = output
        self._told, self._tell = os.pipe()
        self._n_since_told = 0
        self.pipe_name = f"pipe:[{os.fstat(pipe.fileno()).st_ino}]"

    def end(self, seconds: float) -> None:
        """Wait for the end of the pipe, but not longer than told: others may hold it open."""
        # The end of the program is the end of the pipe, unless another process holds it.
        self.join(seconds / 10)
        os.close(self._tell)
        self.join(seconds)

    def run(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        try:
            while chunk := self._chunk():
                self._output.add(self._stream, decoder.decode(chunk))
            self._output.add(self._stream, decoder.decode(b"", final=True))
        finally:
            self._pipe.close()
            os.close(self._told)

    def _chunk(self) -> bytes:
        """Wait for output; nothing at the end of the pipe or once told to stop."""
        if sys.platform != "win32":
            with selectors.DefaultSelector() as selector:
                selector.register(self._pipe, selectors.EVENT_READ)
                selector.register(self._told, selectors.EVENT_READ)
                ready = {key.fileobj for key, _ in selector.select()}
            self._n_since_told += self._told in ready
            # Who holds the pipe may write to it for ever.
            if self._pipe not in ready or self._n_since_told > _MOST_LAST_CHUNKS:
                return b""
        return os.read(self._pipe.fileno(), _CHUNK_BYTES)
