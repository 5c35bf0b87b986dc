"""Filters of nodes, as DevTools' Summary offers them."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb._typing import AnyArray, BoolArray, IntArray
from heapnb.decode.links import edges_of_type, property_of
from heapnb.decode.strings import rope_texts
from heapnb.errors import HeapnbError
from heapnb.format.arrow import to_numpy
from heapnb.graph import HeapGraph, derived
from heapnb.graph.distances import reached_without
from heapnb.graph.edges import is_string
from heapnb.graph.native_contexts import NONE, SHARED, native_context_of, native_contexts
from heapnb.graph.scopes import is_context

EVENT_LISTENER: Final = "V8EventListener"
"""Name of the browser's node for a listener; its first field is what it calls."""

_CODE: Final = "code"
_NUMBER: Final = re.compile(r"\s*[+-]?[0-9]")


def retained_by_detached(graph: HeapGraph) -> BoolArray:
    """Find the detached DOM nodes and the nodes that only they keep alive.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    bool[n_nodes]

    Notes
    -----
    As in DevTools: nodes that every path from the root reaches only through a detached node.
    Nodes that no path reaches at all are left out.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>list list>div div>data root>data div>text")
    >>> _ = builder.node("div", type="native", detachedness=2)
    >>> np.flatnonzero(retained_by_detached(builder.graph())).tolist()
    [2, 4]
    """
    states = graph.detachedness
    if states is None:
        return np.zeros(graph.n_nodes, np.bool_)
    return _retained_by(graph, states == vocab.DETACHEDNESS_DETACHED)


def retained_by_contexts(graph: HeapGraph) -> BoolArray:
    """Find the contexts of functions and the nodes that only they keep alive.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    bool[n_nodes]

    Notes
    -----
    As in DevTools: what the variables captured by closures keep alive.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>f f/context>own own:cache>map root>other")
    >>> builder = builder.node("own", name="system / Context")
    >>> np.flatnonzero(retained_by_contexts(builder.graph())).tolist()
    [2, 3]
    """
    return _retained_by(graph, is_context(graph))


def retained_by_console(graph: HeapGraph) -> BoolArray:
    """Find the nodes that only the console of DevTools keeps alive.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    bool[n_nodes]

    Notes
    -----
    As in DevTools: values that were logged or evaluated while DevTools was open.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>globals globals>a root>b a>c")
    >>> builder = builder.node("globals", type="synthetic").edge(
    ...     "globals", "logged", name="7 / DevTools console", type="internal")
    >>> np.flatnonzero(retained_by_console(builder.graph())).tolist()
    [5]
    """
    edges = console_edges(graph)
    if not len(edges):
        return np.zeros(graph.n_nodes, np.bool_)
    return _only_reached_by(graph, reached_without(graph, avoided_edges=edges))


@derived(keep=False)
def console_edges(graph: HeapGraph) -> IntArray:
    """Find the references of DevTools' console, as ``int64[k]`` edge ordinals."""
    is_name: BoolArray = to_numpy(pc.ends_with(graph.strings, vocab.CONSOLE_HANDLE))
    if not is_name.any():
        return np.empty(0, np.int64)
    found = [np.empty(0, np.int64)]
    for node in np.flatnonzero(graph.node_type == graph.node_type_index("synthetic")).tolist():
        start, stop = graph.edges_of(node)
        has_name = ~graph.is_indexed_edge_type[graph.edge_type[start:stop]]
        edges = start + np.flatnonzero(has_name)
        edges = edges[is_name[graph.edge_name[edges]]]
        is_shortcut = graph.edge_type[edges] == graph.edge_type_index("shortcut")
        # A shortcut's name that begins with a number is that number.
        is_number = [bool(_NUMBER.match(graph.string(graph.edge_name[edge]))) for edge in edges]
        found.append(edges[~(is_shortcut & np.array(is_number, np.bool_))])
    return np.concatenate(found)


def retained_by_event_handlers(graph: HeapGraph) -> BoolArray:
    """Find the event handlers of DOM nodes and the nodes that only they keep alive.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    bool[n_nodes]

    Notes
    -----
    As in DevTools: the handler is the function that a ``V8EventListener`` calls, or the first
    function in the object that a framework gives in its place.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>listener listener[1]>f f/code>code f>data")
    >>> builder = builder.node("listener", type="native", name="V8EventListener")
    >>> np.flatnonzero(retained_by_event_handlers(builder.graph())).tolist()
    [2, 3, 4]
    """
    is_listener = graph.is_named(np.arange(graph.n_nodes), EVENT_LISTENER)
    if graph.renamed is not None:
        # Those of detached nodes have another name in DevTools.
        is_listener &= ~graph.renamed
    listeners = np.flatnonzero(is_listener)
    callbacks = _first_called(graph, listeners, "1")
    handlers = np.unique(callbacks[callbacks >= 0])
    is_handler = np.zeros(graph.n_nodes, np.bool_)
    is_function = _first_called(graph, handlers, _CODE) >= 0
    for callback, is_code in zip(handlers.tolist(), is_function.tolist(), strict=True):
        handler = callback
        if not is_code:
            start, stop = graph.edges_of(callback)
            inner = graph.edge_to[start:stop].astype(np.int64)
            functions = inner[_first_called(graph, inner, _CODE) >= 0]
            handler = int(functions[0]) if len(functions) else callback
        is_handler[handler] = True
    return _retained_by(graph, is_handler)


