"""Worker processes that run checks under limits, and name the input that ended one of them.

The parent imports everything once and forks; a worker runs thousands of inputs. Before each input
it writes the input's number and the time to shared memory. So the parent knows which input crashed
a worker, and kills a worker that works on one input for too long.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import resource
import shutil
import signal
import struct
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import Any, Final, NamedTuple, Self, TypeAlias

from tests.fuzz.harness import FOLDER_VARIABLE, Reader, every_check

SECONDS: Final = 5.0
"""The most time of the processor for one input: other programs may keep it busy."""

WAITING: Final = 12
"""An input that waits, without work, may take so many times as long."""

MEMORY_FACTOR: Final = 10
MEMORY_CONSTANT: Final = 32 << 20
"""The most memory for one input is so many times its size, and so many bytes."""

ADDRESS_SPACE: Final = 2 << 30
"""An allocation beyond so many bytes more than a fresh worker has fails at once."""

_SLOT: Final = struct.Struct("=qd")
_IDLE: Final = -1
_POLL: Final = 0.2
_PR_SET_PDEATHSIG: Final = 1


class Problem(NamedTuple):
    """What is wrong with an input.

    Parameters
    ----------
    kind : str
        ``"crash"``, ``"time"``, ``"memory"``, or the name of an exception.
    place : str
        Function and line that raised, or the signal; equal problems have equal kinds and places.
    text : str
        For people.
    """

    kind: str
    place: str
    text: str

    @property
    def key(self) -> str:
        """What tells problems apart."""
        return f"{self.kind} at {self.place}"


@dataclass(frozen=True)
class Found:
    """An input with a problem.

    Parameters
    ----------
    reader : str
        The reader's name.
    number : int
        The input's number; -1 for an input that was not made by its number.
    problem : Problem
        What is wrong.
    """

    reader: str
    number: int
    problem: Problem


Task: TypeAlias = tuple[str, range | bytes]
"""A reader, and numbers of inputs or one input."""


class Workers:
    """Processes that run checks.

    Parameters
    ----------
    readers : dict of str to Reader
        All readers that tasks may name.
    jobs : int, default 1
        How many processes.
    """

    def __init__(self, readers: dict[str, Reader], jobs: int = 1) -> None:
        self.readers = readers
        self.folder = tempfile.mkdtemp(
            prefix="heapnb-fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None
        )
        os.environ[FOLDER_VARIABLE] = self.folder
        self._all = [_Worker(readers) for _ in range(jobs)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._all:
            worker.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, tasks: Iterator[Task]) -> Iterator[Found]:
        """Run tasks until there are none left; yield what they find."""
        waiting: list[Task] = []
        while True:
            for worker in self._all:
                task = None if worker.task else (waiting.pop() if waiting else next(tasks, None))
                if task is not None:
                    worker.start(task)
            busy = {worker.connection: worker for worker in self._all if worker.task}
            if not busy:
                return
            for ready in wait(list(busy), _POLL):
                yield from busy[ready].receive()  # type: ignore[index]
            for worker in busy.values():
                rest, found = worker.look()
                waiting += rest
                yield from found

    def problem_of(self, reader: str, data: bytes) -> Problem | None:
        """Run one input."""
        found = list(self.run(iter([(reader, data)])))
        return found[0].problem if found else None


class _Worker:
    """A process with its task."""

    def __init__(self, readers: dict[str, Reader]) -> None:
        self._readers = readers
        self._slot = mmap.mmap(-1, _SLOT.size)
        self.task: Task | None = None
        self._pid = 0
        self._ended: int | None = None
        self._seen = (_IDLE, 0.0)
        self._fork()

    def _fork(self) -> None:
        self.connection, theirs = Pipe()
        self._ended = None
        self._set_slot(_IDLE)
        self._pid = os.fork()
        if self._pid == 0:
            status = 1
            try:
                self.connection.close()
                _serve(self._readers, theirs, self._slot)
                status = 0
            finally:
                os._exit(status)
        theirs.close()

    def _set_slot(self, number: int) -> None:
        self._slot[:] = _SLOT.pack(number, time.monotonic())

    def start(self, task: Task) -> None:
        """Give the process a task."""
        self.task = task
        self.connection.send(task)

    def receive(self) -> Iterator[Found]:
        """Return what the process found; note its end."""
        try:
            while self.connection.poll():
                message = self.connection.recv()
                if message is None:
                    self.task = None
                else:
                    assert self.task is not None
                    yield Found(self.task[0], *message)
        except (EOFError, ConnectionResetError):
            _, self._ended = os.waitpid(self._pid, 0)

    def look(self) -> tuple[list[Task], list[Found]]:
        """Start the process again if it ended or works for too long: tasks left, and problems."""
        number, since = _SLOT.unpack(self._slot[:])
        problem = None
        if self._ended is not None:
            problem = _end(self._ended)
        elif self.task is not None and number != _IDLE and self._takes_long(number, since):
            problem = Problem("time", "", f"took more than {SECONDS:g} s")
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        if problem is None or self.task is None:
            return [], []
        reader, what = self.task
        self.task = None
        self.connection.close()
        self._fork()
        if isinstance(what, bytes):
            return [], [Found(reader, -1, problem)]
        # If even valid inputs end the process, the rest of the task is pointless.
        is_left = number != _IDLE and number + 1 < what.stop
        rest: list[Task] = [(reader, range(number + 1, what.stop))] if is_left else []
        return rest, [Found(reader, number, problem)]

    def _takes_long(self, number: int, since: float) -> bool:
        """Whether the process has worked or waited on an input for too long."""
        waited = time.monotonic() - since
        if waited < SECONDS:
            return False
        used = _cpu_seconds(self._pid)
        if self._seen[0] != number:
            # It has worked for at most that long before.
            self._seen = number, used - SECONDS / 2
        return used - self._seen[1] > SECONDS or waited > WAITING * SECONDS

    def stop(self) -> None:
        """End the process."""
        self.connection.close()
        if self._ended is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)


def _cpu_seconds(pid: int) -> float:
    """Return the time of the processor that a process has used; without /proc, the clock's time."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return time.monotonic()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _end(status: int) -> Problem:
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        return Problem("crash", name, f"the process ended with {name}")
    return Problem("crash", f"exit {os.WEXITSTATUS(status)}", "the process ended")


