"""What accumulates inside Node's own objects, in the smallest heaps that show it."""

from __future__ import annotations

import pytest

from heapnb.analysis.diagnosis.detectors.callbacks import Callback, function_behind
from heapnb.testing import SnapshotBuilder
from heapnb.views.wording.phrases import described
from tests.unit.test_detectors import FIRST_ID, Fill, suspect

INTERNAL = 2
"""Script of the runtime; 1 is the program's."""


def chain(builder: SnapshotBuilder, start: str, *links: tuple[str, str, str]) -> str:
    """Add objects one below the other: key, class and property of each."""
    for number, (key, name, label) in enumerate(links):
        builder.node(key, name=name, node_id=801 + 2 * number)
        is_variable = start in {"scope", "inner"}
        builder.edge(start, key, label, type="context" if is_variable else "property")
        start = key
    return start


def elements(builder: SnapshotBuilder, holder: str, n: int, name: str = "Item") -> list[str]:
    """Fill an array, and return the keys of what is in it."""
    builder.node("store", type="array", node_id=903)
    builder.edge(holder, "store", "elements", type="internal")
    keys = [f"item{number}" for number in range(n)]
    for number, key in enumerate(keys):
        builder.node(key, name=name, node_id=FIRST_ID + 8 * number, location=(1, 9, 2))
        builder.edge("store", key, number, type="element")
    return keys


def functions(builder: SnapshotBuilder, keys: list[str], label: str) -> None:
    """Give each object a function of the program."""
    for number, key in enumerate(keys):
        function = f"function of {key}"
        builder.node(function, type="closure", name="work", location=(1, 20, 4))
        builder.node(function, node_id=FIRST_ID + 8 * number + 2)
        builder.edge(key, function, label)


def listening(event: str) -> Fill:
    """Add listeners for an event of one emitter."""

    def fill(builder: SnapshotBuilder, n: int) -> None:
        end = chain(
            builder,
            "scope",
            ("bus", "Bus", "bus"),
            ("events", "Object", "_events"),
            ("list", "Array", event),
        )
        for key in elements(builder, end, n):
            builder.node(key, type="closure", name="listener")

    return fill


def kept_alive(event: str) -> Fill:
    """Add listeners to a connection that an agent keeps."""

    def fill(builder: SnapshotBuilder, n: int) -> None:
        listening(event)(builder, n)
        builder.node("bus", name="Socket").node("removed", type="closure", node_id=873)
        builder.edge("events", "removed", "agentRemove")

    return fill


def dependants(builder: SnapshotBuilder, n: int) -> None:
    end = chain(
        builder,
        "scope",
        ("signal", "AbortSignal", "shutdown"),
        ("set", "Set", "<symbol kDependantSignals>"),
    )
    builder.node("table", type="array", node_id=881).edge(end, "table", "table", type="internal")
    for number in range(n):
        key = f"reference{number}"
        builder.node(key, name="WeakRef", node_id=FIRST_ID + 2 * number)
        builder.edge("table", key, str(number), type="internal")


def observers(builder: SnapshotBuilder, n: int) -> None:
    end = chain(builder, "scope", ("ticks", "Subject", "ticks"), ("list", "Array", "observers"))
    functions(builder, elements(builder, end, n, "Subscriber"), "next")
    for number in range(n):
        builder.edge(f"item{number}", "ticks", "source")


def agent(builder: SnapshotBuilder, n: int) -> None:
    end = chain(builder, "scope", ("agent", "Agent", "agent"), ("requests", "Object", "requests"))
    for label in ("sockets", "freeSockets"):
        builder.node(label, name="Object", node_id=885).edge("agent", label, label)
    builder.node("freeSockets", node_id=887)
    builder.node("host", name="Array", node_id=889).edge(end, "host", "example.org:443:")
    elements(builder, "host", n, "ClientRequest")


def hosts(builder: SnapshotBuilder, n: int) -> None:
    end = chain(builder, "scope", ("agent", "Agent", "agent"), ("free", "Object", "freeSockets"))
    for number, label in enumerate(("sockets", "requests")):
        builder.node(label, name="Object", node_id=885 + 2 * number).edge("agent", label, label)
    for number in range(n):
        builder.node(f"list{number}", name="Array", node_id=FIRST_ID + 4 * number)
        builder.edge(end, f"list{number}", f"host{number}:443:")
        builder.node(f"socket{number}", name="Socket", node_id=FIRST_ID + 4 * number + 2)
        builder.edge(f"list{number}", f"socket{number}", 0, type="element")


def writes(builder: SnapshotBuilder, n: int) -> None:
    end = chain(
        builder,
        "scope",
        ("out", "Writable", "out"),
        ("state", "WritableState", "_writableState"),
        ("buffer", "Array", "buffered"),
    )
    elements(builder, end, n)


