"""Columns that every row of a node has."""

from __future__ import annotations

from typing import Final

from heapnb.workbench.model import Column

DISTANCE: Final = Column(
    "distance", "Distance", "distance", "Edges from the program's roots, by the shortest way."
)
SHALLOW_SIZE: Final = Column(
    "shallow_size", "Shallow size", "bytes", "Bytes of the object itself and what it alone owns."
)
RETAINED_SIZE: Final = Column(
    "retained_size", "Retained size", "bytes", "Bytes that would be free if the object went."
)
NODE_COLUMNS: Final = (DISTANCE, SHALLOW_SIZE, RETAINED_SIZE)
"""Columns of every row that is a node."""
