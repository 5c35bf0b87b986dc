"""Bad input gets one clear error that names the section and the byte."""

from __future__ import annotations

import copy
import gzip
import io
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from heapnb.errors import HeapnbError, SnapshotFormatError, TruncatedSnapshotError
from heapnb.format import read_snapshot
from heapnb.graph import HeapGraph

META = {
    "node_fields": ["type", "name", "id", "self_size", "edge_count", "detachedness"],
    "node_types": [["hidden", "object", "synthetic"], "string", "number", "number", "number"],
    "edge_fields": ["type", "name_or_index", "to_node"],
    "edge_types": [["context", "element", "property", "weak"], "string_or_number", "node"],
    "location_fields": ["object_index", "script_id", "line", "column"],
}
NODES = [[2, 0, 1, 0, 2, 0], [1, 1, 3, 16, 1, 0], [1, 2, 5, 24, 0, 2]]
EDGES = [[1, 1, 6], [2, 3, 12], [2, 3, 12]]
STRINGS = ["", "Cache", "Entry", "items"]


def document() -> dict[str, Any]:
    """Make a snapshot of three nodes and three edges."""
    return {
        "snapshot": {"meta": copy.deepcopy(META), "node_count": 3, "edge_count": 3},
        "nodes": [number for row in NODES for number in row],
        "edges": [number for row in EDGES for number in row],
        "locations": [6, 7, 10, 2],
        "strings": list(STRINGS),
    }


def changed(section: str, index: int, value: Any) -> bytes:
    """Return the snapshot with one value replaced."""
    changed_document = document()
    changed_document[section][index] = value
    return orjson.dumps(changed_document)


def test_the_snapshot_itself_is_read() -> None:
    raw = read_snapshot(orjson.dumps(document()))
    assert raw.node_id.tolist() == [1, 3, 5]
    assert raw.first_edge.tolist() == [0, 2, 3, 3]
    assert raw.edge_to.tolist() == [1, 2, 2]
    assert raw.strings.to_pylist() == STRINGS
    assert raw.locations is not None
    assert raw.locations.node.tolist() == [1]
    assert raw.node_id.dtype == raw.self_size.dtype == np.uint32


@pytest.mark.parametrize(
    ("data", "message", "section"),
    [
        (b"", "is empty", "file"),
        (b"  \n", "is empty", "file"),
        (b"PK\x03\x04 zip", "not a JSON object", "file"),
        (b"[1,2]", "not a JSON object", "file"),
        (b'{"a": 1}', 'has no section "snapshot"', "snapshot"),
        (b'{"snapshot": []}', "not an object", "snapshot"),
        (b'{"snapshot": {}}', "no meta", "snapshot"),
        (b'{"snapshot": {"meta": {"node_fields": 5}}}', "node_fields", "snapshot"),
        (b'{"snapshot" 1}', "expected ':'", "file"),
        (b'{"a": [1] "b": 2}', "expected ','", "file"),
        (b"{nodes: []}", "expected the name", "file"),
        (orjson.dumps(document()) + b"{}", "something follows", "file"),
        (orjson.dumps(document())[:-1] + b',"nodes":[]}', "occurs twice", "file"),
    ],
)
def test_what_is_no_snapshot_is_said_to_be_none(data: bytes, message: str, section: str) -> None:
    with pytest.raises(SnapshotFormatError, match=message) as caught:
        read_snapshot(data)
    assert caught.value.section == section
    assert caught.value.byte_offset is not None


@pytest.mark.parametrize(
    ("section", "index", "value", "message"),
    [
        ("nodes", 6, 99, "type is not a node type: 99"),
        ("nodes", 6, 300, "type is out of range: 300"),
        ("nodes", 7, 77, "name is not an index of a string: 77"),
        ("nodes", 8, -3, "id is out of range: -3"),
        ("nodes", 9, -1, "self_size is out of range: -1"),
        ("nodes", 9, 1.5, "Expected an integer"),
        ("nodes", 9, 10**19, "too large"),
        ("nodes", 9, "16", "Expected an integer"),
        ("nodes", 9, None, "Expected an integer"),
        ("nodes", 9, [16], "Expected an integer"),
        ("edges", 0, 9, "type is not an edge type: 9"),
        ("edges", 2, 7, "to_node is not the offset of a node"),
        ("edges", 2, 18, "to_node is not the offset of a node: 18"),
        ("edges", 2, -6, "to_node is not the offset of a node"),
        ("edges", 4, 50, "name_or_index is not an index of a string: 50"),
        ("edges", 4, -2, "name_or_index is not an index of a string: 4294967294"),
        ("edges", 1, -(2**40), "name_or_index is out of range"),
        ("locations", 0, 7, "object_index is not the offset of a node: 7"),
        ("locations", 0, 600, "object_index is not the offset of a node: 600"),
    ],
)
def test_a_bad_value_is_named_with_its_byte(
    section: str, index: int, value: Any, message: str
) -> None:
    data = changed(section, index, value)
    with pytest.raises(SnapshotFormatError, match=message) as caught:
        read_snapshot(data)
    assert caught.value.section == section
    # The byte is where the value is, or where it stops being a number.
    start = data.index(f'"{section}":['.encode()) + len(section) + 4
    for _ in range(index):
        start = data.index(b",", start) + 1
    text = orjson.dumps(value)
    assert caught.value.byte_offset is not None
    assert start <= caught.value.byte_offset <= start + len(text)


