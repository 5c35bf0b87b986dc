"""The Allocation view equals the engine's, on time lines of Node 10 to 26 and of Chromium."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from heapnb.analysis.allocation.ages import allocation_ages
from heapnb.analysis.allocation.callers import StackGroup, callers_of, stacks_of
from heapnb.analysis.allocation.stacks import allocation_stack
from heapnb.analysis.allocation.sums import sums_of_functions
from heapnb.format import read_snapshot
from heapnb.graph import HeapGraph
from heapnb.graph.traces import ANONYMOUS, Frame, traced_functions
from tests.conftest import ROOT
from tests.node_versions import NODE_VERSIONS, runtime
from tests.oracle import oracle

DATA = ROOT / "tests" / "data" / "allocations"
NAMES = sorted(path.name.split(".")[0] for path in DATA.glob("*.heaptimeline.zst"))
ROOT_OF_STACKS = "(root)"


def check(graph: HeapGraph, answers: oracle.Allocations) -> None:
    """Compare everything that the engine says about a time line."""
    assert answers["functions"] is not None
    check_functions(graph, answers["functions"])
    check_stacks(graph, answers["stacks"])
    check_samples(graph, answers["samples"])


def check_functions(graph: HeapGraph, expected: list[oracle.AllocationRow]) -> None:
    functions, sums = traced_functions(graph), sums_of_functions(graph)
    rows = np.flatnonzero(sums.count)
    rows = rows[np.argsort(-sums.size[rows], kind="stable")]
    assert len(rows) == len(expected) > 0
    for row, wanted in zip(rows.tolist(), expected, strict=True):
        name = graph.string(functions.name[row]), graph.string(functions.script_name[row])
        assert name == (wanted["function"], wanted["script"])
        numbers = (sums.count, sums.size, sums.live_count, sums.live_size)
        keys = ("count", "size", "live_count", "live_size")
        assert [int(one[row]) for one in numbers] == [wanted[key] for key in keys]  # type: ignore[literal-required]
        if wanted["function"] != ROOT_OF_STACKS:
            check_callers(graph, stacks_of(graph, row), wanted)


def check_callers(graph: HeapGraph, group: StackGroup, wanted: Any) -> None:
    """Compare the callers of a row; the engine lists the only ones up to a branch at once."""
    live_count, live_size, count, size = group.sums(graph)
    assert (count, size) == (wanted["count"], wanted["size"])
    assert (live_count, live_size) == (wanted["live_count"], wanted["live_size"])
    assert len(group.nodes(graph)) == live_count
    for single in without_root(wanted["single_callers"]):
        (group,) = callers_of(graph, group)
        assert name_of(graph, group) == (single["function"], single["script"])
        assert group.sums(graph)[1] == single["live_size"]
    branches = without_root(wanted["branching_callers"])
    found = callers_of(graph, group)
    assert [name_of(graph, one) for one in found] == [
        (b["function"], b["script"]) for b in branches
    ]
    for one, branch in zip(found, branches, strict=True):
        check_callers(graph, one, branch)


def without_root(rows: list[Any]) -> list[Any]:
    """Leave out V8's root of all stacks, which calls nothing."""
    return [row for row in rows if row["function"] != ROOT_OF_STACKS]


def name_of(graph: HeapGraph, group: StackGroup) -> tuple[str, str]:
    functions = traced_functions(graph)
    name, script = functions.name[group.function], functions.script_name[group.function]
    return graph.string(name), graph.string(script)


def check_stacks(graph: HeapGraph, expected: list[oracle.TracedNode]) -> None:
    assert expected
    for traced in expected:
        stack = allocation_stack(graph, graph.ordinal_of(traced["node_id"]))
        assert stack is not None
        shown = without_root(traced["frames"]) or traced["frames"]
        assert list(stack.frames) == list(frames(shown))


def frames(expected: list[Any]) -> Iterator[Frame]:
    for frame in expected:
        has_script = bool(frame["script_id"] or frame["script"])
        has_place = has_script and frame["line"] > 0 and frame["column"] > 0
        place = (frame["line"], frame["column"]) if has_place else (None, None)
        file = (frame["script"] or f"script {frame['script_id']}") if has_script else None
        yield Frame(frame["function"] or ANONYMOUS, file, *place)


def check_samples(graph: HeapGraph, expected: oracle.TimeLine | None) -> None:
    assert expected is not None
    table = allocation_ages(graph).table
    assert table["time_ms"].tolist() == expected["time_ms"]
    assert table["last_id"].tolist() == expected["last_id"]
    assert table["live_size"].tolist() == expected["size"]


@pytest.mark.parametrize("name", NAMES)
def test_time_line(name: str) -> None:
    graph = HeapGraph(read_snapshot(DATA / f"{name}.heaptimeline.zst"))
    check(graph, oracle.expected_allocations(name))


@pytest.mark.oracle
@pytest.mark.slow
@pytest.mark.parametrize("version", NODE_VERSIONS)
def test_whole_time_line_of_a_new_recording(version: str, tmp_path: Path) -> None:
    oracle.ensure_built()
    path = tmp_path / "shop.heaptimeline"
    command = [runtime(version), str(DATA / "record.cjs"), str(path)]
    subprocess.run(command, check=True, timeout=60, capture_output=True)
    check(HeapGraph(read_snapshot(path)), oracle.allocations(path))


@pytest.mark.oracle
@pytest.mark.slow
def test_time_line_without_stacks(tmp_path: Path) -> None:
    oracle.ensure_built()
    path = tmp_path / "shop.heaptimeline"
    command = [runtime("22"), str(DATA / "record.cjs"), str(path), "without-stacks"]
    subprocess.run(command, check=True, timeout=60, capture_output=True)
    answers = oracle.allocations(path)
    assert answers["functions"] is None
    check_samples(HeapGraph(read_snapshot(path)), answers["samples"])
