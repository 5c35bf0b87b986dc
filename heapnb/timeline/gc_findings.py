"""What a table of garbage collections says."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from heapnb._typing import FloatArray
from heapnb.timeline.alarms import floor_alarm, floor_trend, memwatch_alarm, time_until
from heapnb.timeline.findings import Finding, Level, by_importance
from heapnb.timeline.trends import change_points

if TYPE_CHECKING:
    import pandas as pd

MUCH_GC: Final = 0.1
"""A program that spends this share of its time in GC is slow because of it."""

TOO_MUCH_GC: Final = 0.3

LONG_PAUSE_MS: Final = 200.0
"""From here on a user notices a pause."""

_INEFFECTIVE: Final = 0.4
"""V8 gives up near the limit when the program runs for less than this share of the time
(``kHighGCOverhead``; "Ineffective mark-compacts near heap limit")."""

_NEAR_LIMIT: Final = 0.9
_SHORT_MS: Final = 10_000.0
"""A shorter log shows mostly how the program starts: its share of GC says little."""

_MOST_ISOLATES: Final = 4
_WINDOWS: Final = 20
_LEAST_WINDOW_MS: Final = 1_000.0
_LAST_RESORT: Final = r"last resort|CALL_AND_RETRY"
_TIGHT: Final = "might not succeed"


def isolate_table(table: pd.DataFrame) -> pd.DataFrame:
    """Sum up each isolate.

    Parameters
    ----------
    table : pandas.DataFrame
        Collections, as in `heapnb.GcLog.table`.

    Returns
    -------
    pandas.DataFrame
        One row for each isolate and run, that with the largest heap first.
    """
    import pandas as pd

    rows = []
    for (pid, isolate, run), part in table.groupby(
        ["pid", "isolate", "run"], dropna=False, sort=False
    ):
        at = part["elapsed_ms"].to_numpy()
        in_gc = time_in_gc(part)
        span = _span(at, in_gc)
        rows.append(
            {
                "pid": pid,
                "isolate": isolate,
                "run": run,
                "gc_count": len(part),
                "major_count": int((part["gc_type"] == "major").sum()),
                "span_ms": span,
                "gc_ms": float(in_gc.sum()),
                "gc_share": float(min(in_gc.sum() / span, 1)) if span > 0 else np.nan,
                "longest_pause_ms": float(part["pause_ms"].max()),
                "most_heap_used": part["heap_used_before"].max(),
                "last_heap_used": part["heap_used_after"].iloc[-1],
            }
        )
    isolates = pd.DataFrame(rows).astype(
        {"pid": "Int64", "isolate": "string", "most_heap_used": "Int64", "last_heap_used": "Int64"}
    )
    return isolates.sort_values("most_heap_used", ascending=False, ignore_index=True)


def time_in_gc(table: pd.DataFrame) -> FloatArray:
    """Return the time that each collection stopped the program: pause and incremental steps."""
    steps = np.nan_to_num(table["steps_ms"].to_numpy(np.float64))
    return np.asarray(table["pause_ms"].to_numpy(np.float64) + steps, np.float64)


def gc_share_over_time(
    at: FloatArray, in_gc: FloatArray, n_windows: int = _WINDOWS
) -> tuple[FloatArray, FloatArray]:
    """Return the share of time in GC in equal windows.

    Parameters
    ----------
    at : ndarray of float
        When the collections ended, in ms, ascending.
    in_gc : ndarray of float
        How long they took, in ms.
    n_windows : int
        At most so many windows, of a second or more.

    Returns
    -------
    edges : ndarray of float, shape (k + 1,)
        Bounds of the windows in ms.
    shares : ndarray of float, shape (k,)
        0 to 1.
    """
    start, stop = float(at[0] - in_gc[0]), float(at[-1])
    count = int(max(1, min(n_windows, (stop - start) // _LEAST_WINDOW_MS)))
    edges = np.linspace(start, max(stop, start + 1e-3), count + 1)
    # A collection counts where it happened, also across the bound of a window.
    ends, total = np.maximum.accumulate(at), np.concatenate(([0.0], np.cumsum(in_gc)))
    starts = np.maximum(ends - in_gc, np.concatenate(([start], ends[:-1])))
    knots = np.column_stack((starts, ends)).ravel()
    values = np.column_stack((total[:-1], total[1:])).ravel()
    busy = np.diff(np.interp(edges, knots, values))
    return edges, np.clip(busy / np.diff(edges), 0, 1)


def gc_findings(
    table: pd.DataFrame, isolates: pd.DataFrame, fatal: tuple[str, ...], heap_limit: int | None
) -> tuple[Finding, ...]:
    """Find out what the collections say.

    Parameters
    ----------
    table : pandas.DataFrame
        Collections.
    isolates : pandas.DataFrame
        `isolate_table` of it.
    fatal : tuple of str
        V8's last words.
    heap_limit : int or None
        V8's limit in bytes, if the user knows it.

    Returns
    -------
    tuple of Finding
    """
    findings = [
        Finding("out-of-memory", "critical", {"text": text}) for text in dict.fromkeys(fatal)
    ]
    groups = dict(tuple(table.groupby(["pid", "isolate", "run"], dropna=False, sort=False)))
    several = len(groups) > 1
    shown: set[Any] = set()
    for row in isolates.head(_MOST_ISOLATES).itertuples():
        key = next(
            one
            for one in groups
            if one not in shown and all(_same(a, b) for a, b in zip(one, row[1:4], strict=True))
        )
        shown.add(key)
        subject = _subject(row) if several else ""
        facts = _of_isolate(groups[key], row, subject, heap_limit)
        # Of the other isolates only what matters.
        is_first = len(shown) == 1
        findings += [one for one in facts if is_first or one.level != "info" or one.kind == "floor"]
    if len(isolates) > _MOST_ISOLATES:
        values = {"isolates": len(isolates), "shown": _MOST_ISOLATES}
        findings.append(Finding("more-isolates", "info", values))
    return by_importance(findings)


def _same(one: Any, other: Any) -> bool:
    """Compare values of which both may be missing."""
    import pandas as pd

    if pd.isna(one) or pd.isna(other):
        return bool(pd.isna(one) and pd.isna(other))
    return bool(one == other)


def _subject(row: Any) -> str:
    import pandas as pd

    words = [] if pd.isna(row.pid) else [f"pid {row.pid}"]
    words += [] if pd.isna(row.isolate) else [f"isolate {row.isolate}"]
    return ", ".join([*words, *([f"run {row.run}"] if row.run > 1 else [])])


def _of_isolate(
    part: pd.DataFrame, row: Any, subject: str, heap_limit: int | None
) -> list[Finding]:
    at = part["elapsed_ms"].to_numpy(np.float64)
    in_gc = time_in_gc(part)
    found = []
    if row.span_ms > 0 and len(part) > 1:
        edges, shares = gc_share_over_time(at, in_gc)
        worst = int(np.argmax(shares))
        level = max(row.gc_share, float(shares[-3:].mean())) if row.span_ms > _SHORT_MS else 0.0
        found.append(
            Finding(
                "gc-share",
                "critical" if level > TOO_MUCH_GC else "warning" if level > MUCH_GC else "info",
                {
                    "share": row.gc_share,
                    "gc_ms": row.gc_ms,
                    "span_ms": row.span_ms,
                    "worst_share": float(shares[worst]),
                    "worst_from_ms": float(edges[worst]),
                    "worst_to_ms": float(edges[worst + 1]),
                },
                subject,
            )
        )
    longest = part.iloc[int(np.argmax(part["pause_ms"].to_numpy()))]
    found.append(
        Finding(
            "longest-pause",
            "warning" if longest["pause_ms"] > LONG_PAUSE_MS else "info",
            {
                "pause_ms": float(longest["pause_ms"]),
                "elapsed_ms": float(longest["elapsed_ms"]),
                "collector": str(longest["collector"]),
                "median_ms": float(np.median(part["pause_ms"])),
                "over_100": int((part["pause_ms"] > 100).sum()),  # noqa: PLR2004  a tenth second
            },
            subject,
        )
    )
    found += _survival(part, at, subject)
    found += _floor(part, at, subject, heap_limit)
    found += _limit(part, subject, heap_limit)
    return found


def _survival(part: pd.DataFrame, at: FloatArray, subject: str) -> list[Finding]:
    """Say which share of new bytes outlives the next minor GC, and how many are promoted."""
    before, after = (_floats(part, f"heap_used_{when}") for when in ("before", "after"))
    minor = (part["gc_type"] == "minor").to_numpy()
    new = np.maximum(before[1:] - after[:-1], 0)
    kept = np.clip(after[1:] - after[:-1], 0, new)
    usable = minor[1:] & np.isfinite(new) & np.isfinite(kept)
    allocated = float(new[usable].sum())
    seconds = (float(at.max()) - float(at.min())) / 1_000
    found = []
    if allocated > 0:
        survived = float(kept[usable].sum())
        values = {
            "share": survived / allocated,
            "allocated_per_second": allocated / seconds if seconds > 0 else None,
        }
        found.append(Finding("survival", "info", values, subject))
    promoted = _floats(part, "promoted_size")
    if np.isfinite(promoted).any() and seconds > 0:
        total = float(np.nansum(promoted))
        values = {"bytes": total, "bytes_per_second": total / seconds}
        found.append(Finding("promotion", "info", values, subject))
    return found


def _floor(
    part: pd.DataFrame, at: FloatArray, subject: str, heap_limit: int | None
) -> list[Finding]:
    """Judge the heap used after full collections."""
    major = (part["gc_type"] == "major").to_numpy()
    used = _floats(part, "heap_used_after")
    known = major & np.isfinite(used)
    times, floors = at[known], used[known]
    if not len(floors):
        return [Finding("no-full-gc", "info", {"collections": len(part)}, subject)]
    values: dict[str, object] = {
        "full_gcs": len(floors),
        "first": float(floors[0]),
        "last": float(floors[-1]),
        "lowest": float(floors.min()),
    }
    trend = floor_trend(times, floors, segments=change_points(floors, times=times))
    alarm = floor_alarm(times, floors)
    if trend is not None:
        values |= {
            "slope_per_hour": trend.slope_per_hour,
            "low": trend.low,
            "high": trend.high,
            "p_value": trend.p_value,
            "span_ms": float(times[-1] - times[0]),
        }
    limit = _known_limit(part, heap_limit)
    if alarm is not None and limit is not None:
        left = time_until(limit, float(floors[-1]), alarm.recent)
        if left is not None:
            values |= {
                "hours_left": left.hours,
                "hours_left_low": left.low,
                "hours_left_high": None if math.isinf(left.high) else left.high,
                "heap_limit": limit,
            }
    found = [Finding("floor", "warning" if alarm is not None else "info", values, subject)]
    leaks = memwatch_alarm(times, floors)
    if leaks:
        last = leaks[-1]
        found.append(
            Finding(
                "memwatch",
                "warning",
                {
                    "count": len(leaks),
                    "growth": last.growth,
                    "bytes_per_hour": last.bytes_per_hour,
                    "elapsed_ms": last.end_ms,
                },
                subject,
            )
        )
    return found


def _limit(part: pd.DataFrame, subject: str, heap_limit: int | None) -> list[Finding]:
    """Say how near the heap came to its limit."""
    after = _floats(part, "heap_used_after")
    limit = _known_limit(part, heap_limit)
    reason = part["reason"].astype("string").fillna("")
    desperate = reason.str.contains(_LAST_RESORT).to_numpy(bool)
    tight = reason.str.contains(_TIGHT, regex=False).to_numpy(bool)
    major = (part["gc_type"] == "major").to_numpy(bool)
    found = []
    for kind, level, rows in (
        ("last-resort", "critical", desperate),
        ("tight", "warning", tight & ~desperate),
    ):
        if rows.any():
            row = int(np.flatnonzero(rows)[-1])
            values: dict[str, object] = {
                "count": int(rows.sum()),
                "elapsed_ms": float(part["elapsed_ms"].iloc[row]),
                "heap_used": float(after[row]) if np.isfinite(after[row]) else None,
                "heap_limit": limit,
            }
            found.append(Finding(kind, cast("Level", level), values, subject))
    if limit is not None and np.isfinite(after[major]).any():
        highest = float(np.nanmax(after[major]))
        if highest > _NEAR_LIMIT * limit:
            values = {"heap_used": highest, "heap_limit": limit}
            found.append(Finding("near-limit", "critical", values, subject))
        else:
            found.append(
                Finding("headroom", "info", {"heap_used": highest, "heap_limit": limit}, subject)
            )
    utilisation = _floats(part, "mutator_utilisation")[major]
    utilisation = utilisation[np.isfinite(utilisation)]
    if len(utilisation) and utilisation[-1] < _INEFFECTIVE:
        values = {"utilisation": float(utilisation[-1])}
        found.append(Finding("ineffective", "critical", values, subject))
    return found


def _known_limit(part: pd.DataFrame, heap_limit: int | None) -> float | None:
    """Return the limit that the log or the user names; V8 may raise it, the last one counts."""
    logged = _floats(part, "heap_limit")
    logged = logged[np.isfinite(logged)]
    if len(logged):
        return float(logged[-1])
    return None if heap_limit is None else float(heap_limit)


def _floats(part: pd.DataFrame, column: str) -> FloatArray:
    return part[column].to_numpy(np.float64, na_value=np.nan)


def _span(at: FloatArray, in_gc: FloatArray) -> float:
    """Return the time from the start of the first collection to the end of the last one."""
    if not len(at):
        return 0.0
    return float(at.max() - at.min() + in_gc[int(np.argmin(at))])


__all__ = ["gc_findings", "gc_share_over_time", "isolate_table", "time_in_gc"]
