"""Kernels that put things in order: the first few of many, members of groups."""

from __future__ import annotations

import numpy as np

from heapnb._typing import IntArray, NodeArray, SizeArray
from heapnb.kernels._jit import kernel


@kernel
def smallest(keys: SizeArray, places: IntArray) -> int:
    """Find the smallest keys, in one pass; of equal ones the first.

    Parameters
    ----------
    keys : uint64[n]
        What decides.
    places : int64[k]
        Receives the places of the smallest in ``keys``, in ascending order of the keys.

    Returns
    -------
    int
        How many there are: k, or n if that is less.

    Notes
    -----
    O(n log k) at worst, and mostly O(n): few keys come in after the first.
    """
    n_wanted = places.shape[0]
    n_held = 0
    if n_wanted == 0:
        return 0
    # A heap with the largest of those that are held at its top.
    for place in range(keys.shape[0]):
        if n_held == n_wanted:
            if keys[place] >= keys[places[0]]:
                continue
            at = 0
            while True:
                below = 2 * at + 1
                if below >= n_held:
                    break
                if below + 1 < n_held and _comes_after(keys, places[below + 1], places[below]):
                    below += 1
                if not _comes_after(keys, places[below], place):
                    break
                places[at] = places[below]
                at = below
            places[at] = place
        else:
            at = n_held
            n_held += 1
            while at > 0 and _comes_after(keys, place, places[(at - 1) // 2]):
                places[at] = places[(at - 1) // 2]
                at = (at - 1) // 2
            places[at] = place
    # Taken out from the top, they come in descending order.
    for n_left in range(n_held - 1, 0, -1):
        last = places[n_left]
        places[n_left] = places[0]
        at = 0
        while True:
            below = 2 * at + 1
            if below >= n_left:
                break
            if below + 1 < n_left and _comes_after(keys, places[below + 1], places[below]):
                below += 1
            if not _comes_after(keys, places[below], last):
                break
            places[at] = places[below]
            at = below
        places[at] = last
    return n_held


@kernel
def _comes_after(keys: SizeArray, place: int, other: int) -> bool:
    if keys[place] != keys[other]:
        return bool(keys[place] > keys[other])
    return place > other


@kernel
def group_members(
    group: NodeArray, order: NodeArray, counts: SizeArray, next_slot: NodeArray, members: NodeArray
) -> None:
    """List the members of each group, in a given order, leaving out what does not count.

    Parameters
    ----------
    group : unsigned[n]
        The group of each member.
    order : uint32[n]
        All of them, in the order in which they are listed.
    counts : unsigned[n]
        0 for those that are left out.
    next_slot : uint32[n_groups + 1]
        The first slot of each group; consumed.
    members : uint32[…]
        Receives them, group by group.
    """
    for i in range(order.shape[0]):
        member = order[i]
        if counts[member] != 0:
            slot = next_slot[group[member]]
            members[slot] = member
            next_slot[group[member]] = slot + np.uint32(1)
