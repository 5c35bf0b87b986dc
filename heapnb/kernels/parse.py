"""Kernels that parse the bytes of a snapshot's JSON into integers and strings.

They are resumable: each parses one block of the file and returns where it stopped, so that only a
few blocks of text are in memory at once.
"""

# Above 500 lines because numba inlines the scanners of bytes and digits that all parsers share.

from __future__ import annotations

import numpy as np

from heapnb._typing import AnyArray, ByteArray, IntArray
from heapnb.kernels._jit import kernel
from heapnb.kernels._words import WORD_BYTES, count_bits, load_word, trailing_zeros

_COMMA = 0x2C
_MINUS = 0x2D
_QUOTE = 0x22
_BACKSLASH = 0x5C
_SLASH = 0x2F
_ZERO = 0x30
_NINE = 0x39
_OPEN_BRACKET = 0x5B
_CLOSE_BRACKET = 0x5D
_OPEN_BRACE = 0x7B
_CLOSE_BRACE = 0x7D
_SPACE = 0x20
_TAB = 0x09
_NEWLINE = 0x0A
_RETURN = 0x0D

# Eight characters at a time (see Mula and Lemire, "Faster Base64 Encoding and Decoding Using
# AVX2 Instructions", for the style of arithmetic).
_EIGHT_ZEROS = np.uint64(0x3030_3030_3030_3030)
_EIGHT_COMMAS = np.uint64(0x2C2C_2C2C_2C2C_2C2C)
_EIGHT_BRACKETS = np.uint64(0x5D5D_5D5D_5D5D_5D5D)
_EIGHT_HIGH_BITS = np.uint64(0x8080_8080_8080_8080)
_EIGHT_LOW_BITS = np.uint64(0x7F7F_7F7F_7F7F_7F7F)
# Added to a byte, this sets the high bit exactly if the byte is above 9.
_EIGHT_ABOVE_NINE = np.uint64(0x7676_7676_7676_7676)

_POWERS_OF_TEN = tuple(10**exponent for exponent in range(WORD_BYTES))

# 18 decimal digits always fit a signed 64-bit integer.
MAX_DIGITS = 18

# Status codes of the parsers.
OK = 0
BAD_SYNTAX = 1
BAD_NUMBER = 2
TOO_MANY_DIGITS = 3
BAD_ESCAPE = 4
BAD_CONTROL_CHARACTER = 5


@kernel
def _zero_bytes(word: np.uint64) -> np.uint64:
    """Set the high bit of each byte that is zero, and no other bit."""
    return ~(((word & _EIGHT_LOW_BITS) + _EIGHT_LOW_BITS) | word | _EIGHT_LOW_BITS)


@kernel
def skip_blanks(data: ByteArray, start: int, stop: int) -> int:
    """Find the first byte that is not JSON white space.

    Parameters
    ----------
    data : uint8[n]
        Text.
    start, stop : int
        The range.

    Returns
    -------
    int
        Its position, or ``stop``.
    """
    position = start
    while position < stop:
        byte = data[position]
        if byte != _SPACE and byte != _NEWLINE and byte != _RETURN and byte != _TAB:
            break
        position += 1
    return position


