"""One snapshot of a recording, with what a side file says about it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class Shot:
    """One snapshot.

    Parameters
    ----------
    path : Path
        The file.
    units : float or None
        Units of work so far, warm-up included.
    process : mapping
        What a side file says about the process.
    pid : int or None
        The process, if it runs on this machine.
    time : datetime
        When it was begun.
    duration_ms : int
        How long it took.
    """

    path: Path
    units: float | None
    process: Mapping[str, Any]
    pid: int | None
    time: datetime
    duration_ms: int


class Recorder(Protocol):
    """A program or page that is driven and photographed."""

    unit: str
    """What a unit of work is called."""

    def warm_up(self) -> None:
        """Wait until it is ready, and drive load before the first snapshot."""

    def work(self) -> None:
        """Drive one interval's load."""

    def snapshot(self) -> Shot:
        """Write the next snapshot."""

    def paused_clock(self) -> AbstractContextManager[None]:
        """Do not count the time in the block."""

    def warnings(self) -> tuple[str, ...]:
        """Return what a reader should know about the load."""
