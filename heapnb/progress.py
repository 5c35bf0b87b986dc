"""Progress of long work: a callback for programs, a bar for people."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from heapnb._typing import ProgressCallback

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

SHOW_AFTER_SECONDS = 0.8
"""Work that is done sooner shows no bar."""


class _LateBar:
    """A rich bar that appears only once the work has taken a while."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latest: tuple[str, int, int] | None = None
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._stage = ""
        self._timer = threading.Timer(SHOW_AFTER_SECONDS, self._show)
        self._timer.daemon = True
        self._timer.start()

    def __call__(self, stage: str, done: int, total: int) -> None:
        with self._lock:
            self._latest = (stage, done, total)
            self._update()

    def close(self) -> None:
        self._timer.cancel()
        with self._lock:
            if self._progress is not None:
                self._progress.stop()
            self._timer.cancel()
            self._latest = None

    def _show(self) -> None:
        progress = _new_progress()
        with self._lock:
            # The work may have ended while the timer was on its way here.
            if self._latest is not None:
                self._progress = progress
                self._progress.start()
                self._update()

    def _update(self) -> None:
        if self._progress is None or self._latest is None:
            return
        stage, done, total = self._latest
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
    bar = _LateBar()
    try:
        yield bar
    finally:
        bar.close()
