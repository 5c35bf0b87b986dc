"""Files about a process's memory: which are which, and which belong to one moment."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

from heapnb.analysis.rss_heap import HeapMemory, heap_memory
from heapnb.analysis.rss_numbers import (
    ProcessNumbers,
    isolate_of_side_file,
    of_memory_log,
    of_report,
    of_side_file,
)
from heapnb.analysis.rss_parts import RssMoment
from heapnb.analysis.series.series_data import SeriesData
from heapnb.errors import HeapnbError
from heapnb.graph import HeapGraph
from heapnb.progress import one_of_several
from heapnb.timeline.diagnostic_report import DiagnosticReport, read_diagnostic_report
from heapnb.timeline.memory_log import MemoryLog, read_memory_log
from heapnb.timeline.native_logs import NativeLog, head_of, kind_of_native_log, read_native_log
from heapnb.timeline.side_files import (
    FORMAT,
    SMAPS_SUFFIX,
    SUFFIX,
    SideFile,
    read_side_file,
    side_file_of,
    stem_of,
)
from heapnb.timeline.smaps import MemoryMap, is_smaps, read_smaps

RssSource: TypeAlias = Any
"""A path, a snapshot, a series, a diagnosis, a log, a report, or a sequence of these."""

Opener: TypeAlias = Callable[[Any], HeapGraph]

_SNAPSHOT: Final = "snapshot"
_SIDE: Final = "side file"
_SMAPS: Final = "smaps"
_NATIVE_LOG: Final = "native log"
_REPORT: Final = "diagnostic report"
_MEMORY_LOG: Final = "memory log"

_OF_REPORT: Final = ('"reportVersion"', '"dumpEventTime"')
_OF_MEMORY_LOG: Final = ("heap_used", "heapUsed")

_LARGEST_REOPENED: Final = 2_000_000
"""Earlier snapshots of a series with more nodes are not read again."""


Opening: TypeAlias = Callable[[], HeapGraph | None]


@dataclass(frozen=True)
class _Given:
    """A snapshot, or numbers without one: where it is, its name, and how to open it."""

    path: str
    name: str
    open: Opening | None = None
    side: SideFile | None = None


@dataclass
class _Case:
    """What was given, by kind; snapshots in order, the others by the name of their snapshot."""

    snapshots: list[_Given] = field(default_factory=list)
    sides: dict[str, SideFile] = field(default_factory=dict)
    maps: dict[str, MemoryMap] = field(default_factory=dict)
    logs: list[NativeLog] = field(default_factory=list)
    reports: list[DiagnosticReport] = field(default_factory=list)
    samples: list[MemoryLog] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ReadSources:
    """Everything that was read.

    Parameters
    ----------
    moments : tuple of RssMoment
        In order of time where all times are known, else in the given order.
    native_logs : tuple of NativeLog
        Logs of native allocations, in the given order.
    warnings : tuple of str
        Side files that cannot be read.
    """

    moments: tuple[RssMoment, ...]
    native_logs: tuple[NativeLog, ...]
    warnings: tuple[str, ...]


def read_sources(sources: Iterable[RssSource], open_graph: Opener) -> ReadSources:
    """Read everything, and put together what belongs to one moment.

    Parameters
    ----------
    sources : iterable
        Files and open snapshots.
    open_graph : callable
        Opens a snapshot.

    Returns
    -------
    ReadSources

    Raises
    ------
    HeapnbError or OSError
        If a file cannot be read.
    """
    case = _Case()
    for source in _flat(sources):
        _add(case, source, open_graph)
    moments = list(_moments(case))
    moments += _moments_of_reports(case)
    if any(one.rss is not None for one in moments):
        case.warnings += [
            f"{log.name} is left out: other files have numbers of the process. Give it alone to "
            "see the memory over time."
            for log in case.samples
        ]
    else:
        moments += _moments_of_samples(case)
    times = {id(one): _instant(one.time) for one in moments}
    if None not in times.values():
        moments.sort(key=lambda one: times[id(one)] or 0)
    return ReadSources(tuple(moments), tuple(case.logs), tuple(case.warnings))


def has_process_files(series: SeriesData) -> bool:
    """Tell whether a side file or a copy of smaps lies beside any snapshot of a series."""
    stems = [stem_of(one.path) for one in series.snapshots if one.path is not None]
    return any(Path(stem + suffix).is_file() for stem in stems for suffix in (SUFFIX, SMAPS_SUFFIX))


def _flat(sources: Iterable[RssSource]) -> Iterator[RssSource]:
    for source in sources:
        if isinstance(source, Sequence) and not isinstance(
            source, str | bytes | bytearray | memoryview
        ):
            yield from _flat(source)
        else:
            yield source


def _add(case: _Case, source: RssSource, open_graph: Opener) -> None:
    """Sort one source into the case."""
    series = getattr(source, "series", source)
    if isinstance(series, SeriesData):
        for number, one in enumerate(series.snapshots):
            where = one.name if one.path is None else one.path
            case.snapshots.append(_Given(where, one.name, _reopening(series, number)))
        return
    if isinstance(source, NativeLog):
        case.logs.append(source)
        return
    if isinstance(source, DiagnosticReport):
        case.reports.append(source)
        return
    if isinstance(source, MemoryLog):
        case.samples.append(source)
        return
    if not isinstance(source, str | os.PathLike) or str(source) == "-" or "://" in str(source):
        raw = getattr(source, "raw", None)
        name = "<snapshot>" if raw is None else raw.source.name
        where = name if raw is None or raw.source.path is None else raw.source.path
        case.snapshots.append(_Given(where, name, lambda: open_graph(source)))
        return
    path = os.fspath(source)
    kind = _kind_of(Path(path))
    if kind == _SIDE:
        case.sides[stem_of(path)] = read_side_file(path)
    elif kind == _NATIVE_LOG:
        case.logs.append(read_native_log(path))
    elif kind == _SMAPS:
        case.maps[stem_of(path)] = read_smaps(path)
    elif kind == _REPORT:
        case.reports.append(read_diagnostic_report(path))
    elif kind == _MEMORY_LOG:
        case.samples.append(read_memory_log(path))
    else:
        case.snapshots.append(_Given(path, Path(path).name, lambda: open_graph(source)))


def _reopening(series: SeriesData, number: int) -> Opening:
    def reopen() -> HeapGraph | None:
        is_last = number == len(series) - 1
        if not is_last and series.snapshots[number].n_nodes > _LARGEST_REOPENED:
            return None
        try:
            return series.reopen(number)
        except (HeapnbError, OSError):
            return None

    return reopen


def _kind_of(path: Path) -> str:
    """Tell what a file is by how it begins."""
    head = head_of(path)
    if kind_of_native_log(head) is not None:
        return _NATIVE_LOG
    text = head.decode("utf-8", errors="replace")
    if is_smaps(text):
        return _SMAPS
    is_object = text.lstrip().startswith("{")
    if is_object and f'"{FORMAT}"' in text:
        return _SIDE
    if is_object and any(mark in text for mark in _OF_REPORT):
        return _REPORT
    if '"meta"' not in text and any(mark in text for mark in _OF_MEMORY_LOG):
        return _MEMORY_LOG
    return _SNAPSHOT


def _moments(case: _Case) -> Iterator[RssMoment]:
    """Put snapshots and the files beside them together."""
    sides, maps = dict(case.sides), dict(case.maps)
    given: list[_Given] = []
    for one in case.snapshots:
        stem = stem_of(one.path)
        side = sides.pop(stem, None) or _side_beside(one.path, case.warnings)
        given.append(replace(one, side=side))
        if stem not in maps and (beside := Path(stem + SMAPS_SUFFIX)).is_file():
            maps[stem] = read_smaps(beside)
    given += [_Given(stem, Path(stem).name, side=side) for stem, side in sides.items()]
    main = [one for one in given if one.side is None or not one.side.thread_id]
    # A snapshot of a worker is read for what it left over.
    workers = [
        (one.side, _heap_of(one.open)) for one in given if one.side is not None and one not in main
    ]
    _match_in_order([stem_of(one.path) for one in main], maps)
    for number, one in enumerate(main):
        with one_of_several(number + 1, len(main), one.name):
            heap = _heap_of(one.open)
        side = one.side
        later = main[number + 1].side if number + 1 < len(main) else None
        ours = [] if side is None else [each for each in workers if each[0].pid == side.pid]
        yield RssMoment(
            name=one.name,
            time=None if side is None else side.time,
            heap=heap,
            numbers=None if side is None else _with_workers(side, later, ours, heap),
            memory_map=maps.pop(stem_of(one.path), None),
            pid=None if side is None else side.pid,
            workers_cost=0 if side is None else _cost_before(side, ours),
        )
    for stem, memory_map in maps.items():
        yield RssMoment(name=Path(stem).name + SMAPS_SUFFIX, memory_map=memory_map)


def _moments_of_reports(case: _Case) -> Iterator[RssMoment]:
    """Make moments of diagnostic reports of main threads."""
    for report in case.reports:
        if not report.thread_id:
            at = None if report.time_ms is None else report.time_ms / 1000
            time = None if at is None else datetime.fromtimestamp(at, UTC).isoformat()
            yield RssMoment(report.name, time=time, numbers=of_report(report), pid=report.pid)


def _moments_of_samples(case: _Case) -> Iterator[RssMoment]:
    """Make moments of logs of samples."""
    for log in case.samples:
        for number, (time, numbers) in enumerate(of_memory_log(log), 1):
            yield RssMoment(f"{log.name}, {time or number}", time=time, numbers=numbers)


def _instant(time: str | None) -> float | None:
    """Return a time in seconds since 1970, None if it cannot be read."""
    try:
        return None if time is None else datetime.fromisoformat(time).timestamp()
    except ValueError:
        return None


def _match_in_order(stems: list[str], maps: dict[str, MemoryMap]) -> None:
    """Give the n-th copy of smaps to the n-th snapshot if there are as many, under other names."""
    free = [stem for stem in stems if stem not in maps]
    other = [stem for stem in maps if stem not in stems]
    if len(free) == len(other):
        for stem, given in zip(free, other, strict=True):
            maps[stem] = maps.pop(given)


def _side_beside(path: str, warnings: list[str]) -> SideFile | None:
    """Read the side file beside a snapshot; a damaged one is worth a warning, not an error."""
    try:
        return side_file_of(path) if Path(path).is_file() else None
    except (HeapnbError, OSError) as error:
        warnings.append(str(error))
        return None


def _heap_of(opener: Opening | None) -> HeapMemory | None:
    # The graph is released before the next one is read.
    graph = None if opener is None else opener()
    return None if graph is None else heap_memory(graph)


_Worker: TypeAlias = tuple[SideFile, HeapMemory | None]


def _with_workers(
    side: SideFile, later: SideFile | None, workers: Sequence[_Worker], heap: HeapMemory | None
) -> ProcessNumbers:
    """Add what the workers of the same process said, before the next moment of the main thread."""
    numbers = of_side_file(side)
    latest: dict[int, SideFile] = {}
    until = None if later is None else _instant(later.time)
    for other, _ in workers:
        at = _instant(other.time)
        if until is None or at is None or at < until:
            latest[int(other.thread_id or 0)] = other
    if not latest or (heap is not None and heap.workers == 0):
        return numbers
    return replace(numbers, workers=tuple(map(isolate_of_side_file, latest.values())))


def _cost_before(side: SideFile, workers: Sequence[_Worker]) -> int:
    """Add up what earlier snapshots of workers left over; each thread has an arena of its own."""
    most: dict[int, int] = {}
    now = _instant(side.time)
    for other, heap in workers:
        at = _instant(other.time)
        if heap is not None and now is not None and at is not None and at < now:
            thread = int(other.thread_id or 0)
            most[thread] = max(most.get(thread, 0), heap.snapshot_cost)
    return sum(most.values())
