"""The snapshots of a series, and which objects they share; `heapnb.Series` adds the questions."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from heapnb._typing import AnyArray, BoolArray, SizeArray
from heapnb.analysis.series.id_sets import BITMAP_SPAN
from heapnb.analysis.series.moments import Moment, Span, span_of, work_of
from heapnb.analysis.series.reduction import ReducedSnapshot
from heapnb.analysis.series.settling import BusySnapshot
from heapnb.errors import HeapnbError
from heapnb.format.limits import allowed_size, allowing
from heapnb.graph import HeapGraph, ProgressReporter
from heapnb.graph.source_files import SourceFiles
from heapnb.graph.sources import HeapSource, graph_of
from heapnb.kernels import reduction as kernels

if TYPE_CHECKING:
    import pandas as pd

_MOST_NODES_OF_PREVIOUS: Final = 2_000_000
"""A larger snapshot is not opened again for a remark: that would take seconds."""


class SnapshotGoneError(HeapnbError):
    """An earlier snapshot of a series cannot be opened again: it has no file, or another one."""


@dataclass(frozen=True)
class Opening:
    """The options that the files of a series were opened with.

    Parameters
    ----------
    cache : bool
        Whether they go through the on-disk cache.
    salvage : bool
        Whether truncated files are read as far as they go.
    source_files : SourceFiles, optional
        The program's sources and source maps.
    max_size : int, optional
        How large they may be; by default what is allowed where this is made.
    """

    cache: bool = True
    salvage: bool = False
    source_files: SourceFiles | None = None
    max_size: int | None = field(default_factory=allowed_size)

    def graph_of(self, source: HeapSource, progress: ProgressReporter | None = None) -> HeapGraph:
        """Open a snapshot with these options."""
        with allowing(self.max_size):
            return graph_of(
                source,
                cache=self.cache,
                progress=progress,
                salvage=self.salvage,
                source_files=self.source_files,
            )


@dataclass(frozen=True, repr=False)
class SeriesData:
    """Snapshots of one program in order of time.

    Parameters
    ----------
    snapshots : tuple of ReducedSnapshot
        The earliest first.
    last : HeapGraph
        The last snapshot.
    one_process : bool
        Whether an id means the same object in all of them.
    warnings : tuple of str
        Files that were left out, reordered, or of different processes.
    opening : Opening
        The options that the files were opened with.
    moments : tuple of Moment
        What is known about the moment of each snapshot; empty if nothing is.
    busy : tuple of BusySnapshot
        Snapshots that are left out, because the next one was taken after the same work, at rest.
    unreadable : tuple of (str, str)
        Sources that could not be read, as they were given, and why.
    """

    snapshots: tuple[ReducedSnapshot, ...]
    last: HeapGraph
    one_process: bool
    warnings: tuple[str, ...] = ()
    opening: Opening = field(default=Opening(), repr=False)
    moments: tuple[Moment, ...] = field(default=(), repr=False)
    busy: tuple[BusySnapshot, ...] = field(default=(), repr=False)
    unreadable: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def times(self) -> tuple[datetime | None, ...]:
        """When each snapshot was begun (UTC), as side files say; None where unknown."""
        return tuple(one.time for one in self.moments) or (None,) * len(self)

    @property
    def work(self) -> tuple[float | None, ...]:
        """Units of work that were done at each snapshot; None where unknown."""
        return work_of(self.moments)[0] or (None,) * len(self)

    @property
    def unit(self) -> str:
        """What one unit of work is called: what side files say, or else ``"unit"``."""
        return work_of(self.moments)[1]

    @property
    def span(self) -> Span | None:
        """How much work the series spans, or else how many hours; None if neither is known."""
        return span_of(self.times, self.work, self.unit)

    @property
    def steady_work(self) -> tuple[float, ...] | None:
        """`work`, if it is known at every snapshot and grows in every interval."""
        known = tuple(value for value in self.work if value is not None)
        grows = all(before < after for before, after in itertools.pairwise(known))
        return known if grows and len(known) == len(self) else None

    def __len__(self) -> int:
        return len(self.snapshots)

    def reopen(self, number: int, *, cache: bool | None = None) -> HeapGraph:
        """Return one of the snapshots as a graph; earlier ones are read from their files again.

        Parameters
        ----------
        number : int
            Index in ``snapshots``.
        cache : bool, optional
            Whether the file goes through the on-disk cache; by default as at the first time.

        Returns
        -------
        HeapGraph
            With the program's sources, if the series has them.

        Raises
        ------
        SnapshotGoneError
            If the snapshot has no file, or the file has changed.
        HeapnbError or OSError
            If the file cannot be read.
        """
        snapshot = self.snapshots[number]
        if snapshot is self.snapshots[-1]:
            return self.last
        if snapshot.path is None:
            raise SnapshotGoneError(f"{snapshot.name} has no file from which to read it again.")
        opening = self.opening if cache is None else replace(self.opening, cache=cache)
        graph = opening.graph_of(snapshot.path)
        if graph.n_nodes != snapshot.n_nodes:
            raise SnapshotGoneError(f"{snapshot.name} has changed since it was read.")
        return graph

    @cached_property
    def previous(self) -> HeapGraph | None:
        """The snapshot before the last one as a graph, for questions about what was removed.

        None if there is none, if it is large, or if its file cannot be read again.
        """
        number = len(self) - 2
        if number < 0 or self.snapshots[number].n_nodes > _MOST_NODES_OF_PREVIOUS:
            return None
        try:
            return self.reopen(number)
        except (HeapnbError, OSError):
            return None

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a snapshot: ``name``, ``file_size``, ``n_nodes``, ``n_edges``, ``total_size``."""
        import pandas as pd

        columns = ("name", "file_size", "n_nodes", "n_edges", "total_size")
        return pd.DataFrame(
            {column: [getattr(s, column) for s in self.snapshots] for column in columns}
        )

    @cached_property
    def births(self) -> SizeArray:
        """``unsigned[n_nodes]`` of the last snapshot: in which snapshot each node is first seen.

        Counted from 0; meaningful for odd ids in a series of one process.
        """
        *_, last = first_seen(self.snapshots)
        return last

    @cached_property
    def everywhere(self) -> tuple[BoolArray, ...]:
        """For each snapshot ``bool[n_nodes]``: the objects that all snapshots have."""
        numbers = ObjectNumbers(self.snapshots)
        seen_in = np.zeros(numbers.n_numbers, np.uint32)
        for before, snapshot in enumerate(self.snapshots):
            kernels.count_snapshots(snapshot.node_id, numbers.of(snapshot), before, seen_in)
        marks = []
        for snapshot in self.snapshots:
            stays = np.empty(snapshot.n_nodes, np.bool_)
            wanted = (len(self), seen_in, stays)
            kernels.mark_seen(snapshot.node_id, numbers.of(snapshot), *wanted)
            marks.append(stays)
        return tuple(marks)


