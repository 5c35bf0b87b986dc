"""Robust trends and change points of one number over time, in numpy.

scipy has the estimator, too, but these few lines do not justify a dependency of 100 MB.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt

from heapnb._typing import AnyArray, FloatArray

MS_PER_HOUR: Final = 3_600_000.0
LEAST_POINTS: Final = 4
"""With fewer points no interval of a slope means anything."""

_MOST_POINTS: Final = 400
"""Pairs of points are compared; longer series are summarised to so many medians."""

_MIN_SEGMENT: Final = 3
_PENALTY: Final = 3.0
"""Cost of a change point in units of variance times log(n), as BIC charges three parameters."""

_MAD_TO_SIGMA: Final = 1.4826
_LEAST_NOISE: Final = 1e-3
"""Noise below this share of the median is taken for this share: exact series have none."""


@dataclass(frozen=True)
class FloorTrend:
    """How a number changes over time, with its uncertainty.

    Parameters
    ----------
    slope_per_hour : float
        Units of the values per hour: the median of the slopes of all pairs of points (Theil–Sen).
    low, high : float
        Interval of the slope.
    p_value : float
        How likely chance alone makes a trend as strong, in either direction (Mann–Kendall).
    confidence : float
        Confidence of the interval.
    level : float
        The fitted value at the last point in time.
    n_points : int
        How many points were given.
    """

    slope_per_hour: float
    low: float
    high: float
    p_value: float
    confidence: float
    level: float
    n_points: int

    @property
    def is_growing(self) -> bool:
        """Whether the whole interval of the slope is above zero."""
        return self.low > 0

    @property
    def is_shrinking(self) -> bool:
        """Whether the whole interval of the slope is below zero."""
        return self.high < 0


def milliseconds(times: npt.ArrayLike) -> FloatArray:
    """Return times as milliseconds since the first; ``datetime64`` is accepted, too."""
    values = np.asarray(times)
    if np.issubdtype(values.dtype, np.datetime64):
        values = (values - values[:1]) / np.timedelta64(1, "ms")
    return values.astype(np.float64)


def points(times: npt.ArrayLike, values: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return times in ms and values, without missing ones, in order of time."""
    at, numbers = milliseconds(times), np.asarray(values, np.float64)
    if at.shape != numbers.shape or at.ndim != 1:
        raise ValueError(f"{at.shape} times, but {numbers.shape} values.")
    known = np.isfinite(at) & np.isfinite(numbers)
    order = np.argsort(at[known], kind="stable")
    return at[known][order], numbers[known][order]


