"""Pages of sorted rows, however many there are."""

from __future__ import annotations

from functools import partial
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heapnb._typing import AnyArray
from heapnb.workbench.rows import ordering
from heapnb.workbench.rows.ordering import Key, Orders, Recent, first_places, sorted_places

LARGEST = (1 << 63) - 1
numbers = st.integers(-3, 3) | st.sampled_from([LARGEST, -LARGEST - 1, LARGEST - 1, 1 << 40])
tables = st.integers(0, 40).flatmap(
    lambda n: st.lists(st.lists(numbers, min_size=n, max_size=n), min_size=1, max_size=3)
)


def naive_order(columns: list[list[int]], descending: list[bool]) -> list[int]:
    def key(row: int) -> list[int]:
        return [-c[row] if d else c[row] for c, d in zip(columns, descending, strict=True)]

    return sorted(range(len(columns[0])), key=key)


@given(tables, st.data())
def test_orders_are_those_of_plain_sorting(columns: list[list[int]], data: st.DataObject) -> None:
    descending = [data.draw(st.booleans()) for _ in columns]
    keys = [
        Key(np.array(column, np.int64), descending=is_descending)
        for column, is_descending in zip(columns, descending, strict=True)
    ]
    expected = naive_order(columns, descending)
    assert sorted_places(keys).tolist() == expected
    with mock.patch.object(ordering, "_MANY_ROWS", 1):
        assert sorted_places(keys).tolist() == expected
    n_wanted = data.draw(st.integers(0, 50))
    if all(abs(number) < 1 << 50 for column in columns for number in column):
        assert first_places(keys, n_wanted).tolist() == expected[:n_wanted]


@given(tables, st.data())
def test_pages_are_slices_of_the_whole_order(columns: list[list[int]], data: st.DataObject) -> None:
    n_rows = len(columns[0])
    keys = [Key(np.array(column, np.int64) % 100) for column in columns]
    expected = sorted_places(keys).tolist()
    orders = Orders()
    with (
        mock.patch.object(ordering, "_ALL_AT_ONCE", 5),
        mock.patch.object(ordering, "FIRST_ROWS", 10),
    ):
        for _ in range(4):
            offset, limit = data.draw(st.integers(0, 45)), data.draw(st.integers(1, 20))
            page = orders.page("name", n_rows, lambda: keys, offset, limit)
            assert page.tolist() == expected[offset : offset + limit]
        for place, row in enumerate(expected):
            assert orders.place_of("name", lambda: keys, row) == place
            assert Orders().place_of("name", lambda: keys, row) == place


def test_rows_of_a_key_are_looked_up_without_copying_them() -> None:
    values = np.array([5, 1, 9], np.uint64)
    key = Key(values, np.array([2, 2, 0, 1], np.uint32), descending=True)
    assert first_places([key], 2).tolist() == [0, 1]
    assert sorted_places([key]).tolist() == [0, 1, 2, 3]


def test_without_keys_rows_stay_as_they_are() -> None:
    assert Orders().page("name", 5, list, 2, 9).tolist() == [2, 3, 4]
    assert Orders().page("name", 5, list, 7, 9).tolist() == []


def test_the_arrays_asked_for_longest_ago_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "_MOST_KEPT_BYTES", 2 * 80)
    recent = Recent()

    def make(value: int) -> AnyArray:
        return np.full(10, value, np.int64)

    for value in (1, 2):
        recent.take(value, partial(make, value))
    assert recent.get(1) is not None
    recent.take(3, partial(make, 3))
    assert recent.get(2) is None
    assert recent.get(1) is not None
    recent.keep("large", np.zeros(1_000, np.int64))
    assert recent.get("large") is not None
