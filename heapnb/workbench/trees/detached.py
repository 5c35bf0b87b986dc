"""Detached nodes: of the DOM, or whatever native objects the embedder marks so."""

from __future__ import annotations

from typing import ClassVar

from heapnb.workbench.model import Column, count_of
from heapnb.workbench.rows.node_columns import NODE_COLUMNS
from heapnb.workbench.trees.table_tree import TableTree


class DetachedTree(TableTree, entry="detached"):
    """Detached nodes, grouped by class."""

    title = "Detached nodes"
    label_title = "Class"
    columns: ClassVar[tuple[Column, ...]] = (count_of("nodes"), *NODE_COLUMNS)
    text_columns = ("class_name", "name")
    label_column = "name"

    @property
    def empty_text(self) -> str:  # type: ignore[override]  # depends on the file
        """Say what it means that there are none."""
        if self.heap.detachedness is None:
            return "This file does not record detachedness: an older version of V8 wrote it."
        return self.entry.empty_text
