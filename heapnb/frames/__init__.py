"""From arrays to DataFrames: the columns of nodes, edges and strings, and their texts.

Texts are strings, not categories: a category lists absent values in ``value_counts``, sorts by
its number, and does not combine with that of another snapshot. Ids, sizes (bytes) and counts are
signed, so that a difference may be negative. A missing value is ``<NA>``.
"""

from __future__ import annotations

from heapnb.frames.columns import distances, known_distance, masked, named, signed, texts
from heapnb.frames.labels import display_names, display_ranks, edge_labels, node_names, text_ranks
from heapnb.frames.searching import nodes_where, texts_matching
from heapnb.frames.tables import (
    NODE_COLUMNS,
    edges_at,
    edges_frame,
    node_columns,
    nodes_at,
    nodes_frame,
    strings_frame,
)

__all__ = [
    "NODE_COLUMNS",
    "display_names",
    "display_ranks",
    "distances",
    "edge_labels",
    "edges_at",
    "edges_frame",
    "known_distance",
    "masked",
    "named",
    "node_columns",
    "node_names",
    "nodes_at",
    "nodes_frame",
    "nodes_where",
    "signed",
    "strings_frame",
    "text_ranks",
    "texts",
    "texts_matching",
]
