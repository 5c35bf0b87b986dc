"""From arrays to DataFrames: the columns of nodes, edges and strings, and their texts.

Tables of everything hold texts as categories: numbers into one table of names, which all of a
snapshot's frames share. Tables of some nodes or edges hold the texts themselves. Sizes are
integers in bytes. A missing value is ``<NA>``.
"""

from __future__ import annotations

from heapnb.frames.columns import categorical, masked, texts
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
    "categorical",
    "display_names",
    "display_ranks",
    "edge_labels",
    "edges_at",
    "edges_frame",
    "masked",
    "node_columns",
    "node_names",
    "nodes_at",
    "nodes_frame",
    "nodes_where",
    "strings_frame",
    "text_ranks",
    "texts",
    "texts_matching",
]
