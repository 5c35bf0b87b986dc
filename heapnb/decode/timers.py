"""Timers: what they call, where that is written, after how long, and whether again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from heapnb import vocab
from heapnb.decode.links import (
    edges_named,
    has_name,
    has_type,
    ids_of,
    is_oddball,
    locations_of,
    names_of,
    nodes_named,
    oddballs,
    one_of,
    owners_of,
    places_in,
    property_of,
    sizes_of,
    truth_of,
    unbound,
)
from heapnb.frames import masked, signed
from heapnb.kernels.decoding import walk_lists

if TYPE_CHECKING:
    from typing import Any

    import pandas as pd

    from heapnb._typing import BoolArray, IntArray
    from heapnb.graph import HeapGraph

_KINDS: Final = ("timeout", "interval", "immediate")
_TIMEOUT, _INTERVAL, _IMMEDIATE = range(len(_KINDS))
_STATES: Final = ("scheduled", "finished")


def timers(graph: HeapGraph) -> pd.DataFrame:
    """List the timers of Node: of ``setTimeout``, ``setInterval`` and ``setImmediate``.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    pandas.DataFrame
        One row a timer, in ordinal order; the index holds ordinals.

        ``node_id``

        ``kind``
            ``"timeout"``, ``"interval"`` or ``"immediate"``; a timeout where the file does not
            tell a timeout from an interval.
        ``state``
            ``"scheduled"``, or ``"finished"`` for a timer that was cleared or has run but is
            still retained.
        ``delay``
            Milliseconds; ``<NA>`` for a timer that is in none of Node's lists.
        ``callback_id``, ``function``, ``location``
            The function, its name, and where it is written as ``file.js:12:5``.
        ``keeps_alive``
            Whether it keeps the process from ending; false after ``unref()`` and once it is
            finished.
        ``shallow_size``, ``retained_size``
            In bytes.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges(
    ...     "root>Object Object[250]>list list._idleNext>timer timer._idleNext>list "
    ...     "timer._onTimeout>f"
    ... )
    >>> builder = builder.node("list", name="TimersList").node("timer", name="Timeout")
    >>> timers(builder.node("f", type="closure", name="poll").graph())[["delay", "function"]]
       delay function
    3    250     poll
    """
    import pandas as pd

    timeout, called_later = _with_callback(graph, "Timeout", "_onTimeout")
    immediate, called_soon = _with_callback(graph, "Immediate", "_onImmediate")
    node = np.concatenate([timeout, immediate])
    order = np.argsort(node, kind="stable")
    kind = np.concatenate([_kinds(graph, timeout), np.full(len(immediate), _IMMEDIATE, np.int64)])[
        order
    ]
    callback = np.concatenate([called_later, called_soon])[order]
    node = node[order]
    function = unbound(graph, callback)
    delay = _delays(graph, node)
    columns = {
        "node_id": signed(graph.node_id[node]),
        "kind": one_of(kind, _KINDS),
        "state": one_of((callback < 0).astype(np.int8), _STATES),
        "delay": masked(delay, delay < 0),
        "callback_id": ids_of(graph, callback),
        "function": names_of(graph, function),
        "location": locations_of(graph, function),
        "keeps_alive": _keeps_alive(graph, node) & (callback >= 0),
        **sizes_of(graph, node),
    }
    return pd.DataFrame(columns, index=node, copy=False)


def _with_callback(graph: HeapGraph, name: str, field: str) -> tuple[IntArray, IntArray]:
    node, callback = owners_of(graph, field)
    is_timer = has_name(graph, node, name)
    node, callback = node[is_timer], callback[is_timer]
    return node, np.where(has_type(graph, callback, "closure"), callback, vocab.NO_INDEX)


def _kinds(graph: HeapGraph, timeout: IntArray) -> IntArray:
    repeat = property_of(graph, timeout, "_repeat")
    # Numbers are not in the file: of an interval there is no edge, of a timeout one to null.
    shows_null = "null" in oddballs(graph).values()
    is_interval = ~is_oddball(graph, repeat, "null", "undefined") & shows_null
    return np.where(is_interval, _INTERVAL, _TIMEOUT)


def _keeps_alive(graph: HeapGraph, nodes: IntArray) -> Any:
    return truth_of(graph, property_of(graph, nodes, "<symbol refed>", "<symbol kRefed>"))


def _delays(graph: HeapGraph, nodes: IntArray) -> IntArray:
    """Return milliseconds, -1 where they are not known: timers hang in one list per delay."""
    lists = nodes_named(graph, ["TimersList"])
    link = edges_named(graph, "_idleNext")
    element, first = np.unique(graph.edge_from(link), return_index=True)
    following = places_in(element, graph.edge_to[link[first]].astype(np.int64))
    list_of = np.empty(len(element), np.int64)
    walk_lists(following, places_in(element, lists), list_of)
    delay_of_list = _delays_of_lists(graph, lists)
    place = places_in(element, nodes)
    number = np.where(place >= 0, list_of[place], vocab.NO_INDEX) if len(element) else place
    return np.where(number >= 0, delay_of_list[number], -1) if len(lists) else number


def _delays_of_lists(graph: HeapGraph, lists: IntArray) -> IntArray:
    is_list = np.zeros(graph.n_nodes, np.bool_)
    is_list[lists] = True
    is_element = graph.edge_type == graph.edge_type_index("element")
    edges = np.flatnonzero(is_list[graph.edge_to] & is_element)
    # The queue of lists is an array; its indices are not the delays.
    edges = edges[_is_plain(graph, graph.edge_from(edges))]
    delay = np.full(len(lists), vocab.NO_INDEX, np.int64)
    delay[places_in(lists, graph.edge_to[edges].astype(np.int64))] = graph.edge_name[edges]
    return delay


def _is_plain(graph: HeapGraph, nodes: IntArray) -> BoolArray:
    return has_name(graph, nodes, vocab.CLASS_OBJECT)
