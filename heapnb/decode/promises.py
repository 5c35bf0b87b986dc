"""Promises: their state, and the functions that await them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from heapnb import vocab
from heapnb.decode.links import (
    class_names_of,
    edges_of_type,
    has_name,
    has_type,
    ids_of,
    locations_of,
    names_of,
    nodes_named,
    one_of,
    owners_of,
    places_in,
    property_of,
    sizes_of,
    unbound,
    variable_columns,
)
from heapnb.frames import signed
from heapnb.kernels.decoding import walk_lists

if TYPE_CHECKING:
    import pandas as pd

    from heapnb._typing import IntArray
    from heapnb.graph import HeapGraph

_RESULT: Final = "reactions_or_result"
_STATES: Final = ("pending", "settled")
_PENDING, _SETTLED = range(len(_STATES))


def promises(graph: HeapGraph) -> pd.DataFrame:
    """List the promises, and what waits for them.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    pandas.DataFrame
        One row a promise, in ordinal order; the index holds ordinals.

        ``node_id``, ``class_name``

        ``state``
            ``"pending"`` if something waits for it, or if it is what a suspended async function
            has returned; ``"settled"`` if it has a result; ``<NA>`` where the file shows
            neither: nothing waits for it, or its result is a small integer. Whether a settled
            one is fulfilled or rejected is not in the file.
        ``result_id``
            Node id of the result, ``<NA>`` without a result.
        ``reaction_count``
            How often something waits for it: by ``then``, ``catch``, ``finally`` or ``await``.
        ``awaited_by``, ``awaited_by_id``
            An async function or generator that is suspended until it settles: its name, and node
            id of the suspended call.
        ``returned_by``
            The suspended async function that has returned it.
        ``handler``, ``location``
            A function that was given to ``then`` or ``catch``, or that async function: its name,
            and where it is written as ``file.js:12:5``.
        ``variable``, ``holder``
            The property or variable nearest to the roots that the promise is held under, and the
            class of what has it.
        ``shallow_size``, ``retained_size``
            In bytes.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges(
    ...     "root>Promise Promise/reactions_or_result>waits root>done done/reactions_or_result>text"
    ... )
    >>> builder = builder.node("waits", type="hidden", name="system / PromiseReaction")
    >>> promises(builder.node("done", name="Promise").graph())[["state", "reaction_count"]]
         state  reaction_count
    1  pending               1
    3  settled               0
    """
    import pandas as pd

    named = nodes_named(graph, ["Promise"])
    with_result, _ = owners_of(graph, _RESULT, "internal")
    node = np.union1d(named[property_of(graph, named, "constructor") < 0], with_result)
    held = property_of(graph, node, _RESULT, edge_type="internal")
    is_pending = has_name(graph, held, vocab.REACTION_NAME)
    state = np.select([is_pending, held >= 0], [_PENDING, _SETTLED], vocab.NO_INDEX)
    reaction, promise_of = _reactions(graph, np.where(is_pending, held, vocab.NO_INDEX))
    suspended, handler = _waiting(graph, reaction)
    awaits, calls = (_first_of(promise_of, found, len(node)) for found in (suspended, handler))
    returned_by = _returned_by(graph, node, suspended)
    state[(state < 0) & (returned_by >= 0)] = _PENDING
    waiting, returning = (
        property_of(graph, calls, "function", edge_type="internal")
        for calls in (awaits, returned_by)
    )
    calls = np.where(waiting >= 0, waiting, calls)
    columns = {
        "node_id": signed(graph.node_id[node]),
        "class_name": class_names_of(graph, node),
        "state": one_of(state, _STATES),
        "result_id": ids_of(graph, np.where(is_pending, vocab.NO_INDEX, held)),
        "reaction_count": np.bincount(promise_of, minlength=len(node)),
        "awaited_by": names_of(graph, waiting),
        "awaited_by_id": ids_of(graph, awaits),
        "returned_by": names_of(graph, returning),
        "handler": names_of(graph, calls),
        "location": locations_of(graph, calls),
        **variable_columns(graph, node),
        **sizes_of(graph, node),
    }
    return pd.DataFrame(columns, index=node, copy=False)


def _reactions(graph: HeapGraph, first: IntArray) -> tuple[IntArray, IntArray]:
    """List what waits for promises: chains of reactions, each with the row of its promise."""
    everything = nodes_named(graph, [vocab.REACTION_NAME], None)
    row, edges = edges_of_type(graph, everything, "hidden")
    following = np.full(len(everything), vocab.NO_INDEX, np.int64)
    # Of its fields only the next one is a reaction too.
    place = places_in(everything, graph.edge_to[edges].astype(np.int64))
    following[row[place >= 0]] = place[place >= 0]
    promise_of = np.empty(len(everything), np.int64)
    walk_lists(following, places_in(everything, first), promise_of)
    is_waiting = promise_of >= 0
    return everything[is_waiting], promise_of[is_waiting]


def _returned_by(graph: HeapGraph, promises: IntArray, suspended: IntArray) -> IntArray:
    """Find the suspended call that each promise is the result of; -1 for none."""
    calls = np.unique(suspended[suspended >= 0])
    row, edges = edges_of_type(graph, calls, "hidden")
    place = places_in(promises, graph.edge_to[edges].astype(np.int64))
    found = np.full(len(promises), vocab.NO_INDEX, np.int64)
    found[place[place >= 0]] = calls[row[place >= 0]]
    return found


def _waiting(graph: HeapGraph, reaction: IntArray) -> tuple[IntArray, IntArray]:
    """Find the suspended call, or else the function, that each reaction goes on with."""
    row, edges = edges_of_type(graph, reaction, "hidden")
    target = graph.edge_to[edges].astype(np.int64)
    is_function = has_type(graph, target, "closure")
    row, function = row[is_function], target[is_function]
    # The engine's own functions, which await sets, keep the suspended call in their context.
    context = property_of(graph, function, "context", edge_type="internal")
    suspended = property_of(graph, context, "extension", edge_type="internal")
    is_call = property_of(graph, suspended, "function", edge_type="internal") >= 0
    suspended = np.where(is_call, suspended, vocab.NO_INDEX)
    # Of two functions the second is for the result, the first for errors.
    order = np.arange(len(row))[::-1]
    calls = _first_of(row[order], suspended[order], len(reaction))
    return calls, _first_of(row[order], unbound(graph, function)[order], len(reaction))


def _first_of(row: IntArray, value: IntArray, n_rows: int) -> Any:
    """Return the first value that each row has, -1 for none."""
    is_there = value >= 0
    found = np.full(n_rows, vocab.NO_INDEX, np.int64)
    # Later assignments win.
    found[row[is_there][::-1]] = value[is_there][::-1]
    return found
