"""Constructors, statistics, retainers and the summary, on heaps of a few nodes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson
import pandas as pd
import pytest

from heapnb.analysis.constructors import constructors
from heapnb.analysis.retention.retainers import retainers
from heapnb.analysis.statistics import statistics
from heapnb.analysis.summary import gc_roots, producer_of, summary
from heapnb.format import read_snapshot
from heapnb.graph import HeapGraph, open_graph
from heapnb.testing import SnapshotBuilder
from tests.conftest import ROOT

FORMATS = ROOT / "tests" / "data" / "formats"


def two_sites() -> SnapshotBuilder:
    """Two classes of one name, defined at different places; one object holds another."""
    builder = SnapshotBuilder.from_edges("root>a a>b b>text root>c", size=8)
    builder.node("a", name="Session", location=(7, 11, 4))
    builder.node("b", name="Session", location=(7, 40, 0))
    builder.node("c", name="Session", location=(7, 11, 4))
    return builder.node("text", type="string", size=100)


# -- constructors ------------------------------------------------------------------------------


def test_classes_are_split_by_the_place_that_defines_them() -> None:
    found = constructors(two_sites().graph())
    assert found.drop(columns="location").to_dict("list") == {
        "class_name": ["Session", "Session", "(string)"],
        "count": [2, 1, 1],
        "shallow_size": [16, 8, 100],
        "retained_size": [124, 108, 100],
        "distance": [1, 2, 3],
    }
    assert found["location"][:2].tolist() == ["script 7:12:5", "script 7:41:1"]
    assert pd.isna(found["location"][2])


def test_by_name_adds_the_rows_up() -> None:
    found = constructors(two_sites().graph(), by_name=True)
    assert found.to_dict("records")[0] == {
        "class_name": "Session",
        "count": 3,
        "shallow_size": 24,
        "retained_size": 232,
        "distance": 1,
    }


def test_a_heap_of_nothing_but_a_root_has_no_classes() -> None:
    graph = SnapshotBuilder().graph()
    for by_name in (False, True):
        found = constructors(graph, by_name=by_name)
        assert len(found) == 0
        assert "retained_size" in found


def test_a_cached_file_needs_no_arrays_of_nodes(tmp_path: Path) -> None:
    path = tmp_path / "two-sites.heapsnapshot"
    path.write_bytes(two_sites().to_bytes())
    first = open_graph(path)
    expected = constructors(first)
    first.results.store.wait()  # type: ignore[union-attr]
    again = open_graph(path)
    pd.testing.assert_frame_equal(constructors(again), expected)
    for name in ("retained_size", "shallow_size", "dominator", "distance"):
        assert name not in again.results


# -- retainers ---------------------------------------------------------------------------------


def test_retainers_are_ordered_by_distance_name_and_last_edge() -> None:
    builder = SnapshotBuilder.from_edges(
        "root>a root>b a>far far.x>t b.x>t a.first>t a.second>t root>t lost>t a~weak>t"
    )
    # JavaScript compares UTF-16 code units, of which the halves of a pair come before U+FFFD.
    builder.node("b", name="\U0001f600").node("a", name="\ufffd")
    found = retainers(builder.graph(), builder.ordinal("t"))
    distances = found["distance"].astype(object).where(found["distance"].notna(), None)
    assert list(zip(found["name"], found["edge_name"], distances, strict=True)) == [
        ("\U0001f600", "x", 1),
        ("\ufffd", "second", 1),
        ("\ufffd", "first", 1),
        ("far", "x", 2),
        ("lost", "t", None),
    ]


def test_retainers_say_where_they_are_defined() -> None:
    builder = SnapshotBuilder.from_edges("root>f f/context>c root>g g/context>c")
    builder.node("f", type="closure", location=(3, 0, 9))
    found = retainers(builder.graph(), builder.ordinal("c")).set_index("name")
    assert found["location"]["f"] == "script 3:1:10"
    assert pd.isna(found["location"]["g"])


def test_the_root_has_no_retainers() -> None:
    graph = SnapshotBuilder.from_edges("root>a").graph()
    assert len(retainers(graph, graph.root)) == 0
    assert len(retainers(graph, 1)) == 0


# -- statistics --------------------------------------------------------------------------------


def test_elements_that_are_shared_belong_to_no_array() -> None:
    builder = SnapshotBuilder.from_edges("root>a root>b a/elements>s b/elements>s", size=10)
    builder.node("a", name="Array").node("b", name="Array").node("s", type="array")
    assert statistics(builder.graph()).v8_heap.js_arrays == 20


def test_bytes_outside_the_heap_count_as_native() -> None:
    builder = SnapshotBuilder.from_edges("root>buffer buffer/backing_store>data", size=10)
    builder.node("data", type="native", name="system / JSArrayBufferData", size=5000)
    raw = builder.raw(header={"extra_native_bytes": 700})
    found = statistics(HeapGraph(raw))
    assert found.to_dict() == {
        "total": 5710,
        "native": {"total": 5700, "typed_arrays": 5000},
        "v8_heap": {"total": 10, "code": 0, "js_arrays": 0, "strings": 0, "system": 0},
    }
    sizes = dict(zip(found.table["kind"], found.table["size"], strict=True))
    assert sizes["other native objects"] == 700
    assert sizes["other JS objects"] == 10
    assert found.table["share"].sum() == pytest.approx(1)


# -- summary -----------------------------------------------------------------------------------


def test_summary_of_a_small_heap() -> None:
    found = summary(two_sites().graph())
    assert orjson.loads(orjson.dumps(found.to_dict())) == found.to_dict()
    assert found.to_dict()["node_types"] == [
        {"node_type": "string", "count": 1, "shallow_size": 100},
        {"node_type": "object", "count": 3, "shallow_size": 24},
        {"node_type": "synthetic", "count": 1, "shallow_size": 0},
    ]
    assert (found.total_shallow_size, found.unreachable_count, found.path) == (124, 0, None)


def test_gc_roots_are_what_the_lists_of_roots_hold() -> None:
    builder = SnapshotBuilder.from_edges(
        "root[1]>roots roots[0]>handles handles[0]>a handles[1]>a roots[1]>stack stack[0]>b "
        "root^2>global global>c handles~d>d stack[1]>roots"
    )
    for key in ("roots", "handles", "stack"):
        builder.node(key, type="synthetic")
    expected = sorted(builder.ordinal(key) for key in ("a", "b", "global"))
    assert gc_roots(builder.graph()).tolist() == expected


@pytest.mark.parametrize(
    ("name", "producer"),
    [
        ("bun", "Bun (JavaScriptCore)"),
        ("deno", "Deno (V8)"),
        ("node-8", "Node.js (V8)"),
        ("node-26", "Node.js (V8)"),
    ],
)
def test_who_wrote_a_file(name: str, producer: str) -> None:
    graph = HeapGraph(read_snapshot(FORMATS / f"{name}.heapsnapshot.zst"))
    assert producer_of(graph) == producer
    assert summary(graph).total_shallow_size == int(np.sum(graph.shallow_size))


def test_a_heap_without_marks_is_v8s() -> None:
    assert producer_of(SnapshotBuilder.from_edges("root>a").graph()) == "V8"
