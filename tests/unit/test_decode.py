"""Logical rows: the tables of every Node version hold what the program says of itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from heapnb.decode.global_object import global_objects
from heapnb.node import Node
from heapnb.snapshot import Snapshot, load
from heapnb.testing import SnapshotBuilder
from tests.conftest import ROOT

DATA = ROOT / "tests" / "data" / "decode"
VERSIONS = ("node-16", "node-18", "node-20", "node-22", "node-24", "node-26")
HOLDER = "decoded"
PROGRAM = "/srv/heap-decode/program.cjs"


@dataclass(frozen=True)
class Capture:
    """A snapshot, and what its program says is in it."""

    snapshot: Snapshot
    expected: dict[str, Any]

    def node(self, name: str) -> Node:
        """Return what the program holds under a name."""
        graph = self.snapshot.graph
        holder = property_of(graph.node_id[global_objects(graph)[0]], HOLDER, self.snapshot)
        return self.snapshot.node(property_of(holder, name, self.snapshot))

    def row(self, table: pd.DataFrame, name: str) -> Any:
        """Return the row of a table that is about it."""
        found = table[table["node_id"] == self.node(name).id]
        assert len(found) == 1, name
        return found.iloc[0]


def property_of(node_id: int, name: str, snapshot: Snapshot) -> int:
    edges = snapshot.node(node_id).edges()
    found = edges[(edges["edge_type"] == "property") & (edges["edge_name"] == name)]
    return int(found["node_id"].iloc[0])


@cache
def captured(version: str) -> Capture:
    expected = json.loads((DATA / f"{version}.json").read_text())
    return Capture(load(DATA / f"{version}.heapsnapshot.zst", progress=False), expected)


@pytest.fixture(params=VERSIONS)
def capture(request: pytest.FixtureRequest) -> Capture:
    return captured(request.param)


def none_if_missing(value: Any) -> Any:
    return None if pd.isna(value) else value


def test_the_captures_are_small() -> None:
    sizes = [path.stat().st_size for path in DATA.glob("*.zst")]
    assert len(sizes) == len(VERSIONS)
    assert max(sizes) <= 150_000
    assert sum(sizes) <= 1_000_000


def test_collections(capture: Capture) -> None:
    table = capture.snapshot.collections()
    assert len(capture.expected["collections"]) > 10
    for name, expected in capture.expected["collections"].items():
        row = capture.row(table, name)
        assert (name, row["kind"]) == (name, expected["kind"])
        assert (name, row["entry_count"]) == (name, expected["entryCount"])
        if pd.notna(row["capacity"]) and row["capacity"]:
            assert expected["size"] <= row["capacity"]
            assert row["fill_ratio"] == pytest.approx(expected["entryCount"] / row["capacity"])
        assert row["variable"] == name
        assert row["retained_size"] >= row["shallow_size"] > 0
    for name in ("mapOfNumbers", "arrayOfNumbers"):
        row = capture.row(table, name)
        assert pd.isna(row["entry_count"])
        assert row["capacity"] >= 40
        assert pd.isna(row["fill_ratio"])


def test_entries(capture: Capture) -> None:
    for name, expected in capture.expected["entries"].items():
        found = capture.node(name).entries()
        shown = [
            [none_if_missing(key), none_if_missing(value)]
            for key, value in zip(found["key"], found["value"], strict=True)
        ]
        if name in {"set", "weakSet"}:
            shown = [[value] for _, value in shown]
        ordered = capture.expected["collections"][name]["kind"] in {"Map", "Set", "Array"}
        if ordered:
            assert shown == expected, name
        else:
            assert sorted(shown, key=str) == sorted(expected, key=str), name
        assert (found["retained_size"] >= found["shallow_size"]).all()


def test_listeners(capture: Capture) -> None:
    table = capture.snapshot.listeners()
    for expected in capture.expected["listeners"]:
        rows = table[(table["event"] == expected["event"]) & (table["kind"] == expected["kind"])]
        names = rows["function"]
        is_it = names.isna() if expected["function"] is None else names == expected["function"]
        rows = rows[is_it.fillna(value=False)]
        assert len(rows) == 1, expected
        row = rows.iloc[0]
        assert row["once"] == expected["once"]
        assert row["count"] == expected["count"]
        if expected["function"] is not None:
            assert source_at(row["location"]).startswith(f"function {expected['function']}")


def source_at(location: str) -> str:
    """Return the program's text around the place of a function, from the word ``function`` on."""
    script, line, column = location.rsplit(":", 2)
    assert script == PROGRAM
    text = (DATA / "program.cjs").read_text().split("\n")[int(line) - 1]
    assert int(column) <= len(text)
    return text[text[: int(column)].rindex("function") :]


