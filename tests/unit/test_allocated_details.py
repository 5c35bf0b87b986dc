"""The details of a node say when it was allocated, and by which call stack."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

import heapnb as hn
from heapnb.format import RawSnapshot, read_snapshot
from heapnb.graph import HeapGraph
from heapnb.graph.traces import trace_of
from heapnb.testing import SnapshotBuilder
from heapnb.views.fmt import format_duration
from heapnb.workbench.details import details
from heapnb.workbench.subject import Workbench
from tests.conftest import ROOT

TIME_LINE = ROOT / "tests/data/allocations/node-26.heaptimeline.zst"


@pytest.fixture(scope="module")
def raw() -> RawSnapshot:
    return read_snapshot(TIME_LINE)


@pytest.fixture(scope="module")
def snap(raw: RawSnapshot) -> hn.Snapshot:
    return hn.Snapshot(HeapGraph(raw))


def allocated(graph: HeapGraph, node: int) -> Any:
    return details(Workbench(graph), node)["allocated"]


def nodes_between(snap: hn.Snapshot, first_id: int, last_id: int) -> Any:
    ids = snap.graph.node_id
    return np.flatnonzero((ids > first_id) & (ids <= last_id) & (ids % 2 == 1)).tolist()


def test_the_stack_is_that_of_the_node(snap: hn.Snapshot) -> None:
    traced = np.flatnonzero(trace_of(snap.graph) >= 0).tolist()
    stacks = {node: snap.node_at(node).allocation_stack for node in traced}
    node, stack = next(
        (node, one) for node, one in stacks.items() if one and one.frames[0].function == "restore"
    )
    found = allocated(snap.graph, node)
    assert stack is not None
    assert [(one["function"], one["location"]) for one in found["frames"]] == [
        (frame.function, frame.location) for frame in stack.frames
    ]
    assert found["frames"][0]["location"].startswith("/srv/shop/shop.js:")
    assert [one["is_own"] for one in found["frames"][:2]] == [True, True]
    assert not found["frames"][-1]["is_own"]
    assert found["n_more"] == 0


def test_when_is_the_interval_of_the_id(snap: hn.Snapshot) -> None:
    ages = snap.allocation_ages().table
    for row in ages[ages["live_count"] > 0].iloc[1:].to_dict("records"):
        node = nodes_between(snap, row["first_id"], row["last_id"])[0]
        text = allocated(snap.graph, node)["when"]
        assert text == f"about {format_duration(row['time_ms'])} after the recording began"


def test_the_first_interval_is_older_or_the_first_moment(snap: hn.Snapshot) -> None:
    ages = snap.allocation_ages().table
    nodes = nodes_between(snap, 0, ages["last_id"][0])
    traced = trace_of(snap.graph)
    said = {bool(traced[node] >= 0): allocated(snap.graph, node)["when"] for node in nodes}
    assert said == {
        True: "when the recording began",
        False: "before the recording, or as it began",
    }


def test_times_are_told_without_stacks(raw: RawSnapshot) -> None:
    graph = HeapGraph(dataclasses.replace(raw, trace_tree=None, trace_node_id=None))
    last = int(np.flatnonzero(graph.node_id % 2 == 1)[-1])
    found = allocated(graph, last)
    assert found["frames"] == []
    assert found["when"]


def test_a_plain_snapshot_says_nothing() -> None:
    assert allocated(SnapshotBuilder.from_edges("root>a").graph(), 1) is None


@pytest.mark.parametrize("damage", [{"trace_tree": b"[1,0,1"}, {"samples": np.array([0, 5, 10])}])
def test_damage_leaves_the_other_facts(raw: RawSnapshot, damage: dict[str, Any]) -> None:
    found = details(Workbench(HeapGraph(dataclasses.replace(raw, **damage))), 1)
    assert found["allocated"] is None
    assert found["class_name"]
