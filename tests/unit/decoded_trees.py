"""What tests of the trees of decoded things share."""

from __future__ import annotations

from functools import cache
from typing import Any

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.suspects import Diagnosis
from heapnb.snapshot import Snapshot, load
from heapnb.testing import SnapshotBuilder
from heapnb.workbench.model import LARGEST_PAGE, Row, TreeTable, Window
from heapnb.workbench.subject import Workbench
from tests.conftest import sample_series


@cache
def sample(case: str) -> Snapshot:
    """Open the last snapshot of a sample program."""
    return load(sample_series(case)[-1], progress=False)


@cache
def sample_diagnosis(case: str) -> Diagnosis:
    """Diagnose a sample program."""
    return diagnose(sample_series(case))


def bench(source: Snapshot | SnapshotBuilder, **options: Any) -> Workbench:
    """Make a workbench."""
    return Workbench(source.graph if isinstance(source, Snapshot) else source.graph(), **options)


def text_of(row: Row) -> str:
    """Return the label of a row as text."""
    return "".join(text for _, text in row.label)


def default_window(tree: TreeTable, **filters: Any) -> Window:
    """Return what is shown at first."""
    sort, descending = tree.default_sort
    return Window(0, LARGEST_PAGE, sort, descending, filters)


def rows_of(tree: TreeTable, parent: str | None = None, **filters: Any) -> list[Row]:
    """Return all rows at one place, page by page."""
    window = default_window(tree, **filters)
    rows: list[Row] = []
    while True:
        page = tree.rows(
            parent, Window(len(rows), 50, window.sort, window.descending, window.filters)
        )
        assert page.offset == len(rows)
        rows += page.rows
        if len(rows) >= page.total or not page.rows:
            assert len(rows) == page.total
            return rows


def shown(tree: TreeTable, parent: str | None = None, **filters: Any) -> list[str]:
    """Return the labels of all rows at one place."""
    return [text_of(row) for row in rows_of(tree, parent, **filters)]


def row_with(tree: TreeTable, text: str, parent: str | None = None, **filters: Any) -> Row:
    """Return the first row whose label has a text in it."""
    found = [row for row in rows_of(tree, parent, **filters) if text in text_of(row)]
    assert found, f"no row has {text!r}"
    return found[0]
