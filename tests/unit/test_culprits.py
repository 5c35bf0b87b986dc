"""The fewest references that keep objects alive."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

import heapnb as hn
from heapnb.analysis.retention.culprits import culprits_of_objects
from heapnb.analysis.retention.cut_search import MOST_EDGES
from heapnb.testing import SnapshotBuilder
from heapnb.views.describe import removal
from tests.unit.hostile import HOSTILE_UNICODE, assert_nothing_invisible


def found(builder: SnapshotBuilder, *keys: str, at_least: float = 0.8) -> hn.Culprits:
    return hn.culprits(
        builder.snapshot(), [builder.ordinal(key) for key in keys], at_least=at_least
    )


def cached(n_entries: int = 5) -> tuple[SnapshotBuilder, list[str]]:
    builder = SnapshotBuilder.from_edges(
        "root^1>global global.app>app app.cache>map map/table>table"
    )
    builder.node("map", name="Map").node("table", type="array")
    keys = [f"e{i}" for i in range(n_entries)]
    for i, key in enumerate(keys):
        builder.edge("table", key, str(i), type="internal")
    return builder, keys


def test_the_nearest_of_several_references_in_a_row() -> None:
    builder, keys = cached()
    answer = found(builder, *keys)
    edge = answer.edges[0]
    assert len(answer.edges) == 1
    assert (edge.expression, edge.name, edge.kind) == ("app.cache", "cache", "property")
    assert (edge.holder_id, edge.target_id) == (builder.node_id("app"), builder.node_id("map"))
    assert (edge.holder_class, edge.target_class) == ("app", "Map")
    assert (answer.share, answer.freed_size, answer.freed_count) == (1.0, 7 * 16, 6)
    assert json.loads(json.dumps(answer.to_dict()))["edges"][0]["expression"] == "app.cache"
    assert answer.table["expression"].tolist() == ["app.cache"]


def test_two_variables_that_hold_the_same() -> None:
    builder, keys = cached()
    builder.edge("global", "other", "other").edge("other", "map", "store")
    answer = found(builder, *keys)
    assert sorted(edge.expression for edge in answer.edges) == ["app.cache", "other.store"]
    assert answer.share == 1


def test_two_piles_with_one_holder_each() -> None:
    builder, keys = cached()
    builder.edge("global", "list", "list")
    more = [f"m{i}" for i in range(5)]
    for i, key in enumerate(more):
        builder.edge("list", key, i, type="element")
    # What else there is makes the global object too much to let go of.
    builder.node("rest", size=100_000).edge("app", "rest", "rest")
    answer = found(builder, *keys, *more)
    assert sorted(edge.expression for edge in answer.edges) == ["app.cache", "list"]


def test_a_few_objects_held_otherwise_do_not_count() -> None:
    builder, keys = cached(10)
    builder.node("rest", size=100_000).edge("global", "rest", "rest")
    builder.edge("rest", keys[0], "last")
    answer = found(builder, *keys)
    assert [edge.expression for edge in answer.edges] == ["app.cache"]
    assert answer.share == 0.9
    every = found(builder, *keys, at_least=1)
    assert every.share == 1
    assert len(every.edges) == 2


def test_a_linked_list_goes_from_its_head() -> None:
    builder = SnapshotBuilder.from_edges("root^1>global global.queue>queue queue.head>n0")
    keys = [f"n{i}" for i in range(50)]
    for before, after in itertools.pairwise(keys):
        builder.edge(before, after, "next")
    answer = found(builder, *keys)
    assert [edge.expression for edge in answer.edges] == ["queue.head"]
    assert answer.share == 1


def test_what_the_engine_holds_has_no_culprit() -> None:
    builder = SnapshotBuilder.from_edges("root[1]>handles handles/1>a handles/2>b")
    builder.node("handles", type="synthetic", name="(Global handles)")
    answer = found(builder, "a", "b")
    assert answer.edges == ()
    assert (answer.effect, answer.share, answer.freed_size) == (None, 0, 0)
    assert answer.still_held == ()
    assert "No small set of references" in repr(answer)


def test_many_objects_with_one_reference_each_have_no_culprit() -> None:
    builder = SnapshotBuilder.from_edges("root^1>global")
    keys = [f"e{i}" for i in range(3 * MOST_EDGES)]
    for key in keys:
        builder.edge("global", key, key)
    assert found(builder, *keys).edges == ()


def test_what_nothing_holds_needs_no_culprit() -> None:
    builder = SnapshotBuilder.from_edges("root^1>global a.b>b b.a>a")
    assert found(builder, "a", "b").edges == ()


def test_no_objects_at_all() -> None:
    with pytest.raises(hn.HeapnbError, match="no objects"):
        hn.culprits(SnapshotBuilder.from_edges("root>a").snapshot(), [])


def test_a_prototype_is_nothing_to_take_out() -> None:
    builder = SnapshotBuilder.from_edges("root^1>global global.a>a a.__proto__>b b.x>c")
    assert [edge.expression for edge in found(builder, "b").edges] == ["a"]


def test_entries_are_named_by_their_keys() -> None:
    builder = SnapshotBuilder.from_edges(
        "root^1>global global.byName>map map/table>t t/4>key t/5>list t/8>number t/9>other"
    )
    builder.node("map", name="Map").node("t", type="array")
    builder.node("key", type="string", name="it's").node("number", type="object", name="K")
    expressions = [found(builder, key).edges[0].expression for key in ("list", "other")]
    assert expressions == ['byName.get("it\'s")', "byName (map entry)"]


def test_expressions() -> None:
    builder = SnapshotBuilder.from_edges(
        "root^1>global global.process>process process.mainModule>main main.children>list "
        "list[0]>module module.exports>api api.store>store f/context>scope scope:registry>reg "
        "global.f>f reg.#items>items api.two-words>w"
    )
    builder.node("process", name="process").node("main", name="Module")
    builder.node("module", name="Module").node("f", type="closure", name="f")
    builder.node("scope", name="system / Context")
    builder.edge("reg", "kept", "<symbol kept>")
    builder.node("file", type="string", name="/srv/app/main.js")
    builder.edge("main", "file", "filename")
    expected = {
        "main": "process.mainModule",
        "list": "module.children",
        "store": "exports.store",
        "items": "registry.#items",
        "w": 'exports["two-words"]',
        "kept": "registry[Symbol(kept)]",
        "reg": "registry",
    }
    answers = {key: found(builder, key).edges[0] for key in expected}
    assert {key: edge.expression for key, edge in answers.items()} == expected
    assert answers["reg"].kind == "variable"
    assert answers["list"].location == "/srv/app/main.js"


def test_the_snapshot_answers_by_class() -> None:
    builder, keys = cached()
    for key in keys:
        builder.node(key, name="Entry")
    assert builder.snapshot().culprits("Entry").edges[0].expression == "app.cache"


class _Suspect:
    rank = 1

    def __init__(self, culprits: hn.Culprits, retained: int | None = None) -> None:
        self.culprits = culprits
        self.retained_per_snapshot = (culprits.freed_size if retained is None else retained,)


def test_several_references_to_one_thing_are_told_as_one() -> None:
    builder, keys = cached()
    builder.edge("global", "other", "other").edge("other", "map", "store")
    sentence = removal(_Suspect(found(builder, *keys)))
    assert sentence == "Removing `app.cache` (all 2 references) frees 112 B."


def test_what_holds_much_else_is_left_alone() -> None:
    # One reference to `app` would do, but with it everything else would go.
    builder, keys = cached()
    builder.node("rest", size=100_000).edge("app", "rest", "rest")
    builder.edge("app", "other", "other").edge("other", "map", "store")
    answer = found(builder, *keys)
    assert sorted(edge.expression for edge in answer.edges) == ["app.cache", "app.other.store"]
    # Even so, it is better than nothing.
    for number in range(20):
        builder.edge("rest", "map", f"copy{number}")
    assert [edge.expression for edge in found(builder, *keys).edges] == ["app"]


def test_large_things_that_hold_it_only_together_are_left_alone() -> None:
    # Each of the two alone retains little, as both hold the rest.
    builder, keys = cached(50)
    builder.node("rest", size=100_000)
    for name in ("one", "two"):
        builder.edge("global", name, name).edge(name, "rest", "rest")
        for number in range(3):
            builder.edge(name, f"{name}{number}", f"part{number}")
            builder.edge(f"{name}{number}", "map", "kept")
    answer = found(builder, *keys)
    assert len(answer.edges) == 7
    assert answer.freed_size < 2000


def test_what_the_objects_hold_together_with_others_counts() -> None:
    builder = SnapshotBuilder.from_edges("root^1>global global.e>e e.a>as e.b>bs")
    for number in range(20):
        for event in ("a", "b"):
            listener = f"{event}{number}"
            builder.edge(f"{event}s", listener, number, type="element")
            builder.edge(listener, f"load{number}", "load").node(f"load{number}", size=1000)
    graph = builder.graph()
    nodes = np.array([builder.ordinal(f"a{number}") for number in range(20)], np.uint32)
    alone = hn.culprits(graph, nodes)
    assert [edge.expression for edge in alone.edges] == ["e.a"]
    found = culprits_of_objects(graph, nodes, 20_000)
    assert [edge.expression for edge in found.edges] == ["e"]
    assert found.freed_size > 20_000
    assert found.nodes.tolist() == nodes.tolist()
    assert culprits_of_objects(graph, nodes, 400).edges == alone.edges


def test_the_sentence() -> None:
    builder, keys = cached(10)
    assert removal(_Suspect(found(builder, *keys))) == "Removing `app.cache` frees 192 B."
    builder.node("rest", size=100_000).edge("global", "rest", "rest")
    builder.edge("rest", keys[0], "last")
    sentence = removal(_Suspect(found(builder, *keys)))
    assert sentence == "Removing `app.cache` frees 176 B, 90.0% of the objects."
    sentence = removal(_Suspect(found(builder, *keys), retained=100))
    assert (
        sentence
        == "Removing `app.cache` frees 176 B, other objects included, 90.0% of the objects."
    )
    engine = SnapshotBuilder.from_edges("root>a")
    assert removal(_Suspect(found(engine, "a"))) == ""


@pytest.mark.parametrize("payload", HOSTILE_UNICODE.values(), ids=HOSTILE_UNICODE)
def test_hostile_names_are_shown_harmless(payload: str) -> None:
    builder = SnapshotBuilder.from_edges("root^1>global")
    builder.edge("global", "x", payload).node("x", name=payload)
    answer = found(builder, "x")
    assert "<img" not in answer._repr_html_()
    assert_nothing_invisible(repr(answer))
    assert len(answer.edges[0].expression) < 200
