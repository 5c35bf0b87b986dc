"""Totals that are added up while a file is read are those of the whole file."""

from __future__ import annotations

import gzip
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from heapnb import vocab
from heapnb.analysis.summary import gc_roots, producer_of
from heapnb.analysis.totals import LARGEST_CLASSES, Totals, totals
from heapnb.errors import SnapshotFormatError
from heapnb.format import read_snapshot
from heapnb.format.streaming import UnusualOrderError
from heapnb.format.totals import FileTotals, read_totals
from heapnb.graph import HeapGraph
from heapnb.testing import SnapshotBuilder
from tests.conftest import all_samples
from tests.naive.totals import NaiveTotals, naive_totals
from tests.property.test_damaged_files import SMALL_BLOCK, damaged, snapshot_bytes

NODE_TYPES = ["object", "native", "closure", "string", "array", "hidden", "synthetic", "code"]
NAMES = ["Object", "Session", "<div id=a>", "<div class=b>", "Detached <p x>", "", "é 🦊", "a<b c"]


def assert_totals(found: Totals, expected: NaiveTotals) -> None:
    """Compare everything that is added up."""
    for name in ("node_count", "edge_count", "string_count", "string_bytes", "gc_root_count"):
        assert getattr(found, name) == getattr(expected, name), name
    assert found.total_shallow_size == expected.total_shallow_size
    assert _by(found.to_dict()["node_types"], "node_type") == expected.types
    rows = found.to_dict()["classes"]
    classes = _by(rows, "class_name")
    assert len(classes) == len(rows) == min(len(expected.classes), LARGEST_CLASSES)
    assert classes.items() <= expected.classes.items()
    largest = sorted((size for _, size in expected.classes.values()), reverse=True)
    assert [row["self_size"] for row in rows] == largest[: len(rows)]


def _by(rows: list[dict[str, Any]], key: str) -> dict[str, tuple[int, int]]:
    return {row[key]: (row["count"], row["self_size"]) for row in rows}


