from __future__ import annotations

import itertools
import json
import re
import struct
import subprocess
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from heapnb.analysis.retention.paths import (
    distinct_paths,
    merged_paths,
    path_graph_of,
    preferred_path,
)
from heapnb.drawing import layout
from heapnb.drawing.dot import retainer_graph
from heapnb.drawing.layout import LayoutError, engines
from heapnb.drawing.retainer_graph import RetainerGraph
from heapnb.graph import HeapGraph
from heapnb.literals import escaped
from heapnb.node import Node
from heapnb.testing import SnapshotBuilder
from tests.unit.hostile import HOSTILE_UNICODE, assert_nothing_invisible

SVG = "{http://www.w3.org/2000/svg}"
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(params=engines(), ids=lambda path: Path(path).stem)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(layout, "engines", lambda: [request.param])
    return str(request.param)


def cache() -> SnapshotBuilder:
    """A Map that holds a session, through the engine's table."""
    return (
        SnapshotBuilder.from_edges(
            "root^1>global global.cache>map map/table>table table[4]>session session.user>user"
        )
        .node("map", name="Map")
        .node("table", type="array", name="")
        .node("session", name="Session", location=(7, 11, 4))
        .node("user", name="ann@example.org", type="string")
    )


def linked_list(n: int) -> SnapshotBuilder:
    builder = SnapshotBuilder().edge("root", "head", "list")
    keys = ["head", *(f"item{i}" for i in range(n))]
    for before, after in itertools.pairwise(keys):
        builder.edge(before, after, "next").node(after, name="Item")
    return builder.edge(keys[-1], "payload", "value")


def node(builder: SnapshotBuilder, key: str) -> Node:
    return Node(builder.graph(), builder.ordinal(key))


def texts(drawing: RetainerGraph) -> str:
    """All that stands in the drawing, line by line."""
    root = ET.fromstring(drawing.to_svg())
    return "\n".join(element.text or "" for element in root.iter(f"{SVG}text"))


def edge_lines(drawing: RetainerGraph) -> list[str]:
    return [line.strip() for line in drawing.to_dot().splitlines() if " -> " in line]


def node_lines(drawing: RetainerGraph) -> list[str]:
    return [line for line in drawing.to_dot().splitlines() if re.match(r"\s*n\d+ \[", line)]


def test_a_chain_runs_from_the_root_to_the_node() -> None:
    drawing = retainer_graph(node(cache(), "user"))
    boxes = node_lines(drawing)
    assert [re.findall(r'class="?(hn-\w+)', line)[0] for line in boxes] == [
        *("hn-root", "hn-object", "hn-object", "hn-object", "hn-target")
    ]
    assert "(GC roots)" in boxes[0]
    assert "<b>Map</b>" in boxes[2]
    assert "script 7:12:5" in boxes[3]
    assert "16 B · retains 32 B" in boxes[3]
    assert "&quot;ann@example.org&quot;" in boxes[4]
    assert "label=< .cache >" in edge_lines(drawing)[1]
    assert repr(drawing) == "RetainerGraph(5 nodes)"


def test_engine_nodes_fold_into_a_dotted_edge() -> None:
    drawing = retainer_graph(node(cache(), "user"))
    folded = edge_lines(drawing)[2]
    assert "label=< (map entry) >" in folded
    assert "style=dotted" in folded
    assert "hn-fold" in folded
    unfolded = retainer_graph(node(cache(), "user"), fold=False)
    assert len(node_lines(unfolded)) == 6
    assert "hn-engine" in node_lines(unfolded)[3]
    assert not any("dotted" in line for line in edge_lines(unfolded))


def test_a_target_is_never_folded() -> None:
    drawing = retainer_graph(node(cache(), "table"))
    assert "hn-target" in node_lines(drawing)[-1]


def test_a_long_list_shows_its_first_and_last_items() -> None:
    drawing = retainer_graph(node(linked_list(200), "payload"))
    boxes = node_lines(drawing)
    assert len(boxes) == 6
    assert "… 198 more" in boxes[3]
    assert "dashed" in boxes[3]


def test_a_list_of_pairs_is_counted_in_rounds() -> None:
    builder = SnapshotBuilder().edge("root", "a0", "list")
    for i in range(50):
        builder.edge(f"a{i}", f"b{i}", "pair").edge(f"b{i}", f"a{i + 1}", "next")
        builder.node(f"a{i}", name="Even").node(f"b{i}", name="Odd")
    builder.edge("a50", "end", "value")
    assert "… 48 more rounds" in texts(retainer_graph(node(builder, "end")))


