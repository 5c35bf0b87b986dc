"""Allocation time lines: sums, stacks, ages, SQL, damage, and files without any."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import heapnb as hn
from heapnb.analysis.allocation.sums import retained_by_functions, retained_by_traces
from heapnb.errors import HeapnbError
from heapnb.format import RawSnapshot, read_snapshot
from heapnb.format.cache_store import CacheStore
from heapnb.graph import HeapGraph
from heapnb.graph.traces import NoTracesError, sampled, trace_of, trace_tree, traced
from heapnb.testing import SnapshotBuilder
from tests.conftest import ROOT
from tests.naive.traces import parse_trace_tree, retained_of

DATA = ROOT / "tests" / "data" / "allocations"
FIELDS = ("id", "function_info_index", "count", "size", "children")
NODE = DATA / "node-22.heaptimeline.zst"


@pytest.fixture(scope="module")
def snap() -> hn.Snapshot:
    return hn.load(NODE, cache=False, progress=False)


@pytest.fixture
def raw(snap: hn.Snapshot) -> RawSnapshot:
    return snap.raw


def rows_of(snapshot: hn.Snapshot) -> dict[str, dict[str, Any]]:
    """Return the rows by function; the program's names occur once each."""
    return {row["function"]: row for row in snapshot.allocations().to_dict()["rows"]}


def test_the_leak_is_told_by_function(snap: hn.Snapshot) -> None:
    result, rows = snap.allocations(), rows_of(snap)
    session = rows["makeSession"]
    assert session["location"] == "/srv/shop/shop.js:17:21"
    # Each of the 120 requests makes a session with an array in it; none is released.
    assert session["live_count"] >= 4 * 120
    assert session["retained_size"] >= session["live_size"]
    # What search() made is gone.
    assert rows["search"]["live_size"] < 0.1 * rows["search"]["allocation_size"]
    assert result.table["live_size"].is_monotonic_decreasing
    assert result.live_count + result.earlier_count == snap.n_nodes


def test_stacks_add_up_to_functions(snap: hn.Snapshot) -> None:
    numbers = ["live_count", "live_size", "allocation_count", "allocation_size"]
    stacks = snap.allocations("stack").table
    by_function = snap.allocations().table
    assert stacks[numbers].sum().to_dict() == by_function[numbers].sum().to_dict()
    makers = stacks[stacks["function"] == "makeSession"]
    assert {callers.split(" ← ")[0] for callers in makers["callers"]} == {"login", "restore"}
    assert stacks["trace_id"].is_unique


def test_tree_and_retained_sizes_equal_plain_python(snap: hn.Snapshot) -> None:
    graph = snap.graph
    tree = trace_tree(graph)
    rows = parse_trace_tree(graph.raw.trace_tree or b"", FIELDS)
    assert [row.parent for row in rows] == tree.parent.tolist()
    assert [row.values["id"] for row in rows] == tree.trace_id.tolist()
    trace = trace_of(graph)
    ids = graph.raw.trace_node_id
    assert ids is not None
    row_of = {row.values["id"]: place for place, row in enumerate(rows)}
    assert trace.tolist() == [row_of.get(one, -1) for one in ids.tolist()]
    sizes = list(zip(graph.shallow_size.tolist(), graph.retained_size.tolist(), strict=True))
    functions = np.where(trace >= 0, tree.function[np.maximum(trace, 0)], -1)
    for group, found in (
        (trace, retained_by_traces(graph)),
        (functions, retained_by_functions(graph)),
    ):
        for wanted in np.unique(group[group >= 0]).tolist():
            expected = retained_of(
                graph.dominator.tolist(), graph.root, group.tolist(), sizes, wanted
            )
            assert found[wanted] == expected


def test_ages_leave_out_what_is_older(snap: hn.Snapshot) -> None:
    ages = snap.allocation_ages()
    table = ages.table
    assert table["interval"].tolist() == list(range(1, ages.intervals + 1))
    assert ages.live_count == table["live_count"][1:].sum()
    assert ages.earlier_size == table["live_size"][0]
    # Rounds of work with pauses between them.
    assert (table["live_count"][1:] > 50).sum() >= 2
    assert (table["live_count"][1:] < 10).sum() >= 2
    assert ages.chart().table is not None


def test_a_node_knows_its_stack(snap: hn.Snapshot) -> None:
    traced_nodes = np.flatnonzero(trace_of(snap.graph) >= 0)
    stacks = [snap.node_at(int(node)).allocation_stack for node in traced_nodes]
    names = {tuple(frame.function for frame in stack.frames[:3]) for stack in stacks if stack}
    assert ("makeSession", "login", "request") in names
    assert snap.node_at(0).allocation_stack is None
    stack = next(s for s in stacks if s and s.frames[0].function == "makeSession")
    assert stack.table.columns.tolist() == ["function", "location"]
    assert "makeSession" in repr(stack)


def test_sparse_ids_are_found(raw: RawSnapshot) -> None:
    tree = trace_tree(HeapGraph(raw))
    far = 1_000_003
    text = (raw.trace_tree or b"").decode()
    values = [far * int(one) for one in tree.trace_id]
    assert raw.trace_node_id is not None
    # Only the first field of a node follows an opening bracket or an array of children.
    spread = re.sub(r"(\[|\],)(\d+)", lambda m: f"{m[1]}{far * int(m[2])}", text)
    changed = dataclasses.replace(
        raw,
        trace_tree=spread.encode(),
        trace_node_id=(raw.trace_node_id.astype(np.int64) * far).astype(np.uint32),
    )
    assert trace_tree(HeapGraph(changed)).trace_id.tolist() == values
    np.testing.assert_array_equal(trace_of(HeapGraph(changed)), trace_of(HeapGraph(raw)))


