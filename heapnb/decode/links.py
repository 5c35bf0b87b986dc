"""Following edges by name for many objects at once, and reading what they lead to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb.frames import display_names, masked, named, node_names, signed, texts
from heapnb.graph import derived
from heapnb.graph.edges import children_of, edges_where, is_string
from heapnb.graph.locations import location_of
from heapnb.kernels.decoding import nearest_names
from heapnb.kernels.edges import count_of_type, list_of_type

if TYPE_CHECKING:
    from heapnb._typing import AnyArray, BoolArray, IntArray
    from heapnb.graph import HeapGraph

_ODDBALL_TYPES: Final = ("hidden", "native")
_ODDBALL_TEXTS: Final = ("undefined", "null", "true", "false")
WORD_SIZES: Final = (8, 4)
"""Bytes of a word: without and with small pointers."""
ARRAY_HEADER_WORDS: Final = 2
"""Words of an engine's array that are not its items: what it is, and its length."""
_NO_VARIABLES: Final = ("__proto__", "constructor")
_MAX_EDGE_TYPES: Final = 1 << 8


def nodes_named(
    graph: HeapGraph, names: Sequence[str], node_type: str | None = "object"
) -> IntArray:
    """Find nodes by type and name.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    names : sequence of str
        Their names; of objects that is the class.
    node_type : str or None, optional
        Their type; None for any, as that of the engine's own objects depends on its version.

    Returns
    -------
    int64[k]
        Ordinals, ascending.
    """
    wanted = np.flatnonzero(is_string(graph, names))
    if not len(wanted):
        return np.empty(0, np.int64)
    is_named = np.zeros(len(graph.strings), np.bool_)
    is_named[wanted] = True
    found = is_named[graph.node_name]
    if node_type is not None:
        found &= graph.node_type == graph.node_type_index(node_type)
    return np.flatnonzero(found)


def edges_named(graph: HeapGraph, name: str, edge_type: str = "property") -> IntArray:
    """Find edges by type and name.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    name : str
        Their name.
    edge_type : str, optional
        Their type, one that has names.

    Returns
    -------
    int64[k]
        Edge ordinals, ascending.
    """
    return edges_where(graph, is_string(graph, [name]), edge_type)


def owners_of(
    graph: HeapGraph, name: str, edge_type: str = "property"
) -> tuple[IntArray, IntArray]:
    """Find the objects that have some edge, and where it leads.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    name : str
        The edge's name.
    edge_type : str, optional
        Its type.

    Returns
    -------
    nodes, targets : int64[k]
        Ordinals; nodes ascend.
    """
    edges = edges_named(graph, name, edge_type)
    nodes = graph.edge_from(edges)
    is_wanted = graph.node_type[nodes] == graph.node_type_index("object")
    nodes, first = np.unique(nodes[is_wanted], return_index=True)
    return nodes, graph.edge_to[edges[is_wanted][first]].astype(np.int64)


def property_of(
    graph: HeapGraph, nodes: AnyArray, *names: str, edge_type: str = "property"
) -> IntArray:
    """Follow the first edge that has one of some names, as ``int64[k]``."""
    return children_of(graph, nodes, names, edge_type=edge_type)


def places_in(ascending: IntArray, wanted: IntArray) -> IntArray:
    """Find where an array has some values.

    Parameters
    ----------
    ascending : int64[k]
        The array, each value once.
    wanted : int64[m]
        The values.

    Returns
    -------
    int64[m]
        -1 for those that it has not.
    """
    if not len(ascending):
        return np.full(len(wanted), vocab.NO_INDEX, np.int64)
    places = np.minimum(np.searchsorted(ascending, wanted), len(ascending) - 1)
    return np.where(ascending[places] == wanted, places, vocab.NO_INDEX)


def edges_of_type(graph: HeapGraph, nodes: IntArray, edge_type: str) -> tuple[IntArray, IntArray]:
    """List the edges of one type that leave some nodes.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : int64[k]
        Ordinals.
    edge_type : str
        The type.

    Returns
    -------
    row : int64[m]
        Which of the nodes each edge leaves; ascending.
    edges : int64[m]
        Edge ordinals.
    """
    kind = graph.edge_type_index(edge_type)
    first = np.zeros(len(nodes) + 1, np.int64)
    count_of_type(graph.first_edge, graph.edge_type, kind, nodes, first)
    edges = np.empty(first[-1], np.int64)
    list_of_type(graph.first_edge, graph.edge_type, kind, nodes, edges)
    return np.repeat(np.arange(len(nodes)), np.diff(first)), edges


