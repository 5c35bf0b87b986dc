"""Contexts and the closures that can reach them.

Contexts form a forest by ``previous``. A closure reaches its own context and those around it; a
suspended call of an async function or a generator reaches the context in which it will go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from heapnb import vocab
from heapnb.decode.links import edges_named, edges_of_type, has_type, places_in, property_of
from heapnb.graph import derived
from heapnb.graph.edges import children_of
from heapnb.graph.native_contexts import native_contexts
from heapnb.graph.scopes import REGISTERS, is_context
from heapnb.kernels.scopes import number_forest

if TYPE_CHECKING:
    from heapnb._typing import BoolArray, IntArray
    from heapnb.graph import HeapGraph


@dataclass(frozen=True)
class ContextForest:
    """The contexts of a heap and what can go on to read them.

    Parameters
    ----------
    context : int64[c]
        Ordinals of contexts, ascending.
    outer : int64[c]
        Row of the context around each, -1 for none.
    enter, leave : int64[c]
        Context i is inside context j if ``enter[j] <= enter[i] < leave[j]``; -1 for contexts in a
        cycle, which only a damaged file has.
    scope_info : int64[c]
        Ordinals of their ScopeInfos, -1 for none.
    field_place : int64[f]
        For each captured variable the row of its context; ascending. Variables of classic scripts
        are left out: every other script can read them.
    field_edge : int64[f]
        Its edge.
    reader : int64[r]
        Ordinals of closures and suspended calls that have one of these contexts.
    reader_closure : int64[r]
        The closure itself, or that of the suspended call, -1 for none.
    reader_place : int64[r]
        Row of that context.
    reader_function : int64[r]
        Ordinal of the SharedFunctionInfo, -1 for none.
    is_call : bool[r]
        Whether it is a suspended call.
    """

    context: IntArray
    outer: IntArray
    enter: IntArray
    leave: IntArray
    scope_info: IntArray
    field_place: IntArray
    field_edge: IntArray
    reader: IntArray
    reader_closure: IntArray
    reader_place: IntArray
    reader_function: IntArray
    is_call: BoolArray


@derived(keep=False)
def context_forest(graph: HeapGraph) -> ContextForest:
    """Find the contexts, the variables in them, and what can read these.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    ContextForest
    """
    context = np.flatnonzero(is_context(graph))
    outer = places_in(context, property_of(graph, context, "previous", edge_type="internal"))
    enter, leave = np.empty((2, len(context)), np.int64)
    number_forest(
        outer,
        np.zeros(len(context) + 1, np.int64),
        np.empty(len(context), np.int64),
        enter,
        leave,
    )
    field_place, field_edge = edges_of_type(graph, context, "context")
    # Every script can read the variables of scripts.
    is_local = ~np.isin(context, _contexts_of_scripts(graph))[field_place]
    field_place, field_edge = field_place[is_local], field_edge[is_local]
    closure, closure_place = _with_context(graph, context, "context")
    is_closure = has_type(graph, closure, "closure")
    closure, closure_place = closure[is_closure], closure_place[is_closure]
    # A call that goes on has its own context; its function's closure has the one around that.
    call = graph.edge_from(edges_named(graph, REGISTERS, "internal"))
    call_place = places_in(context, property_of(graph, call, "context", edge_type="internal"))
    call, call_place = call[call_place >= 0], call_place[call_place >= 0]
    function = property_of(graph, call, "function", edge_type="internal")
    return ContextForest(
        context=context,
        outer=outer,
        enter=enter,
        leave=leave,
        scope_info=property_of(graph, context, "scope_info", edge_type="internal"),
        field_place=field_place,
        field_edge=field_edge,
        reader=np.concatenate([closure, call]),
        reader_closure=np.concatenate([closure, function]),
        reader_place=np.concatenate([closure_place, call_place]),
        reader_function=property_of(
            graph, np.concatenate([closure, function]), "shared", edge_type="internal"
        ),
        is_call=np.arange(len(closure) + len(call)) >= len(closure),
    )


def _contexts_of_scripts(graph: HeapGraph) -> IntArray:
    """Find the contexts with the top-level variables of classic scripts, which modules lack."""
    table = children_of(graph, native_contexts(graph), ["script_context_table"])
    found = [np.empty(0, np.int64)]
    for node in table[table >= 0].tolist():
        start, stop = graph.edges_of(node)
        found.append(graph.edge_to[start:stop].astype(np.int64))
    return np.concatenate(found)


def _with_context(graph: HeapGraph, context: IntArray, label: str) -> tuple[IntArray, IntArray]:
    """Find the nodes with an edge to a context, and the row of that context."""
    edges = edges_named(graph, label, "internal")
    node = graph.edge_from(edges)
    node, first = np.unique(node, return_index=True)
    place = places_in(context, graph.edge_to[edges[first]].astype(np.int64))
    return node[place >= 0], place[place >= 0]


def keepers(forest: ContextForest, place: IntArray) -> IntArray:
    """Find one closure that keeps each of some contexts alive.

    Parameters
    ----------
    forest : ContextForest
        The contexts.
    place : int64[k]
        Rows of contexts.

    Returns
    -------
    int64[k]
        Ordinals of the nearest closure or suspended call, -1 where there is none.
    """
    numbers = forest.enter[forest.reader_place]
    order = np.argsort(numbers, kind="stable")
    numbers = numbers[order]
    first = np.searchsorted(numbers, forest.enter[place])
    found = np.full(len(place), vocab.NO_INDEX, np.int64)
    known = np.flatnonzero(first < len(numbers))
    known = known[numbers[first[known]] < forest.leave[place[known]]]
    found[known] = forest.reader[order[first[known]]]
    return found


__all__ = ["ContextForest", "context_forest", "keepers"]
