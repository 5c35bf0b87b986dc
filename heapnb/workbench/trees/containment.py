"""Containment: from the roots along all edges.

Keys: ``e`` and the number of an edge, from the root on.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from heapnb._typing import NodeArray
from heapnb.analysis.retention.paths import preferred_path
from heapnb.workbench.model import Page, Window
from heapnb.workbench.python_code import node_code, table_code
from heapnb.workbench.rows.node_rows import LONGEST_WAY
from heapnb.workbench.rows.row_keys import split_key
from heapnb.workbench.trees.node_tree import NodeTree


class ContainmentTree(NodeTree):
    """What the root refers to, and what that refers to.

    Parameters
    ----------
    workbench : Workbench
        What is browsed.
    """

    key: ClassVar[str] = "containment"
    title: ClassVar[str] = "Containment"
    description: ClassVar[str] = "All references from the GC roots down."

    def rows(self, parent: str | None, window: Window) -> Page:
        """Return rows at the top (parent is None) or below a row."""
        parts = [] if parent is None else split_key(parent)
        return self.node_rows.below(parent, self.heap.root, parts, window)

    def nodes(self, key: str) -> NodeArray:
        """Return the ordinal of the node that a row stands for."""
        return np.array([self.node_rows.follow(key, self.heap.root, split_key(key))], np.uint32)

    def locate(self, node: int, window: Window) -> tuple[tuple[str, int], ...] | None:
        """Return the preferred path from the root: key and place at each level."""
        path = preferred_path(self.heap, node)
        if path is None or not 0 < len(path.edges) <= LONGEST_WAY:
            return None
        return self.node_rows.way(None, path.edges.tolist(), window)

    def python(self, key: str | None, window: Window) -> str:
        """Return the expression for what the root refers to, or a row's node."""
        node = self.heap.root if key is None else int(self.nodes(key)[0])
        code = node_code(self.workbench.expression, self.heap.node_id[[node]])
        if key is not None:
            return code
        columns = {"edge_name", *(column.key for column in self.columns)}
        return table_code(f"{code}.edges()", columns, (), window, "edge_name")
