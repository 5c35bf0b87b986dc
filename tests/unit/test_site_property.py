"""What a diagnosis says of a leak does not depend on what is above it in the heap.

Every heap of the detectors' tests is built below one scope. Here other things lead to that scope: a
suspended function, a timer, a socket's listener, a WeakMap's entry. The cause, the class, the
anchor and the location must stay those of the plain heap.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

import pytest

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.suspects import Suspect
from heapnb.graph import HeapGraph
from heapnb.testing import SnapshotBuilder
from tests.unit import test_detectors, test_node_detectors, test_shape_detectors
from tests.unit.test_detectors import FIRST_ID, SIZES, Fill

Above = Callable[[SnapshotBuilder], None]
"""Adds what leads from the global object to the closure or suspended call that has the scope."""

_CASES: Final = [
    (kind, case[0])
    for module in (test_detectors, test_node_detectors, test_shape_detectors)
    for kind, cases in module.CASES.items()
    for case in cases
]

SITES: Final[dict[str, Fill]] = {
    f"{kind}-{[other for other, _ in _CASES[:place]].count(kind)}": fill
    for place, (kind, fill) in enumerate(_CASES)
}
"""The heaps of the detectors' tests, by kind and number."""

_PAIR: Final = (
    "9 / part of key (Key @{key}) -> value (Object @{value}) pair in WeakMap (table @{table})"
)


def path(builder: SnapshotBuilder, *links: tuple[str, str, str, str]) -> str:
    """Add objects one below the other: type and label of the edge, type and name of the node."""
    above = "global"
    for number, (edge, label, kind, name) in enumerate(links):
        key = f"above{number}"
        builder.node(key, type=kind, name=name, node_id=301 + 2 * number)
        is_index = edge in {"element", "hidden"}
        builder.edge(above, key, int(label) if is_index else label, type=edge)
        above = key
    return above


def closure(builder: SnapshotBuilder, above: str, label: str, edge: str = "property") -> None:
    """Hold the scope by a function of the program."""
    builder.node("app", type="closure", name="app", location=(1, 4, 0))
    is_index = edge in {"element", "hidden"}
    builder.edge(above, "app", int(label) if is_index else label, type=edge)
    builder.edge("app", "scope", "context", type="internal")


def suspended(builder: SnapshotBuilder, above: str, label: str, edge: str = "property") -> None:
    """Hold the scope by a suspended call, which V8 keeps as a generator."""
    builder.node("above main", type="closure", name="main", location=(1, 4, 0), node_id=401)
    builder.node("app", name="Generator", location=(1, 4, 0), node_id=403)
    builder.node("above registers", type="array", name="", node_id=405)
    is_index = edge in {"element", "hidden"}
    builder.edge(above, "app", int(label) if is_index else label, type=edge)
    builder.edge("app", "above main", "function", type="internal")
    builder.edge("app", "above registers", "parameters_and_registers", type="internal")
    builder.edge("above registers", "scope", "0", type="internal")
    builder.edge("app", "scope", "context", type="internal")


def plain(builder: SnapshotBuilder) -> None:
    closure(builder, "global", "app")


def generator(builder: SnapshotBuilder) -> None:
    suspended(builder, "global", "rounds")


def awaiting(builder: SnapshotBuilder) -> None:
    end = path(
        builder,
        ("property", "loaded", "object", "Promise"),
        ("internal", "reactions_or_result", "code", "system / PromiseReaction"),
        ("internal", "fulfill_handler", "closure", ""),
        ("internal", "context", "object", "system / Context"),
    )
    suspended(builder, end, "extension", "internal")


def resolver_in_timer(builder: SnapshotBuilder) -> None:
    end = path(
        builder,
        ("property", "timerListMap", "object", "Object"),
        ("element", "400", "object", "TimersList"),
        ("property", "_idleNext", "object", "Timeout"),
        ("property", "_onTimeout", "closure", ""),
        ("internal", "context", "object", "system / Context"),
        ("internal", "extension", "object", "Promise"),
        ("internal", "reactions_or_result", "code", "system / PromiseReaction"),
    )
    suspended(builder, end, "1", "hidden")


def timer(builder: SnapshotBuilder) -> None:
    end = path(
        builder,
        ("property", "timerListMap", "object", "Object"),
        ("element", "400", "object", "TimersList"),
        ("property", "_idleNext", "object", "Timeout"),
    )
    closure(builder, end, "_onTimeout")


def listener(builder: SnapshotBuilder) -> None:
    end = path(
        builder,
        ("property", "bus", "object", "EventEmitter"),
        ("property", "_events", "object", "Object"),
    )
    closure(builder, end, "connect")


def target(builder: SnapshotBuilder) -> None:
    end = path(
        builder,
        ("property", "signal", "object", "AbortSignal"),
        ("property", "<symbol kEvents>", "object", "Map"),
        ("internal", "table", "array", ""),
        ("internal", "4", "object", "Object"),
        ("property", "next", "object", "Listener"),
    )
    closure(builder, end, "callback")


