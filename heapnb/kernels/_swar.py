"""Eight bytes at a time: the few machine operations that numba has no Python spelling for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from heapnb._typing import ByteArray

WORD_BYTES = 8
"""Callers keep this many readable bytes from every position that they load from."""


def _load_word_python(data: ByteArray, position: int) -> np.uint64:
    """Read eight bytes, the first lowest, as one number."""
    return np.uint64(int.from_bytes(data[position : position + WORD_BYTES].tobytes(), "little"))


def _trailing_zeros_python(value: int) -> np.uint64:
    """Count the zero bits below the lowest set bit; 64 if there is none."""
    number = int(value)
    return np.uint64((number & -number).bit_length() - 1 if number else 64)


def _count_bits_python(value: int) -> np.uint64:
    """Count the set bits."""
    return np.uint64(int(value).bit_count())


@intrinsic
def _load_word_compiled(typing_context: Any, data: Any, position: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array_type = signature.args[0]
        array = context.make_array(array_type)(context, builder, arguments[0])
        pointer = builder.gep(array.data, [arguments[1]])
        word = context.get_value_type(types.uint64)
        return builder.load(builder.bitcast(pointer, word.as_pointer()), align=1)

    return types.uint64(data, types.intp), generate


@intrinsic
def _trailing_zeros_compiled(typing_context: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], cgutils.false_bit)

    return types.uint64(types.uint64), generate


@intrinsic
def _count_bits_compiled(typing_context: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


_without_jit = bool(numba.config.DISABLE_JIT)  # type: ignore[attr-defined]
load_word: Callable[[ByteArray, int], Any] = (
    _load_word_python if _without_jit else _load_word_compiled
)
trailing_zeros: Callable[[Any], Any] = (
    _trailing_zeros_python if _without_jit else _trailing_zeros_compiled
)
count_bits: Callable[[Any], Any] = _count_bits_python if _without_jit else _count_bits_compiled
