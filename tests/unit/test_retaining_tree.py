"""By what a node is said to be held: by the program's own names, where it has any."""

from __future__ import annotations

import pytest

from heapnb.analysis.retention.retaining_tree import retaining_tree
from heapnb.testing import SnapshotBuilder

CONTEXT = "system / Context"


def program(script: str) -> SnapshotBuilder:
    """Make a bus that a function of some script holds, and a handle with more steps to it."""
    builder = SnapshotBuilder.from_edges(
        "root^1>global root>handles handles>server server.listener>app app/context>scope "
        "scope.bus>bus global.setTimer>timer timer/context>timers timers:bus>bus "
        "timer/shared>info info/script>script root>stack stack>bus"
    )
    for key, name in (("handles", "(Global handles)"), ("stack", "(Stack roots)")):
        builder.node(key, type="synthetic", name=name)
    for key in ("app", "timer"):
        builder.node(key, type="closure", location=(1 if key == "app" else 2, 0, 0))
    for key in ("scope", "timers"):
        builder.node(key, name=CONTEXT)
    return builder.node("script", type="code", name=script)


@pytest.mark.parametrize(
    ("script", "holder"),
    [("node:internal/timers", "scope"), ("timers.js", "scope"), ("/srv/app/timers.js", "timers")],
)
def test_functions_of_the_runtime_hold_by_accident(script: str, holder: str) -> None:
    builder = program(script)
    tree = retaining_tree(builder.graph())
    assert tree.parent[builder.ordinal("bus")] == builder.ordinal(holder)


def test_the_way_to_process_is_the_programs_own() -> None:
    builder = program("node:internal/bootstrap/node")
    builder.edge("global", "timer", "get process", type="property")
    tree = retaining_tree(builder.graph())
    assert tree.parent[builder.ordinal("bus")] == builder.ordinal("timers")


def test_what_only_the_runtime_holds_is_held() -> None:
    builder = program("node:internal/timers")
    builder.edge("timers", "only", "only", type="context")
    tree = retaining_tree(builder.graph())
    assert tree.parent[builder.ordinal("only")] == builder.ordinal("timers")


def test_the_table_of_strings_holds_none() -> None:
    builder = SnapshotBuilder.from_edges(
        "root^1>global root>roots roots>table table>text root>handles handles>code code>text"
    )
    builder.node("roots", type="synthetic", name="(GC roots)")
    builder.node("table", type="synthetic", name="(Internalized strings)")
    builder.node("handles", type="synthetic", name="(Global handles)")
    builder.node("code", type="code").node("text", type="string")
    tree = retaining_tree(builder.graph())
    assert tree.parent[builder.ordinal("text")] == builder.ordinal("code")
    assert builder.ordinal("text") not in tree.order[: tree.n_user]


def entry(builder: SnapshotBuilder, key: str, value: str) -> None:
    """Add an entry of a WeakMap in the variable `states`."""
    builder.node("states", name="WeakMap").node("table", type="array")
    builder.edge("global", "states", "states").edge("states", "table", "table", type="internal")
    pair = "{} / part of key (Key @{}) -> value (Value @{}) pair in WeakMap (table @{})"
    ids = (builder.node_id(node) for node in (key, value, "table"))
    label = pair.format(7, *ids)
    for source in (key, "table"):
        builder.edge(source, value, label, type="internal")


def test_what_holds_a_value_of_a_weak_map_directly_holds_it() -> None:
    builder = SnapshotBuilder.from_edges("root^1>global global>key global>a a>b b>value")
    entry(builder, "key", "value")
    tree = retaining_tree(builder.graph())
    assert tree.parent[builder.ordinal("value")] == builder.ordinal("b")


def test_the_key_holds_what_nothing_else_holds() -> None:
    builder = SnapshotBuilder.from_edges("root^1>global global>key global>a value>inner")
    entry(builder, "key", "value")
    tree = retaining_tree(builder.graph())
    assert tree.parent[builder.ordinal("value")] == builder.ordinal("key")
    assert tree.parent[builder.ordinal("inner")] == builder.ordinal("value")


