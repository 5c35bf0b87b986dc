"""The graph kernels agree with their naive twins, and survive extreme shapes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heapnb._typing import NodeArray
from heapnb.kernels import classes, csr, dominators, traverse
from tests.kernels.arrays import WEAK, EdgeArrays, graphs, to_arrays
from tests.naive import graphs as naive
from tests.naive.graphs import Edge


def compute_dominators(arrays: EdgeArrays) -> tuple[NodeArray, NodeArray]:
    """Compute dominators and order from the root, node 0."""
    return dominators.compute_dominators(arrays.first_edge, arrays.edge_to, arrays.counts, 0)


def without_self_loops(edges: list[Edge]) -> list[Edge]:
    """Essential edges never lead from a node to itself."""
    return [edge for edge in edges if edge.source != edge.target]


@given(graphs())
def test_dominators_match_deleting_each_node(graph: tuple[int, list[Edge]]) -> None:
    n_nodes, edges = graph
    edges = without_self_loops(edges)
    dominator, _ = compute_dominators(to_arrays(n_nodes, edges))
    assert dominator.tolist() == naive.dominators(n_nodes, edges)


@pytest.mark.parametrize("dtype", [np.uint32, np.uint64])
def test_dominators_take_offsets_of_both_sizes(dtype: type[np.unsignedinteger]) -> None:
    first_edge = np.array([0, 2, 3, 4, 4], dtype)
    edge_to = np.array([1, 2, 3, 3], np.uint32)
    dominator, _ = dominators.compute_dominators(first_edge, edge_to, np.ones(4, np.bool_), 0)
    assert dominator.tolist() == [0, 0, 0, 0]


@given(graphs(), st.data())
def test_retained_sizes_add_up_the_dominator_tree(
    graph: tuple[int, list[Edge]], data: st.DataObject
) -> None:
    n_nodes, edges = graph
    edges = without_self_loops(edges)
    sizes = data.draw(st.lists(st.integers(0, 1 << 40), min_size=n_nodes, max_size=n_nodes))
    dominator, order = compute_dominators(to_arrays(n_nodes, edges))
    retained = np.array(sizes, np.uint64)
    dominators.add_up_dominated(dominator, order, retained)
    assert retained.tolist() == naive.retained_sizes(dominator.tolist(), sizes)


@given(graphs())
def test_order_has_every_node_after_its_dominator(graph: tuple[int, list[Edge]]) -> None:
    n_nodes, edges = graph
    dominator, order = compute_dominators(to_arrays(n_nodes, without_self_loops(edges)))
    place = {int(node): i for i, node in enumerate(order)}
    assert sorted(place) == list(range(n_nodes))
    assert all(place[int(dominator[node])] < place[node] for node in range(1, n_nodes))


@given(graphs(), st.data())
def test_mark_reachable_matches_search(graph: tuple[int, list[Edge]], data: st.DataObject) -> None:
    n_nodes, edges = graph
    start = data.draw(st.lists(st.integers(0, n_nodes - 1)))
    arrays = to_arrays(n_nodes, edges)
    marked = np.zeros(n_nodes, np.bool_)
    traverse.mark_reachable(
        arrays.first_edge,
        arrays.edge_to,
        arrays.edge_type,
        WEAK,
        np.array(start, np.uint32),
        marked,
        np.empty(n_nodes, np.uint32),
    )
    assert set(np.flatnonzero(marked).tolist()) == naive.reachable(n_nodes, edges, start)


@given(graphs(), st.data())
def test_owners_match_search_from_every_owner(
    graph: tuple[int, list[Edge]], data: st.DataObject
) -> None:
    n_nodes, edges = graph
    flags = data.draw(st.lists(st.booleans(), min_size=n_nodes, max_size=n_nodes))
    arrays = to_arrays(n_nodes, edges)
    owner = np.empty(n_nodes, np.uint32)
    traverse.owners(
        arrays.first_edge,
        arrays.edge_to,
        arrays.edge_type,
        WEAK,
        np.array(flags, np.bool_),
        owner,
        np.empty(2 * n_nodes, np.uint32),
    )
    single = [int(o) if o < traverse.MULTIPLE_OWNERS else None for o in owner]
    assert single == naive.owners(n_nodes, edges, flags)


@given(graphs())
def test_retaining_edges_are_grouped_by_target_in_ascending_order(
    graph: tuple[int, list[Edge]],
) -> None:
    n_nodes, edges = graph
    arrays = to_arrays(n_nodes, edges)
    counts = np.zeros(n_nodes, np.uint32)
    csr.count_targets(arrays.edge_to, counts)
    first = csr.unsigned_offsets(counts, len(edges))
    retaining = np.empty(len(edges), np.uint32)
    csr.invert_edges(arrays.first_edge, arrays.edge_to, first.copy(), retaining)
    for node in range(n_nodes):
        found = retaining[first[node] : first[node + 1]].tolist()
        assert found == [i for i, e in enumerate(arrays.edges) if e.target == node]


@given(graphs())
def test_dominated_nodes_are_the_inverse_of_dominators(graph: tuple[int, list[Edge]]) -> None:
    n_nodes, edges = graph
    dominator, _ = compute_dominators(to_arrays(n_nodes, without_self_loops(edges)))
    counts = np.zeros(n_nodes, np.uint32)
    csr.count_targets(dominator, counts)
    counts[0] -= 1
    first = csr.unsigned_offsets(counts, n_nodes - 1)
    dominated = np.empty(n_nodes - 1, np.uint32)
    csr.invert_tree(dominator, 0, first.copy(), dominated)
    for node in range(n_nodes):
        found = dominated[first[node] : first[node + 1]].tolist()
        assert found == [n for n in range(1, n_nodes) if dominator[n] == node]


@given(st.lists(st.tuples(*[st.integers(-3, 3)] * 3)))
def test_group_rows_numbers_distinct_rows(rows: list[tuple[int, int, int]]) -> None:
    table = np.array(rows, np.int64).reshape(len(rows), 3)
    group = np.empty(len(rows), np.int64)
    first = np.empty(len(rows), np.int64)
    n_groups = classes.group_rows(table, group, first)
    assert (group.tolist(), first[:n_groups].tolist()) == naive.group_rows(list(rows))


def test_group_rows_takes_more_groups_than_its_table_has_at_first() -> None:
    rows = np.random.default_rng(7).integers(0, 5_000, (20_000, 2))
    group = np.empty(len(rows), np.int64)
    first = np.empty(len(rows), np.int64)
    n_groups = classes.group_rows(rows, group, first)
    tuples: list[tuple[int, ...]] = [(int(a), int(b)) for a, b in rows]
    assert (group.tolist(), first[:n_groups].tolist()) == naive.group_rows(tuples)


@pytest.mark.parametrize("n_nodes", [2, 1_000_000])
def test_a_chain_of_a_million_nodes_needs_no_recursion(n_nodes: int) -> None:
    first = np.minimum(np.arange(n_nodes + 1), n_nodes - 1).astype(np.uint32)
    arrays = EdgeArrays(
        [],
        first,
        np.arange(1, n_nodes, dtype=np.uint32),
        np.ones(n_nodes - 1, np.bool_),
        np.full(n_nodes - 1, 2, np.uint8),
    )
    dominator, order = compute_dominators(arrays)
    assert np.array_equal(dominator[1:], np.arange(n_nodes - 1))
    retained = np.ones(n_nodes, np.uint64)
    dominators.add_up_dominated(dominator, order, retained)
    assert retained[0] == n_nodes


def test_a_wide_star_with_a_shared_leaf() -> None:
    """Root to a hundred thousand nodes, all of which lead to one."""
    n_middle = 100_000
    n_nodes = n_middle + 2
    edges_of_root = np.arange(1, n_middle + 1, dtype=np.uint32)
    to_leaf = np.full(n_middle, n_nodes - 1, np.uint32)
    first = np.concatenate([[0], np.arange(n_middle, 2 * n_middle + 1), [2 * n_middle]]).astype(
        np.uint32
    )
    edge_to = np.concatenate([edges_of_root, to_leaf])
    arrays = EdgeArrays(
        [], first, edge_to, np.ones(len(edge_to), np.bool_), np.full(len(edge_to), 2, np.uint8)
    )
    dominator, _ = compute_dominators(arrays)
    assert not dominator.any()