def first_seen(snapshots: Sequence[ReducedSnapshot]) -> Iterator[SizeArray]:
    """Find for all objects of each snapshot in which one their ids are first seen.

    Parameters
    ----------
    snapshots : sequence of ReducedSnapshot
        The earliest first.

    Yields
    ------
    unsigned[n_nodes]
        For one snapshot after the other; counted from 0. Nodes of the embedder, whose ids are
        even, count as new each time.
    """
    dtype = np.min_scalar_type(len(snapshots))
    numbers = ObjectNumbers(snapshots)
    born = np.full(numbers.n_numbers, len(snapshots), dtype)
    for number, snapshot in enumerate(snapshots):
        births = np.empty(snapshot.n_nodes, dtype)
        kernels.first_births(snapshot.node_id, numbers.of(snapshot), number, born, births)
        yield births


class ObjectNumbers:
    """Small numbers for the odd ids of a series, the same in every snapshot.

    Even ids, which embedders give, are as large as addresses and tell nothing.

    Parameters
    ----------
    snapshots : sequence of ReducedSnapshot
        The series.
    """

    def __init__(self, snapshots: Sequence[ReducedSnapshot]) -> None:
        n_ids = sum(snapshot.n_nodes for snapshot in snapshots)
        largest = max(snapshot.largest_object_id for snapshot in snapshots)
        self._known = None
        self.n_numbers = (largest >> 1) + 1
        """Numbers are smaller than this."""
        if self.n_numbers > BITMAP_SPAN * n_ids:
            ids = [snapshot.node_id[(snapshot.node_id & 1) == 1] for snapshot in snapshots]
            self._known = np.unique(np.concatenate(ids))
            self.n_numbers = len(self._known)

    def of(self, snapshot: ReducedSnapshot) -> AnyArray:
        """Return ``unsigned or int64[n_nodes]``: the number of each object, else anything."""
        ids = snapshot.node_id
        return ids >> 1 if self._known is None else np.searchsorted(self._known, ids)
