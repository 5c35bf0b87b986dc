"""The names of many nodes and edges at once, and their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb.format.arrow import to_arrow, to_numpy, to_text, to_texts
from heapnb.frames.columns import by_type, with_detached
from heapnb.graph.derivation import derived
from heapnb.kernels.classes import group_by_properties

if TYPE_CHECKING:
    from heapnb._typing import AnyArray, IntArray
    from heapnb.graph import HeapGraph


_MOST_SHAPES = 1 << 14
"""Names of plain objects that are kept."""


def node_names(graph: HeapGraph, rows: Any) -> pa.LargeStringArray:
    """Return names as the file has them, with the ``Detached`` that DevTools puts before some.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    rows : slice or integer[k]
        Which nodes.

    Returns
    -------
    pyarrow.LargeStringArray
        The same as `HeapGraph.name` for each.
    """
    names = graph.strings.take(to_arrow(graph.node_name[rows]))
    if graph.renamed is not None and graph.renamed[rows].any():
        names = pc.if_else(to_arrow(graph.renamed[rows]), with_detached(names), names)
    return names


def display_names(graph: HeapGraph, nodes: AnyArray) -> pa.LargeStringArray:
    """Return the names that DevTools shows, for many nodes at once.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : integer[k]
        Ordinals.

    Returns
    -------
    pyarrow.LargeStringArray
        The same as `HeapGraph.display_name` for each.
    """
    nodes = np.asarray(nodes, np.int64)
    names = node_names(graph, nodes)
    kinds = graph.node_type[nodes]
    objects = np.flatnonzero(
        (kinds == graph.node_type_index("object"))
        & to_numpy(pc.equal(names, to_text(vocab.CLASS_OBJECT)))
    )
    if len(objects):
        # What a plain object shows depends on nothing but its sequence of properties.
        shape, shown = _shapes(graph, nodes[objects])
        names = _replaced(names, objects, shown.take(to_arrow(shape)))
    ropes = np.flatnonzero(kinds == graph.node_type_index("concatenated string"))
    if len(ropes):
        joined = [graph.display_name(rope) for rope in nodes[ropes].tolist()]
        names = _replaced(names, ropes, to_texts(joined))
    return names


def display_ranks(graph: HeapGraph, nodes: AnyArray) -> IntArray:
    """Number nodes by the order of the names that DevTools shows, without making all of them.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : integer[k]
        Ordinals.

    Returns
    -------
    int64[k]
        From 0; nodes of one name have the same number.
    """
    nodes = np.asarray(nodes, np.int64)
    kinds = graph.node_type[nodes]
    n_names = len(graph.strings)
    # Nodes of one number here have one name; of each number one node is asked for it.
    number = graph.node_name[nodes].astype(np.int64)
    if graph.renamed is not None:
        number[graph.renamed[nodes]] += n_names
    n_numbers = 2 * n_names
    objects = np.flatnonzero(kinds == graph.node_type_index("object"))
    objects = objects[graph.is_named(nodes[objects], vocab.CLASS_OBJECT)]
    if len(objects):
        shape, shown = _shapes(graph, nodes[objects])
        number[objects] = n_numbers + shape.astype(np.int64)
        n_numbers += len(shown)
    ropes = np.flatnonzero(kinds == graph.node_type_index("concatenated string"))
    number[ropes] = n_numbers + np.arange(len(ropes))
    n_numbers += len(ropes)
    example = np.full(n_numbers, vocab.NO_INDEX, np.int64)
    example[number] = nodes
    used = np.flatnonzero(example >= 0)
    rank = np.empty(n_numbers, np.int64)
    rank[used] = text_ranks(display_names(graph, example[used]))
    ranks: IntArray = rank[number]
    return ranks


def _shapes(graph: HeapGraph, objects: IntArray) -> tuple[AnyArray, pa.LargeStringArray]:
    shape = np.empty(len(objects), np.uint32)
    representative = np.empty(len(objects), np.uint32)
    n_shapes = group_by_properties(
        graph.first_edge,
        graph.edge_type,
        graph.edge_name,
        objects.astype(np.uint32),
        graph.edge_type_index("property"),
        # Strings that are equal only make a group that is like another.
        np.arange(len(graph.strings), dtype=np.uint32),
        shape,
        representative,
    )
    shown = [_plain_name(graph, node) for node in representative[:n_shapes].tolist()]
    return shape, to_texts(shown)


def _plain_name(graph: HeapGraph, node: int) -> str:
    """Return the name of a plain object; the same shapes occur in page after page."""
    start, stop = graph.edges_of(node)
    shape = graph.edge_type[start:stop].tobytes() + graph.edge_name[start:stop].tobytes()
    names = _plain_names(graph)
    name = names.get(shape)
    if name is None:
        if len(names) >= _MOST_SHAPES:
            names.clear()
        name = names[shape] = graph.display_name(node)
    return name


@derived(keep=False)
def _plain_names(graph: HeapGraph) -> dict[bytes, str]:
    """Names of plain objects by the types and names of their edges."""
    del graph
    return {}


def _replaced(
    values: pa.LargeStringArray, places: IntArray, new: pa.LargeStringArray
) -> pa.LargeStringArray:
    mask = np.zeros(len(values), np.bool_)
    mask[places] = True
    return pc.replace_with_mask(values, to_arrow(mask), new)


def edge_labels(graph: HeapGraph, edges: AnyArray) -> pa.LargeStringArray:
    """Return names of edges, or indices in decimal, for many edges at once.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    edges : integer[k]
        Edge ordinals.

    Returns
    -------
    pyarrow.LargeStringArray
        The same as `HeapGraph.edge_label` for each.
    """
    edges = np.asarray(edges, np.int64)
    kinds = graph.edge_type[edges]
    values = graph.edge_name[edges]
    is_indexed = by_type(graph.is_indexed_edge_type)[kinds]
    names = graph.strings.take(to_arrow(np.where(is_indexed, np.uint32(0), values)))
    if is_indexed.any():
        indices = pc.cast(to_arrow(values), pa.large_string())
        names = pc.if_else(to_arrow(is_indexed), indices, names)
    shortcuts = np.flatnonzero(kinds == graph.edge_type_index("shortcut"))
    if len(shortcuts):
        # Of a global object's number what follows does not count.
        numbers = [graph.edge_label(edge) for edge in edges[shortcuts].tolist()]
        names = _replaced(names, shortcuts, to_texts(numbers))
    return names


def text_ranks(values: pa.LargeStringArray) -> IntArray:
    """Number texts by their order in JavaScript, which compares UTF-16 code units.

    Parameters
    ----------
    values : pyarrow.LargeStringArray
        Texts.

    Returns
    -------
    int64[k]
        From 0; equal texts have the same number.

    Examples
    --------
    >>> text_ranks(pa.array(["b", "a", "b", "B"], pa.large_string())).tolist()
    [2, 1, 2, 0]
    """
    encoded = values.dictionary_encode()
    distinct = encoded.dictionary
    # UTF-8 is in the order of code points. The two differ only beyond the surrogates' range.
    if pc.any(pc.match_substring_regex(distinct, "[\ue000-\U0010ffff]")).as_py():
        texts_of = distinct.to_pylist()
        order = np.array(
            sorted(range(len(texts_of)), key=lambda i: texts_of[i].encode("utf-16-be")), np.int64
        )
    else:
        order = to_numpy(pc.sort_indices(distinct)).astype(np.int64)
    rank = np.empty(len(distinct), np.int64)
    rank[order] = np.arange(len(distinct))
    ranks: IntArray = rank[to_numpy(encoded.indices)]
    return ranks
