"""Kernels that reverse edges: retainers of each node, nodes dominated by each node."""

from __future__ import annotations

import numpy as np

from heapnb._typing import AnyArray, NodeArray, OffsetArray, SizeArray
from heapnb.kernels._jit import kernel


@kernel
def count_targets(target: NodeArray, counts: NodeArray) -> None:
    """Count how often each row is a target.

    Parameters
    ----------
    target : uint32[n_entries]
        Rows.
    counts : uint32[n_rows]
        Zeros; receives the counts.
    """
    for i in range(target.shape[0]):
        counts[target[i]] += np.uint32(1)


@kernel
def invert_edges(
    first_edge: OffsetArray, edge_to: NodeArray, next_slot: AnyArray, retaining_edge: AnyArray
) -> None:
    """List each node's retaining edges, in ascending order of the edges.

    Parameters
    ----------
    first_edge : unsigned[n_nodes + 1]
        CSR offsets of the edges.
    edge_to : uint32[n_edges]
        Target ordinals.
    next_slot : unsigned[n_nodes + 1]
        The first slot of each node; consumed.
    retaining_edge : unsigned[n_edges]
        Receives edge ordinals grouped by target.
    """
    for edge in range(edge_to.shape[0]):
        node = edge_to[edge]
        slot = next_slot[node]
        retaining_edge[slot] = edge
        next_slot[node] = slot + 1


@kernel
def invert_tree(
    dominator: NodeArray, root: int, next_slot: NodeArray, dominated: NodeArray
) -> None:
    """List the nodes that each node immediately dominates, in ascending order.

    Parameters
    ----------
    dominator : uint32[n_nodes]
        Immediate dominators.
    root : int
        Ordinal of the root, which has no parent.
    next_slot : uint32[n_nodes + 1]
        The first slot of each node; consumed.
    dominated : uint32[n_nodes - 1]
        Receives ordinals grouped by dominator.
    """
    for node in range(dominator.shape[0]):
        if node != root:
            slot = next_slot[dominator[node]]
            dominated[slot] = node
            next_slot[dominator[node]] = slot + np.uint32(1)


def unsigned_offsets(counts: SizeArray, total: int) -> AnyArray:
    """Convert counts to CSR offsets of the smallest dtype that fits.

    Parameters
    ----------
    counts : unsigned[n]
        Number of entries of each row.
    total : int
        Sum of ``counts``.

    Returns
    -------
    uint32 or uint64[n + 1]
        ``out[i]`` is the first entry of row i.

    Examples
    --------
    >>> unsigned_offsets(np.array([2, 0, 1], np.uint32), 3).tolist()
    [0, 2, 2, 3]
    """
    dtype = np.uint32 if total <= 0xFFFF_FFFF else np.uint64
    offsets = np.zeros(len(counts) + 1, dtype)
    np.cumsum(counts, out=offsets[1:], dtype=dtype)
    return offsets
