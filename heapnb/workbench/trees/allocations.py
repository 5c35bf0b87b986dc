"""Allocations: the functions that allocated, and below each what called it, as in DevTools.

Below a function or caller are its live objects (``o0``, below it ``n`` and an ordinal) and its
callers (``k`` and the number of a function), then the same again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from heapnb._typing import NodeArray
from heapnb.analysis.allocation.allocations import Allocations, allocations
from heapnb.analysis.allocation.callers import StackGroup, callers_of, stacks_of
from heapnb.graph.traces import frame_of
from heapnb.views import fmt
from heapnb.workbench.model import Cell, Column, Label, Page, Row, Window, column
from heapnb.workbench.python_code import node_code
from heapnb.workbench.rows.labels import function_label
from heapnb.workbench.rows.row_keys import no_row, parse_part
from heapnb.workbench.trees.decoded import DecodedTree
from heapnb.workbench.trees.sections import joined, section_of_rows

if TYPE_CHECKING:
    import pandas as pd

_OBJECTS: Final = "o0"


class AllocationsTree(DecodedTree):
    """Functions by what they allocated during the recording, with their callers."""

    key = "allocations"
    title = "Allocations"
    description = (
        "Functions that allocated objects while allocations were recorded. Below each are its live "
        "objects and the functions that called it."
    )
    label_title = "Function"
    columns: ClassVar[tuple[Column, ...]] = (
        column("live_count"),
        column("live_size"),
        column("allocation_count"),
        # Most of what was allocated is collected: it has no share of the heap.
        replace(column("allocation_size"), kind="plain_bytes"),
        column("retained_size", doc="Bytes that the live objects retain, each counted once."),
    )
    default_sort: ClassVar[tuple[str | None, bool]] = ("live_size", True)
    table = "allocations().table"
    text_columns = ("function", "location")
    label_column = "function"
    empty_text = "The recording has no allocations."

    @cached_property
    def result(self) -> Allocations:
        """What the functions allocated."""
        return allocations(self.heap)

    def decode(self) -> pd.DataFrame:
        """Return the functions."""
        return self.result.table.copy()

    def labels(self, rows: pd.DataFrame) -> Sequence[Label]:
        """Label functions."""
        places = zip(rows["function"], rows["location"], strict=True)
        return [function_label(*place) for place in places]

    def has_more(self, rows: pd.DataFrame) -> Sequence[bool]:
        """Say that every function can be expanded."""
        return [True] * len(rows)

    # -- below a function -------------------------------------------------------------------

    def rows(self, parent: str | None, window: Window) -> Page:
        """Return rows at the top (parent is None) or below a row."""
        if parent is None:
            return super().rows(None, window)
        _, row, parts = self._parse(parent)
        group, rest = self._group_of(parent, row or 0, parts)
        if not rest:
            return joined(window, [section_of_rows(self._below(parent, group))])
        if rest == [_OBJECTS]:
            name = ("allocations", *parts, row)
            page = self.node_rows.page_of(parent, name, self._live(group), window)
            return replace(page, rows=tuple(map(_with_live_size, page.rows)))
        return self.below_part(parent, self.node_at(parent, row or 0, parts), rest[-1], window)

    def _group_of(self, key: str, row: int, parts: Sequence[str]) -> tuple[StackGroup, list[str]]:
        """Follow the callers in a key; return the stacks, and the rest of the key."""
        group = stacks_of(self.heap, int(self.result.rows[row]))
        rest = list(parts)
        while rest and rest[0].startswith("k"):
            _, function = parse_part(key, rest.pop(0))
            found = [one for one in callers_of(self.heap, group) if one.function == function]
            if not found:
                raise no_row(key)
            group = found[0]
        return group, rest

    def _below(self, key: str, group: StackGroup) -> list[Row]:
        """List the live objects, then the callers: those with most live bytes first."""
        live_count, live_size, *_ = group.sums(self.heap)
        label: Label = (("badge", "Objects"), ("soft", f" {fmt.plural(live_count, 'object')}"))
        cells: dict[str, Cell] = {"live_count": live_count, "live_size": live_size}
        objects = [Row(f"{key}/{_OBJECTS}", label, cells, expandable=True)] if live_count else []
        callers = [(one, one.sums(self.heap)) for one in callers_of(self.heap, group)]
        callers.sort(key=lambda one: -one[1][1])
        return objects + [self._caller(key, one, sums) for one, sums in callers]

    def _caller(self, key: str, group: StackGroup, sums: Sequence[int]) -> Row:
        frame = frame_of(self.heap, group.function)
        masked = self.workbench.masking.text
        place = None if frame.location is None else masked(frame.location)
        names = [one.key for one in self.columns]
        return Row(
            f"{key}/k{group.function}",
            (("operator", "called by "), *function_label(masked(frame.function), place)),
            dict(zip(names, sums, strict=False)),
            expandable=True,
        )

    def _live(self, group: StackGroup) -> NodeArray:
        return group.nodes(self.heap).astype(np.uint32)

    # -- nodes ------------------------------------------------------------------------------

    def nodes(self, key: str) -> NodeArray:
        """Return the live objects of a function or caller, or the node of a row below them."""
        _, row, parts = self._parse(key)
        group, rest = self._group_of(key, row or 0, parts)
        if not rest or rest == [_OBJECTS]:
            return self._live(group)
        return np.array([self.node_at(key, row or 0, parts)], np.uint32)

    def node_at(self, key: str, row: int, parts: Sequence[str]) -> int:
        """Follow the parts of a key: callers, the objects, one of these, then as in every tree."""
        _, rest = self._group_of(key, row, parts)
        if len(rest) < 2 or rest[0] != _OBJECTS:  # noqa: PLR2004  objects, and one of them
            raise no_row(key)
        node = -1
        for part in rest[1:]:
            node = self.follow(key, node, part)
        return node

    def python(self, key: str | None, window: Window) -> str:
        """Return the expression for the table, or for the objects of a row."""
        if key is None:
            return super().python(None, window)
        return node_code(self.workbench.expression, self.heap.node_id[self.nodes(key)])


def _with_live_size(row: Row) -> Row:
    """Show the shallow size of an object in the column of live bytes."""
    return replace(row, cells={**row.cells, "live_size": row.cells.get("shallow_size")})


__all__ = ["AllocationsTree"]
