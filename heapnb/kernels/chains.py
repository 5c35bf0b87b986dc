"""Kernels that follow one link after the other."""

from __future__ import annotations

from heapnb._typing import NodeArray
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