def _first_called(graph: HeapGraph, nodes: IntArray, label: str) -> IntArray:
    """Follow the first edge of some name or index, whatever its type; -1 where there is none."""
    found = np.full(len(nodes), vocab.NO_INDEX, np.int64)
    first = np.full(len(nodes), np.iinfo(np.int64).max)
    is_name = is_string(graph, [label])
    for kind, is_indexed in enumerate(graph.is_indexed_edge_type.tolist()):
        row, edges = edges_of_type(graph, nodes, graph.edge_type_names[kind])
        names = graph.edge_name[edges]
        if not is_indexed:
            is_wanted = is_name[names]
        elif label.isdecimal():
            is_wanted = names == int(label)
        else:
            continue
        row, edges = row[is_wanted], edges[is_wanted]
        earliest = np.full(len(nodes), np.iinfo(np.int64).max)
        np.minimum.at(earliest, row, edges)
        is_earlier = earliest < first
        first[is_earlier] = earliest[is_earlier]
        found[is_earlier] = graph.edge_to[earliest[is_earlier]]
    return found


def attributed_to(graph: HeapGraph, context: int | None, *, shared: bool = False) -> BoolArray:
    """Find the nodes of one native context, the shared ones, or those of none.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    context : int or None
        Ordinal of a native context; None for nodes that do not belong to one.
    shared : bool, default False
        Without a context: whether nodes that several contexts reach are meant.

    Returns
    -------
    bool[n_nodes]

    Raises
    ------
    HeapnbError
        If the node is not a native context.
    """
    owner = native_context_of(graph)
    if context is None:
        wanted: BoolArray = owner == (SHARED if shared else NONE)
        return wanted
    row = np.flatnonzero(native_contexts(graph) == context)
    if not len(row):
        raise HeapnbError(
            f"Node {int(graph.node_id[context])} is not a native context.",
            hint="`heapnb native-contexts` lists them.",
        )
    belongs: BoolArray = owner == row[0]
    return belongs


def _retained_by(graph: HeapGraph, nodes: BoolArray) -> BoolArray:
    """Find some nodes and those that every path reaches only through one of them."""
    if not nodes.any():
        return np.zeros(graph.n_nodes, np.bool_)
    return _only_reached_by(graph, reached_without(graph, nodes))


def _only_reached_by(graph: HeapGraph, reached: BoolArray) -> BoolArray:
    retained: BoolArray = ~reached & (graph.distance != vocab.NO_DISTANCE)
    return retained


def duplicate_strings(graph: HeapGraph) -> BoolArray:
    """Find the strings whose text occurs in another string.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    bool[n_nodes]

    Notes
    -----
    As in DevTools: sliced strings are left out, because the file lacks their text, and so are
    ropes that V8 has flattened. Texts that V8 cut count as equal if their sizes are equal.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>a root>b root>c")
    >>> for key, text in [("a", "red"), ("b", "blue"), ("c", "red")]:
    ...     _ = builder.node(key, type="string", name=text)
    >>> duplicate_strings(builder.graph()).tolist()
    [False, True, False, True]
    """
    has_size = graph.self_size > 0
    strings = np.flatnonzero((graph.node_type == graph.node_type_index("string")) & has_size)
    ropes = np.flatnonzero(graph.node_type == graph.node_type_index("concatenated string"))
    is_kept = has_size[ropes] & ~_is_flat(graph, ropes)
    text, is_cut = _numbered_texts(graph, strings, rope_texts(graph, ropes).filter(is_kept))
    strings = np.concatenate([strings, ropes[is_kept]])
    is_repeated = np.bincount(text, minlength=1)[text] > 1
    cut = np.flatnonzero(is_cut)
    size = graph.self_size[strings[cut]].astype(np.uint64)
    _, group, count = np.unique(
        text[cut].astype(np.uint64) << np.uint64(32) | size, return_inverse=True, return_counts=True
    )
    is_repeated[cut] = count[group] > 1
    marked = np.zeros(graph.n_nodes, np.bool_)
    marked[strings[is_repeated]] = True
    return marked


