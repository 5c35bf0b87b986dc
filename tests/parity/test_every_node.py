"""Class name, sizes, distance, dominator and detachedness of every node equal the engine's."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from heapnb.format import read_snapshot
from heapnb.graph import HeapGraph
from tests.oracle import oracle

ROOT = Path(__file__).parents[2]
SAMPLES = sorted(
    [
        *(ROOT / "sample_snapshots").glob("*/*.heapsnapshot.*"),
        *(ROOT / "tests" / "data" / "formats").glob("*.heapsnapshot.*"),
    ]
)


def series_and_name(path: Path) -> tuple[str, str]:
    """Return under which names the engine's answers for a sample are kept."""
    return path.parent.name, path.name.split(".")[0]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: "/".join(series_and_name(path)))
def test_every_node_of_every_sample(path: Path) -> None:
    graph = HeapGraph(read_snapshot(path))
    columns = {
        "node_id": graph.node_id,
        "shallow_size": graph.shallow_size,
        "distance": graph.distance,
        "dominator": graph.dominator,
        "retained_size": graph.retained_size,
    }
    # What the file does not say is <NA> here and 0, unknown, in the engine.
    if graph.detachedness is None:
        columns["detachedness"] = np.zeros(graph.n_nodes, np.uint8)
    else:
        columns["detachedness"] = graph.detachedness
    found = oracle.column_digests(columns, graph.class_names.to_pylist(), graph.class_index)
    assert found == oracle.expected(*series_and_name(path))["columns"]


@pytest.mark.slow
@pytest.mark.oracle
def test_every_node_of_a_snapshot_made_on_the_spot(tmp_path: Path) -> None:
    oracle.ensure_built()
    path = tmp_path / "big.heapsnapshot"
    maker = ROOT / "tests" / "benchmarks" / "make_big_snapshot.mjs"
    subprocess.run(
        ["node", str(maker), "--target-mb", "100", "--out", str(path)], check=True, timeout=300
    )
    graph = HeapGraph(read_snapshot(path))
    table = oracle.node_columns(path)
    for name in ("node_id", "shallow_size", "distance", "dominator", "retained_size"):
        found = getattr(graph, name).astype(np.float64)
        different = np.flatnonzero(found != table.columns[name].astype(np.float64))
        assert not len(different), f"{name} of {len(different)} nodes, first {different[0]}"
    found_names = np.array(graph.class_names.to_pylist(), object)[graph.class_index]
    expected_names = np.array(table.class_names, object)[table.columns["class_index"]]
    assert np.array_equal(found_names, expected_names)
