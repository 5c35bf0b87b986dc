"""Kernels for the dominator tree: its edges, its largest branches, its subtrees."""

from __future__ import annotations

import numpy as np

from heapnb._typing import BoolArray, ByteArray, IntArray, NodeArray, OffsetArray, SizeArray
from heapnb.kernels._jit import kernel


@kernel
def dominating_edges(
    first_edge: OffsetArray,
    edge_type: ByteArray,
    first_retainer: OffsetArray,
    retaining_edge: OffsetArray,
    dominator: NodeArray,
    weak_type: int,
    nodes: IntArray,
    edges: IntArray,
) -> None:
    """Find, for some nodes, the edge from the immediate dominator to the node.

    Parameters
    ----------
    first_edge, edge_type
        The edges.
    first_retainer, retaining_edge
        CSR of the incoming edges of each node, in ascending order.
    dominator : uint32[n_nodes]
        Immediate dominators.
    weak_type : int
        Edge type to ignore.
    nodes : int64[k]
        Ordinals.
    edges : int64[k]
        Receives the first such edge, -1 if the dominator does not refer to the node directly.
    """
    for i in range(nodes.shape[0]):
        node = nodes[i]
        edges[i] = -1
        parent = dominator[node]
        if parent == node:
            continue
        start = np.int64(first_edge[parent])
        stop = np.int64(first_edge[parent + 1])
        low = np.int64(first_retainer[node])
        end = np.int64(first_retainer[node + 1])
        high = end
        while low < high:
            middle = (low + high) // 2
            if np.int64(retaining_edge[middle]) < start:
                low = middle + 1
            else:
                high = middle
        while low < end and np.int64(retaining_edge[low]) < stop:
            edge = np.int64(retaining_edge[low])
            if edge_type[edge] != weak_type:
                edges[i] = edge
                break
            low += 1


@kernel
def largest_children(
    first_dominated: NodeArray,
    dominated: NodeArray,
    retained_size: SizeArray,
    nodes: IntArray,
    largest: IntArray,
) -> None:
    """Find, for some nodes, the immediately dominated node with the largest retained size.

    Parameters
    ----------
    first_dominated, dominated
        The dominator tree.
    retained_size : uint64[n_nodes]
        Bytes.
    nodes : int64[k]
        Ordinals.
    largest : int64[k]
        Receives ordinals, -1 for a leaf. Of equal sizes, the first node wins.
    """
    for i in range(nodes.shape[0]):
        node = nodes[i]
        largest[i] = -1
        for at in range(first_dominated[node], first_dominated[node + 1]):
            child = np.int64(dominated[at])
            if largest[i] < 0 or retained_size[child] > retained_size[largest[i]]:
                largest[i] = child


@kernel
def nearest_unskipped(
    dominator: NodeArray, order: NodeArray, is_skipped: BoolArray, nearest: NodeArray
) -> None:
    """Find each node's nearest dominator that is not skipped.

    Parameters
    ----------
    dominator : uint32[n_nodes]
        Immediate dominators; the root dominates itself.
    order : uint32[n_nodes]
        The nodes, each after its dominator.
    is_skipped : bool[n_nodes]
        Dominators to skip. The root is never skipped.
    nearest : uint32[n_nodes]
        Receives ordinals.
    """
    for i in range(order.shape[0]):
        node = order[i]
        parent = dominator[node]
        if parent == node or dominator[parent] == parent or not is_skipped[parent]:
            nearest[node] = parent
        else:
            nearest[node] = nearest[parent]


@kernel
def number_subtrees(
    first_dominated: NodeArray,
    dominated: NodeArray,
    root: int,
    enter: NodeArray,
    leave: NodeArray,
    path: NodeArray,
    next_child: NodeArray,
) -> None:
    """Number the dominator tree in pre-order, so that each subtree is a range of numbers.

    Parameters
    ----------
    first_dominated : uint32[n_nodes + 1]
        CSR offsets of the dominator tree.
    dominated : uint32[n_nodes - 1]
        Children of each node.
    root : int
        Ordinal of the root.
    enter, leave : uint32[n_nodes]
        Receive the number of each node, and the first number after its subtree.
    path, next_child : uint32[n_nodes]
        Scratch.
    """
    enter[root] = 0
    number = np.uint32(1)
    depth = 0
    path[0] = root
    next_child[0] = first_dominated[root]
    while depth >= 0:
        node = path[depth]
        at = next_child[depth]
        if at == first_dominated[node + 1]:
            leave[node] = number
            depth -= 1
            continue
        next_child[depth] = at + np.uint32(1)
        child = dominated[at]
        enter[child] = number
        number += np.uint32(1)
        depth += 1
        path[depth] = child
        next_child[depth] = first_dominated[child]


@kernel
def sum_of_outermost(
    dominator: NodeArray, retained_size: SizeArray, nodes: NodeArray, state: ByteArray
) -> int:
    """Sum the bytes that some nodes retain, those that another of them dominates left out.

    Parameters
    ----------
    dominator : uint32[n_nodes]
        Immediate dominators; the root dominates itself.
    retained_size : unsigned[n_nodes]
        Bytes.
    nodes : uint32[k]
        Ordinals, each once.
    state : uint8[n_nodes]
        All 0; scratch.

    Returns
    -------
    int
        Bytes.
    """
    unknown, chosen, below, free = 0, 1, 2, 3
    for i in range(nodes.shape[0]):
        state[nodes[i]] = chosen
    total = np.int64(0)
    for i in range(nodes.shape[0]):
        node = np.int64(nodes[i])
        above = node
        parent = np.int64(dominator[above])
        while parent != above and state[parent] == unknown:
            above = parent
            parent = np.int64(dominator[above])
        is_free = parent == above or state[parent] == free
        # Each node is visited once, however long the chains of dominators are.
        last = above
        above = node
        while above != last:
            above = np.int64(dominator[above])
            state[above] = free if is_free else below
        if is_free:
            total += np.int64(retained_size[node])
    return total