def test_sql_joins_nodes_and_stacks(snap: hn.Snapshot) -> None:
    pytest.importorskip("duckdb")
    found = snap.sql(
        "select function, count(*) as n from allocated_nodes join allocations using (trace_id) "
        "group by 1 order by 2 desc, 1"
    )
    named = dict(zip(found["function"], found["n"], strict=True))
    assert named["makeSession"] == rows_of(snap)["makeSession"]["live_count"]
    plain = SnapshotBuilder.from_edges("root>a").snapshot()
    assert plain.sql("select * from allocations").empty
    assert plain.sql("select * from allocated_nodes").empty


def test_a_file_without_traces_says_how_to_record_one() -> None:
    plain = SnapshotBuilder.from_edges("root>a").snapshot()
    for ask in (plain.allocations, plain.allocation_ages):
        with pytest.raises(NoTracesError, match=r"has no .*DevTools.*allocations\.md"):
            ask()
    assert plain.node(3).allocation_stack is None
    assert not traced(plain.graph)
    assert not sampled(plain.graph)


def test_wrong_grouping_is_named(snap: hn.Snapshot) -> None:
    with pytest.raises(HeapnbError, match="'function', 'stack'"):
        snap.allocations("class")  # type: ignore[arg-type]


def test_the_cache_keeps_the_tree(tmp_path: Path, raw: RawSnapshot) -> None:
    store = CacheStore(tmp_path)
    store.save_snapshot(raw)
    store.wait()
    loaded = store.load_snapshot()
    assert loaded is not None
    assert loaded.trace_tree == raw.trace_tree
    assert loaded.samples is not None
    assert hn.Snapshot(HeapGraph(loaded)).allocations().to_dict() == (
        hn.Snapshot(HeapGraph(raw)).allocations().to_dict()
    )


def damaged() -> Iterator[Any]:
    """Changes of the columns, and the section that is damaged."""
    yield pytest.param({"trace_tree": b"[1,0,1"}, "trace_tree", id="cut off")
    yield pytest.param({"trace_tree": b"[1,0,1,8,[1,0,1,8,[]]]"}, "trace_tree", id="id twice")
    yield pytest.param({"trace_tree": b"[1,9999,1,8,[]]"}, "trace_tree", id="no function")
    yield pytest.param({"trace_tree": b"[5000000000,0,1,8,[]]"}, "trace_tree", id="large id")
    huge = b"[1,0,1,%d,[2,0,1,%d,[]" % ((10**18 - 1,) * 2)
    many = huge + b",3,0,1,999999999999999999,[]" * 9 + b"]]"
    yield pytest.param({"trace_tree": many}, "trace_tree", id="large sums")
    odd = np.arange(7)
    yield pytest.param({"trace_function_infos": odd}, "trace_function_infos", id="odd length")
    far = np.array([1, 10**9, 0, 0, 0, 0])
    yield pytest.param({"trace_function_infos": far}, "trace_function_infos", id="no string")


@pytest.mark.parametrize(("changes", "section"), list(damaged()))
def test_damage_is_named(raw: RawSnapshot, changes: dict[str, Any], section: str) -> None:
    snapshot = hn.Snapshot(HeapGraph(dataclasses.replace(raw, **changes)))
    with pytest.raises(hn.SnapshotFormatError) as caught:
        snapshot.allocations()
    assert caught.value.section == section


@pytest.mark.parametrize("samples", [[0, 5, 10], [0, 50, 10, 40], [0, -5]])
def test_damaged_samples_are_named(raw: RawSnapshot, samples: list[int]) -> None:
    changed = dataclasses.replace(raw, samples=np.array(samples))
    with pytest.raises(hn.SnapshotFormatError, match="samples"):
        hn.Snapshot(HeapGraph(changed)).allocation_ages()


def test_ids_beyond_the_tree_have_no_stack(raw: RawSnapshot) -> None:
    assert raw.trace_node_id is not None
    nodes = raw.trace_node_id.copy()
    nodes[5] = 4_000_000_000
    graph = HeapGraph(dataclasses.replace(raw, trace_node_id=nodes))
    assert trace_of(graph)[5] == -1


def test_reading_is_the_same_from_json_with_other_fields(raw: RawSnapshot) -> None:
    """Field offsets come from the header, not from a fixed order."""
    order = ["size", "children", "id", "function_info_index", "count"]
    header = dict(raw.meta.header)
    header["meta"] = header["meta"] | {"trace_node_fields": order}
    text = b"[8,[16,[],2,1,1],1,0,1]"
    changed = dataclasses.replace(
        raw, trace_tree=text, meta=dataclasses.replace(raw.meta, header=header)
    )
    tree = trace_tree(HeapGraph(changed))
    assert tree.trace_id.tolist() == [1, 2]
    assert tree.size.tolist() == [8, 16]
    assert tree.parent.tolist() == [-1, 0]


def test_a_written_file_has_the_same_traces(tmp_path: Path, raw: RawSnapshot) -> None:
    path = tmp_path / "copy.heapsnapshot"
    hn.write_snapshot(raw, path)
    again = hn.Snapshot(HeapGraph(read_snapshot(path)))
    before = hn.Snapshot(HeapGraph(raw)).allocations("stack").to_dict()
    assert again.allocations("stack").to_dict() == before


@pytest.mark.parametrize(
    ("name", "function", "count"), [("node-8", "makeSession", 15), ("hermes", "makeSession", 160)]
)
def test_other_engines_and_old_ones(name: str, function: str, count: int) -> None:
    snap = hn.load(DATA / f"{name}.heaptimeline.zst", cache=False, progress=False)
    table = snap.allocations().table
    assert table.loc[table["function"] == function, "live_count"].sum() >= count
    assert snap.allocation_ages().intervals > 1
