"""``DataFrame.heap``: tables that know their heap, keep no heap alive, and lead to each other."""

from __future__ import annotations

import gc
import io
import pickle
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import heapnb as hn
from heapnb.analysis.tables import TABLES
from heapnb.errors import HeapnbError, NodeNotFoundError, UnknownNameError
from heapnb.graph import HeapGraph
from heapnb.graph.group_sizes import outermost
from heapnb.heap_accessor import HeapAccessor
from heapnb.table_origin import ORIGIN, HeapOrigin
from heapnb.testing import SnapshotBuilder
from tests.conftest import sample_series

if TYPE_CHECKING:
    from heapnb.snapshot import Snapshot

SAMPLE = sample_series("undeclared_global")[-1]


@pytest.fixture(scope="module")
def snap() -> Snapshot:
    return hn.load(SAMPLE)


def heap(frame: pd.DataFrame) -> HeapAccessor:
    found: Any = frame
    accessor: HeapAccessor = found.heap
    return accessor


@pytest.fixture
def spans(snap: Snapshot) -> pd.DataFrame:
    return snap.find(class_name="TraceSpan")


def test_tables_know_their_heap_through_pandas(snap: Snapshot, spans: pd.DataFrame) -> None:
    chosen = spans[spans["distance"] > 0].sort_values("node_id", ascending=False).head(3)
    both = pd.concat([chosen, chosen])
    assert heap(both).snapshot.graph is snap.graph
    assert heap(both).nodes()["node_id"].tolist() == chosen["node_id"].tolist() * 2


def test_retainers_and_edges_are_those_of_each_node(spans: pd.DataFrame, snap: Snapshot) -> None:
    few = spans.head(4)
    for name, end in (("retainers", "to_id"), ("edges", "from_id")):
        found = getattr(heap(few), name)()
        for node_id in few["node_id"]:
            single = getattr(snap.node(node_id), name)()
            rows = found[found[end] == node_id]
            columns = ["edge_type", "edge_name", "node_id"]
            one, other = (set(map(tuple, t[columns].to_numpy().tolist())) for t in (rows, single))
            assert one == other
            assert len(rows) == len(single)


def test_dominators_of_each_row(spans: pd.DataFrame, snap: Snapshot) -> None:
    found = heap(spans).dominators()
    assert found["node_id"].tolist() == spans["dominator_id"].tolist()


def test_from_functions_to_contexts_to_variables(snap: Snapshot) -> None:
    closures = snap.closures()
    contexts = heap(closures).by("context_id").table("contexts")
    assert set(contexts["node_id"]) <= set(closures["context_id"].dropna())
    assert len(contexts)
    variables = heap(contexts).edges().query("edge_type == 'context'")
    assert set(variables["from_id"]) <= set(contexts["node_id"])
    back = heap(contexts).table("closures")
    assert set(back["context_id"]) <= set(contexts["node_id"])
    assert len(back)


def test_a_table_about_other_nodes_is_empty(spans: pd.DataFrame, snap: Snapshot) -> None:
    for name in ("timers", "closures", "buffers"):
        found = heap(spans).table(name)
        assert len(found) == 0
        assert list(found.columns) == list(getattr(snap, name)().columns)


def test_paths_drawings_and_sums(spans: pd.DataFrame) -> None:
    accessor = heap(spans)
    path = accessor.path(1)
    assert path is not None
    assert path.words[2] == ".spanLog"
    assert accessor.node().class_name == "TraceSpan"
    assert len(accessor.paths().targets) == len(spans)
    assert "spanLog" in accessor.graph().to_svg()
    what_if = accessor.what_if()
    sizes = accessor.treemap().table
    assert sizes is not None
    assert sizes["class_name"].tolist() == ["TraceSpan"]
    assert sizes["retained_size"].tolist() == [accessor.nodes()["retained_size"].sum()]
    assert what_if.freed_size >= sizes["retained_size"].sum()


