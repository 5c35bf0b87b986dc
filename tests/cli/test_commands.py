"""Every command on real snapshots: the fixed shapes of JSON, and tables for people."""

from __future__ import annotations

import datetime as dt
import os
import re
import time
from pathlib import Path
from typing import Any

import pytest

from heapnb.analysis.series.diff import JSON_COLUMNS
from heapnb.cli import constructors, diff, find, strings
from heapnb.cli.app import application
from heapnb.graph import open_graph
from heapnb.snapshot import load
from tests.cli.conftest import Run
from tests.conftest import ROOT, all_samples, sample_cases, sample_series

IsNullable = type(None)

CONSTRUCTOR_TYPES = {
    "class_name": (str,),
    "location": (str, IsNullable),
    "count": (int,),
    "shallow_size": (int,),
    "retained_size": (int,),
    "distance": (int, IsNullable),
}
STEP_TYPES = {
    "node_id": (int,),
    "class_name": (str,),
    "name": (str,),
    "edge_type": (str, IsNullable),
    "edge_name": (str, IsNullable),
}
RETAINER_TYPES = {
    "node_id": (int,),
    "class_name": (str,),
    "edge_type": (str,),
    "edge_name": (str,),
    "distance": (int, IsNullable),
    "retained_size": (int,),
}
SUSPECT_TYPES = {
    "rank": (int,),
    "kind": (str,),
    "class_name": (str,),
    "count_per_snapshot": (list,),
    "retained_per_snapshot": (list,),
    "count_delta": (int,),
    "retained_delta": (int,),
    "confidence": (float, int),
    "chain": (list,),
    "anchor": (str,),
    "location": (str, IsNullable),
    "node_id": (int,),
    "explanation": (str,),
    "fix": (str,),
    "share": (float, int),
    "attributed_per_snapshot": (list,),
    "container_id": (int, IsNullable),
    "within": (int, IsNullable),
    "alternatives": (list,),
    "consequences": (list,),
    "rate": (dict, IsNullable),
    "known": (dict, IsNullable),
    "library": (dict, IsNullable),
    "origin": (str,),
    "added_at": (list,),
    "removed_at": (list,),
    "searched_files": (int, IsNullable),
    "allocated_at": (dict, IsNullable),
}


def assert_rows(rows: Any, types: dict[str, tuple[type, ...]]) -> None:
    assert isinstance(rows, list)
    for row in rows:
        assert list(row) == list(types)
        for name, allowed in types.items():
            assert type(row[name]) in allowed, (name, row[name])


def node_id_of_class(path: Path, class_name: str) -> int:
    """Return the first node of a class."""
    return int(load(path).find(class_name=class_name)["node_id"].iloc[0])


# -- JSON -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", all_samples(), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_constructors_of_every_sample(run: Run, path: Path) -> None:
    rows = run("constructors", path, "--json").json
    assert_rows(rows, CONSTRUCTOR_TYPES)
    graph = open_graph(path)
    assert sum(row["count"] for row in rows) == (graph.shallow_size > 0).sum()
    assert sum(row["shallow_size"] for row in rows) == graph.shallow_size.sum()
    retained = [row["retained_size"] for row in rows]
    assert retained == sorted(retained, reverse=True)


def test_constructors_by_name(run: Run, sample: Path) -> None:
    rows = run("constructors", sample, "--json").json
    by_name = run("constructors", sample, "--by-name", "--json").json
    assert_rows(by_name, CONSTRUCTOR_TYPES)
    names = [row["class_name"] for row in by_name]
    assert len(names) == len(set(names)) < len(rows)
    assert sum(row["count"] for row in by_name) == sum(row["count"] for row in rows)
    assert all(row["location"] is None for row in by_name)


def test_summary(run: Run, sample: Path) -> None:
    graph = open_graph(sample)
    answer = run("summary", sample, "--json").json
    assert answer["node_count"] == graph.n_nodes
    assert answer["edge_count"] == graph.n_edges


def test_closures(run: Run, sample: Path) -> None:
    rows = run("closures", sample, "--json").json
    assert rows
    places = [row["location"] for row in rows if row["location"]]
    assert any("orderHandler.js:19:27" in place for place in places)


def test_strings(run: Run, sample: Path) -> None:
    rows = run("strings", sample, "--json").json
    assert len(rows) == len(open_graph(sample).strings)
    assert list(rows[0]) == list(strings.COLUMNS)
    matching = run("strings", sample, "--match", "^Order", "--json").json
    assert matching == [row for row in rows if row["string"].startswith("Order")]


