"""What a browser keeps for a page is named as the page calls it, with the call that releases it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pytest

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.suspects import Diagnosis, Suspect
from heapnb.analysis.series.series import load_series
from heapnb.graph import HeapGraph
from heapnb.testing import SnapshotBuilder

SIZES: Final = (50, 150, 350)
WINDOW: Final = "Window / http://shop.example"
HASH_TABLE: Final = "blink::HeapHashTableBacking<blink::HashTable<int, blink::KeyValuePair<…>>>"
VECTOR: Final = "blink::HeapVectorBacking<std::pair<…>>"


@dataclass(frozen=True)
class Kept:
    """Records of a browser: its objects down to them, the record, and down to the function."""

    above: tuple[str, ...]
    record: str
    below: tuple[str, ...]
    constants: str
    kind: str
    class_name: str
    anchor: str
    explanation: str
    fix: str


LISTENERS: Final = (
    "blink::EventTargetData",
    "blink::HeapVectorBacking<std::pair<blink::AtomicString, …>>",
    "blink::BasicHeapVector<…>",
    "blink::HeapVectorBacking<…>",
)
CASES: Final = {
    "listeners": Kept(
        LISTENERS,
        "blink::RegisteredEventListener",
        ("EventListener", "V8EventListener"),
        "window addEventListener resize LISTENER",
        "event-listeners",
        "Function",
        "the `resize` listeners of `window`",
        "`window` has `resize` listeners that are never removed",
        "`window.removeEventListener('resize', onWork)`",
    ),
    "effect": Kept(
        LISTENERS,
        "blink::RegisteredEventListener",
        ("EventListener", "V8EventListener"),
        "useEffect window addEventListener online LISTENER",
        "event-listeners",
        "Function",
        "the `online` listeners of `window`",
        "`window` has `online` listeners",
        "return a clean-up function from `useEffect`",
    ),
    "intervals": Kept(
        ("blink::(anonymous namespace)::DOMTimerCoordinator", HASH_TABLE),
        "DOMTimer",
        ("ScheduledAction", "V8Function"),
        "setInterval LISTENER",
        "timers",
        "DOMTimer",
        "the browser's list of running timers (`setInterval`)",
        "running intervals (`setInterval`)",
        "`clearInterval(id)`",
    ),
    "observers": Kept(
        ("blink::NodeMutationObserverData", HASH_TABLE),
        "MutationObserver",
        ("MutationObserver::Delegate", "V8MutationCallback"),
        "MutationObserver LISTENER observe",
        "observers",
        "MutationObserver",
        "active `MutationObserver` objects",
        "never disconnected",
        "`observer.disconnect()`",
    ),
    "channels": Kept(
        ("Pending activities", VECTOR),
        "BroadcastChannel",
        (
            "blink::EventTargetData",
            "blink::BasicHeapVector<…>",
            "blink::RegisteredEventListener",
            "EventListener",
            "V8EventListener",
        ),
        "BroadcastChannel LISTENER onmessage",
        "workers-channels-sockets",
        "BroadcastChannel",
        "the browser, which keeps each open `BroadcastChannel`",
        "Open `BroadcastChannel` objects",
        "`channel.close()`",
    ),
    "databases": Kept(
        ("Pending activities", VECTOR),
        "IDBDatabase",
        ("blink::EventTargetData", "blink::BasicHeapVector<…>", "EventListener", "V8EventListener"),
        "IDBDatabase LISTENER onversionchange",
        "database-connections",
        "IDBDatabase",
        "the browser, which keeps each open `IDBDatabase`",
        "Open `IDBDatabase` objects",
        "`database.close()`",
    ),
}
KINDS: Final = {*(case.kind for case in CASES.values()), "console", "style-sheets"}


def page(case: Kept, number: int) -> HeapGraph:
    """Build a page with some records, all of whose functions one function creates."""
    builder = SnapshotBuilder.from_edges("root^1>global")
    builder.node("global", type="native", name=WINDOW, node_id=901)
    _fix(builder)
    holder = "global"
    for depth, name in enumerate(case.above):
        builder.node(f"above{depth}", type="native", name=name, node_id=903 + 2 * depth)
        builder.edge(holder, f"above{depth}", 1, type="element")
        holder = f"above{depth}"
    _code(builder, case.constants.split())
    if "useEffect" in case.constants:
        builder.node("document", type="native", name="HTMLDocument", node_id=885)
        builder.edge("global", "document", 9, type="element")
        builder.node("fiber", name="FiberNode", node_id=881)
        builder.edge("global", "fiber", "fiber")
        for name in ("memoizedState", "alternate", "stateNode"):
            builder.edge("fiber", "fixed0", name)
    for place in range(number):
        above = holder
        for depth, name in enumerate((case.record, *case.below)):
            key = f"{place}.{depth}"
            node_id = 10_000 + 20 * place + 2 * depth
            builder.node(key, type="native", name=name, node_id=node_id)
            builder.edge(above, key, place + 1 if not depth else 1, type="element")
            above = key
        closure = f"closure{place}"
        location = (7, 11, 4)
        builder.node(
            closure, type="closure", name="onWork", node_id=100_001 + 2 * place, location=location
        )
        builder.edge(above, closure, 1, type="element")
        builder.edge(closure, "LISTENER", "shared", type="internal")
    return builder.graph()


def _fix(builder: SnapshotBuilder) -> None:
    """Add objects that stay, enough that ids tell one process from another."""
    for fixed in range(40):
        builder.node(f"fixed{fixed}", node_id=101 + 2 * fixed)
        builder.edge("global", f"fixed{fixed}", f"fixed{fixed}")


def _code(builder: SnapshotBuilder, constants: list[str]) -> None:
    script = "system / Script / http://shop.example/app.js"
    builder.node("creator", type="code", name="system / SharedFunctionInfo / start", node_id=801)
    builder.node("bytecode", type="code", name="system / BytecodeArray", node_id=803)
    builder.node("pool", type="code", name="(constant pool)", node_id=805)
    builder.node("script", type="code", name=script, node_id=807)
    builder.edge("global", "creator", "start", type="internal")
    builder.edge("creator", "bytecode", "trusted_function_data", type="internal")
    builder.edge("bytecode", "pool", 2, type="hidden")
    for place, constant in enumerate(constants):
        is_function = constant.isupper()
        name = "system / SharedFunctionInfo" if is_function else constant
        kind = "code" if is_function else "string"
        builder.node(constant, type=kind, name=name, node_id=811 + 2 * place)
        builder.edge("pool", constant, place, type="hidden")
    builder.edge("LISTENER", "script", "script", type="internal")


def diagnosed(case: Kept) -> Diagnosis:
    return diagnose(load_series([page(case, number) for number in SIZES]))


def first(case: Kept) -> Suspect:
    diagnosis = diagnosed(case)
    assert diagnosis.verdict == "leak"
    return diagnosis.suspects[0]


@pytest.mark.parametrize("name", CASES)
def test_records_of_a_browser(name: str) -> None:
    case = CASES[name]
    suspect = first(case)
    assert (suspect.kind, suspect.class_name) == (case.kind, case.class_name)
    assert suspect.count_per_snapshot == SIZES
    assert case.anchor in suspect.anchor
    assert case.explanation in suspect.explanation
    assert case.fix in suspect.fix


@pytest.mark.parametrize("name", CASES)
def test_no_text_shows_names_of_the_browsers_code(name: str) -> None:
    suspect = first(CASES[name])
    texts = (suspect.title, suspect.class_name, suspect.anchor, suspect.explanation, suspect.fix)
    assert not any("blink::" in text or "cppgc" in text for text in texts)


def test_objects_of_the_browser_itself_are_no_suspects() -> None:
    case = Kept(("blink::Page", VECTOR), "blink::ConsoleMessage", (), "", *[""] * 5)
    builder = [page_without_functions(case, number) for number in SIZES]
    diagnosis = diagnose(load_series(builder))
    assert diagnosis.verdict == "no-leak"
    assert "Objects of the browser itself grew" in diagnosis.reason


def page_without_functions(case: Kept, number: int) -> HeapGraph:
    builder = SnapshotBuilder.from_edges("root^1>global global[1]>page page[1]>list")
    builder.node("global", type="native", name=WINDOW, node_id=901)
    _fix(builder)
    for key, name, node_id in zip(("page", "list"), case.above, (903, 905), strict=True):
        builder.node(key, type="native", name=name, node_id=node_id)
    for place in range(number):
        builder.node(
            f"{place}", type="native", name=case.record, size=100, node_id=10_000 + place * 2
        )
        builder.edge("list", f"{place}", place, type="element")
    return builder.graph()


def sheets(number: int, owner: str = "") -> HeapGraph:
    """Build a page whose document has style sheets, and the browser's rules for each."""
    builder = SnapshotBuilder.from_edges("root^1>global global[1]>document document[1]>list")
    builder.node("global", type="native", name=WINDOW, node_id=901)
    builder.node("document", type="native", name="HTMLDocument", node_id=903)
    builder.node("list", type="native", name=VECTOR, node_id=905)
    _fix(builder)
    for place in range(number):
        first = 10_000 + 6 * place
        builder.node(f"{place}", type="native", name="CSSStyleSheet", size=160, node_id=first)
        builder.node(
            f"rules{place}", type="native", name="blink::RuleSet", size=1_500, node_id=first + 2
        )
        builder.edge("list", f"{place}", 2 * place, type="element")
        builder.edge("list", f"rules{place}", 2 * place + 1, type="element")
        if owner:
            builder.node(f"owner{place}", type="native", name=owner, node_id=first + 4)
            builder.edge(f"{place}", f"owner{place}", 1, type="element")
    return builder.graph()