def test_a_very_long_path_without_repetition_loses_its_middle() -> None:
    builder = SnapshotBuilder().edge("root", "k0", "first")
    for i in range(300):
        builder.edge(f"k{i}", f"k{i + 1}", "next")
    drawing = retainer_graph(node(builder, "k300"))
    assert len(node_lines(drawing)) < 30
    assert len(node_lines(retainer_graph(node(builder, "k300"), fold=False))) < 30


def test_a_path_of_a_million_nodes_is_drawn() -> None:
    n = 1_000_000
    raw = linked_list(3).raw()
    head, item = raw.node_name[1], raw.node_name[2]
    from dataclasses import replace

    names = np.full(n, item, np.uint32)
    names[:2] = raw.node_name[0], head
    graph = HeapGraph(
        replace(
            raw,
            node_type=np.r_[raw.node_type[:1], np.full(n - 1, raw.node_type[1], np.uint8)],
            node_name=names,
            node_id=np.arange(1, 2 * n, 2, dtype=np.uint32),
            self_size=np.full(n, 16, np.uint32),
            first_edge=np.minimum(np.arange(n + 1), n - 1).astype(np.uint32),
            detachedness=np.zeros(n, np.uint8),
            edge_type=np.full(n - 1, raw.edge_type[0], np.uint8),
            edge_name=np.full(n - 1, raw.edge_name[1], np.uint32),
            edge_to=np.arange(1, n, dtype=np.uint32),
        )
    )
    paths = merged_paths(graph, [n - 1, n - 2])
    drawing = retainer_graph(paths)
    assert "… 999,993 more" in texts(drawing) or "more" in texts(drawing)
    assert len(node_lines(drawing)) < 10


def test_weak_and_internal_edges_look_different() -> None:
    builder = SnapshotBuilder.from_edges("root.a>a a~handle>b b/shared>c")
    heap = builder.graph()
    # No path that is searched for goes over a weak edge, but one can be given.
    from heapnb.analysis.retention.retaining_path import RetainingPath

    lines = edge_lines(retainer_graph(RetainingPath.from_edges(heap, [0, 1, 2])))
    assert "hn-weak" in lines[1]
    assert "style=dashed" in lines[1]
    assert "hn-engine" in lines[2]


def test_edges_are_written_as_code_would() -> None:
    builder = SnapshotBuilder.from_edges("root.a>a a[3]>b b:count>c c.$el>d")
    builder.edge("d", "e", "content-type").edge("e", "f", "<symbol kState>")
    svg = texts(retainer_graph(node(builder, "f")))
    for label in ("[3]", "count", ".$el", '["content-type"]', "[Symbol(kState)]"):
        assert f" {label} " in svg.splitlines()


def test_functions_are_named() -> None:
    builder = cache().node("map", type="closure", name="handler")
    assert "<b>handler()</b> Function" in node_lines(retainer_graph(node(builder, "user")))[2]


def test_merged_paths_say_what_holds_all() -> None:
    builder = SnapshotBuilder().edge("root", "list", "list").node("list", name="Array")
    for i in range(200):
        builder.edge("list", f"item{i}", i, type="element").node(f"item{i}", name="Item")
    heap = builder.graph()
    targets = [builder.ordinal(f"item{i}") for i in range(200)]
    drawing = retainer_graph(merged_paths(heap, targets))
    text = texts(drawing)
    assert "holds all 200" in text
    assert "… 197 more" in text
    assert len(node_lines(drawing)) == 6
    assert len(node_lines(retainer_graph([Node(heap, target) for target in targets]))) == 6


def test_a_linked_structure_with_forks_is_cut_after_some_rounds() -> None:
    builder = SnapshotBuilder().edge("root", "k0", "first")
    for i in range(100):
        builder.edge(f"k{i}", f"k{i + 1}", "next").edge(f"k{i}", f"value{i}", "value")
        builder.node(f"k{i}", name="Item").node(f"value{i}", name="Value")
    heap = builder.graph()
    targets = [builder.ordinal(f"value{i}") for i in range(100)]
    drawing = retainer_graph(merged_paths(heap, targets))
    assert len(node_lines(drawing)) < 15
    assert "holds all 100" in texts(drawing)


def test_the_root_and_the_engines_roots_have_different_names() -> None:
    builder = SnapshotBuilder.from_edges("root[1]>gc gc[35]>stack stack[7]>a root.b>b")
    for key, name in (("gc", "(GC roots)"), ("stack", "(Stack roots)")):
        builder.node(key, type="synthetic", name=name)
    heap = builder.graph()
    drawing = retainer_graph([Node(heap, builder.ordinal(key)) for key in "ab"])
    assert {"(root)", "(GC roots)", "(Stack roots)"} <= set(texts(drawing).splitlines())
    # Numbers of the engine's roots mean nothing to anyone.
    assert "35" not in texts(drawing)


