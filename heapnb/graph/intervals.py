"""The dominator tree as ranges of numbers: a node dominates the nodes of its range."""

from __future__ import annotations

import numpy as np

from heapnb._typing import NodeArray
from heapnb.graph.derivation import derived
from heapnb.graph.heap import HeapGraph
from heapnb.kernels.intervals import number_tree


@derived(title="Numbering what nodes dominate", keep=False)
def _both(graph: HeapGraph) -> tuple[NodeArray, NodeArray]:
    number = np.empty(graph.n_nodes, np.uint32)
    stop = np.ones(graph.n_nodes, np.uint32)
    number_tree(graph.dominator_order, graph.dominator, number, stop)
    graph.results.forget(HeapGraph.dominator_order)
    return number, stop


@derived(name="dominator_number")
def dominator_number(graph: HeapGraph) -> NodeArray:
    """``uint32[n_nodes]``: numbers of the nodes, those of what a node dominates after its own."""
    return _both(graph)[0]


@derived(name="dominator_stop")
def dominator_stop(graph: HeapGraph) -> NodeArray:
    """``uint32[n_nodes]``: the number after the last one that each node dominates."""
    stop = _both(graph)[1]
    # Both arrays are kept under their own names from now on.
    _ = dominator_number(graph)
    graph.results.forget(_both)
    return stop


__all__ = ["dominator_number", "dominator_stop"]
