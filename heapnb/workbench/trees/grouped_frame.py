"""A DataFrame of rows that stand for nodes: its groups, their sums, and what sorts both."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb._typing import AnyArray, BoolArray, IntArray
from heapnb.frames import masked, text_ranks
from heapnb.graph import HeapGraph
from heapnb.graph.intervals import dominator_number, dominator_stop
from heapnb.kernels.intervals import add_up_outermost_rows
from heapnb.workbench.model import Column
from heapnb.workbench.rows.node_columns import NODE_COLUMNS, RETAINED_SIZE, SHALLOW_SIZE
from heapnb.workbench.rows.kept_frames import ordinals_of
from heapnb.workbench.rows.ordering import Key

if TYPE_CHECKING:
    import pandas as pd

NODE: Final = "node"
"""Column with the ordinals of the rows' nodes; -1 where a row stands for no node."""

COUNT: Final = "count"
"""Column of groups with the number of their rows, unless the frame has counts to add up."""

_ADDED_UP: Final = frozenset({"bytes", "plain_bytes", "bytes_delta", "count", "count_delta"})


class GroupedFrame:
    """Rows of a DataFrame, numbered from 0, and the groups of rows with equal values.

    Parameters
    ----------
    heap : HeapGraph
        The heap of the nodes.
    frame : DataFrame
        Rows; a column ``node_id`` says which nodes they stand for. Columns of nodes that it
        lacks are looked up.
    columns : tuple of Column
        Columns that are shown.
    group_by : tuple of str
        Columns whose equal values make a group; may be empty.
    """

    def __init__(
        self,
        heap: HeapGraph,
        frame: pd.DataFrame,
        columns: tuple[Column, ...],
        group_by: tuple[str, ...],
    ) -> None:
        self.heap = heap
        self.columns = columns
        self.group_by = group_by
        self.frame = self._completed(frame.reset_index(drop=True))
        self._sort_keys: dict[str, tuple[BoolArray, AnyArray]] = {}

    def _completed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Add ordinals, and columns of nodes that are shown but missing."""
        if NODE not in frame:
            frame[NODE] = ordinals_of(self.heap, frame)
        nodes = frame[NODE].to_numpy()
        for column in self.columns:
            if column in NODE_COLUMNS and column.key not in frame:
                values = getattr(self.heap, column.key)[np.maximum(nodes, 0)]
                frame[column.key] = values if (nodes >= 0).all() else masked(values, nodes < 0)
        return frame

    @cached_property
    def group_of_row(self) -> IntArray:
        """``int64[n_rows]``: the group of each row."""
        groups = self.frame.groupby(list(self.group_by), sort=False, dropna=False, observed=True)
        numbers: IntArray = groups.ngroup().to_numpy().astype(np.int64)
        return numbers

    def sums_of(self, rows: IntArray) -> pd.DataFrame:
        """Add up some rows by group; the index holds the groups' numbers."""
        frame = self.frame.iloc[rows]
        numbers = self.group_of_row[rows]
        groups = frame.groupby(numbers, sort=True)
        sums = groups.first()
        for column in self.columns:
            if column.key not in frame:
                continue
            values = groups[column.key]
            if column == RETAINED_SIZE:
                sums[column.key] = self._retained(rows, numbers, sums.index)
            elif column.key == _FREED:
                # One value may hold another one that is freed with it.
                is_freed = frame[_FREED].to_numpy() > 0
                sums[column.key] = self._retained(rows[is_freed], numbers[is_freed], sums.index)
            elif column == SHALLOW_SIZE:
                # One function may be the listener of many emitters.
                is_again = frame.groupby([NODE, numbers]).cumcount() > 0
                is_again &= frame[NODE] >= 0
                sums[column.key] = frame[column.key].mask(is_again, 0).groupby(numbers).sum()
            elif column.kind in _ADDED_UP:
                sums[column.key] = values.sum()
            elif column.kind == "distance":
                sums[column.key] = values.min()
            elif column.key not in self.group_by:
                # A value that differs within a group says nothing about the group.
                differs = values.nunique(dropna=False) > 1  # noqa: PD101  of each group
                sums.loc[differs, column.key] = None
        if COUNT not in frame:
            sums[COUNT] = groups.size()
        return sums

    def _retained(self, rows: IntArray, numbers: IntArray, groups: Any) -> AnyArray:
        """Add up what groups of some rows retain, each byte once."""
        n_groups = len(groups)
        group = np.full(len(self.frame), vocab.NO_INDEX, np.int64)
        group[rows] = np.searchsorted(groups.to_numpy(), numbers)
        total = np.zeros(n_groups, np.uint64)
        add_up_outermost_rows(*self._nested, group, np.zeros(n_groups, np.uint32), total)
        return total.astype(np.int64)

    @cached_property
    def _nested(self) -> tuple[AnyArray, ...]:
        """What `add_up_outermost_rows` has to know of the rows, whatever the groups are."""
        heap = self.heap
        nodes = self.frame[NODE].to_numpy()
        known = np.maximum(nodes, 0)
        number, stop = dominator_number(heap)[known], dominator_stop(heap)[known]
        return (
            np.argsort(number, kind="stable"),
            nodes,
            number,
            stop,
            heap.retained_size[known],
            heap.shallow_size[known] > 0,
        )

    def row_keys(self, rows: IntArray, column: str | None, *, descending: bool) -> list[Key]:
        """Sort some rows by a column; nothing sorts them if the frame lacks it."""
        if column is None or column not in self.frame:
            return []
        if column not in self._sort_keys:
            self._sort_keys[column] = _sort_key(self.frame[column])
        return _keys(*self._sort_keys[column], rows, descending=descending)


_FREED: Final = "freed_size"


def group_keys(sums: pd.DataFrame, column: str | None, *, descending: bool) -> list[Key]:
    """Sort the groups of `GroupedFrame.sums_of` by a column."""
    if column is None or column not in sums:
        return []
    return _keys(*_sort_key(sums[column]), np.arange(len(sums)), descending=descending)


def _keys(is_unknown: BoolArray, values: AnyArray, rows: IntArray, *, descending: bool) -> list[Key]:
    """Sort some rows by their values; those without a value come last."""
    by_value = Key(values, rows.astype(np.uint32), descending)
    return [Key(is_unknown, rows), by_value] if is_unknown.any() else [by_value]


def arrow_texts(values: pd.Series[Any]) -> pa.LargeStringArray:
    """Return the texts of a column; what is missing is null."""
    import pandas as pd

    if not isinstance(values.dtype, pd.StringDtype):
        values = values.astype("object").where(values.notna(), None)
    texts = pa.array(values.array, pa.large_string())
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def _sort_key(values: pd.Series[Any]) -> tuple[BoolArray, AnyArray]:
    """Number values by their order, and say which are missing."""
    unknown = values.isna().to_numpy(np.bool_)
    if values.dtype.kind in "iub":
        known = values.to_numpy(dtype="int64", na_value=0) if unknown.any() else values.to_numpy()
        return unknown, known
    if values.dtype.kind == "f":
        _, numbers = np.unique(values.to_numpy(), return_inverse=True)
        return unknown, numbers
    texts = arrow_texts(values)
    return unknown, text_ranks(pc.fill_null(texts, ""))