def test_timers(capture: Capture) -> None:
    table = capture.snapshot.timers()
    for expected in capture.expected["timers"]:
        rows = table[table["function"] == expected["function"]]
        assert len(rows) == 1, expected
        row = rows.iloc[0]
        assert row["kind"] == expected["kind"]
        assert row["state"] == expected["state"]
        assert none_if_missing(row["delay"]) == expected["delay"]
        assert row["keeps_alive"] == expected["keepsAlive"]
        assert source_at(row["location"]).startswith(f"function {expected['function']}")
    cleared = capture.row(table, "cleared")
    assert cleared["state"] == "finished"
    assert pd.isna(cleared["function"])
    assert not cleared["keeps_alive"]


def test_promises(capture: Capture) -> None:
    table = capture.snapshot.promises()
    for name, expected in capture.expected["promises"].items():
        row = capture.row(table, name)
        assert row["state"] == expected["state"]
        assert row["reaction_count"] == expected["reactionCount"]
        assert none_if_missing(row["awaited_by"]) == expected["awaitedBy"]
        if "handler" in expected:
            assert row["handler"] == expected["handler"]
        assert none_if_missing(row["returned_by"]) == expected.get("returnedBy")
        assert row["variable"] == name
    suspended = capture.snapshot.node(int(capture.row(table, "pending")["awaited_by_id"]))
    assert suspended.preview() == "<suspended call of waitForPending>"


def test_contexts(capture: Capture) -> None:
    table = capture.snapshot.contexts()
    for expected in capture.expected["contexts"]:
        rows = table[table["function"] == expected["function"]]
        assert len(rows) == expected["contextCount"]
        for row in rows.itertuples():
            assert sorted(row.variables) == expected["variables"]
            assert row.variable_count == len(expected["variables"])
            assert row.closure_count == expected["closureCount"]
            assert row.function_count == expected["functionCount"]
            assert row.outer_id in set(table["node_id"])


def test_buffers(capture: Capture) -> None:
    table = capture.snapshot.buffers()
    for name, expected in capture.expected["buffers"].items():
        row = capture.row(table, name)
        found = {
            "kind": row["kind"],
            "storeBytes": row["store_bytes"],
            "viewCount": row["view_count"],
            "byteLength": none_if_missing(row["byte_length"]),
            "isSlab": row["is_slab"],
        }
        assert (name, found) == (name, expected)


def test_modules(capture: Capture) -> None:
    table = capture.snapshot.modules()
    for expected in capture.expected["modules"]:
        rows = table[table["filename"] == expected["filename"]]
        assert len(rows) == expected["copies"]
        assert set(rows["copies"]) == {expected["copies"]}
        assert set(rows["child_count"]) == {expected["childCount"]}
        assert set(rows["loaded"]) == {expected["loaded"]}
        assert set(rows["kind"]) == {"commonjs"}
    copies = table[table["copies"] > 1]
    assert set(copies["parent"]) == {PROGRAM}


def test_modules_that_are_imported_with_another_query() -> None:
    builder = SnapshotBuilder.from_edges("root>a root>b root>c a.url>one b.url>two c.url>three")
    for key in ("a", "b", "c"):
        builder.node(key, name="ModuleWrap")
    for key, url in (
        ("one", "file:///app/rules.mjs?v=1"),
        ("two", "file:///app/rules.mjs?v=2"),
        ("three", "file:///app/other.mjs"),
    ):
        builder.node(key, type="string", name=url)
    table = builder.snapshot().modules()
    assert set(table["kind"]) == {"esm"}
    assert table["copies"].tolist() == [2, 2, 1]


