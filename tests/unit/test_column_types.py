"""No table misleads: integers are signed, texts are strings, unknown distances are missing."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import heapnb as hn
from heapnb import vocab
from heapnb.analysis.tables import TABLES
from heapnb.errors import HeapnbError
from heapnb.export import EDGE_SCHEMA, NODE_SCHEMA
from heapnb.frames import signed
from heapnb.schema import Kind, find_column
from heapnb.testing import SnapshotBuilder
from tests.conftest import sample_series

SIGNED = {"int64", "Int64"}
MANY_BITS = {Kind.BYTES, Kind.BYTES_DELTA, Kind.COUNT, Kind.COUNT_DELTA}
CASE = "listener_per_request"


@pytest.fixture(scope="module")
def series() -> hn.Series:
    return hn.load_series(sample_series(CASE))


@pytest.fixture(scope="module")
def snap(series: hn.Series) -> hn.Snapshot:
    return hn.Snapshot(series.last)


def check(frame: pd.DataFrame, source: str) -> None:
    for name, dtype in frame.dtypes.items():
        where = f"{source}[{name!r}] has the dtype {dtype}"
        assert not isinstance(dtype, pd.CategoricalDtype), where
        assert "uint" not in str(dtype).lower(), where
        column = find_column(str(name))
        is_id = str(name).endswith("_id")
        if is_id or (column is not None and column.kind in MANY_BITS):
            is_text_or_list = isinstance(dtype, pd.ArrowDtype) or dtype.kind == "O"
            assert str(dtype) in SIGNED or (is_text_or_list and not is_id), where
        if name == "distance":
            assert str(dtype).lower() == "int32", where
            known = frame[name].dropna()
            assert ((known >= 0) & (known < vocab.BASE_SYSTEM_DISTANCE)).all(), where


def tables_of(result: object) -> Iterator[tuple[str, pd.DataFrame]]:
    """Call every public method and property that needs no argument and makes a table."""
    for name, member in inspect.getmembers(type(result)):
        if name.startswith("_"):
            continue
        is_method = inspect.isfunction(member)
        of = member if is_method else getattr(member, "fget", getattr(member, "func", None))
        if of is None or "DataFrame" not in str(inspect.signature(of).return_annotation):
            continue
        needed = [
            parameter
            for parameter in list(inspect.signature(of).parameters.values())[1:]
            if parameter.default is parameter.empty
        ]
        if not needed:
            found = getattr(result, name)
            yield f"{type(result).__name__}.{name}", found() if is_method else found


def results(series: hn.Series, snap: hn.Snapshot) -> Iterator[object]:
    diagnosis = hn.diagnose(series)
    suspect = diagnosis.suspects[0]
    node = snap.node(suspect.node_id)
    yield from (series, snap, diagnosis, suspect, node)
    yield from (series.survivors(), series.cohorts(), series.cohorts("holder"))
    yield from (node.retaining_path(), node.what_if(), suspect.culprits)
    yield from (snap.summary(), snap.statistics(), snap.merged_paths([node.id]))
    yield hn.diff(sample_series(CASE)[0], snap)


def test_every_table_of_every_result(series: hn.Series, snap: hn.Snapshot) -> None:
    checked = set()
    for result in results(series, snap):
        for source, frame in tables_of(result):
            check(frame, source)
            checked.add(source)
    assert {"Snapshot.nodes", "Snapshot.edges", "Snapshot.strings", "Diff.added"} <= checked
    assert {"Series.growth", "Survivors.table", "Diagnosis.table", "Node.edges"} <= checked
    assert len(checked) > 40


@pytest.mark.parametrize("name", TABLES)
def test_decoded_tables(snap: hn.Snapshot, name: str) -> None:
    check(TABLES[name].frame(snap.graph), name)


@pytest.mark.parametrize(
    "ask",
    [
        lambda snap, ids: snap.find("OrderDraft"),
        lambda snap, ids: snap.immediate_dominators("OrderDraft"),
        lambda snap, ids: snap.group_by_value("OrderDraft", "id"),
        lambda snap, ids: snap.duplicate_objects("OrderDraft"),
        lambda snap, ids: snap.collection_sizes("fill_ratio"),
        *(
            lambda snap, ids, by=by: snap.top_consumers(by)
            for by in ("object", "script", "package")
        ),
        lambda snap, ids: snap.constructors(by_name=True),
        lambda snap, ids: snap.sql("select * from nodes"),
        lambda snap, ids: snap.sql("select * from edges limit 10"),
        lambda snap, ids: snap.sql("select count(*)::uinteger as n, 1::utinyint as m from nodes"),
        lambda snap, ids: snap.sql("select distance from constructors"),
    ],
)
def test_answers_to_questions(
    snap: hn.Snapshot, ask: Callable[[hn.Snapshot, list[int]], pd.DataFrame]
) -> None:
    if "sql" in inspect.getsource(ask):
        pytest.importorskip("duckdb")
    check(ask(snap, []), "answer")


def test_differences_of_sizes_may_be_negative(snap: hn.Snapshot) -> None:
    sizes = snap.nodes[["self_size", "retained_size"]]
    assert (sizes["self_size"] - sizes["retained_size"]).min() < 0


@pytest.mark.parametrize("schema", [NODE_SCHEMA, EDGE_SCHEMA])
def test_exported_columns(schema: pa.Schema) -> None:
    assert not [field for field in schema if pa.types.is_unsigned_integer(field.type)]


def test_ids_and_sizes_that_need_64_bits_stay_exact() -> None:
    values = np.array([2**40 + 1, 2**63 - 1], np.uint64)
    assert signed(values).tolist() == values.tolist()


def test_a_file_whose_sizes_do_not_fit_is_refused() -> None:
    builder: Any = SnapshotBuilder.from_edges(" ".join(f"root>n{i}" for i in range(12)))
    for i in range(12):
        builder.node(f"n{i}", size=10**18 - 1)
    with pytest.raises(HeapnbError, match="add up to more than"):
        hn.load(builder.to_bytes())
