"""Retaining paths: the shortest, several, merged; and how they read."""

from __future__ import annotations

import numpy as np
import pytest

from heapnb.analysis.retention.paths import (
    distinct_paths,
    merged_paths,
    path_graph_of,
)
from heapnb.analysis.retention.retaining_path import RetainingPath
from heapnb.analysis.retention.shortest_path import shortest_path
from heapnb.testing import SnapshotBuilder

LIST_LENGTH = 100_000


def shortest(builder: SnapshotBuilder, key: str) -> RetainingPath:
    path = shortest_path(builder.graph(), builder.ordinal(key))
    assert path is not None
    return path


def names(path: RetainingPath) -> list[str]:
    return [step.name for step in path.steps]


def weak_map(*, key_is_held: bool = True) -> SnapshotBuilder:
    """A WeakMap whose table holds ``value`` as long as ``key`` lives, as V8 writes it."""
    builder = SnapshotBuilder.from_edges("root>a a>b b>map map/table>table")
    builder.node("map", name="WeakMap").node("table", type="array")
    builder.edge("a" if key_is_held else "value", "key", "key")
    pair = (
        f"part of key (Session @{builder.node_id('key')}) -> value (Meta @{9999}) "
        f"pair in WeakMap (table @{builder.node_id('table')})"
    )
    builder.edge("table", "value", f"1 / {pair}", type="internal")
    builder.edge("key", "value", f"2 / {pair}", type="internal")
    return builder


# -- the shortest ------------------------------------------------------------------------------


def test_shortest_path_prefers_what_the_program_wrote() -> None:
    builder = SnapshotBuilder.from_edges("root>a a/hidden_way>b a.shown>b a[0]>b")
    path = shortest(builder, "b")
    assert [step.edge_name for step in path.steps] == [None, "a", "shown"]
    assert [step.edge_type for step in path.steps] == [None, "property", "property"]


def test_user_roots_come_before_the_engines() -> None:
    """The way over the engine's roots has fewer steps, but does not count."""
    builder = SnapshotBuilder.from_edges("root[1]>roots roots[0]>x root^2>global global>a a>x")
    builder.node("roots", type="synthetic", name="(GC roots)")
    assert names(shortest(builder, "x")) == ["", "global", "a", "x"]


def test_a_node_that_only_the_engine_holds() -> None:
    builder = SnapshotBuilder.from_edges("root[1]>roots roots[0]>x root^2>global")
    builder.node("roots", type="synthetic", name="(GC roots)")
    path = shortest(builder, "x")
    assert path.heap.distance[path.target] == 100_000_002
    assert path.chain == ["(GC roots)", "x"]


def test_weak_edges_do_not_retain() -> None:
    builder = SnapshotBuilder.from_edges("root>a a~cached>x a>b b>c c>x")
    assert names(shortest(builder, "x")) == ["", "a", "b", "c", "x"]
    only_weak = SnapshotBuilder.from_edges("root>a a~cached>x")
    assert shortest_path(only_weak.graph(), only_weak.ordinal("x")) is None


def test_a_weak_edge_from_the_root_makes_a_root_but_no_path() -> None:
    builder = SnapshotBuilder.from_edges("root~x>x root>a a>b b>x")
    graph = builder.graph()
    assert graph.distance[builder.ordinal("x")] == 1
    assert names(shortest(builder, "x")) == ["", "a", "b", "x"]


def test_a_value_in_a_weak_map_is_held_by_its_key() -> None:
    builder = weak_map()
    assert names(shortest(builder, "value")) == ["", "a", "key", "value"]
    assert shortest(builder, "value").chain == ["(GC roots)", ".a", "a", ".key", "key", "value"]


def test_a_value_in_a_weak_map_that_its_own_key_needs() -> None:
    """Neither holds the other up: the value holds the key, and the key the value."""
    builder = weak_map(key_is_held=False)
    assert shortest_path(builder.graph(), builder.ordinal("value")) is None


def test_any_other_edge_to_a_value_in_a_weak_map_is_better() -> None:
    builder = weak_map().edge("b", "c", "c").edge("c", "value", "meta")
    assert names(shortest(builder, "value"))[-2:] == ["c", "value"]


