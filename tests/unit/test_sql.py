"""SQL: the tables agree with the DataFrames, functions answer, and there is no way out."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import heapnb as hn
from heapnb.analysis import sql_tables
from heapnb.analysis.sql import query
from heapnb.graph import HeapGraph, open_graph
from heapnb.testing import SnapshotBuilder
from tests.conftest import ROOT, sample_series

OLD_FORMAT = ROOT / "tests" / "data" / "formats"


@pytest.fixture(scope="module")
def snap() -> hn.Snapshot:
    return hn.load(sample_series("listener_per_request")[-1], progress=False)


@pytest.fixture(scope="module")
def series() -> hn.Series:
    return hn.load_series(sample_series("listener_per_request"))


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_tables, "ROWS_PER_BATCH", 1_000)


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Make values comparable whatever their types."""
    return frame.astype(object).where(frame.notna(), None).reset_index(drop=True)


@pytest.mark.parametrize("name", ["nodes", "edges", "strings"])
def test_tables_hold_what_the_data_frames_hold(snap: hn.Snapshot, name: str) -> None:
    found = snap.sql(f"select * from {name}")
    expected: pd.DataFrame = getattr(snap, name)
    assert found.columns.tolist() == expected.columns.tolist()
    pd.testing.assert_frame_equal(
        plain(found).sort_values(found.columns.tolist(), ignore_index=True, key=_as_text),
        plain(expected).sort_values(found.columns.tolist(), ignore_index=True, key=_as_text),
        check_dtype=False,
    )


def _as_text(values: pd.Series[str]) -> pd.Series[str]:
    return values.astype(str)


def test_constructors(snap: hn.Snapshot) -> None:
    found = snap.sql("select * from constructors")
    pd.testing.assert_frame_equal(plain(found), plain(snap.constructors()), check_dtype=False)


@pytest.mark.parametrize(
    "path", sorted(OLD_FORMAT.glob("*.heapsnapshot.*")), ids=lambda path: path.name
)
def test_every_format_can_be_asked(path: Path) -> None:
    snap = hn.load(path, progress=False)
    types = snap.sql("select node_type, count(*) as n from nodes group by 1")
    counts = snap.nodes["node_type"].value_counts()
    assert dict(zip(types["node_type"], types["n"], strict=True)) == counts[counts > 0].to_dict()
    for table in ("nodes", "edges", "strings", "constructors", "dominators"):
        assert len(snap.sql(f"select * from {table} limit 5")) == 5


@pytest.mark.parametrize(
    "condition",
    [
        "class_name = 'OrderDraft'",
        "class_name = 'OrderDraft' and retained_size > 500",
        "class_name in ('OrderDraft', 'Map') or node_id < 20",
        "name like 'Order%' and node_type = 'string'",
        "class_name is null",
        "node_id between 100 and 110",
        "class_name <> '(string)' and distance = 2",
        "class_name = 'retained_size'",
    ],
)
def test_conditions_choose_the_same_rows_in_every_table(snap: hn.Snapshot, condition: str) -> None:
    nodes = snap.sql(f"select * from nodes where {condition}")
    # Sorting everything first keeps DuckDB from handing the condition down.
    expected = snap.sql(f"with a as (from nodes limit 100000000) from a where {condition}")
    pd.testing.assert_frame_equal(
        nodes.sort_values("node_id", ignore_index=True),
        expected.sort_values("node_id", ignore_index=True),
    )


def test_edges_of_some_nodes(snap: hn.Snapshot) -> None:
    node = snap.find(class_name="OrderDraft")["node_id"].iloc[0]
    found = snap.sql("select * from edges where from_id = ?", [int(node)])
    expected = snap.edges[snap.edges["from_id"] == node]
    pd.testing.assert_frame_equal(plain(found), plain(expected), check_dtype=False)