def test_find(run: Run, sample: Path) -> None:
    rows = run("find", sample, "--class", "OrderDraft", "--json").json
    assert len(rows) == 260
    assert list(rows[0]) == list(find.COLUMNS)
    assert {row["class_name"] for row in rows} == {"OrderDraft"}
    name = run("find", sample, "--name", "^OrderDraft$", "--json").json
    assert {row["node_id"] for row in rows} <= {row["node_id"] for row in name}
    none = run("find", sample, "--class", "OrderDraft", "--string", "x", "--json").json
    assert none == []
    texts = run("find", sample, "--string", "use strict", "--json").json
    assert texts
    assert all("use strict" in row["name"] for row in texts)
    with_property = run("find", sample, "--has-property", "_events", "--json").json
    assert with_property


def test_retainers(run: Run, sample: Path) -> None:
    node_id = node_id_of_class(sample, "OrderDraft")
    answer = run("retainers", sample, node_id, "--json").json
    assert list(answer) == ["node_id", "retainers", "path"]
    assert answer["node_id"] == node_id
    assert answer["retainers"]
    assert_rows(answer["retainers"], RETAINER_TYPES)
    assert_rows(answer["path"], STEP_TYPES)
    first, last = answer["path"][0], answer["path"][-1]
    assert first["edge_type"] is first["edge_name"] is None
    assert last["node_id"] == node_id
    assert run("retainers", sample, f"@{node_id}", "--json").json == answer


def test_retainers_of_the_root(run: Run, sample: Path) -> None:
    graph = open_graph(sample)
    answer = run("retainers", sample, int(graph.node_id[graph.root]), "--json").json
    assert answer["retainers"] == []
    assert [step["node_id"] for step in answer["path"]] == [answer["node_id"]]


def test_diff(run: Run, series: list[Path]) -> None:
    rows = run("diff", series[0], series[2], "--json").json
    assert_rows(rows, {name: (str,) if name == "class_name" else (int,) for name in JSON_COLUMNS})
    drafts = next(row for row in rows if row["class_name"] == "OrderDraft")
    assert (drafts["added_count"], drafts["removed_count"], drafts["count_delta"]) == (240, 0, 240)
    assert run("diff", series[0], series[0], "--json").json == []
    assert "orderHandler.js:4:14" in run("diff", series[0], series[2], "--limit", 0).out


@pytest.mark.parametrize("case", sample_cases())
def test_diagnose(run: Run, case: str) -> None:
    answer = run("diagnose", *sample_series(case), "--json")
    diagnosis = answer.json
    assert answer.exit_code == 0
    assert list(diagnosis) == ["verdict", "reason", "suspects"]
    is_healthy = case == "healthy_levels_off"
    assert diagnosis["verdict"] == ("no-leak" if is_healthy else "leak")
    assert_rows(diagnosis["suspects"], SUSPECT_TYPES)
    for rank, suspect in enumerate(diagnosis["suspects"], 1):
        assert suspect["rank"] == rank
        assert 0 <= suspect["confidence"] <= 1
        assert suspect["chain"][0] == "(GC roots)"
        assert len(suspect["count_per_snapshot"]) == len(suspect["retained_per_snapshot"]) == 3


def test_fail_on_leak(run: Run, series: list[Path]) -> None:
    assert run("diagnose", *series, "--fail-on-leak", "--json").exit_code == 1
    assert run("diagnose", *series, "--fail-on-leak").exit_code == 1
    healthy = sample_series("healthy_levels_off")
    assert run("diagnose", *healthy, "--fail-on-leak", "--json").exit_code == 0


