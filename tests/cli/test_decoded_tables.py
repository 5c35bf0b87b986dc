"""The commands of the registry of decoded tables: JSON with fixed columns, tables for people."""

from __future__ import annotations

from pathlib import Path

import pytest

from heapnb.analysis.tables import TABLES, DecodedTable
from heapnb.cli.decoded import commands
from heapnb.views.columns import heading
from tests.cli.conftest import Run
from tests.conftest import ROOT

CAPTURE = ROOT / "tests" / "data" / "decode" / "node-22.heapsnapshot.zst"
_ELSEWHERE = {"detached", "dead_variables", "known_objects"}
TABLES_OF_NODE = [table for table in TABLES.values() if table.name not in _ELSEWHERE]


@pytest.mark.parametrize("table", TABLES_OF_NODE, ids=lambda table: table.command)
def test_json(run: Run, table: DecodedTable) -> None:
    rows = run(table.command, CAPTURE, "--json").json
    assert rows
    assert all(list(row) == list(table.columns) for row in rows)
    values = [row[table.sort] for row in rows]
    assert values == sorted(values, reverse=True)


def test_dead_variables(run: Run) -> None:
    worker = ROOT / "tests" / "data" / "contexts" / "workerd.heapsnapshot.zst"
    rows = run("dead-variables", worker, "--json").json
    assert {(row["variable"], row["kept_by"], row["evidence"]) for row in rows} == {
        ("big", "handler", "scopes")
    }


def test_detached_trees(run: Run) -> None:
    page = ROOT / "sample_snapshots" / "detached_dom" / "after2.heapsnapshot.zst"
    rows = run("detached", page, "--json").json
    assert {(row["class_name"], row["kind"], row["held_by"]) for row in rows} == {
        ("Detached <tr>", "property", "rows")
    }
    assert "640" in run("detached", page).out.split()


def test_known_objects(run: Run) -> None:
    assert run("known-objects", CAPTURE, "--json").json == []


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.command)
def test_tables(run: Run, table: DecodedTable, sample: Path) -> None:
    each = ["--each"] if table.groups else []
    words = run(table.command, sample, *each).out.split()
    assert set(heading(table.sort).split()) <= set(words)


@pytest.mark.parametrize("name", TABLES)
def test_help(run: Run, name: str) -> None:
    text = run(TABLES[name].command, "--help").out
    assert TABLES[name].help in " ".join(text.split())
    assert commands[name].name == TABLES[name].command


def test_rows(run: Run) -> None:
    found = run("listeners", CAPTURE, "--json").json
    assert {"onTick", "onAbort"} <= {row["function"] for row in found}
    found = run("timers", CAPTURE, "--json").json
    assert {row["delay"] for row in found if row["function"] == "onInterval"} == {54_321}
    found = run("modules", CAPTURE, "--json").json
    assert max(row["copies"] for row in found) == 3
    found = run("globals", CAPTURE, "--json").json
    assert sorted(row["name"] for row in found if not row["built_in"]) == ["addedGlobal", "decoded"]