def has_name(graph: HeapGraph, nodes: IntArray, *names: str) -> BoolArray:
    """Tell which nodes have one of some names; ordinal -1 has none."""
    found: BoolArray = is_string(graph, names)[graph.node_name[np.maximum(nodes, 0)]]
    return found & (nodes >= 0)


def has_type(graph: HeapGraph, nodes: IntArray, *types: str) -> BoolArray:
    """Tell which nodes are of one of some types; ordinal -1 is of none."""
    wanted = [graph.node_type_index(name) for name in types]
    found: BoolArray = np.isin(graph.node_type[np.maximum(nodes, 0)], wanted) & (nodes >= 0)
    return found


@derived(keep=False)
def oddballs(graph: HeapGraph) -> dict[int, str]:
    """Find the nodes that stand for ``undefined``, ``null``, ``true`` and ``false``.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    dict of int to str
        By ordinal.
    """
    found: dict[int, str] = {}
    for kind in _ODDBALL_TYPES:
        for node in nodes_named(graph, [*_ODDBALL_TEXTS, vocab.ODDBALL_NAME], kind).tolist():
            name = graph.name(node)
            if name == vocab.ODDBALL_NAME:
                hidden = edges_of_type(graph, np.array([node]), "hidden")[1][:1]
                name = graph.name(int(graph.edge_to[hidden[0]])) if len(hidden) else name
            if name in _ODDBALL_TEXTS:
                found[node] = name
    return found


def is_oddball(graph: HeapGraph, nodes: IntArray, *values: str) -> BoolArray:
    """Tell which nodes stand for one of some values; ordinal -1 for none.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : int64[k]
        Ordinals, -1 for none.
    *values : str
        Of ``"undefined"``, ``"null"``, ``"true"`` and ``"false"``; all of them by default.

    Returns
    -------
    bool[k]
    """
    wanted = values or _ODDBALL_TEXTS
    ordinals = [node for node, value in oddballs(graph).items() if value in wanted]
    found: BoolArray = np.isin(nodes, ordinals)
    return found


def truth_of(graph: HeapGraph, nodes: IntArray) -> Any:
    """Read booleans."""
    import pandas as pd

    is_true, is_false = (is_oddball(graph, nodes, value) for value in ("true", "false"))
    return pd.arrays.BooleanArray(is_true, ~(is_true | is_false))


@derived(keep=False)
def word_size(graph: HeapGraph) -> int:
    """Return how many bytes a word of the heap has: 8, or 4 with small pointers."""
    kinds = [graph.node_type_index(name) for name in ("object", "closure")]
    sizes = graph.self_size[np.isin(graph.node_type, kinds)]
    return 4 if (sizes % 8).any() else 8


def array_lengths(graph: HeapGraph, stores: IntArray) -> IntArray:
    """Tell how many items arrays of the engine have room for; 0 for ordinal -1."""
    words = graph.self_size[np.maximum(stores, 0)].astype(np.int64) // word_size(graph)
    return np.where(stores >= 0, np.maximum(words - ARRAY_HEADER_WORDS, 0), 0)


# -- columns ----------------------------------------------------------------------------------


def one_of(numbers: AnyArray, names: Sequence[str]) -> Any:
    """Make a column of texts from their numbers, -1 for none."""
    return texts(named(names, numbers))


def ids_of(graph: HeapGraph, nodes: IntArray) -> Any:
    """Make a column of node ids, ``<NA>`` for ordinal -1."""
    return masked(graph.node_id[np.maximum(nodes, 0)], nodes < 0)


def sizes_of(graph: HeapGraph, nodes: IntArray) -> dict[str, AnyArray]:
    """Make the columns ``shallow_size`` and ``retained_size``."""
    return {
        "shallow_size": signed(graph.shallow_size[nodes]),
        "retained_size": signed(graph.retained_size[nodes]),
    }


def class_names_of(graph: HeapGraph, nodes: IntArray) -> Any:
    """Make a column of class names, ``<NA>`` for ordinal -1."""
    return texts(graph.class_names.take(_rows(graph.class_index, nodes)))


def names_of(graph: HeapGraph, nodes: IntArray) -> Any:
    """Make a column of names as the file has them, ``<NA>`` for ordinal -1."""
    return texts(_without(node_names(graph, np.maximum(nodes, 0)), nodes < 0))


def strings_of(graph: HeapGraph, nodes: IntArray) -> Any:
    """Make a column of the texts of strings, ``<NA>`` for nodes that are none."""
    return texts(string_values(graph, nodes))


