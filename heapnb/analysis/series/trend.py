"""How numbers go from snapshot to snapshot: how fast, how surely, and whether they level off."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
import numpy.typing as npt

from heapnb._typing import IntArray

FloatArray = npt.NDArray[np.float64]

COVERAGE: Final = 0.95
"""How often the interval of a slope holds the true one, where there are snapshots enough."""

LATE_PART: Final = 3
"""One interval in so many is late: the last third of the series, at least one.

Bench: a series of three snapshots has one late interval, whatever this number is.
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
        Growth in the last third of the intervals, by that in the others, each per interval: 1
        for growth at the same rate, 0 for growth that stopped, less than 0 for numbers that
        shrink again; NaN for numbers that did not grow at first.
    """

    slope: FloatArray
    low: FloatArray
    high: FloatArray
    levelling: FloatArray


def trends(values: IntArray) -> Trends:
    """Fit a line to each of several series of numbers.

    Parameters
    ----------
    values : int64[k, n_snapshots]
        Numbers over time; snapshots count as equally far from each other.

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
    return Trends(slope, low, high, _levelling(values))


def _ranks(n_snapshots: int, n_pairs: int) -> tuple[int, int]:
    """Tell which slopes in ascending order are the ends of the interval."""
    n = n_snapshots
    deviation = (n * (n - 1) * (2 * n + 5) / 18) ** 0.5
    width = NormalDist().inv_cdf((1 + COVERAGE) / 2) * deviation
    lowest = max(0, int((n_pairs - width) / 2))
    return lowest, max(0, n_pairs - 1 - lowest)


def n_late_intervals(n_intervals: int) -> int:
    """Return how many intervals at the end of a series are late."""
    return max(1, n_intervals // LATE_PART)


def _levelling(values: IntArray) -> FloatArray:
    n_rows, n_snapshots = values.shape
    n_steps = n_snapshots - 1
    if n_steps < 2:  # noqa: PLR2004  there is no late and early
        return np.full(n_rows, np.nan)
    n_late = n_late_intervals(n_steps)
    middle = values[:, n_steps - n_late].astype(np.float64)
    late = (values[:, -1] - middle) / n_late
    early = (middle - values[:, 0]) / (n_steps - n_late)
    grew = early > 0
    levelling = np.full(n_rows, np.nan)
    levelling[grew] = late[grew] / early[grew]
    return levelling


__all__ = ["COVERAGE", "Trends", "n_late_intervals", "trends"]
