"""Event listeners of a browser's native objects: windows, documents, elements, channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from heapnb import vocab
from heapnb.decode.additions import ADD_LISTENER, addition_of
from heapnb.decode.links import edges_of_type, has_type, nodes_named, unbound
from heapnb.graph import derived
from heapnb.graph.edges import child, children_of

if TYPE_CHECKING:
    from heapnb._typing import BoolArray, IntArray
    from heapnb.graph import HeapGraph

REGISTRATION: Final = "blink::RegisteredEventListener"
"""Blink's record of one listener of one target for one event."""

INTERNAL_PREFIX: Final = "blink::"
"""How the names of Blink's own objects begin, which no page refers to."""

CPP_PREFIXES: Final = (INTERNAL_PREFIX, "cppgc::")
"""How the names of C++ classes begin."""

BROWSER_PREFIXES: Final = (*CPP_PREFIXES, "C++ ", "Pending activities", "InternalNode")
"""How the names of what belongs to the browser, not to a page, begin."""

_DATA: Final = "blink::EventTargetData"
"""Blink's record of all listeners of one target."""

_COLLECTIONS: Final = ("Heap", "BasicHeap", "HashTable", "Vector", "TreeOrdered")
"""How the names of Blink's collections begin."""

_BACKING: Final = "blink::HeapVectorBacking"
_STEPS_TO_CALLBACK: Final = 3
_STEPS_TO_DATA: Final = 6
_STEPS_TO_TARGET: Final = 6
_MOST_RETAINERS: Final = 16
_WINDOW: Final = "Window"
DOCUMENTS: Final = ("HTMLDocument", "Document", "XMLDocument")
"""Classes of documents."""


@dataclass(frozen=True)
class NativeListeners:
    """The listeners of a page's native objects.

    Parameters
    ----------
    registration : int64[k]
        Blink's record of each, as an ordinal; ascending.
    callback : int64[k]
        The function, or the object with ``handleEvent``; those of the browser's own code are left
        out.
    target : int64[k]
        What emits the event; -1 where it is unknown.
    list_of_event : int64[k]
        Blink's list of all listeners of the target for the same event.
    """

    registration: IntArray
    callback: IntArray
    target: IntArray
    list_of_event: IntArray


@derived(keep=False)
def native_listeners(graph: HeapGraph) -> NativeListeners:
    """Find the listeners that pages have added to native objects.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    NativeListeners
        Empty for heaps of Node.js.

    Notes
    -----
    A target refers to its ``EventTargetData``, that to a list for each event, and that to the
    records. The heap lacks the name of the event; see `events_of_lists`.
    """
    registration = nodes_named(graph, [REGISTRATION], "native")
    callback = _callbacks(graph, registration)
    is_of_page = callback >= 0
    registration, callback = registration[is_of_page], callback[is_of_page]
    list_of_event, data = _lists(graph, registration)
    distinct, which = np.unique(data, return_inverse=True)
    targets = np.array([_target(graph, node) for node in distinct.tolist()], np.int64)
    target = targets[which] if len(targets) else np.empty(0, np.int64)
    return NativeListeners(registration, callback, target, list_of_event)


def events_of_lists(graph: HeapGraph, found: NativeListeners) -> dict[int, str]:
    """Find the event of each list of listeners.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    found : NativeListeners
        The listeners.

    Returns
    -------
    dict of int to str
        By list; those of which neither source text nor bytecode tells the event are left out.
    """
    functions = unbound(graph, found.callback)
    shared = children_of(graph, functions, ["shared"])
    pairs = np.stack([found.list_of_event, shared])
    _, first = np.unique(pairs, axis=1, return_index=True)
    events: dict[int, str] = {}
    for place in first.tolist():
        node = int(found.list_of_event[place])
        if node in events or shared[place] < 0:
            continue
        addition = addition_of(graph, int(functions[place]), [ADD_LISTENER])
        if addition is not None and addition.argument:
            events[node] = addition.argument
    return events


