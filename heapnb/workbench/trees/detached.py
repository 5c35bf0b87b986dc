"""Detached nodes: of the DOM, or whatever native objects the embedder marks so."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from heapnb.decode.detached import detached
from heapnb.workbench.model import Column, Filter, count_of
from heapnb.workbench.rows.filtering import SIZE_FILTER, TEXT_FILTER
from heapnb.workbench.rows.node_columns import NODE_COLUMNS
from heapnb.workbench.trees.decoded import DecodedTree

if TYPE_CHECKING:
    import pandas as pd


class DetachedTree(DecodedTree):
    """Detached nodes, grouped by class."""

    key = "detached"
    title = "Detached nodes"
    description = (
        "Nodes that were removed from the document but are still retained: DOM nodes in a browser, "
        "native objects in Node.js."
    )
    label_title = "Class"
    columns: ClassVar[tuple[Column, ...]] = (
        count_of("nodes"),
        *NODE_COLUMNS,
    )
    filters: ClassVar[tuple[Filter, ...]] = (TEXT_FILTER, SIZE_FILTER)
    table = "detached()"
    text_columns = ("class_name", "name")
    label_column = "name"
    group_by = ("class_name",)

    @property
    def empty_text(self) -> str:  # type: ignore[override]  # depends on the file
        """Say what it means that there are none."""
        if self.heap.detachedness is None:
            return "This file does not record detachedness: an older version of V8 wrote it."
        return "No node is detached. Only snapshots of a browser have DOM nodes."

    def decode(self) -> pd.DataFrame:
        """Return the detached nodes."""
        return detached(self.heap)
