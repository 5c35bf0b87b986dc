"""The drawing beside the tables."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from heapnb.errors import HeapnbError, NodeNotFoundError
from heapnb.testing import SnapshotBuilder
from heapnb.views.masking import OFF, SECRETS, Masking
from heapnb.workbench.path_drawing import MOST_RETAINERS, draw
from heapnb.workbench.subject import Workbench
from tests.unit.hostile import HOSTILE

SVG = "{http://www.w3.org/2000/svg}"


def workbench(builder: SnapshotBuilder, masking: Masking = SECRETS) -> Workbench:
    return Workbench(builder.graph(), masking=masking)


def groups(svg: str) -> dict[int, ET.Element]:
    """Return the boxes of a drawing by the node id that they carry."""
    found = ET.fromstring(svg).iter(f"{SVG}g")
    return {
        int(group.attrib["data-node-id"]): group
        for group in found
        if "data-node-id" in group.attrib
    }


def cache() -> SnapshotBuilder:
    """Make an entry that a cache holds, and a list and a queue besides."""
    return SnapshotBuilder.from_edges(
        "root.cache>Map Map/table>table table[0]>Entry "
        "root.list>List List.next>Entry root.queue>Queue Queue.head>Entry root.alias>Queue",
    ).node("table", type="array")


def id_of(builder: SnapshotBuilder, name: str) -> int:
    return int(builder.graph().node_id[builder.ordinal(name)])


def test_boxes_carry_their_nodes() -> None:
    builder = SnapshotBuilder.from_edges("root.cache>Map Map/table>table table[0]>Entry")
    builder.node("table", type="array")
    answer = draw(workbench(builder), id_of(builder, "Entry"))
    ids = [id_of(builder, name) for name in ("root", "Map", "Entry")]
    assert answer["node_ids"] == ids
    assert sorted(groups(answer["svg"])) == sorted(ids)
    assert answer["expandable"] == []
    assert "data-expandable" not in answer["svg"]
    assert answer["note"] is None


def test_what_has_further_retainers_can_be_expanded() -> None:
    builder = cache()
    entry = id_of(builder, "Entry")
    answer = draw(workbench(builder), entry)
    assert answer["expandable"] == [entry]
    boxes = groups(answer["svg"])
    assert boxes[entry].attrib["data-expandable"] == "1"
    assert all("data-expandable" not in box.attrib for key, box in boxes.items() if key != entry)


def test_further_retainers_are_drawn_with_what_they_belong_to() -> None:
    builder = cache()
    entry = id_of(builder, "Entry")
    answer = draw(workbench(builder), entry, [entry])
    names = {"root", "Map", "List", "Queue", "Entry"}
    shown = {builder.graph().class_name(builder.graph().ordinal_of(i)) for i in answer["node_ids"]}
    # The Map's table is folded into an arrow, as everywhere.
    assert {"Map", "List", "Queue", "Entry"} <= shown
    assert len(answer["node_ids"]) <= len(names)
    assert entry not in answer["expandable"]


def test_of_many_retainers_few_are_drawn_and_the_rest_counted() -> None:
    builder = SnapshotBuilder.from_edges("root.first>Holder0 Holder0.it>Shared")
    for i in range(1, 40):
        builder.edge("root", f"Holder{i}", f"h{i}").edge(f"Holder{i}", "Shared", "it")
    shared = id_of(builder, "Shared")
    answer = draw(workbench(builder), shared, [shared])
    assert len(answer["node_ids"]) == 2 + 1 + MOST_RETAINERS
    assert f"… {40 - 1 - MOST_RETAINERS} more" in answer["svg"]


def test_a_node_that_nothing_retains() -> None:
    builder = SnapshotBuilder.from_edges("root.a>Kept").node("Lost")
    answer = draw(workbench(builder), id_of(builder, "Lost"))
    assert answer["node_ids"] == [id_of(builder, "Lost")]
    assert "Nothing retains it" in answer["note"]


def test_a_root_alone() -> None:
    builder = SnapshotBuilder.from_edges("root.a>Kept")
    answer = draw(workbench(builder), id_of(builder, "root"))
    assert answer["node_ids"] == [id_of(builder, "root")]


def test_a_cycle_comes_to_an_end() -> None:
    builder = SnapshotBuilder.from_edges("root.a>A A.b>B B.a>A B.self>B")
    ids = [id_of(builder, "A"), id_of(builder, "B")]
    answer = draw(workbench(builder), ids[1], ids)
    assert set(ids) <= set(answer["node_ids"])
    assert set(answer["expandable"]) == set()


def test_a_long_chain_is_folded() -> None:
    builder = SnapshotBuilder.from_edges("root.list>N0")
    for i in range(3000):
        builder.edge(f"N{i}", f"N{i + 1}", "next").node(f"N{i}", name="Node")
    answer = draw(workbench(builder), id_of(builder, "N3000"))
    assert len(answer["node_ids"]) < 10
    assert "more rounds" in answer["svg"] or "more</text>" in answer["svg"]


def test_unknown_nodes() -> None:
    builder = cache()
    with pytest.raises(NodeNotFoundError):
        draw(workbench(builder), 999_999)
    entry = id_of(builder, "Entry")
    assert draw(workbench(builder), entry, [999_999]) == draw(workbench(builder), entry)


def test_directions() -> None:
    builder = cache()
    entry = id_of(builder, "Entry")
    assert draw(workbench(builder), entry, direction="LR") != draw(
        workbench(builder), entry, direction="TB"
    )
    with pytest.raises(HeapnbError, match="TB or LR"):
        draw(workbench(builder), entry, direction="UP; }")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(name: str) -> None:
    builder = SnapshotBuilder.from_edges("root>a").edge("a", "b", name)
    builder.node("a", name=name).node("b", name=name, type="string")
    svg = draw(workbench(builder), id_of(builder, "b"), [id_of(builder, "a")])["svg"]
    root = ET.fromstring(svg)
    allowed = {"svg", "g", "title", "path", "polygon", "polyline", "ellipse", "text", "tspan"}
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= allowed
    for element in root.iter():
        for key, value in element.attrib.items():
            if key.startswith("data-"):
                assert re.fullmatch("[0-9]+", value)
            assert not key.startswith("on")
            assert "javascript" not in value


def test_secrets_are_masked() -> None:
    builder = SnapshotBuilder.from_edges("root.config>Config").edge("Config", "secret", "password")
    builder.node("secret", name="correct horse", type="string")
    builder.edge("Config", "url", "url").node(
        "url", name="postgres://app:hunter2@db/shop", type="string"
    )
    for name, text in (("secret", "correct horse"), ("url", "hunter2")):
        node_id = id_of(builder, name)
        assert text not in draw(workbench(builder), node_id)["svg"]
        assert text in draw(workbench(builder, OFF), node_id)["svg"]


def test_a_path_too_long_for_its_pane_is_drawn_from_its_end() -> None:
    steps = [f"step{i}" for i in range(20)]
    builder = SnapshotBuilder.from_edges(
        "root.first>step0 " + " ".join(f"{one}.next>{other}" for one, other in pairwise(steps))
    )
    bench = Workbench(builder.graph())
    whole = draw(bench, builder.node_id("step19"))
    assert whole["steps_left_out"] == 0
    drawn = draw(bench, builder.node_id("step19"), most_steps=4)
    assert drawn["node_ids"] == [builder.node_id(f"step{i}") for i in range(16, 20)]
    # The root and 16 steps.
    assert drawn["steps_left_out"] == 17
    assert "17 more" in drawn["svg"]
    assert drawn["expandable"] == [builder.node_id("step16")]
