"""Event listeners: emitter, event, definition site and number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from heapnb import vocab
from heapnb.decode.hashtables import collection_tables, entry_rows, tables_of
from heapnb.decode.links import (
    class_names_of,
    edges_named,
    edges_of_type,
    has_name,
    has_type,
    ids_of,
    is_oddball,
    locations_of,
    names_of,
    one_of,
    owners_of,
    places_in,
    property_of,
    sizes_of,
    string_values,
    unbound,
)
from heapnb.decode.native_listeners import NativeListeners, events_of_lists, native_listeners
from heapnb.frames import edge_labels, texts
from heapnb.kernels.decoding import walk_lists

if TYPE_CHECKING:
    import pandas as pd

    from heapnb._typing import IntArray
    from heapnb.graph import HeapGraph

_KINDS: Final = ("EventEmitter", "EventTarget", "native")
_EVENTS_OF_EMITTER: Final = "_events"
_EVENTS_OF_TARGET: Final = "<symbol kEvents>"


def listeners(graph: HeapGraph) -> pd.DataFrame:
    """List what listens to events of EventEmitters, EventTargets, and a browser's native objects.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    pandas.DataFrame
        One row a listener, those of an emitter and event together.

        ``emitter_id``, ``emitter_class``
            What emits.
        ``kind``
            ``"EventEmitter"`` or ``"EventTarget"`` of Node.js, of which an AbortSignal is one of
            the latter; ``"native"`` for windows, documents, elements and other native targets of a
            browser.
        ``event``
            Its name; a symbol as ``<symbol …>``. For a native target, it comes from the code that
            adds the listener, and is ``<NA>`` where that does not tell.
        ``count``
            How many listeners the emitter has for this event.
        ``once``
            Whether it goes after the first event; always false for the other kinds, where the
            file does not tell.
        ``listener_id``
            Node id of the function, or of the object with ``handleEvent``: of what was passed,
            not of the wrapper that Node puts around it.
        ``function``, ``location``
            Its name, and where it is written as ``file.js:12:5``.
        ``shallow_size``, ``retained_size``
            Of the listener, in bytes.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>bus bus._events>map map.open>f")
    >>> graph = builder.node("f", type="closure", name="onOpen").graph()
    >>> listeners(graph)[["emitter_class", "event", "function", "count"]]
      emitter_class event function  count
    0           bus  open   onOpen      1
    """
    import pandas as pd

    emitter, event, listener = _of_emitters(graph)
    target, type_, handler = _of_targets(graph)
    native = native_listeners(graph)
    kind = np.repeat([0, 1, 2], [len(emitter), len(target), len(native.target)])
    emitter = np.concatenate([emitter, target, native.target])
    held = np.concatenate([listener, handler, native.callback])
    name = pa.concat_arrays([event, type_, _events_of_natives(graph, native)])
    inner = property_of(graph, held, "listener")
    is_once = inner >= 0
    held = np.where(is_once, inner, held)
    called = unbound(graph, held)
    is_function = has_type(graph, called, "closure")
    code = np.where(is_function, called, vocab.NO_INDEX)
    columns = {
        "emitter_id": ids_of(graph, emitter),
        "emitter_class": class_names_of(graph, emitter),
        "kind": one_of(kind.astype(np.int8), _KINDS),
        "event": texts(name),
        "count": _sizes_of_groups(emitter, name, native),
        "once": is_once,
        "listener_id": ids_of(graph, held),
        "function": names_of(graph, code),
        "location": locations_of(graph, code),
        **sizes_of(graph, held),
    }
    return pd.DataFrame(columns, copy=False)


def _sizes_of_groups(
    emitter: IntArray, event: pa.LargeStringArray, native: NativeListeners
) -> IntArray:
    """Count the listeners of the same emitter and event; of native targets those in one list."""
    names = event.fill_null("").dictionary_encode().indices.to_numpy().astype(np.int64)
    n_native = len(native.target)
    if n_native:
        names[-n_native:] = native.list_of_event + len(names)
    pair = emitter * (int(names.max(initial=0)) + 1) + names
    _, which, size = np.unique(pair, return_inverse=True, return_counts=True)
    found: IntArray = size[which]
    return found


def _events_of_natives(graph: HeapGraph, native: NativeListeners) -> pa.LargeStringArray:
    """Return the event of each listener of a native target, null where it is unknown."""
    events = events_of_lists(graph, native)
    found = [events.get(node) for node in native.list_of_event.tolist()]
    return pa.array(found, pa.large_string())


def _of_emitters(graph: HeapGraph) -> tuple[IntArray, pa.LargeStringArray, IntArray]:
    """Return emitter, event and listener of everything that an EventEmitter calls."""
    emitter, events = owners_of(graph, _EVENTS_OF_EMITTER)
    is_object = has_type(graph, events, "object")
    emitter, events = emitter[is_object], events[is_object]
    row, edges = edges_of_type(graph, events, "property")
    held = graph.edge_to[edges].astype(np.int64)
    is_several = has_type(graph, held, "object") & has_name(graph, held, "Array")
    is_one = has_type(graph, held, "closure")
    several = np.flatnonzero(is_several)
    which, elements = edges_of_type(graph, held[several], "element")
    member = graph.edge_to[elements].astype(np.int64)
    is_function = has_type(graph, member, "closure")
    source = np.concatenate([np.flatnonzero(is_one), several[which[is_function]]])
    listener = np.concatenate([held[is_one], member[is_function]])
    order = np.argsort(source, kind="stable")
    source, listener = source[order], listener[order]
    return emitter[row[source]], edge_labels(graph, edges[source]), listener


def _of_targets(graph: HeapGraph) -> tuple[IntArray, pa.LargeStringArray, IntArray]:
    """Return target, type and callback of everything that an EventTarget calls."""
    target, events = owners_of(graph, _EVENTS_OF_TARGET)
    tables = tables_of(graph, events)
    rows = entry_rows(graph, tables, collection_tables(graph, tables))
    # Each type has a linked list of listeners, whose head is not one.
    start = property_of(graph, rows.value, "next")
    link = edges_named(graph, "next")
    source = graph.edge_from(link)
    element, first = np.unique(source, return_index=True)
    following = places_in(element, graph.edge_to[link[first]].astype(np.int64))
    list_of = np.empty(len(element), np.int64)
    walk_lists(following, places_in(element, start), list_of)
    member = np.flatnonzero(list_of >= 0)
    member = member[np.argsort(list_of[member], kind="stable")]
    node, entry = element[member], list_of[member]
    callback = _callback(graph, node)
    is_there = callback >= 0
    entry, callback = entry[is_there], callback[is_there]
    return target[rows.table[entry]], _types(graph, rows.key[entry]), callback


def _callback(graph: HeapGraph, listener: IntArray) -> IntArray:
    held = property_of(graph, listener, "listener")
    # A listener that is held weakly is behind a reference.
    behind = property_of(graph, held, "target", edge_type="weak")
    held = np.where(behind >= 0, behind, held)
    is_callable = has_type(graph, held, "closure", "object") & ~is_oddball(graph, held)
    return np.where(is_callable, held, vocab.NO_INDEX)


def _types(graph: HeapGraph, keys: IntArray) -> pa.LargeStringArray:
    return string_values(graph, keys).fill_null("")
