"""The program's own function behind a listener, a timer, a reaction or a suspended call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from heapnb import vocab
from heapnb.graph import HeapGraph
from heapnb.graph.edges import child
from heapnb.graph.locations import is_internal, location_of
from heapnb.graph.scopes import is_suspended

REACTIONS: Final = "reactions_or_result"
"""V8's edge from a pending promise to what waits for it."""

_CALLBACK_LABELS: Final = ("listener", "callback", "_onTimeout", "_onImmediate")
"""Properties in which Node's objects keep a function of the program."""

_BOUND_LABELS: Final = ("bound_function", "bound_this", "bound_arguments")
_VARIABLES: Final = (*_CALLBACK_LABELS, "cb", "fn", "func", "handler")
_MOST_LOOKED_AT: Final = 64

_RESUMED: Final = {
    "fulfilled": "generator",
    "rejected": "generator",
    "_next": "gen",
    "_throw": "gen",
}
"""Callbacks of the helpers to which TypeScript, esbuild and Babel compile async functions for old
engines, and the variable of each with the generator that it resumes."""

_BODY: Final = "body"
"""The variable of TypeScript's helper for generators with the function that does their work."""

_SCOPES_OF_HELPER: Final = 2
"""Callbacks and methods have a scope of their own, within that of the helper."""


def function_behind(graph: HeapGraph, node: int) -> int | None:
    """Find the nearest function of the program that an object will call or resume.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal: a listener (bound, or wrapped by ``once``), a timer, a suspended call, or the
        reaction that resumes one.

    Returns
    -------
    int or None
        Ordinal of a closure.
    """
    for current in _called_by(graph, node):
        is_function = _is_function(graph, current)
        resumed = compiled_call(graph, current) if is_function else None
        if resumed is not None and user_location(graph, resumed) is not None:
            return resumed
        if is_function and user_location(graph, current) is not None:
            return current
    return None


def suspended_call_behind(graph: HeapGraph, reaction: int) -> int | None:
    """Find the suspended call that the reaction of a promise will resume.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    reaction : int
        Ordinal.

    Returns
    -------
    int or None
        Ordinal of the call of an async function, with its variables.
    """
    return next((node for node in _called_by(graph, reaction) if is_suspended(graph, node)), None)


def _called_by(graph: HeapGraph, node: int) -> Iterator[int]:
    """Follow an object of the runtime to what it will call, the nearest first."""
    seen = {node}
    queue = [node]
    for current in queue:
        yield current
        for target in _next(graph, current, is_function=_is_function(graph, current)):
            if target not in seen and len(queue) < _MOST_LOOKED_AT:
                seen.add(target)
                queue.append(target)


def _is_function(graph: HeapGraph, node: int) -> bool:
    return bool(graph.node_type[node] == graph.node_type_index("closure"))


def compiled_call(graph: HeapGraph, closure: int) -> int | None:
    """Find the function that a callback of a compiled async function resumes.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    closure : int
        Ordinal.

    Returns
    -------
    int or None
        Ordinal of the closure with the code of the async function; None for other closures.
    """
    variable = _RESUMED.get(graph.name(closure))
    generator = None if variable is None else _variable(graph, closure, variable)
    if generator is None:
        return None
    if is_suspended(graph, generator):
        return child(graph, generator, "function")
    # Engines without generators: an object whose methods know what to run.
    method = child(graph, generator, "next")
    return None if method is None else _variable(graph, method, _BODY)


def _variable(graph: HeapGraph, closure: int, name: str) -> int | None:
    """Look a variable up in the innermost scopes of a function."""
    scope = child(graph, closure, "context")
    for _ in range(_SCOPES_OF_HELPER):
        value = None if scope is None else child(graph, scope, name)
        if scope is None or value is not None:
            return value
        scope = child(graph, scope, "previous")
    return None


def _next(graph: HeapGraph, node: int, *, is_function: bool) -> Iterator[int]:
    """Follow the edges from an object of the runtime to what it will call."""
    name = graph.name(node)
    if is_function:
        labels: tuple[str, ...] = (*_CALLBACK_LABELS, *_BOUND_LABELS, "context")
    elif name.startswith(vocab.CONTEXT_NAME):
        labels = (*_VARIABLES, "extension")
    elif is_suspended(graph, node):
        labels = ("function",)
    else:
        labels = (*_CALLBACK_LABELS, REACTIONS)
    # A resolve function holds its promise; a reaction holds what it will resume.
    is_unnamed = name == vocab.REACTION_NAME or name.startswith(vocab.CONTEXT_NAME)
    edges = range(*graph.edges_of(node))
    # A reaction refers to the handler for a rejection first, then to the one for a value.
    for edge in reversed(edges) if name == vocab.REACTION_NAME else edges:
        target = int(graph.edge_to[edge])
        if graph.edge_type[edge] == graph.edge_type_index("weak"):
            continue
        if graph.edge_label(edge) in labels or (
            is_unnamed
            and graph.edge_type[edge] in _unnamed_types(graph)
            and graph.name(target) != vocab.REACTION_NAME
            and graph.node_type[target]
            in {graph.node_type_index("object"), graph.node_type_index("closure")}
            and not graph.name(target).startswith(vocab.CONTEXT_NAME)
        ):
            yield target


def _unnamed_types(graph: HeapGraph) -> tuple[int, int]:
    return graph.edge_type_index("hidden"), graph.edge_type_index("internal")


def user_location(graph: HeapGraph, node: int) -> str | None:
    """Return where an object is defined, if that is in the program and not in the runtime."""
    location = location_of(graph, node)
    return location if location is not None and not is_internal(location) else None


__all__ = ["REACTIONS", "function_behind", "suspended_call_behind", "user_location"]
