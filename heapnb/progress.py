"""Progress of long work: a callback for programs, a bar for people.

A *reporter* opens a context in which work reports. The reporter in force is that of the snapshot
that was opened last: whatever belongs to the process and not to one snapshot, such as compiling
kernels, reports to it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from heapnb._typing import ProgressCallback

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

SHOW_AFTER_SECONDS = 0.8
"""Work that is done sooner shows no bar."""

ProgressReporter: TypeAlias = Callable[[], AbstractContextManager[ProgressCallback | None]]
"""Opens a context in which work reports, such as `progress_bar`; None stands for silence."""


def no_progress() -> AbstractContextManager[None]:
    """Report nothing."""
    return nullcontext()


@dataclass(frozen=True)
class _Stage:
    """What a thread reports to, and what it reported last."""

    report: ProgressCallback | None
    title: str | None


class _Thread(threading.local):
    stage: _Stage | None = None


class _Process:
    """What all threads share."""

    def __init__(self) -> None:
        self.reporter: ProgressReporter = no_progress
        self.lock = threading.Lock()
        self.bar: _LateBar | None = None
        self.n_users = 0


_thread = _Thread()
_process = _Process()


def report_to(reporter: ProgressReporter) -> None:
    """Put a reporter in force."""
    _process.reporter = reporter


@contextmanager
def reporting(reporter: ProgressReporter | None = None) -> Iterator[ProgressCallback | None]:
    """Open a reporter, or share the one that this thread has open.

    Parameters
    ----------
    reporter : callable, optional
        By default the one in force.

    Yields
    ------
    callable or None
        A `ProgressCallback`.
    """
    outer = _thread.stage
    if outer is not None:
        yield outer.report
        return
    with (reporter or _process.reporter)() as report:
        _thread.stage = _Stage(report, None)
        try:
            yield report
        finally:
            _thread.stage = None


@contextmanager
def stage(title: str, reporter: ProgressReporter | None = None) -> Iterator[None]:
    """Report a stage of unknown length, and afterwards the one that it interrupted.

    Parameters
    ----------
    title : str
        What is done.
    reporter : callable, optional
        Used unless this thread has one open; by default the one in force.
    """
    with reporting(reporter) as report:
        outer = _thread.stage
        if report is not None:
            report(title, 0, 0)
        _thread.stage = _Stage(report, title)
        try:
            yield
        finally:
            _thread.stage = outer
            if report is not None and outer is not None and outer.title is not None:
                report(outer.title, 0, 0)


class _LateBar:
    """A rich bar that appears only once the work has taken a while."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.latest: tuple[str, int, int] | None = None
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._stage = ""
        self._timer = threading.Timer(SHOW_AFTER_SECONDS, self._show)
        self._timer.daemon = True
        self._timer.start()

    def __call__(self, stage: str, done: int, total: int) -> None:
        with self._lock:
            self.latest = (stage, done, total)
            self._update()

    def close(self) -> None:
        self._timer.cancel()
        with self._lock:
            if self._progress is not None:
                self._progress.stop()
            self.latest = None

    def _show(self) -> None:
        progress = _new_progress()
        with self._lock:
            # The work may have ended while the timer was on its way here.
            if self.latest is not None:
                self._progress = progress
                self._progress.start()
                self._update()

    def _update(self) -> None:
        if self._progress is None or self.latest is None:
            return
        stage, done, total = self.latest
        if self._task is None or stage != self._stage:
            if self._task is not None:
                self._progress.remove_task(self._task)
            self._task = self._progress.add_task(stage, total=total or None)
            self._stage = stage
        self._progress.update(self._task, completed=done, total=total or None)


def _new_progress() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    console = Console()
    if not console.is_jupyter:
        console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not (console.is_terminal or console.is_jupyter),
    )


@contextmanager
def progress_bar(*, enabled: bool = True) -> Iterator[ProgressCallback | None]:
    """Show a bar on stderr, or in the notebook, while the work in the block lasts.

    A process shows one bar at a time: blocks that overlap share it.

    Parameters
    ----------
    enabled : bool, default True
        False yields None, so that callers need no branch.

    Yields
    ------
    callable or None
        A `ProgressCallback`.

    Examples
    --------
    >>> with progress_bar() as report:
    ...     report("Reading", 1, 2)
    """
    if not enabled:
        yield None
        return
    with _process.lock:
        bar = _process.bar = _process.bar or _LateBar()
        _process.n_users += 1
        before = bar.latest
    try:
        yield bar
    finally:
        with _process.lock:
            _process.n_users -= 1
            if _process.n_users == 0:
                _process.bar = None
                bar.close()
            elif before is not None:
                bar(*before)