def floor_trend(
    times: npt.ArrayLike,
    values: npt.ArrayLike,
    *,
    confidence: float = 0.95,
    segments: Sequence[int] = (),
) -> FloorTrend | None:
    """Estimate the slope of a series, robust against outliers.

    Parameters
    ----------
    times : array_like of float or datetime64, shape (n,)
        Milliseconds.
    values : array_like of float, shape (n,)
        For example the heap used after each full GC, in bytes.
    confidence : float, default 0.95
        Confidence of the interval.
    segments : sequence of int, optional
        Indices where a new level starts, as from `change_points`. Only pairs within one segment
        count, so that a step between two levels does not.

    Returns
    -------
    FloorTrend or None
        None for fewer than four points, or if all are of one time.

    Notes
    -----
    Slope: Theil 1950. Interval: Sen, "Estimates of the regression coefficient based on Kendall's
    tau", JASA 63 (1968), with his correction for ties. p-value: Mann 1945, Kendall 1975. Segments
    are combined as Hirsch and Slack combine seasons ("A nonparametric trend test for seasonal data
    with serial dependence", 1984). Levels of memory follow the load and are correlated; the
    variance grows by (1 + r) / (1 - r), r the correlation of neighbours (Bayley and Hammersley
    1946).

    Examples
    --------
    >>> trend = floor_trend([0, 60_000, 120_000, 180_000, 240_000], [10, 11, 12, 13, 14])
    >>> round(trend.slope_per_hour, 6), trend.is_growing
    (60.0, True)
    """
    at, numbers = points(times, values)
    n_points = len(at)
    at, numbers, bounds = _summarised(at, numbers, segments)
    if len(at) < LEAST_POINTS or at[-1] <= at[0]:
        return None
    segment = np.zeros(len(at), np.int64)
    segment[list(bounds)] = 1
    segment = np.cumsum(segment)
    first, second = np.triu_indices(len(at), 1)
    usable = (segment[first] == segment[second]) & (at[second] > at[first])
    first, second = first[usable], second[usable]
    if not len(first):
        return None
    rises = numbers[second] - numbers[first]
    slopes = np.sort(rises / (at[second] - at[first]))
    slope = float(np.median(slopes))
    residual = _residual(at, numbers, slope, segment)
    variance = _kendall_variance(numbers, segment) * _inflation(residual)
    score = float(np.sign(rises).sum())
    normal = NormalDist()
    if variance > 0:
        z = max(abs(score) - 1, 0.0) / math.sqrt(variance)
        p_value = 2 * (1 - normal.cdf(z))
        reach = normal.inv_cdf((1 + confidence) / 2) * math.sqrt(variance)
    else:
        # All values are equal.
        p_value, reach = 1.0, float(len(slopes))
    lower = round((len(slopes) - reach) / 2) - 1
    upper = round((len(slopes) + reach) / 2)
    # An interval wider than all pairs: the data bound the slope on no side.
    low = float(slopes[lower]) if lower >= 0 else min(float(slopes[0]), 0.0)
    high = float(slopes[upper]) if upper < len(slopes) else max(float(slopes[-1]), 0.0)
    last = segment == segment[-1]
    level = float(np.median(numbers[last] - slope * at[last]) + slope * at[-1])
    return FloorTrend(
        slope * MS_PER_HOUR,
        low * MS_PER_HOUR,
        high * MS_PER_HOUR,
        min(p_value, 1.0),
        confidence,
        level,
        n_points,
    )


def change_points(
    values: npt.ArrayLike, *, times: npt.ArrayLike | None = None, min_size: int = _MIN_SEGMENT
) -> tuple[int, ...]:
    """Find where a series jumps to another level.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        A number over time.
    times : array_like, optional
        Times in ms. With them a steady slope is removed first, so that a ramp has no change
        points.
    min_size : int, default 3
        Fewest values of one level.

    Returns
    -------
    tuple of int
        The index of the first value of each new level; empty where the level never changes.

    Notes
    -----
    PELT with the cost of a changed mean: Killick, Fearnhead and Eckley, "Optimal detection of
    changepoints with a linear computational cost", JASA 107 (2012). The noise is the median
    absolute difference of neighbours, which jumps hardly change.

    Examples
    --------
    >>> change_points([5, 5.1, 4.9, 5, 9, 9.1, 8.9, 9])
    (4,)
    """
    numbers = np.asarray(values, np.float64)
    at = np.arange(len(numbers), dtype=np.float64) if times is None else milliseconds(times)
    step = max(1, math.ceil(len(numbers) / _MOST_POINTS))
    found: tuple[int, ...] = ()
    if len(numbers) >= 2 * min_size:
        shown, shown_at = numbers[::step], at[::step]
        found = _pelt(shown, min_size, numbers)
        if times is not None:
            found = _on_a_slope(shown_at, shown, found, min_size)
    return tuple(index * step for index in found)


def _on_a_slope(
    at: FloatArray, numbers: FloatArray, found: tuple[int, ...], min_size: int
) -> tuple[int, ...]:
    """Fit slope and levels in turns, until the change points stay."""
    for _ in range(5):
        best = floor_trend(at, numbers, segments=found)
        # A ramp is cut into steps so short that the slope within them may be lost.
        whole = floor_trend(at, numbers)
        candidates = [
            _pelt(numbers - trend.slope_per_hour / MS_PER_HOUR * at, min_size, numbers)
            for trend in (best, whole)
            if trend is not None
        ]
        if not candidates:
            return found
        fewest = min(candidates, key=len)
        if fewest == found:
            break
        found = fewest
    return found