def callback_of(graph: HeapGraph, node: int) -> int | None:
    """Find the function that one of the browser's own objects calls.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal of a native node, such as the record of a listener, a timer or an observer.

    Returns
    -------
    int or None
        Ordinal of a closure, or of an object with ``handleEvent``.
    """
    found = int(_callbacks(graph, np.array([node], np.int64))[0])
    return None if found < 0 else found


def _callbacks(graph: HeapGraph, nodes: IntArray) -> IntArray:
    """Follow native nodes to the nearest function, -1 where there is none."""
    found = np.full(len(nodes), vocab.NO_INDEX, np.int64)
    row, frontier = np.arange(len(nodes)), nodes
    for _ in range(_STEPS_TO_CALLBACK):
        which, edges = edges_of_type(graph, frontier, "element")
        row, target = row[which], graph.edge_to[edges].astype(np.int64)
        is_function = has_type(graph, target, "closure", "object")
        # The first one counts: later ones are what the callback belongs to.
        for place in np.flatnonzero(is_function)[::-1].tolist():
            if found[row[place]] < 0 or is_function[place]:
                found[row[place]] = target[place]
        is_open = (
            (found[row] < 0) & has_type(graph, target, "native") & _holds_callback(graph, target)
        )
        row, frontier = row[is_open], target[is_open]
    return found


def _holds_callback(graph: HeapGraph, nodes: IntArray) -> BoolArray:
    """Tell which native nodes stand between a record and its function."""
    distinct, which = np.unique(graph.node_name[nodes], return_inverse=True)
    marked = np.array(
        [_is_holder_of_callback(graph.string(name)) for name in distinct.tolist()], np.bool_
    )
    return marked[which] if len(marked) else np.zeros(len(nodes), np.bool_)


def _is_holder_of_callback(name: str) -> bool:
    name = name.removeprefix(vocab.DETACHED_PREFIX)
    return name.startswith("V8") or name.rpartition("::")[2] in _CALLBACK_HOLDERS


_CALLBACK_HOLDERS: Final = frozenset(
    {
        *("EventListener", "JSEventListener", "JSEventHandler", "ScheduledAction", "Delegate"),
        *("FrameCallback", "V8FrameCallback", "IdleTask", "V8IdleTask"),
    }
)


def _lists(graph: HeapGraph, registration: IntArray) -> tuple[IntArray, IntArray]:
    """Return the list of each record, and the record of the target; -1 where it is unknown."""
    list_of_event = np.full(len(registration), vocab.NO_INDEX, np.int64)
    list_of_holder: dict[int, int] = {}
    for place, node in enumerate(registration.tolist()):
        holder = _holder(graph, node)
        if holder is None:
            continue
        if holder not in list_of_holder:
            above = _holder(graph, holder) if graph.name(holder).startswith(_BACKING) else holder
            list_of_holder[holder] = holder if above is None else above
        list_of_event[place] = list_of_holder[holder]
    data = {node: _data_above(graph, node) for node in list_of_holder.values()}
    return list_of_event, np.array(
        [data.get(node, -1) for node in list_of_event.tolist()], np.int64
    )


def _data_above(graph: HeapGraph, node: int) -> int:
    above: int | None = node
    for _ in range(_STEPS_TO_DATA):
        if above is None:
            break
        if graph.name(above).removeprefix(vocab.DETACHED_PREFIX) == _DATA:
            return above
        above = _holder(graph, above)
    return vocab.NO_INDEX


def _holder(graph: HeapGraph, node: int) -> int | None:
    """Return the native object that an internal object of Blink is a part of."""
    element, native = graph.edge_type_index("element"), graph.node_type_index("native")
    for edge in graph.retaining_edges_of(node)[:_MOST_RETAINERS].tolist():
        source = int(graph.edge_from([edge])[0])
        if graph.edge_type[edge] == element and graph.node_type[source] == native:
            return source
    return None