def test_few_branches_are_all_drawn() -> None:
    builder = SnapshotBuilder()
    for i in range(7):
        builder.edge("list", f"item{i}", i, type="element").node(f"item{i}", name="Item")
    builder.edge("root", "list", "list")
    nodes = [node(builder, "item0").heap]
    drawing = retainer_graph([Node(nodes[0], builder.ordinal(f"item{i}")) for i in range(7)])
    assert len(node_lines(drawing)) == 9
    assert "more" not in texts(drawing)
    assert "rankdir=LR" in drawing.to_dot()


def test_huge_graphs_stay_within_the_limit() -> None:
    builder = SnapshotBuilder()
    targets = []
    for i in range(40):
        builder.edge("root", f"a{i}", f"branch{i}")
        for j in range(40):
            builder.edge(f"a{i}", f"b{i}_{j}", f"leaf{j}")
            targets.append(f"b{i}_{j}")
    heap = builder.graph()
    paths = merged_paths(heap, [builder.ordinal(key) for key in targets])
    for limit in (10, 60):
        n_boxes = len(node_lines(retainer_graph(paths, max_nodes=limit)))
        assert limit / 3 < n_boxes < 2 * limit
    assert "more" in texts(retainer_graph(paths))


def test_several_paths_to_one_node_share_what_they_share() -> None:
    builder = SnapshotBuilder.from_edges("root.a>a root.b>b a.x>t b.y>t t.z>end")
    paths = distinct_paths(builder.graph(), builder.ordinal("end"), 2)
    assert len(paths) == 2
    for drawing in (retainer_graph(paths), retainer_graph(path_graph_of(paths))):
        assert len(node_lines(drawing)) == 5
        assert len(edge_lines(drawing)) == 5


def test_suspects_and_diagnoses_show_their_paths() -> None:
    builder = cache()
    heap = builder.graph()
    path = preferred_path(heap, builder.ordinal("session"))
    suspect = SimpleNamespace(path=path, nodes=np.arange(1_234), count_per_snapshot=(200, 1_234))
    assert "one of 1,234 objects that stay" in texts(retainer_graph(suspect))
    # A single snapshot does not show what stays.
    alone = SimpleNamespace(path=path, nodes=np.arange(1_234), count_per_snapshot=(1_234,))
    assert "one of 1,234 objects" in texts(retainer_graph(alone))
    assert "that stay" not in texts(retainer_graph(alone))
    assert "1,234" in texts(retainer_graph(SimpleNamespace(suspects=(suspect,))))
    with pytest.raises(ValueError, match="nothing to draw"):
        retainer_graph(SimpleNamespace(suspects=()))


def test_what_nothing_retains_is_one_box() -> None:
    builder = SnapshotBuilder.from_edges("root.a>a").node("lonely")
    assert "nothing retains it" in texts(retainer_graph(node(builder, "lonely")))
    root = retainer_graph(node(builder, "root"))
    assert len(node_lines(root)) == 1


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(TypeError, match="Cannot draw int"):
        retainer_graph(7)
    with pytest.raises(ValueError, match="nothing to draw"):
        retainer_graph([])
    with pytest.raises(ValueError, match="different snapshots"):
        retainer_graph([node(cache(), "map"), node(cache(), "user")])


@pytest.mark.parametrize("text", HOSTILE_UNICODE.values(), ids=HOSTILE_UNICODE.keys())
def test_hostile_names_stay_texts(text: str, engine: str) -> None:
    builder = SnapshotBuilder().edge("root", "holder", text).edge("holder", "held", text)
    builder.edge("held", "target", text, type="internal").node("target", type="string", name=text)
    builder.node("holder", name=text).node("held", type="closure", name=text)
    drawing = retainer_graph(node(builder, "target"))
    assert_nothing_invisible(drawing.to_dot().replace("\t", " "))
    assert len(drawing.to_dot()) < 10_000
    svg = drawing.to_svg()
    root = ET.fromstring(svg)
    # Nothing but what we draw: four boxes, three arrows, no elements that the text brought.
    groups = [element.get("class") or "" for element in root.iter(f"{SVG}g")]
    assert len([name for name in groups if name.startswith("node")]) == 4
    assert len([name for name in groups if name.startswith("edge")]) == 3
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "g", "title", "path", "polygon", "ellipse", "text", "style"}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not {"id", "href", "onload", "onmouseover"} & attributes
    assert not any("xlink" in name for name in attributes)
    assert_nothing_invisible(svg)
    if text == HOSTILE_UNICODE["dot escapes"]:
        shown = "".join(element.text or "" for element in root.iter(f"{SVG}text"))
        # The names of three nodes, and three references as JavaScript writes them.
        assert (shown.count(text), shown.count(escaped(text))) == (3, 3)
    if text == HOSTILE_UNICODE["right to left"]:
        assert "user\\u202etxt.exe" in "".join(root.itertext())
    if text == HOSTILE_UNICODE["tag"]:
        assert text[:20] in "".join(element.text or "" for element in root.iter(f"{SVG}text"))