@kernel
def scan_block(data: ByteArray, start: int, stop: int) -> tuple[int, int, int]:
    """Count the integers of an array that end in a range, and find the array's end.

    Parameters
    ----------
    data : uint8[n]
        Text from inside an array of integers.
    start, stop : int
        The range to scan.

    Returns
    -------
    n_commas : int
        Number of commas in the range before the array's end.
    last_comma : int
        Position of the last of these commas, -1 without any.
    bracket : int
        Position of the closing bracket, -1 if it is outside the range.
    """
    # Branch-free over whole words, so that the compiler vectorises the loop.
    n_words = (stop - start) // WORD_BYTES
    commas = np.uint64(0)
    brackets = np.uint64(0)
    for i in range(n_words):
        word = load_word(data, start + i * WORD_BYTES)
        commas += count_bits(_zero_bytes(word ^ _EIGHT_COMMAS))
        brackets |= _zero_bytes(word ^ _EIGHT_BRACKETS)
    n_commas = np.int64(commas)
    n_brackets = np.int64(brackets != np.uint64(0))
    for i in range(start + n_words * WORD_BYTES, stop):
        n_commas += data[i] == _COMMA
        n_brackets += data[i] == _CLOSE_BRACKET
    bracket = -1
    if n_brackets > 0:
        n_commas = 0
        for i in range(start, stop):
            if data[i] == _CLOSE_BRACKET:
                bracket = i
                break
            n_commas += data[i] == _COMMA
    last = (stop if bracket < 0 else bracket) - 1
    while last >= start and data[last] != _COMMA:
        last -= 1
    return n_commas, (last if last >= start else -1), bracket


@kernel
def _count_digits(word: np.uint64) -> int:
    """Count the digits before the first other byte of a word whose zeros are subtracted."""
    not_digits = (((word & _EIGHT_LOW_BITS) + _EIGHT_ABOVE_NINE) | word) & _EIGHT_HIGH_BITS
    return np.int64(trailing_zeros(not_digits) >> np.uint64(3))


@kernel
def _digits_value(word: np.uint64) -> int:
    """Combine eight digits, the first lowest: pairs, then fours, then eights of digits."""
    pairs = (word * np.uint64(10)) + (word >> np.uint64(8))
    low = (pairs & np.uint64(0x0000_00FF_0000_00FF)) * np.uint64(0x000F_4240_0000_0064)
    high = ((pairs >> np.uint64(16)) & np.uint64(0x0000_00FF_0000_00FF)) * (
        np.uint64(0x0000_2710_0000_0001)
    )
    return np.int64((low + high) >> np.uint64(32))


@kernel
def parse_integers(data: ByteArray, start: int, stop: int, out: IntArray) -> tuple[int, int, int]:
    """Parse comma-separated integers until the range ends or the output is full.

    Parameters
    ----------
    data : uint8[n]
        Text: integers, commas and JSON white space.
    start, stop : int
        The range; it starts before a number and ends after a number or a comma.
    out : int64[k]
        Receives the numbers.

    Returns
    -------
    position : int
        Where parsing stopped: the next number, ``stop``, or the offending byte.
    count : int
        Number of integers in ``out``.
    status : int
        ``OK``, or the error at ``position``.
    """
    position = start
    count = 0
    capacity = out.shape[0]
    end = min(stop, data.shape[0])
    last_word = end - WORD_BYTES
    last_pair = end - 2 * WORD_BYTES
    while count < capacity:
        # The common case, without a branch per character: up to fifteen digits, then a comma, or
        # the line break and the comma that V8 writes between records.
        if position <= last_word:
            word = load_word(data, position) ^ _EIGHT_ZEROS
            n_digits = _count_digits(word)
            if 0 < n_digits < WORD_BYTES:
                value = _digits_value(word << np.uint64(64 - 8 * n_digits))
            elif n_digits == WORD_BYTES and position <= last_pair:
                low_word = load_word(data, position + WORD_BYTES) ^ _EIGHT_ZEROS
                n_low = _count_digits(low_word)
                value = _digits_value(word)
                if 0 < n_low < WORD_BYTES:
                    value *= _POWERS_OF_TEN[n_low]
                    value += _digits_value(low_word << np.uint64(64 - 8 * n_low))
                    n_digits += n_low
                elif n_low == WORD_BYTES:
                    n_digits = 0
            else:
                n_digits = 0
            if n_digits > 0 and (n_digits == 1 or data[position] != _ZERO):
                after = position + n_digits
                if after < end and data[after] == _COMMA:
                    out[count] = value
                    count += 1
                    position = after + 1
                    continue
                if after + 1 < end and data[after] == _NEWLINE and data[after + 1] == _COMMA:
                    out[count] = value
                    count += 1
                    position = after + 2
                    continue
        while position < stop:
            byte = data[position]
            if byte == _SPACE or byte == _NEWLINE or byte == _RETURN or byte == _TAB:
                position += 1
            else:
                break
        if position >= stop:
            return position, count, OK
        number_start = position
        negative = data[position] == _MINUS
        if negative:
            position += 1
        digits_start = position
        value = np.int64(0)
        while position < stop:
            digit = np.int64(data[position]) - _ZERO
            if digit < 0 or digit > 9:
                break
            value = value * 10 + digit
            position += 1
            if position - digits_start > MAX_DIGITS:
                return number_start, count, TOO_MANY_DIGITS
        n_digits = position - digits_start
        if n_digits == 0:
            return position, count, BAD_NUMBER
        if n_digits > 1 and data[digits_start] == _ZERO:
            return number_start, count, BAD_NUMBER
        while position < stop:
            byte = data[position]
            if byte == _SPACE or byte == _NEWLINE or byte == _RETURN or byte == _TAB:
                position += 1
            else:
                break
        if position < stop:
            if data[position] != _COMMA:
                return position, count, BAD_NUMBER
            position += 1
        out[count] = -value if negative else value
        count += 1
    return position, count, OK


