"""What a time line is made of: each kind of source as rows with the same columns."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson

from heapnb.errors import HeapnbError, LogFormatError
from heapnb.timeline.alarms import memwatch_alarm
from heapnb.timeline.diagnostic_report import (
    DiagnosticReport,
    is_report,
    read_diagnostic_report,
)
from heapnb.timeline.findings import Finding
from heapnb.timeline.gc_log import GcLog, read_trace_gc
from heapnb.timeline.log_lines import lines, opened, read_all
from heapnb.timeline.memory_lines import moment
from heapnb.timeline.memory_log import MemoryLog, read_memory_log
from heapnb.timeline.side_files import (
    SNAPSHOT_SUFFIXES,
    SUFFIX,
    SideFile,
    read_side_file,
    side_file_of,
)

if TYPE_CHECKING:
    import pandas as pd

_SNAPSHOT_MARK: Final = b'"snapshot"'
_HEAD: Final = 1 << 16
_MOST_DEPLOYMENTS: Final = 10_000
_MEMORY: Final = (
    *("rss", "heap_total", "heap_used", "external", "array_buffers", "heap_limit"),
    *("cgroup_limit", "cgroup_usage"),
)
_NAME_COLUMNS: Final = ("name", "version", "deployment", "release", "tag", "event", "text")


@dataclass
class Part:
    """Rows of one source.

    Parameters
    ----------
    name : str
        The file.
    table : pandas.DataFrame
        Rows, with the columns of a time line.
    findings : tuple of Finding
        What the source says by itself.
    warnings : tuple of str
        What could not be read.
    starts : mapping of int to float
        When processes started, by pid, in ms since 1970.
    is_single : bool
        Whether the source is one moment, as a side file is.
    """

    name: str
    table: pd.DataFrame
    findings: tuple[Finding, ...] = ()
    warnings: tuple[str, ...] = ()
    starts: Mapping[int, float] = field(default_factory=dict)
    is_single: bool = False

    @property
    def has_clock(self) -> bool:
        """Whether any row has a wall-clock time."""
        return "time" in self.table and bool(self.table["time"].notna().any())


def parts_of(source: Any) -> list[Part]:
    """Read the rows of a source.

    Parameters
    ----------
    source : object
        See `heapnb.timeline`.

    Returns
    -------
    list of Part
        Two for a file that is a log of memory and of garbage collection.

    Raises
    ------
    HeapnbError
        If the source is of no known kind.
    """
    if isinstance(source, MemoryLog):
        return [_of_memory_log(source)]
    if isinstance(source, GcLog):
        return [_of_gc_log(source)]
    if isinstance(source, DiagnosticReport):
        return [_of_report(source)]
    if isinstance(source, SideFile):
        return [_of_side_file(source)]
    snapshots = getattr(source, "snapshots", None)
    if isinstance(snapshots, list | tuple):
        # A series: snapshots know their files, and the files their side files.
        paths = [_path_of(one) for one in snapshots]
        return [part for path in paths if path is not None for part in _of_snapshot(path)]
    if isinstance(source, list | tuple | set):
        return [part for one in source for part in parts_of(one)]
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        if path.name.endswith(SNAPSHOT_SUFFIXES):
            return _of_snapshot(path)
        if path.name.endswith(SUFFIX):
            return [_of_side_file(read_side_file(path))]
    elif not isinstance(source, bytes | bytearray | memoryview):
        raise HeapnbError(
            f"A time line cannot show {type(source).__name__}.",
            hint="pass logs, side files, snapshots, diagnostic reports or a series.",
        )
    return _of_file(source)


def _path_of(snapshot: Any) -> Path | None:
    """Return the file of a snapshot of a series."""
    path = getattr(getattr(getattr(snapshot, "raw", snapshot), "source", None), "path", None)
    path = path or getattr(snapshot, "path", None)
    return None if path is None else Path(path)


def _of_file(source: Any) -> list[Part]:
    """Recognise a file by its content."""
    if source == "-":
        # It is read several times, which the standard input is not.
        _, source = read_all(source)
    with opened(source) as log:
        head = b"\n".join(line for _, line in zip(range(50), lines(log), strict=False))[:_HEAD]
        name = log.info.name
    if head.lstrip().startswith(b"{") and (b'"reportVersion"' in head or b'"header"' in head):
        _, content = read_all(source)
        try:
            found = orjson.loads(content)
        except orjson.JSONDecodeError:
            found = None
        if is_report(found):
            return [_of_report(read_diagnostic_report(source))]
    found_parts = []
    for read in (_read_memory, _read_gc, _read_deployments):
        try:
            found_parts.append(read(source))
        except LogFormatError:
            continue
        if read is _read_gc:
            break
    if not head.strip():
        raise LogFormatError(name, "it is empty", "the process may not have written it yet.")
    if not found_parts:
        raise LogFormatError(
            name,
            "it is neither a log of memory or garbage collection nor a side file, a diagnostic"
            " report or a list of deployments",
            "docs/logs.md shows the forms.",
        )
    return found_parts[:2]


def _read_memory(source: Any) -> Part:
    return _of_memory_log(read_memory_log(source))


def _read_gc(source: Any) -> Part:
    return _of_gc_log(read_trace_gc(source))


def _of_memory_log(log: MemoryLog) -> Part:
    table = log.table
    starts = {}
    if {"time", "elapsed_ms", "pid"} <= set(table):
        known = table.dropna(subset=["time", "elapsed_ms", "pid"])
        for pid, at, elapsed in zip(known["pid"], known["time"], known["elapsed_ms"], strict=True):
            starts[int(pid)] = at.timestamp() * 1_000 - elapsed
    return Part(log.name, table, log.findings, log.warnings, starts)


def _of_gc_log(log: GcLog) -> Part:
    import pandas as pd

    table = log.table.assign(kind="gc")
    alarms = []
    major = log.table[log.table["gc_type"] == "major"].dropna(subset=["heap_used_after"])
    for _, part in major.groupby(["pid", "isolate", "run"], dropna=False, sort=False):
        leaks = memwatch_alarm(
            part["elapsed_ms"].to_numpy(np.float64), part["heap_used_after"].to_numpy(np.float64)
        )
        for leak in leaks:
            row = part.iloc[leak.index]
            alarms.append(
                {
                    **{name: row[name] for name in ("elapsed_ms", "pid", "isolate", "run")},
                    **({"time": row["time"]} if "time" in part else {}),
                    "kind": "alarm",
                    "alarm": "memwatch",
                    "text": f"five growing full collections, +{leak.growth:,} bytes",
                }
            )
    if alarms:
        kinds = {name: table[name].dtype for name in ("pid", "isolate")}
        table = pd.concat([table, pd.DataFrame(alarms).astype(kinds)], ignore_index=True)
    return Part(log.name, table, log.findings, log.warnings)


def _of_report(report: DiagnosticReport) -> Part:
    row: dict[str, object] = {
        "kind": "event",
        "time": report.time_ms,
        "pid": report.pid,
        "thread_id": report.thread_id,
        "name": "diagnostic report",
        "text": report.event,
        **{name: report.memory.get(name) for name in _MEMORY},
    }
    return Part(report.name, _one_row(row), report.findings, is_single=True)


def _of_snapshot(path: Path) -> list[Part]:
    """Return the row of a snapshot: from its side file, else from the time of the file."""
    side_file = side_file_of(path)
    if side_file is not None:
        return [_of_side_file(side_file, path)]
    try:
        modified = path.stat().st_mtime * 1_000
    except OSError as error:
        raise HeapnbError(
            f"Cannot read {path}: {error.strerror}.", hint="check the path and its permissions."
        ) from None
    row: dict[str, object] = {
        "kind": "snapshot",
        "time": modified,
        "name": path.name,
        "path": str(path),
        "reason": "file",
    }
    warning = f"{path.name} has no side file: its place is when the file was written."
    return [Part(path.name, _one_row(row), warnings=(warning,), is_single=True)]


def _of_side_file(side_file: SideFile, path: Path | None = None) -> Part:
    name = side_file.snapshot or side_file.path.name
    at = moment(side_file.time)
    memory: dict[str, float | None] = {one: side_file.memory.get(one) for one in _MEMORY}
    memory["cgroup_limit"] = side_file.cgroup.get("limit")
    memory["cgroup_usage"] = side_file.cgroup.get("usage")
    row: dict[str, object] = {
        "kind": "snapshot",
        "time": at,
        "elapsed_ms": side_file.uptime_ms,
        "pid": side_file.pid,
        "thread_id": side_file.thread_id,
        "name": name,
        "path": str(path or side_file.path.parent / Path(name).name),
        "reason": side_file.reason,
        "duration_ms": side_file.duration_ms,
        "work": side_file.work.get("units"),
        "event_loop_delay_ms": side_file.event_loop_delay.get("mean_ms"),
        **memory,
    }
    starts = {}
    if side_file.pid is not None and at is not None and side_file.uptime_ms is not None:
        starts[side_file.pid] = at - side_file.uptime_ms
    return Part(side_file.path.name, _one_row(row), starts=starts, is_single=True)


def _one_row(row: dict[str, object]) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame([row])
    for name in frame:
        if name == "time":
            at = pd.to_datetime(frame[name].astype("float64"), unit="ms", utc=True)
            frame[name] = at.dt.as_unit("ns")
        elif name in {*_MEMORY, "pid", "thread_id"}:
            frame[name] = frame[name].astype("Float64").astype("Int64")
        elif name in {"elapsed_ms", "duration_ms", "work", "event_loop_delay_ms"}:
            frame[name] = frame[name].astype("float64")
    return frame


def _read_deployments(source: Any) -> Part:
    """Read what happened when: CSV with a header, or JSON lines."""
    import csv

    import pandas as pd

    name, content = read_all(source, most=1 << 24)
    text = content.decode("utf-8", "replace").replace("\0", "")
    rows = []
    if text.lstrip().startswith("{"):
        for line in text.splitlines()[:_MOST_DEPLOYMENTS]:
            try:
                found = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue
            if isinstance(found, dict):
                rows.append(_deployment({str(key).lower(): one for key, one in found.items()}))
    else:
        try:
            reader = csv.reader(text.splitlines()[: _MOST_DEPLOYMENTS + 1])
            first = [cell.strip() for cell in next(reader, [])]
            header = [cell.lower() for cell in first]
            if first and moment(first[0]) is not None:
                # No header: time, name.
                header = ["time", "name"]
                rows.append(_deployment(dict(zip(header, first, strict=False))))
            rows += [_deployment(dict(zip(header, cells, strict=False))) for cells in reader]
        except csv.Error:
            rows = []
    rows = [row for row in rows if row is not None]
    if not rows:
        raise LogFormatError(name, "it lists no deployments", "columns are `time` and `name`.")
    frame = pd.DataFrame(rows)
    frame["time"] = pd.to_datetime(frame["time"].astype("float64"), unit="ms", utc=True).dt.as_unit(
        "ns"
    )
    return Part(name, frame)


def _deployment(found: Mapping[str, Any]) -> dict[str, Any] | None:
    at = next(
        (at for key in ("time", "timestamp", "date", "at") if (at := moment(found.get(key)))), None
    )
    label = next((str(found[key]) for key in _NAME_COLUMNS if found.get(key)), None)
    if at is None or label is None:
        return None
    return {"kind": "deployment", "time": at, "name": label[:200].strip()}


__all__ = ["Part", "parts_of"]
