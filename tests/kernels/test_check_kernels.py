"""The kernels that check what other kernels rely on agree with plain Python."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from heapnb.kernels.check import first_bad_name, is_ascending

offsets = st.lists(st.integers(0, 4), min_size=1, max_size=8)


@given(offsets | offsets.map(sorted) | offsets.map(lambda some: [0, *sorted(some)]))
def test_offsets_divide_a_total(values: list[int]) -> None:
    for dtype in (np.uint32, np.uint64):
        for total in (values[-1], values[-1] + 1):
            found = is_ascending(np.array(values, dtype), total)
            assert found == (values == sorted(values) and values[0] == 0 and total == values[-1])


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2**32 - 1) | st.integers(0, 4))))
def test_names_of_edges_are_strings(edges: list[tuple[int, int]]) -> None:
    is_indexed = np.array([False, True, False])
    kinds = np.array([kind for kind, _ in edges], np.uint8)
    names = np.array([name for _, name in edges], np.uint32)
    bad = [row for row, (kind, name) in enumerate(edges) if kind != 1 and name >= 3]
    assert first_bad_name(kinds, names, is_indexed, 3) == (bad[0] if bad else -1)
