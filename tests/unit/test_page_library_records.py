"""Loops of frames, timers of Zone.js, handlers of jQuery, and rows that stay in the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.suspects import Suspect
from heapnb.analysis.series.series import load_series
from heapnb.graph import HeapGraph
from heapnb.testing import SnapshotBuilder

SIZES: Final = (50, 150, 350)
LAYOUT: Final = "blink::PhysicalBoxFragment"


def page(edges: str = "") -> SnapshotBuilder:
    """Build a page with objects that stay the same, so that ids tell its process."""
    builder = SnapshotBuilder.from_edges(f"root^1>global global[9]>document {edges}")
    builder.node("global", type="native", name="Window / http://shop.example", node_id=901)
    builder.node("document", type="native", name="HTMLDocument", node_id=903, detachedness=1)
    for fixed in range(40):
        builder.node(f"fixed{fixed}", node_id=101 + 2 * fixed)
        builder.edge("global", f"fixed{fixed}", f"fixed{fixed}")
    return builder


def first(build: Callable[[int], HeapGraph]) -> Suspect:
    diagnosis = diagnose(load_series([build(number) for number in SIZES]))
    assert diagnosis.verdict == "leak"
    return diagnosis.suspects[0]


def frames(number: int) -> HeapGraph:
    """Each frame has callbacks of its own, which none of the earlier ones survives."""
    builder = page("document[1]>controller")
    builder.node("controller", type="native", name="ScriptedAnimationController", node_id=905)
    for place in range(number):
        key, start = f"{place}", 10_000 * number + 20 * place
        builder.node(key, type="native", name="V8FrameCallback", size=500, node_id=start)
        builder.node(f"turn{key}", type="closure", name="turn", node_id=start + 1)
        builder.edge("controller", key, place, type="element")
        builder.edge(key, f"turn{key}", 1, type="element")
    return builder.graph()


def test_loops_of_frames_are_a_leak_although_each_callback_is_dropped() -> None:
    suspect = first(frames)
    assert (suspect.kind, suspect.members) == ("timers", "renewed")
    assert "these are loops" in suspect.explanation
    reason = diagnose([frames(size) for size in SIZES]).reason
    assert "because each asks for the next one and nothing ends the loops" in reason
    assert "`cancelAnimationFrame(id)`" in suspect.fix
    assert "released" not in suspect.explanation


def tasks(number: int) -> HeapGraph:
    builder = page("global.zone>zone zone.tasks>tasks")
    builder.node("zone", node_id=905).node("tasks", name="Array", node_id=907)
    builder.node("text", type="string", name="setInterval", node_id=909)
    for place in range(number):
        key, start = f"{place}", 10_001 + 20 * place
        builder.node(key, name="a", size=500, node_id=start)
        builder.node(f"tick{key}", type="closure", name="tick", node_id=start + 2)
        builder.edge("tasks", key, place, type="element")
        builder.edge(key, "text", "source").edge(key, f"tick{key}", "callback")
        builder.edge(key, "zone", "_zoneDelegates")
    return builder.graph()


def test_tasks_of_zone_js_are_timers() -> None:
    suspect = first(tasks)
    assert suspect.kind == "timers"
    assert "running intervals (`setInterval`)" in suspect.explanation
    assert "`clearInterval(id)`" in suspect.fix


def handlers(number: int) -> HeapGraph:
    builder = page("document.jQuery37>data data.events>events events.scroll>list")
    builder.node("data", node_id=905).node("events", node_id=907)
    builder.node("list", name="Array", node_id=909)
    builder.node("scroll", type="string", name="scroll", node_id=911)
    builder.node("hint", type="string", name="hint", node_id=913)
    for place in range(number):
        key, start = f"{place}", 10_001 + 20 * place
        builder.node(key, name="Object", size=500, node_id=start)
        builder.node(f"on{key}", type="closure", name="place", node_id=start + 2)
        builder.edge("list", key, place, type="element")
        builder.edge(key, "scroll", "origType").edge(key, "hint", "namespace")
        builder.edge(key, f"on{key}", "handler").edge(key, f"on{key}", "guid")
    return builder.graph()


def test_handlers_of_jquery_are_listeners_of_their_element() -> None:
    suspect = first(handlers)
    assert suspect.kind == "event-listeners"
    assert suspect.anchor == "the `scroll.hint` listeners of `document`"
    assert "`$(document).off('scroll.hint', place)`" in suspect.fix
    assert "removeEventListener" not in suspect.fix


def rows(number: int, *, is_laid_out_anew: bool = False) -> HeapGraph:
    """Build a list in the page with Blink's order of edges, and a layout object for each row."""
    shift = 1_000_000 * number if is_laid_out_anew else 2
    builder = page("document[1]>list document[2]>box")
    builder.node("list", type="native", name='<ol id="log">', node_id=906, detachedness=1)
    builder.node("box", type="native", name=LAYOUT, node_id=908)
    builder.edge("list", "document", 1, type="element")
    for place in range(number):
        row, start = f"row{place}", 10_000 + 20 * place
        builder.node(row, type="native", name="<li>", size=500, node_id=start, detachedness=1)
        layout = f"layout{place}"
        builder.node(layout, type="native", name=LAYOUT, node_id=start + shift)
        builder.edge("box", layout, place, type="element").edge(layout, row, 1, type="element")
        builder.edge(row, "document", 1, type="element").edge(row, "list", 2, type="element")
    return builder.graph()


def test_rows_that_stay_in_the_page_are_named_with_their_list() -> None:
    suspect = first(rows)
    assert (suspect.kind, suspect.class_name) == ("attached-dom", "<li>")
    assert suspect.count_per_snapshot == SIZES
    assert suspect.anchor == 'the `<ol id="log">` element'
    assert "nothing is detached" in suspect.explanation
    assert "virtual list" in suspect.fix


def test_rows_stay_although_the_browser_lays_them_out_anew() -> None:
    diagnosis = diagnose([rows(number, is_laid_out_anew=True) for number in SIZES])
    assert diagnosis.verdict == "leak"
    (suspect,) = diagnosis.suspects
    assert (suspect.kind, suspect.class_name) == ("attached-dom", "<li>")
    assert "grew in every interval: " in diagnosis.reason
    assert not any("blink::" in step or "of the browser" in step for step in suspect.chain)
