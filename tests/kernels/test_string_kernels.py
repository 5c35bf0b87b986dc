"""The kernels that group strings and mark what is called something agree with plain Python."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from heapnb.kernels.texts import count_texts, mark_named

N_TEXTS = 4
N_NODES = 6

strings = st.lists(
    st.tuples(st.integers(0, N_TEXTS - 1), st.integers(1, 2), st.integers(1, 9)), max_size=12
)


@given(strings)
def test_strings_are_counted_by_text_as_long_as_their_sizes_agree(
    rows: list[tuple[int, int, int]],
) -> None:
    table = np.array(rows, np.int64).reshape(len(rows), 3)
    first, size = (np.empty(N_TEXTS, np.int64) for _ in range(2))
    count, retained = (np.zeros(N_TEXTS, np.int64) for _ in range(2))
    others = np.empty(len(rows), np.int64)
    n_others = count_texts(
        np.arange(len(rows)),
        table[:, 0].astype(np.uint32),
        table[:, 1].astype(np.uint32),
        table[:, 2].astype(np.uint64),
        first,
        size,
        count,
        retained,
        others,
    )
    by_text: dict[int, list[int]] = defaultdict(list)
    for node, (text, _, _) in enumerate(rows):
        by_text[text].append(node)
    left_over = []
    for text in range(N_TEXTS):
        nodes = by_text[text]
        alike = [node for node in nodes if rows[node][1] == rows[nodes[0]][1]]
        left_over += [node for node in nodes if node not in alike]
        assert count[text] == len(alike)
        assert retained[text] == sum(rows[node][2] for node in alike)
        if nodes:
            assert (first[text], size[text]) == (nodes[0], rows[nodes[0]][1])
    assert others[:n_others].tolist() == sorted(left_over)


edges = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, N_TEXTS - 1), st.integers(0, N_NODES - 1))
)


@given(edges, st.sets(st.integers(0, 1)), st.sets(st.integers(0, N_TEXTS - 1)))
def test_nodes_are_marked_that_are_called_something(
    rows: list[tuple[int, int, int]], types: set[int], names: set[int]
) -> None:
    # Edges of type 2 are named by indices, which may lie beyond the names.
    table = np.array(rows, np.int64).reshape(len(rows), 3)
    is_indexed = table[:, 0] == 2
    is_type, is_name = np.zeros(256, np.bool_), np.zeros(N_TEXTS, np.bool_)
    is_type[list(types)] = True
    is_name[list(names)] = True
    marked = np.zeros(N_NODES, np.bool_)
    mark_named(
        table[:, 0].astype(np.uint8),
        np.where(is_indexed, 4_000_000_000, table[:, 1]).astype(np.uint32),
        table[:, 2].astype(np.uint32),
        is_type,
        is_name,
        marked,
    )
    assert set(np.flatnonzero(marked).tolist()) == {
        target for kind, name, target in rows if kind in types and name in names
    }
