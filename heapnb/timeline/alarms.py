"""Alarms over samples of memory: memwatch's, and a robust one.

All functions are pure: arrays in, facts out. Times are milliseconds or ``datetime64``, sizes are
bytes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from heapnb._typing import FloatArray
from heapnb.timeline.trends import (
    LEAST_POINTS,
    MS_PER_HOUR,
    FloorTrend,
    change_points,
    floor_trend,
    milliseconds,
    points,
)

MEMWATCH_GROWTHS: Final = 5
"""Full GCs in a row that must grow."""

_RECENT: Final = 10
_ANCIENT: Final = 120
_SETTLED: Final = 3
"""memwatch records extremes from the third full GC on."""

LEAST_FLOORS: Final = 10
"""The robust alarm judges the later half on its own, which needs five points."""

_LEAST_GROWTH: Final = 0.01
"""Growth of the later half below this share of the floor does not matter."""

_NET_GROWTH: Final = 0.5
"""Less net growth than this share of the growth between jumps: the jumps release most of it."""

_LEVELLING: Final = 0.3
"""A later half that grows at less than this share of the first one's rate levels off."""

_WINDOWS: Final = 60
"""Windows whose minima make the floor of samples without GC events."""

_SAMPLES_PER_WINDOW: Final = 4


@dataclass(frozen=True)
class MemwatchLeak:
    """One ``leak`` event of memwatch.

    Parameters
    ----------
    index : int
        Index of the full GC at which it fires.
    start_ms, end_ms : float
        Times of the first and the fifth growing GC.
    growth : int
        Bytes between them.
    bytes_per_hour : float or None
        Rate of the growth; None if no time passed.
    """

    index: int
    start_ms: float
    end_ms: float
    growth: int
    bytes_per_hour: float | None


@dataclass(frozen=True)
class MemwatchStats:
    """One ``stats`` event of memwatch, after a full GC.

    Parameters
    ----------
    num_full_gc : int
        Full GCs so far.
    usage_trend : float
        By how many percent the base of the last 10 GCs exceeds that of the last 120.
    estimated_base : int
        Base over the last 10 GCs, in bytes.
    current_base : int
        Heap used right after this GC, in bytes.
    min, max : int or None
        Extremes of the base, from the third GC on, in bytes.
    """

    num_full_gc: int
    usage_trend: float
    estimated_base: int
    current_base: int
    min: int | None
    max: int | None


def memwatch_alarm(
    times: npt.ArrayLike, used_after_full_gc: npt.ArrayLike
) -> tuple[MemwatchLeak, ...]:
    """Find the ``leak`` events that memwatch would emit: five growing full GCs in a row.

    Parameters
    ----------
    times : array_like, shape (n,)
        When the full GCs ended.
    used_after_full_gc : array_like of int, shape (n,)
        Heap used right after them, in bytes.

    Returns
    -------
    tuple of MemwatchLeak
        After each event the count starts again. In a running process the alarm fires now if the
        ``index`` of the last one is n - 1.

    Notes
    -----
    After ``src/memwatch.cc`` of memwatch-next 0.3.0, with three differences. memwatch writes rates
    through ``niceSize(int)``, which makes 2 GB per hour and more negative; here they
    are floats. Within one second memwatch divides by zero. It compares the first GC with 0, so
    that it counts as growing; here it has no predecessor.

    Examples
    --------
    >>> times = [0, 1_000, 2_000, 3_000, 4_000, 5_000]
    >>> [(leak.index, leak.growth) for leak in memwatch_alarm(times, [1, 2, 3, 4, 5, 6])]
    [(5, 4)]
    """
    at = milliseconds(times)
    used = np.asarray(used_after_full_gc, np.float64)
    leaks = []
    start = growths = 0
    for index in range(1, len(used)):
        if not used[index] > used[index - 1]:
            growths = 0
            continue
        if growths == 0:
            start = index
        growths += 1
        if growths == MEMWATCH_GROWTHS:
            growths = 0
            grown, passed = float(used[index] - used[start]), float(at[index] - at[start])
            rate = grown / passed * MS_PER_HOUR if passed > 0 else None
            leaks.append(
                MemwatchLeak(index, float(at[start]), float(at[index]), round(grown), rate)
            )
    return tuple(leaks)


