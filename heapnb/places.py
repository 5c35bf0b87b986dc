"""Where in the source something is: files, lines and columns as people count them."""

from __future__ import annotations

import numpy as np

from heapnb import vocab
from heapnb._typing import IntArray
from heapnb.graph import HeapGraph

_SCRIPT_LABELS = ("script", "script_or_debug_info")


def child(graph: HeapGraph, node: int, *labels: str) -> int | None:
    """Follow a node's first edge that has one of some names.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal.
    *labels : str
        Edge names.

    Returns
    -------
    int or None
        The target's ordinal.
    """
    for edge in range(*graph.edges_of(node)):
        if graph.edge_label(edge) in labels:
            return int(graph.edge_to[edge])
    return None


def script_names(graph: HeapGraph) -> dict[int, str]:
    """Find the names of the scripts that closures come from.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    dict of int to str
        By script id; scripts without a name are left out.
    """

    def compute() -> dict[int, str]:
        locations = graph.raw.locations
        names: dict[int, str] = {}
        if locations is None:
            return names
        rows = np.flatnonzero(graph.node_type[locations.node] == graph.node_type_index("closure"))
        ids, first = np.unique(locations.script_id[rows], return_index=True)
        for script_id, node in zip(ids.tolist(), locations.node[rows[first]].tolist(), strict=True):
            shared = child(graph, node, "shared")
            script = child(graph, shared, *_SCRIPT_LABELS) if shared is not None else None
            if script is not None and graph.name(script):
                names[script_id] = graph.name(script)
        return names

    found: dict[int, str] = graph.derived("script_names", compute, keep=False)
    return found


def location_text(graph: HeapGraph, row: int) -> str | None:
    """Write a location as ``file.js:12:5``.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    row : int
        Row of ``graph.raw.locations``, or -1.

    Returns
    -------
    str or None
        Line and column count from 1.
    """
    locations = graph.raw.locations
    if locations is None or row == vocab.NO_INDEX:
        return None
    script_id = int(locations.script_id[row])
    name = script_names(graph).get(script_id, f"script {script_id}")
    return f"{name}:{int(locations.line[row]) + 1}:{int(locations.column[row]) + 1}"


def location_of(graph: HeapGraph, node: int) -> str | None:
    """Return where a closure, or the class of an object, is defined."""
    return location_text(graph, int(graph.location_of[node]))


def definition_sites(graph: HeapGraph, rows: IntArray) -> IntArray:
    """Look up the sites of locations.

    Parameters
    ----------
    graph : HeapGraph
        Whose locations.
    rows : int64[k]
        Rows of ``graph.raw.locations``, or -1.

    Returns
    -------
    int64[k, 3]
        Script id, line and column; -1 where there is none.
    """
    sites = np.full((len(rows), 3), -1, np.int64)
    locations = graph.raw.locations
    if locations is not None:
        known = rows >= 0
        for column, values in enumerate((locations.script_id, locations.line, locations.column)):
            sites[known, column] = values[rows[known]]
    return sites
