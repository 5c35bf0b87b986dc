"""What one worker does: read the files of one case, and return the rows of all data sets."""

from __future__ import annotations

import gc
import itertools
import shutil
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from heapnb._showing import port
from heapnb.errors import HeapnbError
from heapnb.fleet.case_rows import (
    NUMBERS,
    case_row,
    constructor_rows,
    hours_of,
    memory_row,
    read_row,
    suspect_row,
    unread_row,
)
from heapnb.fleet.cases import Case, Member
from heapnb.fleet.inputs import Input, file_system
from heapnb.fleet.store import DATASETS, SCHEMAS, table_of
from heapnb.progress import no_progress
from heapnb.timeline.side_files import SUFFIX

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.suspects import Diagnosis
    from heapnb.analysis.series.series import Series
    from heapnb.graph import HeapGraph

_MOST_SAMPLES: Final = 2_000
"""Rows that one log adds to the memory over time; a longer one is thinned."""

_TEXT_LIMIT: Final = 500
_TRIES: Final = 3
_WAIT: Final = 0.5
_COPY_AT_ONCE: Final = 1 << 22
_TEXTS: Final = {
    "cases": ("reason", "program"),
    "snapshots": (),
    "constructors": ("class_name", "location"),
    "suspects": ("class_name", "title", "anchor", "location", "explanation", "fix"),
    "fingerprints": ("class_name", "anchor"),
    "memory": (),
}
"""Columns with texts of a heap, which are masked."""

_one_at_a_time = threading.Lock()
"""A worker with several threads still has one case in memory."""


@dataclass(frozen=True)
class Options:
    """How a case is examined.

    Parameters
    ----------
    redact, personal : bool
        Whether likely secrets, and personal data, are masked in all texts.
    salvage : bool
        Whether truncated snapshots are read as far as they go.
    storage_options : mapping
        Of the file system of URLs.
    """

    redact: bool = True
    personal: bool = False
    salvage: bool = False
    storage_options: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Examined:
    """The rows of a case.

    Parameters
    ----------
    status : {"ok", "partly", "failed"}
        Whether all of its files were read, or some, or none.
    tables : mapping of str to bytes
        Data sets, as Arrow streams.
    ended : str or None
        ``"killed"`` if a diagnostic report says that the process ran out of memory.
    is_final : bool
        Whether the same files would give the same again.
    """

    status: str
    tables: Mapping[str, bytes]
    ended: str | None = None
    is_final: bool = True

    def rows(self) -> dict[str, pa.Table]:
        """Unpack the data sets."""
        return {name: pa.ipc.open_stream(data).read_all() for name, data in self.tables.items()}


def examine(case: Case, options: Options) -> Examined:
    """Examine one case: its series of snapshots, and the logs beside it.

    Parameters
    ----------
    case : Case
        Its files, which this machine can read.
    options : Options
        How.

    Returns
    -------
    Examined
        Also if files cannot be read: then rows say why.
    """
    with _one_at_a_time:
        try:
            return _Work(case, options).result()
        finally:
            _release()


def failed(case: Case, error: str) -> Examined:
    """Return the rows of a case that could not be examined at all."""
    rows = [unread_row(member, number, error) for number, member in enumerate(case.snapshots, 1)]
    whole = case_row(case) | {"status": "failed", "error": error, "read_count": 0}
    packed = _packed({"cases": [whole], "snapshots": rows})
    return Examined("failed", packed, is_final=False)


