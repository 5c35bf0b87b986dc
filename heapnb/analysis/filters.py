"""Filters of nodes, as DevTools' Summary offers them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb._typing import AnyArray, BoolArray, IntArray
from heapnb.decode.links import property_of
from heapnb.decode.strings import rope_texts
from heapnb.graph import HeapGraph
from heapnb.graph.distances import reached_without


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
    is_detached: BoolArray = states == vocab.DETACHEDNESS_DETACHED
    if not is_detached.any():
        return is_detached
    reached = reached_without(graph, is_detached)
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