def dependent_signal(builder: SnapshotBuilder) -> None:
    end = path(
        builder,
        ("property", "gcPersistentSignals", "object", "Set"),
        ("internal", "table", "array", ""),
        ("internal", "4", "object", "AbortSignal"),
    )
    closure(builder, end, "onabort")


def socket(builder: SnapshotBuilder) -> None:
    end = path(
        builder,
        ("property", "agent", "object", "Agent"),
        ("property", "sockets", "object", "Object"),
        ("property", "example.org:443:", "object", "Array"),
        ("element", "0", "object", "Socket"),
        ("property", "_events", "object", "Object"),
    )
    above = "above0"
    for number, label in enumerate(("freeSockets", "requests")):
        builder.node(f"above {label}", name="Object", node_id=421 + 2 * number)
        builder.edge(above, f"above {label}", label)
    builder.node("above removed", type="closure", node_id=431)
    builder.edge(end, "above removed", "agentRemove")
    closure(builder, end, "timeout")


def handle(builder: SnapshotBuilder) -> None:
    native, wrap, server, events = (
        f"above {what}" for what in ("native", "wrap", "server", "events")
    )
    builder.node(native, type="synthetic", name="Node / TCPServerWrap", node_id=441)
    builder.edge("root", native, 60, type="element")
    builder.node(wrap, name="TCP", node_id=443).node(server, name="Server", node_id=445)
    builder.edge(native, wrap, "native_to_javascript", type="internal")
    builder.edge(wrap, native, "javascript_to_native", type="internal")
    builder.edge(wrap, server, "<symbol owner_symbol>").edge(server, wrap, "_handle")
    builder.node(events, name="Object", node_id=447).edge(server, events, "_events")
    closure(builder, events, "connection")


def weak_value(builder: SnapshotBuilder) -> None:
    key, states, table, value = (f"above {what}" for what in ("key", "states", "table", "value"))
    builder.node(key, name="Key", node_id=461).edge("global", key, "key")
    builder.node(states, name="WeakMap", node_id=463).edge("global", states, "states")
    builder.node(table, type="array", node_id=465).edge(states, table, "table", type="internal")
    builder.node(value, name="Object", node_id=467)
    pair = _PAIR.format(key=461, value=467, table=465)
    for source in (key, table):
        builder.edge(source, value, pair, type="internal")
    closure(builder, value, "run")


def held_value(builder: SnapshotBuilder) -> None:
    end = path(
        builder,
        ("property", "registry", "object", "FinalizationRegistry"),
        ("internal", "active_cells", "hidden", "system / WeakCell"),
    )
    closure(builder, end, "2", "hidden")


def store(builder: SnapshotBuilder) -> None:
    end = path(
        builder,
        ("property", "connection", "object", "Connection"),
        ("property", "<symbol kResourceStore>", "object", "Object"),
    )
    closure(builder, end, "main")


def frame(builder: SnapshotBuilder) -> None:
    end = path(
        builder,
        ("property", "connection", "object", "Connection"),
        ("internal", "frame", "object", "AsyncContextFrame"),
        ("internal", "table", "array", ""),
        ("internal", "4", "object", "Object"),
    )
    closure(builder, end, "main")


def module(builder: SnapshotBuilder) -> None:
    end = path(
        builder,
        ("property", "cache", "object", "Object"),
        ("property", "/app/main.js", "object", "Module"),
    )
    closure(builder, end, "exports")


def layer(builder: SnapshotBuilder) -> None:
    end = path(
        builder,
        ("property", "router", "object", "Router"),
        ("property", "stack", "object", "Array"),
        ("element", "0", "object", "Layer"),
    )
    closure(builder, end, "handle")


def subscriber(builder: SnapshotBuilder) -> None:
    end = path(
        builder,
        ("property", "channel", "object", "Channel"),
        ("property", "_subscribers", "object", "Array"),
    )
    closure(builder, end, "0", "element")


def observers(builder: SnapshotBuilder) -> None:
    end = path(
        builder,
        ("property", "subject", "object", "Subject"),
        ("property", "observers", "object", "Array"),
    )
    closure(builder, end, "0", "element")


def stream(builder: SnapshotBuilder) -> None:
    end = path(
        builder,
        ("property", "out", "object", "Writable"),
        ("property", "_writableState", "object", "WritableState"),
        ("property", "buffered", "object", "Array"),
        ("element", "0", "object", "Object"),
    )
    closure(builder, end, "callback")


def chain(builder: SnapshotBuilder) -> None:
    end = path(
        builder,
        ("property", "first", "object", "Step"),
        *(("property", "next", "object", "Step") for _ in range(6)),
    )
    closure(builder, end, "work")


