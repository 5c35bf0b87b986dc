"""Kernels for DevTools' Summary and Statistics: totals of groups of nodes."""

from __future__ import annotations

import numpy as np

from heapnb._typing import (
    AnyArray,
    BoolArray,
    ByteArray,
    DistanceArray,
    IntArray,
    NodeArray,
    OffsetArray,
    SizeArray,
)
from heapnb.kernels._jit import kernel


@kernel
def add_up_groups(
    group: NodeArray,
    shallow_size: SizeArray,
    distance: DistanceArray,
    count: IntArray,
    total: SizeArray,
    least_distance: DistanceArray,
) -> None:
    """Count the nodes of each group, add up their sizes, and find the least distance.

    Parameters
    ----------
    group : unsigned[n_nodes]
        The group of each node.
    shallow_size : unsigned[n_nodes]
        Bytes; nodes of size 0 are ignored.
    distance : int32[n_nodes]
        Any values.
    count : int64[n_groups]
        Zeros; receives the numbers of nodes.
    total : uint64[n_groups]
        Zeros; receives the bytes.
    least_distance : int32[n_groups]
        The greatest int32; receives the minima.
    """
    for node in range(group.shape[0]):
        size = shallow_size[node]
        if size == 0:
            continue
        g = group[node]
        count[g] += 1
        total[g] += np.uint64(size)
        least_distance[g] = min(least_distance[g], distance[node])


@kernel
def add_up_sizes(
    group: AnyArray, shallow_size: SizeArray, count: IntArray, total: SizeArray
) -> None:
    """Count the nodes of each group, and add up their sizes.

    Parameters
    ----------
    group : unsigned[n_nodes]
        The group of each node.
    shallow_size : unsigned[n_nodes]
        Bytes; nodes of size 0 are ignored.
    count : int64[n_groups]
        Zeros; receives the numbers of nodes.
    total : uint64[n_groups]
        Zeros; receives the bytes.
    """
    for node in range(group.shape[0]):
        size = shallow_size[node]
        if size != 0:
            count[group[node]] += 1
            total[group[node]] += np.uint64(size)


@kernel
def add_up_outermost(
    first_dominated: NodeArray,
    dominated: NodeArray,
    root: int,
    group: NodeArray,
    shallow_size: SizeArray,
    retained_size: SizeArray,
    n_open: NodeArray,
    path: NodeArray,
    next_child: NodeArray,
    total: SizeArray,
) -> None:
    """Add up the retained sizes of each group, without members that another member dominates.

    A member counts if no proper ancestor in the dominator tree belongs to its group, because the
    ancestor's retained size includes the member's. Nodes of size 0 are ignored.

    Parameters
    ----------
    first_dominated : uint32[n_nodes + 1]
        CSR offsets of the dominator tree.
    dominated : uint32[n_nodes - 1]
        Children of each node.
    root : int
        Ordinal of the root.
    group : unsigned[n_nodes]
        The group of each node.
    shallow_size : unsigned[n_nodes]
        Bytes.
    retained_size : uint64[n_nodes]
        Bytes.
    n_open : uint32[n_groups]
        Zeros; scratch.
    path : uint32[n_nodes]
        Scratch: the path from the root to the current node.
    next_child : uint32[n_nodes]
        Scratch: where in ``dominated`` to continue, for each node on the path.
    total : uint64[n_groups]
        Zeros; receives the bytes.
    """
    if shallow_size[root] != 0:
        n_open[group[root]] += np.uint32(1)
        total[group[root]] += np.uint64(retained_size[root])
    depth = 0
    path[0] = root
    next_child[0] = first_dominated[root]
    while depth >= 0:
        node = path[depth]
        at = next_child[depth]
        if at == first_dominated[node + 1]:
            if shallow_size[node] != 0:
                n_open[group[node]] -= np.uint32(1)
            depth -= 1
            continue
        next_child[depth] = at + np.uint32(1)
        child = dominated[at]
        has_size = shallow_size[child] != 0
        g = group[child]
        if has_size and n_open[g] == 0:
            total[g] += np.uint64(retained_size[child])
        if first_dominated[child] != first_dominated[child + 1]:
            if has_size:
                n_open[g] += np.uint32(1)
            depth += 1
            path[depth] = child
            next_child[depth] = first_dominated[child]


@kernel
def add_up_unshared_elements(
    first_edge: OffsetArray,
    edge_type: ByteArray,
    edge_name: NodeArray,
    edge_to: NodeArray,
    internal_type: int,
    is_elements: BoolArray,
    arrays: IntArray,
    first_retainer: OffsetArray,
    shallow_size: SizeArray,
) -> int:
    """Add up the sizes of arrays and of backing stores without another retainer.

    Parameters
    ----------
    first_edge, edge_type, edge_name, edge_to
        The edges.
    internal_type : int
        Edge type of backing stores.
    is_elements : bool[n_strings]
        True for the string ``elements``.
    arrays : int64[k]
        Ordinals.
    first_retainer : unsigned[n_nodes + 1]
        CSR offsets of the incoming edges of each node.
    shallow_size : unsigned[n_nodes]
        Bytes.

    Returns
    -------
    int
        Bytes.
    """
    total = np.uint64(0)
    for i in range(arrays.shape[0]):
        node = arrays[i]
        total += np.uint64(shallow_size[node])
        for edge in range(first_edge[node], first_edge[node + 1]):
            if edge_type[edge] == internal_type and is_elements[edge_name[edge]]:
                store = edge_to[edge]
                if first_retainer[store + 1] - first_retainer[store] == 1:
                    total += np.uint64(shallow_size[store])
                break
    return total
