"""Tests of small samples: Fisher's exact test, Wilcoxon's rank sums, Holm's correction."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

_TOLERANCE: Final = 1e-7
"""Relative: tables as likely as the observed one, but for rounding, count as such."""

_MOST_EXACT: Final = 200
"""Numbers in both samples up to which rank sums are counted; above, they are nearly normal."""

_Z95: Final = 1.959963984540054


def fisher_exact(with_1: int, n_1: int, with_0: int, n_0: int) -> float:
    """Test whether something is more frequent in one group than in another, on two sides.

    Parameters
    ----------
    with_1, n_1 : int
        How many of the first group have it, and the size of the group.
    with_0, n_0 : int
        The same of the second group.

    Returns
    -------
    float
        The share of all ways to deal out ``with_1 + with_0`` that are at most as likely as the
        observed one.

    Examples
    --------
    >>> round(fisher_exact(3, 3, 0, 3), 3)
    0.1
    >>> fisher_exact(1, 3, 1, 3)
    1.0
    """
    weights = _weights(with_1 + with_0, n_1, n_0)
    observed = weights[with_1]
    total = sum(weights.values())
    limit = observed + int(observed * _TOLERANCE)
    return min(sum(one for one in weights.values() if one <= limit) / total, 1.0)


def smallest_p(n_with: int, n_1: int, n_0: int) -> float:
    """Return the smallest value that `fisher_exact` can have for so many in all that have it.

    Examples
    --------
    >>> smallest_p(2, 2, 3)
    0.1
    """
    weights = _weights(n_with, n_1, n_0)
    least = min(weights.values())
    return sum(one for one in weights.values() if one == least) / sum(weights.values())


def _weights(n_with: int, n_1: int, n_0: int) -> dict[int, int]:
    """Count the ways for each number in the first group: integers, so there is no rounding."""
    low, high = max(0, n_with - n_0), min(n_with, n_1)
    return {k: math.comb(n_1, k) * math.comb(n_0, n_with - k) for k in range(low, high + 1)}


def odds_ratio(with_1: int, n_1: int, with_0: int, n_0: int) -> tuple[float, float, float]:
    """Return the odds ratio and its 95% interval, with a half added to each number.

    Returns
    -------
    ratio, low, high : float

    Examples
    --------
    >>> [round(one, 2) for one in odds_ratio(9, 10, 1, 10)]
    [40.11, 3.51, 458.04]
    """
    cells = (with_1, n_1 - with_1, with_0, n_0 - with_0)
    a, b, c, d = (one + 0.5 for one in cells)
    middle = math.log(a * d / (b * c))
    error = _Z95 * math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return math.exp(middle), math.exp(middle - error), math.exp(middle + error)


def rank_sum(first: Sequence[float], second: Sequence[float]) -> float:
    """Test whether one sample tends to larger values than the other, on two sides.

    Parameters
    ----------
    first, second : sequence of float
        Independent values; ties are fine.

    Returns
    -------
    float
        The share of all ways to deal out the values whose rank sum is at least as far from the
        expected one (exact up to 200 values); 1 if a sample is empty.

    Examples
    --------
    >>> round(rank_sum([7, 8, 9], [1, 2, 3]), 3)
    0.1
    """
    n_1, n_0 = len(first), len(second)
    if not n_1 or not n_0:
        return 1.0
    # Doubled, so that the ranks of ties are whole numbers.
    ranks = _doubled_ranks(np.array([*first, *second], np.float64))
    observed = int(ranks[:n_1].sum())
    expected = n_1 * (n_1 + n_0 + 1)
    distance = abs(observed - expected)
    if n_1 + n_0 > _MOST_EXACT:
        spread = math.sqrt(n_1 * n_0 / (n_1 + n_0) * float(ranks.var(ddof=1)))
        return math.erfc(max(distance - 1, 0) / spread / math.sqrt(2)) if spread else 1.0
    ways = np.zeros((n_1 + 1, int(ranks.sum()) + 1))
    ways[0, 0] = 1.0
    for number, rank in enumerate(ranks.tolist(), 1):
        for k in range(min(number, n_1), 0, -1):
            ways[k, rank:] += ways[k - 1, : ways.shape[1] - rank]
    sums = ways[n_1]
    far = np.abs(np.arange(len(sums)) - expected) >= distance
    return min(float(sums[far].sum() / sums.sum()), 1.0)


def _doubled_ranks(
    values: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((2 * last - count + 1)[place], np.int64)


def holm(values: Sequence[float]) -> list[float]:
    """Adjust the results of several tests so that all of them together err as rarely as one.

    Parameters
    ----------
    values : sequence of float
        Of each test.

    Returns
    -------
    list of float
        In the same order, by Holm's method.

    Examples
    --------
    >>> [round(one, 3) for one in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    adjusted = [0.0] * len(values)
    largest = 0.0
    for number, place in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        largest = max(largest, min(values[place] * (len(values) - number), 1.0))
        adjusted[place] = largest
    return adjusted


__all__ = ["fisher_exact", "holm", "odds_ratio", "rank_sum", "smallest_p"]
