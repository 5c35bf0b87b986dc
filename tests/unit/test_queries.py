"""Questions about many objects, on heaps of a few nodes and on real ones."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

import heapnb as hn
from heapnb.testing import SnapshotBuilder
from tests.conftest import sample_series
from tests.naive import contents as naive


@pytest.fixture(scope="module")
def snap() -> hn.Snapshot:
    return hn.load(sample_series("listener_per_request")[-1], progress=False)


def rows(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples())


@pytest.fixture(scope="module")
def cache() -> hn.Snapshot:
    return hn.load(sample_series("module_array_cache")[-1], progress=False)


# -- which nodes ------------------------------------------------------------------------------


def test_nodes_are_named_in_several_ways(snap: hn.Snapshot) -> None:
    drafts = snap.find(class_name="OrderDraft")
    ids = drafts["node_id"].tolist()
    for nodes in ("OrderDraft", re.compile("^OrderDraft$"), drafts, ids, np.array(ids)):
        assert snap.immediate_dominators(nodes)["dominated_count"].sum() == 260
    with pytest.raises(hn.NodeNotFoundError, match="99999999"):
        snap.immediate_dominators([ids[0], 99_999_999])
    none: list[Any] = ["NoSuchClass", []]
    for nobody in none:
        assert len(snap.immediate_dominators(nobody)) == 0
        assert len(snap.group_by_value(nobody, "name")) == 0
        assert len(snap.duplicate_objects(nobody)) == 0


# -- the dominator tree -----------------------------------------------------------------------


def test_dominators_below_a_node(snap: hn.Snapshot) -> None:
    server = int(snap.find(class_name="Server").nlargest(1, "retained_size")["node_id"].iloc[0])
    found = snap.dominators(server, top=None)
    assert found["node_id"].tolist() == snap.node(server).children()["node_id"].tolist()
    assert set(found["level"]) == {1}
    size = snap.node(server).retained_size
    assert found["share_of_dominator"].tolist() == (found["retained_size"] / size).tolist()
    total = snap.summary().total_shallow_size
    assert found["share"].tolist() == (found["retained_size"] / total).tolist()
    for row in rows(found):
        leads_there = snap.node(server).edges().query("edge_type != 'weak'")
        leads_there = leads_there[leads_there["node_id"] == row.node_id]
        assert row.is_edge == (len(leads_there) > 0)
        if row.is_edge:
            assert row.edge_name == leads_there["edge_name"].iloc[0]
        else:
            assert pd.isna(row.edge_name)


def test_dominators_in_depth(snap: hn.Snapshot) -> None:
    found = snap.dominators(top=3, depth=3)
    assert len(found) <= 3 + 9 + 27
    above: dict[int, int] = {0: snap.node_at(snap.graph.root).id}
    for row in rows(found):
        assert row.dominator_id == above[row.level - 1]
        above[row.level] = row.node_id
    assert len(snap.dominators(top=3, depth=0)) == 0


def test_a_chain_of_dominators_is_no_recursion() -> None:
    n_links = 5_000
    builder = SnapshotBuilder()
    keys = ["root", *(f"n{i}" for i in range(n_links))]
    for source, target in pairwise(keys):
        builder.node(target)
        builder.edge(source, target, "next")
    found = builder.snapshot().dominators(top=1, depth=n_links)
    assert len(found) == n_links


def test_big_drops_are_where_things_gather(cache: hn.Snapshot) -> None:
    found = cache.big_drops(min_share=0.05)
    assert found["retained_size"].is_monotonic_decreasing
    assert (found["share"] >= 0.05).all()
    assert (found["largest_child_size"] <= 0.5 * found["retained_size"]).all()
    assert (found["drop"] == found["retained_size"] - found["largest_child_size"]).all()
    for node, row in zip(found["node_id"], rows(found), strict=True):
        children = cache.node(int(node)).children()
        assert row.child_count == len(children)
        by_class = children.groupby("class_name")["retained_size"].agg(["sum", "count"])
        most = by_class.loc[row.content_class]
        assert (most["sum"], most["count"]) == (row.content_size, row.content_count)
        assert most["sum"] == by_class["sum"].max()
    assert len(cache.big_drops(min_share=1.1)) == 0


def test_suspects_of_one_snapshot_name_what_gathers(snap: hn.Snapshot) -> None:
    found = snap.leak_suspects()
    first = found.iloc[0]
    assert first["class_name"] == "Array"
    assert first["content_class"] == "Function"
    assert first["chain"][0] == "(GC roots)"
    assert first["share"] == pytest.approx(0.231, abs=0.001)
    summary = snap.summary()
    objects = found[found["kind"] == "object"]
    assert summary.suspects["node_id"].tolist() == objects["node_id"].tolist()
    assert summary.to_dict()["suspects"][0]["share"] == first["share"]
    assert "What holds most of the heap" in repr(summary)


def test_many_objects_that_several_hold_are_suspects_together() -> None:
    builder = SnapshotBuilder.from_edges("root>x root>y root>z")
    kinds = (("Job", (7, 1, 1), 10), ("Few", (7, 2, 2), 9), ("Plain", None, 20))
    for name, location, count in kinds:
        for number in range(count):
            key = f"{name}{number}"
            builder.node(key, name=name, size=100 + number, location=location)
            builder.edge("x", key, "a").edge("y", key, "b")
    found = builder.snapshot().leak_suspects()
    assert found["class_name"].tolist() == ["Job"]
    row = found.iloc[0]
    assert (row["kind"], row["content_count"], row["retained_size"]) == ("class", 10, 1045)
    assert (row["largest_child_size"], row["node_id"]) == (109, builder.ordinal("Job9") * 2 + 1)
    assert len(builder.snapshot().leak_suspects(min_share=0.9)) == 0


def test_stores_of_the_engine_belong_to_what_they_serve() -> None:
    builder = SnapshotBuilder.from_edges("root>m m/table>t t/1>a t/2>b t/3>c root>lost")
    builder.node("m", name="Map").node("t", type="array", name="")
    for number in range(3):
        builder.edge("lost", f"x{number}", number, type="element").node(f"x{number}")
    builder.node("lost", type="array")
    found = builder.snapshot().big_drops()
    ids = {key: builder.ordinal(key) * 2 + 1 for key in ("m", "t", "lost")}
    holders = found.set_index("node_id")[["holder", "holder_id"]].to_dict("index")
    assert holders[ids["t"]] == {"holder": "Map", "holder_id": ids["m"]}
    assert holders[ids["lost"]] == {"holder": "(array)", "holder_id": ids["lost"]}


def test_a_heap_of_nothing() -> None:
    snap = SnapshotBuilder().snapshot()
    assert len(snap.dominators()) == 0
    assert len(snap.leak_suspects()) == 0
    assert len(snap.top_consumers("object")) == 0
    assert len(snap.top_consumers("script")) == 0
    assert len(snap.duplicate_objects()) == 0
    assert len(snap.collection_sizes()) == 0
    assert snap.summary().to_dict()["suspects"] == []


def test_immediate_dominators_look_through_what_is_skipped() -> None:
    builder = SnapshotBuilder.from_edges("root>Cache Cache>Entry Entry>a Entry>b root>c", size=8)
    snap = builder.snapshot()
    (a, b, c) = (builder.ordinal(key) * 2 + 1 for key in "abc")
    by_class = snap.immediate_dominators([a, b, c]).set_index("class_name")
    assert by_class["dominated_count"].to_dict() == {"Entry": 2, "(synthetic)": 1}
    columns = ["count", "dominated_size", "retained_size"]
    assert by_class[columns].to_numpy()[0].tolist() == [1, 16, 24]
    skipped = snap.immediate_dominators([a, b, c], skip="^Entry$").set_index("class_name")
    assert skipped["dominated_count"].to_dict() == {"Cache": 2, "(synthetic)": 1}
    with pytest.raises(hn.PatternError):
        snap.immediate_dominators([a], skip="(")


def test_merged_paths(snap: hn.Snapshot) -> None:
    paths = snap.merged_paths("OrderDraft")
    assert len(paths.targets) == 260


# -- values -----------------------------------------------------------------------------------


def test_values_of_any_type() -> None:
    builder = SnapshotBuilder()
    kinds = {"s": "string", "t": "string", "n": "number", "o": "object", "u": "hidden"}
    for key, kind in kinds.items():
        name = {"s": "red", "t": "red", "u": "undefined"}.get(key, key)
        builder.node(key, type=kind, name=name, size=0)
    builder.node("value", type="string", name="4.5")
    builder.edge("n", "value", "value", type="internal")
    for number, value in enumerate(["s", "s", "t", "n", "n", "o", "u", None]):
        builder.node(f"row{number}", name="Row", size=10)
        builder.edge("root", f"row{number}", f"row{number}")
        if value is not None:
            builder.edge(f"row{number}", value, "color")
    found = builder.snapshot().group_by_value("Row", "color")
    counts = dict(zip(found["value"].fillna("missing"), found["count"], strict=True))
    assert counts == {"red": 3, "4.5": 2, "o @9": 1, "undefined": 1, "missing": 1}
    assert found["shallow_size"].sum() == 80
    assert found["count"].is_monotonic_decreasing


def test_values_of_properties_of_properties(snap: hn.Snapshot) -> None:
    builder = SnapshotBuilder.from_edges("root>a root>b a.user>u b.user>v u.role>r v.role>s")
    for key in "ab":
        builder.node(key, name="Session")
    builder.node("r", type="string", name="admin").node("s", type="string", name="guest")
    found = builder.snapshot().group_by_value("Session", ["user", "role"])
    assert sorted(found["value"]) == ["admin", "guest"]
    variables = snap.group_by_value(re.compile("^system / Context"), "draft")
    assert variables["count"].sum() == len(snap.find(class_name=re.compile("^system / Context")))
    assert variables["value"].str.startswith("OrderDraft @").sum() == 260


# -- doubles ----------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["listener_per_request", "module_array_cache"])
def test_duplicates_agree_with_a_dictionary(case: str) -> None:
    graph = hn.load(sample_series(case)[0], progress=False).graph
    found = hn.Snapshot(graph).duplicate_objects(top=None)
    expected = naive.duplicates(graph)
    assert len(found) == len(expected)
    assert sorted(found["count"]) == sorted(len(nodes) for nodes in expected.values())
    wasted = {
        int(graph.node_id[nodes[0]]): int(graph.shallow_size[nodes[0]]) * (len(nodes) - 1)
        for nodes in expected.values()
    }
    assert dict(zip(found["node_id"], found["wasted_size"], strict=True)) == wasted
    assert found["wasted_size"].is_monotonic_decreasing


def test_what_tells_objects_apart() -> None:
    text = (
        "root>a root>b root>c root>d root>e root>m1 root>m2 m1/table>t1 m2/table>t2"
        " a.k>x b.k>y c.j>x d[0]>x e.k>x e.k2>x a/map>shape1 b/map>shape2"
    )
    builder = SnapshotBuilder.from_edges(text)
    for key in "abcde":
        builder.node(key, name="Thing")
    for key in ("m1", "m2"):
        builder.node(key, name="Map")
    for key in "xy":
        builder.node(key, type="string", name="same", size=24)
    found = builder.snapshot().duplicate_objects()
    assert found[["class_name", "count", "wasted_size"]].to_numpy().tolist() == [["Thing", 2, 16]]
    builder.node("b", size=24)
    assert len(builder.snapshot().duplicate_objects()) == 0
    builder.node("b", size=16).node("y", size=32)
    assert len(builder.snapshot().duplicate_objects()) == 0


# -- collections and consumers ----------------------------------------------------------------


@pytest.mark.parametrize("by", ["entry_count", "fill_ratio"])
def test_collections_by_size(snap: hn.Snapshot, by: str) -> None:
    found = snap.collection_sizes(by)  # type: ignore[arg-type]
    collections = snap.collections().dropna(subset=[by])
    assert found["count"].sum() == len(collections)
    for row in rows(found):
        of_kind = collections[collections["kind"] == row.kind][by].astype(float)
        if by == "entry_count" or row.least == row.most:
            inside = of_kind.between(row.least, row.most)
        else:
            inside = (of_kind > row.least) & (of_kind <= row.most) & (of_kind < 1)
        assert inside.sum() == row.count


@pytest.mark.parametrize("by", ["object", "class", "script", "package"])
def test_top_consumers(snap: hn.Snapshot, by: str) -> None:
    found = snap.top_consumers(by, top=5)  # type: ignore[arg-type]
    assert 0 < len(found) <= 5
    assert found["retained_size"].is_monotonic_decreasing
    assert (
        found["share"].tolist()
        == (found["retained_size"] / snap.summary().total_shallow_size).tolist()
    )
    assert len(snap.top_consumers(by, top=None)) >= len(found)  # type: ignore[arg-type]


def test_top_consumers_by_script_count_what_the_script_defines(snap: hn.Snapshot) -> None:
    found = snap.top_consumers("script", top=None).set_index("script")
    closures = snap.closures()
    mine = [script for script in found.index if script.endswith("orderHandler.js")]
    assert len(mine) == 1
    assert found.loc[mine[0], "count"] == (
        (closures["script"] == mine[0]).sum() + len(snap.find(class_name="OrderDraft"))
    )


def test_other_consumers_are_refused(snap: hn.Snapshot) -> None:
    with pytest.raises(hn.HeapnbError, match="package"):
        snap.top_consumers("color")  # type: ignore[arg-type]
