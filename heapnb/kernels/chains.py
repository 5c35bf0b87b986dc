"""Kernels for chains: dominators up to the root, linked lists."""

from __future__ import annotations

import numpy as np

from heapnb._typing import IntArray, NodeArray, OffsetArray
from heapnb.kernels._jit import kernel
from heapnb.kernels.paths import source_of


@kernel
def dominator_chain(dominator: NodeArray, node: int, chain: NodeArray) -> int:
    """List a node's dominators, from the immediate dominator up to the root.

    Parameters
    ----------
    dominator : uint32[n_nodes]
        Immediate dominators; the root dominates itself.
    node : int
        Ordinal.
    chain : uint32[n_nodes]
        Receives ordinals.

    Returns
    -------
    int
        Number of dominators.
    """
    length = 0
    while dominator[node] != node:
        node = dominator[node]
        chain[length] = node
        length += 1
    return length


@kernel
def edges_up(
    first_edge: OffsetArray, edge_to: OffsetArray, first_steps: IntArray, node: int, path: IntArray
) -> int:
    """List the edges of a path, the last one first.

    Parameters
    ----------
    first_edge : unsigned[n_nodes + 1]
        CSR offsets of the edges.
    edge_to : unsigned[n_nodes]
        The edge by which a path comes to each node; the number of all edges where none does.
    first_steps : int64[k]
        Edges with which paths begin, ascending.
    node : int
        Where the path ends.
    path : int64[n_nodes]
        Receives edges.

    Returns
    -------
    int
        Number of edges.
    """
    length = 0
    n_edges = np.int64(first_edge[first_edge.shape[0] - 1])
    while np.int64(edge_to[node]) < n_edges:
        edge = np.int64(edge_to[node])
        path[length] = edge
        length += 1
        at = np.searchsorted(first_steps, edge)
        if at < first_steps.shape[0] and first_steps[at] == edge:
            break
        node = source_of(first_edge, edge, 0)
    return length


@kernel
def follow(following: IntArray, start: int, chain: IntArray) -> int:
    """List the elements of a linked list.

    Parameters
    ----------
    following : int64[k]
        The next element, -1 at the end. The list must not contain a cycle.
    start : int
        The first element.
    chain : int64[k]
        Receives the elements, including the first.

    Returns
    -------
    int
        Number of elements.
    """
    length = 0
    element = start
    while element >= 0:
        chain[length] = element
        length += 1
        element = following[element]
    return length


@kernel
def chain_lengths(following: IntArray, length: IntArray) -> None:
    """Count the elements that follow each element of linked lists; lists may share their tails.

    Parameters
    ----------
    following : int64[k]
        The next element, -1 at the end.
    length : int64[k]
        Receives the number of elements that follow. In a cycle, counting stops before the first
        element that was already counted.
    """
    unknown, under_way = -1, -2
    length[:] = unknown
    for start in range(following.shape[0]):
        n_new = 0
        element = start
        while element >= 0 and length[element] == unknown:
            length[element] = under_way
            n_new += 1
            element = following[element]
        beyond = 0
        if element >= 0 and length[element] != under_way:
            beyond = length[element] + 1
        element = start
        for left in range(n_new - 1, -1, -1):
            length[element] = beyond + left
            element = following[element]
