"""The kernels that add up the records of a block agree with plain Python."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heapnb.kernels import totals

ROWS = st.lists(
    st.tuples(st.sampled_from([0, 3, 255]), st.integers(0, 9), st.integers(0, 2)), max_size=60
)


def columns(rows: list[tuple[int, int, int]], dtype: type) -> tuple[np.ndarray, ...]:
    table = np.array(rows, np.int64).reshape(len(rows), 3)
    return table[:, 0].astype(np.uint8), table[:, 1].astype(np.uint32), table[:, 2].astype(dtype)


@pytest.mark.parametrize("dtype", [np.uint32, np.uint64])
@given(ROWS)
def test_add_up_types(dtype: type, rows: list[tuple[int, int, int]]) -> None:
    kinds, _, sizes = columns(rows, dtype)
    count, sized = np.zeros(256, np.int64), np.zeros(256, np.int64)
    total = np.zeros(256, np.uint64)
    for _ in range(2):
        totals.add_up_types(kinds, sizes, count, sized, total)
    for kind in range(256):
        of_kind = [size for k, _, size in rows if k == kind]
        expected = 2 * len(of_kind), 2 * sum(size > 0 for size in of_kind), 2 * sum(of_kind)
        assert (count[kind], sized[kind], total[kind]) == expected


@pytest.mark.parametrize("dtype", [np.uint32, np.uint64])
@given(ROWS, st.integers(0, 7))
def test_add_up_names(dtype: type, rows: list[tuple[int, int, int]], most_used: int) -> None:
    kinds, names, sizes = columns(rows, dtype)
    has_name = np.zeros(256, np.bool_)
    has_name[[3, 255]] = True
    name, count = np.full(8, -1, np.int64), np.zeros(8, np.int64)
    total, others = np.zeros(8, np.uint64), np.zeros(2, np.uint64)
    n_used = totals.add_up_names(
        kinds, names, sizes, has_name, name, count, total, 0, most_used, others
    )
    expected, bytes_of = Counter[int](), Counter[int]()
    left_out = [0, 0]
    for kind, index, size in rows:
        if size and has_name[kind]:
            if index in expected or len(expected) < most_used:
                expected[index] += 1
                bytes_of[index] += size
            else:
                left_out = [left_out[0] + 1, left_out[1] + size]
    used = np.flatnonzero(name >= 0)
    assert n_used == len(used) == len(expected)
    assert dict(zip(name[used].tolist(), count[used].tolist(), strict=True)) == expected
    assert dict(zip(name[used].tolist(), total[used].tolist(), strict=True)) == bytes_of
    assert others.tolist() == left_out


@given(ROWS)
def test_largest_name(rows: list[tuple[int, int, int]]) -> None:
    kinds, names, _ = columns(rows, np.uint32)
    is_indexed = np.zeros(256, np.bool_)
    is_indexed[3] = True
    expected = max((name for kind, name, _ in rows if kind != 3), default=-1)
    assert totals.largest_name(kinds, names, is_indexed) == expected
