"""What numba compiles `heapnb.kernels._words` to; imported together with numba only."""

from __future__ import annotations

from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, overload

from heapnb.kernels._words import count_bits, load_word, trailing_zeros


@intrinsic
def _load_word(typing_context: Any, data: Any, position: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        pointer = builder.gep(array.data, [arguments[1]])
        word = context.get_value_type(types.uint64)
        return builder.load(builder.bitcast(pointer, word.as_pointer()), align=1)

    return types.uint64(data, types.intp), generate


@intrinsic
def _trailing_zeros(typing_context: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], cgutils.false_bit)

    return types.uint64(types.uint64), generate


@intrinsic
def _count_bits(typing_context: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


# numba compares the signatures of the two functions with their annotations, unless not strict.
@overload(load_word, inline="always", strict=False)
def _overload_load_word(data: Any, position: Any) -> Any:
    def implementation(data: Any, position: Any) -> Any:
        return _load_word(data, position)

    return implementation


@overload(trailing_zeros, inline="always", strict=False)
def _overload_trailing_zeros(value: Any) -> Any:
    def implementation(value: Any) -> Any:
        return _trailing_zeros(value)

    return implementation


@overload(count_bits, inline="always", strict=False)
def _overload_count_bits(value: Any) -> Any:
    def implementation(value: Any) -> Any:
        return _count_bits(value)

    return implementation
