"""The function of the program behind callbacks of helpers that compilers write."""

from __future__ import annotations

import pytest

from heapnb.analysis.diagnosis.functions_behind import compiled_call, function_behind
from heapnb.graph.heap import HeapGraph
from heapnb.testing import SnapshotBuilder


def heap(callback: str, variable: str, *, has_generators: bool) -> tuple[HeapGraph, int, int]:
    """A callback of a helper, and the code of the async function that it resumes."""
    builder = SnapshotBuilder.from_edges(
        "root>callback callback/context>executor executor/previous>helper body/shared>info"
    )
    builder.node("callback", type="closure", name=callback, location=(1, 4, 0))
    builder.node("body", type="closure", name="", location=(1, 40, 2))
    for scope in ("executor", "helper"):
        builder.node(scope, name="system / Context")
    builder.edge("helper", "generator", variable, type="context")
    if has_generators:
        builder.node("generator", name="Generator")
        builder.node("registers", type="array")
        builder.edge("generator", "registers", "parameters_and_registers", type="internal")
        builder.edge("generator", "body", "function", type="internal")
    else:
        builder.node("generator", name="Object").node("next", type="closure", location=(1, 9, 0))
        builder.edge("generator", "next", "next")
        for scope in ("verb", "generators"):
            builder.node(scope, name="system / Context")
        builder.edge("next", "verb", "context", type="internal")
        builder.edge("verb", "generators", "previous", type="internal")
        builder.edge("generators", "body", "body", type="context")
    graph = builder.graph()
    return graph, builder.ordinal("callback"), builder.ordinal("body")


@pytest.mark.parametrize("has_generators", [True, False])
@pytest.mark.parametrize(
    ("callback", "variable"),
    [("fulfilled", "generator"), ("rejected", "generator"), ("_next", "gen")],
)
def test_a_compiled_async_function_is_behind_the_callback_of_its_helper(
    callback: str, variable: str, *, has_generators: bool
) -> None:
    graph, closure, body = heap(callback, variable, has_generators=has_generators)
    assert compiled_call(graph, closure) == body
    assert function_behind(graph, closure) == body


def test_other_functions_of_that_name_are_themselves() -> None:
    graph, closure, _ = heap("fulfilled", "value", has_generators=True)
    assert compiled_call(graph, closure) is None
    assert function_behind(graph, closure) == closure
