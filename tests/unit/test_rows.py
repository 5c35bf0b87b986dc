"""Tables without pandas look and sort like DataFrames."""

from __future__ import annotations

import pandas as pd
import pytest

from heapnb.analysis.constructors import constructor_rows, constructors
from heapnb.cli.constructors import COLUMNS
from heapnb.cli.output import records, sorted_by
from heapnb.cli.places import own_code_first
from heapnb.graph import open_graph
from heapnb.views.rows import Rows
from heapnb.views.text import render_table
from tests.conftest import sample_series


@pytest.fixture(scope="module", params=[False, True], ids=["by site", "by name"])
def tables(request: pytest.FixtureRequest) -> tuple[pd.DataFrame, Rows]:
    graph = open_graph(sample_series("detached_dom")[-1])
    by_name = request.param
    return (
        constructors(graph, by_name=by_name),
        Rows(constructor_rows(graph, by_name=by_name).columns()),
    )


@pytest.mark.parametrize("column", [*COLUMNS, None])
def test_rows_are_those_of_the_data_frame(
    tables: tuple[pd.DataFrame, Rows], column: str | None
) -> None:
    frame, rows = (sorted_by(table, column) for table in tables)
    assert records(rows, COLUMNS) == records(frame, COLUMNS)


@pytest.mark.parametrize("width", [None, 60, 120])
def test_rows_look_like_the_data_frame(
    tables: tuple[pd.DataFrame, Rows], width: int | None
) -> None:
    frame, rows = (own_code_first(table, 20) for table in tables)
    assert rows.sections == frame.sections
    shown = [
        render_table(chosen.frame, width=width, spare=["distance"], sections=chosen.sections)
        for chosen in (frame, rows)
    ]
    assert shown[0] == shown[1]


def test_missing_values_come_last_and_equal_ones_keep_their_order() -> None:
    rows = Rows({"count": [None, 1, 2, 1], "name": ["b", None, "a", "b"]})
    assert rows.sorted_by("count").columns["count"] == [2, 1, 1, None]
    assert rows.sorted_by("count").columns["name"] == ["a", None, "b", "b"]
    assert rows.sorted_by("name").columns["name"] == ["a", "b", "b", None]
    assert rows.sorted_by("name").columns["count"] == [2, None, 1, 1]


def test_a_column_of_truth_values_is_not_numeric() -> None:
    assert not Rows({"is_open": [True, False]}).is_numeric("is_open")
    assert render_table(Rows({})) == "(no columns)"
