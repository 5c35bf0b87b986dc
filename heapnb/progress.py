"""Progress of long work: a callback for programs, a bar for people."""

from __future__ import annotations

import time
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
        self._started = time.monotonic()
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        if self._progress is None:
            if time.monotonic() - self._started < SHOW_AFTER_SECONDS:
                return
            self._progress = _new_progress()
            self._progress.start()
        if stage not in self._tasks:
            for task in self._tasks.values():
                self._progress.update(task, visible=False)
            self._tasks[stage] = self._progress.add_task(stage, total=total or None)
        self._progress.update(self._tasks[stage], completed=done, total=total or None)

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()


def _new_progress() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("[progress.description]{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
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
