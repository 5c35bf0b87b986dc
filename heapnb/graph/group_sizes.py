"""What groups of nodes retain together."""

from __future__ import annotations

import numpy as np

from heapnb._typing import NodeArray, SizeArray
from heapnb.graph.heap import HeapGraph
from heapnb.kernels import summary as kernels


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


__all__ = ["retained_by_group"]