def test_cache_list_and_clear(
    run: Run, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEAPNB_CACHE_DIR", str(tmp_path / "cache"))
    assert run("cache", "list", "--json").json == []
    raw, store = _fill_cache(sample)
    _make_older(tmp_path / "cache", 3 * 24 * 3600)
    again = _fill_cache(sample)
    [entry] = run("cache", "list", "--json").json
    assert 0 <= entry["age_seconds"] - 3 * 24 * 3600 < 600
    created, used = (dt.datetime.fromisoformat(entry[key]) for key in ("created", "last_used"))
    assert used - created >= dt.timedelta(days=3)
    assert entry["name"] == sample.name
    assert entry["path"] == str(sample.resolve())
    assert entry["size_bytes"] > raw
    shown = run("cache", "list")
    assert sample.name in shown.out
    assert "Age" in shown.out
    assert "72 h" in shown.out or "3 days" in shown.out
    assert "Last used" in shown.out
    assert re.search(r"1 snapshot, [\d.]+ [kM]B of at most [\d.]+ GB, in ", shown.err)
    assert run("cache", "clear", "--json").json == {"freed_bytes": entry["size_bytes"]}
    assert run("cache", "clear").err == "0 B freed.\n"
    del store, again


def _make_older(directory: Path, seconds: float) -> None:
    for file in directory.glob("*/*"):
        os.utime(file, (time.time() - seconds,) * 2)


def _fill_cache(path: Path) -> tuple[int, object]:
    from heapnb.format.cache import read_cached

    raw, store = read_cached(path)
    assert store is not None
    store.wait()
    return raw.node_id.nbytes, store


def test_no_cache_leaves_none(
    run: Run, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / "cache"
    monkeypatch.setenv("HEAPNB_CACHE_DIR", str(directory))
    assert run("strings", sample, "--no-cache", "--json").exit_code == 0
    assert not directory.exists()


def test_version(run: Run) -> None:
    import heapnb

    assert run("version", "--json").json["heapnb"] == heapnb.__version__
    assert run("--version").out == f"heapnb {heapnb.__version__}\n"
    assert f"heapnb {heapnb.__version__}" in run("version").out


# -- tables for people ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("summary",),
        ("constructors",),
        ("constructors", "--by-name"),
        ("closures",),
        ("strings", "--match", "Order"),
        ("find", "--class", "OrderDraft"),
    ],
    ids=" ".join,
)
def test_tables_have_a_limit(run: Run, sample: Path, arguments: tuple[str, ...]) -> None:
    command, *options = arguments
    answer = run(command, sample, *options)
    assert answer.exit_code == 0
    assert 3 < len(answer.out.splitlines()) <= 60
    assert "\x1b" not in answer.out


def test_a_note_says_what_was_left_out(run: Run, sample: Path) -> None:
    answer = run("find", sample, "--class", "OrderDraft", "--limit", 5)
    assert answer.err == "5 of 260 rows; --all prints all.\n"
    everything = run("find", sample, "--class", "OrderDraft", "--limit", 0)
    assert everything.err == ""
    assert len(everything.out.splitlines()) >= 261
    assert len(run("find", sample, "--class", "OrderDraft", "--json", "--limit", 5).json) == 5


def test_retainers_for_people(run: Run, sample: Path) -> None:
    answer = run("retainers", sample, node_id_of_class(sample, "OrderDraft"))
    assert answer.exit_code == 0
    assert "(GC roots)" in answer.out
    assert "_events" in answer.out


def test_diagnose_for_people(run: Run, series: list[Path]) -> None:
    answer = run("diagnose", *series)
    assert answer.exit_code == 0
    assert "orderHandler.js" in answer.out


def test_sorting(run: Run, sample: Path) -> None:
    def column(command: str, name: str) -> list[Any]:
        return [row[name] for row in run(command, sample, "--json", "--sort", name).json]

    counts = column("constructors", "count")
    assert counts == sorted(counts, reverse=True)
    names = column("constructors", "class_name")
    assert names == sorted(names)
    places = column("constructors", "location")
    n_known = sum(place is not None for place in places)
    assert None not in places[:n_known]
    assert places[:n_known] == sorted(places[:n_known])
    n_variables = [len(variables) for variables in column("closures", "variables")]
    assert n_variables == sorted(n_variables, reverse=True)


@pytest.mark.parametrize("name", find.COLUMNS)
def test_found_nodes_sort_by_any_column(run: Run, sample: Path, name: str) -> None:
    rows = run("find", sample, "--name", "^(Map|Socket|Order.*)$", "--json", "--sort", name).json
    values = [row[name] for row in rows]
    assert len(values) > 260
    assert values == sorted(values, reverse=not isinstance(values[0], str))


