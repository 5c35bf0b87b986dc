"""Following edges by their names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow.compute as pc

from heapnb._typing import AnyArray, BoolArray, IntArray
from heapnb.format.arrow import to_arrow, to_numpy, to_text, to_texts
from heapnb.graph.columns import Columns
from heapnb.graph.derivation import derived
from heapnb.kernels.edges import (
    count_leading_to,
    count_named,
    follow,
    list_leading_to,
    list_named,
)


def child(graph: Columns, node: int, *labels: str) -> int | None:
    """Follow a node's first edge that has one of some names.

    Parameters
    ----------
    graph : Columns
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


def internal_child(
    graph: Columns, node: int, label: str, *, edge_type: str = "internal"
) -> int | None:
    """Follow a node's first edge of the engine's own that has some name.

    Parameters
    ----------
    graph : Columns
        The heap.
    node : int
        Ordinal.
    label : str
        The edge's name.
    edge_type : str, optional
        A type whose edges have names.

    Returns
    -------
    int or None
        The target's ordinal.
    """
    start, stop = graph.edges_of(node)
    edges = start + np.flatnonzero(graph.edge_type[start:stop] == graph.edge_type_index(edge_type))
    names = graph.strings.take(to_arrow(graph.edge_name[edges]))
    matching = np.flatnonzero(to_numpy(pc.equal(names, to_text(label))))
    return int(graph.edge_to[edges[matching[0]]]) if len(matching) else None


def children_of(
    graph: Columns, nodes: AnyArray, labels: Sequence[str], *, edge_type: str = "internal"
) -> IntArray:
    """Follow the first edge of a type that has one of some names, for many nodes at once.

    Parameters
    ----------
    graph : Columns
        The heap.
    nodes : integer[k]
        Ordinals; negative ones lead nowhere.
    labels : sequence of str
        Edge names.
    edge_type : str, optional
        A type whose edges have names.

    Returns
    -------
    int64[k]
        The targets' ordinals, -1 where there is none.
    """
    targets = np.empty(len(nodes), np.int64)
    follow(
        graph.first_edge,
        graph.edge_type,
        graph.edge_name,
        graph.edge_to,
        graph.edge_type_index(edge_type),
        is_string(graph, labels),
        np.asarray(nodes, np.int64),
        targets,
    )
    return targets


def edges_where(graph: Columns, is_wanted_name: BoolArray, edge_type: str) -> IntArray:
    """Find the edges of a type whose names are wanted.

    Parameters
    ----------
    graph : Columns
        The heap.
    is_wanted_name : bool[n_strings]
        The wanted names.
    edge_type : str
        A type whose edges have names.

    Returns
    -------
    int64[k]
        Edge ordinals, ascending.
    """
    if not is_wanted_name.any():
        return np.empty(0, np.int64)
    kind = graph.edge_type_index(edge_type)
    wanted = (graph.edge_type, graph.edge_name, kind, is_wanted_name)
    edges = np.empty(count_named(*wanted), np.int64)
    list_named(*wanted, edges)
    return edges


def edges_to(graph: Columns, nodes: AnyArray) -> IntArray:
    """Find the edges that lead to some nodes, without an index of all retainers.

    Parameters
    ----------
    graph : Columns
        The heap.
    nodes : integer[k]
        Ordinals.

    Returns
    -------
    int64[m]
        Edge ordinals, ascending.
    """
    if len(nodes) == 0:
        return np.empty(0, np.int64)
    is_wanted = np.zeros(graph.n_nodes, np.bool_)
    is_wanted[nodes] = True
    edges = np.empty(count_leading_to(graph.edge_to, is_wanted), np.int64)
    list_leading_to(graph.edge_to, is_wanted, edges)
    return edges


def is_string(graph: Columns, wanted: Sequence[str]) -> BoolArray:
    """Mark strings of the table by their text, as ``bool[n_strings]``."""
    marked = np.zeros(len(graph.strings), np.bool_)
    for rows in rows_of_strings(graph, wanted):
        marked[rows] = True
    return marked


def rows_of_strings(graph: Columns, wanted: Sequence[str]) -> list[IntArray]:
    """Find where texts stand in the string table.

    Parameters
    ----------
    graph : Columns
        The heap.
    wanted : sequence of str
        Texts. All that are not known yet are searched for together.

    Returns
    -------
    list of int64[k]
        The rows of each text: mostly one, but a table may have a text twice.
    """
    known = _rows_of_strings(graph)
    unknown = [text for text in dict.fromkeys(wanted) if text not in known]
    if unknown:
        which = pc.index_in(graph.strings, value_set=to_texts(unknown))
        rows = np.flatnonzero(to_numpy(which.is_valid()))
        number = to_numpy(which.drop_null())
        known |= {text: rows[number == place] for place, text in enumerate(unknown)}
    return [known[text] for text in wanted]


@derived(keep=False)
def _rows_of_strings(graph: Columns) -> dict[str, IntArray]:  # noqa: ARG001  filled by its user
    """Where texts stand in the string table: those that were searched for so far."""
    return {}


__all__ = [
    "child",
    "children_of",
    "edges_to",
    "edges_where",
    "internal_child",
    "is_string",
    "rows_of_strings",
]