def test_globals(capture: Capture) -> None:
    table = capture.snapshot.globals().set_index("name")
    expected = capture.expected["globals"]
    added = table.index[~table["built_in"]]
    assert sorted(added) == expected["added"]
    assert table.loc[expected["builtIn"], "built_in"].all()
    assert table.loc["addedGlobal", "value"] == '{added: "global"}'
    assert "__proto__" not in table.index


@pytest.mark.parametrize(
    "edges",
    [
        "root^1>global",
        "root^1>context context/global_object>global",
        "root^1>proxy proxy^native_context>context proxy^global_object>global",
        "root>roots roots>context context/global_object>global",
    ],
)
def test_where_versions_have_the_global_object(edges: str) -> None:
    builder = SnapshotBuilder.from_edges(f"{edges} global.cache>Map")
    assert builder.snapshot().globals()["name"].tolist() == ["cache"]


def test_the_newest_version_calls_what_is_its_own_native() -> None:
    builder = SnapshotBuilder.from_edges(
        "root>Promise Promise/reactions_or_result>waits root>proxy"
    )
    builder.node("waits", type="native", name="system / PromiseReaction")
    builder.edge("proxy", "aim", 1, type="hidden").edge("proxy", "traps", 2, type="hidden")
    builder.node("proxy", type="native", name="system / JSProxy")
    snapshot = builder.snapshot()
    assert snapshot.promises()["reaction_count"].tolist() == [1]
    preview = snapshot.node(builder.node_id("proxy")).preview()
    assert preview == "Proxy {target: aim {}, handler: traps {}}"


def test_sockets(capture: Capture) -> None:
    table = capture.snapshot.sockets()
    for name, expected in capture.expected["sockets"].items():
        row = capture.row(table, name)
        found = {key: none_if_missing(row[key]) for key in ("kind", "state", "handle")}
        assert (name, found) == (name, expected)
    assert capture.row(table, "request")["remote"] == "127.0.0.1"
    assert capture.row(table, "request")["socket_id"] in set(table["node_id"])


def shown_by(capture: Capture, what: str) -> list[tuple[str, Any]]:
    """Return what is expected of values, but for what a version does not write."""
    is_old = capture.expected["version"].startswith("16.")
    rows = capture.expected[what].items()
    return [(name, expected) for name, expected in rows if not (is_old and name == "weakRef")]


def test_fields(capture: Capture) -> None:
    for name, expected in shown_by(capture, "fields"):
        table = capture.node(name).fields()
        kinds = dict(zip(table["name"], table["kind"], strict=True))
        assert expected.items() <= kinds.items(), name
    secret = capture.node("account").fields().set_index("name").loc["#secret"]
    assert secret["value"] == '{secret: "hidden"}'
    local = capture.node("generator").fields()
    assert '{inside: "generator"}' in set(local.loc[local["kind"] == "local", "value"])
    assert len(capture.node("dictionary").fields(limit=7)) == 7
    assert len(capture.node("generator").fields(limit=2)) == 2


def test_previews(capture: Capture) -> None:
    for name, expected in shown_by(capture, "previews"):
        assert capture.node(name).preview() == expected, name


TABLES = (
    *("buffers", "closures", "collections", "contexts", "globals", "listeners", "modules"),
    *("promises", "sockets", "timers"),
)


@pytest.mark.parametrize("name", TABLES)
def test_an_empty_heap_has_the_same_columns(name: str) -> None:
    empty = getattr(SnapshotBuilder().snapshot(), name)()
    some = getattr(captured("node-20").snapshot, name)()
    assert len(empty) == 0
    assert list(empty) == list(some)
    assert empty.dtypes.astype(str).tolist() == some.dtypes.astype(str).tolist()


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize(
    "path", sorted((ROOT / "tests/data/formats").glob("*.zst")), ids=lambda path: path.name
)
def test_every_format(name: str, path: Path) -> None:
    snapshot = load(path, progress=False)
    table = getattr(snapshot, name)()
    if "node_id" in table:
        assert np.isin(table["node_id"], snapshot.graph.node_id).all()
    assert repr(table)
