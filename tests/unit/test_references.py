"""One reference is written in one way, whoever writes it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from heapnb.analysis.diagnosis.fingerprints import fingerprint
from heapnb.analysis.retention.owners import owner_texts
from heapnb.analysis.retention.paths import preferred_path
from heapnb.analysis.retention.program_references import References
from heapnb.decode.preview import preview
from heapnb.drawing.dot import retainer_graph
from heapnb.graph import HeapGraph
from heapnb.graph.references import (
    attached,
    chain_step,
    is_chain_step,
    literal_key,
    raw_step,
    reference_of,
    spelled,
)
from heapnb.node import Node
from heapnb.testing import SnapshotBuilder
from heapnb.workbench.rows.labels import NodeLabels
from tests.unit.hostile import HOSTILE_UNICODE, assert_nothing_invisible

HOSTILE_NAMES = {
    "quote": ('it\'s "quoted"', '["it\'s \\"quoted\\""]'),
    "lines": ("one\ntwo", '["one\\ntwo"]'),
    "terminal": ("\x1b[31mred", '["\\u001b[31mred"]'),
    "tag": ("</script>", '["</script>"]'),
    "index like": ("012", '["012"]'),
    "parentheses": ("(table)", '["(table)"]'),
    "dot": (".cache", '[".cache"]'),
}

PROPERTIES = {
    "identifier": ("sessions", "sessions"),
    "unicode": ("größe", "größe"),
    "symbol": ("<symbol sessions>", "[Symbol(sessions)]"),
    "space": ("a b", '["a b"]'),
    "private": ("#byId", "#byId"),
    "dash": ("content-type", '["content-type"]'),
    **HOSTILE_NAMES,
}


def held_by(name: str | int, edge_type: str = "property") -> SnapshotBuilder:
    """``tracker`` holds ``it`` by one reference."""
    builder = SnapshotBuilder.from_edges("root^1>global global.tracker>tracker")
    builder.node("tracker", name="Tracker").node("it", name="Session")
    return builder.edge("tracker", "it", name, type=edge_type)


def weak_field() -> SnapshotBuilder:
    """``cart`` holds ``it`` in `#items`, which TypeScript made a WeakMap of."""
    builder = SnapshotBuilder.from_edges(
        "root^1>global global.tracker>tracker global.f>f f/context>scope scope:_Cart_items>weak "
        "weak/table>table"
    )
    builder.node("tracker", name="Cart").node("it", name="Session", node_id=911)
    builder.node("f", type="closure", name="f").node("scope", name="system / Context")
    builder.node("weak", name="WeakMap").node("table", type="array", node_id=909)
    pair = (
        f"part of key (Cart @{builder.node_id('tracker')}) -> value (Session @911) pair in "
        "WeakMap (table @909)"
    )
    builder.edge("table", "it", f"1 / {pair}", type="internal")
    return builder.edge("tracker", "it", f"2 / {pair}", type="internal")


def map_entry(kind: str) -> SnapshotBuilder:
    builder = SnapshotBuilder.from_edges(
        "root^1>global global.tracker>tracker tracker/table>table table/4>key table/5>it"
    )
    builder.node("tracker", name=kind).node("table", type="array")
    return builder.node("key", name="Key").node("it", name="Session")


def edge_to(graph: HeapGraph, node: int) -> int:
    """Choose the edge to a node that its owner has; the first one comes from a WeakMap's table."""
    return int(graph.retaining_edges_of(node)[0])


# -- each writer, given a heap with `it`: what stands behind the owner ---------------------------


def in_chain(builder: SnapshotBuilder) -> str:
    path = preferred_path(builder.graph(), builder.ordinal("it"))
    assert path is not None
    return path.chain[-2]


def in_sql(builder: SnapshotBuilder) -> str:
    pytest.importorskip("duckdb")
    frame = builder.snapshot().sql(f"select path({builder.node_id('it')}) as path")
    return str(frame["path"][0][-2])


def in_culprit(builder: SnapshotBuilder) -> str:
    references = References(builder.graph())
    node = builder.ordinal("it")
    found = references.of_edge(edge_to(references.graph, node))
    return references.expression(found).removeprefix("tracker")


def in_drawing(builder: SnapshotBuilder) -> str:
    graph = builder.graph()
    drawing = retainer_graph(Node(graph, builder.ordinal("it")))
    return drawing._titles[list(drawing._titles)[-1]].split(" → ")[-2].split("\n")[-1]


def in_row(builder: SnapshotBuilder) -> str:
    graph = builder.graph()
    node = builder.ordinal("it")
    (label,) = NodeLabels(graph).of_edges(np.array([edge_to(graph, node)]))
    assert label is not None
    return label.piece[1]


def in_owner(builder: SnapshotBuilder) -> str:
    graph = builder.graph()
    return owner_texts(graph, graph.ordinals_of([builder.node_id("it")]).astype("uint32"))[0]


def in_preview(builder: SnapshotBuilder) -> str:
    return preview(builder.graph(), builder.ordinal("tracker"))


