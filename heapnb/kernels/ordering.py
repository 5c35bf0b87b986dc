"""Kernels that sort: the first few of many rows, the members of groups."""

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
from heapnb.kernels.paths import source_of


@kernel
def smallest(values: AnyArray, rows: NodeArray, sign: int, keys: IntArray, places: IntArray) -> int:
    """Find the rows with the smallest or largest values in one pass; of equal rows the first.

    Parameters
    ----------
    values : integer[…]
        Sort keys, below 2 ** 63.
    rows : unsigned[n]
        Indices into ``values``, one per row.
    sign : int
        1 for the smallest, -1 for the largest.
    keys : int64[k]
        Scratch: the values of the kept rows.
    places : int64[k]
        Receives indices into ``rows``, the smallest value first.

    Returns
    -------
    int
        Number of rows found: min(k, n).

    Notes
    -----
    O(n log k) in the worst case, usually O(n): few rows replace one of the kept rows.
    """
    n_wanted = places.shape[0]
    if n_wanted == 0:
        return 0
    n_held = 0
    # A binary heap with the last of the kept rows at its top.
    for place in range(rows.shape[0]):
        key = sign * np.int64(values[rows[place]])
        if n_held < n_wanted:
            at = n_held
            n_held += 1
            while at > 0:
                above = (at - 1) // 2
                # A new row sorts after all rows with an equal key.
                if keys[above] > key:
                    break
                keys[at] = keys[above]
                places[at] = places[above]
                at = above
            keys[at] = key
            places[at] = place
        elif key < keys[0]:
            _sink(keys, places, n_held, key, place)
    # Removing the top repeatedly gives the rows in reverse order.
    for n_left in range(n_held - 1, 0, -1):
        key = keys[n_left]
        place = places[n_left]
        keys[n_left] = keys[0]
        places[n_left] = places[0]
        _sink(keys, places, n_left, key, place)
    return n_held


@kernel
def _sink(keys: IntArray, places: IntArray, n_held: int, key: int, place: int) -> None:
    """Replace the top of the heap by a row, and restore the heap's order."""
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
def sort_by_digits(numbers: IntArray, scratch: IntArray, n_low_bits: int, n_bits: int) -> bool:
    """Sort numbers by their upper bits; the sort is stable.

    Parameters
    ----------
    numbers : int64[n]
        Non-negative numbers.
    scratch : int64[n]
        Scratch.
    n_low_bits : int
        Number of lowest bits to ignore.
    n_bits : int
        Number of bits of the largest number.

    Returns
    -------
    bool
        Whether the sorted numbers are in ``scratch`` rather than in ``numbers``.

    Notes
    -----
    A counting sort for every eleven bits, lowest first: O(n) for each.
    """
    n_numbers = numbers.shape[0]
    counts = np.empty(1 << 11, np.int64)
    in_scratch = False
    for shift in range(n_low_bits, n_bits, 11):
        source = scratch if in_scratch else numbers
        target = numbers if in_scratch else scratch
        counts[:] = 0
        for i in range(n_numbers):
            counts[(source[i] >> shift) & 0x7FF] += 1
        if counts[(source[0] >> shift) & 0x7FF] == n_numbers:
            continue
        slot = 0
        for digit in range(counts.shape[0]):
            count = counts[digit]
            counts[digit] = slot
            slot += count
        for i in range(n_numbers):
            digit = (source[i] >> shift) & 0x7FF
            target[counts[digit]] = source[i]
            counts[digit] += 1
        in_scratch = not in_scratch
    return in_scratch


@kernel
def group_members(
    group: NodeArray, order: NodeArray, counts: SizeArray, next_slot: NodeArray, members: NodeArray
) -> None:
    """List the members of each group in a given order, without members whose count is 0.

    Parameters
    ----------
    group : unsigned[n]
        The group of each member.
    order : uint32[n]
        All members, in the order in which to list them.
    counts : unsigned[n]
        0 for members to leave out.
    next_slot : uint32[n_groups + 1]
        The first slot of each group; consumed.
    members : uint32[…]
        Receives the members grouped by ``group``.
    """
    for i in range(order.shape[0]):
        member = order[i]
        if counts[member] != 0:
            slot = next_slot[group[member]]
            members[slot] = member
            next_slot[group[member]] = slot + np.uint32(1)


@kernel
def retainers_of(
    first_edge: OffsetArray,
    edge_type: ByteArray,
    is_shown: BoolArray,
    root: int,
    candidates: OffsetArray,
    edges: OffsetArray,
    sources: NodeArray,
) -> int:
    """Find the sources of a node's retaining edges, without some types of edges.

    Parameters
    ----------
    first_edge : unsigned[n_nodes + 1]
        CSR offsets of the edges.
    edge_type : uint8[n_edges]
        Types of edges.
    is_shown : bool[256]
        Edge types to include.
    root : int
        Ordinal of the node whose edges are left out.
    candidates : unsigned[k]
        Edge ordinals, ascending.
    edges : unsigned[k]
        Receives the included edges, in descending order.
    sources : uint32[k]
        Receives the source of each edge.

    Returns
    -------
    int
        Number of included edges; they are at the end of ``edges`` and ``sources``.

    Notes
    -----
    A galloping search from the source of the previous edge, so that both a few distant edges and
    many close ones are fast.
    """
    node = np.int64(0)
    slot = candidates.shape[0]
    for i in range(candidates.shape[0]):
        edge = np.int64(candidates[i])
        if not is_shown[edge_type[edge]]:
            continue
        node = source_of(first_edge, edge, node)
        if node != root:
            slot -= 1
            edges[slot] = candidates[i]
            sources[slot] = node
    return candidates.shape[0] - slot


@kernel
def nearest(
    distance: DistanceArray, rows: NodeArray, sign: int, n_wanted: int, places: IntArray
) -> int:
    """Find the nearest rows, including all rows that are as far as the last of them.

    Parameters
    ----------
    distance : int32[…]
        Distances of nodes.
    rows : uint32[n]
        The node of each row.
    sign : int
        1 for the nearest, -1 for the farthest.
    n_wanted : int
        Minimum number of rows to find, if n is not smaller.
    places : int64[n]
        Receives indices into ``rows``, ascending.

    Returns
    -------
    int
        Number of rows found.
    """
    held = np.empty(n_wanted, np.int64)
    n_rows = rows.shape[0]
    n_held = smallest(distance, rows, sign, held, places[:n_wanted])
    if n_held == 0:
        return 0
    last = sign * np.int64(distance[rows[places[n_held - 1]]])
    n_found = 0
    for place in range(n_rows):
        if sign * np.int64(distance[rows[place]]) <= last:
            places[n_found] = place
            n_found += 1
    return n_found
