"""What is written reads back the same; how a file is laid out makes no difference."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from heapnb.format import RawSnapshot, read_snapshot
from heapnb.format.writer import to_bytes
from tests.property.test_damaged_files import FORMATS, snapshot_bytes

ALL_PRODUCERS = sorted(path.name.split(".")[0] for path in FORMATS.glob("*.zst"))
COLUMNS = [
    "node_type",
    "node_name",
    "node_id",
    "self_size",
    "first_edge",
    "edge_type",
    "edge_name",
    "edge_to",
]
META_FIRST = ["snapshot", "nodes", "edges", "locations", "strings"]


def without_lone_surrogates(text: str) -> str:
    """Replace what UTF-8 cannot hold, as reading does."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def assert_same(a: RawSnapshot, b: RawSnapshot) -> None:
    """Compare two snapshots column by column."""
    for name in COLUMNS:
        assert np.array_equal(getattr(a, name), getattr(b, name)), name
    assert a.strings.equals(b.strings)
    assert (a.locations is None) == (b.locations is None)
    if a.locations is not None and b.locations is not None:
        for name in ("node", "script_id", "line", "column"):
            assert np.array_equal(getattr(a.locations, name), getattr(b.locations, name)), name


@pytest.mark.parametrize("producer", ALL_PRODUCERS)
def test_what_is_written_reads_back_the_same(producer: str) -> None:
    raw = read_snapshot(FORMATS / f"{producer}.heapsnapshot.zst")
    assert_same(raw, read_snapshot(to_bytes(raw)))


@pytest.mark.parametrize("producer", ALL_PRODUCERS)
def test_reading_agrees_with_json(producer: str) -> None:
    data = snapshot_bytes(producer)
    raw = read_snapshot(data)
    document = json.loads(data.decode("utf-8", "replace"))
    fields = document["snapshot"]["meta"]["node_fields"]
    nodes = np.array(document["nodes"], np.int64).reshape(-1, len(fields))
    edges = np.array(document["edges"], np.int64).reshape(-1, 3)
    assert np.array_equal(raw.node_id, nodes[:, fields.index("id")])
    assert np.array_equal(raw.self_size, nodes[:, fields.index("self_size")])
    assert np.array_equal(np.diff(raw.first_edge), nodes[:, fields.index("edge_count")])
    assert np.array_equal(raw.edge_name, edges[:, 1] % (1 << 32))
    assert np.array_equal(raw.edge_to, edges[:, 2] // len(fields))
    expected = [without_lone_surrogates(text) for text in document["strings"]]
    assert raw.strings.to_pylist() == expected


LAYOUTS: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "one line": lambda d: json.dumps(d, separators=(",", ":")).encode(),
    "spaces": lambda d: json.dumps(d).encode(),
    "indented": lambda d: json.dumps(d, indent=2).encode(),
    "carriage returns": lambda d: json.dumps(d, indent=1).replace("\n", "\r\n").encode(),
    "byte order mark": lambda d: b"\xef\xbb\xbf" + orjson.dumps(d),
    "trailing NULs": lambda d: orjson.dumps(d) + b"\0" * 100,
    "not ASCII": lambda d: json.dumps(d, ensure_ascii=False).encode(),
}


@pytest.fixture(scope="module")
def small_document() -> dict[str, Any]:
    """Return the smallest real snapshot as a JSON document."""
    document: dict[str, Any] = json.loads(snapshot_bytes("bun").decode("utf-8", "replace"))
    document["strings"] = [without_lone_surrogates(text) for text in document["strings"]]
    return document


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layout_makes_no_difference(layout: str, small_document: dict[str, Any]) -> None:
    expected = read_snapshot(orjson.dumps(small_document))
    assert_same(read_snapshot(LAYOUTS[layout](small_document)), expected)


@given(order=st.permutations(META_FIRST), block=st.integers(64, 5000))
def test_order_of_sections_makes_no_difference(
    small_document: dict[str, Any], order: list[str], block: int
) -> None:
    expected = read_snapshot(orjson.dumps(small_document))
    shuffled = {name: small_document[name] for name in order}
    assert_same(read_snapshot(orjson.dumps(shuffled), block_bytes=block), expected)


@given(order=st.permutations(range(7)), extra=st.integers(0, 3))
def test_order_and_number_of_fields_make_no_difference(
    small_document: dict[str, Any], order: list[int], extra: int
) -> None:
    expected = read_snapshot(orjson.dumps(small_document))
    snapshot = small_document["snapshot"]
    meta = snapshot["meta"]
    nodes = np.array(small_document["nodes"], np.int64).reshape(-1, 7)
    edges = np.array(small_document["edges"], np.int64).reshape(-1, 3)
    edges[:, 2] = edges[:, 2] // 7 * (7 + extra)
    future = {
        **small_document,
        "snapshot": {
            **snapshot,
            "meta": {
                **meta,
                "node_fields": [meta["node_fields"][i] for i in order]
                + [f"future_{i}" for i in range(extra)],
                "node_types": [meta["node_types"][i] for i in order] + ["number"] * extra,
            },
        },
        "nodes": np.hstack([nodes[:, order], np.full((len(nodes), extra), 9)]).ravel().tolist(),
        "edges": edges.ravel().tolist(),
    }
    assert_same(read_snapshot(orjson.dumps(future)), expected)


@pytest.mark.parametrize("kind", ["bytes", "file", "path", "gzip", "two members", "zstd"])
def test_every_kind_of_input_reads_the_same(kind: str, tmp_path: Path) -> None:
    data = snapshot_bytes("bun")
    expected = read_snapshot(data)
    middle = len(data) // 2
    packed = {
        "gzip": lambda: gzip.compress(data),
        "two members": lambda: gzip.compress(data[:middle]) + gzip.compress(data[middle:]),
        "zstd": lambda: zstandard.compress(data[:middle]) + zstandard.compress(data[middle:]),
    }.get(kind, lambda: data)()
    if kind == "file":
        assert_same(read_snapshot(io.BytesIO(packed)), expected)
    elif kind == "bytes":
        assert_same(read_snapshot(memoryview(packed)), expected)
    else:
        path = tmp_path / "a.heapsnapshot"
        path.write_bytes(packed)
        assert_same(read_snapshot(path), expected)
        assert_same(read_snapshot(str(path)), expected)
