"""Kernels that find some rows of an order without sorting the others."""

from __future__ import annotations

import numpy as np

from heapnb._typing import AnyArray, IntArray, NodeArray
from heapnb.kernels._jit import kernel

_DIGIT_BITS = 10
N_BUCKETS = 55 << _DIGIT_BITS
"""Number of buckets of `rows_between`: numbers below 2 ** 64 in 10 bits of precision."""


@kernel
def bucket_of(number: int) -> tuple[int, bool]:
    """Return the bucket of a number, and whether all numbers of the bucket are equal.

    Parameters
    ----------
    number : uint64
        Any.

    Returns
    -------
    bucket : int
        Below `N_BUCKETS`; a larger number has no smaller bucket.
    is_exact : bool
        True below 2,048, of which each has a bucket of its own.
    """
    shift = 0
    left = number
    while left >= np.uint64(1 << 31):
        left >>= np.uint64(20)
        shift += 20
    while left >= np.uint64(2048):
        left >>= np.uint64(1)
        shift += 1
    return np.int64(left) + (shift << 10), shift == 0


@kernel
def rows_between(
    values: AnyArray,
    rows: NodeArray,
    least: int,
    sign: int,
    start: int,
    stop: int,
    counts: IntArray,
    places: IntArray,
    keys: IntArray,
) -> tuple[int, int]:
    """Find the rows among which those from one rank to another in an order are.

    Parameters
    ----------
    values : integer[…]
        Sort keys, below 2 ** 63.
    rows : unsigned[n]
        Indices into ``values``, one for each row.
    least : int
        No value of a row is smaller. The closer it is, the fewer rows are found.
    sign : int
        1 if the smallest comes first, -1 if the largest does.
    start, stop : int
        Ranks: from 0 to n, ``start`` below ``stop``.
    counts : int64[N_BUCKETS]
        Zeros; scratch.
    places : int64[n]
        Receives indices into ``rows``, ascending.
    keys : int64[n]
        Receives the key of each of these, the smallest of which comes first.

    Returns
    -------
    n_found : int
        How many rows were found.
    n_before : int
        How many of them come before rank ``start`` once they are sorted by key, then by place.

    Notes
    -----
    Two passes: the rows of each bucket, then the rows of the buckets that matter. Of equal rows in
    a bucket of their own only those between the ranks are taken.
    """
    n_rows = rows.shape[0]
    for place in range(n_rows):
        bucket, _ = bucket_of(np.uint64(np.int64(values[rows[place]]) - least))
        counts[bucket] += 1
    first = 0 if sign > 0 else N_BUCKETS - 1
    before = 0
    while before + counts[first] <= start:
        before += counts[first]
        first += sign
    last = first
    before_last = before
    while before_last + counts[last] < stop:
        before_last += counts[last]
        last += sign
    skip_first = start - before
    take_last = stop - before_last
    lowest = min(first, last)
    highest = max(first, last)
    n_first = 0
    n_last = 0
    n_found = 0
    n_before = skip_first
    for place in range(n_rows):
        value = np.int64(values[rows[place]])
        bucket, is_exact = bucket_of(np.uint64(value - least))
        if bucket < lowest or bucket > highest:
            continue
        if bucket == first and is_exact:
            n_first += 1
            n_before = 0
            if n_first <= skip_first:
                continue
        if bucket == last and is_exact:
            n_last += 1
            if n_last > take_last:
                continue
        places[n_found] = place
        # -(2 ** 63) has no counterpart.
        keys[n_found] = value if sign > 0 else ~value
        n_found += 1
    return n_found, n_before


@kernel
def rank_of(values: AnyArray, rows: NodeArray, sign: int, row: int) -> int:
    """Count the rows that come before one in an order; of equal rows those at smaller places.

    Parameters
    ----------
    values : integer[…]
        Sort keys, below 2 ** 63.
    rows : unsigned[n]
        Indices into ``values``, one for each row.
    sign : int
        1 if the smallest comes first, -1 if the largest does.
    row : int
        The place of the row in ``rows``.

    Returns
    -------
    int
        Its rank.
    """
    mine = np.int64(values[rows[row]])
    rank = 0
    for place in range(rows.shape[0]):
        value = np.int64(values[rows[place]])
        is_before = value < mine if sign > 0 else value > mine
        if is_before or (value == mine and place < row):
            rank += 1
    return rank