def test_dominators_tell_edges(snap: hn.Snapshot) -> None:
    found = snap.sql("select * from dominators").set_index("node_id").sort_index()
    graph = snap.graph
    assert found["dominator_id"].tolist() == [
        graph.node_id[graph.dominator[node]] for node in graph.id_order
    ]
    edges = snap.edges[snap.edges["edge_type"] != "weak"]
    pairs = set(zip(edges["from_id"], edges["to_id"], strict=True))
    ends = zip(found["dominator_id"], found.index, strict=True)
    root = graph.node_id[graph.root]
    assert found["is_edge"].tolist() == [pair in pairs and pair[1] != root for pair in ends]
    assert found["share"].between(0, 1).all()


def test_functions_of_a_node_id(snap: hn.Snapshot) -> None:
    node_id = int(snap.find(class_name="OrderDraft")["node_id"].iloc[0])
    node = snap.node(node_id)
    found = snap.sql(
        "select retained($id) as retained, class_of($id) as class, path($id) as path,"
        " preview($id) as preview",
        {"id": node_id},
    ).iloc[0]
    path = node.retaining_path()
    assert path is not None
    assert found["retained"] == node.retained_size
    assert found["class"] == "OrderDraft"
    assert list(found["path"]) == path.chain
    assert found["preview"] == node.preview()


def test_functions_of_no_node_are_null(snap: hn.Snapshot) -> None:
    found = snap.sql(
        "select retained(id) as a, class_of(id) as b, path(id) as c, preview(id) as d"
        " from (values (null), (-1), (9999999999999)) t(id)"
    )
    assert found.isna().all(axis=None)


def test_functions_as_tables(snap: hn.Snapshot) -> None:
    node = snap.node(int(snap.find(class_name="OrderDraft")["node_id"].iloc[0]))
    retaining = snap.sql("select node_id from retainers(?)", [node.id])
    assert set(node.retainers()["node_id"]) <= set(retaining["node_id"])
    dominator = node.dominator
    assert dominator is not None
    children = snap.sql("from children(?) order by node_id", [dominator.id])
    assert children["node_id"].tolist() == sorted(dominator.children()["node_id"])


def test_answers_are_of_the_types_that_heapnb_uses(snap: hn.Snapshot) -> None:
    found = snap.sql(
        "select sum(retained_size) as total, count(*) as n, max(class_name) as name,"
        " null::bigint as missing, avg(edge_count) as mean, sum(node_id)::decimal(9,2) as d"
        " from nodes where node_id < 100"
    )
    assert found["total"].dtype == np.int64
    assert found["n"].dtype == np.int64
    assert isinstance(found["name"].dtype, pd.StringDtype)
    assert found["missing"].isna().all()
    assert found["mean"].dtype == np.float64
    assert snap.sql("select sum(1e30::hugeint) as s")["s"].iloc[0] == pytest.approx(1e30)


def test_columns_of_one_name_are_told_apart(snap: hn.Snapshot) -> None:
    found = snap.sql("select 1 as a, 2 as a, 3 as a_1")
    assert found.iloc[0].to_dict() == {"a": 1, "a_1": 2, "a_1_1": 3}


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("", "not one query"),
        ("select 1; select 2", "not one query"),
        ("selec 1", "syntax error"),
        ("select nothing from nodes", "nothing"),
        ("select * from nowhere", "nowhere"),
        ("drop table nodes", "snapshots are read-only"),
        ("create table t as select 1", "snapshots are read-only"),
        ("insert into nodes select * from nodes", "snapshots are read-only"),
        ("set threads = 1", "snapshots are read-only"),
        ("select path('x')", "Could not convert"),
        ("select * from nodes where name ~ '('", ""),
        ("select ?", ""),
        pytest.param("select '\ud800'", "surrogate", id="surrogate"),
    ],
)
def test_what_is_not_understood(snap: hn.Snapshot, statement: str, words: str) -> None:
    with pytest.raises(hn.SqlError) as caught:
        snap.sql(statement)
    assert words in caught.value.message
    assert "\n" not in str(caught.value)
    assert caught.value.statement == statement
    assert isinstance(caught.value, hn.HeapnbError)


