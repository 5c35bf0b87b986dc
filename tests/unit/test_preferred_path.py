"""The path that every view shows: what the program wrote, and no snapshot handler."""

from __future__ import annotations

import numpy as np
import pytest

from heapnb.analysis.retention.paths import distinct_paths, merged_paths, preferred_path
from heapnb.analysis.retention.retaining_path import RetainingPath
from heapnb.analysis.retention.shortest_path import shortest_path
from heapnb.testing import SnapshotBuilder

SCOPE = "system / Context"


def server(*, listens: bool = True) -> SnapshotBuilder:
    """A server whose module's ``gateway`` a signal handler uses, too, and closer to the roots."""
    builder = SnapshotBuilder.from_edges(
        "root^1>global global.process>process process._events>events events.SIGUSR2>handler "
        "handler/context>scope scope:gateway>gateway gateway.calls>calls"
    )
    builder.node("process", name="process").node("scope", name=SCOPE)
    builder.node("handler", type="closure", name="onSignal", location=(1, 5, 0))
    builder.node("gateway", name="Gateway").node("calls", name="Map")
    if listens:
        builder.edge("global", "app", "app").edge("app", "routes", "routes")
        builder.edge("routes", "get", "get").edge("get", "answer", "answer")
        builder.edge("answer", "scope", "context", type="internal")
        builder.node("answer", type="closure", name="answer", location=(1, 9, 0))
        builder.edge("answer", "shared", "shared", type="internal")
        builder.edge("shared", "script", "script", type="internal")
        builder.node("script", type="code", name="/srv/shop/server.js")
    return builder


def preferred(builder: SnapshotBuilder, key: str) -> RetainingPath:
    path = preferred_path(builder.graph(), builder.ordinal(key))
    assert path is not None
    return path


def names(path: RetainingPath) -> list[str]:
    return [step.name for step in path.steps]


def test_a_signal_handler_is_not_on_the_path() -> None:
    builder = server()
    graph = builder.graph()
    shortest = shortest_path(graph, builder.ordinal("calls"))
    assert shortest is not None
    assert "onSignal" in names(shortest)
    assert "onSignal" not in names(preferred(builder, "calls"))
    assert "answer" in names(preferred(builder, "calls"))


def test_one_of_several_listeners_for_a_signal_is_not_on_the_path() -> None:
    builder = server()
    builder.edge("events", "both", "SIGTERM").edge("both", "other", 0, type="element")
    builder.edge("both", "elements", "elements", type="internal").node("both", name="Array")
    builder.edge("elements", "other", "0", type="internal").node("elements", type="array")
    builder.edge("global", "other", "known").node("other", type="closure", name="other")
    builder.edge("other", "scope", "context", type="internal")
    assert "answer" in names(preferred(builder, "calls"))


def test_a_signal_handler_is_on_the_path_where_no_other_exists() -> None:
    builder = server(listens=False)
    assert "onSignal" in names(preferred(builder, "calls"))


def test_the_stack_is_worse_than_a_signal_handler() -> None:
    builder = server(listens=False)
    builder.edge("root", "stack", 2, type="element").edge("stack", "gateway", 1, type="element")
    builder.node("stack", type="synthetic", name="(Stack roots)")
    assert "onSignal" in names(preferred(builder, "calls"))


@pytest.mark.parametrize("name", ["writeHeapSnapshot", "takeHeapSnapshot"])
def test_a_function_that_writes_snapshots_is_not_on_the_path(name: str) -> None:
    builder = SnapshotBuilder.from_edges(
        "root^1>global global.dump>dump dump/context>scope scope:gateway>gateway "
        "dump/shared>info info/function_data>bytecode bytecode/0>pool pool/2>text "
        "global.a>a a.b>b b.answer>answer answer/context>scope "
        "outer/shared>outers outers/function_data>code code/0>constants constants/1>info"
    )
    for key in ("dump", "answer", "outer"):
        builder.node(key, type="closure", name=key)
    for key in ("info", "bytecode", "outers", "code"):
        builder.node(key, type="code")
    for key in ("pool", "constants"):
        builder.node(key, type="code", name="(constant pool)")
    builder.node("text", type="string", name=name).node("scope", name=SCOPE)
    assert names(preferred(builder, "gateway"))[2:] == ["a", "b", "answer", SCOPE, "gateway"]
    # The function around it, whose constants it is one of, is none that writes snapshots.
    builder.edge("global", "outer", "outer").edge("outer", "scope", "context", type="internal")
    assert "outer" in names(preferred(builder, "gateway"))


def test_heapnbs_own_scripts_are_not_on_the_path() -> None:
    builder = server()
    builder.edge("global", "kit", "heapSnapshot").edge("kit", "scope", "context", type="internal")
    builder.node("kit", type="closure", name="kit", location=(7, 1, 0))
    builder.edge("kit", "kits", "shared", type="internal")
    builder.edge("kits", "agent", "script", type="internal")
    builder.node("agent", type="code", name="/lib/site-packages/heapnb/capture/agent.cjs")
    assert "kit" not in names(preferred(builder, "calls"))


def test_the_first_of_several_paths_is_the_preferred_one() -> None:
    builder = server()
    graph, node = builder.graph(), builder.ordinal("calls")
    first, second = distinct_paths(graph, node, 5)
    assert np.array_equal(first.edges, preferred(builder, "calls").edges)
    assert "onSignal" in names(second)
    assert np.array_equal(merged_paths(graph, [node]).edges, first.edges)


def test_a_path_to_variables_of_classic_scripts_has_all_its_edges() -> None:
    builder = SnapshotBuilder.from_edges(
        "root^1>global root[2]>roots roots[1]>native native/script_context_table>table "
        "table/0>scope scope:state>state state.items>items"
    )
    builder.node("roots", type="synthetic", name="(GC roots)")
    builder.node("native", type="hidden", name="system / NativeContext")
    builder.node("table", name="system / ScriptContextTable", type="array")
    builder.node("scope", name=SCOPE)
    graph, node = builder.graph(), builder.ordinal("items")
    path = preferred(builder, "items")
    assert path.nodes[0] == graph.root
    merged = merged_paths(graph, [node, builder.ordinal("state")])
    assert set(path.edges.tolist()) == set(merged.edges.tolist())
    assert np.array_equal(graph.edge_to[merged.edges], merged.nodes[1:])


# -- in words ----------------------------------------------------------------------------------


def test_a_module_variable_is_called_so() -> None:
    assert preferred(server(), "calls").words == [
        "(GC roots)", "…", "module variable `gateway` of shop/server.js", "Gateway", ".calls",
        "Map",
    ]  # fmt: skip
    # Programs read the chain, in which each reference stands as before.
    assert ".gateway" in preferred(server(), "calls").chain


def test_a_variable_of_a_function_is_no_module_variable() -> None:
    builder = server()
    builder.edge("scope", "outer", "previous", type="internal").node("outer", name=SCOPE)
    path = preferred(builder, "calls")
    assert path.words == path.chain


def test_the_chain_begins_at_the_modules() -> None:
    builder = SnapshotBuilder.from_edges(
        "root^1>global global.boot>boot boot._process>process process.mainModule>module "
        "module.exports>exports"
    )
    builder.node("process", name="process").node("module", name="Module")
    assert preferred(builder, "exports").chain == [
        "(GC roots)", "…", "process", ".mainModule", "Module", ".exports", "exports",
    ]  # fmt: skip