def string_values(graph: HeapGraph, nodes: IntArray) -> pa.LargeStringArray:
    """Return the texts of strings, null for nodes that are none.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : int64[k]
        Ordinals, -1 for none.

    Returns
    -------
    pyarrow.LargeStringArray
        Of slices null too: where they begin and end is not in the file.
    """
    is_text = has_type(graph, nodes, "string", "concatenated string")
    values = pa.array([None], pa.large_string()).take(pa.array(np.zeros(len(nodes), np.int64)))
    if is_text.any():
        values = pc.replace_with_mask(
            values, pa.array(is_text), display_names(graph, nodes[is_text])
        )
    return values


def shown_names(graph: HeapGraph, nodes: IntArray) -> Any:
    """Make a column of names as DevTools shows them, ``<NA>`` for ordinal -1.

    Numbers are shown by their value, where the file has it.
    """
    written = np.full(len(nodes), vocab.NO_INDEX, np.int64)
    numbers = np.flatnonzero(has_type(graph, nodes, "number"))
    written[numbers] = property_of(graph, nodes[numbers], "value", edge_type="internal")
    names = display_names(graph, np.where(written >= 0, written, np.maximum(nodes, 0)))
    for node, value in oddballs(graph).items():
        names = pc.if_else(pa.array(nodes == node), value, names)
    return texts(_without(names, nodes < 0))


def locations_of(graph: HeapGraph, nodes: IntArray) -> Any:
    """Make a column of places such as ``file.js:12:5``; ``<NA>`` where the file has none."""
    rows = np.where(nodes >= 0, graph.location_of[np.maximum(nodes, 0)], vocab.NO_INDEX)
    distinct, first, which = np.unique(rows, return_index=True, return_inverse=True)
    known = [
        None if row < 0 else location_of(graph, int(nodes[i]))
        for row, i in zip(distinct.tolist(), first.tolist(), strict=True)
    ]
    return texts(pa.array(known, pa.large_string()).take(pa.array(which)))


def _rows(numbers: AnyArray, places: IntArray) -> pa.Array:
    """Look numbers up for Arrow; null for place -1."""
    is_missing = places < 0
    found = np.zeros(len(places), np.int64)
    found[~is_missing] = numbers[places[~is_missing]]
    return pa.array(found, mask=is_missing)


def _without(values: pa.LargeStringArray, is_missing: BoolArray) -> pa.LargeStringArray:
    if not is_missing.any():
        return values
    return pc.if_else(pa.array(is_missing), pa.scalar(None, values.type), values)


# -- functions --------------------------------------------------------------------------------


def unbound(graph: HeapGraph, functions: IntArray) -> IntArray:
    """Follow bound functions to what they call.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    functions : int64[k]
        Ordinals, -1 for none.

    Returns
    -------
    int64[k]
        The function itself where it is not bound.
    """
    found = functions
    # A function may be bound again; nobody does it often, but a file may run in a circle.
    for _ in range(4):
        inner = property_of(graph, found, "bound_function", edge_type="internal")
        if not (inner >= 0).any():
            break
        found = np.where(inner >= 0, inner, found)
    return found


# -- owners -----------------------------------------------------------------------------


def variables_of(graph: HeapGraph, nodes: IntArray) -> tuple[IntArray, IntArray]:
    """Find the property or variable under which the program holds each of some nodes.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : int64[k]
        Ordinals, each once.

    Returns
    -------
    edges : int64[k]
        Edge ordinals, -1 where no name leads to the node.
    holders : int64[k]
        Ordinals of the objects and contexts that the edges leave, -1 likewise.
    """
    edges = np.empty(len(nodes), np.int64)
    holders = np.empty(len(nodes), np.int64)
    row_of_node = np.full(graph.n_nodes, vocab.NO_INDEX, np.int32)
    row_of_node[nodes] = np.arange(len(nodes))
    is_name_type = np.zeros(_MAX_EDGE_TYPES, np.bool_)
    is_name_type[[graph.edge_type_index(kind) for kind in ("property", "context")]] = True
    nearest_names(
        graph.first_edge,
        graph.edge_type,
        graph.edge_name,
        graph.edge_to,
        is_name_type,
        is_string(graph, _NO_VARIABLES),
        graph.distance,
        row_of_node,
        edges,
        holders,
    )
    return edges, holders


def variable_columns(graph: HeapGraph, nodes: IntArray) -> dict[str, Any]:
    """Make the columns ``variable`` and ``holder`` of `variables_of`: its name, its class."""
    edges, holders = variables_of(graph, nodes)
    return {
        "variable": texts(graph.strings.take(_rows(graph.edge_name, edges))),
        "holder": class_names_of(graph, holders),
    }
