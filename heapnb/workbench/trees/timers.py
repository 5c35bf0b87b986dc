"""Timers: what they call, after how long, and whether they are still scheduled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from heapnb.decode.timers import timers
from heapnb.workbench.model import Column, Label, column, count_of
from heapnb.workbench.rows.labels import function_label
from heapnb.workbench.rows.node_columns import NODE_COLUMNS
from heapnb.workbench.trees.decoded import DecodedTree

if TYPE_CHECKING:
    import pandas as pd


class TimersTree(DecodedTree):
    """Timers, grouped by what they call."""

    key = "timers"
    title = "Timers"
    description = "Timeouts, intervals and immediates of Node.js, by the function that they call."
    label_title = "Function"
    columns: ClassVar[tuple[Column, ...]] = (
        count_of("timers"),
        column("kind"),
        column("state"),
        column("delay"),
        *NODE_COLUMNS,
    )
    table = "timers()"
    text_columns = ("function", "location")
    label_column = "function"
    group_by = ("function", "location")
    empty_text = "This heap has no timers of Node.js. Timers of a web page are not listed."

    def decode(self) -> pd.DataFrame:
        """Return the timers."""
        return timers(self.heap)

    def group_labels(self, groups: pd.DataFrame) -> Sequence[Label]:
        """Label functions."""
        return [
            function_label(name, place)
            for name, place in zip(groups["function"], groups["location"], strict=True)
        ]
