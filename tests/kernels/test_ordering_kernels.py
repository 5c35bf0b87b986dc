"""The kernels that put things in order agree with naive twins."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from heapnb.kernels import ordering
from tests.kernels.arrays import STRONG, WEAK, graphs, to_arrays
from tests.naive.graphs import ROOT, Edge

Graph = tuple[int, list[Edge]]


@given(
    st.lists(st.integers(-5, 5), min_size=1, max_size=12),
    st.data(),
    st.sampled_from([1, -1]),
    st.integers(0, 20),
)
def test_smallest_takes_the_first_of_equal_rows(
    values: list[int], data: st.DataObject, sign: int, n_wanted: int
) -> None:
    rows = data.draw(st.lists(st.integers(0, len(values) - 1), max_size=40))
    places = np.empty(n_wanted, np.int64)
    n_found = ordering.smallest(
        np.array(values, np.int32),
        np.array(rows, np.uint32),
        sign,
        np.empty(n_wanted, np.int64),
        places,
    )
    naive = sorted(range(len(rows)), key=lambda place: sign * values[rows[place]])[:n_wanted]
    assert places[:n_found].tolist() == naive


@given(st.lists(st.integers(0, (1 << 40) - 1), min_size=1), st.integers(0, 12))
def test_sort_by_digits_keeps_the_order_of_what_is_equal(numbers: list[int], n_low: int) -> None:
    array, scratch = np.array(numbers, np.int64), np.empty(len(numbers), np.int64)
    in_scratch = ordering.sort_by_digits(array, scratch, n_low, max(numbers).bit_length())
    found = scratch if in_scratch else array
    assert found.tolist() == sorted(numbers, key=lambda number: number >> n_low)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=30), st.data())
def test_group_members_lists_groups_in_the_given_order(
    nodes: list[tuple[int, int]], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(nodes))))
    naive = [
        [node for node in order if nodes[node][0] == group and nodes[node][1]] for group in range(4)
    ]
    first = np.cumsum([0, *map(len, naive)]).astype(np.uint32)
    members = np.empty(int(first[-1]), np.uint32)
    table = np.array(nodes, np.int64).reshape(-1, 2)
    ordering.group_members(
        table[:, 0].astype(np.uint32),
        np.array(order, np.uint32),
        table[:, 1].astype(np.uint32),
        first,
        members,
    )
    assert members.tolist() == [node for group in naive for node in group]


@given(graphs(), st.data())
def test_retainers_of_finds_the_sources_of_shown_edges(graph: Graph, data: st.DataObject) -> None:
    n_nodes, all_edges = graph
    arrays = to_arrays(n_nodes, all_edges)
    n_edges = len(arrays.edges)
    chosen = sorted(data.draw(st.sets(st.integers(0, n_edges - 1)))) if n_edges else []
    is_shown = np.zeros(1 << 8, np.bool_)
    is_shown[STRONG] = True
    edges, sources = np.empty(len(chosen), np.uint32), np.empty(len(chosen), np.uint32)
    n_found = ordering.retainers_of(
        arrays.first_edge,
        arrays.edge_type,
        is_shown,
        ROOT,
        np.array(chosen, np.uint32),
        edges,
        sources,
    )
    naive = [
        (edge, arrays.edges[edge].source)
        for edge in reversed(chosen)
        if arrays.edge_type[edge] != WEAK and arrays.edges[edge].source != ROOT
    ]
    start = len(chosen) - n_found
    assert list(zip(edges[start:].tolist(), sources[start:].tolist(), strict=True)) == naive


@given(
    st.lists(st.integers(-5, 5), min_size=1, max_size=40),
    st.sampled_from([1, -1]),
    st.integers(1, 10),
)
def test_nearest_leaves_no_equal_row_out(distances: list[int], sign: int, n_wanted: int) -> None:
    places = np.empty(len(distances), np.int64)
    n_found = ordering.nearest(
        np.array(distances, np.int32),
        np.arange(len(distances), dtype=np.uint32),
        sign,
        min(n_wanted, len(distances)),
        places,
    )
    last = sorted(sign * distance for distance in distances)[:n_wanted][-1]
    assert places[:n_found].tolist() == [
        place for place, distance in enumerate(distances) if sign * distance <= last
    ]
