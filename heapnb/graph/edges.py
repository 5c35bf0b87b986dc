"""Following edges by their names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb._typing import AnyArray, BoolArray, IntArray
from heapnb.graph.columns import Columns
from heapnb.graph.derivation import derived
from heapnb.kernels.edges import follow


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
    names = graph.strings.take(pa.array(graph.edge_name[edges]))
    matching = np.flatnonzero(pc.equal(names, label).to_numpy(zero_copy_only=False))
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


def is_string(graph: Columns, wanted: Sequence[str]) -> BoolArray:
    """Mark strings of the table by their text, as ``bool[n_strings]``."""
    known = _rows_of_strings(graph)
    unknown = [text for text in dict.fromkeys(wanted) if text not in known]
    if unknown:
        which = pc.index_in(graph.strings, value_set=pa.array(unknown, graph.strings.type))
        rows = np.flatnonzero(which.is_valid().to_numpy(zero_copy_only=False))
        number = which.drop_null().to_numpy()
        known |= {text: rows[number == place] for place, text in enumerate(unknown)}
    marked = np.zeros(len(graph.strings), np.bool_)
    for text in wanted:
        marked[known[text]] = True
    return marked


@derived(keep=False)
def _rows_of_strings(graph: Columns) -> dict[str, IntArray]:  # noqa: ARG001  filled by its user
    """Where texts stand in the string table: those that were searched for so far."""
    return {}


__all__ = ["child", "children_of", "internal_child", "is_string"]
