"""The kernels that look for paths agree with their naive twins."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from heapnb import vocab
from heapnb.kernels import csr, dominators, paths
from tests.kernels.arrays import STRONG, WEAK, EdgeArrays, graphs, to_arrays
from tests.naive import graphs as naive_graphs
from tests.naive import paths as naive
from tests.naive.graphs import ROOT, Edge

Graph = tuple[int, list[Edge]]


def columns_of(n_nodes: int, arrays: EdgeArrays) -> paths.Columns:
    """Make what the kernels read; distances count from the root."""
    counts = np.zeros(n_nodes, np.uint32)
    csr.count_targets(arrays.edge_to, counts)
    first_retainer = csr.unsigned_offsets(counts, len(arrays.edges))
    retaining_edge = np.empty(len(arrays.edges), np.uint32)
    csr.invert_edges(arrays.first_edge, arrays.edge_to, first_retainer.copy(), retaining_edge)
    ranks = np.full(256, paths.NEVER, np.uint8)
    ranks[STRONG] = 0
    distance = [
        vocab.NO_DISTANCE if d is None else d for d in naive.distances(n_nodes, arrays.edges)
    ]
    return paths.Columns(
        ROOT,
        arrays.first_edge,
        arrays.edge_to,
        arrays.edge_type,
        np.zeros(len(arrays.edges), np.uint32),
        first_retainer,
        retaining_edge,
        np.arange(n_nodes, dtype=np.uint32),
        np.array(distance, np.int32),
        ranks,
        -1,
        np.empty(0, np.int64),
    )


def assert_is_path(arrays: EdgeArrays, upwards: list[int], target: int) -> None:
    """Check that edges lead, one after the other, from the root to a node."""
    at = ROOT
    for place in reversed(upwards):
        edge = arrays.edges[place]
        assert (edge.source, edge.counts) == (at, True)
        at = edge.target
    assert at == target


@given(graphs(), st.data())
def test_source_of_finds_where_an_edge_begins(graph: Graph, data: st.DataObject) -> None:
    arrays = to_arrays(*graph)
    for place, edge in enumerate(arrays.edges):
        low = data.draw(st.integers(0, edge.source))
        assert paths.source_of(arrays.first_edge, place, low) == edge.source


@given(graphs())
def test_climb_takes_as_many_steps_as_the_distance(graph: Graph) -> None:
    n_nodes, edges = graph
    arrays = to_arrays(n_nodes, edges)
    columns = columns_of(n_nodes, arrays)
    path = np.empty(n_nodes, np.int64)
    for node, distance in enumerate(naive.distances(n_nodes, edges)):
        length = paths.climb(columns, node, path)
        assert length == (-1 if distance is None else distance)
        if distance is not None:
            assert_is_path(arrays, path[:length].tolist(), node)


@given(graphs(), st.data())
def test_search_up_finds_the_shortest_path_around_closed_nodes(
    graph: Graph, data: st.DataObject
) -> None:
    n_nodes, edges = graph
    arrays = to_arrays(n_nodes, edges)
    columns = columns_of(n_nodes, arrays)
    node = data.draw(st.integers(0, n_nodes - 1))
    closed = data.draw(st.sets(st.integers(1, n_nodes), max_size=4)) - {n_nodes, node}
    path = np.empty(n_nodes, np.int64)
    length = paths.search_up(
        columns,
        node,
        np.array(sorted(closed), np.int64),
        np.zeros(n_nodes, np.uint64),
        np.empty(n_nodes, np.uint32),
        path,
    )
    distance = naive.distances(n_nodes, edges, without=closed)[node]
    assert length == (-1 if distance is None else distance)
    if distance is not None:
        assert_is_path(arrays, path[:length].tolist(), node)
        assert closed.isdisjoint(arrays.edges[place].target for place in path[:length])


@given(st.lists(st.integers(0, 100), max_size=20), st.data())
def test_count_through_adds_up_targets(choices: list[int], data: st.DataObject) -> None:
    # Each row's parent is a row before it; shuffled, because rows have no order.
    n_rows = len(choices) + 1
    numbers = data.draw(st.permutations(range(n_rows)))
    parent_row = np.empty(n_rows, np.int64)
    parent_row[numbers[0]] = numbers[0]
    for i, choice in enumerate(choices, start=1):
        parent_row[numbers[i]] = numbers[choice % i]
    at = np.array(data.draw(st.lists(st.integers(0, 3), min_size=n_rows, max_size=n_rows)))
    passed = [0] * n_rows
    for row in range(n_rows):
        above = row
        while True:
            passed[above] += int(at[row])
            if parent_row[above] == above:
                break
            above = int(parent_row[above])
    count, order = at.astype(np.int64), np.empty(n_rows, np.int64)
    paths.count_through(parent_row, np.zeros(n_rows, np.int64), count, order)
    assert count.tolist() == passed
    assert sorted(order.tolist()) == list(range(n_rows))
    place = np.argsort(order)
    assert all(place[parent_row[row]] < place[row] for row in range(n_rows) if row != order[0])
    assert order[0] == numbers[0]


@given(graphs(), st.data())
def test_is_dominated_by_any_walks_up_the_dominators(graph: Graph, data: st.DataObject) -> None:
    n_nodes, edges = graph
    edges = [edge for edge in edges if edge.source != edge.target]
    arrays = to_arrays(n_nodes, edges)
    dominator, _ = dominators.compute_dominators(
        arrays.first_edge, arrays.edge_to, arrays.counts, ROOT
    )
    others = data.draw(st.sets(st.integers(0, n_nodes - 1)))
    expected = naive_graphs.dominators(n_nodes, edges)
    for node in range(n_nodes):
        above = {node, *naive.ancestors(expected, node)}
        found = paths.is_dominated_by_any(dominator, ROOT, node, np.array(sorted(others), np.int64))
        assert found == (not above.isdisjoint(others))


def test_weak_edges_have_no_rank() -> None:
    arrays = to_arrays(2, [Edge(0, 1, counts=False)])
    assert arrays.edge_type.tolist() == [WEAK]
    assert paths.climb(columns_of(2, arrays), 1, np.empty(2, np.int64)) == -1
