"""Progress of long work: a callback for programs, a bar for people.

A *reporter* opens a context in which work reports. The reporter in force is that of the snapshot
that was opened last: whatever belongs to the process and not to one snapshot, such as compiling
kernels, reports to it.
"""

from __future__ import annotations

import inspect
import os
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar, cast

from heapnb._typing import ProgressCallback

if TYPE_CHECKING:
    from rich.progress import TaskID

_T = TypeVar("_T")

SHOW_AFTER_SECONDS = 0.8
"""Work that is done sooner shows no bar."""

NOTEBOOK_MARK = "heapnb_progress"
"""Metadata of the outputs that are bars of notebooks."""

_NOTEBOOK_INTERVAL_SECONDS = 0.1
"""Front ends need not draw more often."""

ProgressReporter: TypeAlias = Callable[[], AbstractContextManager[ProgressCallback | None]]
"""Opens a context in which work reports, such as `progress_bar`; None stands for silence."""


ProgressOption: TypeAlias = ProgressCallback | ProgressReporter | bool | None
"""None and True ask for a bar, False for silence; see `heapnb.load` for callables."""


def reporter_of(progress: ProgressOption) -> ProgressReporter:
    """Return the reporter that a keyword ``progress`` asks for.

    Parameters
    ----------
    progress : callable or bool, optional
        A bar by default, none for False. A callable without arguments is a reporter already;
        any other one is called with (stage, done, total).

    Returns
    -------
    callable

    Examples
    --------
    >>> with reporter_of(print)() as report:
    ...     report("Reading", 1, 2)
    Reading 1 2
    """
    if not callable(progress):
        return lambda: progress_bar(enabled=progress is not False)
    if _needs_no_arguments(progress):
        return cast("ProgressReporter", progress)
    callback = cast("ProgressCallback", progress)
    return lambda: nullcontext(callback)


def _needs_no_arguments(function: Callable[..., object]) -> bool:
    try:
        kinds = inspect.signature(function).parameters.values()
    except ValueError:
        return False
    return not any(one.default is one.empty and one.kind is not one.VAR_KEYWORD for one in kinds)


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


Advance: TypeAlias = Callable[[int, int], None]
"""Says how much of a stage is done, and of how much."""


@contextmanager
def stage(title: str, reporter: ProgressReporter | None = None) -> Iterator[Advance]:
    """Report a stage, and afterwards the one that it interrupted.

    Parameters
    ----------
    title : str
        What is done.
    reporter : callable, optional
        Used unless this thread has one open; by default the one in force.

    Yields
    ------
    callable
        To be called with (done, total) if the length of the stage is known.
    """
    with reporting(reporter) as report:
        outer = _thread.stage

        def advance(done: int, total: int) -> None:
            if report is not None:
                report(title, done, total)

        advance(0, 0)
        _thread.stage = _Stage(report, title)
        try:
            yield advance
        finally:
            _thread.stage = outer
            if report is not None and outer is not None and outer.title is not None:
                report(outer.title, 0, 0)


@contextmanager
def beside(work: Callable[[], _T], *, is_worth_it: bool = True) -> Iterator[Callable[[], _T]]:
    """Do work in a second thread, silently, while the caller does something else.

    Kernels and most of numpy leave the interpreter to other threads while they compute.

    Parameters
    ----------
    work : callable
        What to do.
    is_worth_it : bool, default True
        Whether there is enough work for a second thread; otherwise the caller does it when it
        asks for the result.

    Yields
    ------
    callable
        Waits for the result, and returns it or raises what the work raised.
    """
    if not is_worth_it:
        yield work
        return

    from concurrent.futures import ThreadPoolExecutor

    def silently() -> _T:
        with reporting(no_progress):
            return work()

    with ThreadPoolExecutor(1, "heapnb-beside") as pool:
        yield pool.submit(copy_context().run, silently).result


@contextmanager
def one_of_several(
    number: int, total: int, name: str, reporter: ProgressReporter | None = None
) -> Iterator[None]:
    """Add to the titles of stages which file they are about: ``Reading 2 of 3: NAME``.

    Parameters
    ----------
    number, total : int
        The file's number, from 1, and the number of files. A single file gets no number.
    name : str
        The file's name.
    reporter : callable, optional
        Used unless this thread has one open; by default the one in force.
    """
    with reporting(reporter) as report:
        outer = _thread.stage
        which = f" {number} of {total}: {name}" if total > 1 else f": {name}"

        def named(title: str, done: int, total: int) -> None:
            if report is not None:
                report(title + which, done, total)

        _thread.stage = _Stage(None if report is None else named, None)
        try:
            yield
        finally:
            _thread.stage = outer
            if report is not None and outer is not None and outer.title is not None:
                report(outer.title, 0, 0)


