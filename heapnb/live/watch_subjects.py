"""What is watched: a process, and its isolates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from heapnb.capture.targets import Target
from heapnb.live.probe import Probe, Sample
from heapnb.live.watch_alarms import Alarm, Judge

State: TypeAlias = Literal["connecting", "watching", "busy", "lost", "ended", "stopped"]


@dataclass(frozen=True)
class Source:
    """The process to watch: one of ``pid``, ``port`` and ``url``; see `heapnb.watch`."""

    pid: int | None = None
    port: int | None = None
    url: str | None = None
    page: str | None = None
    allow_remote: bool = False

    def options(self) -> dict[str, Any]:
        """Return keywords for `heapnb.capture.targets.open_targets` and `heapnb.capture`."""
        return {
            "pid": self.pid,
            "port": self.port,
            "url": self.url,
            "page": self.page,
            "allow_remote": self.allow_remote,
        }

    def __str__(self) -> str:
        if self.pid is not None:
            return f"process {self.pid}"
        return f"port {self.port}" if self.port is not None else str(self.url)


class Isolate:
    """One isolate that is watched: its probe, its samples, and what was concluded from them.

    Parameters
    ----------
    target : Target
        The isolate.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self.probe = Probe(target)
        self.judge = Judge(target.pid, target.thread_id)
        self.is_alive = True

    @property
    def latest(self) -> Sample | None:
        """The last sample."""
        return self.judge.samples[-1] if self.judge.samples else None


class Watched(Protocol):
    """What there is to show of a watch; see `heapnb.Watch`."""

    source: Source
    state: State
    isolates: list[Isolate]
    started: float

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """The alarms so far."""

    @property
    def news(self) -> tuple[str, ...]:
        """What happened, a line each."""
