"""Kernels that read sampling heap profiles: nested JSON of any depth into flat arrays.

Recursion and a Python object for each call stack would limit how deep and how large profiles may
be. The kernel checks the grammar of JSON as far as structure goes: it accepts some invalid numbers
and escapes, in values that are decoded later or that it ignores.
"""

from __future__ import annotations

import numpy as np

from heapnb._typing import AnyArray, ByteArray, FloatArray, IntArray, NodeArray
from heapnb.kernels._jit import kernel
from heapnb.kernels.hashing import mix

UNEXPECTED, CUT_OFF, TOO_DEEP, WRONG_TYPE, NO_CALL_FRAME, NEGATIVE, TWO_HEADS = range(1, 8)
"""What `parse_heap_profile` may complain about."""

_EMPTY = 0xFFFF_FFFF
_LARGEST = 9007199254740992.0
"""The numbers of JavaScript are exact below this one, 2**53."""

_N = 0x6E
"""The first byte of null, which stands for something that is left out."""

# What a container is.
_TOP, _NODE, _FRAME, _CHILDREN, _SAMPLES, _SAMPLE, _OTHER_OBJECT, _OTHER_ARRAY = range(8)

# What a key means where it is.
_UNKNOWN, _HEAD, _NODES_BELOW, _CALL_FRAME, _SAMPLE_LIST, _ENVELOPE = range(6)
_SELF_SIZE, _ID, _NAME, _URL, _SCRIPT, _LINE, _COLUMN = range(6, 13)
_SIZE, _NODE_ID = range(13, 15)

# What may come next.
_VALUE, _VALUE_OR_END, _KEY_OR_END, _KEY, _COLON, _COMMA_OR_END, _NOTHING = range(7)

_HEAD_TEXT = np.frombuffer(b"head", np.uint8)
_SAMPLES_TEXT = np.frombuffer(b"samples", np.uint8)
_PROFILE_TEXT = np.frombuffer(b"profile", np.uint8)
_RESULT_TEXT = np.frombuffer(b"result", np.uint8)
_CALL_FRAME_TEXT = np.frombuffer(b"callFrame", np.uint8)
_SELF_SIZE_TEXT = np.frombuffer(b"selfSize", np.uint8)
_ID_TEXT = np.frombuffer(b"id", np.uint8)
_CHILDREN_TEXT = np.frombuffer(b"children", np.uint8)
_FUNCTION_NAME_TEXT = np.frombuffer(b"functionName", np.uint8)
_URL_TEXT = np.frombuffer(b"url", np.uint8)
_SCRIPT_ID_TEXT = np.frombuffer(b"scriptId", np.uint8)
_LINE_NUMBER_TEXT = np.frombuffer(b"lineNumber", np.uint8)
_COLUMN_NUMBER_TEXT = np.frombuffer(b"columnNumber", np.uint8)
_SIZE_TEXT = np.frombuffer(b"size", np.uint8)
_NODE_ID_TEXT = np.frombuffer(b"nodeId", np.uint8)


@kernel
def _is_text(text: ByteArray, start: int, end: int, wanted: ByteArray) -> bool:
    """Compare a part of a text."""
    if end - start != wanted.shape[0]:
        return False
    for i in range(wanted.shape[0]):
        if text[start + i] != wanted[i]:
            return False
    return True


@kernel
def _meaning(kind: int, text: ByteArray, start: int, end: int) -> int:
    """Tell what a key means in a container of some kind."""
    if kind == _TOP:
        if _is_text(text, start, end, _HEAD_TEXT):
            return _HEAD
        if _is_text(text, start, end, _SAMPLES_TEXT):
            return _SAMPLE_LIST
        if _is_text(text, start, end, _PROFILE_TEXT) or _is_text(text, start, end, _RESULT_TEXT):
            return _ENVELOPE
    elif kind == _NODE:
        if _is_text(text, start, end, _CALL_FRAME_TEXT):
            return _CALL_FRAME
        if _is_text(text, start, end, _SELF_SIZE_TEXT):
            return _SELF_SIZE
        if _is_text(text, start, end, _ID_TEXT):
            return _ID
        if _is_text(text, start, end, _CHILDREN_TEXT):
            return _NODES_BELOW
    elif kind == _FRAME:
        if _is_text(text, start, end, _FUNCTION_NAME_TEXT):
            return _NAME
        if _is_text(text, start, end, _URL_TEXT):
            return _URL
        if _is_text(text, start, end, _SCRIPT_ID_TEXT):
            return _SCRIPT
        if _is_text(text, start, end, _LINE_NUMBER_TEXT):
            return _LINE
        if _is_text(text, start, end, _COLUMN_NUMBER_TEXT):
            return _COLUMN
    elif kind == _SAMPLE:
        if _is_text(text, start, end, _SIZE_TEXT):
            return _SIZE
        if _is_text(text, start, end, _NODE_ID_TEXT):
            return _NODE_ID
    return _UNKNOWN


