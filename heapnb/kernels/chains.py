"""Kernels that follow one link after the other."""

from __future__ import annotations

from heapnb._typing import IntArray, NodeArray
from heapnb.kernels._jit import kernel


@kernel
def dominator_chain(dominator: NodeArray, node: int, chain: NodeArray) -> int:
    """List a node's dominators, from its immediate one up to the root.

    Parameters
    ----------
    dominator : uint32[n_nodes]
        Immediate dominators; the root's is itself.
    node : int
        Ordinal.
    chain : uint32[n_nodes]
        Receives ordinals.

    Returns
    -------
    int
        How many.
    """
    length = 0
    while dominator[node] != node:
        node = dominator[node]
        chain[length] = node
        length += 1
    return length


@kernel
def follow(following: IntArray, start: int, chain: IntArray) -> int:
    """List the elements of a linked list.

    Parameters
    ----------
    following : int64[k]
        The next element, -1 at the end. Not a circle.
    start : int
        The first element.
    chain : int64[k]
        Receives the elements, the first one included.

    Returns
    -------
    int
        How many.
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
    """Count what follows each element of linked lists, which may share their ends.

    Parameters
    ----------
    following : int64[k]
        The next element, -1 at the end.
    length : int64[k]
        Receives how many elements follow. Where a list runs in a circle, counting stops before
        an element that was counted.
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