def test_every_column_that_is_promised_is_there(sample: Path, series: list[Path]) -> None:
    from heapnb.analysis.series.diff import diff as compare

    snapshot = load(sample)
    assert set(constructors.COLUMNS) == set(snapshot.constructors().columns)
    assert set(strings.COLUMNS) == set(snapshot.strings.columns)
    assert set(find.COLUMNS) <= set(snapshot.find(class_name="Map").columns)
    assert diff.JSON_COLUMNS == JSON_COLUMNS
    assert set(diff.JSON_COLUMNS) <= set(compare(series[0], series[1]).constructors().columns)


# -- SQL ---------------------------------------------------------------------------------------


def test_sql(run: Run, sample: Path) -> None:
    rows = run(
        "sql", sample, "select class_name, count(*) as n from nodes group by 1", "--json"
    ).json
    assert {"class_name": "OrderDraft", "n": 260} in rows
    answer = run("sql", sample, "select node_id from nodes order by 1")
    assert answer.exit_code == 0
    assert len(answer.out.splitlines()) == 31
    assert "rows; --all prints all." in answer.err
    lists = run("sql", sample, "select path(7) as path, null as nothing", "--json").json
    assert lists[0]["path"][0] == "(GC roots)"
    assert lists[0]["nothing"] is None


def test_sql_over_several_files(run: Run, series: list[Path]) -> None:
    rows = run(
        "sql", *series, "select snapshot, count(*) as n from nodes group by 1 order by 1", "--json"
    ).json
    assert [row["snapshot"] for row in rows] == [1, 2, 3]


def test_sql_that_is_not_understood(run: Run, sample: Path) -> None:
    assert "Hint:" in run("sql", sample, "select nothing from nodes").complaint
    assert "Only SELECT is allowed" in run("sql", sample, "drop table nodes").complaint
    assert "Missing argument" in run("sql", sample).complaint


def test_sql_writes_values_of_any_type(run: Run, sample: Path) -> None:
    query = (
        "select 1.5::decimal(5,2) as d, date '2020-01-31' as day, 'x'::blob as b, true as t,"
        " {'a': 1} as s, interval 1 hour as i, timestamp '2020-01-31 10:00:00' as at, uuid() as u"
    )
    (row,) = run("sql", sample, query, "--json").json
    assert row["d"] == 1.5
    assert row["day"] == "2020-01-31"
    assert row["t"] is True
    assert row["s"] == {"a": 1}
    assert row["at"] == "2020-01-31 10:00:00"
    assert run("sql", sample, query).exit_code == 0


def test_diff_in_the_words_of_memwatch(run: Run, series: list[Path]) -> None:
    printed = run("diff", series[0], series[2], "--memwatch").json
    assert list(printed) == ["before", "after", "change"]
    assert {"what": "OrderDraft", "+": 240, "-": 0}.items() <= next(
        detail for detail in printed["change"]["details"] if detail["what"] == "OrderDraft"
    ).items()


def test_help_says_what_each_command_does_in_whole(run: Run) -> None:
    lines = run("--help").out.splitlines()
    start = lines.index("From a running program:")
    commands = lines[start : next(i for i, line in enumerate(lines) if "Take three" in line)]
    commands = [line for line in commands if line and not line.endswith(":")]
    assert len(commands) == len(application.commands)
    assert [line for line in commands if not line.endswith(".") or line.endswith("...")] == []


def test_help_and_readme_say_how_to_take_snapshots(run: Run) -> None:
    lines = run("--help").out.splitlines()
    start = next(i for i, line in enumerate(lines) if "Take three snapshots" in line)
    told = "\n".join(lines[start : start + 12])
    assert "heapnb diagnose" in told
    readme = (ROOT / "README.md").read_text()
    for command in (
        "node --heapsnapshot-signal=SIGUSR2 app.js",
        "heapnb capture --pid PID --series 3 --after 60s",
        "node --heapsnapshot-near-heap-limit=3 app.js",
        'require("node:v8").writeHeapSnapshot()',
        "docker kill -s USR2 NAME",
        "kubectl exec POD -- sh -c 'kill -USR2 1'",
        "kubectl cp POD:/app/FILE FILE",
        "chrome://inspect",
    ):
        assert command in told
        assert command in readme


def test_empty_answers_suggest_near_names(run: Run, sample: Path) -> None:
    answer = run("find", sample, "--class-name", "OrderDraf")
    assert answer.exit_code == 0
    assert answer.err == "No class is named `OrderDraf`: did you mean `OrderDraft`?\n"
    assert run("find", sample, "--class", "OrderDraf", "--json").json == []
    assert "did you mean `closures`?" in run("closure", sample).complaint
