"""Rows of a case: its snapshots, suspects, classes, and what side files say."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from heapnb.fleet.cases import Case, Member
from heapnb.timeline.side_files import SideFile

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.suspects import Suspect
    from heapnb.analysis.series.series import Series

_SECONDS_PER_HOUR: Final = 3600.0
NUMBERS: Final = (
    *("rss", "heap_used", "heap_total", "external", "array_buffers"),
    *("heap_limit", "cgroup_limit"),
)
"""Columns of the memory over time, in bytes."""


def case_row(case: Case) -> dict[str, Any]:
    """Describe a case before anything of it is read."""
    first = next(iter(case.inputs), None)
    return {
        "snapshot_count": len(case.snapshots),
        "read_count": 0,
        "program": case.origin.program,
        "folder": None if first is None else first.folder,
        "exit_code": case.exit_code,
        "warnings": list(case.warnings),
    }


def unread_row(member: Member, number: int, error: str | None) -> dict[str, Any]:
    """Describe a snapshot that could not be read."""
    return {
        "number": number,
        "file": member.file.url,
        "size_bytes": member.file.size,
        "time": member.origin.time,
        "status": "failed",
        "error": error or "was not read",
    }


def read_row(member: Member, number: int, series: Series, place: int | None) -> dict[str, Any]:
    """Describe a snapshot; without a place it was left out of the series: twice there, or idle."""
    row: dict[str, Any] = {
        "number": number + 1,
        "file": member.file.url,
        "size_bytes": member.file.size,
        "time": member.origin.time,
        "status": "left out",
    }
    if place is None:
        return row
    snapshot, moment = series.snapshots[place], series.moments[place]
    row |= {
        "status": "read",
        "n_nodes": snapshot.n_nodes,
        "n_edges": snapshot.n_edges,
        "total_size": snapshot.total_size,
        "work": series.work[place],
    }
    side = moment.side_file
    if side is not None:
        row |= {name: side.memory.get(name) for name in ("rss", "heap_used", "heap_limit")}
        row |= {"uptime_ms": side.uptime_ms, "time": side.taken_at or row["time"]}
    return row


def suspect_row(suspect: Suspect) -> dict[str, Any]:
    """Describe a suspect, without its rates."""
    return {
        "rank": suspect.rank,
        "fingerprint": suspect.fingerprint,
        "kind": suspect.kind,
        "class_name": suspect.class_name,
        "title": suspect.title or None,
        "anchor": suspect.anchor,
        "location": suspect.location,
        "chain": list(suspect.chain),
        "confidence": suspect.confidence,
        "count": suspect.count_per_snapshot[-1],
        "count_delta": suspect.count_delta,
        "retained_size": suspect.retained_per_snapshot[-1],
        "retained_delta": suspect.retained_delta,
        "origin": suspect.origin,
        "known_issue": None if suspect.known is None else suspect.known.issue,
        "explanation": suspect.explanation,
        "fix": suspect.fix,
    }


def memory_row(side: SideFile, at: datetime | None) -> dict[str, Any]:
    """Return the memory that a side file tells."""
    row = {name: side.memory.get(name) for name in NUMBERS}
    units = side.units_of_work
    return row | {
        "time": at,
        "elapsed_ms": side.uptime_ms,
        "source": "side file",
        "work": None if units is None else units[1],
    }


def constructor_rows(series: Series, times: Sequence[datetime | None]) -> Iterator[dict[str, Any]]:
    """Yield the classes of each snapshot."""
    from heapnb.graph.locations import site_text

    for number, (snapshot, at) in enumerate(zip(series.snapshots, times, strict=True), 1):
        totals = snapshot.classes
        columns = zip(
            totals.name.to_pylist(),
            totals.site.tolist(),
            totals.count.tolist(),
            totals.shallow_size.tolist(),
            totals.retained_size.tolist(),
            strict=True,
        )
        for name, site, count, shallow, retained in columns:
            yield {
                "number": number,
                "time": at,
                "class_name": name,
                "location": site_text(series.last, *site),
                "count": count,
                "shallow_size": shallow,
                "retained_size": retained,
            }


def hours_of(times: Sequence[datetime | None]) -> tuple[float, ...] | None:
    """Return hours since the first snapshot; None unless all times are known and ascend."""
    known = [one for one in times if one is not None]
    if len(known) < len(times) or not known:
        return None
    hours = tuple((one - known[0]).total_seconds() / _SECONDS_PER_HOUR for one in known)
    return hours if all(one < other for one, other in itertools.pairwise(hours)) else None


__all__ = [
    "NUMBERS",
    "case_row",
    "constructor_rows",
    "hours_of",
    "memory_row",
    "read_row",
    "suspect_row",
    "unread_row",
]