class _LateBar:
    """A rich bar that appears only once the work has taken a while."""

    def __init__(self, after: float) -> None:
        self._lock = threading.Lock()
        self.latest: tuple[str, int, int] | None = None
        self._shown: _Shown | None = None
        self._is_over = False
        self._timer = threading.Timer(after, self._show)
        self._timer.daemon = True
        self._timer.start()

    def __call__(self, stage: str, done: int, total: int) -> None:
        with self._lock:
            self.latest = (stage, done, total)
            self._update()

    def close(self) -> None:
        self._timer.cancel()
        with self._lock:
            if self._shown is not None:
                self._shown.close()
            self._is_over = True

    def _show(self) -> None:
        shell = _shell_of_notebook()
        if shell is None and not _is_terminal():
            # rich would find that out, too, but importing it takes time from the work.
            return
        shown = _TerminalBar() if shell is None else _NotebookBar(shell)
        with self._lock:
            # The work may have ended while the timer was on its way here. A bar that starts then
            # would leave rich's stand-in for `sys.stdout` behind.
            if not self._is_over:
                shown.start()
                self._shown = shown
                self._update()

    def _update(self) -> None:
        if self._shown is not None and self.latest is not None:
            self._shown.update(*self.latest)


class _Shown(Protocol):
    """A bar that can be seen."""

    def start(self) -> None: ...

    def update(self, stage: str, done: int, total: int) -> None: ...

    def close(self) -> None: ...


class _TerminalBar:
    """One line on stderr that disappears at the end."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            Progress,
            TaskProgressColumn,
            TextColumn,
            TimeElapsedColumn,
        )
        from rich.table import Column

        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}", table_column=Column(no_wrap=True), markup=False),
            BarColumn(bar_width=20),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task: TaskID | None = None
        self._stage = ""

    def start(self) -> None:
        self._progress.start()

    def update(self, stage: str, done: int, total: int) -> None:
        if self._task is None or stage != self._stage:
            if self._task is not None:
                self._progress.remove_task(self._task)
            self._task = self._progress.add_task(stage, total=total or None)
            self._stage = stage
        self._progress.update(self._task, completed=done, total=total or None)

    def close(self) -> None:
        self._progress.stop()


class _NotebookBar:
    """One line below the cell. An output cannot be removed, so the last line says what it took."""

    def __init__(self, shell: Any) -> None:
        self._publish = shell.display_pub.publish
        self._display = {"display_id": f"heapnb-{uuid.uuid4()}"}
        self._start = time.monotonic()
        self._next = 0.0
        self._stage = ""
        self._is_new = True

    def start(self) -> None:
        """Show nothing yet: the first update does."""

    def update(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if stage == self._stage and now < self._next:
            return
        self._stage = stage
        self._next = now + _NOTEBOOK_INTERVAL_SECONDS
        share = f" {done / total:.0%}" if total else ""
        bar = f'<progress value="{done}" max="{total}"></progress>' if total else ""
        self._put(f"{stage}{share} …", bar)

    def close(self) -> None:
        if not self._is_new:
            self._put(f"Done in {time.monotonic() - self._start + SHOW_AFTER_SECONDS:.1f} s.")

    def _put(self, text: str, bar: str = "") -> None:
        from html import escape

        data = {
            "text/plain": text,
            "text/html": f'<small style="opacity: 0.7">{escape(text)} {bar}</small>',
        }
        self._publish(data, {NOTEBOOK_MARK: True}, transient=self._display, update=not self._is_new)
        self._is_new = False


def _is_terminal() -> bool:
    """Tell whether stderr is a terminal, or is to be treated as one; rich's own variables count."""
    forced = os.environ.get("FORCE_COLOR") or os.environ.get("TTY_COMPATIBLE") == "1"
    return bool(forced) or (sys.stderr is not None and sys.stderr.isatty())


def _shell_of_notebook() -> Any:
    """Return IPython's shell if this process is the kernel of a notebook, else None."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return shell if hasattr(shell, "kernel") else None


@contextmanager
def progress_bar(
    *, enabled: bool = True, after: float = SHOW_AFTER_SECONDS
) -> Iterator[ProgressCallback | None]:
    """Show a bar on stderr, or in the notebook, while the work in the block lasts.

    A process shows one bar at a time: blocks that overlap share it.

    Parameters
    ----------
    enabled : bool, default True
        False yields None, so that callers need no branch.
    after : float, default 0.8
        Seconds after which the bar appears; less where the user has been waiting already.

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
        bar = _process.bar = _process.bar or _LateBar(after)
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