def test_deep_nesting_is_refused_or_answered(snap: hn.Snapshot) -> None:
    # DuckDB 2 limits the depth of expressions, earlier versions do not.
    answer = None
    with contextlib.suppress(hn.SqlError):
        answer = snap.sql("select " + "(" * 5_000 + "1" + ")" * 5_000)
    assert answer is None or answer.iloc[0, 0] == 1


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_csv('{path}')",
        "select * from read_text('{path}')",
        "select * from read_parquet('{path}')",
        "select * from '{path}'",
        "select * from glob('{path}')",
        "copy (select 1) to '{path}'",
        "copy nodes from '{path}'",
        "attach '{path}'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "export database '{path}'",
        "select getenv('HOME')",
    ],
)
def test_there_is_no_way_to_files(snap: hn.Snapshot, tmp_path: Path, statement: str) -> None:
    path = tmp_path / "secret.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(hn.SqlError):
        snap.sql(statement.format(path=path))
    assert path.read_text() == "a,b\n1,2\n"
    assert len(list(tmp_path.iterdir())) == 1


def test_variables_of_the_caller_are_out_of_reach(snap: hn.Snapshot) -> None:
    frame_of_mine = pd.DataFrame({"a": [1]})
    assert len(frame_of_mine) == 1
    with pytest.raises(hn.SqlError, match="frame_of_mine"):
        snap.sql("select * from frame_of_mine")


def test_only_what_is_asked_for_is_computed() -> None:
    graph = hn.load(sample_series("listener_per_request")[0], cache=False, progress=False).graph
    query(graph, "select node_type, count(*) from nodes where node_id > 5 group by 1")
    for name in ("dominator", "distance", "class_index", "shallow_size"):
        assert name not in graph.results


def test_texts_that_would_break_out() -> None:
    builder = SnapshotBuilder()
    names = ["'; drop table nodes; --", "\x00nul", "\U0001f600 ok", 'quote"', "a\nb"]
    for number, name in enumerate(names):
        builder.node(f"n{number}", name=name)
        builder.edge("root", f"n{number}", name)
    snap = hn.load(builder.to_bytes(), progress=False)
    found = snap.sql("select name from nodes where node_id > 1 order by node_id")["name"].tolist()
    assert found == snap.nodes["name"].tolist()[1:]
    assert snap.sql("select * from nodes where name = ?", [names[0]])["node_id"].tolist() == [3]


@pytest.mark.parametrize(
    ("statement", "parameters"),
    [("select ?", [object()]), ("select $a", {"b": 1}), ("select 1", [1]), ("select ?", [])],
)
def test_parameters_that_do_not_fit(
    snap: hn.Snapshot, statement: str, parameters: list[object] | dict[str, object]
) -> None:
    with pytest.raises(hn.SqlError):
        snap.sql(statement, parameters)