def test_adopted_style_sheets() -> None:
    diagnosis = diagnose(load_series([sheets(number) for number in SIZES]))
    (suspect,) = diagnosis.suspects
    assert (suspect.kind, suspect.class_name) == ("style-sheets", "CSSStyleSheet")
    assert suspect.anchor == "the `adoptedStyleSheets` of `document`"
    assert "`document.adoptedStyleSheets = document.adoptedStyleSheets.filter(" in suspect.fix


@pytest.mark.parametrize("owner", ["<style>", "HTMLLinkElement", "CSSImportRule"])
def test_style_sheets_of_elements_are_not_adopted(owner: str) -> None:
    diagnosis = diagnose(load_series([sheets(number, owner) for number in SIZES]))
    assert "style-sheets" not in [suspect.kind for suspect in diagnosis.suspects]


def trees(number: int) -> HeapGraph:
    """Build a page with an array of records, each with an element that left the document."""
    builder = SnapshotBuilder.from_edges("root^1>global global.board>board board.cards>cards")
    builder.node("global", type="native", name=WINDOW, node_id=901)
    builder.node("board", name="Board", node_id=905).node("cards", name="Array", node_id=903)
    _fix(builder)
    for place in range(number):
        builder.node(f"{place}", name="Card", size=100, node_id=10_001 + 20 * place)
        builder.edge("cards", f"{place}", place, type="element")
        above, label = f"{place}", "element"
        for depth, name in enumerate(("<section>", "<p>")):
            key = f"{place}.{depth}"
            node_id = 10_003 + 20 * place + 2 * depth
            builder.node(key, type="native", name=name, node_id=node_id, detachedness=2)
            if depth:
                builder.edge(above, key, 4, type="element")
            else:
                builder.edge(above, key, label)
            above = key
    return builder.graph()


