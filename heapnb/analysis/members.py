"""Index from each class to its members."""

from __future__ import annotations

import numpy as np

from heapnb._typing import NodeArray
from heapnb.analysis.constructors import class_sums
from heapnb.graph import HeapGraph, derived
from heapnb.kernels.ordering import group_members


def members_of(graph: HeapGraph, key: int) -> NodeArray:
    """List the nodes of a class.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    key : int
        Row of ``graph.class_keys``.

    Returns
    -------
    uint32[k]
        Ordinals, ascending by node id; nodes with a shallow size of 0 do not count.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>a root>b root>c")
    >>> _ = builder.node("a", name="User").node("c", name="User")
    >>> graph = builder.graph()
    >>> members_of(graph, int(graph.class_key[1])).tolist()
    [1, 3]
    """
    first = first_member(graph)
    return _members(graph)[int(first[key]) : int(first[key + 1])]


@derived(keep=False)
def first_member(graph: HeapGraph) -> NodeArray:
    """Return the offset of the first member of each class.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    uint32[n_keys + 1]
        Offsets into the array of all members.
    """
    sums = class_sums(graph)
    first = np.zeros(len(graph.class_keys) + 1, np.uint32)
    first[sums.key + 1] = sums.count
    return np.cumsum(first, dtype=np.uint32)


@derived(name="class_members")
def _members(graph: HeapGraph) -> NodeArray:
    """Return the members of all classes, one class after the other."""
    first = first_member(graph)
    members = np.empty(int(first[-1]), np.uint32)
    group_members(graph.class_key, graph.id_order, graph.shallow_size, first.copy(), members)
    return members