@kernel
def _kind_below(kind: int, meaning: int, is_object: bool) -> int:
    """Tell what a container is, -1 where it may not be."""
    if kind == _CHILDREN:
        return _NODE if is_object else -1
    if kind == _SAMPLES:
        return _SAMPLE if is_object else -1
    if meaning == _HEAD:
        return _NODE if is_object else -1
    if meaning == _CALL_FRAME:
        return _FRAME if is_object else -1
    if meaning == _ENVELOPE and is_object:
        return _TOP
    if meaning == _NODES_BELOW:
        return -1 if is_object else _CHILDREN
    if meaning == _SAMPLE_LIST:
        return -1 if is_object else _SAMPLES
    if meaning >= _SELF_SIZE:
        return -1
    return _OTHER_OBJECT if is_object else _OTHER_ARRAY


@kernel
def _number(text: ByteArray, start: int, end: int) -> float:
    """Read a number; NaN if it is none, or larger than JavaScript is exact for."""
    position = start
    is_negative = position < end and text[position] == 0x2D
    if is_negative:
        position += 1
    value, digits, exponent = 0.0, 0, 0
    while position < end and 0x30 <= text[position] <= 0x39:
        value = value * 10.0 + (text[position] - 0x30)
        digits += 1
        position += 1
    if position < end and text[position] == 0x2E:
        position += 1
        while position < end and 0x30 <= text[position] <= 0x39:
            value = value * 10.0 + (text[position] - 0x30)
            exponent -= 1
            digits += 1
            position += 1
    if digits == 0:
        return np.nan
    if position < end and (text[position] == 0x45 or text[position] == 0x65):
        position += 1
        is_small = position < end and text[position] == 0x2D
        if position < end and (text[position] == 0x2D or text[position] == 0x2B):
            position += 1
        power = 0
        while position < end and 0x30 <= text[position] <= 0x39:
            power = min(power * 10 + int(text[position] - 0x30), 10_000)
            position += 1
        exponent += -power if is_small else power
    if position != end:
        return np.nan
    value *= 10.0 ** float(exponent)
    if not value < _LARGEST:
        return np.nan
    return -value if is_negative else value


@kernel
def _text_number(
    text: ByteArray,
    start: int,
    end: int,
    slots: NodeArray,
    starts: IntArray,
    ends: IntArray,
    n: int,
) -> int:
    """Return the number of a string, the next one if it is new."""
    value = np.uint64(end - start)
    for i in range(start, end):
        value = (value ^ np.uint64(text[i])) * np.uint64(0x100000001B3)
    mask = np.uint64(slots.shape[0] - 1)
    slot = mix(value, np.uint64(1)) & mask
    while True:
        found = slots[slot]
        if found == _EMPTY:
            slots[slot] = np.uint32(n)
            starts[n] = start
            ends[n] = end
            return n
        if ends[found] - starts[found] == end - start:
            at = starts[found]
            is_same = True
            for i in range(end - start):
                if text[at + i] != text[start + i]:
                    is_same = False
                    break
            if is_same:
                return int(found)
        slot = (slot + np.uint64(1)) & mask


