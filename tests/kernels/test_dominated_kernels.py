"""Kernels over the dominator tree, against plain Python."""

from __future__ import annotations

import numpy as np
import pytest

from heapnb.analysis.retention.dominators import dominating_edges
from heapnb.graph import HeapGraph
from heapnb.kernels import dominated as kernels
from heapnb.testing import SnapshotBuilder
from tests.naive import dominated as naive

SEEDS = range(20)


def random_graph(seed: int) -> HeapGraph:
    """Make a heap with loops, multiple, weak and unreachable parts."""
    random = np.random.default_rng(seed)
    builder = SnapshotBuilder()
    n_nodes = int(random.integers(1, 12))
    keys = ["root", *(f"n{i}" for i in range(n_nodes))]
    for key in keys[1:]:
        builder.node(key, size=int(random.integers(0, 4)))
    kinds = ["property", "property", "internal", "weak"]
    for number in range(3 * n_nodes):
        source, target = random.choice(keys, 2).tolist()
        builder.edge(source, target, f"e{number}", type=random.choice(kinds).item())
    return builder.graph()


@pytest.mark.parametrize("seed", SEEDS)
def test_dominating_edges(seed: int) -> None:
    graph = random_graph(seed)
    found = dominating_edges(graph, np.arange(graph.n_nodes))
    assert found.tolist() == [naive.dominating_edge(graph, n) for n in range(graph.n_nodes)]


@pytest.mark.parametrize("seed", SEEDS)
def test_largest_children(seed: int) -> None:
    graph = random_graph(seed)
    nodes = np.arange(graph.n_nodes)
    found = np.empty(graph.n_nodes, np.int64)
    kernels.largest_children(
        graph.first_dominated, graph.dominated, graph.retained_size, nodes, found
    )
    assert found.tolist() == [naive.largest_child(graph, n) for n in nodes.tolist()]


@pytest.mark.parametrize("seed", SEEDS)
def test_nearest_unskipped(seed: int) -> None:
    graph = random_graph(seed)
    is_skipped = np.random.default_rng(seed).random(graph.n_nodes) < 0.5
    found = np.empty(graph.n_nodes, np.uint32)
    kernels.nearest_unskipped(graph.dominator, graph.dominator_order, is_skipped, found)
    expected = [naive.nearest(graph, is_skipped.tolist(), n) for n in range(graph.n_nodes)]
    assert found.tolist() == expected
