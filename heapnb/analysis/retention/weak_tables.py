"""Entries of WeakMaps, as a file has them: an edge from each key to its value."""

from __future__ import annotations

import numpy as np

from heapnb._typing import AnyArray, BoolArray
from heapnb.graph import HeapGraph


def is_entry(graph: HeapGraph, edge: int) -> bool:
    """Tell whether an edge leads from a key of a WeakMap to its value."""
    return bool(are_entries(graph, np.array([edge]))[0])


def are_entries(graph: HeapGraph, edges: AnyArray) -> BoolArray:
    """Tell which edges lead from a key of a WeakMap to its value, as ``bool[k]``."""
    # The same name is on an edge from the table, which does not retain anything.
    names_table, is_from_table = _tables(graph, edges)
    return names_table & ~is_from_table


def are_from_table(graph: HeapGraph, edges: AnyArray) -> BoolArray:
    """Tell which edges lead from a WeakMap's table to a value, and so do not retain it."""
    return _tables(graph, edges)[1]


def _tables(graph: HeapGraph, edges: AnyArray) -> tuple[BoolArray, BoolArray]:
    """Tell which edges name the table of a WeakMap, and which of them leave that table."""
    if not graph.ephemerons.n_pairs:
        return np.zeros(len(edges), np.bool_), np.zeros(len(edges), np.bool_)
    has_name = ~graph.is_indexed_edge_type[graph.edge_type[edges]]
    names = np.where(has_name, graph.edge_name[edges], 0)
    tables = graph.ephemerons.table_of_string[names]
    names_table: BoolArray = has_name & (tables >= 0)
    return names_table, names_table & (graph.node_id[graph.edge_from(edges)] == tables)
