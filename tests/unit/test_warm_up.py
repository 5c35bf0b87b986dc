"""What grows, but not by the program: entries that the browser adds to its own timeline."""

from __future__ import annotations

import pytest

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.suspects import Diagnosis
from heapnb.analysis.series.series import load_series
from heapnb.graph import HeapGraph
from heapnb.testing import SnapshotBuilder


def page(n_entries: int, entry: str, holder: str) -> HeapGraph:
    """Make a page whose `performance` or own list holds entries."""
    builder = SnapshotBuilder.from_edges("root^1>global global.list>list list>backing")
    builder.node("list", name=holder, node_id=901)
    builder.node("backing", type="native", name="blink::HeapVectorBacking<…>", node_id=903)
    for number in range(40):
        # Enough that ids tell one process from another.
        builder.node(f"fixed{number}", node_id=101 + 2 * number)
        builder.edge("global", f"fixed{number}", f"fixed{number}")
    for number in range(n_entries):
        key = f"entry{number}"
        builder.node(key, name=entry, size=100, node_id=1001 + 2 * number)
        builder.edge("backing", key, number, type="element")
    return builder.graph()


def diagnosed(entry: str, holder: str) -> Diagnosis:
    return diagnose(load_series([page(n, entry, holder) for n in (50, 150, 350)]))


@pytest.mark.parametrize("entry", ["InteractionContentfulPaint", "PerformanceEventTiming"])
def test_entries_of_the_browser_in_its_own_list_are_no_suspects(entry: str) -> None:
    diagnosis = diagnosed(entry, "Performance")
    assert diagnosis.verdict == "no-leak"
    assert diagnosis.suspects == ()
    assert "The browser, not the page, adds entries" in diagnosis.reason


@pytest.mark.parametrize(
    ("entry", "holder"),
    [("InteractionContentfulPaint", "Array"), ("PerformanceMark", "Performance")],
)
def test_what_the_page_adds_or_collects_is_a_suspect(entry: str, holder: str) -> None:
    diagnosis = diagnosed(entry, holder)
    assert diagnosis.verdict == "leak"
    assert diagnosis.suspects[0].class_name == entry