@kernel
def spread_field(
    values: IntArray, first: int, stride: int, out: AnyArray, row: int
) -> tuple[int, int]:
    """Copy every ``stride``-th value into consecutive rows of a column.

    Parameters
    ----------
    values : int64[k]
        Interleaved records.
    first : int
        Index of the field's first value.
    stride : int
        Number of fields of a record.
    out : uint8, uint32, uint64 or int64[n]
        The column; values are truncated to its width (the caller checks the returned range).
    row : int
        First row to write.

    Returns
    -------
    smallest, largest : int
        The range of the values, (0, 0) without values.
    """
    smallest = np.int64(0)
    largest = np.int64(0)
    for i in range(first, values.shape[0], stride):
        value = values[i]
        smallest = min(smallest, value)
        largest = max(largest, value)
        out[row] = value
        row += 1
    return smallest, largest


@kernel
def spread_offsets(
    values: IntArray,
    first: int,
    stride: int,
    record_size: int,
    out: AnyArray,
    row: int,
) -> tuple[int, int]:
    """Copy node offsets like `spread_field`, converted to ordinals.

    Parameters
    ----------
    values, first, stride, out, row
        See `spread_field`.
    record_size : int
        Number of fields of a node record: an offset is an ordinal times this.

    Returns
    -------
    bad_row : int
        The first row whose offset is negative or not a multiple of ``record_size``, else -1.
    largest : int
        The largest ordinal, 0 without values.
    """
    largest = np.int64(0)
    for i in range(first, values.shape[0], stride):
        value = values[i]
        # A quotient of floats is exact for the offset of any node, and vectorised.
        ordinal = np.int64(np.float64(value) / record_size)
        if value < 0 or ordinal * record_size != value:
            return row, largest
        largest = max(largest, ordinal)
        out[row] = ordinal
        row += 1
    return -1, largest


@kernel
def _hex_digit(byte: int) -> int:
    if _ZERO <= byte <= _NINE:
        return byte - _ZERO
    lower = byte | 0x20
    if 0x61 <= lower <= 0x66:
        return lower - 0x61 + 10
    return -1


@kernel
def _hex4(data: ByteArray, position: int) -> int:
    value = 0
    for i in range(4):
        digit = _hex_digit(np.int64(data[position + i]))
        if digit < 0:
            return -1
        value = value * 16 + digit
    return value