def test_unreachable_nodes_have_no_path() -> None:
    builder = SnapshotBuilder.from_edges("root>a x>y y>x")
    graph = builder.graph()
    assert shortest_path(graph, builder.ordinal("y")) is None
    assert distinct_paths(graph, builder.ordinal("y"), 3) == []
    assert merged_paths(graph, [builder.ordinal("y")]).targets.tolist() == []


def test_a_node_without_a_distance_can_still_have_a_path() -> None:
    """The search for distances does not follow this edge, but it retains."""
    builder = SnapshotBuilder.from_edges(
        "root>a a/context>context context/sloppy_function_map>x x>y"
    )
    builder.node("context", type="hidden", name="system / NativeContext")
    graph = builder.graph()
    assert graph.distance[builder.ordinal("y")] < 0
    assert names(shortest(builder, "y"))[-2:] == ["x", "y"]
    assert graph.root in merged_paths(graph, [builder.ordinal("y")]).nodes


def test_the_root_itself() -> None:
    graph = SnapshotBuilder.from_edges("root>a").graph()
    path = shortest_path(graph, graph.root)
    assert path is not None
    assert path.chain == ["(GC roots)"]
    assert path.target == graph.root
    assert [len(p) for p in distinct_paths(graph, graph.root, 5)] == [1]


def test_a_linked_list_of_a_hundred_thousand_nodes() -> None:
    builder = SnapshotBuilder.from_edges("root.list>n0")
    for i in range(LIST_LENGTH):
        builder.edge(f"n{i}", f"n{i + 1}", "next")
        builder.node(f"n{i + 1}", name="Entry")
    builder.edge(f"n{LIST_LENGTH}", "value", "value")
    graph = builder.graph()
    target = graph.n_nodes - 1
    path = shortest_path(graph, target)
    assert path is not None
    assert len(path) == LIST_LENGTH + 3
    assert path.chain == [
        "(GC roots)", ".list", "n0", ".next", "Entry", "…", ".value", "value",
    ]  # fmt: skip
    assert len(distinct_paths(graph, target, 3)) == 1
    assert merged_paths(graph, np.arange(graph.n_nodes)).count[0] == graph.n_nodes


# -- several -----------------------------------------------------------------------------------


def test_distinct_paths_differ_nearest_to_the_node() -> None:
    builder = SnapshotBuilder.from_edges(
        "root>app app>cache app>queue cache>x queue>job job>x root>debugger debugger>app"
    )
    found = distinct_paths(builder.graph(), builder.ordinal("x"), 5)
    assert [names(path)[1:] for path in found] == [
        ["app", "cache", "x"],
        ["app", "queue", "job", "x"],
        ["debugger", "app", "cache", "x"],
    ]


def test_distinct_paths_are_at_most_k() -> None:
    text = " ".join(f"root>h{i} h{i}>x" for i in range(20))
    builder = SnapshotBuilder.from_edges(text)
    graph = builder.graph()
    for k in (0, 1, 7):
        assert len(distinct_paths(graph, builder.ordinal("x"), k)) == k
    assert len(distinct_paths(graph, builder.ordinal("x"), 100)) == 20


def test_distinct_paths_do_not_go_in_circles() -> None:
    builder = SnapshotBuilder.from_edges("root>a a>x x.child>y y.parent>x")
    assert len(distinct_paths(builder.graph(), builder.ordinal("x"), 5)) == 1


def test_a_retainer_whose_shortest_path_leads_through_the_node() -> None:
    """It still retains the node, for there is another way to it."""
    builder = SnapshotBuilder.from_edges("root>a a>x x>next next.previous>x a>b b>c c>d d>next")
    found = distinct_paths(builder.graph(), builder.ordinal("x"), 5)
    assert [names(path)[1:] for path in found] == [
        ["a", "x"],
        ["a", "b", "c", "d", "next", "x"],
    ]


def test_the_backing_store_of_a_retainer_is_no_other_retainer() -> None:
    builder = SnapshotBuilder.from_edges("root>list list[0]>x list/elements>store store/0>x")
    builder.node("list", name="Array").node("store", type="array", name="(object elements)")
    assert len(distinct_paths(builder.graph(), builder.ordinal("x"), 5)) == 1