# -- inside a worker ------------------------------------------------------------------------


def _serve(readers: dict[str, Reader], connection: Connection, slot: mmap.mmap) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()
    warnings.simplefilter("ignore")
    warnings.filterwarnings("error", module="heapnb")
    meter = _Meter()
    while True:
        try:
            name, what = connection.recv()
        except EOFError:
            return
        reader = readers[name]
        if name not in meter.warm:
            meter.warm_up(reader)
        for number in what if isinstance(what, range) else (0,):
            data = what if isinstance(what, bytes) else reader.mutator.make(name, number)
            slot[:] = _SLOT.pack(number, time.monotonic())
            problem = meter.run(reader, data)
            if problem is not None:
                connection.send((number if isinstance(what, range) else -1, problem))
        slot[:] = _SLOT.pack(_IDLE, 0.0)
        connection.send(None)


def _end_with_parent() -> None:
    """Let Linux end this process when its parent ends, however that ends."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class _Meter:
    """Runs a check, and measures the memory that it takes."""

    def __init__(self) -> None:
        self.warm: set[str] = set()
        try:
            self._reset: int | None = os.open("/proc/self/clear_refs", os.O_WRONLY)
        except OSError:
            self._reset = None

    def warm_up(self, reader: Reader) -> None:
        """Import and compile what the reader needs; the limits begin behind that."""
        for data in reader.mutator.inputs:
            # What is wrong with valid inputs is found when they are run by their numbers.
            with contextlib.suppress(Exception), every_check():
                reader.check(data)
        self.warm.add(reader.name)
        size = _address_space()
        if size:
            hard = resource.getrlimit(resource.RLIMIT_AS)[1]
            resource.setrlimit(resource.RLIMIT_AS, (size + ADDRESS_SPACE, hard))

    def run(self, reader: Reader, data: bytes) -> Problem | None:
        """Check one input."""
        before = self._peak()
        try:
            reader.check(data)
        except Exception as error:  # noqa: BLE001  that is what we look for
            return _problem(error)
        if self._reset is None:
            return None
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
        if used > MEMORY_FACTOR * len(data) + MEMORY_CONSTANT:
            return Problem("memory", "", f"{used:,} bytes for an input of {len(data):,}")
        return None

    def _peak(self) -> int:
        """Set the peak of memory to what is used now, and return it."""
        if self._reset is not None:
            os.pwrite(self._reset, b"5", 0)
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _address_space() -> int:
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


def _problem(error: Exception) -> Problem:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [one for one in frames if "/heapnb/" in one.filename or "/tests/" in one.filename]
    last = ours[-1] if ours else frames[-1]
    file = last.filename.replace(os.sep, "/").rpartition("/")[2]
    text = "".join(traceback.format_exception(error, limit=-6))
    return Problem(type(error).__name__, f"{file}:{last.lineno} {last.name}", text[-3000:])


def run_here(reader: Reader, data: bytes, folder: Path) -> Any:
    """Run one input in this process, as tests of the corpus do; raise what is wrong."""
    os.environ[FOLDER_VARIABLE] = str(folder)
    return reader.check(data)
