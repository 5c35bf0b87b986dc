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
