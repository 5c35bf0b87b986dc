"""The program's own functions behind listeners, timers and suspended calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from heapnb import vocab
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.short_names import clipped, short_location
from heapnb.analysis.packages import PACKAGES_FOLDER
from heapnb.graph import HeapGraph
from heapnb.graph.edges import child
from heapnb.graph.locations import is_internal, location_of

REACTIONS: Final = "reactions_or_result"
"""V8's edge from a pending promise to what waits for it."""


_CALLBACK_LABELS: Final = ("listener", "callback", "_onTimeout", "_onImmediate")
"""Properties in which Node's objects keep a function of the program."""

_BOUND_LABELS: Final = ("bound_function", "bound_this", "bound_arguments")
_VARIABLES: Final = (*_CALLBACK_LABELS, "cb", "fn", "func", "handler")
_SUSPENDED_LABELS: Final = ("parameters_and_registers",)
_MOST_LOOKED_AT: Final = 64
_MOST_BELOW: Final = 256


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
    seen = {node}
    queue = [node]
    for current in queue:
        is_function = graph.node_type[current] == graph.node_type_index("closure")
        if is_function and user_location(graph, current) is not None:
            return current
        for target in _next(graph, current, is_function=bool(is_function)):
            if target not in seen and len(queue) < _MOST_LOOKED_AT:
                seen.add(target)
                queue.append(target)
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
    for edge in range(*graph.edges_of(node)):
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


def function_below(evidence: Evidence, nodes: Iterable[int]) -> int | None:
    """Find a function from a file of the program itself that some objects hold.

    Parameters
    ----------
    evidence : Evidence
        The accumulated objects.
    nodes : iterable of int
        Ordinals, in the order of the search.

    Returns
    -------
    int or None
        Ordinal of a closure. Functions of packages do not count: many objects refer to one
        without being made by it.
    """
    for node in nodes:
        for inner in [node, *evidence.below(node)[:_MOST_BELOW]]:
            location = user_location(evidence.graph, inner)
            if location is None or PACKAGES_FOLDER in location:
                continue
            if evidence.is_closure(inner):
                return inner
    return None


def is_suspended(graph: HeapGraph, node: int) -> bool:
    """Tell whether an object is a suspended call of an async function or a generator."""
    return child(graph, node, *_SUSPENDED_LABELS) is not None


def user_location(graph: HeapGraph, node: int) -> str | None:
    """Return where an object is defined, if that is in the program and not in the runtime."""
    location = location_of(graph, node)
    return location if location is not None and not is_internal(location) else None


def described(graph: HeapGraph, function: int | None) -> str:
    """Name a function, for a sentence.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    function : int or None
        Ordinal of a closure.

    Returns
    -------
    str
        Such as "`poll` (lib/feed.js:12:5)"; empty for None.
    """
    if function is None:
        return ""
    location = location_of(graph, function)
    where = short_location(location) if location else ""
    name = clipped(graph.name(function))
    if not name:
        return f"the function at {where}" if where else "a function"
    return f"`{name}`" + (f" ({where})" if where else "")
