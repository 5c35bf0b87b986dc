"""A kernel that checks whether a text is JSON: for the sections that heapnb does not read."""

from __future__ import annotations

from heapnb._typing import ByteArray
from heapnb.kernels._jit import kernel
from heapnb.kernels.parse import skip_blanks

_QUOTE = 0x22
_BACKSLASH = 0x5C
_LETTER_A = 0x61
_LETTER_F = 0x66
_LETTER_U = 0x75
_ESCAPED = tuple(b'"\\/bfnrt')
_COMMA = 0x2C
_COLON = 0x3A
_MINUS = 0x2D
_PLUS = 0x2B
_POINT = 0x2E
_ZERO = 0x30
_NINE = 0x39
_OPEN_BRACKET = 0x5B
_CLOSE_BRACKET = 0x5D
_OPEN_BRACE = 0x7B
_CLOSE_BRACE = 0x7D
_SPACE = 0x20

# What may follow.
_VALUE = 0
_VALUE_OR_END = 1
_KEY = 2
_KEY_OR_END = 3
_COMMA_OR_END = 4


@kernel
def _after_digits(text: ByteArray, position: int) -> int:
    while position < text.shape[0] and _ZERO <= text[position] <= _NINE:
        position += 1
    return position


@kernel
def _after_number(text: ByteArray, start: int) -> int:
    """Return the position behind a number, -1 if it is not one."""
    n = text.shape[0]
    position = start
    if position < n and text[position] == _MINUS:
        position += 1
    digits = position
    position = _after_digits(text, position)
    if position == digits or (position > digits + 1 and text[digits] == _ZERO):
        return -1
    if position < n and text[position] == _POINT:
        digits = position + 1
        position = _after_digits(text, digits)
        if position == digits:
            return -1
    if position < n and (text[position] | 0x20) == 0x65:  # e
        digits = position + 1
        if digits < n and (text[digits] == _PLUS or text[digits] == _MINUS):
            digits += 1
        position = _after_digits(text, digits)
        if position == digits:
            return -1
    return position


@kernel
def _after_string(text: ByteArray, start: int) -> int:
    """Return the position behind a string, -1 if it is not one."""
    n = text.shape[0]
    position = start + 1
    while position < n:
        byte = text[position]
        if byte == _QUOTE:
            return position + 1
        if byte < _SPACE:
            return -1
        position = _after_escape(text, position) if byte == _BACKSLASH else position + 1
        if position < 0:
            return -1
    return -1


@kernel
def _after_escape(text: ByteArray, start: int) -> int:
    """Return the position behind an escape in a string, -1 if it is not one."""
    n = text.shape[0]
    if start + 1 >= n:
        return -1
    for escaped in _ESCAPED:
        if text[start + 1] == escaped:
            return start + 2
    if text[start + 1] != _LETTER_U or start + 6 > n:
        return -1
    for i in range(start + 2, start + 6):
        byte = text[i]
        lower = byte | 0x20
        if not (_ZERO <= byte <= _NINE or _LETTER_A <= lower <= _LETTER_F):
            return -1
    return start + 6


@kernel
def _after_word(text: ByteArray, start: int) -> int:
    """Return the position behind true, false or null; -1 if it is none of these."""
    n = text.shape[0]
    first = text[start]
    if first == 0x74 and start + 4 <= n:
        if text[start + 1] == 0x72 and text[start + 2] == 0x75 and text[start + 3] == 0x65:
            return start + 4
    elif first == 0x6E and start + 4 <= n:
        if text[start + 1] == 0x75 and text[start + 2] == 0x6C and text[start + 3] == 0x6C:
            return start + 4
    elif first == 0x66 and start + 5 <= n:
        if (
            text[start + 1] == 0x61
            and text[start + 2] == 0x6C
            and text[start + 3] == 0x73
            and text[start + 4] == 0x65
        ):
            return start + 5
    return -1


@kernel
def first_bad_byte(text: ByteArray, is_object: ByteArray) -> int:
    """Find where a text stops being one JSON value.

    Parameters
    ----------
    text : uint8[n]
        The text.
    is_object : uint8[n + 1]
        Scratch memory: for each open bracket, whether it is one of an object.

    Returns
    -------
    int
        The first byte that cannot be there, ``n`` if the end is missing, or -1 if it is JSON.
    """
    n = text.shape[0]
    depth = 0
    expected = _VALUE
    position = 0
    while True:
        position = skip_blanks(text, position, n)
        if expected == _COMMA_OR_END and depth == 0:
            return -1 if position == n else position
        if position == n:
            return n
        byte = text[position]
        closes = byte == (_CLOSE_BRACE if depth > 0 and is_object[depth] else _CLOSE_BRACKET)
        if expected == _COMMA_OR_END:
            if byte == _COMMA:
                expected = _KEY if is_object[depth] else _VALUE
                position += 1
                continue
            if not closes:
                return position
            depth -= 1
            position += 1
            continue
        if closes and depth > 0 and (expected == _VALUE_OR_END or expected == _KEY_OR_END):
            depth -= 1
            position += 1
            expected = _COMMA_OR_END
            continue
        if expected == _KEY or expected == _KEY_OR_END:
            after = _after_string(text, position) if byte == _QUOTE else -1
            if after < 0:
                return position
            position = skip_blanks(text, after, n)
            if position == n or text[position] != _COLON:
                return position
            position += 1
            expected = _VALUE
            continue
        if byte == _OPEN_BRACE or byte == _OPEN_BRACKET:
            depth += 1
            is_object[depth] = byte == _OPEN_BRACE
            expected = _KEY_OR_END if byte == _OPEN_BRACE else _VALUE_OR_END
            position += 1
            continue
        if byte == _QUOTE:
            after = _after_string(text, position)
        elif byte == _MINUS or _ZERO <= byte <= _NINE:
            after = _after_number(text, position)
        else:
            after = _after_word(text, position)
        if after < 0:
            return position
        position = after
        expected = _COMMA_OR_END
