"""Closures: places in the source, captured variables, and contexts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from heapnb.decode.closures import closures
from heapnb.graph import open_graph
from heapnb.graph.locations import location_of, script_names
from heapnb.testing import SnapshotBuilder
from tests.conftest import ROOT, sample_cases, sample_series

FORMATS = ROOT / "tests" / "data" / "formats"
CONTEXT = "system / Context"


def read_case(case: str) -> dict[str, Any]:
    text = (ROOT / "sample_snapshots" / case / "case.json").read_text()
    answer: dict[str, Any] = json.loads(text)
    return answer


def located(table: pd.DataFrame, location: str) -> pd.DataFrame:
    return table[table["location"].str.endswith(location).fillna(value=False)]


def function_in(builder: SnapshotBuilder, key: str = "f") -> pd.Series[Any]:
    table = closures(builder.graph())
    return table.loc[[builder.ordinal(key)]].iloc[0]


@pytest.fixture
def builder() -> SnapshotBuilder:
    builder = SnapshotBuilder.from_edges(
        "root>f f/shared>info info/script>script f/context>own own:key>text own:cache>map "
        "own/previous>outer outer/previous>native"
    )
    builder.node("f", type="closure", name="lookUp", location=(7, 11, 4))
    builder.node("own", name=CONTEXT).node("outer", name=CONTEXT)
    builder.node("native", type="hidden", name="system / NativeContext")
    return builder.node("script", type="code", name="lib/memo.js")


class TestBuilt:
    def test_a_row(self, builder: SnapshotBuilder) -> None:
        row = function_in(builder)
        assert row["node_id"] == builder.node_id("f")
        assert row["function"] == "lookUp"
        assert row["location"] == "lib/memo.js:12:5"
        assert (row["script"], row["line"], row["column"]) == ("lib/memo.js", 12, 5)
        assert list(row["variables"]) == ["key", "cache"]
        assert row["context_id"] == builder.node_id("own")
        assert row["outer_contexts"] == 1
        assert row["shallow_size"] == 16

    def test_without_a_place_the_script_is_known(self, builder: SnapshotBuilder) -> None:
        builder.edge("root", "g", "g").edge("g", "info", "shared", type="internal")
        row = function_in(builder.node("g", type="closure"), "g")
        assert row["script"] == "lib/memo.js"
        assert row[["location", "line", "column", "context_id"]].isna().all()
        assert list(row["variables"]) == []

    @pytest.mark.parametrize(
        ("name", "location"),
        [
            ("system / Script / ext:core/a.js", "ext:core/a.js:12:5"),
            ("system / Script", "script 7:12:5"),
            ("", "script 7:12:5"),
            ("webpack:///./src/a b.ts", "webpack:///./src/a b.ts:12:5"),
        ],
    )
    def test_names_of_scripts(self, builder: SnapshotBuilder, name: str, location: str) -> None:
        builder.node("script", name=name)
        assert function_in(builder)["location"] == location
        assert location_of(builder.graph(), builder.ordinal("f")) == location

    def test_a_function_that_was_debugged(self, builder: SnapshotBuilder) -> None:
        builder.node("script", name="system / DebugInfo")
        builder.edge("script", "real", "script", type="internal")
        builder.node("real", type="code", name="lib/debugged.js")
        assert function_in(builder)["location"] == "lib/debugged.js:12:5"

    def test_the_global_scope_captures_nothing(self, builder: SnapshotBuilder) -> None:
        builder.edge("root", "g", "g").edge("g", "native", "context", type="internal")
        builder.node("g", type="closure").edge("native", "map", "Map", type="context")
        row = function_in(builder, "g")
        assert list(row["variables"]) == []
        assert pd.isna(row["context_id"])
        assert row["outer_contexts"] == 0

    def test_contexts_named_by_their_scope(self, builder: SnapshotBuilder) -> None:
        builder.node("own", name=f"{CONTEXT} / scope @12").node("outer", name=f"{CONTEXT} / scope")
        row = function_in(builder)
        assert list(row["variables"]) == ["key", "cache"]
        assert row["outer_contexts"] == 1

    def test_contexts_in_a_circle(self, builder: SnapshotBuilder) -> None:
        builder.edge("native", "own", "previous", type="internal").node("native", name=CONTEXT)
        assert 0 <= function_in(builder)["outer_contexts"] <= 3

    def test_no_closures(self) -> None:
        table = closures(SnapshotBuilder.from_edges("root>a").graph())
        assert table.empty
        assert "variables" in table

    def test_hostile_names_are_data(self, builder: SnapshotBuilder) -> None:
        builder.node("f", name="</script>\x1b[31m\n").node("script", name="a:1:2\n")
        row = function_in(builder)
        assert row["function"] == "</script>\x1b[31m\n"
        assert row["location"] == "a:1:2\n:12:5"


@pytest.mark.parametrize("case", sample_cases())
class TestSamples:
    def test_leaking_functions_are_where_they_should_be(self, case: str) -> None:
        expected = read_case(case)["expected"]
        leaked = [row for row in expected.get("leaked", []) if row["class_name"] == "Function"]
        for number, path in enumerate(sample_series(case)):
            table = closures(open_graph(path))
            for row in leaked:
                found = located(table, row["location"])
                assert len(found) == row["count_per_snapshot"][number]

    def test_every_function_of_the_program_begins_where_it_says(self, case: str) -> None:
        known = read_case(case)
        folder = known.get("scripts", f"{known.get('origin', '/srv/' + known['folder'])}/")
        table = closures(open_graph(sample_series(case)[-1]))
        own = table[table["script"].str.startswith(folder).fillna(value=False)]
        assert len(own)
        app = ROOT / "sample_snapshots" / case / "app"
        # The body of an ES module begins where its file does.
        is_body = (own["line"] == 1) & (own["column"] == 1)
        places = own.loc[~is_body, ["script", "line", "column"]].drop_duplicates()
        for script, line, column in places.itertuples(index=False):
            source = (app / script.removeprefix(folder)).read_text().split("\n")[line - 1]
            assert source[column - 1 :].startswith(("(", "async", "function"))

    def test_nodes_agree(self, case: str) -> None:
        graph = open_graph(sample_series(case)[0])
        table = closures(graph)
        for node in np.linspace(0, len(table) - 1, 200).astype(int):
            row = table.iloc[node]
            expected = None if pd.isna(row["location"]) else row["location"]
            assert location_of(graph, int(row.name)) == expected


@pytest.mark.parametrize(
    ("case", "location", "variables", "n_outer"),
    [
        ("shared_closure_context", "lib/rates.js:43:14", {"outgoing", "table"}, 1),
        ("shared_closure_context", "lib/rates.js:44:17", {"outgoing", "table"}, 1),
        ("listener_per_request", "lib/orderHandler.js:19:27", {"response", "draft"}, 2),
        ("unbounded_memoize", "lib/memoize.js:7:27", {"compute", "results"}, 0),
    ],
)
def test_captured_variables(case: str, location: str, variables: set[str], n_outer: int) -> None:
    found = located(closures(open_graph(sample_series(case)[-1])), location)
    assert len(found)
    assert all(set(names) == variables for names in found["variables"])
    assert set(found["outer_contexts"]) == {n_outer}
    assert found["context_id"].is_unique


@pytest.mark.parametrize("path", sorted(FORMATS.glob("*.zst")), ids=lambda path: path.name)
def test_formats(path: Path) -> None:
    graph = open_graph(path)
    table = closures(graph)
    assert len(table) == (graph.node_type == graph.node_type_index("closure")).sum()
    row = table[table["function"] == "countUp"].iloc[0]
    producer = path.name.split(".")[0]
    if producer == "bun":
        assert pd.isna(row["script"])
        return
    assert row["script"].endswith("/program.cjs")
    assert {"history"} <= set(row["variables"]) <= {"history", "count"}
    if producer in {"node-8", "node-10"}:
        assert pd.isna(row["location"])
        assert script_names(graph) == {}
    else:
        assert row["location"].endswith("/program.cjs:20:26")
