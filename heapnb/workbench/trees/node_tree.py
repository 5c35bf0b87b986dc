"""What trees have in common whose rows are nodes at every level."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from heapnb.workbench.model import Column, Effort, Filter
from heapnb.workbench.rows.filtering import SIZE_FILTER
from heapnb.workbench.rows.node_columns import NODE_COLUMNS, RETAINED_SIZE

if TYPE_CHECKING:
    from heapnb.workbench.subject import Workbench


class NodeTree:
    """Columns, filters and order of nodes; the largest first.

    Parameters
    ----------
    workbench : Workbench
        What is browsed.
    """

    label_title: ClassVar[str] = "Object"
    columns: ClassVar[tuple[Column, ...]] = NODE_COLUMNS
    filters: ClassVar[tuple[Filter, ...]] = (SIZE_FILTER,)
    lists_every_node: ClassVar[bool] = True
    effort: ClassVar[Effort] = "none"
    default_sort: ClassVar[tuple[str | None, bool]] = (RETAINED_SIZE.key, True)

    def __init__(self, workbench: Workbench) -> None:
        self.workbench = workbench
        self.heap = workbench.heap
        self.node_rows = workbench.rows
