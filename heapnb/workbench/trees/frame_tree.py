"""Trees made from a DataFrame: its rows, grouped on request, and below each its references.

Keys: ``g`` and a number for a group, ``r`` and a number for a row of the frame, then edges as in
every tree.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pyarrow as pa

from heapnb import vocab
from heapnb._typing import BoolArray, IntArray, NodeArray
from heapnb.views import fmt
from heapnb.views.columns import is_missing
from heapnb.workbench.model import (
    LABEL,
    LONGEST_TEXT,
    Cell,
    Column,
    Effort,
    Filter,
    FilterValue,
    Label,
    Page,
    Row,
    Window,
)
from heapnb.workbench.python_code import node_code, table_code
from heapnb.workbench.rows.filtering import SIZE_FILTER, TEXT_FILTER, matching, minimum
from heapnb.workbench.rows.node_columns import NODE_COLUMNS, RETAINED_SIZE
from heapnb.workbench.rows.ordering import Key, Orders
from heapnb.workbench.rows.row_keys import no_row, parse_part, split_key
from heapnb.workbench.trees.grouped_frame import NODE, GroupedFrame, group_keys

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.workbench.subject import Workbench


class FrameTree(ABC):
    """A table of a frame's rows, with nodes below them.

    A subclass sets what is declared here and makes the frame. Each row may stand for a node, by
    a column ``node_id``; columns of nodes that the frame lacks are looked up.

    Parameters
    ----------
    workbench : Workbench
        What is browsed.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    label_title: ClassVar[str] = "Object"
    columns: ClassVar[tuple[Column, ...]] = NODE_COLUMNS
    filters: ClassVar[tuple[Filter, ...]] = (TEXT_FILTER, SIZE_FILTER)
    lists_every_node: ClassVar[bool] = False
    effort: ClassVar[Effort] = "decode"
    default_sort: ClassVar[tuple[str | None, bool]] = (RETAINED_SIZE.key, True)

    table: ClassVar[str]
    """What gives the frame in Python, after ``snap.``, such as ``closures()``."""

    text_columns: ClassVar[tuple[str, ...]] = ()
    """Columns in which the text filter looks; one match is enough."""

    label_column: ClassVar[str]
    """Column by which rows are sorted where their labels are to be."""

    group_by: ClassVar[tuple[str, ...]] = ()
    """Columns whose equal values make a group; without any, rows are at the top."""

    group_label_column: ClassVar[str | None] = None
    """The same as `label_column` for groups; the first column of `group_by` by default."""

    def __init__(self, workbench: Workbench) -> None:
        self.workbench = workbench
        self.heap = workbench.heap
        self.node_rows = workbench.rows
        self._orders = Orders()
        self._distinct: dict[str, pa.DictionaryArray] = {}
        self._chosen: tuple[object, IntArray] | None = None
        self._grouped: tuple[object, pd.DataFrame] | None = None

    # -- what a subclass says ---------------------------------------------------------------

    @abstractmethod
    def make_frame(self) -> pd.DataFrame:
        """Make the frame, once; its index does not matter."""

    def labels(self, rows: pd.DataFrame) -> Sequence[Label]:
        """Label some rows of the frame; by default by their nodes."""
        return self.node_rows.labels.of_nodes(rows[NODE].to_numpy())

    def group_labels(self, groups: pd.DataFrame) -> Sequence[Label]:
        """Label some groups, which have the columns of the frame; by default by `group_by`."""
        columns = [groups[name].tolist() for name in self.group_by]
        return [
            (("class", " ".join(self._text(value) for value in values if not is_missing(value))),)
            for values in zip(*columns, strict=True)
        ]

    def flags(self, rows: pd.DataFrame) -> Sequence[tuple[str, ...]]:
        """Flag some rows of the frame, besides what follows from their nodes."""
        return [()] * len(rows)

    def choose(self, filters: Mapping[str, FilterValue]) -> BoolArray | None:
        """Say which rows pass the filters that only this tree has; None for all."""
        del filters
        return None

    def has_more(self, rows: pd.DataFrame) -> Sequence[bool]:
        """Say which rows of the frame have something below; by default nodes with edges."""
        nodes = rows[NODE].to_numpy()
        known = np.maximum(nodes, 0)
        first = self.heap.first_edge
        found: list[bool] = ((nodes >= 0) & (first[known + 1] > first[known])).tolist()
        return found

    def below(self, key: str, row: int, window: Window) -> Page:
        """List what is below a row of the frame; by default what its node refers to."""
        node = int(self.frame[NODE].iloc[row])
        if node < 0:
            return Page((), 0)
        return self.node_rows.children(key, node, window)

    # -- the frame --------------------------------------------------------------------------

    @cached_property
    def grouped(self) -> GroupedFrame:
        """The frame, with its groups."""
        frame = self.make_frame()
        return GroupedFrame(self.heap, frame, self.columns, self.group_by, self._distinct)

    @property
    def frame(self) -> pd.DataFrame:
        """The rows, numbered from 0, with the column ``node``."""
        return self.grouped.frame

    def matches(self, column: str, window: Window) -> BoolArray:
        """Say in which rows a column passes the text filter."""
        distinct = self.grouped.distinct(column)
        found: BoolArray = matching(distinct.dictionary, window)[distinct.indices.to_numpy()]
        return found

    def _chosen_rows(self, window: Window) -> IntArray:
        """Return the rows that pass the filters; those of the last filters are kept."""
        name = _filters_of(window)
        if self._chosen is None or self._chosen[0] != name:
            self._chosen = (name, np.flatnonzero(self._passes(window)))
        return self._chosen[1]

    def _passes(self, window: Window) -> BoolArray:
        frame = self.frame
        passes = np.ones(len(frame), np.bool_)
        least = minimum(window)
        if least and RETAINED_SIZE.key in frame:
            sizes = frame[RETAINED_SIZE.key]
            passes &= (sizes >= least).fillna(False).to_numpy(np.bool_)
        if window.filters.get(TEXT_FILTER.key) and self.text_columns:
            is_match = np.zeros(len(frame), np.bool_)
            for column in self.text_columns:
                is_match |= self.matches(column, window)
            passes &= is_match
        chosen = self.choose(window.filters)
        if chosen is not None:
            passes &= chosen
        return passes

    # -- groups -----------------------------------------------------------------------------

    def _groups(self, window: Window) -> pd.DataFrame:
        """Return the groups with rows that pass, with what their rows add up to."""
        name = _filters_of(window)
        if self._grouped is None or self._grouped[0] != name:
            self._grouped = (name, self.grouped.sums_of(self._chosen_rows(window)))
        return self._grouped[1]

    # -- rows -------------------------------------------------------------------------------

    def rows(self, parent: str | None, window: Window) -> Page:
        """Return rows at the top (parent is None) or below a row."""
        if parent is None:
            return self._group_page(window) if self.group_by else self._row_page(None, window)
        group, row, parts = self._parse(parent)
        if row is None:
            return self._row_page(group, window)
        if not parts:
            return self.below(parent, row, window)
        return self.node_rows.below(parent, self._node_of(parent, row), parts, window)

    def _group_page(self, window: Window) -> Page:
        groups = self._groups(window)
        places = self._orders.page(
            ("groups", _filters_of(window), window.sort, window.descending),
            len(groups),
            lambda: self._group_keys(groups, window),
            window.offset,
            window.limit,
        )
        shown = groups.iloc[places]
        rows = tuple(
            Row(f"g{number}", tuple(label), cells, expandable=True)
            for number, label, cells in zip(
                shown.index.tolist(), self.group_labels(shown), self._cells(shown), strict=True
            )
        )
        return Page(rows, len(groups), window.offset)

    def _row_page(self, group: int | None, window: Window) -> Page:
        chosen, name = self._rows_of(group, window)
        places = self._orders.page(
            name,
            len(chosen),
            lambda: self.sort_key(chosen, window),
            window.offset,
            window.limit,
        )
        shown = chosen[places]
        prefix = "" if group is None else f"g{group}/"
        return Page(self._frame_rows(prefix, shown), len(chosen), window.offset)

    def _rows_of(self, group: int | None, window: Window) -> tuple[IntArray, object]:
        chosen = self._chosen_rows(window)
        if group is not None:
            chosen = chosen[self.grouped.group_of_row[chosen] == group]
        return chosen, ("rows", group, _filters_of(window), window.sort, window.descending)

    def _frame_rows(self, prefix: str, numbers: IntArray) -> tuple[Row, ...]:
        shown = self.frame.iloc[numbers]
        nodes = shown[NODE].tolist()
        states = self.heap.detachedness
        rows = []
        for number, node, label, cells, flags, has_more in zip(
            numbers.tolist(),
            nodes,
            self.labels(shown),
            self._cells(shown),
            self.flags(shown),
            self.has_more(shown),
            strict=True,
        ):
            node_id = int(self.heap.node_id[node]) if node >= 0 else None
            is_detached = (
                node >= 0 and states is not None and states[node] == vocab.DETACHEDNESS_DETACHED
            )
            all_flags = (*flags, *(["detached"] if is_detached else []))
            shown_id: Label = (("id", f" @{node_id}"),) if node_id is not None else ()
            rows.append(
                Row(
                    f"{prefix}r{number}",
                    (*label, *shown_id),
                    cells,
                    node_id,
                    has_more,
                    tuple(dict.fromkeys(all_flags)),
                )
            )
        return tuple(rows)

    def _cells(self, rows: pd.DataFrame) -> list[dict[str, Cell]]:
        """Return the values of all columns, fit for the wire."""
        columns = {
            column.key: [self._cell(value, column) for value in rows[column.key].tolist()]
            for column in self.columns
            if column.key in rows
        }
        return [
            dict(zip(columns, values, strict=True))
            for values in zip(*columns.values(), strict=True)
        ] or [{} for _ in range(len(rows))]

    def _cell(self, value: object, column: Column) -> Cell:
        if is_missing(value):
            return None
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, int | float):
            return value
        if column.kind == "location":
            return self._text(fmt.clean_location(str(value), LONGEST_TEXT))
        return self._text(value)

    def _text(self, value: object) -> str:
        if isinstance(value, list | tuple | np.ndarray):
            value = ", ".join(map(str, value))
        return self.node_rows.labels.text(str(value))

    # -- order ------------------------------------------------------------------------------

    def _group_keys(self, groups: pd.DataFrame, window: Window) -> list[Key]:
        by_label = self.group_label_column or self.group_by[0]
        column = by_label if window.sort == LABEL else window.sort
        return group_keys(groups, column, descending=window.descending)

    def sort_key(self, rows: IntArray, window: Window) -> list[Key]:
        """Return what sorts some rows of the frame."""
        column = self.label_column if window.sort == LABEL else window.sort
        return self.grouped.row_keys(rows, column, descending=window.descending)

    def locate(self, node: int, window: Window) -> tuple[tuple[str, int], ...] | None:
        """Return the path to a node: key and index at each level, or None if no row has it."""
        rows = np.flatnonzero(self.frame[NODE].to_numpy() == node)
        rows = rows[np.isin(rows, self._chosen_rows(window))]
        if not len(rows):
            return None
        row = int(rows[0])
        if not self.group_by:
            return ((f"r{row}", self._place_of_row(None, row, window)),)
        group = int(self.grouped.group_of_row[row])
        groups = self._groups(window)
        place = self._orders.place_of(
            ("groups", _filters_of(window), window.sort, window.descending),
            lambda: self._group_keys(groups, window),
            int(np.searchsorted(groups.index.to_numpy(), group)),
        )
        key = f"g{group}"
        return ((key, place), (f"{key}/r{row}", self._place_of_row(group, row, window)))

    def _place_of_row(self, group: int | None, row: int, window: Window) -> int:
        chosen, name = self._rows_of(group, window)
        return self._orders.place_of(
            name,
            lambda: self.sort_key(chosen, window),
            int(np.searchsorted(chosen, row)),
        )

    # -- keys -------------------------------------------------------------------------------

    def nodes(self, key: str) -> NodeArray:
        """Return the ordinals that a row stands for: one node, or all of a group."""
        group, row, parts = self._parse(key)
        if row is None:
            nodes = self.frame[NODE].to_numpy()[self.grouped.group_of_row == group]
            return np.unique(nodes[nodes >= 0]).astype(np.uint32)
        node = int(self.frame[NODE].iloc[row])
        if parts:
            node = self.node_rows.follow(key, self._node_of(key, row), parts)
        return np.array([node] if node >= 0 else [], np.uint32)

    def _node_of(self, key: str, row: int) -> int:
        node = int(self.frame[NODE].iloc[row])
        if node < 0:
            raise no_row(key)
        return node

    def _parse(self, key: str) -> tuple[int | None, int | None, list[str]]:
        """Take a key apart: group, row of the frame, edges below."""
        parts = split_key(key)
        group: int | None = None
        if self.group_by:
            kind, group = parse_part(key, parts.pop(0))
            if kind != "g" or group > self.grouped.group_of_row.max(initial=-1):
                raise no_row(key)
            if not parts:
                return group, None, []
        kind, row = parse_part(key, parts.pop(0))
        if kind != "r" or row >= len(self.frame):
            raise no_row(key)
        return group, row, parts

    def python(self, key: str | None, window: Window) -> str:
        """Return the expression that gives the same rows as a DataFrame, or a row's node."""
        snapshot = self.workbench.expression
        if key is None:
            return table_code(f"{snapshot}.{self.table}", self.frame, self.text_columns, window)
        nodes = self.nodes(key)
        return node_code(snapshot, self.heap.node_id[nodes])


def _filters_of(window: Window) -> tuple[tuple[str, FilterValue], ...]:
    """Name the filters that are in force."""
    return tuple(sorted((name, value) for name, value in window.filters.items() if value))
