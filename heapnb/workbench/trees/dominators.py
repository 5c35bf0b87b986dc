"""Dominators: the nodes that each node alone keeps alive.

Keys: ``d`` and an ordinal, from what the root immediately dominates on.
"""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from heapnb._typing import AnyArray, NodeArray
from heapnb.analysis.retention.dominators import dominating_edges
from heapnb.kernels.chains import dominator_chain
from heapnb.workbench.model import Page, Window
from heapnb.workbench.python_code import node_code, table_code
from heapnb.workbench.rows.filtering import left_out, minimum
from heapnb.workbench.rows.node_rows import LONGEST_WAY
from heapnb.workbench.rows.row_keys import no_row, parse_part, split_key
from heapnb.workbench.trees.node_tree import NodeTree


class DominatorsTree(NodeTree):
    """The dominator tree; what a real edge joins to its dominator says which.

    Parameters
    ----------
    workbench : Workbench
        What is browsed.
    """

    key: ClassVar[str] = "dominators"
    title: ClassVar[str] = "Dominators"
    description: ClassVar[str] = "Objects that each object alone keeps alive, the largest first."

    def rows(self, parent: str | None, window: Window) -> Page:
        """Return rows at the top (parent is None) or below a row."""
        node = self.heap.root if parent is None else self._node(parent)
        children, n_left_out = self._children(node, window)
        shown = children[self.node_rows.places(self._order_name(node, window), children, window)]
        prefix = "" if parent is None else f"{parent}/"
        edges = dominating_edges(self.heap, shown)
        rows = self.node_rows.rows(
            [f"{prefix}d{child}" for child in shown.tolist()],
            shown,
            edges=edges,
            flags=[("edge",) if edge >= 0 else () for edge in edges.tolist()],
        )
        first = self.heap.first_dominated
        has_children = (first[shown + 1] > first[shown]).tolist()
        rows = tuple(
            dataclasses.replace(row, expandable=has_more)
            for row, has_more in zip(rows, has_children, strict=True)
        )
        return Page(rows, len(children), window.offset, left_out(n_left_out))

    def _children(self, node: int, window: Window) -> tuple[NodeArray, int]:
        """Return what a node immediately dominates, and how many of it are too small."""
        first = self.heap.first_dominated
        children = self.heap.dominated[int(first[node]) : int(first[node + 1])]
        least = minimum(window)
        if not least:
            return children, 0
        kept = children[self.heap.retained_size[children] >= least]
        return kept, len(children) - len(kept)

    def _order_name(self, node: int, window: Window) -> tuple[object, ...]:
        return (self.key, node, minimum(window))

    # -- the protocol -----------------------------------------------------------------------

    def nodes(self, key: str) -> NodeArray:
        """Return the ordinal of the node that a row stands for."""
        return np.array([self._node(key)], np.uint32)

    def locate(self, node: int, window: Window) -> tuple[tuple[str, int], ...] | None:
        """Return the path from the root: key and place at each level."""
        chain = np.empty(self.heap.n_nodes, np.uint32)
        length = dominator_chain(self.heap.dominator, node, chain)
        if not 0 < length <= LONGEST_WAY:
            return None
        way: list[tuple[str, int]] = []
        above = chain[:length][::-1].tolist()
        for parent, child in zip(above, [*above[1:], node], strict=True):
            children, _ = self._children(parent, window)
            place = self._place(parent, children, child, window)
            if place is None:
                return None
            prefix = f"{way[-1][0]}/" if way else ""
            way.append((f"{prefix}d{child}", place))
        return tuple(way)

    def _place(self, parent: int, children: AnyArray, child: int, window: Window) -> int | None:
        at = int(np.searchsorted(children, child))
        if at == len(children) or children[at] != child:
            return None
        name = self._order_name(parent, window)
        return self.node_rows.place_of(name, children, child, window)

    def python(self, key: str | None, window: Window) -> str:
        """Return the expression for the top of the tree, or a row's node."""
        snapshot = self.workbench.expression
        if key is not None:
            return node_code(snapshot, self.heap.node_id[self.nodes(key)])
        columns = {"name", *(column.key for column in self.columns)} - {"distance"}
        return table_code(f"{snapshot}.dominators(top=None)", columns, (), window, "name")

    def _node(self, key: str) -> int:
        node = self.heap.root
        for part in split_key(key):
            kind, child = parse_part(key, part)
            is_child = child < self.heap.n_nodes and int(self.heap.dominator[child]) == node
            if kind != "d" or not is_child or child == node:
                raise no_row(key)
            node = child
        return node
