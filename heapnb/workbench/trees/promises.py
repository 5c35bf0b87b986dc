"""Promises: pending or settled, and what waits for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from heapnb.decode.promises import promises
from heapnb.views.columns import is_missing
from heapnb.workbench.model import Column, Label, column, count_of
from heapnb.workbench.rows.labels import function_label
from heapnb.workbench.rows.node_columns import NODE_COLUMNS
from heapnb.workbench.trees.decoded import DecodedTree

if TYPE_CHECKING:
    import pandas as pd


class PromisesTree(DecodedTree):
    """Promises, grouped by state and by what goes on once they are settled."""

    key = "promises"
    title = "Promises"
    description = (
        "Promises by state, and by the function that goes on when they are settled. Many pending "
        "ones of one function wait for something that does not happen."
    )
    label_title = "Promise"
    columns: ClassVar[tuple[Column, ...]] = (
        count_of("promises"),
        column("reaction_count"),
        column("awaited_by"),
        *NODE_COLUMNS,
    )
    table = "promises()"
    text_columns = ("handler", "awaited_by", "returned_by", "variable", "location")
    label_column = "handler"
    group_by = ("state", "handler", "location")
    group_label_column = "handler"
    empty_text = "This heap has no promises."

    def decode(self) -> pd.DataFrame:
        """Return the promises."""
        return promises(self.heap)

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
