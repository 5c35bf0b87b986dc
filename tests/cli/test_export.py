"""``heapnb export``: the same as the DataFrames, in the fixed columns, a part at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from heapnb import export
from heapnb.format import read_snapshot
from heapnb.format.writer import to_bytes
from heapnb.graph import HeapGraph, open_graph
from heapnb.snapshot import load
from tests.cli.conftest import Run
from tests.conftest import all_samples

NODE_COLUMNS = [
    "node_id",
    "node_type",
    "name",
    "class_name",
    "self_size",
    "shallow_size",
    "retained_size",
    "distance",
    "dominator_id",
    "detachedness",
    "edge_count",
]
EDGE_COLUMNS = ["from_id", "to_id", "edge_type", "name"]


@pytest.mark.parametrize("path", all_samples(), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_nodes_equal_those_of_the_snapshot(run: Run, path: Path, tmp_path: Path) -> None:
    target = tmp_path / "nodes.parquet"
    answer = run("export", path, "--nodes", target)
    assert (answer.exit_code, answer.out) == (0, "")
    exported = parquet.read_table(target)
    assert exported.column_names == NODE_COLUMNS
    nodes = load(path).nodes
    assert exported.num_rows == len(nodes)
    for name in NODE_COLUMNS:
        ours = pa.Array.from_pandas(nodes[name].reset_index(drop=True))
        if pa.types.is_dictionary(ours.type):
            ours = ours.dictionary_decode()
        theirs = exported[name].combine_chunks()
        assert ours.cast(theirs.type).equals(theirs), name


def test_edges_equal_those_of_the_snapshot(run: Run, sample: Path, tmp_path: Path) -> None:
    target = tmp_path / "edges.parquet"
    assert run("export", sample, "--edges", target).exit_code == 0
    exported = parquet.read_table(target).to_pandas()
    assert list(exported) == EDGE_COLUMNS
    edges = load(sample).edges
    for name in ("from_id", "to_id"):
        assert np.array_equal(exported[name], edges[name])
    assert exported["edge_type"].tolist() == edges["edge_type"].astype(str).tolist()
    labels = edges["name"].astype("object").where(edges["name"].notna(), edges["index"].astype(str))
    assert exported["name"].tolist() == labels.tolist()
    assert pd.api.types.is_string_dtype(exported["name"])


def test_both_at_once(run: Run, sample: Path, tmp_path: Path) -> None:
    nodes, edges = tmp_path / "nodes.parquet", tmp_path / "edges.parquet"
    answer = run("export", sample, "--nodes", nodes, "--edges", edges)
    assert answer.exit_code == 0
    assert len(answer.err.splitlines()) == 2
    graph = open_graph(sample)
    assert parquet.read_metadata(nodes).num_rows == graph.n_nodes
    assert parquet.read_metadata(edges).num_rows == graph.n_edges
    assert sorted(path.name for path in tmp_path.iterdir()) == ["edges.parquet", "nodes.parquet"]


@pytest.mark.parametrize("rows_per_batch", [1, 7, 1000])
def test_parts_make_the_whole(rows_per_batch: int) -> None:
    graph = open_graph(next(path for path in all_samples() if path.name.startswith("bun")))
    small = HeapGraph(graph.raw)
    whole = pa.Table.from_batches(export.node_batches(small), export.NODE_SCHEMA)
    if rows_per_batch == 1:
        batches = [
            batch for batch, _ in zip(export.node_batches(small, 1), range(50), strict=False)
        ]
        parts = pa.Table.from_batches(batches)
        assert parts.equals(whole.slice(0, 50))
        return
    parts = pa.Table.from_batches(export.node_batches(small, rows_per_batch))
    assert parts.num_rows == whole.num_rows
    assert parts.combine_chunks().equals(whole.combine_chunks())
    edges = pa.Table.from_batches(export.edge_batches(small, rows_per_batch * 10))
    all_edges = pa.Table.from_batches(export.edge_batches(small))
    assert edges.combine_chunks().equals(all_edges.combine_chunks())


def test_parts_are_written_as_they_come(tmp_path: Path) -> None:
    target = tmp_path / "edges.parquet"
    # More than what a buffered file keeps to itself.
    part = pa.record_batch([pa.array(range(50_000))], ["number"])
    sizes = []

    def batches() -> object:
        for _ in range(3):
            (unfinished,) = tmp_path.glob("*.part")
            sizes.append(unfinished.stat().st_size)
            assert not target.exists()
            yield part

    assert export.write_parquet(batches(), part.schema, target) == 150_000  # type: ignore[arg-type]
    assert sizes == sorted(set(sizes))
    assert parquet.read_metadata(target).num_row_groups == 3


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "nodes.parquet"
    target.write_text("what was there before")
    part = pa.record_batch([pa.array([1])], ["number"])

    def batches() -> object:
        yield part
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        export.write_parquet(batches(), part.schema, target)  # type: ignore[arg-type]
    assert [path.name for path in tmp_path.iterdir()] == ["nodes.parquet"]
    assert target.read_text() == "what was there before"


def test_all_of_a_snapshot_and_back(run: Run, sample: Path, tmp_path: Path) -> None:
    folder, again = tmp_path / "app.heapsnapshot.parquet", tmp_path / "app.heapsnapshot"
    answer = run("export", sample, "--parquet", folder)
    assert (answer.exit_code, answer.out) == (0, "")
    assert answer.err == f"The snapshot is in {folder}\n"
    assert "exists" in run("export", sample, "--parquet", folder).complaint
    assert run("export", sample, "--parquet", folder, "--force").exit_code == 0
    assert run("export", folder, "--snapshot", again).exit_code == 0
    assert again.read_bytes() == to_bytes(read_snapshot(sample))
    assert "exists" in run("export", folder, "--snapshot", again).complaint
    asked = ("constructors", "--json")
    assert run(*asked, folder).json == run(*asked, sample).json
    assert run("diff", sample, folder, "--json").json == []
    assert "Is a directory, and it has no snapshot.json" in run("summary", tmp_path).complaint