@pytest.mark.parametrize("bad_block", [1, 2, 3])
def test_the_byte_is_right_in_every_block(bad_block: int) -> None:
    """An error in a later block of a large array is found at its place in the file."""
    n_nodes = 3000
    big = document()
    big["snapshot"]["node_count"] = n_nodes
    big["nodes"] = [2, 0, 1, 0, 2, 0] + [1, 1, 3, 16, 0, 0] * (n_nodes - 1)
    big["snapshot"]["edge_count"] = 2
    big["edges"] = [1, 1, 6, 2, 3, 12]
    place = 6 * (bad_block * 900) + 1
    big["nodes"][place] = 12345
    data = orjson.dumps(big)
    with pytest.raises(SnapshotFormatError, match="not an index of a string") as caught:
        read_snapshot(data, block_bytes=8192)
    assert caught.value.byte_offset == data.index(b"12345")


@pytest.mark.parametrize(
    ("change", "message", "section"),
    [
        ({"node_count": 4}, "declares 4 nodes, the array has 3", "nodes"),
        ({"edge_count": 9}, "declares 9 edges, the array has 3", "edges"),
        ({"node_count": 2**60}, "declares", "nodes"),
        ({"node_count": -1}, "node_count is not a count", "snapshot"),
        ({"node_count": 1.5}, "node_count is not a count", "snapshot"),
        ({"root_index": 5}, "root_index", "snapshot"),
    ],
)
def test_counts_that_disagree(change: dict[str, Any], message: str, section: str) -> None:
    damaged = document()
    damaged["snapshot"].update(change)
    with pytest.raises(SnapshotFormatError, match=message) as caught:
        read_snapshot(orjson.dumps(damaged))
    assert caught.value.section == section


def test_counts_of_zero_leave_it_to_the_arrays() -> None:
    data = document()
    data["snapshot"].update(node_count=0, edge_count=0)
    assert read_snapshot(orjson.dumps(data)).n_nodes == 3


def test_edge_counts_that_do_not_add_up() -> None:
    with pytest.raises(SnapshotFormatError, match="declare 4 edges, the array has 3") as caught:
        read_snapshot(changed("nodes", 4, 3))
    assert caught.value.section == "edges"


def test_salvage_limits_edge_counts_to_the_edges_of_the_file() -> None:
    raw = read_snapshot(changed("nodes", 10, 0xFFFF_FFFF), salvage=True)
    assert raw.first_edge.dtype == np.uint32
    assert raw.first_edge[-1] == raw.n_edges
    graph = HeapGraph(raw)
    assert int(graph.retained_size[graph.root]) == int(graph.self_size.sum())


@pytest.mark.parametrize("section", ["nodes", "edges", "locations"])
def test_a_record_that_is_cut(section: str) -> None:
    damaged = document()
    damaged[section].pop()
    with pytest.raises(SnapshotFormatError, match="not a multiple of the record size") as caught:
        read_snapshot(orjson.dumps(damaged))
    assert caught.value.section == section


@pytest.mark.parametrize("section", ["nodes", "edges", "strings"])
def test_a_section_that_is_missing(section: str) -> None:
    damaged = document()
    del damaged[section]
    with pytest.raises(SnapshotFormatError, match=f'no section "{section}"'):
        read_snapshot(orjson.dumps(damaged))


def test_sections_that_may_be_missing() -> None:
    data = document()
    del data["locations"]
    assert read_snapshot(orjson.dumps(data)).locations is None
    del data["snapshot"]["meta"]["location_fields"]
    assert read_snapshot(orjson.dumps(data)).locations is None
    data["snapshot"]["meta"]["node_fields"].remove("detachedness")
    data["nodes"] = [number for row in NODES for number in row[:-1]]
    data["edges"] = [1, 1, 5, 2, 3, 10, 2, 3, 10]
    raw = read_snapshot(orjson.dumps(data))
    assert raw.detachedness is None
    assert raw.edge_to.tolist() == [1, 2, 2]


def test_truncated_anywhere() -> None:
    data = orjson.dumps(document())
    for length in range(2, len(data)):
        with pytest.raises(SnapshotFormatError) as caught:
            read_snapshot(data[:length])
        assert caught.value.byte_offset is not None, length


def test_numbers_beyond_32_bits_where_the_format_allows_them() -> None:
    data = document()
    data["nodes"][8] = 2**40 + 1
    data["nodes"][9] = 5 * 2**30
    raw = read_snapshot(orjson.dumps(data))
    assert raw.node_id.tolist() == [1, 2**40 + 1, 5]
    assert raw.self_size.tolist() == [0, 5 * 2**30, 24]
    assert raw.node_id.dtype == raw.self_size.dtype == np.uint64


def test_negative_indices_of_newer_engines_mean_the_same_index() -> None:
    old, new = changed("edges", 1, 4294967294), changed("edges", 1, -2)
    assert read_snapshot(new).edge_name[0] == read_snapshot(old).edge_name[0] == 4294967294


def test_damaged_compression() -> None:
    packed = gzip.compress(orjson.dumps(document()))
    with pytest.raises(TruncatedSnapshotError, match="ends too early"):
        read_snapshot(packed[:-20])
    damaged = bytearray(packed)
    damaged[-6] ^= 0xFF
    with pytest.raises(SnapshotFormatError, match="damaged"):
        read_snapshot(bytes(damaged))


def test_inputs_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(HeapnbError, match="No such file"):
        read_snapshot(tmp_path / "missing.heapsnapshot")
    with pytest.raises(HeapnbError, match="Is a directory"):
        read_snapshot(tmp_path)
    with pytest.raises(HeapnbError, match="text mode"):
        read_snapshot(io.StringIO("{}"))  # type: ignore[arg-type]
    with pytest.raises(HeapnbError, match="int"):
        read_snapshot(5)  # type: ignore[arg-type]
