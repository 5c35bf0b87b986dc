"""What would be freed without some references."""

from __future__ import annotations

import json

import numpy as np
import pytest

import heapnb as hn
from heapnb.analysis.retention.program_references import References
from heapnb.testing import SnapshotBuilder
from tests.unit.hostile import HOSTILE_UNICODE, assert_nothing_invisible


def two_holders() -> SnapshotBuilder:
    return SnapshotBuilder.from_edges(
        "root^1>global global.a>a global.b>b a.shared>c b.shared>c c.inner>d", size=10
    )


def test_one_of_two_references_frees_nothing_and_the_other_is_named() -> None:
    builder = two_holders()
    answer = builder.snapshot().what_if((builder.node_id("a"), "shared"))
    assert (answer.freed_size, answer.freed_count) == (0, 0)
    assert [path.chain for path in answer.still_held] == [
        ["(GC roots)", "global", ".b", "b", ".shared", "c"]
    ]


def test_both_references_free_what_they_held_together() -> None:
    builder = two_holders()
    snap = builder.snapshot()
    node = snap.node(builder.node_id("b"))
    answer = hn.what_if(snap, [(builder.node_id("a"), "shared"), (node, "shared")])
    assert (answer.freed_size, answer.freed_count) == (20, 2)
    assert answer.freed.tolist() == [builder.ordinal("c"), builder.ordinal("d")]
    assert answer.table["class_name"].tolist() == ["c", "d"]
    assert answer.table[["count", "shallow_size", "of_count"]].to_numpy().tolist() == [
        [1, 10, 1],
        [1, 10, 1],
    ]
    assert answer.still_held == ()
    assert json.loads(json.dumps(answer.to_dict()))["freed_size"] == 20


def test_edges_by_ordinal_and_nodes_as_a_whole() -> None:
    builder = two_holders()
    snap = builder.snapshot()
    edges = snap.edges
    rows = np.flatnonzero(edges["name"].astype("str") == "shared").tolist()
    assert snap.what_if(rows).freed_size == 20
    node = snap.node(builder.node_id("c"))
    assert node.what_if().freed_size == node.retained_size == 20
    assert snap.what_if(node).freed_size == 20
    assert node.what_if("inner").freed_size == 10


def test_a_property_goes_with_its_copy_in_the_backing_store() -> None:
    builder = SnapshotBuilder.from_edges(
        "root^1>global global.map>holder holder.x>t holder/properties>store store/3>t"
    ).node("store", type="array")
    snap = builder.snapshot()
    answer = snap.what_if((builder.node_id("holder"), "x"))
    assert answer.freed.tolist() == [builder.ordinal("t")]
    assert len(answer.edges) == 2
    copy = int(answer.edges[-1])
    assert snap.what_if(copy).edges.tolist() == answer.edges.tolist()


def test_a_variable_in_a_cell_of_its_own() -> None:
    builder = SnapshotBuilder.from_edges(
        "root^1>global global.f>f f/context>scope scope:cache>cell cell/value>map"
    )
    builder.node("cell", type="hidden", name="system / ContextCell")
    snap = builder.snapshot()
    assert snap.what_if((builder.node_id("scope"), "cache")).freed_size == 16
    value = next(iter(range(*snap.graph.edges_of(builder.ordinal("cell")))))
    reference = References(snap.graph).of_edge(value)
    assert (reference.name, reference.kind) == ("cache", "variable")


def weak_map() -> SnapshotBuilder:
    builder = SnapshotBuilder.from_edges(
        "root^1>global global.map>map map/table>table global.key>key", size=10
    ).node("table", type="array")
    pair = (
        f"part of key (K @{builder.node_id('key')}) -> value (V @11) pair in WeakMap "
        f"(table @{builder.node_id('table')})"
    )
    builder.node("value", node_id=11, size=10)
    builder.edge("table", "value", f"1 / {pair}", type="internal")
    return builder.edge("key", "value", f"2 / {pair}", type="internal")


@pytest.mark.parametrize(("name", "freed"), [("key", 20), ("map", 30)])
def test_a_value_in_a_weak_map_needs_both_map_and_key(name: str, freed: int) -> None:
    builder = weak_map()
    assert builder.snapshot().what_if((builder.node_id("global"), name)).freed_size == freed


def test_what_the_engine_holds_all_the_same() -> None:
    builder = SnapshotBuilder.from_edges("root^1>global root[2]>stack global.x>x stack/1>x")
    builder.node("stack", type="synthetic", name="(Stack roots)", size=0)
    answer = builder.snapshot().what_if((builder.node_id("global"), "x"))
    assert (answer.freed_size, answer.engine_held_size) == (16, 16)


def test_nodes_without_a_holder_count_as_held() -> None:
    builder = SnapshotBuilder.from_edges("root.a>a a.x>x orphan.x>x")
    assert builder.snapshot().what_if((builder.node_id("a"), "x")).freed_size == 0


def test_weak_edges_hold_nothing() -> None:
    builder = SnapshotBuilder.from_edges("root^1>global global~x>x global.y>x")
    snap = builder.snapshot()
    assert snap.what_if(int(np.flatnonzero(snap.graph.edge_type == 6)[0])).freed_size == 0
    with pytest.raises(hn.EdgeNotFoundError, match="holds nothing by the name 'x'"):
        snap.what_if((builder.node_id("global"), "x"))


def test_elements_are_named_by_their_index() -> None:
    builder = SnapshotBuilder.from_edges("root^1>global global.list>list list[3]>x")
    assert builder.snapshot().what_if((builder.node_id("list"), 3)).freed_size == 16


def test_mistakes() -> None:
    builder = two_holders()
    snap = builder.snapshot()
    with pytest.raises(hn.EdgeNotFoundError, match="no edge 99"):
        snap.what_if(99)
    with pytest.raises(hn.NodeNotFoundError):
        snap.what_if((98, "x"))
    with pytest.raises(hn.HeapnbError, match="Nothing is to be removed"):
        snap.what_if([])
    with pytest.raises(hn.HeapnbError, match="another snapshot"):
        snap.what_if(two_holders().snapshot().node_at(1))


def test_a_long_list_is_freed_at_once() -> None:
    n_nodes = 100_000
    builder = SnapshotBuilder.from_edges("root^1>global global.head>n0")
    for i in range(n_nodes - 1):
        builder.edge(f"n{i}", f"n{i + 1}", "next")
    answer = builder.snapshot().what_if((builder.node_id("global"), "head"))
    assert answer.freed_count == n_nodes


def test_it_shows_itself() -> None:
    builder = two_holders()
    answer = builder.snapshot().what_if((builder.node_id("a"), "shared"))
    assert "Still held" in repr(answer)


@pytest.mark.parametrize("payload", HOSTILE_UNICODE.values(), ids=HOSTILE_UNICODE)
def test_hostile_names_are_shown_harmless(payload: str) -> None:
    builder = SnapshotBuilder.from_edges("root^1>global global.b>b b.x>x")
    builder.edge("global", "x", payload).node("x", name=payload)
    answer = builder.snapshot().what_if((builder.node_id("global"), payload))
    assert len(answer.still_held) == 1
    assert "<img" not in answer._repr_html_()
    assert_nothing_invisible(repr(answer))
