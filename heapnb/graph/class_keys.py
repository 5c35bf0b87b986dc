"""The groups of DevTools' Summary: classes, and for objects also the site that defines them."""

from __future__ import annotations

import numpy as np

from heapnb import vocab
from heapnb._typing import AnyArray, IntArray, NodeArray
from heapnb.format.raw import Locations
from heapnb.graph.classes import ClassTable, distinct_rows
from heapnb.graph.columns import Columns


def location_rows(graph: Columns) -> AnyArray:
    """Return the row of ``raw.locations`` of each node.

    Parameters
    ----------
    graph : Columns
        The heap.

    Returns
    -------
    int32[n_nodes]
        -1 where a node has none.
    """
    rows = np.full(graph.n_nodes, vocab.NO_INDEX, np.int32)
    if graph.raw.locations is not None:
        nodes, rows_of_nodes = _located_nodes(graph.raw.locations)
        rows[nodes] = rows_of_nodes
    return rows


def group_by_class_and_site(graph: Columns, table: ClassTable) -> tuple[NodeArray, IntArray]:
    """Split classes of objects by the site that defines them.

    Parameters
    ----------
    graph : Columns
        The heap.
    table : ClassTable
        The class of every node.

    Returns
    -------
    class_key : uint32[n_nodes]
        Row of ``class_keys``; the first rows are the classes themselves.
    class_keys : int64[n_keys, 2]
        Class index, and a row of ``raw.locations`` with the site, or -1.
    """
    n_classes = len(table.names)
    keys = np.full((n_classes, 2), vocab.NO_INDEX, np.int64)
    keys[:, 0] = np.arange(n_classes)
    locations = graph.raw.locations
    if locations is None or len(locations.node) == 0:
        return table.class_index, keys
    # Not by `location_of`: that is four bytes a node at the peak of memory.
    nodes, rows = _located_nodes(locations)
    is_object = graph.node_type[nodes] == graph.node_type_index("object")
    nodes, rows = nodes[is_object], rows[is_object]
    first, number = distinct_rows(
        locations.script_id[rows],
        locations.line[rows],
        locations.column[rows],
        table.class_index[nodes],
    )
    class_key = table.class_index.copy()
    class_key[nodes] = (n_classes + number).astype(np.uint32)
    split = np.stack([table.class_index[nodes[first]].astype(np.int64), rows[first]], axis=1)
    return class_key, np.concatenate([keys, split])


def _located_nodes(locations: Locations) -> tuple[NodeArray, AnyArray]:
    """Return the nodes that have a location, in ascending order, and its row."""
    nodes = locations.node
    rows = np.arange(len(nodes), dtype=np.int32)
    if np.all(nodes[1:] > nodes[:-1]):
        return nodes, rows
    # Of several locations of one node the last counts, as in DevTools.
    order = np.argsort(nodes, kind="stable")
    nodes = nodes[order]
    is_last = np.append(nodes[1:] != nodes[:-1], [True] * (len(nodes) > 0))
    return nodes[is_last], rows[order[is_last]]


__all__ = ["group_by_class_and_site", "location_rows"]