@kernel
def _put_code_point(out: ByteArray, at: int, code: int) -> int:
    if code < 0x80:
        out[at] = code
        return at + 1
    if code < 0x800:
        out[at] = 0xC0 | (code >> 6)
        out[at + 1] = 0x80 | (code & 0x3F)
        return at + 2
    if code < 0x10000:
        out[at] = 0xE0 | (code >> 12)
        out[at + 1] = 0x80 | ((code >> 6) & 0x3F)
        out[at + 2] = 0x80 | (code & 0x3F)
        return at + 3
    out[at] = 0xF0 | (code >> 18)
    out[at + 1] = 0x80 | ((code >> 12) & 0x3F)
    out[at + 2] = 0x80 | ((code >> 6) & 0x3F)
    out[at + 3] = 0x80 | (code & 0x3F)
    return at + 4


@kernel
def _utf8_length(data: ByteArray, position: int, stop: int) -> int:
    """Return the length of the well-formed sequence at ``position``, else 0 (RFC 3629)."""
    lead = np.int64(data[position])
    low = 0x80
    high = 0xBF
    if 0xC2 <= lead <= 0xDF:
        length = 2
    elif 0xE0 <= lead <= 0xEF:
        length = 3
        if lead == 0xE0:
            low = 0xA0
        elif lead == 0xED:
            high = 0x9F
    elif 0xF0 <= lead <= 0xF4:
        length = 4
        if lead == 0xF0:
            low = 0x90
        elif lead == 0xF4:
            high = 0x8F
    else:
        return 0
    if position + length > stop:
        return 0
    second = np.int64(data[position + 1])
    if second < low or second > high:
        return 0
    for i in range(2, length):
        if data[position + i] & 0xC0 != 0x80:
            return 0
    return length


@kernel
def _has_quote(data: ByteArray, start: int, stop: int) -> bool:
    for i in range(start, stop):
        if data[i] == _QUOTE:
            return True
    return False


