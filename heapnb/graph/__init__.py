"""The heap as a graph: columns of a snapshot, and what follows from them."""

from __future__ import annotations

from heapnb.graph.columns import string_buffers
from heapnb.graph.derivation import Derived, DerivedStore, derived
from heapnb.graph.ephemerons import Ephemerons
from heapnb.graph.heap import HeapGraph
from heapnb.graph.opening import open_graph
from heapnb.progress import ProgressReporter

__all__ = [
    "Derived",
    "DerivedStore",
    "Ephemerons",
    "HeapGraph",
    "ProgressReporter",
    "derived",
    "open_graph",
    "string_buffers",
]
