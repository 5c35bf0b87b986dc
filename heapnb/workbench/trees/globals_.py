"""Globals: properties of the global object, and which of them the program has added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from heapnb._typing import BoolArray
from heapnb.graph.references import spelled
from heapnb.workbench.model import LONGEST_TEXT, Column, Filter, FilterValue, Label, column
from heapnb.workbench.rows.filtering import SIZE_FILTER, TEXT_FILTER
from heapnb.workbench.rows.node_columns import NODE_COLUMNS
from heapnb.workbench.trees.table_tree import TableTree

if TYPE_CHECKING:
    import pandas as pd

_ADDED: Final = "added"
_WHOSE: Final = Filter(
    "whose", "Show", "choice", (("all", "All"), (_ADDED, "Added by the program"))
)


class GlobalsTree(TableTree, entry="globals"):
    """Global variables."""

    label_title = "Variable"
    columns: ClassVar[tuple[Column, ...]] = (column("origin"), *NODE_COLUMNS)
    filters: ClassVar[tuple[Filter, ...]] = (TEXT_FILTER, _WHOSE, SIZE_FILTER)
    text_columns = ("name", "class_name")
    label_column = "name"

    def decode(self) -> pd.DataFrame:
        """Return the variables."""
        frame = super().decode()
        return frame.assign(origin=np.where(frame["built_in"], "runtime", "program"))

    def choose(self, filters: Mapping[str, FilterValue]) -> BoolArray | None:
        """Say which variables the program has added, if a filter asks for these."""
        if filters.get(_WHOSE.key) != _ADDED:
            return None
        return ~self.frame["built_in"].to_numpy(np.bool_)

    def conditions(self, filters: Mapping[str, FilterValue]) -> Sequence[str]:
        """Write the filter by origin."""
        return ('~rows["built_in"]',) if filters.get(_WHOSE.key) == _ADDED else ()

    def labels(self, rows: pd.DataFrame) -> Sequence[Label]:
        """Label variables: the name, and what it holds."""
        values = self.node_rows.labels.of_nodes(rows["node"].to_numpy())
        return [
            (("edge", spelled("property", str(name), LONGEST_TEXT)), ("operator", " :: "), *value)
            for name, value in zip(rows["name"], values, strict=True)
        ]