def test_treemaps_by_a_column_of_the_table(spans: pd.DataFrame) -> None:
    named = spans.assign(half=["odd", "even"] * (len(spans) // 2))
    sizes = heap(named).treemap("half").table
    assert sizes is not None
    assert set(sizes["half"]) == {"odd", "even"}
    assert sizes["count"].sum() == len(spans)
    with pytest.raises(HeapnbError, match="no column 'x'"):
        heap(named).treemap("x")


def test_previews_can_become_a_column(spans: pd.DataFrame) -> None:
    table = spans.assign(preview=heap(spans).previews(limit=2))
    assert table["preview"].iloc[0].startswith("TraceSpan {route: ")
    assert table["preview"].isna().sum() == len(spans) - 2


def test_a_table_keeps_no_heap_in_memory() -> None:
    snap = hn.load(SAMPLE)
    table, gone = snap.find(class_name="TraceSpan"), weakref.ref(snap.graph)
    table.heap  # noqa: B018  the accessor that pandas keeps must not keep the heap either
    del snap
    gc.collect()
    assert gone() is None
    assert len(heap(table).retainers()) == 2 * len(table)


def test_origins_survive_parquet_and_pickle(spans: pd.DataFrame) -> None:
    file = io.BytesIO()
    spans.to_parquet(file)
    for copy in (pd.read_parquet(file), pickle.loads(pickle.dumps(spans))):
        assert type(copy.attrs[ORIGIN]) is str
        assert heap(copy).nodes()["class_name"].eq("TraceSpan").all()


def test_a_changed_or_missing_file_is_said(tmp_path: Path) -> None:
    file = tmp_path / "a.heapsnapshot"
    file.write_bytes(SnapshotBuilder.from_edges("root.a>A").to_bytes())
    snap = hn.load(file, cache=False)
    table = snap.find(class_name="A")
    del snap
    gc.collect()
    file.write_bytes(SnapshotBuilder.from_edges("root.a>A A.b>B").to_bytes())
    with pytest.raises(HeapnbError, match="has changed"):
        heap(table).nodes()
    # A table of the new file opens that, though the old one was open.
    snap = hn.load(file, cache=False)
    table = snap.find(class_name="A")
    del snap
    gc.collect()
    assert len(heap(table).edges()) == 1
    other = hn.load(SnapshotBuilder.from_edges("root.a>A").to_bytes()).find(class_name="A")
    gc.collect()
    with pytest.raises(HeapnbError, match="is closed"):
        heap(other).nodes()


def test_tables_of_others(snap: Snapshot) -> None:
    own = pd.DataFrame({"node_id": snap.nodes["node_id"].head(3), "x": 1})
    assert "use .of" in repr(heap(own))
    with pytest.raises(HeapnbError, match="does not know its heap"):
        heap(own).nodes()
    assert len(heap(own).of(snap).nodes()) == 3
    with pytest.raises(HeapnbError, match="no column of node ids"):
        heap(pd.DataFrame({"x": [1]}))
    with pytest.raises(HeapnbError, match="no column 'y'"):
        heap(own).by("y")
    with pytest.raises(UnknownNameError, match="closures"):
        heap(own).table("closure")
    with pytest.raises(NodeNotFoundError):
        heap(pd.DataFrame({"node_id": [2**40]})).of(snap).nodes()


def test_two_heaps_of_one_name_are_two_origins() -> None:
    graphs = [SnapshotBuilder.from_edges("root.a>A").graph() for _ in range(2)]
    one, other = (HeapOrigin(graph) for graph in graphs)
    assert one != other
    assert one == HeapOrigin(graphs[0])
    assert str(one) == str(other)


def test_arrow_does_not_copy(snap: Snapshot) -> None:
    nodes = snap.nodes
    shown = heap(nodes).arrow()
    ids = shown["node_id"].chunk(0).buffers()[1].address
    assert ids == nodes["node_id"].to_numpy().__array_interface__["data"][0]
    names = pa.chunked_array(nodes["class_name"].array.__arrow_array__())
    assert shown["class_name"].chunk(0).buffers()[2].address == names.chunk(0).buffers()[2].address
    duckdb = pytest.importorskip("duckdb")
    [(count,)] = duckdb.sql("select count(*) from shown where node_id % 2 = 1").fetchall()
    assert count == (nodes["node_id"] % 2 == 1).sum()


def test_polars_shares_the_numbers(snap: Snapshot) -> None:
    polars = pytest.importorskip("polars")
    nodes = snap.nodes
    for taken in (polars.DataFrame(heap(nodes)), polars.from_arrow(heap(nodes).arrow())):
        assert taken.shape == nodes.shape
        assert taken["name"].to_list() == nodes["name"].tolist()
        for name in ("node_id", "retained_size", "distance"):
            array = nodes[name].array
            values = array._data if hasattr(array, "_data") else nodes[name].to_numpy()
            address = values.__array_interface__["data"][0]
            assert taken[name].to_arrow().buffers()[1].address == address, name
            assert taken[name].to_list() == [None if pd.isna(x) else x for x in nodes[name]]


def test_tables_of_results_know_their_heap() -> None:
    files = sample_series("listener_per_request")
    series = hn.load_series(files, progress=False)
    diagnosis = hn.diagnose(series)
    [suspect, *_] = diagnosis.suspects
    difference = hn.diff(files[0], files[-1], progress=False)
    last = hn.load(files[-1], progress=False)
    path = last.node(suspect.node_id).retaining_path()
    assert path is not None
    tables = {
        "diagnosis": diagnosis.table,
        "culprits": suspect.culprits.table,
        "survivors": series.survivors().table,
        "added": difference.added,
        "removed": difference.removed,
        "path": path.table,
        "paths": last.merged_paths([suspect.node_id]).table,
        "native contexts": last.native_contexts().table,
        "summary": last.summary().suspects,
        "dead variables": last.dead_variables().table,
    }
    for name, table in tables.items():
        assert str(table.attrs[ORIGIN]).endswith(".zst"), name
        assert len(heap(table).nodes()) == len(heap(table).ids), name
    assert heap(difference.removed).snapshot.path == str(files[0].resolve())
    # From a diagnosis to the listeners that it is about, and on to their functions.
    listeners = heap(diagnosis.table).table("listeners")
    assert len(listeners) >= 1
    functions = heap(listeners).by("listener_id").table("closures")
    assert suspect.location in set(functions["location"])
    # Every table with node ids leads to every other one.
    for name in TABLES:
        assert list(heap(path.table).table(name).columns) == list(TABLES[name].columns)


def naive_outermost(graph: HeapGraph, nodes: list[int]) -> list[int]:
    found = []
    for node in nodes:
        above, is_inside = node, False
        while above != graph.root:
            above = int(graph.dominator[above])
            is_inside |= above in nodes
        if not is_inside:
            found.append(node)
    return found


@pytest.mark.parametrize("seed", range(8))
def test_outermost_is_what_no_other_dominates(seed: int) -> None:
    generator = np.random.default_rng(seed)
    edges = [f"n{generator.integers(i) if i else 0}.e{i}>n{i + 1}" for i in range(40)]
    graph = SnapshotBuilder.from_edges(" ".join(["root.a>n0", *edges])).graph()
    nodes = np.unique(generator.integers(0, graph.n_nodes, 12))
    assert outermost(graph, nodes).tolist() == naive_outermost(graph, nodes.tolist())
