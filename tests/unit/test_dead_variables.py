"""Captured variables that no living closure can read: from scopes, and from source text."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

import heapnb as hn
from heapnb.decode.dead_variables import find_dead_fields
from heapnb.format.raw import Scopes
from heapnb.graph import HeapGraph
from heapnb.testing import SnapshotBuilder
from tests.conftest import ROOT, sample_series

WORKERD = ROOT / "tests" / "data" / "contexts" / "workerd.heapsnapshot.zst"
SHARED = ROOT / "sample_snapshots" / "shared_closure_context" / "app"


def names(graph: HeapGraph) -> set[str]:
    return {graph.edge_label(int(edge)) for edge in find_dead_fields(graph).edge}


def program(source: str, *, functions: dict[str, int], variables: str) -> SnapshotBuilder:
    """Build closures of one context; each function begins at a column of the one-line source."""
    edges = [f"own:{name}>v{name}" for name in variables]
    edges += [
        f"root>{name} {name}/context>own {name}/shared>info{name} info{name}/script>script"
        for name in functions
    ]
    builder = SnapshotBuilder.from_edges(" ".join([*edges, "script/source>source"]))
    builder.node("own", name="system / Context").node("script", type="code", name="/srv/a.js")
    builder.node("source", type="string", name=source)
    for name, column in functions.items():
        builder.node(name, type="closure", name=name, location=(7, 0, column))
    return builder


def test_a_name_in_the_text_of_a_living_function_counts_as_a_use() -> None:
    source = "function f() { return a + x.b + {...c}; }"
    builder = program(source, functions={"f": 10}, variables="abcd")
    assert names(builder.graph()) == {"b", "d"}


@pytest.mark.parametrize(
    "source", ["function f() { return eval(text); }", "function f() { with (o) d; }"]
)
def test_code_that_may_read_anything_reads_everything(source: str) -> None:
    builder = program(source, functions={"f": 10}, variables="ab")
    assert names(builder.graph()) == set()


def test_nothing_is_said_where_the_text_of_one_function_is_missing() -> None:
    builder = program("function f() { return a; }", functions={"f": 10, "g": 900}, variables="ab")
    found = find_dead_fields(builder.graph())
    assert len(found.edge) == 0
    assert found.n_unknown == 2


def test_a_text_that_v8_cut_is_not_trusted() -> None:
    source = ("function f() { return a; }" + " " * 2000)[:1024]
    graph = program(source, functions={"f": 10}, variables="ab").graph()
    assert find_dead_fields(graph).evidence is None


def test_a_suspended_call_reads_its_context() -> None:
    source = "async function f() { await 0; return a; }"
    builder = program(source, functions={"g": 16}, variables="ab")
    builder.node("call", name="Generator")
    builder.edge("call", "own", "context", type="internal")
    builder.edge("call", "g", "function", type="internal")
    builder.edge("call", "registers", "parameters_and_registers", type="internal")
    assert names(builder.graph()) == {"b"}


def test_variables_of_scripts_are_never_dead() -> None:
    builder = program("function f() { return a; }", functions={"f": 10}, variables="ab")
    builder.node("native", type="hidden", name="system / NativeContext")
    builder.edge("native", "table", "script_context_table", type="internal")
    builder.edge("table", "own", 1, type="hidden")
    assert names(builder.graph()) == set()


def test_contexts_in_a_cycle_end_the_search() -> None:
    builder = program("function f() { return a; }", functions={"f": 10}, variables="ab")
    builder.node("other", name="system / Context")
    builder.edge("own", "other", "previous", type="internal")
    builder.edge("other", "own", "previous", type="internal")
    assert names(builder.graph()) == set()


def scoped(uses: list[tuple[int, int, int]]) -> HeapGraph:
    """Build a closure `g` in a call of `f`, with scopes: uses are (using row, scope id, slot)."""
    builder = SnapshotBuilder.from_edges(
        "root>g g/context>own g/shared>infoG own/scope_info>scope own:big>payload own:small>text "
        "infoF/name_or_scope_info>scope infoF/script>script infoG/script>script root>infoF "
        "scope/scope_id>ten infoG/scope_id>twenty ten/value>text10 twenty/value>text20"
    )
    builder.node("g", type="closure").node("own", name="system / Context / scope @9")
    builder.node("scope", type="code", name="system / ScopeInfo")
    builder.node("script", type="code", name="system / Script / https://a.example/app.js")
    for key in ("ten", "twenty"):
        builder.node(key, type="number", name="int")
    for key in ("text10", "text20"):
        builder.node(key, type="string", name=key[-2:])
    raw = builder.raw()
    texts = raw.strings.to_pylist()
    script = builder.ordinal("script")
    order = sorted(uses)
    return HeapGraph(
        dataclasses.replace(
            raw,
            scopes=Scopes(
                script=np.full(4, script),
                scope_id=np.array([-2, 10, 20, 30]),
                depth=np.array([0, 1, 2, 3]),
                variable_count=np.array([0, 2, 0, 0]),
                use_count=np.bincount([row for row, *_ in order], minlength=4),
                variable_name=np.array([texts.index("big"), texts.index("small")], np.uint32),
                use_scope_id=np.array([scope for _, scope, _ in order], np.int64),
                use_slot=np.array([slot for *_, slot in order], np.int64),
            ),
        )
    )


@pytest.mark.parametrize(
    ("uses", "expected"),
    [
        ([], {"big", "small"}),
        ([(2, 10, 1)], {"big"}),
        # A function inside a living one can be created again.
        ([(3, 10, 0), (2, 10, 1)], set()),
        # The declaring function itself no longer runs.
        ([(1, 10, 0)], {"big", "small"}),
        ([(2, 10, 7), (2, 99, 0), (2, 10, -1)], {"big", "small"}),
    ],
)
def test_scopes_say_who_reads_a_variable(
    uses: list[tuple[int, int, int]], expected: set[str]
) -> None:
    graph = scoped(uses)
    assert names(graph) == expected
    assert find_dead_fields(graph).evidence == "scopes"


def test_workerd() -> None:
    found = hn.load(WORKERD, progress=False).dead_variables()
    assert found.evidence == "scopes"
    assert (len(found.table), found.freed_size) == (20, 41_360)
    row = found.table.iloc[0]
    assert (row["variable"], row["class_name"], row["function"]) == (
        "big",
        "Payload",
        "makeHandler",
    )
    assert (row["kept_by"], row["kept_at"]) == ("handler", "worker.js:6:26")
    assert row["freed_size"] == row["retained_size"] == 2068


def test_source_text_finds_the_chain_of_the_sample() -> None:
    path: Path = sample_series("shared_closure_context")[-1]
    without = hn.load(path, progress=False).dead_variables()
    assert without.judged_count < 10
    assert len(without.table) == 0
    found = hn.load(path, progress=False, source_root=SHARED).dead_variables()
    assert found.evidence == "source text"
    assert set(found.table["variable"]) == {"outgoing"}
    assert len(found.table) == 200
    # Each table holds the one before: bytes count once.
    assert found.freed_size == found.table["freed_size"].max()


@pytest.mark.parametrize("fixed", ["convert", "currencies"])
def test_the_keeper_is_a_living_closure(fixed: str) -> None:
    path = sample_series("shared_closure_context")[-1]
    table = hn.load(path, progress=False, source_root=SHARED).dead_variables().table
    assert fixed in set(table["kept_by"])
    assert table["kept_at"].str.contains("lib/rates.js").all()


def test_the_detector_names_the_dead_variable_and_what_keeps_it() -> None:
    files = sample_series("shared_closure_context")
    suspect = hn.diagnose(files, source_root=SHARED).suspects[0]
    assert suspect.kind == "shared-closure-context"
    assert "`outgoing` is dead" in suspect.explanation
    assert "`convert` (lib/rates.js:43:14) keeps the context" in suspect.explanation
    # Without the sources nothing is known.
    assert "is dead" not in hn.diagnose(files).suspects[0].explanation


def test_dead_variables_that_accumulate_over_a_series() -> None:
    series = hn.load_series(sample_series("shared_closure_context"), source_root=SHARED)
    row = series.dead_variables().iloc[0]
    assert (row["variable"], row["kept_by"]) == ("outgoing", "convert")
    # The sample's own counts, without the first generation, which has none before it.
    assert row["count_per_snapshot"] == [20, 80, 200]
    assert row["count_delta"] == 180
