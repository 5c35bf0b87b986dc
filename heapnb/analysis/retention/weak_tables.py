"""Entries of WeakMaps, as a file has them: an edge from each key to its value."""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from heapnb._typing import AnyArray, BoolArray
from heapnb.analysis.retention.retaining_tree import retaining_tree
from heapnb.graph import HeapGraph

_COMPILED_FIELD: Final = re.compile(r"_[A-Z][A-Za-z0-9$]*_(?P<field>\w+)")


def is_entry(graph: HeapGraph, edge: int) -> bool:
    """Tell whether an edge leads from a key of a WeakMap to its value.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    edge : int
        Edge ordinal.

    Returns
    -------
    bool
    """
    return bool(are_entries(graph, np.array([edge]))[0])


def are_entries(graph: HeapGraph, edges: AnyArray) -> BoolArray:
    """Tell which edges lead from a key of a WeakMap to its value.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    edges : integer[k]
        Edge ordinals.

    Returns
    -------
    bool[k]
    """
    if not graph.ephemerons.n_pairs:
        return np.zeros(len(edges), np.bool_)
    has_name = ~graph.is_indexed_edge_type[graph.edge_type[edges]]
    names = np.where(has_name, graph.edge_name[edges], 0)
    tables = graph.ephemerons.table_of_string[names]
    sources = graph.node_id[graph.edge_from(edges)]
    # The same name is on an edge from the table, which does not hold anything.
    result: BoolArray = has_name & (tables >= 0) & (sources != tables)
    return result


def weak_map_of(graph: HeapGraph, edge: int) -> str:
    """Name the WeakMap that an entry belongs to.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    edge : int
        An edge from a key to its value.

    Returns
    -------
    str
        The variable or property that holds the WeakMap; empty if there is no name for it.
    """
    table_id = int(graph.ephemerons.table_of_string[graph.edge_name[edge]])
    table = int(graph.ordinals_of([table_id])[0])
    if table < 0:
        return ""
    tree = retaining_tree(graph)
    named = [graph.edge_type_index(name) for name in ("property", "context")]
    for node in reversed(tree.path(table)[1:]):
        by = int(tree.parent_edge[node])
        if graph.edge_type[by] in named:
            return graph.edge_label(by)
    return ""


def private_field_of(graph: HeapGraph, edge: int) -> str | None:
    """Name the private field that an entry is, where TypeScript made a WeakMap of the field.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    edge : int
        An edge from a key to its value.

    Returns
    -------
    str or None
        Such as ``"#items"`` for an entry of the WeakMap `_Cart_items`; None for other WeakMaps.
    """
    match = _COMPILED_FIELD.fullmatch(weak_map_of(graph, edge))
    return f"#{match['field']}" if match else None
