"""What a browser is opened on: one heap, and what is known beside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from heapnb.analysis.filters import largest_object_id
from heapnb.errors import HeapnbError
from heapnb.graph import HeapGraph, open_graph
from heapnb.workbench.rows.node_rows import NodeRows

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.diagnose import Diagnosis
    from heapnb.analysis.series.reduction import ReducedSnapshot
    from heapnb.analysis.series.series import Series


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
        # Ids of different processes have nothing to do with each other.
        is_one = self.series is not None and self.series.one_process
        return self.series.snapshots[:-1] if self.series is not None and is_one else ()

    def open_base(self, number: int) -> HeapGraph:
        """Return an earlier snapshot; of a series it is read again.

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
            If its file is gone or another one now.
        """
        if self.before is not None:
            return self.before
        snapshot = self._earlier[number]
        if snapshot.path is None:
            raise HeapnbError(f"{snapshot.name} has no file from which to read it again.")
        graph = open_graph(snapshot.path)
        if graph.n_nodes != snapshot.n_nodes:
            raise HeapnbError(f"{snapshot.name} was changed since it was read.")
        return graph
