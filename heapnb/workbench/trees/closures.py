"""Closures: functions by name and place, what they capture, and with whom they share it.

Below a closure are the variables of its own context (``v`` and an edge in a key), then the
contexts that it keeps alive (``c`` and an ordinal): its own, and those around it. Below a context
are its variables, and the closures that share it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from heapnb import vocab
from heapnb._typing import IntArray
from heapnb.decode.links import edges_of_type, has_type
from heapnb.graph.edges import internal_child
from heapnb.views import fmt
from heapnb.workbench.model import Label, Page, Row, Window
from heapnb.workbench.rows.labels import function_label, named
from heapnb.workbench.rows.row_keys import no_row, parse_part
from heapnb.workbench.trees.grouped_frame import NODE
from heapnb.workbench.trees.sections import Section, joined, section_of, with_label
from heapnb.workbench.trees.table_tree import TableTree

if TYPE_CHECKING:
    import pandas as pd

_MOST_CONTEXTS: Final = 32


class ClosuresTree(TableTree, entry="closures"):
    """Functions, grouped by name and the place where they are written."""

    def labels(self, rows: pd.DataFrame) -> Sequence[Label]:
        """Label closures; where they are written stands above them."""
        return [function_label(name) for name in rows["function"]]

    # -- below a closure --------------------------------------------------------------------

    def below(self, key: str, row: int, window: Window) -> Page:
        """List what a closure captures."""
        return self._captured(key, int(self.frame[NODE].iloc[row]), window)

    def below_part(self, key: str, node: int, part: str, window: Window) -> Page:
        """List what is below a variable, a context or a closure that shares one."""
        if part.startswith("c"):
            return self._context_page(key, node, window)
        if part.startswith("n"):
            return self._captured(key, node, window)
        return super().below_part(key, node, part, window)

    def follow(self, key: str, node: int, part: str) -> int:
        """Follow one part of a key from the node above."""
        kind, number = parse_part(key, part)
        if kind == "v":
            scope = node if self._is_context(node) else self._own_context(node)
            if scope is None:
                raise no_row(key)
            return super().follow(key, scope, f"e{number}")
        if kind == "c":
            if number >= self.heap.n_nodes or not self._is_context(number):
                raise no_row(key)
            return number
        return super().follow(key, node, part)

    def _captured(self, key: str, closure: int, window: Window) -> Page:
        contexts = self._contexts_of(closure)
        if not contexts:
            return self.node_rows.children(key, closure, window)

        def make_contexts(offset: int, limit: int) -> list[Row]:
            return [
                self._context_row(f"{key}/c{node}", node, is_own=node == contexts[0])
                for node in contexts[offset : offset + limit]
            ]

        return joined(window, [self._variables(key, contexts[0]), (len(contexts), make_contexts)])

    def _context_page(self, key: str, context: int, window: Window) -> Page:
        closures_of = self._sharing(context)
        sharing = section_of(
            lambda part: self.node_rows.page_of(key, ("sharing", context), closures_of, part),
            window,
        )
        return joined(window, [self._variables(key, context), sharing])

    def _variables(self, key: str, context: int) -> Section:
        _, edges = edges_of_type(self.heap, np.array([context]), "context")

        def make(offset: int, limit: int) -> Sequence[Row]:
            shown = edges[offset : offset + limit]
            keys = [f"{key}/v{edge}" for edge in shown.tolist()]
            return self.node_rows.rows(keys, self.heap.edge_to[shown], edges=shown)

        return len(edges), make

    def _context_row(self, key: str, context: int, *, is_own: bool) -> Row:
        (row,) = self.node_rows.rows([key], np.array([context]))
        n_sharing = len(self._sharing(context))
        shared = f" shared by {fmt.plural(n_sharing, 'closure')}" if n_sharing > 1 else ""
        behind: Label = (("badge", shared),) if shared else ()
        return with_label(row, named("own context" if is_own else "outer context"), behind)

    # -- contexts ---------------------------------------------------------------------------

    def _is_context(self, node: int) -> bool:
        return self.heap.name(node).startswith(vocab.CONTEXT_NAME)

    def _own_context(self, closure: int) -> int | None:
        found = internal_child(self.heap, closure, "context")
        return found if found is not None and self._is_context(found) else None

    def _contexts_of(self, closure: int) -> list[int]:
        """List the context of a closure and those around it."""
        found: list[int] = []
        context = self._own_context(closure)
        while context is not None and len(found) < _MOST_CONTEXTS and context not in found:
            found.append(context)
            context = internal_child(self.heap, context, "previous")
            if context is not None and not self._is_context(context):
                break
        return found

    def _sharing(self, context: int) -> IntArray:
        """Find the closures that have a context for their own."""
        edges = self.heap.retaining_edges_of(context).astype(np.int64)
        is_own = self.heap.edge_type[edges] == self.heap.edge_type_index("internal")
        sources = self.heap.edge_from(edges[is_own])
        return sources[has_type(self.heap, sources, "closure")]