@pytest.mark.parametrize("path", all_samples(), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_totals_of_every_sample_are_those_of_its_graph(path: Path) -> None:
    found = totals(path)
    graph = HeapGraph(read_snapshot(path))
    summary = graph.raw.source
    assert (found.name, found.path, found.file_size) == (
        summary.name,
        summary.path,
        summary.size_bytes,
    )
    assert found.producer == producer_of(graph)
    assert (found.node_count, found.edge_count) == (graph.n_nodes, graph.n_edges)
    assert found.string_count == len(graph.strings)
    assert found.gc_root_count == len(gc_roots(graph))
    assert found.total_shallow_size == int(graph.retained_size[graph.root])
    assert found.warnings == graph.raw.warnings
    count = np.bincount(graph.node_type, minlength=len(graph.node_type_names))
    rows = _by(found.to_dict()["node_types"], "node_type")
    for kind, name in enumerate(graph.node_type_names):
        size = int(graph.self_size[graph.node_type == kind].sum(dtype=np.uint64))
        assert rows.get(name, (0, 0)) == (count[kind], size)


@pytest.mark.parametrize("producer", ["bun", "node-12", "node-24"])
def test_totals_of_a_real_file_are_those_of_its_json(producer: str) -> None:
    data = snapshot_bytes(producer)
    assert_totals(totals(data), naive_totals(data))


@st.composite
def heaps(draw: st.DrawFn) -> bytes:
    """The file of a random heap, with lists of roots, in one of several layouts."""
    builder = SnapshotBuilder()
    keys = ["root", *(f"n{i}" for i in range(draw(st.integers(0, 12))))]
    sizes = st.one_of(st.integers(0, 3), st.sampled_from([2**31, 2**32 - 1, 2**32, 2**40]))
    for key in keys[1:]:
        builder.node(
            key,
            type=draw(st.sampled_from(NODE_TYPES)),
            name=draw(st.sampled_from(NAMES)),
            size=draw(sizes),
            location=(1, 2, 3) if draw(st.booleans()) else None,
        )
    kinds = st.sampled_from(["element", "weak", "property", "internal"])
    for source, target, kind in draw(
        st.lists(st.tuples(st.sampled_from(keys), st.sampled_from(keys), kinds), max_size=30)
    ):
        builder.edge(source, target, type=kind, name=7 if kind == "element" else "field")
    data = builder.to_bytes()
    layout = draw(st.sampled_from(["as V8", "one line", "indented"]))
    if layout == "as V8":
        return data
    return json.dumps(json.loads(data), indent=1 if layout == "indented" else None).encode()


@given(heaps(), st.integers(1, 300))
def test_totals_of_a_random_heap_are_those_of_its_json(data: bytes, block_bytes: int) -> None:
    assert_totals(totals(data), naive_totals(data))
    assert read_file(data, block_bytes) == read_file(data, 1 << 20)


def read_file(data: Any, block_bytes: int) -> dict[str, Any]:
    """Return everything that one pass adds up, as values that compare."""
    found = read_totals(
        data,
        named_by_node=vocab.NAMED_BY_CLASS,
        look_for=["HTMLDocument", "Session", "field"],
        block_bytes=block_bytes,
    )
    return {name: _plain(getattr(found, name)) for name in FileTotals.__dataclass_fields__}


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value


@cache
def _small() -> bytes:
    builder = SnapshotBuilder.from_edges(
        "root>app root/list>list list[1]>app app.cache>map map/table>table table[0]>entry"
        " app~w>entry"
    )
    builder.node("list", type="synthetic", name="(Handles)").node("entry", location=(1, 2, 3))
    builder.node("map", name='Map \u2028 é 🦊 "x"', size=5_000_000_000, node_id=2**33 + 1)
    return builder.to_bytes()


def test_blocks_may_end_anywhere() -> None:
    data = _small()
    expected = read_file(data, 1 << 20)
    assert expected["n_gc_roots"] == 1
    assert expected["found_strings"] == frozenset()
    for block_bytes in range(1, len(data) + 1):
        assert read_file(data, block_bytes) == expected, block_bytes


def test_packed_files_and_streams_are_the_same() -> None:
    data = _small()
    expected = read_file(data, 1 << 20)
    del expected["source"]
    for packed in (gzip.compress(data), zstandard.compress(data), io.BytesIO(data)):
        found = read_file(packed, 64)
        assert found.pop("source").size_bytes == len(data)
        assert found == expected


def _error_of(read: Any) -> str | None:
    try:
        read()
    except SnapshotFormatError as error:
        return str(error)
    return None


@settings(max_examples=300)
@given(damaged())
def test_a_damaged_file_has_the_same_error(data: bytes) -> None:
    expected = _error_of(lambda: read_snapshot(data, block_bytes=SMALL_BLOCK))
    try:
        found = _error_of(lambda: read_file(data, SMALL_BLOCK))
    except UnusualOrderError:
        return
    assert found == expected


def _changed(change: Any) -> bytes:
    document = json.loads(_small())
    change(document)
    return json.dumps(document).encode()


def _add_large_nodes(document: dict[str, Any]) -> None:
    document["nodes"].extend([3, 0, 1, 10**18 - 1, 0, 0, 0] * 10)
    document["snapshot"]["node_count"] = 0


FAULTS: dict[str, Any] = {
    "node type": lambda d: d["nodes"].__setitem__(14, 200),
    "node name": lambda d: d["nodes"].__setitem__(15, 4_000_000),
    "edge type": lambda d: d["edges"].__setitem__(6, 77),
    "edge name": lambda d: d["edges"].__setitem__(1, 4_000_000),
    "target": lambda d: d["edges"].__setitem__(8, 7_000),
    "half a target": lambda d: d["edges"].__setitem__(8, 8),
    "edge count": lambda d: d["nodes"].__setitem__(4, 9),
    "negative size": lambda d: d["nodes"].__setitem__(10, -1),
    "root": lambda d: d["snapshot"].__setitem__("root_index", 7_000),
    "declared nodes": lambda d: d["snapshot"].__setitem__("node_count", 2),
    "declared edges": lambda d: d["snapshot"].__setitem__("edge_count", 2),
    "location": lambda d: d["locations"].__setitem__(0, 7_000),
    "partial location": lambda d: d["locations"].pop(),
    "partial node": lambda d: d["nodes"].pop(),
    "sizes": _add_large_nodes,
    "no nodes": lambda d: d["nodes"].clear(),
    "no edges": lambda d: d.pop("edges"),
    "no strings": lambda d: d.pop("strings"),
    "no header": lambda d: d.pop("snapshot"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_with_its_place(name: str) -> None:
    data = _changed(FAULTS[name])
    for size in (7, 1 << 20):
        expected = _error_of(lambda size=size: read_snapshot(data, block_bytes=size))
        assert expected is not None
        try:
            found = _error_of(lambda size=size: read_file(data, size))
        except UnusualOrderError:
            assert name.startswith("no ")
            continue
        assert found == expected


def test_sections_in_another_order_are_refused() -> None:
    document = json.loads(_small())
    for first in ("strings", "edges", "nodes"):
        reordered = {first: document[first], **document}
        with pytest.raises(UnusualOrderError):
            totals(json.dumps(reordered).encode())


def test_more_names_than_there_is_room_for_are_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heapnb.format.counting._MOST_NAMES", 2)
    builder = SnapshotBuilder.from_edges("root>a root>b root>c root>d d>a")
    builder.node("c", size=100).node("d", name="a", size=7)
    rows = totals(builder.to_bytes()).to_dict()["classes"]
    assert {row["class_name"]: (row["count"], row["self_size"]) for row in rows} == {
        "(other names)": (1, 100),
        "a": (2, 23),
        "b": (1, 16),
    }


def test_more_gc_roots_than_there_is_room_for_are_not_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("heapnb.format.counting._MOST_HELD", 2)
    assert totals(SnapshotBuilder.from_edges("root>a root>b").to_bytes()).gc_root_count == 2
    assert (
        totals(SnapshotBuilder.from_edges("root>a root>b root>c").to_bytes()).gc_root_count is None
    )
