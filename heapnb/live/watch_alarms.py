"""When `hn.watch` raises an alarm: memwatch's rule, a floor that grows, a limit that is near."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from heapnb.live.probe import GcEvent, Sample
from heapnb.timeline.alarms import (
    LEAST_FLOORS,
    MemwatchStats,
    TimeLeft,
    floor,
    floor_alarm,
    floor_trend,
    memwatch_alarm,
    memwatch_stats,
    time_until,
)
from heapnb.views.fmt import format_bytes

AlarmKind: TypeAlias = Literal["memwatch", "floor", "limit"]

MOST_SAMPLES: Final = 20_000
"""Samples that are kept for each isolate: more than five hours at one per second."""

_LEAST_SAMPLES: Final = 60
"""Without full GCs, the floor is judged from this many samples on."""

LEAST_SECONDS: Final = 30.0
"""Trends are judged after this time: a program that starts grows while it loads its modules."""

_LEAST_GROWTH: Final = 1_000_000
"""Bytes that the floor must have grown by since the watch began. Code that is compiled and tables
of the engine make every program grow by some hundred kB."""

_JUDGE_EVERY: Final = 5
"""Samples between two judgements of the floor."""

_NEAR_LIMIT: Final = 0.9
"""Share of a limit from which on the alarm needs no trend."""

_HOURS_LEFT: Final = 1.0
"""The alarm fires if a limit is nearer than this."""

_QUIET_SECONDS: Final = 600.0
"""The same alarm fires again only after this time."""

_MS: Final = 1000.0
_SECONDS_PER_HOUR: Final = 3600.0
_MINUTES_SHOWN: Final = 90


@dataclass(frozen=True)
class Alarm:
    """An alarm.

    Parameters
    ----------
    kind : {"memwatch", "floor", "limit"}
        Five growing full GCs; a floor that grows for certain; a limit that is near.
    time : float
        Seconds since the epoch.
    text : str
        What was measured, in a sentence.
    details : mapping
        The numbers.
    pid, thread_id : int or None
        Whose memory.
    """

    kind: AlarmKind
    time: float
    text: str
    details: Mapping[str, Any] = field(default_factory=dict)
    pid: int | None = None
    thread_id: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the keys of a memory log."""
        return {"alarm": self.kind, "text": self.text, **self.details}


