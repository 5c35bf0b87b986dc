"""Kernels that put things in order: the first few of many, members of groups."""

from __future__ import annotations

import numpy as np

from heapnb._typing import AnyArray, IntArray, NodeArray, OffsetArray, SizeArray
from heapnb.kernels._jit import kernel


@kernel
def smallest(values: AnyArray, rows: NodeArray, sign: int, keys: IntArray, places: IntArray) -> int:
    """Find the rows with the smallest values, or the largest, in one pass; of equal ones the first.

    Parameters
    ----------
    values : integer[…]
        What decides, below 2 ** 63.
    rows : unsigned[n]
        Indices into ``values``, one for each row.
    sign : int
        1 for the smallest, -1 for the largest.
    keys : int64[k]
        Scratch: the values of those that are held.
    places : int64[k]
        Receives places in ``rows``, the smallest value first.

    Returns
    -------
    int
        How many there are: k, or n if that is less.

    Notes
    -----
    O(n log k) at worst, and mostly O(n): few rows get past those that are held already.
    """
    n_wanted = places.shape[0]
    if n_wanted == 0:
        return 0
    n_held = 0
    # A heap whose top is the last of those that are held.
    for place in range(rows.shape[0]):
        key = sign * np.int64(values[rows[place]])
        if n_held < n_wanted:
            at = n_held
            n_held += 1
            while at > 0:
                above = (at - 1) // 2
                # A new row comes after all that are equal to it.
                if keys[above] > key:
                    break
                keys[at] = keys[above]
                places[at] = places[above]
                at = above
            keys[at] = key
            places[at] = place
        elif key < keys[0]:
            _sink(keys, places, n_held, key, place)
    # Taken from the top, they come in the opposite order.
    for n_left in range(n_held - 1, 0, -1):
        key = keys[n_left]
        place = places[n_left]
        keys[n_left] = keys[0]
        places[n_left] = places[0]
        _sink(keys, places, n_left, key, place)
    return n_held


@kernel
def _sink(keys: IntArray, places: IntArray, n_held: int, key: int, place: int) -> None:
    """Put a row in the top's place, and let it sink to where it belongs."""
    at = 0
    while True:
        below = 2 * at + 1
        if below >= n_held:
            break
        other = below + 1
        if other < n_held and (
            keys[other] > keys[below]
            or (keys[other] == keys[below] and places[other] > places[below])
        ):
            below = other
        if keys[below] < key or (keys[below] == key and places[below] < place):
            break
        keys[at] = keys[below]
        places[at] = places[below]
        at = below
    keys[at] = key
    places[at] = place


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


@kernel
def sources_of(first_edge: OffsetArray, edges: OffsetArray, sources: NodeArray) -> None:
    """Find the nodes that edges leave; the edges come in ascending order.

    Parameters
    ----------
    first_edge : unsigned[n_nodes + 1]
        CSR offsets of the edges.
    edges : unsigned[k]
        Edge ordinals, ascending.
    sources : uint32[k]
        Receives node ordinals.

    Notes
    -----
    Each search begins at the last edge's source and first takes steps of growing length, so
    that a few edges far apart cost as little as many that are close.
    """
    node = 0
    n_nodes = first_edge.shape[0] - 1
    for i in range(edges.shape[0]):
        edge = np.int64(edges[i])
        step = 1
        low = node
        while low + step < n_nodes and np.int64(first_edge[low + step]) <= edge:
            low += step
            step *= 2
        high = min(low + step, n_nodes)
        # The source is at low or beyond, and before high.
        while high - low > 1:
            middle = (low + high) // 2
            if np.int64(first_edge[middle]) <= edge:
                low = middle
            else:
                high = middle
        node = low
        sources[i] = low
