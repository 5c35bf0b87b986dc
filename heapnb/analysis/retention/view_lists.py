"""Angular's list of all views, which has each one as long as something else keeps it alive."""

from __future__ import annotations

from typing import Final

import numpy as np

from heapnb._typing import BoolArray, IntArray
from heapnb.decode.links import nodes_named
from heapnb.graph import HeapGraph
from heapnb.graph.edges import children_of, edges_to, edges_where, is_string

_OF_VIEW: Final = ("blueprint", "directiveRegistry")
"""Properties of what views have in common (``TView``), whose names no minifier changes."""

_DESCRIPTION: Final = 1
"""The element of a view (``LView``) that describes it."""


def entries_of_view_lists(graph: HeapGraph, usable: BoolArray) -> IntArray:
    """List the usable edges from Angular's list of all views to the views.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    usable : bool[n_edges]
        Edges that may be walked.

    Returns
    -------
    int64[k]
        Edge ordinals; empty in other programs.

    Notes
    -----
    ``TRACKED_LVIEWS`` of ``@angular/core`` maps ids to views, from their creation until they are
    destroyed. What keeps a view from being destroyed is its owner: a ``ViewRef``, a component.
    """
    described = _sources(graph, _OF_VIEW[0])
    described = described[np.isin(described, _sources(graph, _OF_VIEW[1]))]
    if not len(described):
        return np.empty(0, np.int64)
    to_described = edges_to(graph, described)
    is_element = graph.edge_type[to_described] == graph.edge_type_index("element")
    is_element &= graph.edge_name[to_described] == _DESCRIPTION
    views = np.unique(graph.edge_from(to_described[is_element]))
    edges = edges_to(graph, views)
    tables = children_of(graph, nodes_named(graph, ["Map"]), ["table"])
    edges = edges[np.isin(graph.edge_from(edges), tables)]
    return edges[usable[edges]]


def _sources(graph: HeapGraph, name: str) -> IntArray:
    """List the objects that have a property."""
    edges = edges_where(graph, is_string(graph, [name]), "property")
    return np.unique(graph.edge_from(edges))


__all__ = ["entries_of_view_lists"]
