"""Detached trees of the DOM, or whatever native objects the embedder marks so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from heapnb.workbench.model import Column, Label, column, count_of
from heapnb.workbench.rows.labels import held_by_label
from heapnb.workbench.rows.node_columns import NODE_COLUMNS
from heapnb.workbench.trees.table_tree import TableTree

if TYPE_CHECKING:
    import pandas as pd


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

    def group_labels(self, groups: pd.DataFrame) -> Sequence[Label]:
        """Label groups by class and by what holds the trees."""
        pairs = zip(groups["class_name"], groups["held_by"], strict=True)
        return [held_by_label(*pair) for pair in pairs]

    @property
    def empty_text(self) -> str:  # type: ignore[override]  # depends on the file
        """Say what it means that there are none."""
        if self.heap.detachedness is None:
            return "This file does not record detachedness: an older version of V8 wrote it."
        return self.entry.empty_text
