"""The kernels that find some rows of an order agree with plain sorting."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from heapnb.kernels import selecting

LARGEST = (1 << 63) - 1
numbers = (
    st.integers(-3, 3)
    | st.integers(2_000, 2_100)
    | st.integers(0, 1 << 62)
    | st.sampled_from([LARGEST, -LARGEST - 1, LARGEST - 1])
)


@given(st.lists(numbers, min_size=1, max_size=20), st.data(), st.sampled_from([1, -1]))
def test_rows_between_two_ranks_are_those_of_sorting(
    values: list[int], data: st.DataObject, sign: int
) -> None:
    rows = data.draw(st.lists(st.integers(0, len(values) - 1), min_size=1, max_size=60))
    start = data.draw(st.integers(0, len(rows) - 1))
    stop = data.draw(st.integers(start + 1, len(rows)))
    places, keys = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
    n_found, n_before = selecting.rows_between(
        np.array(values, np.int64),
        np.array(rows, np.uint32),
        min(values),
        sign,
        start,
        stop,
        np.zeros(selecting.N_BUCKETS, np.int64),
        places,
        keys,
    )
    order = np.argsort(keys[:n_found], kind="stable")[n_before : n_before + stop - start]
    naive = sorted(range(len(rows)), key=lambda place: sign * values[rows[place]])
    assert places[order].tolist() == naive[start:stop]


@given(st.lists(numbers, min_size=1, max_size=20), st.data(), st.sampled_from([1, -1]))
def test_rank_of_counts_what_comes_before(
    values: list[int], data: st.DataObject, sign: int
) -> None:
    rows = data.draw(st.lists(st.integers(0, len(values) - 1), min_size=1, max_size=40))
    row = data.draw(st.integers(0, len(rows) - 1))
    naive = sorted(range(len(rows)), key=lambda place: sign * values[rows[place]])
    found = selecting.rank_of(np.array(values, np.int64), np.array(rows, np.uint32), sign, row)
    assert found == naive.index(row)


@given(st.lists(st.integers(0, (1 << 64) - 1), min_size=2, max_size=40))
def test_buckets_ascend_and_exact_ones_hold_one_number(numbers: list[int]) -> None:
    buckets = [
        selecting.bucket_of(np.uint64(number))  # type: ignore[arg-type]  # of numpy's type
        for number in sorted(numbers)
    ]
    assert [bucket for bucket, _ in buckets] == sorted(bucket for bucket, _ in buckets)
    assert all(0 <= bucket < selecting.N_BUCKETS for bucket, _ in buckets)
    assert all(
        bucket == number
        for number, (bucket, is_exact) in zip(sorted(numbers), buckets, strict=True)
        if is_exact
    )