def test_detached_trees_below_the_leaked_objects_are_named() -> None:
    diagnosis = diagnose(load_series([trees(number) for number in SIZES]))
    (suspect,) = diagnosis.suspects
    assert (suspect.kind, suspect.class_name) == ("unbounded-array", "Card")
    assert "Each keeps a detached DOM tree in `element` (`<section>`)" in suspect.explanation
    assert "700 detached nodes" in suspect.explanation
    assert "drop the reference to `element` when it leaves the page" in suspect.fix
    assert "cache" not in suspect.fix


def logging(number: int, name: str, kind: str) -> HeapGraph:
    """Build a page whose console keeps what was logged, under running numbers."""
    builder = SnapshotBuilder.from_edges("root^1>global root[2]>handles")
    builder.node("global", type="native", name=WINDOW, node_id=901)
    builder.node("handles", type="synthetic", name="(Global handles)", node_id=903)
    _fix(builder)
    for place in range(number):
        builder.node(f"{place}", type=kind, name=name, size=100, node_id=10_001 + 2 * place)
        label = f"{50 + 2 * place} / DevTools console"
        builder.edge("handles", f"{place}", label, type="internal")
    return builder.graph()


def test_logged_objects_are_held_by_the_console() -> None:
    diagnosis = diagnose(load_series([logging(number, "Order", "object") for number in SIZES]))
    assert diagnosis.verdict == "leak"
    (suspect,) = diagnosis.suspects
    assert (suspect.kind, suspect.class_name) == ("console", "Order")
    assert suspect.anchor == "the console of DevTools (`console.log`)"
    assert "`console.clear()`" in suspect.fix