def _is_flat(graph: HeapGraph, ropes: IntArray) -> BoolArray:
    """Tell which ropes have an empty half: V8 has flattened them."""
    is_flat = np.zeros(len(ropes), np.bool_)
    for half in ("first", "second"):
        node = property_of(graph, ropes, half, edge_type="internal")
        is_flat |= (node >= 0) & graph.is_named(np.maximum(node, 0), "")
    return is_flat


def _numbered_texts(
    graph: HeapGraph, strings: IntArray, others: pa.LargeStringArray
) -> tuple[IntArray, BoolArray]:
    """Number texts, equal ones alike, and tell which V8 cut."""
    name = graph.node_name[strings]
    used = np.flatnonzero(np.bincount(name, minlength=1))
    # The string table of the file may contain a text twice.
    texts = pa.concat_arrays([graph.strings.take(pa.array(used)), others])
    number = texts.dictionary_encode().indices.to_numpy().astype(np.int64)
    is_cut = pc.utf8_length(texts).to_numpy() >= vocab.LONGEST_STRING
    place = np.searchsorted(used, name)
    rest = np.arange(len(used), len(texts))
    places = np.concatenate([place, rest])
    return number[places], is_cut[places]


def given_between(node_id: AnyArray, after: int, until: int) -> BoolArray:
    """Find the objects that were allocated between two moments, by their ids.

    Parameters
    ----------
    node_id : unsigned[n_nodes]
        V8's ids.
    after, until : int
        The largest odd id at the first and at the second moment.

    Returns
    -------
    bool[n_nodes]
        False for native nodes: their ids are even and do not tell the time.

    Examples
    --------
    >>> given_between(np.array([1, 3, 4, 5, 7], np.uint32), 1, 5).tolist()
    [False, True, False, True, False]
    """
    between: BoolArray = (node_id > after) & (node_id <= until) & ((node_id & 1) == 1)
    return between


def largest_object_id(node_id: AnyArray) -> int:
    """Return the largest odd id, which grows while a process runs."""
    odd = node_id[(node_id & 1) == 1]
    return int(odd.max()) if len(odd) else 0


# -- by name -----------------------------------------------------------------------------------

DETACHED: Final = "detached"
CONSOLE: Final = "console"
EVENT_HANDLERS: Final = "event_handlers"
CONTEXTS: Final = "contexts"
DUPLICATES: Final = "duplicate_strings"
SHARED_NODES: Final = "shared"
UNATTRIBUTED: Final = "unattributed"

NAMES: Final = (
    *(DETACHED, CONSOLE, EVENT_HANDLERS, CONTEXTS, DUPLICATES, SHARED_NODES, UNATTRIBUTED),
)
"""The filters by name; besides, ``native_context:`` and a node id."""

_OF_CONTEXT: Final = "native_context:"


def named_filter(name: str) -> str:
    """Return a filter's name as `NAMES` has it: hyphens and blanks count as underscores."""
    return re.sub(r"[- ]", "_", name.strip().lower())


def filtered_nodes(graph: HeapGraph, name: str) -> BoolArray:
    """Find the nodes that a filter of DevTools' Summary leaves.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    name : str
        One of `NAMES`: retained by detached DOM nodes, by the console, by event handlers, by
        contexts; duplicate strings; shared between native contexts, attributed to none. Or
        ``native_context:`` and the node id of a native context.

    Returns
    -------
    bool[n_nodes]

    Raises
    ------
    HeapnbError
        If there is no such filter.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> graph = SnapshotBuilder.from_edges("root>a").graph()
    >>> filtered_nodes(graph, "unattributed").tolist()
    [True, True]
    """
    wanted = named_filter(name)
    if wanted.startswith(_OF_CONTEXT) and wanted.removeprefix(_OF_CONTEXT).isdecimal():
        return attributed_to(graph, graph.ordinal_of(int(wanted.removeprefix(_OF_CONTEXT))))
    if wanted == SHARED_NODES:
        return attributed_to(graph, None, shared=True)
    if wanted == UNATTRIBUTED:
        return attributed_to(graph, None)
    function = _FUNCTIONS.get(wanted)
    if function is None:
        names = (*(one.replace("_", "-") for one in NAMES), "native-context:ID")
        raise HeapnbError(f"There is no filter {name!r}.", hint=f"one of {', '.join(names)}.")
    return function(graph)


_FUNCTIONS: Final = {
    DETACHED: retained_by_detached,
    CONSOLE: retained_by_console,
    EVENT_HANDLERS: retained_by_event_handlers,
    CONTEXTS: retained_by_contexts,
    DUPLICATES: duplicate_strings,
}