def test_without_duckdb(snap: hn.Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(hn.MissingExtraError, match=r"heapnb\[sql\]"):
        snap.sql("select 1")


# -- series -----------------------------------------------------------------------------------


def test_tables_of_a_series_tell_the_snapshot(series: hn.Series) -> None:
    found = series.sql(
        "select snapshot, count(*) as n, sum(shallow_size) as size from nodes group by 1 order by 1"
    )
    assert found["snapshot"].tolist() == [1, 2, 3]
    assert found["n"].tolist() == [s.n_nodes for s in series.snapshots]
    assert found["size"].tolist() == [s.total_size for s in series.snapshots]
    facts = series.sql("from snapshots order by snapshot")
    assert facts["name"].tolist() == [s.name for s in series.snapshots]
    assert facts["path"].tolist() == [s.path for s in series.snapshots]


def test_classes_of_a_series_are_those_of_its_growth(series: hn.Series) -> None:
    growth = series.growth()
    found = series.sql(
        "select count from constructors where snapshot = 3 and class_name = 'OrderDraft'"
    )
    expected = growth.loc[growth["class_name"] == "OrderDraft", "count_3"]
    assert found["count"].tolist() == expected.tolist()
    # Plain objects are named alike in all snapshots.
    of_nodes = series.sql("select distinct class_name from nodes where shallow_size > 0")
    assert set(of_nodes["class_name"]) == set(growth["class_name"])


def test_functions_ask_the_last_snapshot_or_another(series: hn.Series) -> None:
    (first, last) = (hn.load(series.snapshots[i].path or "", progress=False) for i in (0, -1))
    node_id = int(last.find(class_name="Server")["node_id"].iloc[0])
    found = series.sql(
        "select retained($id) as last, retained(1, $id) as first, retained(9, $id) as none",
        {"id": node_id},
    ).iloc[0]
    assert found["last"] == last.node(node_id).retained_size
    assert found["first"] == first.node(node_id).retained_size
    assert pd.isna(found["none"])
    children = series.sql("from children(?, of_snapshot := 1)", [node_id])
    assert len(children) == len(first.node(node_id).children())
    retaining = series.sql("from retainers(?, of_snapshot := 1)", [node_id])
    assert set(first.node(node_id).retainers()["node_id"]) <= set(retaining["node_id"])


def _counting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    opened: list[str] = []

    def open_and_note(path: str, **options: Any) -> HeapGraph:
        opened.append(Path(path).name)
        return open_graph(path, **options)

    monkeypatch.setattr("heapnb.graph.sources.open_graph", open_and_note)
    return opened


@pytest.mark.parametrize(
    ("statement", "files"),
    [
        ("select count(*) from constructors", []),
        ("select count(*) from nodes where snapshot = 3", []),
        ("select count(*) from nodes where snapshot = 1 and class_name = 'Map'", ["before"]),
        ("select count(*) from nodes where snapshot < 3", ["before", "after1"]),
        ("select retained(7)", []),
    ],
)
def test_files_are_read_again_only_if_need_be(
    series: hn.Series, monkeypatch: pytest.MonkeyPatch, statement: str, files: list[str]
) -> None:
    opened = _counting(monkeypatch)
    series.sql(statement)
    assert [name.partition(".")[0] for name in opened] == files


def test_a_series_without_files() -> None:
    builders = [SnapshotBuilder.from_edges(text) for text in ("root>a", "root>a a>b")]
    series = hn.load_series([builder.to_bytes() for builder in builders])
    assert series.sql("select sum(count) as n from constructors where snapshot = 1")["n"][0] == 1
    with pytest.raises(hn.SqlError, match="no file"):
        series.sql("select count(*) from nodes")


def test_a_file_that_was_changed(tmp_path: Path) -> None:
    paths = [tmp_path / "a.heapsnapshot", tmp_path / "b.heapsnapshot"]
    paths[0].write_bytes(SnapshotBuilder.from_edges("root>a").to_bytes())
    paths[1].write_bytes(SnapshotBuilder.from_edges("root>a a>b").to_bytes())
    series = hn.load_series(paths)
    paths[0].write_bytes(SnapshotBuilder.from_edges("root>a a>b b>c c>d").to_bytes())
    with pytest.raises(hn.SqlError, match="changed"):
        series.sql("select count(*) from nodes")
    paths[0].unlink()
    with pytest.raises(hn.HeapnbError):
        series.sql("select count(*) from nodes")


@pytest.mark.parametrize("table", ["nodes", "edges"])
def test_no_thread_reads_ahead(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that still made batches while Python ended aborted or blocked the process."""
    made = []
    make = sql_tables._LazyTable._batch

    def noted(*given: Any) -> Any:
        made.append(given)
        return make(*given)

    monkeypatch.setattr(sql_tables, "ROWS_PER_BATCH", 10)
    monkeypatch.setattr(sql_tables._LazyTable, "_batch", noted)
    names = " ".join(f"root.n{i}>c{i}" for i in range(1_000))
    snap = SnapshotBuilder.from_edges(names).snapshot()
    assert len(snap.sql(f"select * from {table} limit 1")) == 1
    assert len(made) <= 4
