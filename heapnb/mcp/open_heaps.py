"""The snapshots that stay open between calls, within a budget of memory.

A call names files; what is open of them is used, the rest is opened through the on-disk cache.
What was not used for longest is closed first, and opened again when a call needs it: no call can
tell the difference, but by its time.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast

from heapnb.errors import RefusedError
from heapnb.mcp.jobs import Job

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.suspects import Diagnosis
    from heapnb.analysis.series.series import Series
    from heapnb.cli.reading import Reading
    from heapnb.graph import HeapGraph

Stamp: TypeAlias = tuple[Path, int, int]
"""A file with its size and time: one that was replaced is another file."""


@dataclass(eq=False)
class OpenCase:
    """Some files as a series, and what was found out about them.

    Parameters
    ----------
    files : tuple of Path
        As the caller named them.
    series : Series
        In order of time.
    """

    files: tuple[Path, ...]
    series: Series

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """The diagnosis, made once."""
        from heapnb.analysis.diagnosis.diagnose import diagnose

        return diagnose(self.series)

    @property
    def n_bytes(self) -> int:
        """Bytes of the earlier snapshots, and of the last one."""
        from heapnb.graph.derivation import bytes_of

        reduced = sum(bytes_of(list(vars(one).values())) for one in self.series.snapshots)
        return reduced + self.series.last.n_bytes

    def path_of(self, number: int) -> Path | None:
        """Return the file of a snapshot of the series, counted from 0."""
        path = self.series.snapshots[number].path
        return None if path is None else Path(path).resolve()


_Value = TypeVar("_Value", "OpenCase", "HeapGraph")


@dataclass(eq=False)
class _Slot:
    """Something open: a case, or a single graph."""

    value: OpenCase | HeapGraph
    used: int
    n_users: int = 0

    @property
    def n_bytes(self) -> int:
        return self.value.n_bytes


@dataclass
class OpenHeaps:
    """Opens cases and single snapshots, and closes what was not used for longest.

    Parameters
    ----------
    budget : int
        Bytes that open snapshots may take between calls.
    reading : Reading
        How files are opened.
    """

    budget: int
    reading: Reading
    _slots: dict[tuple[Stamp, ...], _Slot] = field(default_factory=dict)
    _locks: dict[Path, threading.RLock] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _clock: Iterator[int] = field(default_factory=itertools.count)

    @property
    def n_bytes(self) -> int:
        """Bytes of all that is open; a snapshot of several open cases counts several times."""
        with self._lock:
            return sum(slot.n_bytes for slot in self._slots.values())

    @property
    def n_open(self) -> int:
        """How many cases and single snapshots are open."""
        return len(self._slots)

    @contextmanager
    def case(self, files: Sequence[Path], job: Job) -> Iterator[OpenCase]:
        """Use some files as a series; other calls about one of them wait meanwhile.

        Parameters
        ----------
        files : sequence of Path
            Resolved paths.
        job : Job
            The call, whose cancellation ends waiting, too.

        Yields
        ------
        OpenCase
        """
        with self.holding(files, job), self._using_case(files) as case:
            yield case

    @contextmanager
    def graph(self, files: Sequence[Path], chosen: Path | None, job: Job) -> Iterator[HeapGraph]:
        """Use one snapshot of a case; other calls about it wait meanwhile.

        Parameters
        ----------
        files : sequence of Path
            The files of the case.
        chosen : Path or None
            The snapshot; None for the last of the series.
        job : Job
            The call.

        Yields
        ------
        HeapGraph
        """
        if chosen is None and len(files) == 1:
            [chosen] = files
        with self.holding(files, job):
            slot = self._slots.get(_stamps(files))
            case = slot.value if slot is not None else None
            if chosen is None or (isinstance(case, OpenCase) and chosen == case.path_of(-1)):
                with self._using_case(files) as opened:
                    yield opened.series.last
            else:
                with self._using_graph(chosen) as graph:
                    yield graph

    def holding(self, files: Sequence[Path], job: Job) -> AbstractContextManager[None]:
        """Make other calls about some files wait; for calls about several cases at once."""
        return job.holding(self._locks_of(files))

    def _locks_of(self, files: Sequence[Path]) -> list[threading.RLock]:
        """Return the lock of each file, in an order that all calls share."""
        with self._lock:
            return [self._locks.setdefault(path, threading.RLock()) for path in sorted(set(files))]

    def _using_case(self, files: Sequence[Path]) -> AbstractContextManager[OpenCase]:
        return self._kept(_stamps(files), lambda: self._opened_case(files))

    def _using_graph(self, path: Path) -> AbstractContextManager[HeapGraph]:
        [stamp] = _stamps([path])
        return self._kept(_alone(stamp), lambda: self._opened_graph(path))

    @contextmanager
    def _kept(self, key: tuple[Stamp, ...], opened: Callable[[], _Value]) -> Iterator[_Value]:
        """Open something unless it is open, and keep it open while the block runs."""
        slot = self._used(key)
        if slot is None:
            slot = _Slot(opened(), next(self._clock), n_users=1)
            with self._lock:
                self._slots[key] = slot
        try:
            yield cast("_Value", slot.value)
        finally:
            with self._lock:
                slot.n_users -= 1
            self._close_unused()

    def _used(self, key: tuple[Stamp, ...]) -> _Slot | None:
        """Count a further user of something open, so that no other call closes it."""
        with self._lock:
            slot = self._slots.get(key)
            if slot is not None:
                slot.n_users += 1
                slot.used = next(self._clock)
            return slot

    def _opened_graph(self, path: Path) -> HeapGraph:
        from heapnb.graph.source_files import find_sources
        from heapnb.graph.sources import graph_of

        reading = self.reading
        return graph_of(
            path,
            cache=reading.cache,
            salvage=reading.salvage,
            source_files=find_sources(reading.source_root or None, reading.source_maps or None),
        )

    def _opened_case(self, files: Sequence[Path]) -> OpenCase:
        from heapnb.analysis.series.series import load_series

        reading = self.reading
        # A snapshot that is open on its own becomes part of the case, not a copy of it.
        sources = [self._graph_of(stamp) or stamp[0] for stamp in _stamps(files)]
        series = load_series(
            sources,
            progress=False,
            cache=reading.cache,
            salvage=reading.salvage,
            source_root=reading.source_root or None,
            source_maps=reading.source_maps or None,
        )
        return OpenCase(tuple(files), series)

    def _graph_of(self, stamp: Stamp) -> HeapGraph | None:
        slot = self._slots.get(_alone(stamp))
        return None if slot is None or isinstance(slot.value, OpenCase) else slot.value

    def _close_unused(self) -> None:
        """Close what was not used for longest until the rest fits the budget."""
        with self._lock:
            idle = sorted(
                (slot.used, key) for key, slot in self._slots.items() if slot.n_users == 0
            )
            left = self.n_bytes
            for _, key in idle:
                if left <= self.budget:
                    break
                left -= self._slots.pop(key).n_bytes


def _alone(stamp: Stamp) -> tuple[Stamp, ...]:
    """Return the key of a graph: unlike that of a case with one file."""
    return (stamp, stamp)


def _stamps(files: Sequence[Path]) -> tuple[Stamp, ...]:
    try:
        found = [(path, path.stat()) for path in files]
    except OSError as error:
        raise RefusedError(
            f"{Path(str(error.filename)).name}: {error.strerror}.",
            hint="open_case without a case lists the snapshots.",
        ) from None
    return tuple((path, facts.st_size, facts.st_mtime_ns) for path, facts in found)


__all__ = ["OpenCase", "OpenHeaps"]
