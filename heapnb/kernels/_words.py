"""Eight bytes at a time: the few machine operations that have no Python spelling.

The functions here are what runs without compilation. Compiled kernels get single instructions in
their place, from `heapnb.kernels._intrinsics`.
"""

from __future__ import annotations

import numpy as np

from heapnb._typing import ByteArray

WORD_BYTES = 8
"""Callers keep this many readable bytes from every position that they load from."""


def load_word(data: ByteArray, position: int) -> np.uint64:
    """Read eight bytes, the first lowest, as one number."""
    return np.uint64(int.from_bytes(data[position : position + WORD_BYTES].tobytes(), "little"))


def trailing_zeros(value: int) -> np.uint64:
    """Count the zero bits below the lowest set bit; 64 if there is none."""
    number = int(value)
    return np.uint64((number & -number).bit_length() - 1 if number else 64)


def count_bits(value: int) -> np.uint64:
    """Count the set bits."""
    return np.uint64(int(value).bit_count())