class Judge:
    """Keeps the samples of one isolate, and says when to raise an alarm.

    Parameters
    ----------
    pid, thread_id : int or None
        Whose memory.
    """

    def __init__(self, pid: int | None = None, thread_id: int | None = None) -> None:
        self._pid = pid
        self._thread_id = thread_id
        self.samples: list[Sample] = []
        self.full_gcs: list[GcEvent] = []
        self._after: list[int] = []
        self.gc_counts: dict[str, int] = {}
        self.gc_pause_ms = 0.0
        self.left: dict[str, TimeLeft] = {}
        self._fired: dict[AlarmKind, float] = {}
        self._n_memwatch = 0

    @property
    def stats(self) -> MemwatchStats | None:
        """What memwatch emits after the last full GC."""
        return memwatch_stats(self._after)[-1] if self._after else None

    def add(self, sample: Sample, *, rss_limit: int | None = None) -> list[Alarm]:
        """Take a sample, and return the alarms that it raises.

        Parameters
        ----------
        sample : Sample
            The sample.
        rss_limit : int, optional
            The container's limit, in bytes.

        Returns
        -------
        list of Alarm
        """
        self.samples.append(sample)
        del self.samples[:-MOST_SAMPLES]
        has_full = False
        for event in sample.gc:
            self.gc_counts[event.gc_type] = self.gc_counts.get(event.gc_type, 0) + 1
            self.gc_pause_ms += event.pause_ms
            if event.heap_used_after is not None:
                self.full_gcs.append(event)
                self._after.append(event.heap_used_after)
                has_full = True
        found = [self._memwatch(sample)] if has_full else []
        if len(self.samples) % _JUDGE_EVERY == 0:
            found += [self._floor(sample), *self._limits(sample, rss_limit)]
        return [alarm for alarm in found if alarm is not None and self._may_fire(alarm)]

    def _may_fire(self, alarm: Alarm) -> bool:
        last = self._fired.get(alarm.kind, -math.inf)
        if alarm.time - last < _QUIET_SECONDS:
            return False
        self._fired[alarm.kind] = alarm.time
        return True

    def _alarm(self, kind: AlarmKind, sample: Sample, text: str, **details: Any) -> Alarm:
        return Alarm(kind, sample.time, text, details, self._pid, self._thread_id)

    def _memwatch(self, sample: Sample) -> Alarm | None:
        times = [gc.time * _MS for gc in self.full_gcs]
        leaks = memwatch_alarm(times, self._after)
        if len(leaks) <= self._n_memwatch:
            return None
        self._n_memwatch = len(leaks)
        leak = leaks[-1]
        rate = "" if leak.bytes_per_hour is None else f", {_rate(leak.bytes_per_hour)}"
        text = f"The heap grew in five full GCs in a row: {format_bytes(leak.growth)}{rate}."
        return self._alarm(
            "memwatch", sample, text, growth=leak.growth, bytes_per_hour=leak.bytes_per_hour
        )

    def _floors(self, name: str) -> tuple[Any, Any] | None:
        """Return times in ms and floors of a number; None if there are too few."""
        if self.samples[-1].time - self.samples[0].time < LEAST_SECONDS:
            return None
        if name == "heap_used" and len(self.full_gcs) >= LEAST_FLOORS:
            return [gc.time * _MS for gc in self.full_gcs], self._after
        known = [
            (one.time, value) for one in self.samples if (value := one.memory.get(name)) is not None
        ]
        if len(known) < _LEAST_SAMPLES:
            return None
        return floor([time * _MS for time, _ in known], [value for _, value in known])

    def _floor(self, sample: Sample) -> Alarm | None:
        floors = self._floors("heap_used")
        found = None if floors is None else floor_alarm(*floors)
        if found is None:
            return None
        trend = found.recent
        hours = (self.samples[-1].time - self.samples[0].time) / _SECONDS_PER_HOUR
        if min(trend.slope_per_hour, found.trend.slope_per_hour) * hours < _LEAST_GROWTH:
            return None
        text = (
            f"What remains after GC grows by {_rate(trend.slope_per_hour)} (95 % interval:"
            f" {_rate(trend.low)} to {_rate(trend.high)})."
        )
        return self._alarm(
            "floor",
            sample,
            text,
            bytes_per_hour=trend.slope_per_hour,
            low=trend.low,
            high=trend.high,
            change_points=list(found.change_points),
        )

    def _limits(self, sample: Sample, rss_limit: int | None) -> list[Alarm | None]:
        limits = (
            ("heap_used", "The heap", sample.memory.get("heap_limit"), "V8's limit"),
            ("rss", "RSS", rss_limit, "the container's limit"),
        )
        return [
            self._limit(sample, name, subject, limit, whose)
            for name, subject, limit, whose in limits
            if limit
        ]

    def _limit(
        self, sample: Sample, name: str, subject: str, limit: int, whose: str
    ) -> Alarm | None:
        floors = self._floors(name)
        trend = None if floors is None else floor_trend(*floors)
        level = sample.memory.get(name)
        if level is None:
            return None
        left = time_until(limit, trend.level if trend else level, trend)
        is_certain = trend is not None and trend.is_growing
        self.left.pop(name, None)
        if left is not None and is_certain:
            self.left[name] = left
        of_limit = f"{format_bytes(level)} of {format_bytes(limit)} ({whose})"
        details = {"number": name, "level": level, "limit": limit}
        if level >= _NEAR_LIMIT * limit:
            text = f"{subject} is near its limit: {of_limit}."
            return self._alarm("limit", sample, text, **details)
        if left is None or not is_certain or left.hours > _HOURS_LEFT:
            return None
        text = f"{subject} reaches its limit in about {duration_text(left.hours)}: {of_limit}."
        return self._alarm("limit", sample, text, **details, hours_left=left.hours)


def _rate(bytes_per_hour: float) -> str:
    return f"{format_bytes(round(bytes_per_hour))}/h"


def duration_text(hours: float) -> str:
    """Write a length of time as a person says it.

    Examples
    --------
    >>> [duration_text(hours) for hours in (0.01, 0.5, 3.2, 100)]
    ['36 s', '30 min', '3.2 h', '4.2 days']
    """
    seconds = hours * _SECONDS_PER_HOUR
    if seconds < _MINUTES_SHOWN:
        return f"{seconds:.0f} s"
    if seconds < _MINUTES_SHOWN * 60:
        return f"{seconds / 60:.0f} min"
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"  # noqa: PLR2004  two days