@kernel
def parse_heap_profile(
    text: ByteArray,
    kind_of_level: ByteArray,
    node_of_level: NodeArray,
    parent: NodeArray,
    node_id: IntArray,
    self_size: FloatArray,
    call: IntArray,
    sample_node: IntArray,
    sample_size: FloatArray,
    slots: NodeArray,
    text_start: IntArray,
    text_end: IntArray,
    counts: IntArray,
) -> tuple[int, int]:
    """Read a profile.

    Parameters
    ----------
    text : uint8[n_bytes]
        JSON: ``{"head": {"callFrame": …, "selfSize": …, "id": …, "children": […]}, "samples": …}``,
        bare or as the answer of the inspector that contains it.
    kind_of_level : uint8[n_levels]
        Scratch memory; the number of containers that may be nested.
    node_of_level : uint32[n_levels]
        Scratch memory.
    parent : uint32[n]
        Receives the caller of each node; the root's is itself. Of this and the next ones, there is
        room for one more node than the text has keys ``callFrame``.
    node_id : int64[n]
        Receives the id of each node; -1 where the file has none.
    self_size : float64[n]
        Receives bytes without callees.
    call : int64[5 * n]
        Receives for each node the numbers of its function's name and of its URL, the script id,
        line and column, from 0; -1 where the file has none.
    sample_node : int64[k]
        Receives the node id of each sample, as far as there is room.
    sample_size : float64[k]
        Receives the bytes of each sample.
    slots : uint32[2**k]
        Scratch memory, larger than the number of strings; filled with 0xFFFFFFFF.
    text_start, text_end : int64[2 * n]
        Receive where in the text each string is, without its quotes.
    counts : int64[3]
        Receives the number of nodes, samples and strings.

    Returns
    -------
    problem : int
        0, or what is wrong.
    position : int
        The byte at which it is.
    """
    n_bytes = text.shape[0]
    n_nodes, n_samples = 0, 0
    # The empty text is the first one: what a frame does not name.
    n_texts = _text_number(text, 0, 0, slots, text_start, text_end, 0) + 1
    level = -1
    node = 0
    meaning = _UNKNOWN
    expected = _VALUE
    position = 0
    while position < n_bytes:
        byte = text[position]
        if byte == 0x20 or byte == 0x0A or byte == 0x0D or byte == 0x09:
            position += 1
            continue
        if expected == _COMMA_OR_END:
            kind = kind_of_level[level]
            is_array = kind == _CHILDREN or kind == _SAMPLES or kind == _OTHER_ARRAY
            if byte == 0x2C:
                expected = _VALUE if is_array else _KEY
                meaning = _UNKNOWN
                position += 1
                continue
            if byte != (0x5D if is_array else 0x7D):
                return UNEXPECTED, position
        elif expected == _COLON:
            if byte != 0x3A:
                return UNEXPECTED, position
            expected = _VALUE
            position += 1
            continue
        elif expected == _NOTHING:
            return UNEXPECTED, position
        is_end = byte == 0x5D or byte == 0x7D
        if is_end:
            if expected == _VALUE_OR_END:
                if byte != 0x5D:
                    return UNEXPECTED, position
            elif expected == _KEY_OR_END:
                if byte != 0x7D:
                    return UNEXPECTED, position
            elif expected != _COMMA_OR_END:
                return UNEXPECTED, position
            if kind_of_level[level] == _NODE and call[5 * node_of_level[level]] < 0:
                return NO_CALL_FRAME, position
            level -= 1
            if level >= 0:
                node = int(node_of_level[level])
            expected = _COMMA_OR_END if level >= 0 else _NOTHING
            position += 1
            continue
        if expected == _KEY or expected == _KEY_OR_END:
            if byte != 0x22:
                return UNEXPECTED, position
            start = position + 1
            position = start
            while position < n_bytes and text[position] != 0x22:
                position += 2 if text[position] == 0x5C else 1
            if position >= n_bytes:
                return CUT_OFF, n_bytes
            meaning = _meaning(int(kind_of_level[level]), text, start, position)
            expected = _COLON
            position += 1
            continue
        # A value.
        if byte == 0x7B or byte == 0x5B:
            is_object = byte == 0x7B
            kind = _kind_below(int(kind_of_level[level]), meaning, is_object) if level >= 0 else -1
            if level < 0 and is_object:
                kind = _TOP
            if kind < 0:
                return WRONG_TYPE, position
            if level + 1 >= kind_of_level.shape[0]:
                return TOO_DEEP, position
            if kind == _NODE:
                is_head = meaning == _HEAD
                if is_head and n_nodes:
                    return TWO_HEADS, position
                if n_nodes + 1 >= parent.shape[0]:
                    return NO_CALL_FRAME, position
                parent[n_nodes] = np.uint32(0 if is_head else node)
                node = n_nodes
                node_id[node] = -1
                self_size[node] = 0.0
                for i in range(5):
                    call[5 * node + i] = -1
                n_nodes += 1
            elif kind == _SAMPLE:
                if n_samples < sample_node.shape[0]:
                    sample_node[n_samples] = -1
                    sample_size[n_samples] = 0.0
                n_samples += 1
            elif kind == _FRAME and call[5 * node] == -1:
                # Told from a node without a frame, even where the frame names nothing.
                call[5 * node] = 0
                call[5 * node + 1] = 0
            level += 1
            kind_of_level[level] = np.uint8(kind)
            node_of_level[level] = np.uint32(node)
            meaning = _UNKNOWN
            expected = _KEY_OR_END if is_object else _VALUE_OR_END
            position += 1
            continue
        if level < 0:
            return WRONG_TYPE, position
        kind = int(kind_of_level[level])
        if kind == _CHILDREN or kind == _SAMPLES:
            return WRONG_TYPE, position
        start = position
        is_text = byte == 0x22
        if is_text:
            start += 1
            position = start
            while position < n_bytes and text[position] != 0x22:
                position += 2 if text[position] == 0x5C else 1
            if position >= n_bytes:
                return CUT_OFF, n_bytes
            end = position
            position += 1
        else:
            while position < n_bytes and (
                0x30 <= text[position] <= 0x39
                or 0x41 <= text[position] <= 0x5A
                or 0x61 <= text[position] <= 0x7A
                or text[position] == 0x2B
                or text[position] == 0x2D
                or text[position] == 0x2E
            ):
                position += 1
            end = position
            if end == start:
                return UNEXPECTED, position
        expected = _COMMA_OR_END
        if meaning == _NAME or meaning == _URL:
            if not is_text:
                if byte != _N:
                    return WRONG_TYPE, start
                continue
            number = _text_number(text, start, end, slots, text_start, text_end, n_texts)
            n_texts = max(n_texts, number + 1)
            call[5 * node + (0 if meaning == _NAME else 1)] = number
        elif meaning >= _SELF_SIZE:
            # Script ids are numbers in quotes.
            value = _number(text, start, end)
            if meaning == _SCRIPT:
                call[5 * node + 2] = int(value) if value >= 0 else -1
                continue
            if is_text or np.isnan(value):
                return WRONG_TYPE, start
            if meaning == _LINE or meaning == _COLUMN:
                call[5 * node + (3 if meaning == _LINE else 4)] = max(int(value), -1)
            elif value < 0:
                return NEGATIVE, start
            elif meaning == _SELF_SIZE:
                self_size[node] = value
            elif meaning == _ID:
                node_id[node] = int(value)
            elif n_samples <= sample_node.shape[0]:
                if meaning == _SIZE:
                    sample_size[n_samples - 1] = value
                else:
                    sample_node[n_samples - 1] = int(value)
        elif meaning == _HEAD or meaning == _CALL_FRAME or (meaning != _UNKNOWN and byte != _N):
            return WRONG_TYPE, start
    counts[0] = n_nodes
    counts[1] = min(n_samples, sample_node.shape[0])
    counts[2] = n_texts
    return (CUT_OFF, n_bytes) if expected != _NOTHING else (0, 0)


