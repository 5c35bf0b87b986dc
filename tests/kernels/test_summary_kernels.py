"""The kernels that add up groups, and those that look edges up, agree with naive twins."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from heapnb.kernels import csr, dominated, dominators, edges, summary
from tests.kernels.arrays import STRONG, graphs, to_arrays
from tests.naive import paths as naive
from tests.naive.graphs import ROOT, Edge, retained_sizes

Graph = tuple[int, list[Edge]]
N_GROUPS = 4


@given(st.lists(st.tuples(st.integers(0, N_GROUPS - 1), st.integers(0, 3), st.integers(-5, 9))))
def test_add_up_groups_leaves_out_nodes_without_size(rows: list[tuple[int, int, int]]) -> None:
    table = np.array(rows, np.int64).reshape(len(rows), 3)
    count = np.zeros(N_GROUPS, np.int64)
    total = np.zeros(N_GROUPS, np.uint64)
    least = np.full(N_GROUPS, np.iinfo(np.int32).max, np.int32)
    summary.add_up_groups(
        table[:, 0].astype(np.uint32),
        table[:, 1].astype(np.uint32),
        table[:, 2].astype(np.int32),
        count,
        total,
        least,
    )
    for group in range(N_GROUPS):
        members = [(size, far) for g, size, far in rows if g == group and size > 0]
        assert count[group] == len(members)
        assert total[group] == sum(size for size, _ in members)
        assert least[group] == min((far for _, far in members), default=np.iinfo(np.int32).max)


@given(st.lists(st.tuples(st.integers(0, N_GROUPS - 1), st.integers(0, 3))))
def test_add_up_sizes_leaves_out_nodes_without_size(rows: list[tuple[int, int]]) -> None:
    table = np.array(rows, np.int64).reshape(len(rows), 2)
    count = np.zeros(N_GROUPS, np.int64)
    total = np.zeros(N_GROUPS, np.uint64)
    summary.add_up_sizes(table[:, 0].astype(np.uint8), table[:, 1].astype(np.uint32), count, total)
    for group in range(N_GROUPS):
        members = [size for g, size in rows if g == group and size > 0]
        assert (count[group], total[group]) == (len(members), sum(members))


@given(graphs(), st.data())
def test_add_up_outermost_counts_no_byte_twice(graph: Graph, data: st.DataObject) -> None:
    n_nodes, all_edges = graph
    arrays = to_arrays(n_nodes, [edge for edge in all_edges if edge.source != edge.target])
    group = data.draw(st.lists(st.integers(0, N_GROUPS - 1), min_size=n_nodes, max_size=n_nodes))
    sizes = data.draw(st.lists(st.integers(0, 2), min_size=n_nodes, max_size=n_nodes))
    dominator, _ = dominators.compute_dominators(
        arrays.first_edge, arrays.edge_to, arrays.counts, ROOT
    )
    retained = retained_sizes(dominator.tolist(), sizes)
    counts = np.zeros(n_nodes, np.uint32)
    csr.count_targets(dominator, counts)
    counts[ROOT] -= 1
    first = csr.unsigned_offsets(counts, n_nodes - 1)
    inverted = np.empty(n_nodes - 1, np.uint32)
    csr.invert_tree(dominator, ROOT, first.copy(), inverted)
    total = np.zeros(N_GROUPS, np.uint64)
    summary.add_up_outermost(
        first,
        inverted,
        ROOT,
        np.array(group, np.uint32),
        np.array(sizes, np.uint32),
        np.array(retained, np.uint64),
        np.zeros(N_GROUPS, np.uint32),
        np.empty(n_nodes, np.uint32),
        np.empty(n_nodes, np.uint32),
        total,
    )
    expected = naive.outermost_sums(dominator.tolist(), group, sizes, retained, N_GROUPS)
    assert total.tolist() == expected


@given(graphs(), st.data())
def test_sum_of_outermost_counts_no_byte_twice(graph: Graph, data: st.DataObject) -> None:
    n_nodes, all_edges = graph
    arrays = to_arrays(n_nodes, [edge for edge in all_edges if edge.source != edge.target])
    chosen = data.draw(st.lists(st.integers(0, 1), min_size=n_nodes, max_size=n_nodes))
    dominator, _ = dominators.compute_dominators(
        arrays.first_edge, arrays.edge_to, arrays.counts, ROOT
    )
    ones = [1] * n_nodes
    retained = retained_sizes(dominator.tolist(), ones)
    total = dominated.sum_of_outermost(
        dominator,
        np.array(retained, np.uint64),
        np.flatnonzero(chosen).astype(np.uint32),
        np.zeros(n_nodes, np.uint8),
    )
    _, expected = naive.outermost_sums(dominator.tolist(), chosen, ones, retained, 2)
    assert total == expected


@given(graphs(), st.data())
def test_follow_takes_the_first_edge_that_fits(graph: Graph, data: st.DataObject) -> None:
    n_nodes, all_edges = graph
    arrays = to_arrays(n_nodes, all_edges)
    n_edges = len(arrays.edges)
    # Every edge has a name of its own.
    wanted = data.draw(st.lists(st.booleans(), min_size=n_edges, max_size=n_edges))
    nodes = data.draw(st.lists(st.integers(-1, n_nodes - 1)))
    targets = np.empty(len(nodes), np.int64)
    edges.follow(
        arrays.first_edge,
        arrays.edge_type,
        np.arange(n_edges, dtype=np.uint32),
        arrays.edge_to,
        STRONG,
        np.array(wanted, np.bool_),
        np.array(nodes, np.int64),
        targets,
    )
    places = {place for place, is_wanted in enumerate(wanted) if is_wanted}
    assert targets.tolist() == [naive.first_target(arrays.edges, node, places) for node in nodes]


@given(graphs(), st.data())
def test_elements_count_where_nothing_else_refers_to_them(
    graph: Graph, data: st.DataObject
) -> None:
    n_nodes, all_edges = graph
    arrays = to_arrays(n_nodes, all_edges)
    n_edges = len(arrays.edges)
    is_elements = data.draw(st.lists(st.booleans(), min_size=n_edges, max_size=n_edges))
    sizes = data.draw(st.lists(st.integers(0, 9), min_size=n_nodes, max_size=n_nodes))
    lists = sorted(data.draw(st.sets(st.integers(0, n_nodes - 1))))
    counts = np.zeros(n_nodes, np.uint32)
    csr.count_targets(arrays.edge_to, counts)
    total = summary.add_up_unshared_elements(
        arrays.first_edge,
        arrays.edge_type,
        np.arange(n_edges, dtype=np.uint32),
        arrays.edge_to,
        STRONG,
        np.array(is_elements, np.bool_),
        np.array(lists, np.int64),
        csr.unsigned_offsets(counts, n_edges),
        np.array(sizes, np.uint32),
    )
    places = {place for place, is_store in enumerate(is_elements) if is_store}
    expected = 0
    for node in lists:
        store = naive.first_target(arrays.edges, node, places)
        referrers = [edge for edge in arrays.edges if edge.target == store]
        expected += sizes[node] + (sizes[store] if store >= 0 and len(referrers) == 1 else 0)
    assert total == expected
