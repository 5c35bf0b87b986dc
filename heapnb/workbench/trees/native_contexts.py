"""Native contexts: pages, frames, workers and ``vm`` contexts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from heapnb.workbench.model import Column, Label, column, count_of
from heapnb.workbench.rows.node_columns import NODE_COLUMNS
from heapnb.workbench.trees.table_tree import TableTree

if TYPE_CHECKING:
    import pandas as pd


class NativeContextsTree(TableTree, entry="native_contexts"):
    """Native contexts by what they are of; what is shared or of none has no node."""

    label_title = "Context"
    # A badge says which are detached.
    columns: ClassVar[tuple[Column, ...]] = (
        column("name"),
        count_of("objects"),
        *NODE_COLUMNS,
    )

    def labels(self, rows: pd.DataFrame) -> Sequence[Label]:
        """Label contexts by what each is of."""
        return [(("class", kind),) for kind in rows["kind"]]