@kernel
def parse_strings(
    data: ByteArray,
    start: int,
    stop: int,
    expect_value: bool,
    out: ByteArray,
    out_at: int,
    offsets: IntArray,
    n_strings: int,
) -> tuple[int, int, int, bool, bool, int]:
    """Decode the complete JSON strings in a range of a string array to UTF-8.

    Escapes are resolved. A surrogate pair becomes one character. A lone surrogate and each byte
    that is not valid UTF-8 become U+FFFD, because Arrow strings are UTF-8.

    Parameters
    ----------
    data : uint8[n]
        Text from inside the array's brackets.
    start, stop : int
        The range.
    expect_value : bool
        Whether a string is next, rather than a comma or the end.
    out : uint8[k]
        Receives UTF-8; three times the length of the range always suffices.
    out_at : int
        Where in ``out`` to continue.
    offsets : int64[m]
        Receives in ``offsets[i + 1]`` the end of string i in ``out``.
    n_strings : int
        Number of strings decoded so far.

    Returns
    -------
    position : int
        Start of the unconsumed rest (a string that the range cuts), or the offending byte.
    out_at, n_strings, expect_value
        The arguments of the next call.
    done : bool
        Whether the closing bracket was consumed.
    status : int
        ``OK``, or the error at ``position``.
    """
    position = start
    while position < stop:
        byte = data[position]
        if byte == _SPACE or byte == _NEWLINE or byte == _RETURN or byte == _TAB:
            position += 1
            continue
        if not expect_value:
            if byte == _COMMA:
                expect_value = True
                position += 1
                continue
            if byte == _CLOSE_BRACKET:
                return position + 1, out_at, n_strings, expect_value, True, OK
            return position, out_at, n_strings, expect_value, False, BAD_SYNTAX
        if byte != _QUOTE:
            if byte == _CLOSE_BRACKET and n_strings == 0:
                return position + 1, out_at, n_strings, expect_value, True, OK
            return position, out_at, n_strings, expect_value, False, BAD_SYNTAX
        string_start = position
        string_out = out_at
        position += 1
        closed = False
        while position < stop:
            byte = data[position]
            if byte == _QUOTE:
                closed = True
                position += 1
                break
            if byte == _BACKSLASH:
                if position + 1 >= stop:
                    break
                escape = data[position + 1]
                if escape == 0x75:  # u
                    if position + 6 > stop:
                        break
                    code = _hex4(data, position + 2)
                    if code < 0:
                        return position, out_at, n_strings, expect_value, False, BAD_ESCAPE
                    position += 6
                    if 0xD800 <= code < 0xE000:
                        if (
                            code < 0xDC00
                            and position + 6 > stop
                            and not _has_quote(data, position, stop)
                        ):
                            # The second half of the pair may be in the next block.
                            position = stop
                            break
                        paired = False
                        if (
                            code < 0xDC00
                            and position + 6 <= stop
                            and data[position] == _BACKSLASH
                            and data[position + 1] == 0x75
                        ):
                            low = _hex4(data, position + 2)
                            if 0xDC00 <= low < 0xE000:
                                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
                                position += 6
                                paired = True
                        if not paired:
                            code = 0xFFFD
                    out_at = _put_code_point(out, out_at, code)
                    continue
                if escape == _QUOTE or escape == _BACKSLASH or escape == _SLASH:
                    out[out_at] = escape
                elif escape == 0x6E:
                    out[out_at] = 0x0A
                elif escape == 0x74:
                    out[out_at] = 0x09
                elif escape == 0x72:
                    out[out_at] = 0x0D
                elif escape == 0x62:
                    out[out_at] = 0x08
                elif escape == 0x66:
                    out[out_at] = 0x0C
                else:
                    return position, out_at, n_strings, expect_value, False, BAD_ESCAPE
                out_at += 1
                position += 2
                continue
            if byte < _SPACE:
                return position, out_at, n_strings, expect_value, False, BAD_CONTROL_CHARACTER
            if byte < 0x80:
                out[out_at] = byte
                out_at += 1
                position += 1
                continue
            length = _utf8_length(data, position, stop)
            if length == 0:
                if stop - position < 4 and not _has_quote(data, position, stop):
                    # The block may have cut the sequence: decide when the next block is read.
                    position = stop
                    break
                out_at = _put_code_point(out, out_at, 0xFFFD)
                position += 1
                continue
            for i in range(length):
                out[out_at + i] = data[position + i]
            out_at += length
            position += length
        if not closed:
            return string_start, string_out, n_strings, expect_value, False, OK
        n_strings += 1
        offsets[n_strings] = out_at
        expect_value = False
    return position, out_at, n_strings, expect_value, False, OK


@kernel
def skip_value(
    data: ByteArray, start: int, stop: int, depth: int, in_string: bool, escaped: bool
) -> tuple[int, int, bool, bool, bool]:
    """Find the end of a JSON object, array or string.

    Parameters
    ----------
    data : uint8[n]
        Text.
    start, stop : int
        The range.
    depth : int
        Number of open brackets and braces.
    in_string, escaped : bool
        Whether ``start`` is inside a string, and after a backslash there.

    Returns
    -------
    position : int
        The position after the value, or ``stop``.
    depth, in_string, escaped
        The arguments of the next call.
    done : bool
        Whether the value ended.
    """
    for position in range(start, stop):
        byte = data[position]
        if in_string:
            if escaped:
                escaped = False
            elif byte == _BACKSLASH:
                escaped = True
            elif byte == _QUOTE:
                in_string = False
                if depth == 0:
                    return position + 1, depth, in_string, escaped, True
        elif byte == _QUOTE:
            in_string = True
        elif byte == _OPEN_BRACE or byte == _OPEN_BRACKET:
            depth += 1
        elif byte == _CLOSE_BRACE or byte == _CLOSE_BRACKET:
            depth -= 1
            if depth == 0:
                return position + 1, depth, in_string, escaped, True
    return stop, depth, in_string, escaped, False
