"""Kernels for ropes: V8's concatenated strings."""

from __future__ import annotations

import numpy as np

from heapnb._typing import AnyArray, ByteArray, IntArray, NodeArray, OffsetArray
from heapnb.kernels._jit import kernel

FIRST = 1
"""Marks the names of the edges to the first half of a rope."""

SECOND = 2
"""Marks the names of the edges to the second half of a rope."""

MAX_VISITS_PER_NODE = 4
"""The search ends after so many visits for each node of the heap."""

_FIRST_STACK = 64


@kernel
def _copy(source: AnyArray, start: int, n_values: int, target: AnyArray, place: int) -> None:
    """Copy part of an array; assigning slices would need exceptions, which kernels cannot raise."""
    for i in range(n_values):
        target[place + i] = source[start + i]


@kernel
def enlarged(stack: AnyArray) -> AnyArray:
    """Return a stack of twice the size with the same values; for use in kernels only."""
    larger = np.empty(2 * stack.shape[0], stack.dtype)
    _copy(stack, 0, stack.shape[0], larger, 0)
    return larger


@kernel
def list_leaves(
    first_edge: OffsetArray,
    edge_type: ByteArray,
    edge_name: NodeArray,
    edge_to: NodeArray,
    node_type: ByteArray,
    node_name: NodeArray,
    rope_type: int,
    internal_type: int,
    half_of_string: ByteArray,
    string_offset: IntArray,
    rope: int,
    leaves: NodeArray,
) -> int:
    """List the strings at the beginning of a rope, from left to right.

    Parameters
    ----------
    first_edge, edge_type, edge_name, edge_to
        The edges.
    node_type : uint8[n_nodes]
        Node types.
    node_name : uint32[n_nodes]
        String indices.
    rope_type, internal_type : int
        The node type of ropes, the edge type of their halves.
    half_of_string : uint8[n_strings]
        `FIRST`, `SECOND`, or 0 for names of other edges.
    string_offset : int64[n_strings + 1]
        Start of the text of each string, in bytes.
    rope : int
        Ordinal.
    leaves : uint32[k]
        Receives ordinals of non-empty strings, until their texts have k bytes.

    Returns
    -------
    int
        Number of leaves.

    Notes
    -----
    As in DevTools, a missing half is node 0. Of several halves with the same name, the last one
    before both halves are known counts. The search also ends for ropes that contain themselves.
    """
    stack = np.empty(_FIRST_STACK, np.uint32)
    stack[0] = rope
    depth = 1
    n_leaves = 0
    n_bytes = 0
    # A cycle of ropes without text would never reach the limit in bytes.
    visits_left = MAX_VISITS_PER_NODE * node_type.shape[0]
    while depth > 0 and n_bytes < leaves.shape[0] and visits_left > 0:
        visits_left -= 1
        depth -= 1
        node = stack[depth]
        if node_type[node] != rope_type:
            name = node_name[node]
            length = string_offset[name + 1] - string_offset[name]
            if length > 0:
                leaves[n_leaves] = node
                n_leaves += 1
                n_bytes += length
            continue
        first = np.uint32(0)
        second = np.uint32(0)
        for edge in range(first_edge[node], first_edge[node + 1]):
            if first != 0 and second != 0:
                break
            if edge_type[edge] == internal_type:
                half = half_of_string[edge_name[edge]]
                if half == FIRST:
                    first = edge_to[edge]
                elif half == SECOND:
                    second = edge_to[edge]
        if depth + 2 > stack.shape[0]:
            stack = enlarged(stack)
        stack[depth] = second
        stack[depth + 1] = first
        depth += 2
    return n_leaves


NOTHING = -1
"""Stands for a missing half."""

_NEW, _OPEN, _DONE = 0, 1, 2


@kernel
def measure_ropes(
    halves: IntArray, string_offset: IntArray, limit: int, order: IntArray, length: IntArray
) -> None:
    """Compute the lengths of many ropes, and an order in which to join their texts.

    Parameters
    ----------
    halves : int64[k, 2]
        Halves of each rope: the row of another rope, `NOTHING`, or ``-2 - i`` for string i.
    string_offset : int64[n_strings + 1]
        Start of the text of each string, in bytes.
    limit : int
        Maximum length of a text in bytes.
    order : int64[k]
        Receives the rows, each after the rows of its halves.
    length : int64[k]
        Receives bytes. If a rope contains itself, its inner occurrence is empty.

    Notes
    -----
    The kernel visits each rope once, so long chains are fast: ``text += more`` in a loop creates a
    rope of each length, each the first half of the next.
    """
    k = halves.shape[0]
    state = np.zeros(k, np.uint8)
    # A rope is pushed once as a start, and once for each rope that it is half of.
    stack = np.empty(2 * k + 1, np.int64)
    length[:] = 0
    n_done = 0
    for start in range(k):
        stack[0] = start
        depth = 1
        while depth > 0:
            row = stack[depth - 1]
            if state[row] == _NEW:
                state[row] = _OPEN
                for i in range(2):
                    half = halves[row, i]
                    if half >= 0 and state[half] == _NEW:
                        stack[depth] = half
                        depth += 1
                continue
            depth -= 1
            if state[row] == _DONE:
                continue
            state[row] = _DONE
            order[n_done] = row
            n_done += 1
            total = 0
            for i in range(2):
                half = halves[row, i]
                if half >= 0:
                    # A rope that is still in work has length 0 so far.
                    total += length[half]
                elif half != NOTHING:
                    total += string_offset[-1 - half] - string_offset[-2 - half]
            length[row] = min(total, limit)


@kernel
def join_ropes(
    halves: IntArray,
    string_offset: IntArray,
    string_text: ByteArray,
    order: IntArray,
    first_byte: IntArray,
    text: ByteArray,
) -> None:
    """Write the texts of many ropes.

    Parameters
    ----------
    halves, order
        See `measure_ropes`.
    string_offset : int64[n_strings + 1]
        Start of the text of each string in ``string_text``.
    string_text : uint8[m]
        UTF-8.
    first_byte : int64[k + 1]
        Start of each rope's text in ``text``: running totals of the lengths.
    text : uint8[first_byte[k]]
        Receives UTF-8, truncated to the lengths, possibly within a character.
    """
    is_written = np.zeros(halves.shape[0], np.bool_)
    for row in order:
        end = first_byte[row + 1]
        place = first_byte[row]
        for i in range(2):
            half = halves[row, i]
            if half >= 0 and is_written[half]:
                start = first_byte[half]
                n_bytes = min(first_byte[half + 1] - start, end - place)
                _copy(text, start, n_bytes, text, place)
                place += n_bytes
            elif half < NOTHING:
                start = string_offset[-2 - half]
                n_bytes = min(string_offset[-1 - half] - start, end - place)
                _copy(string_text, start, n_bytes, text, place)
                place += n_bytes
        is_written[row] = True
