"""Kernels that compare snapshots: by node id, and by hashes that are stable across snapshots."""

from __future__ import annotations

import numpy as np

from heapnb._typing import BoolArray, NodeArray, SizeArray
from heapnb.kernels._jit import kernel
from heapnb.kernels.hashing import HashArray

NO_CODE = 0xFFFF_FFFF
_FIBONACCI = np.uint64(0x9E3779B97F4A7C15)


@kernel
def unmatched(
    before_order: NodeArray,
    before_id: SizeArray,
    before_class: NodeArray,
    after_order: NodeArray,
    after_id: SizeArray,
    after_class: NodeArray,
    is_removed: BoolArray,
    is_added: BoolArray,
) -> None:
    """Unmark the nodes that both snapshots contain, with the same id and the same class.

    Parameters
    ----------
    before_order, after_order : uint32[…]
        Ordinals in ascending order of id, then of class if an id occurs more than once.
    before_id, after_id : unsigned[…]
        Node ids.
    before_class, after_class : uint32[…]
        The class of each node, with the same numbers in both snapshots.
    is_removed, is_added : bool[…]
        True for the nodes to compare; changed in place.
    """
    i = 0
    j = 0
    while i < before_order.shape[0] and j < after_order.shape[0]:
        before = before_order[i]
        after = after_order[j]
        if not is_removed[before]:
            i += 1
        elif not is_added[after]:
            j += 1
        elif before_id[before] < after_id[after]:
            i += 1
        elif before_id[before] > after_id[after]:
            j += 1
        elif before_class[before] < after_class[after]:
            i += 1
        elif before_class[before] > after_class[after]:
            j += 1
        else:
            is_removed[before] = False
            is_added[after] = False
            i += 1
            j += 1


@kernel
def encode_hashes(
    hashes: HashArray,
    is_wanted: BoolArray,
    slots: NodeArray,
    codes: NodeArray,
    distinct: HashArray,
    n_distinct: int,
) -> tuple[int, int]:
    """Number hashes in order of first occurrence, until the output is full.

    Parameters
    ----------
    hashes : uint64[n]
        Hashes.
    is_wanted : bool[n]
        Those that get a number.
    slots : uint32[2 ** k]
        A hash table of codes; `NO_CODE` marks free slots; changed in place.
    codes : uint32[n]
        Receives the numbers; `NO_CODE` for the others.
    distinct : uint64[2 ** (k - 1)]
        The hash with each number; changed in place.
    n_distinct : int
        Number of distinct hashes before.

    Returns
    -------
    done : int
        How many of ``hashes`` have a number; fewer than all if ``distinct`` is full.
    n_distinct : int
        Number of distinct hashes after.
    """
    mask = np.uint64(slots.shape[0] - 1)
    for i in range(hashes.shape[0]):
        if not is_wanted[i]:
            codes[i] = NO_CODE
            continue
        wanted = hashes[i]
        slot = (wanted * _FIBONACCI >> np.uint64(20)) & mask
        code = slots[slot]
        while code != NO_CODE and distinct[code] != wanted:
            slot = (slot + np.uint64(1)) & mask
            code = slots[slot]
        if code == NO_CODE:
            if n_distinct == distinct.shape[0]:
                return i, n_distinct
            code = np.uint32(n_distinct)
            slots[slot] = code
            distinct[n_distinct] = wanted
            n_distinct += 1
        codes[i] = code
    return hashes.shape[0], n_distinct


@kernel
def fill_slots(distinct: HashArray, n_distinct: int, slots: NodeArray) -> None:
    """Add numbered hashes to an empty hash table.

    Parameters
    ----------
    distinct : uint64[…]
        Hashes.
    n_distinct : int
        Number of hashes to add.
    slots : uint32[2 ** k]
        All `NO_CODE`; receives the numbers.
    """
    mask = np.uint64(slots.shape[0] - 1)
    for code in range(n_distinct):
        slot = (distinct[code] * _FIBONACCI >> np.uint64(20)) & mask
        while slots[slot] != NO_CODE:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = np.uint32(code)