class _Work:
    """One case being examined."""

    def __init__(self, case: Case, options: Options) -> None:
        self.case = case
        self.options = options
        self.started = time.perf_counter()
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in DATASETS}
        self.warnings = list(case.warnings)
        self.ended: str | None = None
        self.errors: list[str] = []

    def result(self) -> Examined:
        row = case_row(self.case)
        with tempfile.TemporaryDirectory(prefix="heapnb-fleet-") as folder:
            for log in self.case.logs:
                self.read_log(log, Path(folder))
            heap = self.read_snapshots(row, Path(folder)) if self.case.snapshots else None
        status = "ok"
        n_files = len(self.case.snapshots) + len(self.case.logs)
        if self.errors:
            status = "failed" if len(self.errors) >= n_files else "partly"
        row |= {
            "status": status,
            "error": "; ".join(self.errors[:3]) or None,
            "ended": self.ended,
            "duration_ms": (time.perf_counter() - self.started) * 1000,
            "worker_peak": _peak(),
            "warnings": self.warnings,
        }
        self.rows["cases"].append(row)
        if self.options.redact and heap is not None:
            _mask(self.rows, heap, personal=self.options.personal)
        return Examined(status, _packed(self.rows), self.ended)

    # -- snapshots --------------------------------------------------------------------------

    def read_snapshots(self, row: dict[str, Any], folder: Path) -> HeapGraph | None:
        from heapnb.analysis.diagnosis.diagnose import diagnose
        from heapnb.analysis.series.series import load_series

        paths: dict[str, int] = {}
        errors: dict[int, str] = {}
        for number, member in enumerate(self.case.snapshots):
            try:
                paths[self.local(member, folder / str(number))] = number
            except (HeapnbError, OSError, ValueError) as error:
                errors[number] = _said(error)
        series: Series | None = None
        if paths:
            try:
                series = load_series(
                    list(paths),
                    cache=False,
                    salvage=self.options.salvage,
                    in_order=False,
                    progress=no_progress,
                )
            except (HeapnbError, OSError) as error:
                errors |= {number: _said(error) for number in paths.values()}
        read: dict[int, int] = {}
        if series is not None:
            read = {
                paths[snapshot.path]: place
                for place, snapshot in enumerate(series.snapshots)
                if snapshot.path in paths
            }
            for path, text in series.unreadable:
                errors[paths[path]] = text
        for number, member in enumerate(self.case.snapshots):
            if number in errors or series is None:
                self.errors.append(f"{member.file.name}: {errors.get(number, 'was not read')}")
                self.rows["snapshots"].append(unread_row(member, number + 1, errors.get(number)))
            else:
                self.rows["snapshots"].append(read_row(member, number, series, read.get(number)))
        row["read_count"] = len(read)
        if series is None:
            return None
        self.warnings += series.warnings
        diagnosis = diagnose(series, progress=no_progress)
        members = {place: self.case.snapshots[number] for number, place in read.items()}
        self.add_diagnosis(row, diagnosis, [members[place] for place in range(len(series))])
        return series.last

    def add_diagnosis(
        self, row: dict[str, Any], diagnosis: Diagnosis, members: Sequence[Member]
    ) -> None:
        from heapnb.analysis.verification.rates import Axis, GrowthRate

        series = diagnosis.series
        times = [
            known or member.origin.time for known, member in zip(series.times, members, strict=True)
        ]
        hours = hours_of(times)
        axis = Axis.of(series, series)

        def rate(values: Sequence[int], at: Sequence[float] | None) -> float | None:
            return None if at is None or len(at) < 2 else GrowthRate.of(values, at, "").value  # noqa: PLR2004

        sizes = [int(snapshot.total_size) for snapshot in series.snapshots]
        known = [one for one in times if one is not None]
        row |= {
            "verdict": diagnosis.verdict,
            "reason": diagnosis.reason,
            "leak_count": len(diagnosis.leaks),
            "first_time": min(known, default=None),
            "last_time": max(known, default=None),
            "hours": None if hours is None else hours[-1],
            "heap_first": sizes[0],
            "heap_last": sizes[-1],
            "heap_bytes_per_hour": rate(sizes, hours),
        }
        leaks = {id(one) for one in diagnosis.leaks}
        for suspect in diagnosis.suspects:
            is_leak = id(suspect) in leaks
            counts, retained = suspect.count_per_snapshot, suspect.retained_per_snapshot
            self.rows["suspects"].append(
                suspect_row(suspect)
                | {
                    "time": times[-1],
                    "is_leak": is_leak,
                    "objects_per_hour": rate(counts, hours),
                    "bytes_per_hour": rate(retained, hours),
                    "objects_rate": rate(counts, axis.after),
                    "bytes_rate": rate(retained, axis.after),
                    "per": axis.per,
                }
            )
            same = {
                "fingerprint": suspect.fingerprint,
                "is_leak": is_leak,
                "kind": suspect.kind,
                "class_name": suspect.class_name,
                "anchor": suspect.anchor,
            }
            self.rows["fingerprints"] += [
                same | {"number": i, "time": at, "count": count, "retained_size": size}
                for i, (at, count, size) in enumerate(zip(times, counts, retained, strict=True), 1)
            ]
        self.rows["constructors"] += constructor_rows(series, times)
        for moment, at in zip(series.moments, times, strict=True):
            if moment.side_file is not None:
                self.rows["memory"].append(memory_row(moment.side_file, at))

    # -- logs -------------------------------------------------------------------------------

    def read_log(self, member: Member, folder: Path) -> None:
        """Add the memory over time of a log."""
        try:
            path = self.copied(member.file, folder)
            if member.file.kind == "report":
                self.add_report(path)
            else:
                self.rows["memory"] += self.samples(member.file, path)
        except (HeapnbError, OSError, ValueError) as error:
            self.errors.append(f"{member.file.name}: {_said(error)}")

    def samples(self, file: Input, path: str) -> list[dict[str, Any]]:
        if file.kind == "gc log":
            from heapnb.timeline.gc_log import read_trace_gc

            table = read_trace_gc(path).table
            table = table[table["gc_type"] == "major"].assign(
                heap_used=lambda one: one["heap_used_after"],
                heap_total=lambda one: one["heap_total_after"],
            )
        else:
            from heapnb.timeline.memory_log import read_memory_log

            table = read_memory_log(path).memory
        pid = self.case.origin.pid
        if pid is not None and "pid" in table and (table["pid"] == pid).any():
            table = table[(table["pid"] == pid).fillna(value=False)]
        if len(table) > _MOST_SAMPLES:
            step = -(-len(table) // _MOST_SAMPLES)
            table = table.iloc[::step]
        names = [name for name in ("time", "elapsed_ms", *NUMBERS, "work") if name in table]
        frame = table[names].astype(object)
        records = frame.where(table[names].notna(), None).to_dict("records")
        return [{**{str(key): row[key] for key in row}, "source": file.kind} for row in records]

    def add_report(self, path: str) -> None:
        from heapnb.timeline.diagnostic_report import read_diagnostic_report

        report = read_diagnostic_report(path)
        at = None if report.time_ms is None else datetime.fromtimestamp(report.time_ms / 1000, UTC)
        row = {name: report.memory.get(name) for name in NUMBERS}
        self.rows["memory"].append(row | {"time": at, "source": "report"})
        if report.trigger == "FatalError" or "out of memory" in (report.event or ""):
            self.ended = "killed"

    # -- files ------------------------------------------------------------------------------

    def local(self, member: Member, folder: Path) -> str:
        """Return a snapshot's path on this machine, with its side file beside it."""
        path = self.copied(member.file, folder)
        if member.side is not None and member.file.is_remote:
            try:
                self.copied(member.side, folder)
            except (HeapnbError, OSError, ValueError) as error:
                self.warnings.append(f"{member.side.name}: cannot be read. {_said(error)}")
        return str(Path(path).resolve())

    def copied(self, file: Input, folder: Path) -> str:
        """Return a path of a file; what is behind a URL is copied first."""
        if not file.is_remote:
            return file.url
        folder.mkdir(exist_ok=True)
        target = folder / (file.name if file.name not in {"", ".", ".."} else f"file{SUFFIX}")
        store, path = file_system(file.url, self.options.storage_options)
        for number in itertools.count(1):
            try:
                with store.open(path, "rb") as source, target.open("wb") as copy:
                    shutil.copyfileobj(source, copy, _COPY_AT_ONCE)
                return str(target)
            except FileNotFoundError:
                raise
            except OSError:
                if number == _TRIES:
                    raise
                time.sleep(_WAIT * number)
        raise AssertionError


def _mask(rows: Mapping[str, list[dict[str, Any]]], heap: HeapGraph, *, personal: bool) -> None:
    """Mask in place every text that comes from the heap."""
    texts = dict.fromkeys(text for text in _heap_texts(rows) if text)
    masked = dict(zip(texts, port().masked(list(texts), heap, personal=personal), strict=True))
    for name, columns in _TEXTS.items():
        for row in rows[name]:
            for column in columns:
                if row.get(column):
                    row[column] = masked[row[column]]
            if "chain" in row:
                row["chain"] = [masked.get(step, step) for step in row["chain"]]


def _heap_texts(rows: Mapping[str, list[dict[str, Any]]]) -> Iterator[str]:
    for name, columns in _TEXTS.items():
        for row in rows[name]:
            yield from (row[column] for column in columns if row.get(column))
            yield from row.get("chain", ())


def _packed(rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[str, bytes]:
    packed = {}
    for name in DATASETS:
        table = table_of(name, [_cut(row) for row in rows.get(name, ())])
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, SCHEMAS[name]) as stream:
            stream.write_table(table)
        packed[name] = sink.getvalue().to_pybytes()
    return packed


def _cut(row: Mapping[str, Any]) -> dict[str, Any]:
    """Cut long texts, and replace what is not UTF-8."""
    return {name: _cut_value(name, value) for name, value in row.items()}


def _cut_value(name: str, value: Any) -> Any:
    if isinstance(value, str):
        limit = 8 * _TEXT_LIMIT if name in {"explanation", "fix", "reason"} else _TEXT_LIMIT
        # The end of a place or a URL says most.
        cut = value[-limit:] if name in {"location", "file", "folder"} else value[:limit]
        return cut.encode(errors="replace").decode()
    if isinstance(value, list | tuple):
        return [_cut_value(name, one) for one in value]
    return value


def _said(error: Exception) -> str:
    return str(error).strip() or type(error).__name__


def _peak() -> int | None:
    """Return the most bytes that this process ever had in memory."""
    try:
        import resource
        import sys
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _release() -> None:
    """Give the memory of a case back to the system."""
    gc.collect()
    pa.default_memory_pool().release_unused()


__all__ = ["Examined", "Options", "examine", "failed"]