def cached(builder: SnapshotBuilder) -> None:
    end = path(
        builder,
        ("property", "render", "closure", "render"),
        ("property", "cache", "object", "Map"),
        ("internal", "table", "array", ""),
    )
    closure(builder, end, "3", "internal")


def hook(builder: SnapshotBuilder) -> None:
    end = path(builder, ("property", "hook", "object", "AsyncHook"))
    closure(builder, end, "<symbol init>")


ABOVES: Final[tuple[Above, ...]] = (
    generator,
    awaiting,
    resolver_in_timer,
    timer,
    listener,
    target,
    dependent_signal,
    socket,
    handle,
    weak_value,
    held_value,
    store,
    frame,
    module,
    layer,
    subscriber,
    observers,
    stream,
    chain,
    cached,
    hook,
)


def heap(
    fill: Fill, above: Above, n: int, kind: type[SnapshotBuilder] = SnapshotBuilder
) -> HeapGraph:
    """Make a program with something above the scope, and the site in the scope."""
    builder = kind.from_edges("root^1>global")
    builder.node("scope", name="system / Context", node_id=481)
    builder.node("native context", type="hidden", name="system / NativeContext", node_id=483)
    builder.edge("scope", "native context", "previous", type="internal")
    for number in range(40):
        key = f"fixed{number}"
        builder.node(key, node_id=101 + 2 * number)
        builder.edge("native context", key, key, type="internal")
    above(builder)
    fill(builder, n)
    return builder.graph()


def first(fill: Fill, above: Above, kind: type[SnapshotBuilder] = SnapshotBuilder) -> Suspect:
    diagnosis = diagnose([heap(fill, above, n, kind) for n in SIZES])
    assert diagnosis.verdict == "leak"
    return diagnosis.suspects[0]


def said(suspect: Suspect) -> dict[str, str | None]:
    """Return what must not depend on the path above the site."""
    return {
        "kind": suspect.kind,
        "class_name": suspect.class_name,
        "anchor": suspect.anchor,
        "location": suspect.location,
    }


PAIRS: Final = [(site, above) for site in SITES for above in ABOVES]
OFTEN: Final = 8
"""One pair in so many is tested each time, so that each site and each path is; the rest is slow."""


@cache
def plainly(site: str) -> dict[str, str | None]:
    return said(first(SITES[site], plain))


@pytest.mark.parametrize(
    ("site", "above"),
    [
        pytest.param(
            site,
            above,
            id=f"{site}-{above.__name__}",
            marks=() if number % OFTEN == 0 else pytest.mark.slow,
        )
        for number, (site, above) in enumerate(PAIRS)
    ],
)
def test_what_is_above_a_site_changes_nothing(site: str, above: Above) -> None:
    assert said(first(SITES[site], above)) == plainly(site)


OF_NODE: Final = frozenset({"lists"})
"""Variables of Node's own modules in the heaps of the tests: these do not change."""

PREFIX: Final = "renamed_"


class Renamed(SnapshotBuilder):
    """Gives the variables of the program, its functions and its own classes other names."""

    def edge(self, source: str, target: str, name: str | int, **options: Any) -> SnapshotBuilder:
        if options.get("type") == "context" and name not in OF_NODE:
            name = f"{PREFIX}{name}"
        return super().edge(source, target, name, **options)

    def node(self, key: str, **options: Any) -> SnapshotBuilder:
        name = options.get("name")
        if name in {"Item", "Thing", "Chunk", "Note", "Row"} or (
            name and options.get("type") == "closure" and name in {"work", "listener", "rowsOf"}
        ):
            options["name"] = f"{PREFIX}{name}"
        return super().node(key, **options)


@pytest.mark.parametrize("site", SITES)
def test_other_names_change_names_only(site: str) -> None:
    renamed = said(first(SITES[site], plain, Renamed))
    assert {
        name: value if value is None else value.replace(PREFIX, "")
        for name, value in renamed.items()
    } == plainly(site)


def collection_called(name: str) -> Fill:
    """Fill a Map in a variable of some name."""

    def fill(builder: SnapshotBuilder, n: int) -> None:
        builder.node("box", name="Map", node_id=901).node("store", type="array", node_id=903)
        builder.edge("scope", "box", name, type="context")
        builder.edge("box", "store", "table", type="internal")
        for number in range(n):
            key = f"item{number}"
            builder.node(key, name="Item", node_id=FIRST_ID + 2 * number, location=(1, 9, 2))
            builder.edge("store", key, str(number), type="internal")

    return fill


@pytest.mark.parametrize("name", ["memo", "memoized", "listeners", "requests", "sockets", "stack"])
def test_the_name_of_a_variable_is_at_most_an_alternative(name: str) -> None:
    found = first(collection_called(name), plain)
    assert found.kind == "unbounded-map"
    assert f"`{name}`" in found.anchor
    kinds = [one.kind for one in found.alternatives]
    assert kinds == (["unbounded-memoize"] if name.startswith("memo") else [])
