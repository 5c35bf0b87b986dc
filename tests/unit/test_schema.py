"""Every column of every public table is in the schema, with its unit and a sentence on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pandas as pd
import pytest

import heapnb as hn
from heapnb.analysis.series.memwatch import compare_as_memwatch
from heapnb.analysis.sql import query
from heapnb.schema import COLUMNS, Kind, find_column
from heapnb.snapshot import Snapshot
from heapnb.timeline.smaps import parse_smaps
from heapnb.views.columns import heading, kind_of
from heapnb.views.text import render_table
from tests.conftest import ROOT
from tests.fleet.rows import small_fleet

MAPPING = "00400000-00b6f000 r--p 00000000 fe:00 1  /usr/bin/node\nRss:  4 kB\n"
LOGS = ROOT / "tests" / "data"
REPORT = LOGS / "diagnostic_reports" / "node-20.json"
CASE = ROOT / "sample_snapshots" / "listener_per_request"


@cache
def files() -> tuple[str, ...]:
    names = ("before", "after1", "after2")
    return tuple(str(CASE / f"{name}.heapsnapshot.zst") for name in names)


@cache
def snapshot() -> Snapshot:
    return hn.load(files()[-1], progress=False)


@cache
def series() -> hn.Series:
    return hn.load_series(list(files()))


@cache
def fleet() -> hn.Fleet:
    return small_fleet(Path(mkdtemp()) / "fleet")


def node() -> hn.Node:
    return snapshot().node(int(snapshot().find(class_name="Map")["node_id"].iloc[0]))


TABLES: dict[str, Callable[[], pd.DataFrame]] = {
    "nodes": lambda: snapshot().nodes,
    "edges": lambda: snapshot().edges,
    "strings": lambda: snapshot().strings,
    "constructors": lambda: snapshot().constructors(),
    "closures": lambda: snapshot().closures(),
    "contexts": lambda: snapshot().contexts(),
    "texts": lambda: snapshot().texts(),
    "duplicate_strings": lambda: snapshot().duplicate_strings(),
    "collections": lambda: snapshot().collections(),
    "listeners": lambda: snapshot().listeners(),
    "timers": lambda: snapshot().timers(),
    "promises": lambda: snapshot().promises(),
    "sockets": lambda: snapshot().sockets(),
    "modules": lambda: snapshot().modules(),
    "globals": lambda: snapshot().globals(),
    "buffers": lambda: snapshot().buffers(),
    "detached": lambda: snapshot().detached(),
    "top objects": lambda: snapshot().top_consumers("object"),
    "top classes": lambda: snapshot().top_consumers("class"),
    "top scripts": lambda: snapshot().top_consumers("script"),
    "top packages": lambda: snapshot().top_consumers("package"),
    "dominators": lambda: snapshot().dominators(),
    "immediate dominators": lambda: snapshot().immediate_dominators("Map"),
    "big drops": lambda: snapshot().big_drops(),
    "leak suspects": lambda: snapshot().leak_suspects(),
    "values": lambda: snapshot().group_by_value("Socket", "readable"),
    "duplicate objects": lambda: snapshot().duplicate_objects(),
    "collection sizes": lambda: snapshot().collection_sizes(),
    "packages": lambda: snapshot().packages(),
    "known objects": lambda: snapshot().known_objects(),
    "summary": lambda: snapshot().summary().table,
    "statistics": lambda: snapshot().statistics().table,
    "what if": lambda: snapshot().what_if(node()).table,
    "culprits": lambda: snapshot().culprits("OrderDraft").table,
    "paths": lambda: snapshot().merged_paths("OrderDraft").table,
    "retainers": lambda: node().retainers(),
    "gc log": lambda: hn.read_trace_gc(LOGS / "gc_logs" / "node-24-nvp.log").table,
    "isolates": lambda: hn.read_trace_gc(LOGS / "gc_logs" / "node-22-workers.log").isolates,
    "memory log": lambda: hn.read_memory_log(LOGS / "memory_logs" / "kit.jsonl").table,
    "heap spaces": lambda: hn.read_diagnostic_report(REPORT).table,
    "time line": lambda: hn.timeline(REPORT, LOGS / "gc_logs" / "node-20-leak.log").table,
    "children": lambda: node().children(),
    "node's edges": lambda: node().edges(),
    "entries": lambda: node().entries(),
    "fields": lambda: node().fields(),
    "series": lambda: series().table,
    "growth": lambda: series().growth(),
    "survivors": lambda: series().survivors().table,
    "cohorts": lambda: series().cohorts().table,
    "cohorts by holder": lambda: series().cohorts("holder").table,
    "survival curves": lambda: series().cohorts().curves(),
    "diff": lambda: hn.diff(*files()[::2]).table,
    "diff by class": lambda: hn.diff(*files()[::2]).constructors(),
    "added": lambda: hn.diff(*files()[::2]).added,
    "memwatch": lambda: compare_as_memwatch(snapshot().graph, snapshot().graph).table,
    "diagnosis": lambda: hn.diagnose(series()).table,
    "rss": lambda: hn.rss(snapshot()).table,
    "rss by part": lambda: hn.rss(series()).by_part,
    "native log": lambda: (
        hn.read_native_log(ROOT / "tests" / "data" / "native_logs" / "massif.out").table
    ),
    "mappings": lambda: parse_smaps(MAPPING).table,
    "cases": lambda: fleet().cases,
    "fleet's snapshots": lambda: fleet().snapshots,
    "fleet's constructors": lambda: fleet().constructors,
    "fleet's suspects": lambda: fleet().suspects,
    "fingerprints": lambda: fleet().fingerprints,
    "memory": lambda: fleet().memory,
    "failures": lambda: fleet().failures,
    "shared leaks": lambda: fleet().shared().table,
    "separation": lambda: fleet().separating().table,
    "secrets": lambda: hn.audit(files()[0]).table,
}


@pytest.mark.parametrize("name", TABLES)
def test_columns_are_in_the_schema(name: str) -> None:
    columns = [str(column) for column in TABLES[name]().columns]
    assert columns
    assert [column for column in columns if find_column(column) is None] == []


@pytest.mark.parametrize("name", ["nodes", "edges", "strings", "constructors", "dominators"])
def test_columns_of_sql(name: str) -> None:
    pytest.importorskip("duckdb")
    columns = query(snapshot().graph, f"select * from {name} limit 1").columns
    assert [column for column in columns if find_column(str(column)) is None] == []


def test_columns_have_units_titles_and_docs() -> None:
    for column in COLUMNS.values():
        assert column.title[0].isupper(), column
        assert column.doc[0].isupper() or column.doc[0].isdigit(), column
        assert column.doc.endswith((".", ":12:5.")), column
        assert len(column.title) <= 20, column


def test_numbers_of_tables_are_not_texts() -> None:
    for name, make in TABLES.items():
        for column, values in make().items():
            known = find_column(str(column))
            assert known is not None
            if values.empty:
                continue
            is_number = pd.api.types.is_numeric_dtype(values.dtype)
            if pd.api.types.is_bool_dtype(values.dtype):
                assert known.kind is Kind.YES_NO, (name, column)
            elif is_number:
                assert known.kind.is_number, (name, column)


@pytest.mark.parametrize(
    ("name", "title", "kind"),
    [
        ("count_1", "Count 1", Kind.COUNT),
        ("retained_size_3", "Retained size 3", Kind.BYTES),
        ("retained_per_snapshot", "Retained size per snapshot", Kind.BYTES),
        ("births_2", "New 2", Kind.COUNT),
    ],
)
def test_columns_of_snapshots(name: str, title: str, kind: Kind) -> None:
    column = find_column(name)
    assert column is not None
    assert (column.title, column.kind) == (title, kind)
    assert column.doc.startswith("In ")


def test_columns_of_users() -> None:
    assert find_column("my_size") is find_column("nothing_1") is None
    assert heading("my_size") == "my_size"
    assert kind_of("my_size") is Kind.TEXT
    assert kind_of("my_size", is_numeric=True) is Kind.NUMBER
    frame: Any = pd.DataFrame({"my_size": [1_234_567], "retained_size": [1_234_567]})
    assert "1,234,567" in render_table(frame)
    assert "1.2 MB" in render_table(frame)