def test_a_variable_is_preferred_to_the_registers_of_a_suspended_call() -> None:
    builder = SnapshotBuilder.from_edges(
        "root^1>global global>call call/parameters_and_registers>registers registers/0>box "
        "registers/1>temporary call/context>outer outer/previous>scope scope:box>box"
    )
    for key in ("scope", "outer"):
        builder.node(key, name=CONTEXT)
    builder.node("registers", type="array")
    tree = retaining_tree(builder.graph())
    assert tree.parent[builder.ordinal("box")] == builder.ordinal("scope")
    assert tree.parent[builder.ordinal("temporary")] == builder.ordinal("registers")


def test_chains_of_entries_may_have_any_length() -> None:
    builder = SnapshotBuilder.from_edges("root^1>global global>k0")
    for number in range(40):
        builder.node(f"k{number + 1}")
        entry(builder, f"k{number}", f"k{number + 1}")
    tree = retaining_tree(builder.graph())
    parents = [int(tree.parent[builder.ordinal(f"k{number + 1}")]) for number in range(40)]
    assert parents == [builder.ordinal(f"k{number}") for number in range(40)]


def timers() -> SnapshotBuilder:
    """Make a ring of running timers, of which the program holds the second."""
    builder = SnapshotBuilder.from_edges(
        "root^1>global global.app>app app.flush>second global.setTimer>timer timer/context>scope "
        "scope:timerListMap>map map[250]>list timer/shared>info info/script>script "
        "list._idleNext>first first._idleNext>second second._idleNext>third third._idleNext>list "
        "list._idlePrev>third third._idlePrev>second second._idlePrev>first first._idlePrev>list"
    )
    builder.node("timer", type="closure", location=(1, 0, 0)).node("scope", name=CONTEXT)
    builder.node("script", type="code", name="node:internal/timers")
    builder.node("list", name="TimersList")
    for key in ("first", "second", "third"):
        builder.node(key, name="Timeout")
    return builder


def test_one_timer_does_not_hold_the_others() -> None:
    builder = timers()
    tree = retaining_tree(builder.graph())
    parents = {key: tree.parent[builder.ordinal(key)] for key in ("first", "second", "third")}
    assert parents["second"] == builder.ordinal("app")
    assert parents["first"] == parents["third"] == builder.ordinal("list")


def test_a_timer_holds_others_where_nothing_shows_the_list() -> None:
    builder = SnapshotBuilder.from_edges(
        "root^1>global global.flush>first first._idleNext>second second._idleNext>third"
    )
    for key in ("first", "second", "third"):
        builder.node(key, name="Timeout")
    tree = retaining_tree(builder.graph())
    assert tree.parent[builder.ordinal("third")] == builder.ordinal("second")


@pytest.mark.parametrize(("second", "is_storage"), [("", True), ("tail", False)])
def test_a_rope_that_was_copied_stands_for_the_copy(second: str, *, is_storage: bool) -> None:
    builder = SnapshotBuilder.from_edges(
        "root^1>global global.name>rope rope/first>flat rope/second>rest"
    )
    builder.node("rope", type="concatenated string", name="(concatenated string)")
    builder.node("flat", type="string", name="whole").node("rest", type="string", name=second)
    tree = retaining_tree(builder.graph())
    rope = builder.ordinal("rope")
    assert tree.is_storage[rope] == tree.is_cell[rope] == is_storage


@pytest.mark.parametrize(
    ("more", "parent"),
    [
        # A variable of the page holds the sockets as well as the browser's list.
        ("query/listener>on on/context>scope scope:open>set set>socket", "set"),
        # Only what the socket itself calls refers to it.
        ("socket/listener>on on/context>scope scope:own>socket", "list"),
        # Two entries of the list hold each other: one of them has to be reached by it.
        ("socket>state state>other other>cell cell>socket", "cell"),
    ],
)
def test_what_the_page_holds_is_not_held_by_the_browsers_list(more: str, parent: str) -> None:
    builder = SnapshotBuilder.from_edges(
        f"root^1>global root>roots roots>pending pending>list list>socket list>query {more} "
        "list>other"
    )
    builder.node("roots", type="synthetic", name="C++ Persistent roots")
    builder.node("pending", type="native", name="Pending activities")
    builder.node("list", type="native", name="blink::HeapVectorBacking<…>")
    for key in ("socket", "query", "other"):
        builder.node(key, type="native", name="WebSocket")
    if "scope" in more:
        builder.node("on", type="closure").node("scope", name=CONTEXT)
    graph = builder.graph()
    tree = retaining_tree(graph)
    assert tree.parent[builder.ordinal("socket")] == builder.ordinal(parent)
    assert len(tree.order) == graph.n_nodes