@pytest.mark.parametrize(("name", "written"), PROPERTIES.values(), ids=PROPERTIES)
def test_a_property_is_written_in_one_way(name: str, written: str) -> None:
    builder = held_by(name)
    behind = written if written.startswith("[") else f".{written}"
    assert in_chain(builder) == behind
    assert in_sql(builder) == behind
    assert in_culprit(builder) == behind
    assert in_drawing(builder) == f"property {written}"
    assert in_row(builder) == written
    assert in_owner(builder) == f"Tracker{behind}"
    key = written[1:-1] if written.startswith('["') else written
    assert in_preview(builder) == f"Tracker {{{key}: Session {{}}}}"


@pytest.mark.parametrize("name", ["<symbol sessions>", "a b", "#byId", "sessions"])
def test_anchors_are_written_as_the_others_are(name: str) -> None:
    import heapnb as hn

    snapshots = []
    for n in (10, 60, 200):
        builder = SnapshotBuilder.from_edges("root^1>global global.tracker>tracker")
        builder.node("tracker", name="Tracker").node("list", name="Array")
        builder.edge("tracker", "list", name)
        for i in range(n):
            builder.node(f"s{i}", name="Session", size=1_000, location=(7, 1, 1))
            builder.edge("list", f"s{i}", i, type="element")
        snapshots.append(builder.to_bytes())
    suspect = hn.diagnose(snapshots).suspects[0]
    expression = f"tracker{attached('property', name)}"
    assert f"`{expression}`" in suspect.anchor
    assert attached("property", name) in suspect.chain
    assert suspect.culprits.edges[0].expression == expression


def test_elements_and_variables() -> None:
    element = held_by(12, "element")
    assert in_chain(element) == in_culprit(element) == "[12]"
    assert in_row(element) == "[12]"
    variable = held_by("recent", "context")
    assert in_chain(variable) == ".recent"
    assert in_row(variable) == "recent"
    assert in_drawing(variable) == "context recent"
    assert in_owner(variable) == "variable recent"


@pytest.mark.parametrize(("kind", "written"), [("Map", "(map entry)"), ("Set", "(set entry)")])
def test_entries_are_written_in_one_way(kind: str, written: str) -> None:
    builder = map_entry(kind)
    assert in_culprit(builder) == f" {written}"
    assert in_row(builder) == written
    assert in_drawing(builder) == f"internal {written}"


def test_a_private_field_that_is_a_weak_map() -> None:
    builder = weak_field()
    assert in_culprit(builder) == ".#items"
    assert in_row(builder) == "#items"
    assert in_drawing(builder) == "internal #items"


def test_references_of_the_engine_stand_in_parentheses() -> None:
    builder = held_by("bound_this", "internal")
    assert in_row(builder) == "(bound_this)"
    assert in_drawing(builder) == "internal (bound_this)"
    assert in_chain(builder) == ".(bound_this)"


WRITERS: tuple[Callable[[str], str], ...] = (
    lambda name: spelled("property", name),
    lambda name: spelled("internal", name),
    lambda name: spelled("context", name),
    lambda name: attached("entry", name, 80),
    literal_key,
    lambda name: spelled("property", f"<symbol {name}>"),
)


@pytest.mark.parametrize("name", HOSTILE_UNICODE.values(), ids=HOSTILE_UNICODE)
def test_nothing_invisible_is_written(name: str) -> None:
    for write in WRITERS:
        written = write(name[:2_000])
        assert written
        assert "\n" not in written
        assert_nothing_invisible(written)


@pytest.mark.parametrize(
    "name", [*HOSTILE_UNICODE.values(), "a b", "#x", "7", "get size", "\\u{1f}"]
)
def test_steps_of_chains_tell_the_raw_names(name: str) -> None:
    name = name[:2_000]
    for kind, raw in (("property", name), ("property", f"<symbol {name}>"), ("internal", name)):
        step = chain_step(kind, raw)
        assert is_chain_step(step)
        # The engine's empty names are written as a question mark.
        assert raw_step(step) == (f".{raw}" if raw or kind == "property" else ".?")


def test_fingerprints_do_not_depend_on_how_references_are_written() -> None:
    before = ["(GC roots)", ".<symbol s>", "Map", ".a b", "Array", ".7", ".get size", "Session"]
    after = ["(GC roots)", "[Symbol(s)]", "Map", '["a b"]', "Array", "[7]", ".size (getter)"]
    assert fingerprint("Session", before) == fingerprint("Session", [*after, "Session"])


def test_raw_labels_stay() -> None:
    graph = held_by("<symbol kState>").graph()
    edge = edge_to(graph, graph.n_nodes - 1)
    assert graph.edge_label(edge) == "<symbol kState>"
    assert reference_of(graph, edge) == ("property", "<symbol kState>")
    path = preferred_path(graph, graph.n_nodes - 1)
    assert path is not None
    assert path.steps[-1].edge_name == "<symbol kState>"
