"""The DevTools engine opens a file that heapnb wrote, and finds in it what heapnb finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from heapnb.format import read_snapshot, write_snapshot
from heapnb.graph import HeapGraph
from tests.oracle import oracle

FORMATS = Path(__file__).parents[1] / "data" / "formats"


@pytest.mark.oracle
@pytest.mark.parametrize("producer", ["node-12", "node-22", "node-26", "deno"])
@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_engine_reads_what_we_write(producer: str, suffix: str, tmp_path: Path) -> None:
    raw = read_snapshot(FORMATS / f"{producer}.heapsnapshot.zst")
    path = tmp_path / f"written.heapsnapshot{suffix}"
    write_snapshot(raw, path)
    table = oracle.node_columns(path)
    graph = HeapGraph(raw)
    for name in ("node_id", "shallow_size", "distance", "dominator", "retained_size"):
        assert np.array_equal(getattr(graph, name), table.columns[name]), name
    found = np.array(graph.class_names.to_pylist(), object)[graph.class_index]
    expected = np.array(table.class_names, object)[table.columns["class_index"]]
    assert np.array_equal(found, expected)
