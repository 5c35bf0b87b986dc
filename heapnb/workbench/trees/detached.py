"""Detached trees of the DOM, or whatever native objects the embedder marks so."""

from __future__ import annotations

from typing import ClassVar

from heapnb.workbench.model import Column, column, count_of
from heapnb.workbench.rows.node_columns import NODE_COLUMNS
from heapnb.workbench.trees.table_tree import TableTree


class DetachedTree(TableTree, entry="detached"):
    """Detached trees, grouped by class and by what holds them."""

    title = "Detached trees"
    label_title = "Class"
    columns: ClassVar[tuple[Column, ...]] = (
        count_of("trees"),
        *map(column, ("kind", "dom_nodes", "component")),
        *NODE_COLUMNS,
    )
    text_columns = ("class_name", "name", "held_by", "component")
    label_column = "name"

    @property
    def empty_text(self) -> str:  # type: ignore[override]  # depends on the file
        """Say what it means that there are none."""
        if self.heap.detachedness is None:
            return "This file does not record detachedness: an older version of V8 wrote it."
        return self.entry.empty_text