def _pelt(numbers: FloatArray, min_size: int, original: FloatArray) -> tuple[int, ...]:
    """Minimise squared distances from the level, plus a penalty for each change."""
    n = len(numbers)
    noise = _MAD_TO_SIGMA * float(np.median(np.abs(np.diff(numbers)))) / math.sqrt(2)
    noise = max(noise, _LEAST_NOISE * float(np.median(np.abs(original))), 1e-12)
    penalty = _PENALTY * noise * noise * math.log(n)
    centred = numbers - numbers.mean()
    sums = np.concatenate(([0.0], np.cumsum(centred)))
    squares = np.concatenate(([0.0], np.cumsum(centred * centred)))
    best = np.full(n + 1, np.inf)
    best[0] = -penalty
    previous = np.zeros(n + 1, np.int64)
    starts = np.array([0])
    for end in range(min_size, n + 1):
        length = end - starts
        total = sums[end] - sums[starts]
        cost = squares[end] - squares[starts] - total * total / length
        paid = best[starts] + cost
        lowest = int(np.argmin(paid))
        best[end], previous[end] = paid[lowest] + penalty, starts[lowest]
        starts = np.append(starts[paid <= best[end]], end - min_size + 1)
        starts = starts[np.isfinite(best[starts])]
    found = []
    end = n
    while (start := int(previous[end])) > 0:
        found.append(start)
        end = start
    return tuple(reversed(found))


def _summarised(
    at: FloatArray, numbers: FloatArray, segments: Sequence[int]
) -> tuple[FloatArray, FloatArray, list[int]]:
    """Replace runs of neighbours by their medians if there are too many points."""
    bounds = sorted({index for index in segments if 0 < index < len(at)})
    run = math.ceil(len(at) / _MOST_POINTS)
    if run <= 1:
        return at, numbers, bounds
    parts = [
        np.array_split(np.arange(start, stop), max(1, round((stop - start) / run)))
        for start, stop in zip([0, *bounds], [*bounds, len(at)], strict=True)
    ]
    new_bounds = np.cumsum([len(part) for part in parts])[:-1].tolist()
    runs = [rows for part in parts for rows in part]
    return (
        np.array([np.median(at[rows]) for rows in runs]),
        np.array([np.median(numbers[rows]) for rows in runs]),
        new_bounds,
    )


def _residual(at: FloatArray, numbers: FloatArray, slope: float, segment: AnyArray) -> FloatArray:
    rest = numbers - slope * at
    for number in np.unique(segment):
        rows = segment == number
        rest[rows] -= np.median(rest[rows])
    return rest


def _kendall_variance(numbers: FloatArray, segment: AnyArray) -> float:
    """Return the variance of Kendall's score, corrected for ties, summed over segments."""
    variance = 0.0
    for number in np.unique(segment):
        part = numbers[segment == number]
        n = len(part)
        _, ties = np.unique(part, return_counts=True)
        tied = float((ties * (ties - 1) * (2 * ties + 5)).sum())
        variance += (n * (n - 1) * (2 * n + 5) - tied) / 18
    return variance


def _inflation(residual: FloatArray) -> float:
    """Return how much correlation between neighbours widens the interval."""
    n = len(residual)
    spread = float(residual @ residual)
    if spread <= 0:
        return 1.0
    correlation = float(residual[1:] @ residual[:-1]) / spread
    # Independent values correlate as much by chance, too.
    if correlation <= NormalDist().inv_cdf(0.95) / math.sqrt(n):
        return 1.0
    correlation = min(correlation, 0.9)
    return (1 + correlation) / (1 - correlation)


__all__ = [
    "LEAST_POINTS",
    "MS_PER_HOUR",
    "FloorTrend",
    "change_points",
    "floor_trend",
    "milliseconds",
    "points",
]
