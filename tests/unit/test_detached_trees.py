"""Detached trees: which nodes belong together, and what holds each tree."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from heapnb.decode.components import component_function, component_of, is_unmounted
from heapnb.decode.dom_trees import detached_dom_trees
from heapnb.testing import SnapshotBuilder

ATTACHED = 1
DETACHED = 2
NAMES = ("<my-tile>", "blink::NodeRareData", "ShadowRoot", "<slot>")


def with_tree(builder: SnapshotBuilder, name: str, *inner: str, tag: str = "<li>") -> None:
    """Add a tree of two levels with Blink's order of edges: children, scope, parent, siblings."""
    builder.node("document", type="native", name="HTMLDocument", detachedness=1)
    for key in (name, *inner):
        builder.node(key, type="native", name=tag, detachedness=DETACHED)
    builder.edge(name, inner[0], 1, type="element")
    builder.edge(name, "document", 2, type="element")
    for place, key in enumerate(inner):
        builder.edge(key, "document", 1, type="element")
        builder.edge(key, name, 2, type="element")
        for other in inner[place + 1 : place + 2]:
            builder.edge(key, other, 3, type="element")
            builder.edge(other, key, 4, type="element")


def one(table: pd.DataFrame) -> dict[Hashable, Any]:
    (row,) = table.to_dict("records")
    return row


def test_nodes_of_a_tree_belong_together() -> None:
    builder = SnapshotBuilder.from_edges("root>a root>b root>document")
    with_tree(builder, "a", "a1", "a2", "a3")
    with_tree(builder, "b", "b1")
    graph = builder.graph()
    trees = detached_dom_trees(graph)
    top = dict(zip(trees.node.tolist(), trees.top.tolist(), strict=True))
    of_a = {builder.ordinal(key) for key in ("a", "a1", "a2", "a3")}
    assert {node for node, above in top.items() if above == builder.ordinal("a")} == of_a
    assert np.unique(trees.top).tolist() == sorted([builder.ordinal("a"), builder.ordinal("b")])
    assert builder.snapshot().detached()["dom_nodes"].tolist() == [4, 2]


def test_a_shadow_tree_belongs_to_its_host() -> None:
    builder = SnapshotBuilder.from_edges("root>list list.open>host root>document")
    builder.node("document", type="native", name="HTMLDocument", detachedness=1)
    for key, name in zip(("host", "rare", "shadow", "slot"), NAMES, strict=True):
        builder.node(key, type="native", name=name, detachedness=DETACHED)
    for start, ends in (
        ("host", ["document", "rare"]),
        ("rare", ["shadow"]),
        ("shadow", ["shadow", "document", "slot", "shadow", "host"]),
        ("slot", ["shadow", "shadow"]),
    ):
        for place, end in enumerate(ends):
            builder.edge(start, end, place, type="element")

    row = one(builder.snapshot().detached())
    assert (row["name"], row["dom_nodes"]) == ("Detached <my-tile>", 3)


@pytest.mark.parametrize(
    ("edges", "kind", "held_by"),
    [
        ("root>app app.last>li", "property", "last"),
        ("root>app app.views>list list[0]>view view.element>li", "property", "views › element"),
        ("root[0]>on", "browser", "browser"),
    ],
)
def test_what_holds_a_tree(edges: str, kind: str, held_by: str) -> None:
    builder = SnapshotBuilder.from_edges(edges)
    if held_by == "views › element":
        builder.edge("list", "view2", 1, type="element").edge("view2", "li2", "element")
        with_tree(builder, "li2", "b2")
    if kind == "browser":
        builder.node("on", type="native", name="blink::Frame")
        builder.edge("on", "li", 1, type="element")
    with_tree(builder, "li", "b")
    table = builder.snapshot().detached()
    assert set(zip(table["kind"], table["held_by"], strict=True)) == {(kind, held_by)}


def test_components() -> None:
    builder = SnapshotBuilder.from_edges(
        "root>board board._reactInternals>fiber fiber.pendingProps>p fiber.memoizedState>s "
        "fiber.alternate>x fiber.type>Board fiber.return>null fiber.child>null "
        "root>live live._reactInternals>used used.pendingProps>p used.memoizedState>s "
        "used.alternate>x used.type>Board used.return>fiber used.child>s"
    )
    builder.node("Board", type="closure", name="Board")
    builder.node("null", type="hidden", name="null")
    graph = builder.graph()
    board, live = builder.ordinal("board"), builder.ordinal("live")
    assert component_of(graph, board) == component_of(graph, live) == "Board"
    assert (is_unmounted(graph, board), is_unmounted(graph, live)) == (True, False)
    assert component_of(graph, builder.ordinal("p")) == ""
    assert component_function(graph, board) == builder.ordinal("Board")


@pytest.mark.parametrize(
    ("states", "file", "expected"),
    [
        ((DETACHED, DETACHED), "src/Price.svelte", ("Price", True)),
        # Of a component that is in the page, some element left it.
        ((DETACHED, ATTACHED), "src/Price.svelte", ("Price", False)),
        ((), "src/Price.svelte", ("Price", False)),
        ((DETACHED,), "src/price.js", ("", False)),
    ],
)
def test_functions_of_svelte_components(
    states: tuple[int, ...], file: str, expected: tuple[str, bool]
) -> None:
    builder = SnapshotBuilder.from_edges(
        "root>refresh refresh/context>scope scope/previous>outer outer:own>x outer/previous>module "
        "refresh/shared>info info/script>script"
    )
    for key in ("scope", "outer", "module"):
        builder.node(key, name="system / Context")
    builder.node("refresh", type="closure", location=(7, 4, 2))
    builder.node("script", type="code", name=file)
    for place, state in enumerate(states):
        builder.node(f"text{place}", type="native", name="Text", detachedness=state)
        builder.edge("outer", f"text{place}", f"text{place}", type="context")
    graph = builder.graph()
    refresh = builder.ordinal("refresh")
    assert (component_of(graph, refresh), is_unmounted(graph, refresh)) == expected


def test_components_of_vue_and_svelte() -> None:
    builder = SnapshotBuilder.from_edges(
        "root>view view.vnode>v view.appContext>c view.subTree>s view.type>kind kind.__name>name "
        "view.isUnmounted>true root>button button.__svelte_meta>meta meta.loc>loc loc.file>file"
    )
    builder.node("name", type="string", name="ReportView")
    builder.node("file", type="string", name="src/Price.svelte")
    builder.node("true", type="hidden", name="true")
    builder.node("button", type="native", name="<button>", detachedness=DETACHED)
    graph = builder.graph()
    assert component_of(graph, builder.ordinal("view")) == "ReportView"
    assert is_unmounted(graph, builder.ordinal("view"))
    assert component_of(graph, builder.ordinal("button")) == "Price"
    assert builder.snapshot().detached()["component"].tolist() == ["Price"]
