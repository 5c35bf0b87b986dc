"""Kernel that writes integers as the text of a JSON array."""

from __future__ import annotations

import numpy as np

from heapnb._typing import ByteArray, IntArray
from heapnb.kernels._jit import kernel

MAX_TEXT = 21
"""Maximum length of a number in bytes: sign, 19 digits, and a comma or newline."""


@kernel
def format_integers(values: IntArray, stride: int, out: ByteArray) -> int:
    """Write integers in decimal: a comma after each, and a newline after each record.

    Parameters
    ----------
    values : int64[k * stride]
        Whole records.
    stride : int
        Number of integers in a record.
    out : uint8[k * (MAX_TEXT * stride + 1)]
        Receives the text.

    Returns
    -------
    int
        Bytes written.
    """
    at = 0
    digits = np.empty(MAX_TEXT, np.uint8)
    in_record = 0
    for i in range(values.shape[0]):
        value = values[i]
        if value < 0:
            out[at] = 0x2D
            at += 1
            value = -value
        n_digits = 0
        while True:
            digits[n_digits] = 0x30 + value % 10
            n_digits += 1
            value //= 10
            if value == 0:
                break
        while n_digits > 0:
            n_digits -= 1
            out[at] = digits[n_digits]
            at += 1
        out[at] = 0x2C
        at += 1
        in_record += 1
        if in_record == stride:
            in_record = 0
            out[at] = 0x0A
            at += 1
    return at
