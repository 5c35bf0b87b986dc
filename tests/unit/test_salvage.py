"""A file that was cut gives all that is complete before the cut, and says what is missing."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
import zstandard

import heapnb as hn
from heapnb.errors import SnapshotFormatError, TruncatedSnapshotError
from heapnb.format import RawSnapshot, read_snapshot
from heapnb.format.salvage import MISSING_STRING
from heapnb.format.traces import has_traces, read_functions
from heapnb.graph import HeapGraph

SAMPLE = Path(__file__).parents[1] / "data" / "formats" / "node-8.heapsnapshot.zst"
STRIDES = {"nodes": 7, "edges": 3, "locations": 4, "trace_function_infos": 6}
DOCUMENT: dict[str, Any] = {
    "snapshot": {
        "meta": {
            "node_fields": [
                *("type", "name", "id", "self_size", "edge_count"),
                *("trace_node_id", "detachedness"),
            ],
            "node_types": [["hidden", "object", "synthetic"], *["number"] * 6],
            "edge_fields": ["type", "name_or_index", "to_node"],
            "edge_types": [["context", "element", "property"], "string_or_number", "node"],
            "location_fields": ["object_index", "script_id", "line", "column"],
        },
        "node_count": 4,
        "edge_count": 5,
        "trace_function_count": 2,
    },
    "nodes": [
        *(2, 0, 1, 0, 2, 0, 0),
        *(1, 1, 3, 16, 2, 1, 0),
        *(1, 2, 5, 24, 1, 1, 2),
        *(1, 5, 7, 24, 0, 1, 2),
    ],
    "edges": [1, 1, 7, 2, 3, 14, 2, 3, 14, 2, 4, 21, 2, 4, 7],
    "trace_function_infos": [0, 1, 5, 7, 3, 4, 1, 3, 5, 7, 9, 2],
    "trace_tree": [1, 0, 0, 0, [2, 1, 3, 64, []]],
    "samples": [100, 3, 200, 7],
    "locations": [7, 7, 10, 2, 14, 7, 12, 4],
    "future": {"a": [1, {"b": "]"}], "c": None},
    "strings": ["", "Cache", "Entry", "items", 'x\\"y', "é€😀", "last"],
}
WHOLE = orjson.dumps(DOCUMENT)
EMPTY_NODES = WHOLE.index(b'"nodes":[') + len(b'"nodes":[')


def numbers_before(cut: bytes, section: str) -> list[int]:
    """List the numbers of a section that end before the cut, in the plainest way."""
    found = re.search(rb'"%s":\[([^\]]*)(\])?' % section.encode(), cut)
    if found is None:
        return []
    words = found[1].split(b",")
    # Only what follows the last number says that it is complete.
    complete = words if found[2] else words[:-1]
    return [int(word) for word in complete]


def texts_before(cut: bytes) -> list[str]:
    """List the strings that end before the cut."""
    found = re.search(rb'"strings":\[(.*)', cut, re.DOTALL)
    if found is None:
        return []
    texts = re.findall(rb'"(?:[^"\\]|\\.)*"', found[1])
    return [orjson.loads(text) for text in texts]


def check_prefix(raw: RawSnapshot, cut: bytes) -> None:
    """Compare what was salvaged from a cut of `WHOLE` with what is before the cut."""
    nodes = np.array(numbers_before(cut, "nodes"), np.int64)
    rows = nodes[: len(nodes) // 7 * 7].reshape(-1, 7)
    assert raw.node_id.tolist() == rows[:, 2].tolist()
    assert raw.self_size.tolist() == rows[:, 3].tolist()
    edges = np.array(numbers_before(cut, "edges"), np.int64)
    targets = edges[: len(edges) // 3 * 3].reshape(-1, 3)[:, 2] // 7
    assert raw.edge_to.tolist() == targets.tolist()
    places = np.array(numbers_before(cut, "locations"), np.int64)
    lines = places[: len(places) // 4 * 4].reshape(-1, 4)[:, 2].tolist()
    assert ([] if raw.locations is None else raw.locations.line.tolist()) == lines
    samples = numbers_before(cut, "samples")
    assert ([] if raw.samples is None else raw.samples.tolist()) == samples[: len(samples) // 2 * 2]
    texts = texts_before(cut)
    assert raw.strings.to_pylist() in (texts, [*texts, MISSING_STRING])
    names = [texts[name] if name < len(texts) else MISSING_STRING for name in rows[:, 1]]
    assert raw.strings.take(raw.node_name).to_pylist() == names
    if has_traces(raw):
        assert len(read_functions(raw)) == 2
    graph = HeapGraph(raw)
    assert int(graph.retained_size[graph.root]) == int(raw.self_size.sum())


@pytest.mark.parametrize("block_bytes", [1 << 20, 64])
def test_every_cut_of_a_plain_file(block_bytes: int) -> None:
    n_read = 0
    for place in range(len(WHOLE)):
        cut = WHOLE[:place]
        with pytest.raises(SnapshotFormatError):
            read_snapshot(cut, block_bytes=block_bytes)
        if len(numbers_before(cut, "nodes")) < 7:
            with pytest.raises(SnapshotFormatError):
                read_snapshot(cut, salvage=True, block_bytes=block_bytes)
            continue
        n_read += 1
        raw = read_snapshot(cut, salvage=True, block_bytes=block_bytes)
        check_prefix(raw, cut)
        truncated, missing, *_ = raw.warnings
        assert f"at byte {place};" in truncated
        assert missing.startswith(("Missing: ", "Nothing"))
        n_nodes = 4 - raw.n_nodes
        assert (f"{n_nodes} of 4 nodes" in missing) == (n_nodes > 0)
    assert n_read > len(WHOLE) // 3


def test_a_cut_right_behind_the_bracket_of_the_nodes() -> None:
    with pytest.raises(SnapshotFormatError, match="ends before its first node is complete"):
        read_snapshot(WHOLE[:EMPTY_NODES], salvage=True)


def test_the_producer_is_unknown_without_strings() -> None:
    cut = WHOLE[: WHOLE.index(b'"strings"')]
    assert hn.load(cut, salvage=True).summary().producer == "unknown"


def test_a_whole_file_misses_nothing() -> None:
    raw = read_snapshot(WHOLE, salvage=True)
    assert raw.warnings == ()
    check_prefix(raw, WHOLE)


@pytest.mark.parametrize(
    ("end", "missing"),
    [
        (b'"nodes":[2,0,1,0,2,0,0,1,1', "3 of 4 nodes, all 5 edges, all functions of call stacks"),
        (b'"edges":[1,1,7,', "Missing: 4 of 5 edges, all functions of call stacks, all call"),
        (b'"trace_tree":[1,0', "Missing: call stacks, all locations, all strings."),
        (b'"samples":[100,3,200', "Missing: all locations, all strings, samples after the first"),
        (b'"locations":[7,7,10,2,14', "Missing: locations after the first 1, all strings."),
        (b'"future":{"a":', "Missing: all strings, future."),
        (b'"Entry","items"', "Missing: strings after the first 4."),
    ],
)
def test_what_is_missing_is_said(end: bytes, missing: str) -> None:
    cut = WHOLE[: WHOLE.index(end) + len(end)]
    assert missing in " ".join(read_snapshot(cut, salvage=True).warnings)


@pytest.mark.parametrize("block_bytes", [1 << 20, 64])
def test_a_file_whose_rest_was_reserved_but_not_written(block_bytes: int) -> None:
    for place in range(WHOLE.index(b'"edges"'), len(WHOLE), 7):
        zeroed = WHOLE[:place] + bytes(len(WHOLE) - place)
        with pytest.raises(SnapshotFormatError):
            read_snapshot(zeroed, block_bytes=block_bytes)
        raw = read_snapshot(zeroed, salvage=True, block_bytes=block_bytes)
        check_prefix(raw, WHOLE[:place])
        assert f"at byte {place};" in raw.warnings[0]


def test_edge_counts_beyond_any_array() -> None:
    document = orjson.loads(WHOLE)
    for row in range(4):
        document["nodes"][7 * row + 4] = 0xFFFF_FFFF
    raw = read_snapshot(orjson.dumps(document), salvage=True)
    assert raw.first_edge.tolist() == [0, 5, 5, 5, 5]
    assert int(HeapGraph(raw).retained_size[0]) == 64


def test_edges_that_no_node_has_are_left_out() -> None:
    document = orjson.loads(WHOLE)
    document["nodes"][7 + 4] = 0
    raw = read_snapshot(orjson.dumps(document), salvage=True)
    assert raw.n_edges == raw.first_edge[-1] == 3


def gzip_prefix(packed: bytes) -> bytes:
    return zlib.decompressobj(wbits=31).decompress(packed)


def zstd_prefix(packed: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompressobj().decompress(packed)


@pytest.mark.parametrize("level", [0, 9])
def test_every_cut_of_a_gzip_file(level: int) -> None:
    """Level 0 stores the text as it is, so that every cut of it leaves another part."""
    packed = gzip.compress(WHOLE, level)
    n_read = 0
    for place in range(20, len(packed)):
        cut = packed[:place]
        prefix = gzip_prefix(cut)
        with pytest.raises(SnapshotFormatError):
            read_snapshot(cut)
        if len(numbers_before(prefix, "nodes")) < 7:
            continue
        n_read += 1
        raw = read_snapshot(cut, salvage=True)
        check_prefix(raw, prefix)
        assert any(word in raw.warnings[0] for word in ("truncated", "All sections are complete"))
    assert n_read > 8


@pytest.mark.parametrize("packing", ["gzip", "zstd"])
def test_cuts_of_a_packed_real_file(packing: str) -> None:
    text = zstandard.open(SAMPLE).read()
    whole = read_snapshot(text)
    packed = gzip.compress(text) if packing == "gzip" else zstandard.compress(text)
    unpack = gzip_prefix if packing == "gzip" else zstd_prefix
    counts = []
    for place in range(len(packed) // 15, len(packed), len(packed) // 15):
        prefix = unpack(packed[:place])
        try:
            raw = read_snapshot(packed[:place], salvage=True)
        except SnapshotFormatError:
            with pytest.raises(SnapshotFormatError):
                read_snapshot(prefix, salvage=True)
            continue
        plain = read_snapshot(prefix, salvage=True)
        assert raw.n_nodes == plain.n_nodes
        assert raw.n_edges == plain.n_edges
        assert raw.strings.equals(plain.strings)
        assert np.array_equal(raw.node_id, whole.node_id[: raw.n_nodes])
        assert int(HeapGraph(raw).retained_size[0]) == int(raw.self_size.sum())
        counts.append(raw.n_nodes + raw.n_edges + len(raw.strings))
    assert counts == sorted(counts)
    assert len(set(counts)) > 5


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_damage_inside_a_packed_file(pack: Callable[[bytes], bytes]) -> None:
    text = zstandard.open(SAMPLE).read()
    damaged = pack(text[: len(text) // 2]) + b"\xff" * 40
    with pytest.raises(SnapshotFormatError, match="compressed data is damaged") as caught:
        read_snapshot(damaged)
    assert not isinstance(caught.value, TruncatedSnapshotError)
    raw = read_snapshot(damaged, salvage=True)
    plain = read_snapshot(text[: len(text) // 2], salvage=True)
    assert (raw.n_nodes, raw.n_edges) == (plain.n_nodes, plain.n_edges)
    assert any("the compressed data is damaged" in warning for warning in raw.warnings)
    assert any("may be wrong" in warning for warning in raw.warnings)


def test_only_the_end_of_the_packing_is_missing() -> None:
    raw = read_snapshot(gzip.compress(WHOLE)[:-4], salvage=True)
    assert raw.n_nodes == 4
    assert "All sections are complete" in raw.warnings[0]


@pytest.mark.parametrize(
    "text",
    [b'{"a": ]}', b"[1,,2]", b"[01]", b'{"a" 1}', b"[1 2]", b"[tru]", b'["\n"]', b"[1}", b"{1:2}"],
)
def test_a_section_that_nobody_reads_is_checked(text: bytes) -> None:
    damaged = WHOLE.replace(b'{"a":[1,{"b":"]"}],"c":null}', text)
    with pytest.raises(SnapshotFormatError) as caught:
        read_snapshot(damaged)
    start = damaged.index(b'"future":')
    assert caught.value.byte_offset is not None
    assert start < caught.value.byte_offset <= start + len(b'"future":') + len(text) + 1


@pytest.mark.parametrize("text", [b"nul", b"1.", b"-", b"truefalse", b"1 2"])
def test_a_scalar_that_nobody_reads_is_checked(text: bytes) -> None:
    damaged = WHOLE.replace(b'{"a":[1,{"b":"]"}],"c":null}', text)
    with pytest.raises(SnapshotFormatError, match="not valid JSON"):
        read_snapshot(damaged)
