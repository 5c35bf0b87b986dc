"""The heap as a graph: columns of a snapshot, and what follows from them."""

from __future__ import annotations

from heapnb.graph.heap import (
    DerivedStore,
    Ephemerons,
    HeapGraph,
    ProgressReporter,
    open_graph,
    string_buffers,
)

__all__ = [
    "DerivedStore",
    "Ephemerons",
    "HeapGraph",
    "ProgressReporter",
    "open_graph",
    "string_buffers",
]
