"""The tree of closures: functions, what they capture, and who shares it."""

from __future__ import annotations

import pytest

from heapnb.errors import HeapnbError
from heapnb.testing import SnapshotBuilder
from heapnb.workbench.model import Window
from heapnb.workbench.trees.closures import ClosuresTree
from tests.unit.decoded_trees import bench, default_window, row_with, rows_of, sample, shown


@pytest.fixture
def builder() -> SnapshotBuilder:
    builder = SnapshotBuilder.from_edges(
        "root>get1 root>get2 root>set1 root>plain get1/context>one get2/context>two "
        "set1/context>one one/previous>outer two/previous>outer "
        "one:cache>map one:name>text two:cache>other outer:config>settings "
        "get1/shared>info get2/shared>info info/script>script"
    )
    for key, name in [("get1", "get"), ("get2", "get"), ("set1", "set"), ("plain", "")]:
        builder.node(key, type="closure", name=name)
    for key in ("one", "two", "outer"):
        builder.node(key, name="system / Context")
    builder.node("text", type="string", name="Ann").node("script", type="code", name="lib/memo.js")
    return builder.node("get1", location=(7, 11, 4)).node("get2", location=(7, 11, 4))


def test_closures_are_grouped_by_function_and_place(builder: SnapshotBuilder) -> None:
    tree = ClosuresTree(bench(builder))
    rows = rows_of(tree)
    assert {row.label: row.cells["count"] for row in rows} == {
        (("function", "get()"), ("location", " lib/memo.js:12:5")): 2,
        (("function", "set()"),): 1,
        (("function", "(anonymous)()"),): 1,
    }
    group = row_with(tree, "get()")
    assert group.cells["variables"] is None, "they differ"
    instances = rows_of(tree, group.key)
    assert {row.cells["variables"] for row in instances} == {"cache, name", "cache"}
    assert tree.nodes(group.key).tolist() == sorted(
        builder.ordinal(key) for key in ("get1", "get2")
    )


def test_a_closure_unfolds_into_what_it_captures_and_keeps_alive(
    builder: SnapshotBuilder,
) -> None:
    tree = ClosuresTree(bench(builder))
    closure = row_with(tree, f"@{builder.node_id('get1')}", row_with(tree, "get()").key)
    ids = {key: builder.node_id(key) for key in ("map", "text", "one", "outer", "get1", "set1")}
    assert shown(tree, closure.key) == [
        f"cache :: map @{ids['map']}",
        f'name :: "Ann" @{ids["text"]}',
        f"own context :: system / Context shared by 2 closures @{ids['one']}",
        f"outer context :: system / Context @{ids['outer']}",
    ]
    own = row_with(tree, "own context", closure.key)
    assert shown(tree, own.key)[2:] == [
        f"get() lib/memo.js:12:5 @{ids['get1']}",
        f"set() @{ids['set1']}",
    ]
    sibling = row_with(tree, "set()", own.key)
    assert shown(tree, sibling.key)[0] == f"cache :: map @{ids['map']}"
    around = row_with(tree, "outer context", closure.key)
    assert len(shown(tree, around.key)) == 1
    variable = row_with(tree, "cache", closure.key)
    assert tree.nodes(variable.key).tolist() == [builder.ordinal("map")]
    assert tree.nodes(own.key).tolist() == [builder.ordinal("one")]


def test_pages_go_across_variables_and_contexts(builder: SnapshotBuilder) -> None:
    tree = ClosuresTree(bench(builder))
    closure = row_with(tree, f"@{builder.node_id('get1')}", row_with(tree, "get()").key)
    whole = tree.rows(closure.key, Window(0, 10))
    for offset in range(5):
        page = tree.rows(closure.key, Window(offset, 2))
        assert page.rows == whole.rows[offset : offset + 2]
        assert page.total == 4


@pytest.mark.parametrize("text", ["MEMO.JS", "^get$", "cache", "name"])
def test_closures_are_found_by_function_script_and_variable(
    builder: SnapshotBuilder, text: str
) -> None:
    tree = ClosuresTree(bench(builder))
    assert "get() lib/memo.js:12:5" in shown(tree, text=text, regex="^" in text)
    assert "(anonymous)()" not in shown(tree, text=text, regex="^" in text)


@pytest.mark.parametrize("part", ["v0", "v999", "c1", "c99999", "n99999", "x1", "i99", "e99"])
def test_keys_that_lead_nowhere_are_refused(builder: SnapshotBuilder, part: str) -> None:
    tree = ClosuresTree(bench(builder))
    closure = row_with(tree, f"@{builder.node_id('get1')}", row_with(tree, "get()").key)
    with pytest.raises(HeapnbError, match="There is no row"):
        tree.rows(f"{closure.key}/{part}", Window())


def test_contexts_in_a_circle() -> None:
    builder = SnapshotBuilder.from_edges("root>f f/context>a a/previous>b b/previous>a")
    builder.node("f", type="closure", name="f")
    for key in ("a", "b"):
        builder.node(key, name="system / Context")
    tree = ClosuresTree(bench(builder))
    assert len(shown(tree, "g0/r0")) == 2


def test_shared_contexts_of_the_sample() -> None:
    snap = sample("shared_closure_context")
    tree = ClosuresTree(bench(snap))
    shared = snap.contexts().query("closure_count > 1").nlargest(1, "retained_size").iloc[0]
    closures = snap.closures().query(f"context_id == {shared.node_id}")
    path = tree.locate(snap.graph.ordinal_of(int(closures.node_id.iloc[0])), default_window(tree))
    assert path is not None
    key = path[-1][0]
    context = row_with(tree, "own context", key)
    assert f"shared by {len(closures)} closures" in context.label[-2][1]
    below = rows_of(tree, context.key)
    sharing = [row.node_id for row in below if "/n" in row.key.removeprefix(context.key)]
    assert sorted(filter(None, sharing)) == sorted(closures.node_id)


def test_a_place_is_found_again() -> None:
    snap = sample("shared_closure_context")
    tree = ClosuresTree(bench(snap))
    window = default_window(tree)
    for node in snap.closures().index[::97].tolist():
        path = tree.locate(node, window)
        assert path is not None
        parent = None
        for key, place in path:
            row = tree.rows(parent, Window(place, 1, window.sort, window.descending)).rows[0]
            assert row.key == key
            parent = key
        assert row.node_id == snap.graph.node_id[node]


def test_a_heap_without_functions() -> None:
    page = ClosuresTree(bench(SnapshotBuilder.from_edges("root>a"))).rows(None, Window())
    assert page.total == 0
    assert page.note == "This heap has no functions."
