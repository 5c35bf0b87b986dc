"""Names of components: which one an element, a fiber or an instance of a framework belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from heapnb import vocab
from heapnb.decode.dom_trees import are_of_dom
from heapnb.graph.block_scopes import variable_or_edge
from heapnb.graph.edges import child, is_string
from heapnb.graph.locations import location_of
from heapnb.graph.scopes import is_module_scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heapnb.graph import HeapGraph

_FIBER_PREFIX: Final = "__reactFiber$"
_FIBER: Final = ("pendingProps", "memoizedState", "alternate")
_INSTANCE: Final = ("vnode", "appContext", "subTree")
_REACT_INSTANCE: Final = "_reactInternals"
_TO_VUE: Final = "__vueParentComponent"
_TO_SVELTE: Final = "__svelte_meta"
_SVELTE_FILE: Final = ".svelte"
_MOST_ABOVE: Final = 32
_MOST_SCOPES: Final = 4
_MOST_EDGES: Final = 256
_MOST_WRAPPED: Final = 4
_LONGEST_FILE: Final = 200


def component_of(graph: HeapGraph, node: int) -> str:
    """Name the component that an object of a framework, or an element, belongs to.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal of a fiber of React, the instance of a class component, an instance of Vue, a
        function in a component of Svelte, or an element that one of them rendered.

    Returns
    -------
    str
        Empty where the heap does not say; in a minified bundle what the minifier has made of it.
    """
    if graph.node_type[node] == graph.node_type_index("native"):
        return _of_element(graph, node)
    if graph.node_type[node] == graph.node_type_index("closure"):
        return _of_svelte(graph, node)
    if _has_all(graph, node, _FIBER):
        return _of_fiber(graph, node)
    if _has_all(graph, node, _INSTANCE):
        return _of_vue(graph, node)
    fiber = child(graph, node, _REACT_INSTANCE)
    return "" if fiber is None else _of_fiber(graph, fiber)


def component_function(graph: HeapGraph, node: int) -> int | None:
    """Find the function or class of a React component, whose name a source map may know.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal of a fiber, or of the instance of a class component.

    Returns
    -------
    int or None
        Ordinal of a closure; None for other objects.
    """
    fiber = node if _has_all(graph, node, _FIBER) else child(graph, node, _REACT_INSTANCE)
    return None if fiber is None else _function_of_fiber(graph, fiber)


def is_unmounted(graph: HeapGraph, node: int) -> bool:
    """Tell whether a component is no longer part of its tree.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal; see `component_of`.

    Returns
    -------
    bool
        False for other objects, and where the heap does not say.

    Notes
    -----
    React clears ``return`` and ``child`` of the fibers of what it removed, and drops their own
    references; Vue sets ``isUnmounted``. Svelte has no object for a component: one is unmounted if
    all nodes of the document that its functions know have left the document.
    """
    if graph.node_type[node] == graph.node_type_index("closure"):
        return bool(_of_svelte(graph, node)) and _knows_only_detached(graph, node)
    if _has_all(graph, node, _INSTANCE):
        return _is(graph, node, "isUnmounted", "true")
    fiber = node if _has_all(graph, node, _FIBER) else child(graph, node, _REACT_INSTANCE)
    if fiber is None:
        return False
    return _is(graph, fiber, "return", "null") and _is(graph, fiber, "child", "null")


def _of_element(graph: HeapGraph, node: int) -> str:
    first, last = graph.edges_of(node)
    for edge in range(first, min(last, first + _MOST_EDGES)):
        label = graph.edge_label(edge)
        target = int(graph.edge_to[edge])
        if label.startswith(_FIBER_PREFIX):
            return _of_fiber(graph, target)
        if label == _TO_VUE:
            return _of_vue(graph, target)
        if label == _TO_SVELTE:
            place = child(graph, target, "loc")
            return "" if place is None else _of_file(graph, child(graph, place, "file"))
    return ""


def _of_fiber(graph: HeapGraph, fiber: int) -> str:
    function = _function_of_fiber(graph, fiber)
    return "" if function is None else graph.name(function)


def _function_of_fiber(graph: HeapGraph, fiber: int) -> int | None:
    for one in _with_parents(graph, fiber, "return"):
        function = _function_of_type(graph, child(graph, one, "type"))
        if function is not None:
            return function
    return None


def _function_of_type(graph: HeapGraph, kind: int | None) -> int | None:
    """Find the function or class of a component, or what `memo` and `forwardRef` wrap."""
    for _ in range(_MOST_WRAPPED):
        if kind is None or graph.node_type[kind] == graph.node_type_index("closure"):
            return kind
        if graph.node_type[kind] != graph.node_type_index("object"):
            return None
        kind = child(graph, kind, "type", "render")
    return None


def _of_vue(graph: HeapGraph, instance: int) -> str:
    kind = child(graph, instance, "type")
    if kind is None:
        return ""
    return _text(graph, child(graph, kind, "__name", "name")) or _of_file(
        graph, child(graph, kind, "__file")
    )


def _of_svelte(graph: HeapGraph, function: int) -> str:
    """Name the component in whose file a function is written; empty for functions of others."""
    location = location_of(graph, function)
    file = "" if location is None else location.rsplit(":", 2)[0]
    return file.rpartition("/")[2].removesuffix(_SVELTE_FILE) if file.endswith(_SVELTE_FILE) else ""


def _knows_only_detached(graph: HeapGraph, function: int) -> bool:
    """Tell whether the variables around a function have nodes of a document, all detached."""
    if graph.detachedness is None:
        return False
    scope = child(graph, function, "context")
    found = False
    for _ in range(_MOST_SCOPES):
        if scope is None or is_module_scope(graph, scope):
            break
        edges = range(*graph.edges_of(scope))
        variables = (edge for edge in edges if variable_or_edge(graph, edge)[0] == "context")
        targets = np.array([graph.edge_to[edge] for edge in variables], np.int64)
        nodes = targets[are_of_dom(graph, targets)]
        states = set(graph.detachedness[nodes].tolist())
        if states - {vocab.DETACHEDNESS_DETACHED}:
            return False
        found |= bool(states)
        scope = child(graph, scope, "previous")
    return found


def _of_file(graph: HeapGraph, node: int | None) -> str:
    """Name a component as its file: `Price` of ``src/Price.svelte``."""
    name = _text(graph, node).rpartition("/")[2]
    return name.rpartition(".")[0] or name


def _text(graph: HeapGraph, node: int | None) -> str:
    if node is None or graph.node_type[node] != graph.node_type_index("string"):
        return ""
    return graph.name(node)[:_LONGEST_FILE]


def _with_parents(graph: HeapGraph, node: int, label: str) -> Iterator[int]:
    above: int | None = node
    for _ in range(_MOST_ABOVE):
        if above is None:
            return
        yield above
        above = child(graph, above, label)


def _has_all(graph: HeapGraph, node: int, names: tuple[str, ...]) -> bool:
    return all(child(graph, node, name) is not None for name in names)


def _is(graph: HeapGraph, node: int, label: str, value: str) -> bool:
    target = child(graph, node, label)
    return target is not None and bool(is_string(graph, [value])[graph.node_name[target]])


__all__ = ["component_function", "component_of", "is_unmounted"]
