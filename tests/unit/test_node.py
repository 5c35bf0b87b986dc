"""Single nodes: facts, neighbours, and how they show themselves."""

from __future__ import annotations

import numpy as np
import pytest

from heapnb.node import Node
from heapnb.snapshot import Snapshot, load
from heapnb.testing import SnapshotBuilder
from tests.conftest import ROOT, sample_series


@pytest.fixture
def builder() -> SnapshotBuilder:
    builder = SnapshotBuilder.from_edges(
        "root.cache>Map Map/table>table table[0]>small table[1]>large table[2]>even large>leaf"
    )
    builder.node("Map", location=(7, 11, 4), detachedness=1).node("even", size=16)
    return builder.node("table", type="array", size=100)


@pytest.fixture
def snap(builder: SnapshotBuilder) -> Snapshot:
    return builder.snapshot()


def test_facts(snap: Snapshot) -> None:
    node = snap.node(3)
    assert (node.id, node.ordinal, node.type) == (3, 1, "object")
    assert (node.class_name, node.name) == ("Map", "Map")
    assert (node.self_size, node.shallow_size, node.retained_size) == (16, 116, 180)
    assert (node.distance, node.detachedness) == (1, 1)
    assert node.location == "script 7:12:5"
    assert node.heap is snap.graph
    for fact in ("id", "ordinal", "self_size", "shallow_size", "retained_size", "distance"):
        assert type(getattr(node, fact)) is int


def test_what_the_file_does_not_say_is_none(snap: Snapshot) -> None:
    assert snap.node(5).location is None
    older = load(ROOT / "tests" / "data" / "formats" / "node-12.heapsnapshot.zst")
    assert older.node_at(0).detachedness is None


def test_equality_and_hash(snap: Snapshot, builder: SnapshotBuilder) -> None:
    assert snap.node(3) == snap.node_at(1)
    assert snap.node(3) != snap.node(5)
    assert len({snap.node(3), snap.node_at(1), snap.node(5)}) == 2
    # The same place in another snapshot is another node.
    assert snap.node(3) != builder.snapshot().node(3)
    assert snap.node(3) != 3


@pytest.mark.parametrize("ordinal", [-1, 7, 1 << 40])
def test_places_that_do_not_exist(snap: Snapshot, ordinal: int) -> None:
    with pytest.raises(IndexError, match="nodes 0 to 6"):
        Node(snap.graph, ordinal)


def test_ordinals_are_integers(snap: Snapshot) -> None:
    assert Node(snap.graph, np.uint32(1)).ordinal == 1  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Node(snap.graph, 1.0)  # type: ignore[arg-type]


def test_edges(snap: Snapshot) -> None:
    edges = snap.node(5).edges()
    assert edges.index.tolist() == list(range(*snap.graph.edges_of(2)))
    assert edges["edge_type"].tolist() == ["element"] * 3
    assert edges["edge_name"].tolist() == ["0", "1", "2"]
    assert edges["class_name"].tolist() == ["small", "large", "even"]
    assert edges["retained_size"].tolist() == [16, 32, 16]


def test_nodes_without_edges(snap: Snapshot) -> None:
    leaf = snap.node(7)
    assert leaf.edges().empty
    assert leaf.children().empty


def test_dominators(snap: Snapshot) -> None:
    chain = snap.node(7).dominators()
    assert chain["name"].tolist() == ["table", "Map", ""]
    assert chain.index.tolist() == [2, 1, 0]
    root = snap.node_at(0)
    assert root.dominators().empty
    assert root.dominator is None
    assert snap.node(7).dominator == snap.node(5)


def test_children_come_largest_first_and_ties_in_order(snap: Snapshot) -> None:
    children = snap.node(5).children()
    assert children["class_name"].tolist() == ["large", "small", "even"]
    assert list(children.columns) == list(snap.nodes.columns)


def test_retainers_and_paths(snap: Snapshot) -> None:
    node = snap.node(7)
    assert node.retainers()["node_id"].tolist() == [5]
    path = node.retaining_path()
    assert path is not None
    assert path.steps[-1].node_id == 7
    assert len(node.retaining_paths(k=3)) == 1


def test_what_nothing_retains_has_no_path() -> None:
    snap = SnapshotBuilder.from_edges("root>a lost>b").snapshot()
    lost = next(node for node in map(snap.node_at, range(4)) if node.class_name == "lost")
    assert lost.retaining_path() is None
    assert lost.retaining_paths() == []


def test_shows_itself(snap: Snapshot, builder: SnapshotBuilder) -> None:
    assert "Map" in repr(snap.node(3))
    assert "Map" in snap.node(3)._repr_html_()
    assert snap.node(3).preview() == "Map {}"
    assert "digraph" in snap.node(3).graph().source
    hostile = builder.node("Map", name="<img src=x>\x1b[31m").snapshot().node(3)
    assert "<img src=x>" not in hostile._repr_html_()
    assert "\x1b" not in repr(hostile)
    assert "\x1b" not in hostile.preview()


def test_a_long_list_is_no_problem() -> None:
    length = 3000
    edges = " ".join(f"n{i}.next>n{i + 1}" for i in range(length))
    snap = SnapshotBuilder.from_edges(f"root>n0 {edges}").snapshot()
    last = snap.node_at(length + 1)
    assert len(last.dominators()) == length + 1
    assert snap.node_at(1).preview()


def test_a_real_closure() -> None:
    snap = load(sample_series("listener_per_request")[-1])
    location = "lib/orderHandler.js:19:27"
    closures = snap.closures()
    rows = closures[closures["location"].str.endswith(location).fillna(value=False)]
    node = snap.node(int(rows["node_id"].iloc[0]))
    assert node.type == "closure"
    assert node.location is not None
    assert node.location.endswith(location)
    path = node.retaining_path()
    assert path is not None
    assert "._events" in path.chain
