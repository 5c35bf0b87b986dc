"""Promises: pending or settled, and what waits for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from heapnb.views.columns import is_missing
from heapnb.workbench.model import Label
from heapnb.workbench.rows.labels import function_label
from heapnb.workbench.trees.table_tree import TableTree

if TYPE_CHECKING:
    import pandas as pd


class PromisesTree(TableTree, entry="promises"):
    """Promises, grouped by state and by the code that awaits them."""

    label_title = "Promise"
    text_columns = ("handler", "awaited_by", "returned_by", "variable", "location")
    label_column = "handler"
    group_label_column = "handler"

    def group_labels(self, groups: pd.DataFrame) -> Sequence[Label]:
        """Label groups: the state, and the function."""
        return [
            self._group_label(*values)
            for values in zip(groups["state"], groups["handler"], groups["location"], strict=True)
        ]

    def _group_label(self, state: object, handler: object, location: object) -> Label:
        label: Label = (("class", "pending or settled" if is_missing(state) else str(state)),)
        if is_missing(handler):
            return (*label, ("soft", ", no known reaction"))
        return (*label, ("operator", ", then "), *function_label(handler, location))
