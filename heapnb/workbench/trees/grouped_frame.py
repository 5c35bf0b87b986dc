"""A DataFrame of rows that stand for nodes: its groups, their sums, and what sorts both."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb._typing import AnyArray, BoolArray, IntArray
from heapnb.frames import masked, text_ranks
from heapnb.frames.kept import ordinals_of
from heapnb.graph import HeapGraph
from heapnb.graph.intervals import dominator_number, dominator_stop
from heapnb.kernels.intervals import add_up_outermost_rows
from heapnb.kernels.stacks import add_by_group
from heapnb.workbench.model import Column
from heapnb.workbench.rows.node_columns import NODE_COLUMNS, RETAINED_SIZE, SHALLOW_SIZE
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
    distinct : mapping of str to pyarrow.DictionaryArray
        Columns of which the distinct texts are known already.
    """

    def __init__(
        self,
        heap: HeapGraph,
        frame: pd.DataFrame,
        columns: tuple[Column, ...],
        group_by: tuple[str, ...],
        distinct: Mapping[str, pa.DictionaryArray] = MappingProxyType({}),
    ) -> None:
        self.heap = heap
        self.columns = columns
        self.group_by = group_by
        self.frame = self._completed(frame.reset_index(drop=True))
        self._distinct = dict(distinct)
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
        import pandas as pd

        number = np.zeros(len(self.frame), np.int64)
        for name in self.group_by:
            code, n_codes = self._codes(name)
            # Numbers of groups stay below the number of rows, so that products fit.
            number = pd.factorize(number * (n_codes + 1) + code)[0].astype(np.int64)
        return number

    def _codes(self, name: str) -> tuple[IntArray, int]:
        """Number the values of a column, alike where they are equal; missing ones too."""
        import pandas as pd

        if not isinstance(self.frame[name].dtype, pd.StringDtype):
            codes, values = pd.factorize(self.frame[name], use_na_sentinel=False)
            return codes.astype(np.int64), len(values)
        distinct = self.distinct(name)
        # Texts that differ may be alike once they are masked.
        again = distinct.dictionary.dictionary_encode(null_encoding="encode")
        code = again.indices.to_numpy()[distinct.indices.to_numpy()]
        return code.astype(np.int64), len(again.dictionary)

    def distinct(self, name: str) -> pa.DictionaryArray:
        """Return a column of texts, each distinct one once; what is missing is one of these."""
        found = self._distinct.get(name)
        if found is None:
            texts = arrow_texts(self.frame[name])
            found = self._distinct[name] = texts.dictionary_encode(null_encoding="encode")
        return found

    def sums_of(self, rows: IntArray) -> pd.DataFrame:
        """Add up some rows by group; the index holds the groups' numbers."""
        numbers = self.group_of_row[rows]
        counts = np.bincount(numbers)
        present = np.flatnonzero(counts)
        group = np.cumsum(counts > 0)[numbers] - 1
        first = np.empty(len(present), np.int64)
        # The last one that is assigned stays.
        first[group[::-1]] = rows[::-1]
        sums = self.frame.iloc[first].set_axis(present)
        for column in self.columns:
            key = column.key
            if key not in self.frame:
                continue
            if column == RETAINED_SIZE:
                sums[key] = self._retained(rows, group, len(present))
            elif key == _FREED:
                # One value may hold another one that is freed with it.
                is_freed = self.frame[_FREED].to_numpy()[rows] > 0
                sums[key] = self._retained(rows[is_freed], group[is_freed], len(present))
            elif column == SHALLOW_SIZE:
                # One function may be the listener of many emitters.
                is_new = self._is_first_of_node(rows, group)
                sums[key] = self._added_up(key, rows[is_new], group[is_new], len(present))
            elif column.kind in _ADDED_UP:
                sums[key] = self._added_up(key, rows, group, len(present))
            elif column.kind == "distance":
                sums[key] = self._least(key, rows, group, len(present))
            elif key not in self.group_by:
                # A value that differs within a group says nothing about the group.
                sums.loc[self._differs(key, rows, group, first), key] = None
        if COUNT not in self.frame:
            sums[COUNT] = counts[present]
        return sums

    def _is_first_of_node(self, rows: IntArray, group: IntArray) -> BoolArray:
        """Tell which rows are the first ones of their nodes in their groups."""
        is_first = np.ones(len(rows), np.bool_)
        if self._has_repeated_nodes:
            nodes = self.frame[NODE].to_numpy()[rows]
            _, kept = np.unique(np.stack([nodes, group]), axis=1, return_index=True)
            is_first[:] = nodes < 0
            is_first[kept] = True
        return is_first

    @cached_property
    def _has_repeated_nodes(self) -> bool:
        nodes = self.frame[NODE].to_numpy()
        known = nodes[nodes >= 0]
        is_seen = np.zeros(self.heap.n_nodes, np.bool_)
        is_seen[known] = True
        return int(np.count_nonzero(is_seen)) < len(known)

    def _values(self, key: str) -> tuple[BoolArray, AnyArray]:
        """Return which values of a column are missing, and what sorts them; kept."""
        import pandas as pd

        if key not in self._sort_keys:
            values = self.frame[key]
            if isinstance(values.dtype, pd.StringDtype):
                distinct = self.distinct(key)
                of_text = text_ranks(pc.fill_null(distinct.dictionary, ""))
                code = distinct.indices.to_numpy()
                unknown = values.isna().to_numpy(np.bool_)
                self._sort_keys[key] = unknown, of_text[code]
            else:
                self._sort_keys[key] = _sort_key(values)
        return self._sort_keys[key]

    def _added_up(self, key: str, rows: IntArray, group: IntArray, n_groups: int) -> AnyArray:
        """Add up a column of integers by group; missing values count as 0."""
        if self.frame[key].dtype.kind == "f":
            weights = self.frame[key].fillna(0).to_numpy()[rows]
            return np.bincount(group, weights=weights, minlength=n_groups)
        is_unknown, values = self._values(key)
        known = values[rows].astype(np.int64)
        known[is_unknown[rows]] = 0
        total = np.zeros(n_groups, np.int64)
        add_by_group(group.astype(np.uint32), known, total)
        return total

    def _least(self, key: str, rows: IntArray, group: IntArray, n_groups: int) -> Any:
        """Return the smallest value of each group; missing where a group has none."""
        is_unknown, values = self._values(key)
        most = np.iinfo(np.int64).max
        least = np.full(n_groups, most)
        is_known = ~is_unknown[rows]
        np.minimum.at(least, group[is_known], values[rows[is_known]].astype(np.int64))
        return least if (least < most).all() else masked(least, least == most)

    def _differs(self, key: str, rows: IntArray, group: IntArray, first: IntArray) -> BoolArray:
        """Tell which groups have more than one value in a column."""
        is_unknown, values = self._values(key)
        own, of_first = is_unknown[rows], is_unknown[first][group]
        is_other = (own != of_first) | (~own & (values[rows] != values[first][group]))
        return np.bincount(group[is_other], minlength=len(first)) > 0

    def _retained(self, rows: IntArray, group: IntArray, n_groups: int) -> AnyArray:
        """Add up what groups of some rows retain, each byte once."""
        of_row = np.full(len(self.frame), vocab.NO_INDEX, np.int64)
        of_row[rows] = group
        total = np.zeros(n_groups, np.uint64)
        rows_by_number, nodes, number, stop, retained, has_size = self._nested
        add_up_outermost_rows(
            rows_by_number,
            nodes,
            number,
            stop,
            retained,
            has_size,
            of_row,
            np.zeros(n_groups, np.uint32),
            total,
        )
        return total.astype(np.int64)

    @cached_property
    def _nested(self) -> tuple[AnyArray, AnyArray, AnyArray, AnyArray, AnyArray, AnyArray]:
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
        return _keys(*self._values(column), rows, descending=descending)


_FREED: Final = "freed_size"


def group_keys(sums: pd.DataFrame, column: str | None, *, descending: bool) -> list[Key]:
    """Sort the groups of `GroupedFrame.sums_of` by a column."""
    if column is None or column not in sums:
        return []
    return _keys(*_sort_key(sums[column]), np.arange(len(sums)), descending=descending)


def _keys(
    is_unknown: BoolArray, values: AnyArray, rows: IntArray, *, descending: bool
) -> list[Key]:
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
