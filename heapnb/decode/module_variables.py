"""Names of the variables that refer to an object: of functions, and of JavaScript modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from heapnb import vocab
from heapnb.graph.references import is_identifier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heapnb.graph import HeapGraph

_CELL: Final = "system / Cell"
"""What holds the value of a variable that a module exports."""

_MOST_RETAINERS: Final = 64


def variable_of(graph: HeapGraph, node: int) -> str | None:
    """Name a variable that refers to an object.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal.

    Returns
    -------
    str or None
        The variable of a function, else the name under which a module exports it; None if none
        of its first retainers is one.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>table table[7]>name table[8]>cell")
    >>> _ = builder.edge("cell", "ended", "value", type="internal")
    >>> _ = builder.node("table", type="array").node("name", type="string", name="ended")
    >>> _ = builder.node("cell", type="hidden", name="system / Cell")
    >>> variable_of(builder.graph(), builder.ordinal("ended"))
    'ended'
    """
    found = None
    for holder, label, edge_type in _retainers(graph, node):
        if edge_type == "context" and graph.name(holder).startswith(vocab.CONTEXT_NAME):
            return label if is_identifier(label) else None
        if found is None and graph.name(holder) == _CELL:
            found = _export(graph, holder)
    return found


def _export(graph: HeapGraph, cell: int) -> str | None:
    """Find the name before a cell in the table of a module's exports."""
    for table, label, _ in _retainers(graph, cell):
        if not label.isdigit() or graph.node_type[table] != graph.node_type_index("array"):
            continue
        for edge in range(*graph.edges_of(table)):
            key = int(graph.edge_to[edge])
            is_before = graph.edge_label(edge) == str(int(label) - 1)
            if is_before and graph.node_type[key] == graph.node_type_index("string"):
                return graph.name(key)
    return None


def _retainers(graph: HeapGraph, node: int) -> Iterator[tuple[int, str, str]]:
    """List retainers with the label and the type of the edge."""
    edges = graph.retaining_edges_of(node)[:_MOST_RETAINERS]
    for edge, holder in zip(edges.tolist(), graph.edge_from(edges).tolist(), strict=True):
        yield holder, graph.edge_label(edge), graph.edge_type_names[int(graph.edge_type[edge])]


__all__ = ["variable_of"]