def memwatch_stats(used_after_full_gc: npt.ArrayLike) -> tuple[MemwatchStats, ...]:
    """Compute the ``stats`` that memwatch emits after each full GC.

    Parameters
    ----------
    used_after_full_gc : array_like of int, shape (n,)
        Heap used right after the full GCs, in bytes.

    Returns
    -------
    tuple of MemwatchStats
        One for each GC.

    Notes
    -----
    After ``src/memwatch.cc`` of memwatch-next 0.3.0, with two differences. memwatch subtracts
    unsigned numbers, so that a shrinking base has a trend of billions of percent, and divides
    integers, which disables the smoothing of the first nine GCs; here both are real numbers.

    Examples
    --------
    >>> memwatch_stats([100, 100, 110])[-1].current_base
    110
    """
    recent = ancient = 0.0
    low: int | None = None
    high: int | None = None
    stats = []
    for number, size in enumerate(np.asarray(used_after_full_gc, np.float64).tolist(), 1):
        if number < _RECENT:
            weight = number * (number / _RECENT) ** 2.5 if number > 1 else 0.0
            recent = (recent * weight + size) / (weight + 1)
            weight = number * (number / _RECENT) ** 2.4 if number > 1 else 0.0
            ancient = (ancient * weight + size) / (weight + 1)
        else:
            recent += (size - recent) / _RECENT
            ancient += (size - ancient) / min(_ANCIENT, number)
        current = round(size)
        if number >= _SETTLED:
            low = current if low is None else min(low, current)
            high = current if high is None else max(high, current)
        trend = round((recent - ancient) / ancient * 100, 1) if ancient else 0.0
        stats.append(MemwatchStats(number, trend, round(recent), current, low, high))
    return tuple(stats)


