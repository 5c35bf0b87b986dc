"""Which functions, and which call stacks, allocated the objects of a heap."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

import numpy as np

from heapnb._showing import Charted
from heapnb._typing import IntArray
from heapnb.analysis.allocation.sums import (
    AllocationSums,
    retained_by_functions,
    retained_by_traces,
    sums_of_functions,
    sums_of_traces,
)
from heapnb.errors import HeapnbError
from heapnb.graph import HeapGraph
from heapnb.graph.traces import frame_of, stack_of, trace_of, trace_tree

if TYPE_CHECKING:
    import pandas as pd

Grouping: TypeAlias = Literal["function", "stack"]
"""What a row of the table stands for."""

NUMBERS: Final = ("live_count", "live_size", "allocation_count", "allocation_size", "retained_size")
"""Columns of both tables."""

COLUMNS: Final = ("function", "location", *NUMBERS)
"""The columns by function."""

COLUMNS_OF_STACKS: Final = ("function", "location", "callers", *NUMBERS, "trace_id")
"""The columns by call stack."""

_MOST_CALLERS: Final = 8


@dataclass(frozen=True, repr=False)
class Allocations(Charted):
    """What the program allocated while allocations were recorded, and where.

    Parameters
    ----------
    by : {"function", "stack"}
        What a row of `table` stands for.
    live_count, live_size : int
        Recorded objects that are in the snapshot, and their bytes.
    allocation_count, allocation_size : int
        All recorded objects, collected ones included, and their bytes.
    earlier_count, earlier_size : int
        Nodes of the snapshot without a call stack, and their bytes: objects from before the
        recording, and those of the engine.
    """

    by: Grouping
    live_count: int
    live_size: int
    allocation_count: int
    allocation_size: int
    earlier_count: int
    earlier_size: int
    _graph: HeapGraph = field(repr=False, compare=False)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each function or call stack, the most live bytes first.

        ``function``, ``location`` (``file.js:12:5``, or missing); by stack also ``callers``, the
        nearest first, and ``trace_id``; ``live_count`` and ``live_size`` of what is in the
        snapshot; ``allocation_count`` and ``allocation_size`` of all that was allocated;
        ``retained_size``: what the live objects retain, where an object that another one of the
        row dominates does not count again. Sizes in bytes.
        """
        import pandas as pd

        frame = pd.DataFrame(self.columns)
        texts = [name for name in ("function", "location", "callers") if name in frame]
        return frame.astype(dict.fromkeys(texts, "str"))

    @property
    def graph(self) -> HeapGraph:
        """The heap."""
        return self._graph

    @cached_property
    def rows(self) -> IntArray:
        """``int64[k]``: what each row of `table` is.

        Rows of `heapnb.graph.traces.traced_functions`, or of `heapnb.graph.traces.trace_tree` by
        stack.
        """
        return _order((sums_of_traces if self.by == "stack" else sums_of_functions)(self._graph))

    @property
    def _columns(self) -> dict[str, list[Any]]:
        """What views show as a table, without pandas."""
        return self.columns

    @cached_property
    def columns(self) -> dict[str, list[Any]]:
        """The columns of `table` as lists; None is missing."""
        is_stack = self.by == "stack"
        tree = trace_tree(self._graph)
        sums = (sums_of_traces if is_stack else sums_of_functions)(self._graph)
        retained = (retained_by_traces if is_stack else retained_by_functions)(self._graph)
        rows = self.rows
        functions = tree.function[rows] if is_stack else rows
        frames = [frame_of(self._graph, function) for function in functions.tolist()]
        columns: dict[str, list[Any]] = {
            "function": [frame.function for frame in frames],
            "location": [frame.location for frame in frames],
        }
        if is_stack:
            columns["callers"] = [_callers(self._graph, row) for row in rows.tolist()]
        columns |= {
            "live_count": sums.live_count[rows].tolist(),
            "live_size": sums.live_size[rows].tolist(),
            "allocation_count": sums.count[rows].tolist(),
            "allocation_size": sums.size[rows].tolist(),
            "retained_size": retained[rows].tolist(),
        }
        if is_stack:
            columns["trace_id"] = tree.trace_id[rows].tolist()
        return columns

    def to_dict(self) -> dict[str, Any]:
        """Return the totals and the rows as plain data."""
        names = list(self.columns)
        return {
            "by": self.by,
            **{name: getattr(self, name) for name in _TOTALS},
            "rows": [
                dict(zip(names, row, strict=True))
                for row in zip(*self.columns.values(), strict=True)
            ],
        }


_TOTALS: Final = (
    "live_count",
    "live_size",
    "allocation_count",
    "allocation_size",
    "earlier_count",
    "earlier_size",
)


def allocations(graph: HeapGraph, by: Grouping = "function") -> Allocations:
    """Add up what each function or call stack allocated, as DevTools' Allocation view does.

    Parameters
    ----------
    graph : HeapGraph
        The heap, with call stacks of allocations.
    by : {"function", "stack"}
        What to add up by: functions that allocate, as DevTools does, or whole call stacks.

    Returns
    -------
    Allocations

    Raises
    ------
    NoTracesError
        If the snapshot has no call stacks.
    SnapshotFormatError
        If they are damaged.
    """
    if by not in get_args(Grouping):
        raise HeapnbError(
            f"Allocations cannot be grouped by {by!r}.",
            hint=f"one of {', '.join(map(repr, get_args(Grouping)))}.",
        )
    sums = sums_of_traces(graph)
    is_earlier = trace_of(graph) < 0
    return Allocations(
        by,
        int(sums.live_count.sum()),
        int(sums.live_size.sum()),
        int(sums.count.sum()),
        int(sums.size.sum()),
        int(is_earlier.sum()),
        int(graph.shallow_size[is_earlier].sum(dtype=np.uint64)),
        graph,
    )


def _order(sums: AllocationSums) -> IntArray:
    """Return the rows that allocated anything: most live bytes first, then most allocated."""
    rows = np.flatnonzero(sums.count)
    return rows[np.lexsort((-sums.size[rows], -sums.live_size[rows]))]


def _callers(graph: HeapGraph, trace: int) -> str:
    """Name the callers of a stack, the nearest first."""
    names = [frame.function for frame in stack_of(graph, trace)[1:]]
    more = ["…"] if len(names) > _MOST_CALLERS else []
    return " ← ".join(names[:_MOST_CALLERS] + more)


__all__ = ["Allocations", "Grouping", "allocations"]
