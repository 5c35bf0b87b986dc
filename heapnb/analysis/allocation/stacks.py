"""The call stack that allocated an object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from heapnb._showing import Shown
from heapnb.graph import HeapGraph
from heapnb.graph.traces import Frame, stack_of, trace_of, traced

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class AllocationStack(Shown):
    """A call stack: the functions that were running when an object was allocated.

    Parameters
    ----------
    frames : tuple of Frame
        The function that allocated first, then its callers; each has ``function``, ``file``,
        ``line``, ``column`` and ``location``. Built-in functions have no file.
    """

    frames: tuple[Frame, ...]

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def table(self) -> pd.DataFrame:
        """One row for each function, the one that allocated first: ``function``, ``location``."""
        import pandas as pd

        return pd.DataFrame(self.columns, dtype="str")

    @property
    def columns(self) -> dict[str, list[Any]]:
        """The columns of `table` as lists; None is missing."""
        return {
            "function": [frame.function for frame in self.frames],
            "location": [frame.location for frame in self.frames],
        }

    def to_dict(self) -> list[dict[str, Any]]:
        """Return the frames as plain data."""
        return [{"function": frame.function, "location": frame.location} for frame in self.frames]


def allocation_stack(graph: HeapGraph, node: int) -> AllocationStack | None:
    """Return the call stack that allocated a node.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal.

    Returns
    -------
    AllocationStack or None
        None if the file has no call stacks, or none for this node: it is older than the
        recording, or the engine's.
    """
    if not traced(graph):
        return None
    trace = int(trace_of(graph)[node])
    return None if trace < 0 else AllocationStack(stack_of(graph, trace))


__all__ = ["AllocationStack", "allocation_stack"]
