"""When the objects of a heap were allocated: the bars of DevTools' allocation time line."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from heapnb._showing import Charted
from heapnb._typing import IntArray
from heapnb.graph import HeapGraph, derived
from heapnb.graph.traces import sampled, samples

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = ("interval", "time_ms", "first_id", "last_id", "live_count", "live_size")
"""The columns of the table."""

_MICROSECONDS: Final = 1000


@dataclass(frozen=True, repr=False)
class AllocationAges(Charted):
    """Live objects by the time at which they were allocated.

    Parameters
    ----------
    intervals : int
        How many intervals the recording has. The first one ends when V8 first looks at the clock,
        up to 50 ms after the start: its objects are older than the recording, or of its first
        moment.
    time_ms : float
        How long the recording took, in milliseconds.
    live_count, live_size : int
        Objects that were allocated after that and are in the snapshot, and their bytes.
    earlier_count, earlier_size : int
        The same of objects of the first interval.
    """

    intervals: int
    time_ms: float
    live_count: int
    live_size: int
    earlier_count: int
    earlier_size: int
    _numbers: IntArray = field(repr=False, compare=False)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each interval.

        ``interval``, from 1; ``time_ms``: its end, in milliseconds since the recording began;
        ``first_id`` and ``last_id``: the node ids that were given in it, after the former and up
        to the latter; ``live_count`` and ``live_size`` (shallow bytes) of its objects that are in
        the snapshot. As in DevTools, only nodes of the V8 heap count, which have odd ids.
        """
        import pandas as pd

        return pd.DataFrame(self.columns)

    @property
    def _columns(self) -> dict[str, list[Any]]:
        """What views show as a table, without pandas."""
        return self.columns

    @cached_property
    def columns(self) -> dict[str, list[Any]]:
        """The columns of `table` as lists."""
        time, last_id, count, size = self._numbers
        return {
            "interval": list(range(1, len(time) + 1)),
            "time_ms": (time / _MICROSECONDS).tolist(),
            "first_id": [0, *last_id[:-1].tolist()],
            "last_id": last_id.tolist(),
            "live_count": count.tolist(),
            "live_size": size.tolist(),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the totals and the rows as plain data."""
        columns = self.columns
        return {
            "intervals": self.intervals,
            "time_ms": self.time_ms,
            "live_count": self.live_count,
            "live_size": self.live_size,
            "earlier_count": self.earlier_count,
            "earlier_size": self.earlier_size,
            "rows": [
                dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)
            ],
        }


def allocation_ages(graph: HeapGraph) -> AllocationAges:
    """Add up live objects by the interval in which they were allocated.

    Parameters
    ----------
    graph : HeapGraph
        The heap, with samples of a time line; call stacks are not needed.

    Returns
    -------
    AllocationAges

    Raises
    ------
    NoTracesError
        If the snapshot has no samples.
    SnapshotFormatError
        If they are damaged.
    """
    numbers = _sums_of_intervals(graph)
    time, _, count, size = numbers
    return AllocationAges(
        len(time),
        float(time[-1]) / _MICROSECONDS,
        int(count[1:].sum()),
        int(size[1:].sum()),
        int(count[0]),
        int(size[0]),
        numbers,
    )


def allocated_ms(graph: HeapGraph, node: int) -> float | None:
    """Say when a node was allocated.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal.

    Returns
    -------
    float or None
        Milliseconds since the recording began, up to the end of the interval; 0 for an object that
        is older, or of the first moment. None if the file does not say: it has no samples, the
        node is the embedder's, or it was made when the snapshot was taken.

    Raises
    ------
    SnapshotFormatError
        If the samples are damaged.
    """
    node_id = int(graph.node_id[node])
    if not sampled(graph) or node_id % 2 == 0:
        return None
    taken = samples(graph)
    interval = int(np.searchsorted(taken.last_id, node_id))
    if interval == len(taken):
        return None
    return float(taken.time[interval]) / _MICROSECONDS if interval else 0.0


@derived(title="Adding up ages", keep=False)
def _sums_of_intervals(graph: HeapGraph) -> IntArray:
    """``int64[4, k]``: time, last id, objects and bytes of each interval."""
    taken = samples(graph)
    is_object = graph.node_id % 2 == 1
    interval = np.searchsorted(taken.last_id, graph.node_id[is_object].astype(np.int64))
    # Taking the snapshot makes objects of its own, after the last interval.
    n = len(taken) + 1
    count = np.bincount(interval, minlength=n)[:-1]
    size = np.bincount(interval, weights=graph.shallow_size[is_object], minlength=n)[:-1]
    return np.stack([taken.time, taken.last_id, count.astype(np.int64), size.astype(np.int64)])


__all__ = ["AllocationAges", "allocated_ms", "allocation_ages"]
