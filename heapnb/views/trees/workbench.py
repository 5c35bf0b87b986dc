"""What a browser is opened on: one heap, and what is known beside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from heapnb.analysis.filters import largest_object_id
from heapnb.graph import HeapGraph
from heapnb.views.trees.rows import NodeRows

if TYPE_CHECKING:
    from heapnb.analysis.diagnose import Diagnosis
    from heapnb.analysis.series import Series


@dataclass(frozen=True, eq=False)
class Workbench:
    """One heap, and what is known beside it; all trees of a browser share it.

    Parameters
    ----------
    heap : HeapGraph
        What is browsed.
    before : HeapGraph, optional
        An earlier snapshot of the same process.
    diagnosis : Diagnosis, optional
        Suspects in ``heap``.
    series : Series, optional
        The snapshots of which ``heap`` is the last.
    title : str
        What to call it.
    expression : str
        The Python expression for it in code that is shown.
    mask : bool
        Whether what looks like a secret is masked.
    """

    heap: HeapGraph
    before: HeapGraph | None = None
    diagnosis: Diagnosis | None = None
    series: Series | None = None
    title: str = ""
    expression: str = "snap"
    mask: bool = True

    @cached_property
    def rows(self) -> NodeRows:
        """Rows of the heap's nodes."""
        return NodeRows(self.heap, mask=self.mask)

    @cached_property
    def rows_before(self) -> NodeRows:
        """Rows of the earlier snapshot's nodes."""
        assert self.before is not None  # noqa: S101  callers have looked
        return NodeRows(self.before, mask=self.mask)

    @cached_property
    def earlier_ids(self) -> tuple[int, ...]:
        """The largest odd node id of each earlier snapshot of the process."""
        if self.series is not None and self.series.one_process:
            return tuple(snapshot.largest_object_id for snapshot in self.series.snapshots[:-1])
        if self.before is not None:
            return (largest_object_id(self.before.node_id),)
        return ()
