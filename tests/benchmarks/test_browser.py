"""What the browser's tables may cost on the largest snapshot. Run by hand: ``make bench``."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import orjson
import pytest

import heapnb as hn
from heapnb.graph import HeapGraph
from heapnb.workbench.source import LARGEST_ANSWER, Source
from heapnb.workbench.subject import Workbench
from tests.benchmarks import snapshots

pytestmark = pytest.mark.benchmark

FIRST_PAGE = 1.0
"""Seconds to the first page of a table, indexes given."""

UNFOLDING = 0.05
"""Seconds to any other page once it has been asked for."""

TIMES = 3

Show: TypeAlias = Callable[[str, float, int], None]
Asks: TypeAlias = list[tuple[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def heap() -> HeapGraph:
    """Open the largest snapshot, with everything that its cache holds."""
    file = snapshots.snapshot(snapshots.SIZES[-1], snapshots.default_directory())
    graph = hn.load(file, progress=False).graph
    for name in ("retained_size", "distance", "class_key", "retaining_edge", "id_order"):
        getattr(graph, name)
    Source(Workbench(graph)).answer("rows", {"view": "constructors", "parent": None})
    return graph


@pytest.fixture
def show(capfd: pytest.CaptureFixture[str]) -> Show:
    """Print what an answer took and its size, whatever pytest captures."""

    def line(what: str, seconds: float, size: int) -> None:
        with capfd.disabled():
            sys.stdout.write(f"\n  {what:64} {seconds * 1e3:9.1f} ms {size:7} B")
            sys.stdout.flush()

    return line


def requests(heap: HeapGraph) -> Asks:
    """What is asked of each table: pages of the largest things that there are."""
    source = Source(Workbench(heap))
    classes = source.answer("rows", {"view": "constructors", "parent": None, "sort": "count"})[
        "rows"
    ]
    largest = {"view": "constructors", "parent": classes[0]["key"]}
    count = classes[0]["cells"]["count"]
    most_edges = int(np.argmax(np.diff(heap.first_edge)))
    path = source.answer(
        "locate", {"view": "containment", "node_id": int(heap.node_id[most_edges])}
    )["path"]
    array = {"view": "containment", "parent": path[-1][0]}
    by_retainers = np.argsort(heap.retainer_count)[::-1]
    asks: Asks = []
    for sort in ("retained_size", "shallow_size", "distance", "label"):
        asks.append((f"{count:,} instances by {sort}", {**largest, "sort": sort}))
        deep = {**largest, "sort": sort, "offset": count // 2}
        asks.append((f"{count:,} instances by {sort}, from the middle", deep))
    n_edges = int(np.diff(heap.first_edge)[most_edges])
    asks += [
        (f"{n_edges:,} elements by {sort}", {**array, "sort": sort})
        for sort in ("retained_size", "label")
    ]
    asks += [("the roots", {"view": "containment", "parent": "e0"})]
    asks += [
        (
            f"{int(heap.retainer_count[node]):,} retainers",
            {"view": "retainers", "node_id": int(heap.node_id[node])},
        )
        for node in by_retainers[[0, 1, 2, 10, 1_000, 100_000]].tolist()
    ]
    return asks


@pytest.mark.parametrize("view", ["constructors", "containment", "dominators"])
def test_first_pages(heap: HeapGraph, view: str, show: Show) -> None:
    source = Source(Workbench(heap))
    start = time.perf_counter()
    page = source.answer("rows", {"view": view, "parent": None})
    seconds = time.perf_counter() - start
    show(f"first page of {view}", seconds, len(orjson.dumps(page)))
    assert seconds <= FIRST_PAGE


def test_unfolding(heap: HeapGraph, show: Show) -> None:
    asks = requests(heap)
    for what, params in asks:
        firsts: list[float] = []
        again: list[float] = []
        for _ in range(TIMES):
            source = Source(Workbench(heap))
            for seconds in (firsts, again):
                start = time.perf_counter()
                page = source.answer("rows", params)
                seconds.append(time.perf_counter() - start)
        size = len(orjson.dumps(page))
        show(f"{what}, asked for the first time", min(firsts), size)
        show(f"{what}, again", min(again), size)
        assert size <= LARGEST_ANSWER
        assert min(again) <= UNFOLDING, what


def test_retainers_of_any_node(heap: HeapGraph, show: Show) -> None:
    source = Source(Workbench(heap))
    taken = []
    for node in np.random.default_rng(1).integers(0, heap.n_nodes, 500).tolist():
        start = time.perf_counter()
        source.answer("rows", {"view": "retainers", "node_id": int(heap.node_id[node])})
        taken.append(time.perf_counter() - start)
    show("retainers of a node, half of 500 below", float(np.median(taken)), 0)
    show("retainers of a node, 99 % of 500 below", float(np.quantile(taken, 0.99)), 0)
    assert np.median(taken) <= UNFOLDING
