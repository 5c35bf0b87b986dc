"""Columns that every row of a node has."""

from __future__ import annotations

from typing import Final

from heapnb.workbench.model import column

DISTANCE: Final = column("distance")
SHALLOW_SIZE: Final = column("shallow_size")
RETAINED_SIZE: Final = column("retained_size")
NODE_COLUMNS: Final = (DISTANCE, SHALLOW_SIZE, RETAINED_SIZE)
"""Columns of every row that is a node."""
