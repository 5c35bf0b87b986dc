"""Kernels for redaction: the roles of strings, parts of ropes, pieces of known secrets."""

from __future__ import annotations

import numpy as np

from heapnb._typing import AnyArray, BoolArray, ByteArray, IntArray, NodeArray, SizeArray
from heapnb.kernels._jit import kernel
from heapnb.kernels.ropes import enlarged

WINDOW = 8
"""Length in bytes of the shortest piece of a secret that is found in other texts."""

MAX_VISITS_PER_ROPE = 4
"""How often the parts of a rope are listed if several ropes share it."""

_EMPTY = 0
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_MIN_CASE_CHANGES = 3


@kernel
def mark_roles(types: ByteArray, names: NodeArray, role_of_type: AnyArray, roles: AnyArray) -> None:
    """Mark the roles of strings, by the types of the nodes or edges that they name.

    Parameters
    ----------
    types : uint8[n]
        Types of nodes or of edges.
    names : uint32[n]
        String indices, except for types without a role.
    role_of_type : uint16[256]
        Bits of each type; 0 for types whose names are not strings.
    roles : uint16[n_strings]
        Receives the bits.
    """
    for i in range(types.shape[0]):
        role = role_of_type[types[i]]
        if role != 0:
            roles[names[i]] |= role


@kernel
def list_parts(
    halves: IntArray, ropes: IntArray, visits: ByteArray, first_part: IntArray, parts: IntArray
) -> int:
    """List the strings in ropes, from left to right.

    Parameters
    ----------
    halves : int64[k, 2]
        Halves of each rope: the row of another rope, -1 if missing, or ``-2 - node``.
    ropes : int64[m]
        Rows of the wanted ropes.
    visits : uint8[k]
        Zeros, or the result of an earlier call; receives how often each rope was visited.
    first_part : int64[m + 1]
        Receives offsets into ``parts``.
    parts : int64[n]
        Receives nodes, -1 for a missing part; n must be at least
        ``2 * MAX_VISITS_PER_ROPE * k + 2 * m``.

    Returns
    -------
    int
        Number of parts.
    """
    stack = np.empty(64, np.int64)
    n_parts = 0
    for i in range(ropes.shape[0]):
        first_part[i] = n_parts
        stack[0] = ropes[i]
        depth = 1
        while depth > 0:
            depth -= 1
            half = stack[depth]
            if half < 0:
                if half <= -2:
                    parts[n_parts] = -2 - half
                    n_parts += 1
                continue
            if visits[half] >= MAX_VISITS_PER_ROPE:
                parts[n_parts] = -1
                n_parts += 1
                continue
            visits[half] += 1
            if depth + 2 > stack.shape[0]:
                stack = enlarged(stack)
            stack[depth] = halves[half, 1]
            stack[depth + 1] = halves[half, 0]
            depth += 2
    first_part[ropes.shape[0]] = n_parts
    return n_parts


@kernel
def _is_telling(text: ByteArray, start: int) -> bool:
    """Return whether a piece looks random, unlike a word that people write."""
    digits = 0
    letters = 0
    changes = 0
    was_upper = -1
    for i in range(start, start + WINDOW):
        byte = text[i]
        upper = -1
        if 48 <= byte <= 57:
            digits += 1
        elif 65 <= byte <= 90:
            letters += 1
            upper = 1
        elif 97 <= byte <= 122:
            letters += 1
            upper = 0
        elif byte <= 32 or byte >= 127 or byte == 61 or byte == 58 or byte == 59 or byte == 44:
            # Blanks, and characters between a name and its value.
            return False
        if upper >= 0:
            if was_upper >= 0 and upper != was_upper:
                changes += 1
            was_upper = upper
    return (digits > 0 and letters > 0) or changes >= _MIN_CASE_CHANGES


@kernel
def _window(text: ByteArray, start: int) -> np.uint64:
    value = np.uint64(0)
    for i in range(start, start + WINDOW):
        value = (value << np.uint64(8)) | np.uint64(text[i])
    return value