def test_svg_can_stand_in_a_page(engine: str) -> None:
    svg = retainer_graph(node(cache(), "user")).to_svg()
    assert svg.startswith("<svg")
    assert 'class="heapnb-graph"' in svg
    assert "currentColor" in svg
    assert "url(" not in svg
    # No background, so that the page shows through.
    graph = ET.fromstring(svg).find(f"{SVG}g")
    assert graph is not None
    assert graph.find(f"{SVG}polygon") is None
    assert "shallow size 16 bytes" in svg
    assert "<style" not in retainer_graph(node(cache(), "user")).to_svg(with_style=False)


def test_png_is_one(engine: str) -> None:
    drawing = retainer_graph(node(cache(), "user"))
    small, large = drawing.to_png(dpi=72), drawing.to_png(dpi=144)
    assert small.startswith(PNG_MAGIC)
    sizes = [struct.unpack(">II", picture[16:24]) for picture in (small, large)]
    assert sizes[1][1] == pytest.approx(2 * sizes[0][1], rel=0.1)


def test_engines_read_the_source(engine: str) -> None:
    source = retainer_graph(node(cache(), "user")).to_dot()
    done = subprocess.run(
        [engine, "-Kdot", "-Tjson0"], input=source.encode(), capture_output=True, check=True
    )
    layout_of = json.loads(done.stdout)
    assert len(layout_of["objects"]) == 5
    assert len(layout_of["edges"]) == 4


def test_notebooks_show_it() -> None:
    bundle = retainer_graph(node(cache(), "user"))._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/svg+xml", "text/plain"}
    drawing = retainer_graph(node(cache(), "user"))
    assert set(drawing._repr_mimebundle_(include=["text/plain"])) == {"text/plain"}


def test_files_get_what_their_names_say(tmp_path: Path) -> None:
    drawing = retainer_graph(node(cache(), "user"))
    assert Path(drawing.save(tmp_path / "a.svg")).read_text("utf-8").startswith("<svg")
    assert Path(drawing.save("a.png", tmp_path / "new")).read_bytes().startswith(PNG_MAGIC)
    assert Path(drawing.save(tmp_path / "a.dot")).read_text("utf-8").startswith("digraph")


def test_without_an_engine_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "engines", list)
    drawing = retainer_graph(node(cache(), "user"))
    with pytest.raises(LayoutError) as caught:
        drawing.to_svg()
    assert "graphviz" in (caught.value.hint or "")
    assert "digraph" in drawing._repr_mimebundle_()["text/plain"]


def test_an_engine_that_fails_makes_way_for_the_next(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "dot"
    broken.write_text("#!/bin/sh\necho 'no fonts' >&2\nexit 3\n")
    broken.chmod(0o755)
    drawing = retainer_graph(node(cache(), "user"))
    works = engines()
    monkeypatch.setattr(layout, "engines", lambda: [str(broken), *works])
    assert drawing.to_svg().startswith("<svg")
    monkeypatch.setattr(layout, "engines", lambda: [str(broken)])
    with pytest.raises(LayoutError, match="no fonts"):
        drawing.to_svg()


def test_the_machine_has_an_engine_by_installing_heapnb() -> None:
    assert any(Path(path).stem == layout.PURE_ENGINE for path in engines())


def test_a_scope_folds_into_the_name_of_its_variable() -> None:
    builder = SnapshotBuilder.from_edges(
        "root.run>run run/context>scope scope:cache>map scope/previous>native"
    )
    builder.node("run", type="closure").node("scope", name="system / Context")
    builder.node("map", name="Map").node("native", type="hidden", name="system / NativeContext")
    drawing = retainer_graph(node(builder, "map"))
    assert "system / Context" not in drawing.to_dot()
    assert "module variable `cache`" in edge_lines(drawing)[-1]
