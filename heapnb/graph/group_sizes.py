"""What groups of nodes retain together."""

from __future__ import annotations

import numpy as np

from heapnb._typing import AnyArray, IntArray, NodeArray, SizeArray
from heapnb.graph.heap import HeapGraph
from heapnb.kernels import summary as kernels
from heapnb.kernels.trees import mark_below


def retained_by_group(graph: HeapGraph, group: NodeArray, n_groups: int) -> SizeArray:
    """Sum the bytes that the members of each group retain, each byte once.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    group : uint32[n_nodes]
        The group of each node.
    n_groups : int
        Number of groups.

    Returns
    -------
    uint64[n_groups]
        Bytes. Nodes with a shallow size of 0 do not count.
    """
    total = np.zeros(n_groups, np.uint64)
    kernels.add_up_outermost(
        graph.first_dominated,
        graph.dominated,
        graph.root,
        group,
        graph.shallow_size,
        graph.retained_size,
        np.zeros(n_groups, np.uint32),
        np.empty(graph.n_nodes, np.uint32),
        np.empty(graph.n_nodes, np.uint32),
        total,
    )
    return total


def counts_and_sizes(
    graph: HeapGraph, group: AnyArray, n_groups: int
) -> tuple[IntArray, SizeArray]:
    """Count the nodes of each group that have a size, and sum their shallow sizes.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    group : unsigned[n_nodes]
        The group of each node.
    n_groups : int
        Number of groups.

    Returns
    -------
    count : int64[n_groups]
        Nodes with a shallow size above 0.
    size : uint64[n_groups]
        Bytes.
    """
    count = np.zeros(n_groups, np.int64)
    size = np.zeros(n_groups, np.uint64)
    kernels.add_up_sizes(group, graph.shallow_size, count, size)
    return count, size


def outermost(graph: HeapGraph, nodes: IntArray) -> IntArray:
    """Leave out of some nodes those that another one of them dominates.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : int64[k]
        Ordinals, each once.

    Returns
    -------
    int64[m]
        The others, in their order: no byte is retained by two of them.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> graph = SnapshotBuilder.from_edges("root>a a>b b>c root>d").graph()
    >>> outermost(graph, np.array([3, 1, 4])).tolist()
    [1, 4]
    """
    marked = np.zeros(graph.n_nodes, np.bool_)
    marked[nodes] = True
    mark_below(graph.dominator_order, graph.dominator, marked)
    is_inside = marked[graph.dominator[nodes]] & (nodes != graph.root)
    found: IntArray = nodes[~is_inside]
    return found


__all__ = ["counts_and_sizes", "outermost", "retained_by_group"]
