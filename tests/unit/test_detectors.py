"""Every detector recognises its cause in the smallest heap that shows it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.suspects import Suspect
from heapnb.graph import HeapGraph
from heapnb.testing import SnapshotBuilder

FIRST_ID = 1001
SIZES = (20, 60, 150)

Fill = Callable[[SnapshotBuilder, int], None]


def heap(fill: Fill, n: int) -> HeapGraph:
    """Make a program of one function in a module, and what a test puts there."""
    builder = SnapshotBuilder.from_edges("root^1>global global.app>app app/context>scope")
    builder.node("app", type="closure", location=(1, 4, 0)).node("scope", name="system / Context")
    builder.node("native", type="hidden", name="system / NativeContext")
    builder.edge("scope", "native", "previous", type="internal")
    for number in range(40):
        key = f"fixed{number}"
        builder.node(key, node_id=101 + 2 * number).edge("native", key, key, type="internal")
    fill(builder, n)
    return builder.graph()


def suspect(fill: Fill) -> Suspect:
    diagnosis = diagnose([heap(fill, n) for n in SIZES])
    assert diagnosis.verdict == "leak"
    return diagnosis.suspects[0]


def collection(holder: str, name: str, edge: str = "context", store: str = "table") -> Fill:
    """Fill a collection that an edge of some holder leads to."""

    def fill(builder: SnapshotBuilder, n: int) -> None:
        builder.node("box", name=name, node_id=901).node("store", type="array", node_id=903)
        builder.edge(holder, "box", "box", type=edge)
        builder.edge("box", "store", store, type="internal")
        for number in range(n):
            key = f"item{number}"
            builder.node(key, name="Item", node_id=FIRST_ID + 2 * number, location=(1, 9, 2))
            builder.edge("store", key, str(number), type="internal")

    return fill


def at_symbol(builder: SnapshotBuilder, n: int) -> None:
    builder.node("box", name="Array", node_id=901).node("store", type="array", node_id=903)
    builder.edge("global", "box", "<symbol shop.metrics>")
    builder.edge("box", "store", "elements", type="internal")
    for number in range(n):
        key = f"item{number}"
        builder.node(key, name="Item", node_id=FIRST_ID + 2 * number, location=(1, 9, 2))
        builder.edge("store", key, str(number), type="internal")


def arrays_of_numbers(builder: SnapshotBuilder, n: int) -> None:
    builder.node("box", name="Object", node_id=901).edge("scope", "box", "box", type="context")
    for number in range(n):
        key, first = f"item{number}", FIRST_ID + 6 * number
        builder.node(key, name="Float32Array", node_id=first).edge("box", key, key)
        builder.node(f"{key}.buffer", name="ArrayBuffer", node_id=first + 2)
        builder.node(f"{key}.store", type="native", node_id=first + 4, size=4_000)
        builder.node(f"{key}.store", name="system / JSArrayBufferData")
        builder.edge(key, f"{key}.buffer", "buffer", type="internal")
        builder.edge(f"{key}.buffer", f"{key}.store", "backing_store", type="internal")


def dictionary(builder: SnapshotBuilder, n: int) -> None:
    builder.node("box", name="Object", node_id=901).edge("scope", "box", "box", type="context")
    for number in range(n):
        key = f"item{number}"
        builder.node(key, name="Item", node_id=FIRST_ID + 2 * number).edge("box", key, key)


def globals_(builder: SnapshotBuilder, n: int) -> None:
    for number in range(n):
        key = f"item{number}"
        builder.node(key, name="Item", node_id=FIRST_ID + 2 * number).edge("global", key, key)


def memoized(builder: SnapshotBuilder, n: int) -> None:
    builder.node("wrapper", type="closure", node_id=911, location=(1, 7, 0))
    builder.edge("scope", "wrapper", "render", type="context")
    builder.node("inner", name="system / Context", node_id=913)
    builder.edge("wrapper", "inner", "context", type="internal")
    builder.node("outer", type="closure", node_id=915).edge("inner", "outer", "fn", type="context")
    builder.edge("inner", "scope", "previous", type="internal")
    collection("inner", "Map")(builder, n)


def modules(builder: SnapshotBuilder, n: int) -> None:
    builder.node("loader", name="Module", node_id=901).edge("scope", "loader", "m", type="context")
    builder.node("children", name="Array", node_id=903).edge("loader", "children", "children")
    builder.node("store", type="array", node_id=905)
    builder.edge("children", "store", "elements", type="internal")
    for number in range(n):
        module, function = f"module{number}", f"function{number}"
        builder.node(module, name="Module", node_id=FIRST_ID + 4 * number)
        builder.edge("store", module, number, type="element")
        builder.node(function, type="closure", node_id=FIRST_ID + 4 * number + 2)
        builder.node(function, location=(2, 3, 1)).edge(module, function, "exports")


def timers(builder: SnapshotBuilder, n: int) -> None:
    builder.node("list", name="TimersList", node_id=901)
    builder.edge("scope", "list", "lists", type="context")
    before = "list"
    for number in reversed(range(n)):
        key = f"timer{number}"
        builder.node(key, name="Timeout", node_id=FIRST_ID + 2 * number)
        builder.edge(before, key, "_idleNext")
        before = key


def generations(builder: SnapshotBuilder, n: int) -> None:
    before, variable = "scope", "current"
    for number in reversed(range(n)):
        thing, method, scope = f"thing{number}", f"method{number}", f"scope{number}"
        first = FIRST_ID + 6 * number
        builder.node(thing, name="Thing", node_id=first)
        builder.node(method, type="closure", node_id=first + 2, location=(1, 8, 4))
        builder.node(scope, name="system / Context", node_id=first + 4)
        builder.edge(before, thing, variable, type="context")
        builder.edge(thing, method, "method").edge(method, scope, "context", type="internal")
        before, variable = scope, "previous_thing"


def promises(builder: SnapshotBuilder, n: int) -> None:
    builder.node("ready", name="Promise", node_id=901)
    builder.edge("scope", "ready", "ready", type="context")
    before, label = "ready", "reactions_or_result"
    for number in reversed(range(n)):
        key = f"reaction{number}"
        builder.node(key, type="hidden", name="system / PromiseReaction")
        builder.node(key, node_id=FIRST_ID + 4 * number)
        builder.edge(before, key, label, type="internal")
        builder.node(f"work{number}", type="closure", node_id=FIRST_ID + 4 * number + 2, size=64)
        builder.edge(key, f"work{number}", 1, type="hidden")
        before, label = key, "next"


def awaiting_calls(builder: SnapshotBuilder, n: int) -> None:
    promises(builder, n)
    builder.node("send", type="closure", name="send", node_id=899, location=(1, 13, 12))
    for number in range(n):
        resume, call = f"work{number}", f"call{number}"
        first = 100 * FIRST_ID + 8 * number
        builder.node(f"await{number}", name="system / Context", node_id=first)
        builder.node(call, name="Generator", node_id=first + 2)
        builder.node(f"registers{number}", type="array", node_id=first + 4)
        builder.edge(resume, f"await{number}", "context", type="internal")
        builder.edge(f"await{number}", call, "extension", type="internal")
        builder.edge(call, "send", "function", type="internal")
        builder.edge(call, f"registers{number}", "parameters_and_registers", type="internal")
        builder.node(f"reading{number}", name="Reading", size=40, node_id=first + 6)
        builder.edge(f"registers{number}", f"reading{number}", "0", type="internal")


def text(builder: SnapshotBuilder, n: int) -> None:
    builder.node("log", type="string", name="…", node_id=901, size=1000 * n)
    builder.edge("scope", "log", "log", type="context")


CASES: dict[str, list[tuple[Fill, str]]] = {
    "unbounded-array": [
        (collection("scope", "Array", store="elements"), "`box`"),
        (at_symbol, "`[Symbol(shop.metrics)]` of the global object"),
    ],
    "unbounded-map": [(collection("scope", "Map"), "`box`")],
    "unbounded-set": [(collection("scope", "Set"), "`box`")],
    "unbounded-dictionary": [(dictionary, "`box`"), (arrays_of_numbers, "`box`")],
    "undeclared-global": [
        (collection("global", "Array", "property", "elements"), "`box` of the global object"),
        (globals_, "the global object"),
    ],
    "unbounded-memoize": [(memoized, "`box`")],
    "module-reload": [(modules, "`children`")],
    "timers": [(timers, "running timers")],
    "shared-closure-context": [(generations, "`previous_thing`")],
    "pending-promise": [(promises, "`ready`")],
    "growing-string": [(text, "`log`")],
}
"""By kind: heaps that show it, and what the anchor says."""


@pytest.mark.parametrize(
    ("kind", "fill", "anchor"),
    [(kind, fill, anchor) for kind, cases in CASES.items() for fill, anchor in cases],
)
def test_recognises(kind: str, fill: Fill, anchor: str) -> None:
    found = suspect(fill)
    assert found.kind == kind
    assert anchor in found.anchor
    assert found.explanation
    assert found.fix


def test_what_no_detector_knows_is_told_all_the_same() -> None:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        builder.node("registry", name="Registry", node_id=901)
        builder.edge("scope", "registry", "registry", type="context")
        for number in range(n):
            key = f"item{number}"
            builder.node(key, name="Item", node_id=FIRST_ID + 2 * number)
            builder.edge("registry", key, number, type="element")

    found = suspect(fill)
    assert found.kind == "accumulation"
    assert "`registry`" in found.anchor


def cache_of_class(script: str) -> Fill:
    """Fill a Map of texts in an object whose class is defined in some script."""

    def fill(builder: SnapshotBuilder, n: int) -> None:
        builder.node("script", type="code", name=script).node("info", type="code")
        builder.node("class", type="closure", location=(2, 5, 1))
        builder.edge("scope", "class", "Cache", type="context")
        builder.edge("class", "info", "shared", type="internal")
        builder.edge("info", "script", "script", type="internal")
        builder.node("cache", name="Cache", location=(2, 5, 1), node_id=905)
        builder.edge("scope", "cache", "cache", type="context")
        builder.node("box", name="Map", node_id=901).node("store", type="array", node_id=903)
        builder.edge("cache", "box", "entries").edge("box", "store", "table", type="internal")
        for number in range(n):
            key = f"item{number}"
            builder.node(key, type="string", node_id=FIRST_ID + 2 * number, size=200)
            builder.edge("store", key, str(number), type="internal")

    return fill


def test_what_has_no_place_has_that_of_the_class_that_keeps_it() -> None:
    own = suspect(cache_of_class("/srv/app/cache.js"))
    assert own.location == "/srv/app/cache.js:6:2"
    packages = suspect(cache_of_class("/srv/app/node_modules/caches/index.js"))
    assert packages.location == "script 1:5:1"


def test_a_call_that_awaits_is_named_with_its_function() -> None:
    found = suspect(awaiting_calls)
    assert found.kind == "pending-promise"
    assert found.class_name == "Generator"
    assert found.title == "Suspended calls of `send`"
    (place,) = found.added_at
    assert (place.location, place.function, place.call) == ("script 1:14:13", "send", "await …")
