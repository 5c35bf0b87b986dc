"""Numbers for hashes, so that arrays can be indexed by what they stand for."""

from __future__ import annotations

from typing import Final

import numpy as np

from heapnb._typing import BoolArray, NodeArray
from heapnb.kernels import series as kernels
from heapnb.kernels.hashing import HashArray

_FIRST_TABLE_SIZE: Final = 1 << 12


def encode(hashes: HashArray) -> tuple[NodeArray, HashArray]:
    """Number hashes in order of first occurrence.

    Parameters
    ----------
    hashes : uint64[n]
        Hashes.

    Returns
    -------
    codes : uint32[n]
        The number of each.
    distinct : uint64[n_distinct]
        The hash of each number.
    """
    return encode_where(hashes, np.ones(len(hashes), np.bool_))


def encode_where(hashes: HashArray, is_wanted: BoolArray) -> tuple[NodeArray, HashArray]:
    """Number some hashes in order of first occurrence.

    Parameters
    ----------
    hashes : uint64[n]
        Hashes.
    is_wanted : bool[n]
        Which of them to number.

    Returns
    -------
    codes : uint32[n]
        The number of each; `vocab.NO_ORDINAL` for the others.
    distinct : uint64[n_distinct]
        The hash of each number.
    """
    codes = np.empty(len(hashes), np.uint32)
    distinct = np.empty(_FIRST_TABLE_SIZE, np.uint64)
    n_distinct = 0
    done = 0
    while True:
        slots = np.full(2 * len(distinct), kernels.NO_CODE, np.uint32)
        kernels.fill_slots(distinct, n_distinct, slots)
        numbered, n_distinct = kernels.encode_hashes(
            hashes[done:], is_wanted[done:], slots, codes[done:], distinct, n_distinct
        )
        done += numbered
        if done == len(hashes):
            return codes, distinct[:n_distinct].copy()
        distinct = np.concatenate([distinct, np.empty_like(distinct)])


__all__ = ["encode", "encode_where"]
