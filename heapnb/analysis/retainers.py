"""What refers to a node: DevTools' Retainers pane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from heapnb import vocab
from heapnb._typing import IntArray
from heapnb.graph import HeapGraph
from heapnb.places import location_text

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
        DevTools shows it), ``distance`` (`UNREACHED` where no search reaches it),
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

    edges = graph.retaining_edges_of(node).astype(np.int64)
    left_out = [graph.edge_type_index(name) for name in _LEFT_OUT]
    edges = edges[~np.isin(graph.edge_type[edges], left_out)]
    sources = graph.edge_from(edges)
    edges, sources = edges[sources != graph.root], sources[sources != graph.root]
    frame = edges_at(graph, edges, sources)
    distance = graph.distance[sources]
    frame["distance"] = np.where(distance == vocab.NO_DISTANCE, np.int32(UNREACHED), distance)
    frame["location"] = texts(_locations(graph, sources))
    names = pa.array(frame["name"], pa.large_string())
    order = np.lexsort((-edges, text_ranks(names), frame["distance"]))
    return frame.iloc[order].reset_index(drop=True)[list(_COLUMNS)]


def _locations(graph: HeapGraph, nodes: IntArray) -> pa.LargeStringArray:
    rows, place = np.unique(graph.location_of[nodes], return_inverse=True)
    shown = pa.array([location_text(graph, row) for row in rows.tolist()], pa.large_string())
    return shown.take(pa.array(place))
