"""The benchmarks' multiplier makes heaps that are what they say: the same, several times."""

from __future__ import annotations

import numpy as np

from heapnb.format import read_snapshot
from heapnb.format.writer import to_bytes
from heapnb.graph import HeapGraph
from tests.benchmarks.multiply_snapshot import multiplied
from tests.conftest import sample_series

TIMES = 3


def test_each_copy_is_retained_as_the_original() -> None:
    raw = read_snapshot(sample_series("top_level_await")[0])
    graph = HeapGraph(raw)
    large = HeapGraph(read_snapshot(to_bytes(multiplied(raw, TIMES))))
    below = graph.n_nodes - 1
    assert large.n_nodes == 1 + TIMES * below
    assert large.n_edges == TIMES * graph.n_edges
    assert len(np.unique(large.node_id)) == large.n_nodes
    assert large.ephemerons.n_pairs == TIMES * graph.ephemerons.n_pairs
    for copy in range(TIMES):
        rows = slice(1 + copy * below, 1 + (copy + 1) * below)
        np.testing.assert_array_equal(large.retained_size[rows], graph.retained_size[1:])
        np.testing.assert_array_equal(large.distance[rows], graph.distance[1:])
