"""The subject of a browser: one heap, and what is known about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from heapnb.analysis.filters import largest_object_id
from heapnb.graph import HeapGraph
from heapnb.views.masking import SECRETS, Masking
from heapnb.workbench.rows.labels import NodeLabels
from heapnb.workbench.rows.node_rows import NodeRows

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.suspects import Diagnosis
    from heapnb.analysis.series.reduction import ReducedSnapshot
    from heapnb.analysis.series.series import Series


@dataclass(frozen=True, eq=False)
class Workbench:
    """One heap and what is known about it; shared by all trees of a browser.

    Parameters
    ----------
    heap : HeapGraph
        The heap that is browsed.
    before : HeapGraph, optional
        An earlier snapshot of the same process.
    diagnosis : Diagnosis, optional
        Suspects in ``heap``.
    series : Series, optional
        The snapshots of which ``heap`` is the last.
    title : str
        Its title.
    expression : str
        The Python expression for it in generated code.
    masking : Masking
        The policy for likely secrets.
    """

    heap: HeapGraph
    before: HeapGraph | None = None
    diagnosis: Diagnosis | None = None
    series: Series | None = None
    title: str = ""
    expression: str = "snap"
    masking: Masking = SECRETS

    @cached_property
    def labels(self) -> NodeLabels:
        """Labels of the heap's nodes."""
        return NodeLabels(self.heap, self.masking)

    @cached_property
    def rows(self) -> NodeRows:
        """Rows of the heap's nodes."""
        return NodeRows(self.labels)

    @cached_property
    def bases(self) -> tuple[str, ...]:
        """Names of the earlier snapshots of the same process, the earliest first."""
        if self.before is not None:
            return (self.before.raw.source.name,)
        return tuple(snapshot.name for snapshot in self._earlier)

    @cached_property
    def earlier_ids(self) -> tuple[int, ...]:
        """The largest odd node id of each of `bases`."""
        if self.before is not None:
            return (largest_object_id(self.before.node_id),)
        return tuple(snapshot.largest_object_id for snapshot in self._earlier)

    @property
    def _earlier(self) -> tuple[ReducedSnapshot, ...]:
        # Node ids of different processes cannot be compared.
        is_one = self.series is not None and self.series.one_process
        return self.series.snapshots[:-1] if self.series is not None and is_one else ()

    def open_base(self, number: int) -> HeapGraph:
        """Return an earlier snapshot; one of a series is read again.

        Parameters
        ----------
        number : int
            Which of `bases`.

        Returns
        -------
        HeapGraph

        Raises
        ------
        HeapnbError
            If its file is gone or has changed.
        """
        if self.before is not None:
            return self.before
        if self.series is None:
            raise IndexError(f"There is no earlier snapshot {number}.")
        return self.series.reopen(number)