def _target(graph: HeapGraph, data: int) -> int:
    """Return what a record of listeners belongs to: the nearest object that a page can see."""
    above = data
    for _ in range(_STEPS_TO_TARGET):
        if above < 0:
            break
        if above != data and is_of_page(graph.name(above)):
            return above
        holder = _holder(graph, above)
        above = vocab.NO_INDEX if holder is None else holder
    return vocab.NO_INDEX


def is_of_page(name: str) -> bool:
    """Tell by its name whether a page can refer to a native object.

    Parameters
    ----------
    name : str
        Of a native node.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_of_page("HTMLDocument"), is_of_page("blink::EventTargetData"), is_of_page("<div>")
    (True, False, True)
    """
    return not name.removeprefix(vocab.DETACHED_PREFIX).startswith((*BROWSER_PREFIXES, "V8", "("))


def is_of_browser(name: str) -> bool:
    """Tell by its name whether a native object is a part of the browser that explains nothing.

    Parameters
    ----------
    name : str
        Of a native node.

    Returns
    -------
    bool
        False for the record of a listener, which a page has added.

    Examples
    --------
    >>> [is_of_browser(name) for name in ("blink::EventTargetData", REGISTRATION, "HTMLDocument")]
    [True, False, False]
    """
    name = name.removeprefix(vocab.DETACHED_PREFIX)
    return name != REGISTRATION and (name.startswith(CPP_PREFIXES) or _is_holder_of_callback(name))


def plain_name(name: str) -> str:
    """Write the name of a browser's own object in words, without the arguments of C++ templates.

    Parameters
    ----------
    name : str
        Of a node.

    Returns
    -------
    str
        Other names than those of C++ classes stay as they are.

    Examples
    --------
    >>> plain_name("blink::HeapVectorBacking<cppgc::internal::BasicMember<blink::Node>>")
    'list of the browser'
    >>> plain_name("blink::RegisteredEventListener"), plain_name("blink::css::Style<int>")
    ('event listener', 'Style of the browser')
    >>> plain_name("HTMLDocument")
    'HTMLDocument'
    """
    bare = name.removeprefix(vocab.DETACHED_PREFIX)
    if not bare.startswith(CPP_PREFIXES):
        return name
    if bare == REGISTRATION:
        return "event listener"
    what = bare.partition("<")[0].rpartition("::")[2]
    if what.startswith(_COLLECTIONS) or not what:
        return "list of the browser"
    return f"{what} of the browser"


def called(name: str) -> str:
    """Write a native object as code of a page calls it.

    Parameters
    ----------
    name : str
        Of the node.

    Returns
    -------
    str
        ``window``, ``document``, or the name without what says that it is detached.

    Examples
    --------
    >>> called("Window / http://shop.example"), called("HTMLDocument"), called("Detached <li>")
    ('window', 'document', '<li>')
    """
    name = name.removeprefix(vocab.DETACHED_PREFIX)
    if name == _WINDOW or name.startswith(f"{_WINDOW} "):
        return "window"
    return "document" if name in DOCUMENTS else name


def prototype_name(graph: HeapGraph, node: int) -> str | None:
    """Name the class of a native object's wrapper, such as ``HTMLDivElement``; None without one."""
    prototype = child(graph, node, "__proto__")
    maker = None if prototype is None else child(graph, prototype, "constructor")
    return None if maker is None else graph.name(maker) or None


__all__ = [
    "BROWSER_PREFIXES",
    "CPP_PREFIXES",
    "DOCUMENTS",
    "INTERNAL_PREFIX",
    "REGISTRATION",
    "NativeListeners",
    "callback_of",
    "called",
    "events_of_lists",
    "is_of_browser",
    "is_of_page",
    "native_listeners",
    "plain_name",
    "prototype_name",
]
