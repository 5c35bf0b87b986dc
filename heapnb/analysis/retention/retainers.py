"""What refers to a node: DevTools' Retainers pane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from heapnb import vocab
from heapnb._typing import DistanceArray, NodeArray, OffsetArray
from heapnb.graph import HeapGraph
from heapnb.graph.locations import location_text
from heapnb.kernels.ordering import retainers_of

if TYPE_CHECKING:
    import pandas as pd

UNREACHED: Final = 200_000_000
"""The distance of retainers that no search reaches, as the pane has it."""

_LEFT_OUT: Final = ("weak", "invisible")
_COLUMNS: Final = (
    "node_id",
    "class_name",
    "name",
    "edge_type",
    "edge_name",
    "distance",
    "shallow_size",
    "retained_size",
    "location",
)


def retainers(graph: HeapGraph, node: int) -> pd.DataFrame:
    """List what refers to a node, in the order of DevTools' Retainers pane.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal.

    Returns
    -------
    pandas.DataFrame
        One row an edge. Of the retaining node ``node_id``, ``class_name``, ``name`` (as
        DevTools shows it), ``distance`` (``<NA>`` where the program's roots do not reach it),
        ``shallow_size``, ``retained_size`` and ``location`` (``file.js:12:5``, or missing); of
        the edge ``edge_type`` and ``edge_name``. The closest to the roots first.

    Notes
    -----
    As in DevTools, weak edges and those of the root are left out, while edges that do not
    retain for other reasons are there.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>a a>b b.first>c a.second>c a~third>c")
    >>> found = retainers(builder.graph(), builder.ordinal("c"))
    >>> found[["class_name", "edge_name", "distance"]]
      class_name edge_name  distance
    0          a    second         1
    1          b     first         2
    """
    from heapnb.frames import edges_at, text_ranks, texts

    edges, sources = retaining_edges(graph, node)
    frame = edges_at(graph, edges, sources)
    frame["location"] = texts(_locations(graph, sources))
    names = pa.array(frame["name"], pa.large_string())
    order = np.lexsort((text_ranks(names), shown_distances(graph.distance[sources])))
    return frame.iloc[order].reset_index(drop=True)[list(_COLUMNS)]


def retaining_edges(graph: HeapGraph, node: int) -> tuple[OffsetArray, NodeArray]:
    """Return the edges that the Retainers pane shows for a node, and where they come from.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal.

    Returns
    -------
    edges : unsigned[k]
        Edge ordinals in descending order, in which the pane leaves what is equal otherwise.
    sources : uint32[k]
        The retaining nodes.
    """
    candidates = graph.retaining_edges_of(node)
    is_shown = np.ones(1 << 8, np.bool_)
    for name in _LEFT_OUT:
        left_out = graph.edge_type_index(name)
        if left_out != vocab.NO_INDEX:
            is_shown[left_out] = False
    edges = np.empty_like(candidates)
    sources = np.empty(len(candidates), np.uint32)
    n_shown = retainers_of(
        graph.first_edge, graph.edge_type, is_shown, graph.root, candidates, edges, sources
    )
    start = len(candidates) - n_shown
    return edges[start:], sources[start:]


def shown_distances(distance: DistanceArray, without: DistanceArray | None = None) -> DistanceArray:
    """Return distances as the Retainers pane has them, as ``int32[k]``."""
    measured = distance if without is None else without
    if not (measured == vocab.NO_DISTANCE).any():
        return measured
    beyond = np.int32(UNREACHED) + np.maximum(distance, 0)
    return np.where(measured == vocab.NO_DISTANCE, beyond, measured)


def _locations(graph: HeapGraph, nodes: NodeArray) -> pa.LargeStringArray:
    rows, place = np.unique(graph.location_of[nodes], return_inverse=True)
    shown = pa.array([location_text(graph, row) for row in rows.tolist()], pa.large_string())
    return shown.take(pa.array(place))
