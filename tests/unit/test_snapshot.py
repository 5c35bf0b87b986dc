"""Opening snapshots, their tables, and searches in them."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import heapnb
from heapnb.decode.strings import row_of_text, strings_with_text, text_groups
from heapnb.errors import HeapnbError, NodeNotFoundError, PatternError, SnapshotFormatError
from heapnb.snapshot import Snapshot, load
from heapnb.testing import SnapshotBuilder
from heapnb.vocab import STRING_TYPES
from tests.conftest import all_samples, sample_series


@pytest.fixture
def builder() -> SnapshotBuilder:
    builder = SnapshotBuilder.from_edges(
        "root.cache>Map Map/table>table table[0]>ann table[1]>bob ann.name>text ann.age>text "
        "bob.name>rope"
    )
    for key in ("ann", "bob"):
        builder.node(key, name="User")
    builder.node("table", type="array")
    builder.node("text", type="string", name="Ann (42)\nsecond line")
    return builder.node("rope", type="concatenated string", name="(concatenated string)")


@pytest.fixture
def snap(builder: SnapshotBuilder) -> Snapshot:
    return builder.snapshot(name="built.heapsnapshot")


def names(snap: Snapshot, **conditions: object) -> list[str]:
    found = snap.find(**conditions)  # type: ignore[arg-type]
    assert found.index.tolist() == snap.graph.ordinals_of(found["node_id"].to_numpy()).tolist()
    return found["name"].tolist()


class TestLoad:
    def test_sources(self, builder: SnapshotBuilder, tmp_path: Path) -> None:
        content = builder.to_bytes()
        path = tmp_path / "app.heapsnapshot"
        path.write_bytes(content)
        for source in (content, io.BytesIO(content), path, str(path)):
            assert load(source).n_nodes == 7
        assert load(path).name == "app.heapsnapshot"
        assert load(path).path == str(path)
        assert load(content).path is None

    def test_it_is_what_the_package_offers(self) -> None:
        assert heapnb.load is load
        assert heapnb.Snapshot is Snapshot

    def test_progress_goes_to_the_callable(self, builder: SnapshotBuilder) -> None:
        stages: list[str] = []
        snap = load(builder.to_bytes(), progress=lambda stage, done, total: stages.append(stage))
        assert snap.nodes is not None
        assert "Computing dominators" in stages

    @pytest.mark.parametrize("progress", [None, True, False])
    def test_progress_of_short_work_is_silent(
        self, builder: SnapshotBuilder, progress: bool | None, capfd: pytest.CaptureFixture[str]
    ) -> None:
        load(builder.to_bytes(), progress=progress).nodes  # noqa: B018
        assert capfd.readouterr() == ("", "")

    def test_cache_option(self, builder: SnapshotBuilder, tmp_path: Path) -> None:
        path = tmp_path / "app.heapsnapshot"
        path.write_bytes(builder.to_bytes())
        first = load(path).nodes
        assert load(path).nodes.equals(first)
        assert load(path, cache=False).nodes.equals(first)

    def test_salvage(self, builder: SnapshotBuilder) -> None:
        content = builder.to_bytes()[:-40]
        with pytest.raises(SnapshotFormatError):
            load(content)
        assert load(content, salvage=True).warnings


class TestFacts:
    def test_counts_and_names(self, snap: Snapshot) -> None:
        assert (snap.n_nodes, snap.n_edges, len(snap)) == (7, 7, 7)
        assert snap.name == "built.heapsnapshot"
        assert snap.path is None
        assert snap.warnings == ()
        assert snap.raw is snap.graph.raw

    def test_tables_are_built_once(self, snap: Snapshot) -> None:
        assert snap.nodes is snap.nodes
        assert snap.edges is snap.edges
        assert snap.strings is snap.strings

    def test_nodes_by_id_and_place(self, snap: Snapshot, builder: SnapshotBuilder) -> None:
        ordinal = builder.ordinal("ann")
        assert snap.node(builder.node_id("ann")) == snap.node_at(ordinal)
        with pytest.raises(NodeNotFoundError):
            snap.node(2)
        with pytest.raises(IndexError):
            snap.node_at(7)

    def test_shows_itself(self, snap: Snapshot) -> None:
        assert "built.heapsnapshot" in repr(snap)
        assert "built.heapsnapshot" in snap._repr_html_()

    def test_a_hostile_name_is_escaped(self, builder: SnapshotBuilder) -> None:
        html = builder.snapshot(name="<script>x</script>")._repr_html_()
        assert "<script>x" not in html

    def test_answers(self, snap: Snapshot) -> None:
        total = int(snap.graph.self_size.sum())
        assert snap.statistics().total == total
        assert snap.summary().node_count == 7
        assert snap.constructors(by_name=True)["shallow_size"].sum() == total
        assert snap.closures().empty


class TestFind:
    def test_without_conditions_everything(self, snap: Snapshot) -> None:
        assert len(snap.find()) == snap.n_nodes

    def test_class_name(self, snap: Snapshot) -> None:
        assert names(snap, class_name="User") == ["User", "User"]
        assert names(snap, class_name="Use") == []
        assert names(snap, class_name=["Map", "User"]) == ["Map", "User", "User"]
        assert names(snap, class_name=re.compile("^m", re.IGNORECASE)) == ["Map"]

    def test_name(self, snap: Snapshot) -> None:
        assert names(snap, name="^Us") == ["User", "User"]
        assert names(snap, name=r"\(") == ["Ann (42)\nsecond line", "(concatenated string)"]

    def test_has_property(self, snap: Snapshot) -> None:
        assert len(names(snap, has_property="name")) == 2
        assert len(names(snap, has_property=["name", "age"])) == 1
        assert names(snap, has_property="nothing") == []
        # An internal edge is no property.
        assert names(snap, has_property="table") == []

    def test_string(self, snap: Snapshot) -> None:
        assert names(snap, string="Ann") == ["Ann (42)\nsecond line"]
        assert names(snap, string="User") == []

    def test_conditions_hold_together(self, snap: Snapshot) -> None:
        assert names(snap, class_name="User", has_property="age", name="s") == ["User"]
        assert names(snap, class_name="Map", has_property="age") == []

    def test_flags_of_compiled_patterns(self, snap: Snapshot) -> None:
        assert names(snap, string="^second") == []
        assert len(names(snap, string=re.compile("^second", re.MULTILINE))) == 1
        assert names(snap, string="42.*line") == []
        assert len(names(snap, string=re.compile("42.*LINE", re.DOTALL | re.IGNORECASE))) == 1

    @pytest.mark.parametrize("condition", ["name", "string", "class_name"])
    def test_invalid_patterns(self, snap: Snapshot, condition: str) -> None:
        # Python knows look-ahead, RE2 does not.
        with pytest.raises(ValueError, match="Not a regular expression") as caught:
            snap.find(**{condition: re.compile("a(?=b)")})  # type: ignore[arg-type]
        assert isinstance(caught.value, PatternError)
        assert isinstance(caught.value, HeapnbError)
        assert caught.value.hint

    def test_an_invalid_pattern_says_what_is_wrong(self, snap: Snapshot) -> None:
        with pytest.raises(PatternError, match="missing") as caught:
            snap.find(name="(")
        assert "\n" not in str(caught.value)

    def test_what_devtools_finds_detached_is_found_by_that_name(self) -> None:
        snap = (
            SnapshotBuilder.from_edges("root>div root>other")
            .node("div", type="native", name="<div>", detachedness=2)
            .snapshot()
        )
        assert names(snap, name="^Detached <div>$") == ["Detached <div>"]
        assert names(snap, name="^<div>$") == []

    def test_a_real_snapshot(self) -> None:
        snap = load(sample_series("listener_per_request")[-1])
        assert len(snap.find(class_name="OrderDraft")) == 260
        found = snap.find(has_property="_events", class_name="InventoryClient")
        assert len(found) == 1


def test_duplicate_strings() -> None:
    builder = SnapshotBuilder.from_edges("root>a root>b root>c root>d root>e root>rope")
    texts = {
        "a": ("red", 24),
        "b": ("blue", 32),
        "c": ("red", 24),
        "d": ("red", 40),
        "e": ("blue", 32),
    }
    for key, (text, size) in texts.items():
        builder.node(key, type="string", name=text, size=size)
    builder.node("rope", type="concatenated string", name="red", size=24)
    table = builder.snapshot().duplicate_strings()
    assert table.columns.tolist() == ["text", "count", "size", "wasted_size", "node_id"]
    assert table.to_numpy().tolist() == [
        ["blue", 2, 64, 32, builder.node_id("b")],
        ["red", 2, 48, 24, builder.node_id("a")],
    ]


def test_texts() -> None:
    builder = SnapshotBuilder.from_edges(
        "root>a root>b root>c root>d root>part "
        "root>rope1 rope1/first>a rope1/second>b root>rope2 rope2/first>part rope2/second>a"
    )
    for key, text, size in [("a", "red", 24), ("b", "red", 24), ("c", "red", 40), ("d", "blue", 8)]:
        builder.node(key, type="string", name=text, size=size)
    for key in ("rope1", "rope2"):
        builder.node(key, type="concatenated string", name="(concatenated string)", size=16)
    builder.node("part", type="string", name="red", size=24)
    builder.node("slice", type="sliced string", name="(sliced string)", size=8)
    builder.edge("root", "slice", "s")
    table = builder.snapshot().texts()
    assert table[["text", "kind", "count", "shallow_size", "wasted_size"]].to_numpy().tolist() == [
        ["red", "string", 3, 72, 48],
        ["red", "string", 1, 40, 0],
        ["redred", "rope", 2, 32, 16],
        ["blue", "string", 1, 8, 0],
        [pd.NA, "slice", 1, 8, 0],
    ]
    assert table["length"].tolist() == [3, 3, 6, 4, 0]
    assert table["node_id"].tolist() == [
        builder.node_id(k) for k in ("a", "c", "rope1", "d", "slice")
    ]
    # The halves of a rope are held by the root, too.
    assert table["retained_size"].tolist() == [72, 40, 32, 8, 8]


@pytest.mark.parametrize("character", ["x", "\u00e9", "\u20ac", "\U0001f600"])
def test_texts_of_long_ropes_end_with_a_whole_character(character: str) -> None:
    builder = SnapshotBuilder.from_edges("root>r r/first>a r/second>b")
    builder.node("r", type="concatenated string", name="(concatenated string)")
    builder.node("a", type="string", name="a").node("b", type="string", name=character * 1024)
    text = builder.snapshot().texts().set_index("kind").loc["rope", "text"]
    assert text == "a" + character * (1023 // len(character.encode()))


def test_strings_of_a_text_are_found_again() -> None:
    graph = load(sample_series("unbounded_memoize")[-1], progress=False).graph
    groups = text_groups(graph)
    for row in range(0, len(groups.count), 97):
        members = strings_with_text(graph, row)
        assert len(members) == groups.count[row]
        assert graph.retained_size[members].sum() == groups.retained_size[row]
        assert {row_of_text(graph, node) for node in members[:3].tolist()} == {row}
    assert (
        int(groups.count.sum())
        == np.isin(graph.node_type, [graph.node_type_index(kind) for kind in STRING_TYPES]).sum()
    )
    assert row_of_text(graph, graph.root) is None


def test_detached() -> None:
    builder = SnapshotBuilder.from_edges("root>list list>small list>large large>text list>shown")
    for key, state in [("small", 2), ("large", 2), ("shown", 1)]:
        builder.node(key, type="native", name="HTMLDivElement", detachedness=state)
    table = builder.snapshot().detached()
    assert table["node_id"].tolist() == [builder.node_id("large"), builder.node_id("small")]
    assert set(table["class_name"]) == {"Detached HTMLDivElement"}


def test_nothing_is_detached_in_old_files() -> None:
    old = next(path for path in all_samples() if path.name.startswith("node-12"))
    assert load(old, progress=False).detached().empty