# -- merged ------------------------------------------------------------------------------------


def test_merged_paths_count_targets() -> None:
    builder = SnapshotBuilder.from_edges("root>app app>cache cache[0]>x cache[1]>y app>z z>w")
    graph = builder.graph()
    merged = merged_paths(graph, [builder.ordinal(key) for key in "xyz"])
    counts = {
        graph.name(node): count
        for node, count in zip(merged.nodes.tolist(), merged.count.tolist(), strict=True)
    }
    assert counts == {"": 3, "app": 3, "cache": 2, "x": 1, "y": 1, "z": 1}
    assert np.array_equal(graph.edge_to[merged.edges], merged.nodes[1:])
    assert sorted(merged.to_dict()["targets"]) == [builder.node_id(key) for key in "xyz"]
    assert merged.table["count"].tolist() == merged.count[1:].tolist()


def test_merging_given_paths_keeps_every_edge() -> None:
    builder = SnapshotBuilder.from_edges("root>a root>b a>x b>x")
    graph = builder.graph()
    merged = path_graph_of(distinct_paths(graph, builder.ordinal("x"), 5))
    assert len(merged.nodes) == len(merged.edges) == 4
    assert merged.count.tolist() == [1] * 4
    assert merged.targets.tolist() == [builder.ordinal("x")]


def test_there_must_be_paths_to_merge() -> None:
    with pytest.raises(ValueError, match="no paths"):
        path_graph_of([])


# -- how they read -----------------------------------------------------------------------------


def test_the_chain_leaves_out_what_the_engine_made() -> None:
    builder = SnapshotBuilder.from_edges(
        "root^1>global global.handler>f f/context>context context:seen>set set/table>table "
        "table/7>list list[3]>x"
    )
    builder.node("f", type="closure", name="onRequest").node("set", name="Set")
    builder.node("context", name="system / Context").node("table", type="array", name="")
    builder.node("list", name="Array").node("x", name="Session")
    path = shortest(builder, "x")
    assert path.chain == [
        *("(GC roots)", "global", ".handler", "onRequest()", ".seen", "Set", "Array", "[3]"),
        "Session",
    ]  # fmt: skip
    assert shortest(builder, "table").chain[-2:] == [".(table)", "(array)"]


@pytest.mark.parametrize("length", [6, 40])
def test_a_chain_that_repeats_several_steps(length: int) -> None:
    edges = ["root.first>a0"]
    edges += [f"a{i}.pair>b{i} b{i}.next>a{i + 1}" for i in range(length)]
    builder = SnapshotBuilder.from_edges(" ".join(edges))
    for i in range(length + 1):
        builder.node(f"a{i}", name="A").node(f"b{i}", name="B")
    assert shortest(builder, f"a{length}").chain == [
        "(GC roots)", ".first", "A", ".pair", "B", ".next", "A", "…",
    ]  # fmt: skip


def test_a_path_as_a_table_and_as_plain_data() -> None:
    builder = SnapshotBuilder.from_edges("root.app>a a[7]>b", size=8)
    path = shortest(builder, "b")
    assert path.to_dict() == [
        {
            "node_id": 1,
            "class_name": "(synthetic)",
            "name": "",
            "edge_type": None,
            "edge_name": None,
        },
        {
            "node_id": 3,
            "class_name": "a",
            "name": "a",
            "edge_type": "property",
            "edge_name": "app",
        },
        {"node_id": 5, "class_name": "b", "name": "b", "edge_type": "element", "edge_name": "7"},
    ]
    assert path.table["retained_size"].tolist() == [16, 16, 8]
    assert path.table["node_id"].tolist() == [1, 3, 5]
    assert path.table["edge_name"].isna().tolist() == [True, False, False]


def test_edges_must_follow_each_other() -> None:
    graph = SnapshotBuilder.from_edges("root>a a>b b>c").graph()
    assert len(RetainingPath.from_edges(graph, [0, 1, 2])) == 4
    with pytest.raises(ValueError, match="do not make a path"):
        RetainingPath.from_edges(graph, [0, 2])
