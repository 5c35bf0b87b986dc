"""What the registry of decoded tables promises: methods, columns, commands, docs."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import pandas as pd
import pytest

from heapnb._showing import Shown
from heapnb.analysis.tables import TABLES, DecodedTable
from heapnb.cli.app import application
from heapnb.schema import COLUMNS
from heapnb.snapshot import Snapshot, load
from heapnb.workbench.model import Window
from heapnb.workbench.subject import Workbench
from heapnb.workbench.trees.registry import DECODED
from tests.conftest import ROOT
from tests.docs.tables import PAGES, current

CAPTURE = ROOT / "tests" / "data" / "decode" / "node-22.heapsnapshot.zst"
each_table = pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return load(CAPTURE, progress=False)


@each_table
def test_snapshots_have_the_method(table: DecodedTable, snapshot: Snapshot) -> None:
    method = inspect.getsource(getattr(Snapshot, table.name))
    answer: Any = getattr(snapshot, table.name)()
    if "pd.DataFrame" not in method:
        # A result of its own, which says more about the whole table.
        assert Shown in type(answer).__mro__
        answer = answer.table
    assert isinstance(answer, pd.DataFrame)
    assert list(answer.columns) == list(table.columns)


@each_table
def test_columns_are_in_the_schema(table: DecodedTable) -> None:
    assert set(table.columns) <= set(COLUMNS)
    assert {table.sort, *table.hidden, *table.group_by} <= set(table.columns)
    assert table.sort in table.shown
    assert table.empty_text or not table.in_workbench


@each_table
def test_docstrings_list_the_columns(table: DecodedTable) -> None:
    function = getattr(importlib.import_module(table.path), table.function)
    text = inspect.getdoc(function) or ""
    if "nodes_frame" not in text:
        assert [name for name in table.columns if f"``{name}``" not in text] == []
    page = (ROOT / "docs" / "site" / "tables.md").read_text()
    assert f".. autofunction:: {table.path}.{table.function}\n" in page


def test_commands_stand_in_the_order_of_the_registry() -> None:
    names = {table.command for table in TABLES.values()}
    assert [name for name in application.commands if name in names] == [
        table.command for table in TABLES.values()
    ]


@pytest.mark.parametrize(("page", "name"), PAGES)
def test_docs_are_current(page: str, name: str) -> None:
    text = (ROOT / page).read_text()
    assert text == current(text, name, PAGES[page, name]()), "run python -m tests.docs.tables"


def test_every_table_has_a_tree_unless_another_shows_it() -> None:
    assert set(DECODED) == {table.name for table in TABLES.values() if table.in_workbench}
    for name, tree in DECODED.items():
        assert tree.group_by == TABLES[name].group_by
        assert tree.description, name


@each_table
def test_trees_show_rows(table: DecodedTable, snapshot: Snapshot) -> None:
    if not table.in_workbench or table.name in {"detached", "dead_variables", "known_objects"}:
        # These need a browser's snapshot, or the program's sources.
        return
    tree = DECODED[table.name](Workbench(snapshot.graph))
    rows = tree.rows(None, Window()).rows
    assert rows
    assert {column.key for column in tree.columns} >= {"shallow_size", "retained_size"}
    if table.group_by:
        assert rows[0].cells["count"]


def test_groups_of_trees_are_labelled_by_their_columns(snapshot: Snapshot) -> None:
    def labels(name: str) -> set[str]:
        tree = DECODED[name](Workbench(snapshot.graph))
        rows = tree.rows(None, Window(limit=200)).rows
        return {"".join(text for _, text in row.label) for row in rows}

    assert any(label.startswith("onInterval()") for label in labels("timers"))
    assert any(" in " in label for label in labels("buffers"))
    assert any("server" in label for label in labels("sockets"))
    assert any("()" in label for label in labels("contexts"))
