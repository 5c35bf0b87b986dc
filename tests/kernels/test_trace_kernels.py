"""The parser of trace trees against plain Python, on valid and on damaged texts."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heapnb.kernels import traces as kernels
from heapnb.kernels.parse import OK
from tests.naive.traces import parse_trace_tree

FIELDS = ("id", "function_info_index", "count", "size", "children")
ORDERS = (
    FIELDS,
    ("children", "size", "count", "function_info_index", "id"),
    ("id", "function_info_index", "children", "count", "unknown", "size"),
)
DEEP = 200_000

numbers = st.integers(0, 10**12)
trees: st.SearchStrategy[list[Any]] = st.recursive(
    st.just([]),
    lambda below: st.lists(st.tuples(numbers, numbers, numbers, numbers, below), max_size=3),
    max_leaves=12,
)


def nested(nodes: list[Any], fields: tuple[str, ...]) -> list[Any]:
    flat: list[Any] = []
    for node in nodes:
        values = dict(zip(FIELDS, node, strict=True)) | {"unknown": 7}
        values["children"] = nested(values["children"], fields)
        flat += [values[name] for name in fields]
    return flat


def parse(text: bytes, fields: tuple[str, ...] = FIELDS) -> tuple[int, int, int, Any, Any]:
    slots = {name: slot for slot, name in enumerate(FIELDS[:-1])} | {"children": kernels.CHILDREN}
    slot_of = np.array([slots.get(name, kernels.UNKNOWN) for name in fields], np.int64)
    data = np.frombuffer(text, np.uint8)
    capacity = kernels.count_lists(data)
    values, parent = np.zeros((4, capacity), np.int64), np.empty(capacity, np.int64)
    return (*kernels.parse_trace_tree(data, slot_of, values, parent), values, parent)


@settings(max_examples=150, deadline=None)
@given(trees, st.sampled_from(ORDERS), st.sampled_from([None, 1]))
def test_rows_are_those_of_plain_python(
    nodes: list[Any], fields: tuple[str, ...], indent: int | None
) -> None:
    text = json.dumps(nested(nodes, fields), indent=indent).encode()
    expected = parse_trace_tree(text, fields)
    position, n_rows, status, values, parent = parse(text, fields)
    assert (status, position, n_rows) == (OK, len(text), len(expected))
    for row, one in enumerate(expected):
        assert parent[row] == one.parent
        assert [one.values[name] for name in FIELDS[:-1]] == values[:, row].tolist()


@settings(max_examples=300, deadline=None)
@given(trees, st.integers(0, 400), st.sampled_from(b'[],0 9-."{}x\n'))
def test_a_changed_byte_is_refused_or_read_as_json_reads_it(
    nodes: list[Any], place: int, byte: int
) -> None:
    text = bytearray(json.dumps(nested(nodes, FIELDS), separators=(",", ":")).encode())
    text[place % len(text)] = byte
    try:
        expected = parse_trace_tree(bytes(text), FIELDS)
    except (ValueError, AssertionError):
        expected = None
    position, n_rows, status, values, _ = parse(bytes(text))
    assert position <= len(text)
    assert (status == OK) == (expected is not None)
    if expected is not None:
        assert values[0, :n_rows].tolist() == [one.values["id"] for one in expected]


@settings(max_examples=60, deadline=None)
@given(trees, st.integers(0, 400))
def test_a_text_that_ends_early_is_refused(nodes: list[Any], length: int) -> None:
    text = json.dumps(nested(nodes, FIELDS)).encode()
    assert parse(text[: length % len(text)])[2] != OK


def test_depth_is_no_limit() -> None:
    text = b"[1,0,1,8," * DEEP + b"[]" + b"]" * DEEP
    _, n_rows, status, _, parent = parse(text)
    assert (n_rows, status) == (DEEP, OK)
    np.testing.assert_array_equal(parent[:n_rows], np.arange(DEEP) - 1)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"1",
        b"[",
        b"[1]",
        b"[1,2,3,4]",
        b"[[],1,2,3,4]",
        b"[1,2,3,4,[],]",
        b"[1,2,3,4,[]],",
        b"[1,2,3,4,[]][]",
        b"[1,2,3,4 5,[]]",
        b"[-1,2,3,4,[]]",
        b"[01,2,3,4,[]]",
        b"[1,2,3,4.5,[]]",
        b"[1,2,3,1234567890123456789,[]]",
        b'[1,2,3,4,"x"]',
        b"[1,2,3,4,[[]]]",
    ],
)
def test_what_is_no_tree_is_refused(text: bytes) -> None:
    assert parse(text)[2] != OK


def test_an_empty_tree_has_no_rows() -> None:
    assert parse(b" [ ]\n")[1:3] == (0, OK)
