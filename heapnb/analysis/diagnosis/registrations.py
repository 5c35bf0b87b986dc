"""Registrations of a FinalizationRegistry, as V8 keeps them."""

from __future__ import annotations

from typing import Final

import numpy as np

from heapnb import vocab
from heapnb.analysis.retention.retaining_tree import RetainingTree
from heapnb.graph import HeapGraph
from heapnb.graph.edges import child, internal_child
from heapnb.kernels.chains import dominator_chain

CELL: Final = "system / WeakCell"
"""V8's record of one registration."""

_TARGET: Final = "target"
_HELD_VALUE: Final = "2"
"""V8's edges from a registration to the object (a weak one), and to the held value."""

_MOST_FOLLOWED: Final = 256
_HIGHEST: Final = 4
"""Objects between a held value and what grows in it, at most."""


def registration_above(graph: HeapGraph, tree: RetainingTree, node: int) -> int | None:
    """Find the registration whose held value an object is, or is part of.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    tree : RetainingTree
        What holds what in it.
    node : int
        Ordinal.

    Returns
    -------
    int or None
        Ordinal of the registration; the node itself if that is one.
    """
    for _ in range(_HIGHEST):
        if graph.name(node) == CELL:
            return node
        if tree.parent[node] == vocab.NO_ORDINAL:
            break
        node = int(tree.parent[node])
    return None


def registered_object(graph: HeapGraph, cell: int) -> int | None:
    """Return the object of a registration.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    cell : int
        Ordinal of the registration.

    Returns
    -------
    int or None
        None if the snapshot lacks it: it was collected, and the callback has not run yet.
    """
    return internal_child(graph, cell, _TARGET, edge_type="weak")


def object_is_kept(graph: HeapGraph, cell: int, registry: int) -> bool:
    """Tell whether a registration alone keeps its own object alive.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    cell, registry : int
        Ordinals of the registration and of its FinalizationRegistry.

    Returns
    -------
    bool
        Whether the held value leads to the object, and nothing but the registry holds that: a held
        function often leads to all that its module has, and so to an object that a Map keeps.
    """
    target, held = registered_object(graph, cell), child(graph, cell, _HELD_VALUE)
    if target is None or held is None:
        return False
    above = np.empty(graph.n_nodes, np.uint32)
    length = dominator_chain(graph.dominator, target, above)
    return registry in above[:length] and _leads_to(graph, held, target)


def _leads_to(graph: HeapGraph, start: int, target: int) -> bool:
    """Tell whether an object refers to another one, perhaps indirectly."""
    seen, queue = {start}, [start]
    for node in queue:
        if node == target:
            return True
        for edge in range(*graph.edges_of(node)):
            after = int(graph.edge_to[edge])
            is_weak = graph.edge_type[edge] == graph.edge_type_index("weak")
            if after not in seen and not is_weak and len(queue) < _MOST_FOLLOWED:
                seen.add(after)
                queue.append(after)
    return False


__all__ = ["CELL", "object_is_kept", "registered_object", "registration_above"]