@kernel
def number_calls(call: IntArray, slots: NodeArray, frame: NodeArray, first: NodeArray) -> int:
    """Give nodes that are calls of the same function the same number.

    Parameters
    ----------
    call : int64[5 * n]
        Five numbers that identify the function of each node.
    slots : uint32[2**k]
        Scratch memory, larger than ``n``; filled with 0xFFFFFFFF.
    frame : uint32[n]
        Receives the numbers, from 0 in the order of the first nodes.
    first : uint32[n]
        Receives the first node with each number.

    Returns
    -------
    int
        How many functions there are.
    """
    n_frames = 0
    mask = np.uint64(slots.shape[0] - 1)
    for node in range(frame.shape[0]):
        value = np.uint64(0)
        for i in range(5):
            value = mix(value, np.uint64(call[5 * node + i] + 1))
        slot = value & mask
        while True:
            found = slots[slot]
            if found == _EMPTY:
                slots[slot] = np.uint32(n_frames)
                first[n_frames] = np.uint32(node)
                frame[node] = np.uint32(n_frames)
                n_frames += 1
                break
            other = int(first[found])
            is_same = True
            for i in range(5):
                if call[5 * other + i] != call[5 * node + i]:
                    is_same = False
                    break
            if is_same:
                frame[node] = found
                break
            slot = (slot + np.uint64(1)) & mask
    return n_frames


def room(n_entries: int) -> AnyArray:
    """Return scratch memory for a hash table of so many entries: ``uint32[2**k]``."""
    return np.full(1 << (2 * n_entries + 1).bit_length(), _EMPTY, np.uint32)
