"""Kernels for allocation traces: parse the tree of call stacks."""

from __future__ import annotations

import numpy as np

from heapnb._typing import ByteArray, IntArray
from heapnb.kernels._jit import kernel
from heapnb.kernels.parse import BAD_NUMBER, BAD_SYNTAX, MAX_DIGITS, OK, TOO_MANY_DIGITS

_COMMA = 0x2C
_ZERO = 0x30
_NINE = 0x39
_OPEN = 0x5B
_CLOSE = 0x5D
_SPACE = 0x20
_TAB = 0x09
_NEWLINE = 0x0A
_RETURN = 0x0D

CHILDREN = -2
"""Marks the field that holds the children of a trace node."""

UNKNOWN = -1
"""Marks a field that heapnb does not know; its values are skipped."""

NO_ROW = -1
"""Stands for "none" among rows of traces."""


@kernel
def count_lists(text: ByteArray) -> int:
    """Count opening brackets: a tree of traces has at most as many nodes.

    Parameters
    ----------
    text : uint8[n]
        JSON.

    Returns
    -------
    int
        The number of brackets.
    """
    count = 0
    for i in range(text.shape[0]):
        count += text[i] == _OPEN
    return count


@kernel
def parse_trace_tree(
    text: ByteArray, slot_of: IntArray, values: IntArray, parent: IntArray
) -> tuple[int, int, int]:
    """Parse nested arrays of trace nodes into flat rows, each after its parent.

    A node is a run of fields in one array; the field of its children is an array of nodes. The
    nesting can be of any depth: the column ``parent`` is the stack.

    Parameters
    ----------
    text : uint8[n]
        The whole JSON text.
    slot_of : int64[n_fields]
        For each field of a node the row of ``values`` that receives it, `UNKNOWN` or `CHILDREN`.
    values : int64[n_slots, capacity]
        Receives the fields; room for `count_lists` nodes suffices.
    parent : int64[capacity]
        Receives the row of each node's caller, `NO_ROW` for the outermost.

    Returns
    -------
    position : int
        Where parsing stopped: the end, or the offending byte.
    n_rows : int
        Number of nodes.
    status : int
        ``OK``, or the error at ``position``.
    """
    n = text.shape[0]
    n_fields = slot_of.shape[0]
    after_children = 0
    for field in range(n_fields):
        if slot_of[field] == CHILDREN:
            after_children = field + 1
    position = 0
    while position < n and (
        text[position] == _SPACE
        or text[position] == _NEWLINE
        or text[position] == _TAB
        or text[position] == _RETURN
    ):
        position += 1
    if position == n or text[position] != _OPEN:
        return position, 0, BAD_SYNTAX
    position += 1
    n_rows = 0
    row = NO_ROW
    caller = NO_ROW
    field = 0
    wants_value = True
    just_opened = True
    is_done = False
    while position < n:
        byte = text[position]
        if byte == _SPACE or byte == _NEWLINE or byte == _TAB or byte == _RETURN:
            position += 1
            continue
        if is_done:
            return position, n_rows, BAD_SYNTAX
        closes_empty = just_opened and byte == _CLOSE
        if closes_empty or (not wants_value and byte == _CLOSE and field == n_fields):
            just_opened = False
            wants_value = False
            position += 1
            if caller == NO_ROW:
                is_done = True
                continue
            row = caller
            caller = parent[row]
            field = after_children
        elif not wants_value:
            if byte != _COMMA:
                return position, n_rows, BAD_SYNTAX
            if field == n_fields:
                field = 0
            wants_value = True
            position += 1
        else:
            is_list = byte == _OPEN
            if not is_list and not _ZERO <= byte <= _NINE:
                return position, n_rows, BAD_SYNTAX
            if is_list != (slot_of[field] == CHILDREN):
                return position, n_rows, BAD_SYNTAX
            if field == 0:
                if n_rows == parent.shape[0]:
                    return position, n_rows, BAD_SYNTAX
                row = n_rows
                n_rows += 1
                parent[row] = caller
            if is_list:
                caller = row
                field = 0
                just_opened = True
                position += 1
                continue
            just_opened = False
            first = position
            value = np.int64(0)
            while position < n and _ZERO <= text[position] <= _NINE:
                if position - first == MAX_DIGITS:
                    return first, n_rows, TOO_MANY_DIGITS
                value = value * 10 + np.int64(text[position] - _ZERO)
                position += 1
            if position - first > 1 and text[first] == _ZERO:
                return first, n_rows, BAD_NUMBER
            slot = slot_of[field]
            if slot >= 0:
                values[slot, row] = value
            field += 1
            wants_value = False
    return position, n_rows, OK if is_done else BAD_SYNTAX
