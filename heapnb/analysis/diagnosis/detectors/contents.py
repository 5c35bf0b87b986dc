"""Contents of the accumulated objects: queries that several detectors share."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
import pyarrow.compute as pc

from heapnb import vocab
from heapnb._typing import AnyArray, BoolArray, IntArray
from heapnb.analysis.diagnosis.site import Site
from heapnb.decode.hashtables import entries
from heapnb.format.arrow import to_arrow, to_numpy
from heapnb.graph import HeapGraph
from heapnb.graph.classes import distinct_rows
from heapnb.graph.edges import children_of, is_string

_CONSTRUCTOR: Final = "constructor"

VIEW_CLASSES: Final = (
    "BigInt64Array",
    "BigUint64Array",
    "Buffer",
    "DataView",
    "FastBuffer",
    "Float16Array",
    "Float32Array",
    "Float64Array",
    "Int16Array",
    "Int32Array",
    "Int8Array",
    "Uint16Array",
    "Uint32Array",
    "Uint8Array",
    "Uint8ClampedArray",
)
"""Classes of views of an ArrayBuffer."""


def size_of(graph: HeapGraph, nodes: AnyArray) -> int:
    """Sum the shallow sizes of some nodes."""
    return int(graph.shallow_size[nodes].sum(dtype=np.uint64))


def of_types(graph: HeapGraph, nodes: IntArray, *types: str) -> IntArray:
    """Select the nodes of some node types, as ``int64[m]``."""
    wanted = [graph.node_type_index(name) for name in types]
    return nodes[np.isin(graph.node_type[nodes], wanted)]


def named(graph: HeapGraph, nodes: IntArray, names: Collection[str]) -> IntArray:
    """Select the nodes that have one of some names: for objects, one of some classes."""
    wanted = np.flatnonzero(is_string(graph, tuple(names)))
    return nodes[np.isin(graph.node_name[nodes], wanted.astype(np.uint32))]


def instances(graph: HeapGraph, nodes: IntArray, names: Collection[str]) -> IntArray:
    """Select the objects of some classes, without their functions and prototypes.

    Each window and `vm` context has a function for each class of the language, which is called as
    the class is, and so is its prototype.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : int64[k]
        Ordinals.
    names : collection of str
        Names of classes.

    Returns
    -------
    int64[m]
    """
    objects = of_types(graph, named(graph, nodes, names), "object")
    return objects[children_of(graph, objects, [_CONSTRUCTOR], edge_type="property") < 0]


def of_class_matching(graph: HeapGraph, nodes: IntArray, pattern: str) -> IntArray:
    """Select the objects whose class name matches a regular expression.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : int64[k]
        Ordinals.
    pattern : str
        In RE2's syntax.

    Returns
    -------
    int64[m]
    """
    matching = pc.match_substring_regex(graph.class_names, pattern)
    is_wanted: BoolArray = to_numpy(matching)
    objects = of_types(graph, nodes, "object")
    return objects[is_wanted[graph.class_index[objects]]]


def stores_outside(graph: HeapGraph, nodes: IntArray) -> IntArray:
    """Select the backing stores of ArrayBuffers, which lie outside V8's heap, as ``int64[m]``."""
    return named(graph, of_types(graph, nodes, "native"), [vocab.ARRAY_BUFFER_DATA])


def views(graph: HeapGraph, nodes: IntArray) -> IntArray:
    """Select Buffers, typed arrays and DataViews.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : int64[k]
        Ordinals.

    Returns
    -------
    int64[m]
    """
    candidates = named(graph, of_types(graph, nodes, "object"), VIEW_CLASSES)
    return candidates[children_of(graph, candidates, ["buffer"]) >= 0]


def repeated_texts(graph: HeapGraph, nodes: IntArray) -> tuple[int, int]:
    """Count strings that have the same text as another one, and the bytes they waste.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : int64[k]
        Ordinals.

    Returns
    -------
    n_copies, wasted : int
        Strings beyond the first of their text, and their bytes.
    """
    strings = of_types(graph, nodes, "string")
    first, _ = distinct_rows(graph.node_name[strings], graph.shallow_size[strings])
    n_copies = len(strings) - len(first)
    return n_copies, size_of(graph, strings) - size_of(graph, strings[first])


def entry_names(site: Site, most: int) -> list[str]:
    """Return the keys of the holder's entries that are strings.

    Parameters
    ----------
    site : Site
        The accumulated objects.
    most : int
        Maximum number of keys.

    Returns
    -------
    list of str
        Property names of an object, keys of a Map.
    """
    graph, holder = site.graph, site.holder.node
    found = entries(graph, holder)
    if found is not None:
        keys = of_types(graph, found.key[found.key >= 0], *vocab.STRING_TYPES)
        return [graph.display_name(key) for key in keys[:most].tolist()]
    start, stop = graph.edges_of(holder)
    edges = np.arange(start, stop)
    edges = edges[graph.edge_type[edges] == graph.edge_type_index("property")]
    names: list[str] = graph.strings.take(to_arrow(graph.edge_name[edges[:most]])).to_pylist()
    return [name for name in names if name != "__proto__"]