def floor(
    times: npt.ArrayLike, values: npt.ArrayLike, *, after_full_gc: npt.ArrayLike | None = None
) -> tuple[FloatArray, FloatArray]:
    """Return the floor of a saw-tooth: what remains after garbage is collected.

    Parameters
    ----------
    times, values : array_like, shape (n,)
        Samples.
    after_full_gc : array_like of bool, optional
        Which samples were taken right after a full GC. If at least four were, they are the floor.
        Otherwise it is the minimum of each of up to 60 windows of at least four samples.

    Returns
    -------
    times : ndarray of float64
        Milliseconds.
    values : ndarray of float64
        The floor.

    Examples
    --------
    >>> floor(range(8), [5, 9, 7, 8, 5, 9, 8, 9])[1].tolist()
    [5.0, 5.0]
    """
    if after_full_gc is not None:
        chosen = np.asarray(after_full_gc, np.bool_)
        if int(chosen.sum()) >= LEAST_POINTS:
            return points(milliseconds(times)[chosen], np.asarray(values, np.float64)[chosen])
    at, numbers = points(times, values)
    n_windows = min(_WINDOWS, len(at) // _SAMPLES_PER_WINDOW)
    if n_windows == 0:
        return at, numbers
    lowest = [
        int(rows[np.argmin(numbers[rows])])
        for rows in np.array_split(np.arange(len(at)), n_windows)
    ]
    return at[lowest], numbers[lowest]


@dataclass(frozen=True)
class FloorAlarm:
    """The floor after GC grows, and goes on growing.

    Parameters
    ----------
    trend : FloorTrend
        Slope between the jumps, over the whole time.
    recent : FloorTrend
        The same for the later half.
    change_points : tuple of int
        Indices where the floor jumps to another level.
    """

    trend: FloorTrend
    recent: FloorTrend
    change_points: tuple[int, ...]


def floor_alarm(
    times: npt.ArrayLike, floors: npt.ArrayLike, *, confidence: float = 0.95
) -> FloorAlarm | None:
    """Decide whether a floor grows steadily: a leak, not a warm-up, a step or noise.

    Parameters
    ----------
    times : array_like, shape (n,)
        When the floor was measured.
    floors : array_like, shape (n,)
        Bytes that remain after GC; see `floor`.
    confidence : float, default 0.95
        Confidence of the intervals that must lie above zero.

    Returns
    -------
    FloorAlarm or None
        None while the floor does not grow for certain, or for fewer than ten points.

    Notes
    -----
    For the whole time and for its later half, the interval of the slope between the jumps is above
    zero (a step does not count), and the jumps release less than half of the growth (a cache that
    is emptied does not leak). The later half grows at 0.3 times the rate of the first half or more
    (a warm-up levels off), and by more than 1 %.

    Examples
    --------
    >>> floor_alarm(range(20), [10 + 0.5 * i for i in range(20)]) is None
    False
    >>> floor_alarm(range(20), [10] * 20) is None
    True
    """
    at, numbers = points(times, floors)
    if len(at) < LEAST_FLOORS:
        return None
    half = len(at) // 2
    jumps = change_points(numbers, times=at)
    late = tuple(index - half for index in jumps if index > half)
    found = []
    for start, stop, inside in ((0, len(at), jumps), (half, len(at), late)):
        rows = slice(start, stop)
        plain = floor_trend(at[rows], numbers[rows], confidence=confidence)
        between = floor_trend(at[rows], numbers[rows], confidence=confidence, segments=inside)
        if plain is None or between is None or not between.is_growing:
            return None
        if plain.slope_per_hour < _NET_GROWTH * between.slope_per_hour:
            return None
        found.append(between)
    whole, recent = found
    if recent.slope_per_hour < _LEVELLING * _usual_slope(at[:half], numbers[:half]):
        return None
    growth = recent.slope_per_hour * float(at[-1] - at[half]) / MS_PER_HOUR
    if growth < _LEAST_GROWTH * abs(float(np.median(numbers))):
        return None
    return FloorAlarm(whole, recent, jumps)


def _usual_slope(at: FloatArray, numbers: FloatArray) -> float:
    """Return the median slope per hour over a quarter of the points; few of these span a jump."""
    lag = max(1, len(at) // 4)
    passed = at[lag:] - at[:-lag]
    rises = (numbers[lag:] - numbers[:-lag])[passed > 0]
    return float(np.median(rises / passed[passed > 0])) * MS_PER_HOUR if len(rises) else 0.0


@dataclass(frozen=True)
class TimeLeft:
    """When a growing number reaches its limit.

    Parameters
    ----------
    hours : float
        By the estimated slope.
    low, high : float
        Interval, by the bounds of the slope. ``high`` is infinite if the slope may be zero.
    """

    hours: float
    low: float
    high: float


def time_until(limit: float, level: float, trend: FloorTrend | None) -> TimeLeft | None:
    """Estimate when a growing number reaches a limit.

    Parameters
    ----------
    limit : float
        The limit, such as V8's heap limit, in bytes.
    level : float
        The current value, in bytes.
    trend : FloorTrend or None
        Its slope.

    Returns
    -------
    TimeLeft or None
        None without a trend, or if the number does not grow. 0 hours if the limit is reached.

    Examples
    --------
    >>> trend = floor_trend([0, 1_800_000, 3_600_000, 5_400_000, 7_200_000], [10, 11, 12, 13, 14])
    >>> round(time_until(20, 14, trend).hours, 3)
    3.0
    """
    if trend is None or trend.slope_per_hour <= 0:
        return None
    gap = max(limit - level, 0.0)
    return TimeLeft(
        gap / trend.slope_per_hour,
        gap / trend.high if trend.high > 0 else math.inf,
        gap / trend.low if trend.low > 0 else math.inf,
    )


__all__ = [
    "FloorAlarm",
    "FloorTrend",
    "MemwatchLeak",
    "MemwatchStats",
    "TimeLeft",
    "change_points",
    "floor",
    "floor_alarm",
    "floor_trend",
    "memwatch_alarm",
    "memwatch_stats",
    "time_until",
]
