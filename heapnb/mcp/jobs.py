"""Work in a thread that reports what it does and can be cancelled between two steps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final

from heapnb.progress import reporter_of, reporting, stage

_LOOK_EVERY_SECONDS: Final = 0.05


class Cancelled(BaseException):
    """The caller no longer waits; not an Exception, so that no handler takes it for a failure."""


class Job:
    """One call of a tool.

    The worker reports here; the thread that waits reads `latest`, and ends the work with `cancel`.

    Examples
    --------
    >>> job = Job()
    >>> with job.working("Reading"):
    ...     job.latest
    ('Reading', 0, 0)
    >>> job.cancel()
    >>> job.report("Reading", 1, 2)
    Traceback (most recent call last):
    heapnb.mcp.jobs.Cancelled
    """

    def __init__(self) -> None:
        self.latest: tuple[str, int, int] | None = None
        """Stage, how much of it is done, and of how much; None before the first."""
        self._is_cancelled = threading.Event()
        self._interrupts: list[Callable[[], None]] = []

    def cancel(self) -> None:
        """End the work: at its next report, and at once where it named a way to interrupt it."""
        self._is_cancelled.set()
        for interrupt in tuple(self._interrupts):
            interrupt()

    @property
    def is_cancelled(self) -> bool:
        """Whether nobody waits for the answer any longer."""
        return self._is_cancelled.is_set()

    def report(self, title: str, done: int, total: int) -> None:
        """Take a report of the worker; raises `Cancelled` if the work is to end."""
        self.latest = (title, done, total)
        self.check()

    def check(self) -> None:
        """Raise `Cancelled` if the work is to end."""
        if self.is_cancelled:
            raise Cancelled

    @contextmanager
    def working(self, title: str) -> Iterator[None]:
        """Report all that happens in the block, which begins with this stage."""
        with reporting(reporter_of(self.report)), stage(title):
            yield

    @contextmanager
    def interrupting(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """Call a function as well when the job is cancelled while the block runs."""
        self._interrupts.append(interrupt)
        try:
            self.check()
            yield
        finally:
            self._interrupts.remove(interrupt)

    @contextmanager
    def holding(self, locks: Sequence[threading.RLock]) -> Iterator[None]:
        """Take locks one after the other, and give them back; waiting can be cancelled."""
        with ExitStack() as held:
            for lock in locks:
                while not lock.acquire(timeout=_LOOK_EVERY_SECONDS):
                    self.check()
                held.callback(lock.release)
            yield


__all__ = ["Cancelled", "Job"]
