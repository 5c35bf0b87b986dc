"""What the objects of a pile consist of: questions that several detectors ask."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb._typing import AnyArray, BoolArray, IntArray
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.decode.hashtables import entries
from heapnb.graph import HeapGraph
from heapnb.graph.places import children_of, is_string

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
"""Classes of what looks into an ArrayBuffer."""


def size_of(graph: HeapGraph, nodes: AnyArray) -> int:
    """Add up the shallow sizes of some nodes.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : integer[k]
        Ordinals.

    Returns
    -------
    int
        Bytes.
    """
    return int(graph.shallow_size[nodes].sum(dtype=np.uint64))


def of_types(graph: HeapGraph, nodes: IntArray, *types: str) -> IntArray:
    """Choose the nodes of some node types.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : int64[k]
        Ordinals.
    *types : str
        Names of node types.

    Returns
    -------
    int64[m]
    """
    wanted = [graph.node_type_index(name) for name in types]
    return nodes[np.isin(graph.node_type[nodes], wanted)]


def named(graph: HeapGraph, nodes: IntArray, names: Collection[str]) -> IntArray:
    """Choose the nodes that have one of some names: for objects, those of some classes.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : int64[k]
        Ordinals.
    names : collection of str
        Names as the file has them.

    Returns
    -------
    int64[m]
    """
    wanted = np.flatnonzero(is_string(graph, tuple(names)))
    return nodes[np.isin(graph.node_name[nodes], wanted.astype(np.uint32))]


def of_class_matching(graph: HeapGraph, nodes: IntArray, pattern: str) -> IntArray:
    """Choose the objects whose class name a regular expression is found in.

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
    is_wanted: BoolArray = matching.to_numpy(zero_copy_only=False)
    objects = of_types(graph, nodes, "object")
    return objects[is_wanted[graph.class_index[objects]]]


def stores_outside(graph: HeapGraph, nodes: IntArray) -> IntArray:
    """Choose the memory of ArrayBuffers, which lies outside of V8's heap.

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
    return named(graph, of_types(graph, nodes, "native"), [vocab.ARRAY_BUFFER_DATA])


def views(graph: HeapGraph, nodes: IntArray) -> IntArray:
    """Choose Buffers, typed arrays and DataViews.

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
    """Add up what is wasted by strings that have the same text as another one.

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
    key = graph.node_name[strings].astype(np.uint64) << np.uint64(32)
    key |= graph.shallow_size[strings].astype(np.uint64)
    _, first = np.unique(key, return_index=True)
    n_copies = len(strings) - len(first)
    return n_copies, size_of(graph, strings) - size_of(graph, strings[first])


def entry_names(evidence: Evidence, most: int) -> list[str]:
    """Return keys under which the holder has its entries, as far as they are texts.

    Parameters
    ----------
    evidence : Evidence
        A pile.
    most : int
        So many are enough.

    Returns
    -------
    list of str
        Properties of an object, keys of a Map.
    """
    graph, holder = evidence.graph, evidence.holder.node
    found = entries(graph, holder)
    if found is not None:
        keys = of_types(graph, found.key[found.key >= 0], *vocab.STRING_TYPES)
        return [graph.display_name(key) for key in keys[:most].tolist()]
    start, stop = graph.edges_of(holder)
    edges = np.arange(start, stop)
    edges = edges[graph.edge_type[edges] == graph.edge_type_index("property")]
    names: list[str] = graph.strings.take(pa.array(graph.edge_name[edges[:most]])).to_pylist()
    return [name for name in names if name != "__proto__"]