def test_logged_texts_are_no_suspects() -> None:
    diagnosis = diagnose(load_series([logging(number, "ready", "string") for number in SIZES]))
    assert diagnosis.verdict == "no-leak"


def marks(number: int, holder: str) -> HeapGraph:
    """Build a page with marks of the time line, in the browser's list or in one of the page."""
    builder = SnapshotBuilder.from_edges("root^1>global global[1]>timeline timeline[1]>list")
    builder.node("global", type="native", name=WINDOW, node_id=901)
    builder.node("timeline", type="native", name=holder, node_id=903)
    builder.node("list", type="native", name=VECTOR, node_id=905)
    _fix(builder)
    for place in range(number):
        node_id = 10_000 + 2 * place
        builder.node(f"{place}", type="native", name="PerformanceMark", size=90, node_id=node_id)
        builder.edge("list", f"{place}", place, type="element")
    return builder.graph()


def test_marks_of_the_time_line() -> None:
    diagnosis = diagnose(load_series([marks(number, "Performance") for number in SIZES]))
    (suspect,) = diagnosis.suspects
    assert (suspect.kind, suspect.class_name) == ("performance-entries", "PerformanceMark")
    assert "`window.performance`" in suspect.anchor
    assert "The browser keeps every entry" in suspect.explanation
    assert "`performance.clearMarks(name)`" in suspect.fix
    assert "createHistogram" not in suspect.fix
    elsewhere = diagnose(load_series([marks(number, "HTMLDocument") for number in SIZES]))
    assert [one.kind for one in elsewhere.suspects] == ["accumulation"]


def wrappers(number: int, label: str) -> HeapGraph:
    """Build a page in which each function at `history` has the one before it in its scope."""
    builder = SnapshotBuilder.from_edges("root^1>global global[1]>history history.__proto__>proto")
    builder.node("global", type="native", name=WINDOW, node_id=901)
    builder.node("history", type="native", name="History", node_id=903)
    builder.node("proto", name="History", node_id=905)
    builder.node("native", type="closure", name="pushState", node_id=907)
    builder.edge("proto", "native", "pushState")
    _fix(builder)
    before = "native"
    for place in range(number):
        wrapper, scope = f"wrapper{place}", f"scope{place}"
        builder.node(
            wrapper, type="closure", name="tell", node_id=10_001 + 8 * place, location=(7, 3, 2)
        )
        builder.node(scope, name="system / Context", type="object", node_id=10_003 + 8 * place)
        builder.edge(wrapper, scope, "context", type="internal")
        builder.edge(scope, before, "previousOne", type="context")
        before = wrapper
    builder.edge("history", before, label)
    return builder.graph()


def test_a_function_of_the_browser_that_is_wrapped_again_and_again() -> None:
    diagnosis = diagnose(load_series([wrappers(number, "pushState") for number in SIZES]))
    suspect = diagnosis.suspects[0]
    assert suspect.kind == "shared-closure-context"
    assert "Each wraps `History.pushState` once more." in suspect.explanation
    assert suspect.fix.startswith("Wrap `History.pushState` once, or put back what it was")
    other = diagnose(load_series([wrappers(number, "onVisit") for number in SIZES])).suspects[0]
    assert other.kind == "shared-closure-context"
    assert "wraps" not in other.explanation
