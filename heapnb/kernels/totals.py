"""Kernels that add up the records of a file block by block, without keeping them."""

from __future__ import annotations

import numpy as np

from heapnb._typing import BoolArray, ByteArray, IntArray, NodeArray, SizeArray
from heapnb.kernels._jit import kernel

_SPREAD = 0x9E37_79B1
"""Golden ratio: consecutive indices go to distant slots."""


@kernel
def add_up_types(
    node_type: ByteArray,
    self_size: SizeArray,
    count: IntArray,
    sized: IntArray,
    total: SizeArray,
) -> None:
    """Count nodes and add up their sizes by type.

    Parameters
    ----------
    node_type : uint8[n]
        Types, of any value.
    self_size : uint32 or uint64[n]
        Bytes.
    count, sized : int64[256]
        Receive more: the number of nodes, and of those with a size.
    total : uint64[256]
        Receives more bytes.
    """
    for i in range(node_type.shape[0]):
        kind = node_type[i]
        size = np.uint64(self_size[i])
        count[kind] += 1
        sized[kind] += size != np.uint64(0)
        total[kind] += size


@kernel
def add_up_names(
    node_type: ByteArray,
    node_name: NodeArray,
    self_size: SizeArray,
    has_name: BoolArray,
    name: IntArray,
    count: IntArray,
    total: SizeArray,
    n_used: int,
    most_used: int,
    others: SizeArray,
) -> int:
    """Count nodes and add up their sizes by the index of their name, in a hash table.

    Nodes of size 0 are ignored, as in DevTools' Summary.

    Parameters
    ----------
    node_type, node_name : uint8[n], uint32[n]
        Types and names.
    self_size : uint32 or uint64[n]
        Bytes.
    has_name : bool[256]
        The types whose nodes count.
    name : int64[k]
        The table: the index of a name, or -1; k is a power of two.
    count : int64[k]
        Receives more: the number of nodes for each row of the table.
    total : uint64[k]
        Receives more bytes.
    n_used : int
        Number of used rows.
    most_used : int
        How many rows may be used, less than k.
    others : uint64[2]
        Receives more: number and bytes of the nodes whose names find no room.

    Returns
    -------
    int
        Number of used rows now.
    """
    last = name.shape[0] - 1
    for i in range(node_type.shape[0]):
        size = np.uint64(self_size[i])
        if size == np.uint64(0) or not has_name[node_type[i]]:
            continue
        wanted = np.int64(node_name[i])
        row = ((wanted * _SPREAD) >> 12) & last
        while name[row] != wanted and name[row] >= 0:
            row = (row + 1) & last
        if name[row] < 0:
            if n_used >= most_used:
                others[0] += np.uint64(1)
                others[1] += size
                continue
            name[row] = wanted
            n_used += 1
        count[row] += 1
        total[row] += size
    return n_used


@kernel
def largest_name(edge_type: ByteArray, edge_name: NodeArray, is_indexed: BoolArray) -> int:
    """Find the largest index of a name.

    Parameters
    ----------
    edge_type : uint8[n]
        Types, of any value.
    edge_name : uint32[n]
        String index; for edge types in ``is_indexed``, an element index.
    is_indexed : bool[256]
        Types whose edges have an index in place of a name.

    Returns
    -------
    int
        -1 without any.
    """
    largest = np.int64(-1)
    for i in range(edge_type.shape[0]):
        if not is_indexed[edge_type[i]]:
            largest = max(largest, np.int64(edge_name[i]))
    return largest
