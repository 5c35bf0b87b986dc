"""How numbers go from snapshot to snapshot: how fast, how surely, and whether they level off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from heapnb._typing import FloatArray, IntArray

COVERAGE: Final = 0.95
"""How often the interval of a slope holds the true one, where there are snapshots enough."""

LATE_PART: Final = 3
"""One interval in so many is late: the last third of the series, at least one.

Bench: a series of three snapshots has one late interval, whatever this number is.
"""

STEADY: Final = 0.9
"""Growth behind a warm-up that keeps up this share of its rate is steady.

Chance takes a tenth of a hundred additions; a cache that fills up loses more than that. Bench: a
series of three snapshots has no warm-up, whatever this number is.
"""

BEYOND_CHANCE: Final = 1.5
"""Standard deviations by which two rates differ that are not the same.

Bench: not measured yet.
"""

_MOST_PAIRS_AT_ONCE: Final = 1 << 23


@dataclass(frozen=True, eq=False)
class Trends:
    """Trends of several series of numbers.

    Parameters
    ----------
    slope : float64[k]
        By how much each grows from one snapshot to the next (Theil and Sen: the median over all
        pairs of snapshots); NaN for a single snapshot.
    low, high : float64[k]
        The interval for the slope; NaN for fewer than three snapshots.
    levelling : float64[k]
        Growth in the last third of the intervals, by that in the others, each per interval (or per
        unit of work, where that is known): 1
        for growth at the same rate, 0 for growth that stopped, less than 0 for numbers that
        shrink again; NaN for numbers that did not grow at first.
    """

    slope: FloatArray
    low: FloatArray
    high: FloatArray
    levelling: FloatArray


def trends(values: IntArray, work: Sequence[float] | None = None) -> Trends:
    """Fit a line to each of several series of numbers.

    Parameters
    ----------
    values : int64[k, n_snapshots]
        Numbers over time; snapshots count as equally far from each other.
    work : sequence of float, optional
        Units of work done at each snapshot, ascending. Then levelling compares growth for each
        unit of work rather than for each interval.

    Returns
    -------
    Trends

    Notes
    -----
    The median of the slopes between all pairs does not mind a peak in one snapshot, as least
    squares would. Its interval goes by Kendall's statistic (Sen 1968). Three snapshots are too
    few for `COVERAGE`: the interval is then the range of the slopes, which holds the true one in
    two of three cases.

    Examples
    --------
    >>> found = trends(np.array([[10, 20, 30, 40], [10, 50, 90, 90]]))
    >>> found.slope.round(1).tolist(), found.levelling.tolist()
    ([10.0, 33.3], [1.0, 0.0])
    """
    n_rows, n_snapshots = values.shape
    slope, low, high = (np.full(n_rows, np.nan) for _ in range(3))
    first, second = np.triu_indices(n_snapshots, 1)
    n_pairs = len(first)
    at_once = max(1, _MOST_PAIRS_AT_ONCE // max(n_pairs, 1))
    lowest, highest = _ranks(n_snapshots, n_pairs)
    for start in range(0, n_rows if n_pairs else 0, at_once):
        part = slice(start, start + at_once)
        slopes = (values[part, second] - values[part, first]) / (second - first)
        slopes.sort(axis=1)
        slope[part] = (slopes[:, (n_pairs - 1) // 2] + slopes[:, n_pairs // 2]) / 2
        if n_pairs > 1:
            low[part], high[part] = slopes[:, lowest], slopes[:, highest]
    return Trends(slope, low, high, _levelling(values, work))


def _ranks(n_snapshots: int, n_pairs: int) -> tuple[int, int]:
    """Tell which slopes in ascending order are the ends of the interval."""
    n = n_snapshots
    deviation = (n * (n - 1) * (2 * n + 5) / 18) ** 0.5
    width = NormalDist().inv_cdf((1 + COVERAGE) / 2) * deviation
    lowest = max(0, int((n_pairs - width) / 2))
    return lowest, max(0, n_pairs - 1 - lowest)


def slope_over(values: FloatArray, at: FloatArray) -> tuple[float, float, float]:
    """Fit a line to one series of numbers that were measured at uneven distances.

    Parameters
    ----------
    values, at : float64[n]
        Two or more numbers, and where each was measured, ascending.

    Returns
    -------
    slope, low, high : float
        The slope and its interval, as in `Trends`, for each unit of ``at``.

    Examples
    --------
    >>> slope_over(np.array([10.0, 30.0, 90.0]), np.array([0.0, 10.0, 40.0]))
    (2.0, 2.0, 2.0)
    """
    first, second = np.triu_indices(len(values), 1)
    slopes = np.sort((values[second] - values[first]) / (at[second] - at[first]))
    lowest, highest = _ranks(len(values), len(slopes))
    return float(np.median(slopes)), float(slopes[lowest]), float(slopes[highest])


def n_late_intervals(n_intervals: int) -> int:
    """Return how many intervals at the end of a series are late."""
    return max(1, n_intervals // LATE_PART)


def _levelling(values: IntArray, work: Sequence[float] | None) -> FloatArray:
    n_rows, n_snapshots = values.shape
    n_steps = n_snapshots - 1
    if n_steps < 2:  # noqa: PLR2004  there is no late and early
        return np.full(n_rows, np.nan)
    n_late = n_late_intervals(n_steps)
    at = range(n_snapshots) if work is None else work
    turn = n_steps - n_late
    middle = values[:, turn].astype(np.float64)
    late = (values[:, -1] - middle) / (at[-1] - at[turn])
    early = (middle - values[:, 0]) / (at[turn] - at[0])
    grew = early > 0
    levelling = np.full(n_rows, np.nan)
    levelling[grew] = late[grew] / early[grew]
    return levelling


@dataclass(frozen=True)
class Pace:
    """How growth at the end of a series compares with growth before that.

    Parameters
    ----------
    share : float
        Growth for each unit of work in the later intervals, by that in the earlier ones: 1 for
        growth at the same rate, 0 for growth that stopped.
    is_slower : bool
        Whether so many fewer were added that chance does not explain it.
    """

    share: float
    is_slower: bool


def pace(values: IntArray, work: Sequence[float] | None = None) -> Pace | None:
    """Compare the later intervals of a series with the earlier ones.

    Parameters
    ----------
    values : int64[n_snapshots]
        A number over time.
    work : sequence of float, optional
        Units of work done at each snapshot, ascending. Without them, all intervals count as the
        same amount of work.

    Returns
    -------
    Pace or None
        None with fewer than two intervals, and for numbers that did not grow at first.

    Notes
    -----
    The later half of the intervals is compared with the earlier half. Of three intervals or more,
    those of the first third may be warm-up: if the others grow steadily by themselves, only they
    count. So a leak behind a warm-up goes on, while a cache whose growth slows from interval to
    interval does not. Additions at random vary by the square root of their number.

    Examples
    --------
    >>> round(pace(np.array([269, 444, 517])).share, 2)
    0.42
    >>> pace(np.array([269, 444, 517]), [100, 200, 240]).share > 1
    True
    >>> pace(np.array([0, 900, 1000, 1100, 1200])).share
    1.0
    """
    n_steps = len(values) - 1
    if n_steps < 2:  # noqa: PLR2004  there is no late and early
        return None
    whole = _pace_from(0, values, work)
    n_warm_up = n_steps // LATE_PART
    if n_warm_up:
        rest = _pace_from(n_warm_up, values, work)
        if rest is not None and rest.share >= STEADY:
            return rest
    return whole


def _pace_from(start: int, values: IntArray, work: Sequence[float] | None) -> Pace | None:
    """Compare the halves of a series from one of its snapshots on."""
    at = range(len(values)) if work is None else work
    last = len(values) - 1
    middle = last - (last - start) // 2
    n_early, n_late = float(values[middle] - values[start]), float(values[last] - values[middle])
    early_work, late_work = at[middle] - at[start], at[last] - at[middle]
    if n_early <= 0:
        return None
    early, late = n_early / early_work, n_late / late_work
    chance = (n_early / early_work**2 + max(n_late, 0) / late_work**2) ** 0.5
    return Pace(late / early, early - late > BEYOND_CHANCE * chance)


__all__ = ["COVERAGE", "Pace", "Trends", "n_late_intervals", "pace", "slope_over", "trends"]