@kernel
def add_windows(offset: IntArray, text: ByteArray, step: int, table: SizeArray) -> int:
    """Add pieces of texts to a hash table.

    Parameters
    ----------
    offset : int64[k + 1]
        Start of each text in bytes.
    text : uint8[n]
        UTF-8.
    step : int
        Distance in bytes between the starts of two pieces that look random; 0 for the first piece
        of each text, whatever it looks like.
    table : uint64[2**b]
        Zeros; receives the pieces. At least half of it stays empty.

    Returns
    -------
    int
        Number of distinct pieces.
    """
    mask = np.uint64(table.shape[0] - 1)
    n_windows = 0
    for i in range(offset.shape[0] - 1):
        last = offset[i + 1] - WINDOW + 1
        for start in range(offset[i], last, step if step > 0 else max(last - offset[i], 1)):
            if step > 0 and not _is_telling(text, start):
                continue
            value = _window(text, start)
            slot = (value * _FACTOR >> np.uint64(20)) & mask
            while table[slot] != _EMPTY and table[slot] != value:
                slot = (slot + np.uint64(1)) & mask
            if table[slot] == _EMPTY:
                if 2 * n_windows >= table.shape[0]:
                    return n_windows
                table[slot] = value
                n_windows += 1
    return n_windows


@kernel
def find_windows(
    offset: IntArray, text: ByteArray, table: SizeArray, found: IntArray, n_found: int
) -> int:
    """Find pieces of known texts in other texts.

    Parameters
    ----------
    offset : int64[k + 1]
        Start of each text in bytes.
    text : uint8[n]
        UTF-8.
    table : uint64[2**b]
        The table from `add_windows`.
    found : int64[m, 3]
        Receives text, start and stop in bytes; adjacent pieces are joined.
    n_found : int
        Always 0.

    Returns
    -------
    int
        Number of places found; those beyond m are counted but not stored.
    """
    mask = np.uint64(table.shape[0] - 1)
    for i in range(offset.shape[0] - 1):
        stop = -1
        if offset[i + 1] - offset[i] < WINDOW:
            continue
        value = _window(text, offset[i]) >> np.uint64(8)
        for start in range(offset[i], offset[i + 1] - WINDOW + 1):
            value = (value << np.uint64(8)) | np.uint64(text[start + WINDOW - 1])
            slot = (value * _FACTOR >> np.uint64(20)) & mask
            while table[slot] != _EMPTY and table[slot] != value:
                slot = (slot + np.uint64(1)) & mask
            if table[slot] == _EMPTY:
                continue
            at = start - offset[i]
            if at > stop or stop < 0:
                n_found += 1
                if n_found <= found.shape[0]:
                    found[n_found - 1, 0] = i
                    found[n_found - 1, 1] = at
            stop = at + WINDOW
            if n_found <= found.shape[0]:
                found[n_found - 1, 2] = stop
    return n_found


@kernel
def pairs_in_rows(
    first_edge: AnyArray,
    edge_type: ByteArray,
    edge_to: NodeArray,
    is_pair_type: BoolArray,
    is_key: BoolArray,
    keys: IntArray,
    n_keys: int,
) -> int:
    """Find edges to wanted nodes, followed by another edge of the same source and type.

    Parameters
    ----------
    first_edge, edge_type, edge_to
        The edges.
    is_pair_type : bool[256]
        Edge types to include.
    is_key : bool[n_nodes]
        The wanted targets.
    keys : int64[m]
        Receives the edges.
    n_keys : int
        Always 0.

    Returns
    -------
    int
        Number of edges found; those beyond m are counted but not stored.
    """
    for node in range(first_edge.shape[0] - 1):
        for edge in range(np.int64(first_edge[node]), np.int64(first_edge[node + 1]) - 1):
            if is_key[edge_to[edge]] and is_pair_type[edge_type[edge]]:
                if edge_type[edge] == edge_type[edge + 1]:
                    if n_keys < keys.shape[0]:
                        keys[n_keys] = edge
                    n_keys += 1
    return n_keys
