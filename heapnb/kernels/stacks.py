"""Kernels for trees of call stacks: merge equal frames, sum bytes per function.

A tree has one node for each call stack. Node 0 is the root and its own parent; every other node
comes after its parent. `heapnb.kernels.trees.add_up_tree` adds the bytes of callees to callers.
"""

from __future__ import annotations

import numpy as np

from heapnb._typing import AnyArray, NodeArray, SizeArray
from heapnb.kernels._jit import kernel
from heapnb.kernels.hashing import mix

_NONE = 0xFFFF_FFFF


@kernel
def merge_stacks(
    parent: NodeArray,
    frame: NodeArray,
    slots: NodeArray,
    merged: NodeArray,
    merged_parent: NodeArray,
    merged_frame: NodeArray,
) -> int:
    """Merge the children of a node that have the same frame, from the root down.

    Parameters
    ----------
    parent : uint32[n]
        The tree.
    frame : uint32[n]
        What each node is a call of.
    slots : uint32[2**k]
        Scratch memory, larger than ``n``; filled with 0xFFFFFFFF.
    merged : uint32[n]
        Receives the node of the merged tree that stands for each node.
    merged_parent, merged_frame : uint32[n]
        Receive the merged tree; as many values count as there are merged nodes.

    Returns
    -------
    int
        Number of merged nodes.

    Notes
    -----
    A hash table with linear probing that compares whole keys.
    """
    merged[0] = np.uint32(0)
    merged_parent[0] = np.uint32(0)
    merged_frame[0] = frame[0]
    n_merged = 1
    mask = np.uint64(slots.shape[0] - 1)
    for node in range(1, parent.shape[0]):
        above = merged[parent[node]]
        slot = mix(np.uint64(above), np.uint64(frame[node])) & mask
        while True:
            found = slots[slot]
            if found == _NONE:
                slots[slot] = np.uint32(n_merged)
                merged_parent[n_merged] = above
                merged_frame[n_merged] = frame[node]
                merged[node] = np.uint32(n_merged)
                n_merged += 1
                break
            if merged_parent[found] == above and merged_frame[found] == frame[node]:
                merged[node] = found
                break
            slot = (slot + np.uint64(1)) & mask
    return n_merged


@kernel
def add_by_group(group: NodeArray, value: AnyArray, total: AnyArray) -> None:
    """Add values by group.

    Parameters
    ----------
    group : uint32[n]
        The group of each value.
    value : uint64[n]
        Bytes or counts.
    total : uint64[n_groups]
        Changed in place.
    """
    for i in range(group.shape[0]):
        total[group[i]] += value[i]


@kernel
def add_outermost(
    parent: NodeArray,
    group: NodeArray,
    total: SizeArray,
    next_sibling: NodeArray,
    first_child: NodeArray,
    depth_of_group: NodeArray,
    group_total: SizeArray,
) -> None:
    """Sum per group the bytes of all stacks that contain it, each stack once.

    Parameters
    ----------
    parent : uint32[n]
        The tree.
    group : uint32[n]
        The group of each node, such as a function or a package.
    total : uint64[n]
        Bytes of each node with its callees.
    next_sibling, first_child : uint32[n]
        Scratch memory.
    depth_of_group : uint32[n_groups]
        Zeros; scratch memory.
    group_total : uint64[n_groups]
        Changed in place. Recursive calls count once: only the outermost node of a group in a stack
        adds to its group.

    Notes
    -----
    A depth-first search with linked lists of children in place of a stack.
    """
    n_nodes = parent.shape[0]
    for node in range(n_nodes):
        first_child[node] = _NONE
        next_sibling[node] = _NONE
    for node in range(n_nodes - 1, 0, -1):
        next_sibling[node] = first_child[parent[node]]
        first_child[parent[node]] = node
    node = 0
    while True:
        if depth_of_group[group[node]] == 0:
            group_total[group[node]] += total[node]
        depth_of_group[group[node]] += np.uint32(1)
        if first_child[node] != _NONE:
            node = int(first_child[node])
            continue
        while True:
            depth_of_group[group[node]] -= np.uint32(1)
            if node == 0:
                return
            if next_sibling[node] != _NONE:
                node = int(next_sibling[node])
                break
            node = int(parent[node])
