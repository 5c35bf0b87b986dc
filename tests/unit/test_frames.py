"""Tables of nodes, edges and strings: the same values everywhere, in little memory."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from heapnb import frames, vocab
from heapnb.errors import PatternError
from heapnb.export import EDGE_SCHEMA, NODE_SCHEMA, edge_batches, node_batches
from heapnb.graph import HeapGraph, open_graph
from heapnb.testing import SnapshotBuilder
from tests.conftest import ROOT, all_samples, sample_series

MAX_BYTES_PER_NODE = 120
FORMATS = sorted((ROOT / "tests" / "data" / "formats").glob("*.heapsnapshot.*"))


def path_id(path: Path) -> str:
    return f"{path.parent.name}-{path.name.split('.')[0]}"


@pytest.fixture
def graph() -> HeapGraph:
    """Return nodes of every kind that is named in a way of its own."""
    builder = SnapshotBuilder.from_edges(
        "root.cache>plain plain.a>text plain.b>rope rope/first>text rope/second>text "
        "root[3]>div root~w>other root^5>global plain:v>other"
    )
    builder.edge("plain", "div", 4_000_000_000, type="hidden")
    builder.edge("root", "global", "12 / http://localhost", type="shortcut")
    builder.node("plain", name="Object").node("text", type="string", name="some text")
    builder.node("rope", type="concatenated string", name="(concatenated string)")
    builder.node("div", type="native", name="<div>", detachedness=2)
    return builder.node("other", name="<div>").graph()


@pytest.fixture(params=all_samples()[::5], ids=path_id)
def sample(request: pytest.FixtureRequest) -> HeapGraph:
    return open_graph(request.param)


def exported(graph: HeapGraph, rows_per_batch: int) -> pd.DataFrame:
    batches = list(node_batches(graph, rows_per_batch))
    frame: pd.DataFrame = pa.Table.from_batches(batches, NODE_SCHEMA).to_pandas()
    return frame


def plain_values(frame: pd.DataFrame) -> dict[str, list[Any]]:
    return {name: without_na(frame[name]) for name in frame.columns}


def without_na(column: Any) -> list[Any]:
    values: list[Any] = column.astype(object).where(column.notna(), None).tolist()
    return values


class TestNodes:
    def test_the_table_holds_what_the_export_writes(self, graph: HeapGraph) -> None:
        table = frames.nodes_frame(graph)
        assert tuple(table.columns) == frames.NODE_COLUMNS == tuple(NODE_SCHEMA.names)
        assert plain_values(table) == plain_values(exported(graph, 2))
        assert "Detached <div>" in table["name"].tolist()
        assert "<div>" in table["name"].tolist()

    def test_also_for_real_snapshots(self, sample: HeapGraph) -> None:
        table = frames.nodes_frame(sample)
        assert plain_values(table) == plain_values(exported(sample, 10_000))

    def test_some_nodes_are_rows_of_the_table(self, sample: HeapGraph) -> None:
        chosen = np.random.default_rng(7).integers(0, sample.n_nodes, 300)
        some = frames.nodes_at(sample, chosen)
        assert some.index.tolist() == chosen.tolist()
        assert plain_values(some) == plain_values(frames.nodes_frame(sample).iloc[chosen])

    def test_types(self, graph: HeapGraph) -> None:
        table = frames.nodes_frame(graph)
        assert isinstance(table.index, pd.RangeIndex)
        assert table.dtypes.equals(frames.nodes_at(graph, np.array([0])).dtypes)

    def test_wide_columns_share_memory_with_the_graph(self, graph: HeapGraph) -> None:
        table = frames.nodes_frame(graph)
        assert np.shares_memory(table["retained_size"].to_numpy(), graph.retained_size)

    def test_distances_are_known_or_missing(self, graph: HeapGraph) -> None:
        table = frames.nodes_frame(graph)
        is_reached = (graph.distance >= 0) & (graph.distance < vocab.BASE_SYSTEM_DISTANCE)
        assert not is_reached.all()
        assert table["distance"].notna().tolist() == is_reached.tolist()
        assert table["distance"].dropna().tolist() == graph.distance[is_reached].tolist()

    def test_texts_serve(self) -> None:
        table = frames.nodes_frame(open_graph(sample_series("listener_per_request")[-1]))
        assert (table["class_name"] == "OrderDraft").sum() == 260
        assert table["name"].str.contains("^OrderDraft$").sum() >= 260
        sizes = table.groupby("class_name", observed=True)["retained_size"].sum()
        assert sizes["OrderDraft"] > 0
        assert table["class_name"].value_counts()["OrderDraft"] == 260
        drafts = table[table["class_name"] == "OrderDraft"]
        assert drafts["class_name"].value_counts().to_dict() == {"OrderDraft": 260}
        assert drafts.value_counts(["class_name", "node_type"]).tolist() == [260]
        assert drafts["node_type"].value_counts().to_dict() == {"object": 260}
        assert table["class_name"].sort_values().iloc[0] == min(table["class_name"])

    def test_memory(self) -> None:
        graph = open_graph(sample_series("listener_per_request")[-1])
        table = frames.nodes_frame(graph)
        assert table.memory_usage(index=True).sum() / len(table) <= MAX_BYTES_PER_NODE

    def test_without_detachedness(self) -> None:
        path = ROOT / "tests" / "data" / "formats" / "node-12.heapsnapshot.zst"
        assert frames.nodes_frame(open_graph(path))["detachedness"].isna().all()

    def test_equal_strings_of_the_file_are_one_text(self) -> None:
        raw = SnapshotBuilder.from_edges("root.x>a root.x>b a.y>b").raw()
        index = {text: i for i, text in enumerate(raw.strings.to_pylist())}
        twice = pa.array(["b" if text == "a" else text for text in index], pa.large_string())
        graph = HeapGraph(dataclasses.replace(raw, strings=twice))
        names = frames.nodes_frame(graph)["name"]
        assert names.tolist() == ["", "b", "b"]
        assert names.nunique() == 2
        assert frames.edges_frame(graph)["name"].tolist() == ["x", "x", "y"]

    def test_a_string_that_looks_detached_already(self) -> None:
        builder = SnapshotBuilder.from_edges("root>div root>fake")
        builder.node("div", type="native", name="<div>", detachedness=2)
        graph = builder.node("fake", name="Detached <div>").graph()
        table = frames.nodes_frame(graph)
        assert table["name"].tolist() == ["", "Detached <div>", "Detached <div>"]


class TestEdges:
    def test_values(self, graph: HeapGraph) -> None:
        table = frames.edges_frame(graph)
        assert len(table) == graph.n_edges
        kinds = [graph.edge_type_names[kind] for kind in graph.edge_type]
        assert table["edge_type"].tolist() == kinds
        sources = graph.edge_from(np.arange(graph.n_edges))
        assert table["from_id"].tolist() == graph.node_id[sources].tolist()
        assert table["to_id"].tolist() == graph.node_id[graph.edge_to].tolist()
        indexed = [kind in {"element", "hidden"} for kind in kinds]
        numbers = graph.edge_name.tolist()
        assert without_na(table["name"]) == [
            None if is_indexed else graph.string(number)
            for is_indexed, number in zip(indexed, numbers, strict=True)
        ]
        assert without_na(table["index"]) == [
            number if is_indexed else None
            for is_indexed, number in zip(indexed, numbers, strict=True)
        ]

    def test_an_index_may_be_beyond_the_string_table(self, graph: HeapGraph) -> None:
        assert frames.edges_frame(graph)["index"].max() == 4_000_000_000

    def test_labels_are_the_graph_s(self, graph: HeapGraph, sample: HeapGraph) -> None:
        for some in (graph, sample):
            edges = np.unique(np.linspace(0, some.n_edges - 1, 500).astype(np.int64))
            labels = frames.edge_labels(some, edges).to_pylist()
            assert labels == [some.edge_label(edge) for edge in edges.tolist()]

    def test_the_export_writes_the_same_labels(self, graph: HeapGraph) -> None:
        table = pa.Table.from_batches(list(edge_batches(graph, 3)), EDGE_SCHEMA).to_pandas()
        labels = frames.edge_labels(graph, np.arange(graph.n_edges)).to_pylist()
        assert table["name"].tolist() == labels
        assert {"3", "4000000000", "12"} <= set(labels)

    def test_edges_with_a_node_at_their_end(self, graph: HeapGraph) -> None:
        edges = np.arange(*graph.edges_of(1))
        table = frames.edges_at(graph, edges, graph.edge_to[edges])
        assert table["name"].tolist()[:2] == ["some text", "some textsome text"]
        assert table["edge_name"].tolist() == ["a", "b", "v", "4000000000"]

    @pytest.mark.parametrize("path", FORMATS, ids=path_id)
    def test_every_format(self, path: Path) -> None:
        graph = open_graph(path)
        table = frames.edges_frame(graph)
        assert len(table) == graph.n_edges
        assert (table["name"].isna() != table["index"].isna()).all()


class TestNames:
    def test_display_names_are_the_graph_s(self, graph: HeapGraph, sample: HeapGraph) -> None:
        for some in (graph, sample):
            nodes = np.unique(np.linspace(0, some.n_nodes - 1, 500).astype(np.int64))
            shown = frames.display_names(some, nodes).to_pylist()
            assert shown == [some.display_name(node) for node in nodes.tolist()]

    def test_node_names_are_the_graph_s(self, graph: HeapGraph) -> None:
        shown = frames.node_names(graph, slice(None)).to_pylist()
        assert shown == [graph.name(node) for node in range(graph.n_nodes)]

    def test_of_no_nodes(self, graph: HeapGraph) -> None:
        nothing = np.empty(0, np.int64)
        assert frames.display_names(graph, nothing).to_pylist() == []
        assert frames.edge_labels(graph, nothing).to_pylist() == []
        assert frames.nodes_at(graph, nothing).empty
        assert frames.edges_at(graph, nothing, nothing).empty


class TestStrings:
    def test_values(self, sample: HeapGraph) -> None:
        table = frames.strings_frame(sample)
        strings = sample.strings.to_pylist()
        assert table["string"].tolist() == strings
        assert table["length"].tolist() == [len(text) for text in strings]
        assert table["node_count"].sum() == sample.n_nodes


class TestTextsMatching:
    @pytest.mark.parametrize("pattern", ["(", "[z-a]", "(?<n>a)(?=b)", "\\"])
    def test_invalid_patterns(self, pattern: str) -> None:
        with pytest.raises(PatternError, match="Not a regular expression"):
            frames.texts_matching(pa.array(["a"]), pattern)

    def test_takes_linear_time(self) -> None:
        text = pa.array(["a" * 1000 + "!"])
        assert frames.texts_matching(text, "^(a+)+$").tolist() == [False]