def reads(builder: SnapshotBuilder, n: int) -> None:
    """Fill the linked list that streams had up to Node 20."""
    before = chain(
        builder,
        "scope",
        ("feed", "Readable", "feed"),
        ("state", "ReadableState", "_readableState"),
        ("buffer", "BufferList", "buffer"),
    )
    label = "head"
    for number in reversed(range(n)):
        key = f"link{number}"
        builder.node(key, name="Object", node_id=FIRST_ID + 4 * number).edge(before, key, label)
        builder.node(f"data{number}", name="Chunk", node_id=FIRST_ID + 4 * number + 2)
        builder.edge(key, f"data{number}", "data")
        before, label = key, "next"


def routes(builder: SnapshotBuilder, n: int) -> None:
    end = chain(builder, "scope", ("router", "Router", "router"), ("stack", "Array", "stack"))
    functions(builder, elements(builder, end, n, "Layer"), "handle")


def interceptors(builder: SnapshotBuilder, n: int) -> None:
    end = chain(
        builder,
        "scope",
        ("request", "InterceptorManager", "request"),
        ("handlers", "Array", "handlers"),
    )
    functions(builder, elements(builder, end, n, "Object"), "fulfilled")


def subscribers(builder: SnapshotBuilder, n: int) -> None:
    end = chain(
        builder, "scope", ("channel", "Channel", "queries"), ("list", "Array", "_subscribers")
    )
    builder.node("name", type="string", name="db:query", node_id=877)
    builder.edge("channel", "name", "name")
    for key in elements(builder, end, n):
        builder.node(key, type="closure", name="")


def hook(builder: SnapshotBuilder, n: int) -> None:
    end = chain(builder, "scope", ("map", "Map", "spans"))
    # Room for 256 entries: no edge leads to their keys, which are small integers.
    header, n_buckets, n_words = 3, 128, 3
    words = header + n_buckets + n_words * 2 * n_buckets
    builder.node("store", type="array", node_id=903, size=16 + 8 * words)
    builder.edge(end, "store", "table", type="internal")
    builder.node("type", type="string", name="Timeout", node_id=889)
    for number in range(n):
        builder.node(f"item{number}", name="Item", node_id=FIRST_ID + 8 * number)
        builder.node(f"item{number}", location=(1, 9, 2))
        builder.edge(f"item{number}", "type", "type")
        word = header + n_buckets + n_words * number + 1
        builder.edge("store", f"item{number}", str(word), type="internal")
    builder.node("hook", name="AsyncHook", node_id=891).edge("scope", "hook", "h", type="context")
    builder.node("init", type="closure", node_id=893, location=(1, 3, 3))
    builder.edge("hook", "init", "<symbol init>")
    builder.node("inner", name="system / Context", node_id=895)
    builder.edge("init", "inner", "context", type="internal")
    builder.edge("inner", "scope", "previous", type="internal")


def handles(builder: SnapshotBuilder, n: int) -> None:
    for number in range(n):
        first = FIRST_ID + 8 * number
        root, wrap, owner = f"root{number}", f"wrap{number}", f"watcher{number}"
        # The runtime's own nodes have even ids, which are new in each snapshot.
        builder.node(
            root, type="synthetic", name="Node / FSEventWrap", node_id=10**6 * n + 2 * number
        )
        builder.edge("root", root, 60 + number, type="element")
        builder.node(wrap, name="FSEvent", node_id=first).node(owner, name="FSWatcher")
        builder.node(owner, node_id=first + 2)
        builder.edge(root, wrap, "native_to_javascript", type="internal")
        builder.edge(wrap, root, "javascript_to_native", type="internal")
        builder.edge(wrap, owner, "<symbol owner_symbol>").edge(owner, wrap, "_handle")
        functions(builder, [owner], "listener")
        builder.node(f"function of {owner}", node_id=first + 4)


def calls(builder: SnapshotBuilder, n: int) -> None:
    end = chain(builder, "scope", ("cursors", "Array", "cursors"))
    builder.node("rows", type="closure", name="rowsOf", node_id=897, location=(1, 2, 8))
    builder.edge("scope", "rows", "rowsOf", type="context")
    for key in elements(builder, end, n, "rowsOf"):
        builder.edge(key, "rows", "function", type="internal")
        builder.node(f"registers of {key}", type="array", node_id=899)
        builder.edge(key, f"registers of {key}", "parameters_and_registers", type="internal")


def settlers(builder: SnapshotBuilder, n: int) -> None:
    end = chain(builder, "scope", ("waiting", "Array", "waiting"))
    for number, key in enumerate(elements(builder, end, n)):
        builder.node(key, type="closure", name="", location=(INTERNAL, 1, 1))
        first = FIRST_ID + 8 * number
        for place, (name, above, label) in enumerate(
            [
                ("system / Context", key, "context"),
                ("Promise", f"context{number}", "promise"),
                ("system / PromiseReaction", f"promise{number}", "reactions_or_result"),
            ]
        ):
            below = ("context", "promise", "reaction")[place] + str(number)
            builder.node(below, name=name, node_id=first + 2 + 2 * place)
            builder.edge(above, below, label, type="internal")


def stores(builder: SnapshotBuilder, n: int) -> None:
    end = chain(builder, "scope", ("idle", "Array", "idle"))
    for number, key in enumerate(elements(builder, end, n, "AsyncResource")):
        builder.node(f"store{number}", name="RequestContext", size=200)
        builder.node(f"store{number}", node_id=FIRST_ID + 8 * number + 2)
        builder.edge(key, f"store{number}", "<symbol kResourceStore>")


