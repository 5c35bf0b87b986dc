"""Captured variables that no living closure reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from heapnb.workbench.model import Label
from heapnb.workbench.rows.labels import function_label
from heapnb.workbench.trees.table_tree import TableTree

if TYPE_CHECKING:
    import pandas as pd


class DeadVariablesTree(TableTree, entry="dead_variables"):
    """Dead variables, grouped by their name and the function that declares them."""

    def group_labels(self, groups: pd.DataFrame) -> Sequence[Label]:
        """Label groups: the variable, and the function; both are masked already."""
        return [
            (("edge", str(variable)), ("operator", " in "), *function_label(function, location))
            for variable, function, location in zip(
                groups["variable"], groups["function"], groups["location"], strict=True
            )
        ]