def in_store(builder: SnapshotBuilder, n: int) -> None:
    end = chain(
        builder,
        "scope",
        ("connection", "Connection", "connection"),
        ("store", "Object", "<symbol kResourceStore>"),
        ("notes", "Array", "notes"),
    )
    builder.node("store", name="Object")
    builder.node("kept", type="array", node_id=907)
    builder.edge(end, "kept", "elements", type="internal")
    for number in range(n):
        builder.node(f"note{number}", name="Note", node_id=FIRST_ID + 2 * number)
        builder.edge("kept", f"note{number}", number, type="element")


def lists_of_timers(builder: SnapshotBuilder, n: int) -> None:
    end = chain(builder, "scope", ("map", "Object", "timerListMap"))
    for number in range(n):
        first = FIRST_ID + 8 * number
        builder.node(f"list{number}", name="TimersList", node_id=first)
        builder.edge(end, f"list{number}", 1000 + number, type="element")
        builder.node(f"timer{number}", name="Timeout", node_id=first + 2)
        builder.edge(f"list{number}", f"timer{number}", "_idleNext")
        functions(builder, [f"timer{number}"], "_onTimeout")
        builder.node(f"function of timer{number}", node_id=first + 4)


CASES: dict[str, list[tuple[Fill, str, str]]] = {
    "event-listeners": [
        (listening("change"), "`change` listeners of a Bus (`bus._events.change`)", "Function"),
        (observers, "`observers` of a Subject (`ticks.observers`)", "Subscriber"),
    ],
    "socket-reconnect": [(listening("connect"), "`connect` listeners of a Bus", "Function")],
    "keep-alive-listeners": [
        (kept_alive("change"), "`change` listeners of a Socket", "Function"),
        (kept_alive("connect"), "`connect` listeners of a Socket", "Function"),
    ],
    "abort-signals": [(dependants, "the AbortSignal `shutdown`", "WeakRef")],
    "http-agent": [
        (agent, "`requests` of an Agent (`agent.requests`)", "ClientRequest"),
        (hosts, "`freeSockets` of an Agent (`agent.freeSockets`)", "Socket"),
    ],
    "backlog": [
        (writes, "the write buffer of a Writable (`out._writableState.buffered`)", "Item"),
        (reads, "the read buffer of a Readable (`feed._readableState.buffer`)", "Chunk"),
    ],
    "middleware-stack": [
        (routes, "`router.stack`", "Layer"),
        (interceptors, "`request.handlers`", "Function"),
    ],
    "diagnostics-channel": [(subscribers, "channel `db:query`", "Function")],
    "async-hooks": [(hook, "`spans`", "Item")],
    "native-handles": [(handles, "open file watchers (`Node / FSEventWrap`)", "FSWatcher")],
    "suspended-calls": [(calls, "`cursors`", "rowsOf")],
    "pending-promise": [(settlers, "`waiting`", "Function")],
    "async-local-storage": [(stores, "`idle`", "AsyncResource"), (in_store, "`notes`", "Note")],
    "timers": [(lists_of_timers, "running timers", "Timeout")],
}
"""By kind: heaps that show it, what the anchor says, and what accumulates."""


@pytest.mark.parametrize(
    ("kind", "fill", "anchor", "class_name"),
    [(kind, *case) for kind, cases in CASES.items() for case in cases],
)
def test_recognises(kind: str, fill: Fill, anchor: str, class_name: str) -> None:
    found = suspect(fill)
    assert found.kind == kind
    assert anchor in found.anchor
    assert found.class_name == class_name
    assert found.explanation
    assert found.fix


def test_the_function_behind_a_once_wrapper() -> None:
    builder = SnapshotBuilder.from_edges("root>wrapper wrapper/bound_function>internal")
    builder.node("wrapper", type="closure", name="native_bind")
    builder.node("internal", type="closure", name="onceWrapper")
    builder.node("user", type="closure", name="retry", location=(1, 4, 8))
    builder.edge("wrapper", "user", "listener")
    graph = builder.graph()
    assert function_behind(graph, builder.ordinal("wrapper")) == builder.ordinal("user")
    callback = Callback.of(graph, builder.ordinal("user"))
    assert described(callback) == "`retry` (script 1:5:9)"
    assert function_behind(graph, builder.ordinal("internal")) is None


def test_a_member_of_a_cycle_of_wrappers_ends_the_search() -> None:
    builder = SnapshotBuilder.from_edges("root>a a/bound_function>b b/bound_function>a")
    builder.node("a", type="closure").node("b", type="closure")
    assert function_behind(builder.graph(), builder.ordinal("a")) is None


def test_requests_that_wait_in_undici_are_a_backlog() -> None:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        links = ("client", "Client", "client"), ("queue", "Array", "<symbol queue>")
        elements(builder, chain(builder, "scope", *links), n, "Request")

    found = suspect(fill)
    assert found.kind == "http-agent"
    assert found.members == "queued"
    assert "unbounded backlog" in found.explanation
