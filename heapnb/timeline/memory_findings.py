"""What samples of memory say."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from heapnb._typing import FloatArray
from heapnb.timeline.alarms import floor, floor_alarm, floor_trend, memwatch_alarm, time_until
from heapnb.timeline.findings import Finding, by_importance
from heapnb.timeline.trends import change_points

if TYPE_CHECKING:
    import pandas as pd

_MOST_PROCESSES: Final = 4
_SHOWN: Final = ("rss", "heap_used", "external")
_LIMITS: Final = {"rss": "cgroup_limit", "heap_used": "heap_limit"}

_LEAST_OUTSIDE: Final = 20e6
_LEAST_OUTSIDE_GROWTH: Final = 0.1
"""Growth of RSS below 20 MB or 10 % is not worth a search."""

_MOSTLY: Final = 0.5


def memory_findings(table: pd.DataFrame, *, is_with_snapshots: bool = False) -> tuple[Finding, ...]:
    """Find out what samples of memory say.

    Parameters
    ----------
    table : pandas.DataFrame
        Samples and events, as in `heapnb.MemoryLog.table`.
    is_with_snapshots : bool, default False
        Whether each sample comes from the moment of a snapshot. Snapshots leave memory behind in
        the allocator, so growth outside the heap says nothing; `heapnb.rss` subtracts it.

    Returns
    -------
    tuple of Finding
    """
    keys = [name for name in ("pid", "thread_id") if name in table]
    groups: list[tuple[Any, pd.DataFrame]] = (
        list(table.groupby(keys, dropna=False, sort=False)) if keys else [((), table)]
    )
    groups = [(key, part) for key, part in groups if (part["kind"] == "memory").any()]
    groups.sort(key=lambda pair: -len(pair[1]))
    found = []
    for key, part in groups[:_MOST_PROCESSES]:
        subject = ", ".join(
            f"{name.replace('_id', '')} {value}" for name, value in zip(keys, key, strict=True)
        )
        found += _of_process(part, subject if len(groups) > 1 else "", is_with_snapshots)
    return by_importance(found)


def times_of(table: pd.DataFrame) -> FloatArray | None:
    """Return times in ms: wall-clock times if there are any, else times since the start."""
    if "time" in table and table["time"].notna().any():
        at = table["time"]
        first = at.dropna().iloc[0]
        passed = (at - first).dt.total_seconds() * 1_000
        return np.asarray(passed, np.float64)
    if "elapsed_ms" in table and table["elapsed_ms"].notna().any():
        return table["elapsed_ms"].to_numpy(np.float64)
    return None


def _of_process(part: pd.DataFrame, subject: str, is_with_snapshots: bool) -> list[Finding]:
    samples = part[part["kind"] == "memory"]
    at = times_of(samples)
    found = [
        Finding("samples", level, values, subject)
        for column in _SHOWN
        if column in samples
        for level, values in [_samples(samples, column, at)]
        # External memory that does not grow says nothing.
        if values and (column != "external" or level != "info")
    ]
    found += _full_collections(part, subject)
    outside = None if is_with_snapshots else _outside_heap(samples)
    if outside is not None:
        found.append(Finding("outside-heap", "warning", outside, subject))
    return found


def _samples(
    samples: pd.DataFrame, column: str, at: FloatArray | None
) -> tuple[Any, dict[str, object]]:
    """Judge one number: its floor, because garbage comes and goes."""
    numbers = _floats(samples, column)
    known = np.isfinite(numbers)
    if not known.any():
        return "info", {}
    values: dict[str, object] = {
        "column": column,
        "first": float(numbers[known][0]),
        "last": float(numbers[known][-1]),
        "most": float(numbers[known].max()),
        "samples": int(known.sum()),
    }
    has_times = at is not None
    times = at if at is not None else np.arange(len(numbers), dtype=np.float64)
    known &= np.isfinite(times)
    where, floors = floor(times[known], numbers[known])
    trend = floor_trend(where, floors, segments=change_points(floors, times=where))
    alarm = floor_alarm(where, floors)
    if trend is not None:
        values |= {"growing": trend.is_growing, "shrinking": trend.is_shrinking}
    if trend is not None and has_times:
        values |= {
            "slope_per_hour": trend.slope_per_hour,
            "low": trend.low,
            "high": trend.high,
            "p_value": trend.p_value,
            "span_ms": float(where[-1] - where[0]),
        }
        limit = _limit(samples, column)
        left = (
            None
            if alarm is None or limit is None
            else time_until(limit, float(numbers[np.isfinite(numbers)][-1]), alarm.recent)
        )
        if left is not None:
            values |= {
                "hours_left": left.hours,
                "hours_left_low": left.low,
                "hours_left_high": None if math.isinf(left.high) else left.high,
                "heap_limit": limit,
            }
    return ("warning" if alarm is not None else "info"), values


def _limit(samples: pd.DataFrame, column: str) -> float | None:
    name = _LIMITS.get(column)
    if name is None or name not in samples:
        return None
    limits = _floats(samples, name)
    limits = limits[np.isfinite(limits)]
    return float(limits[-1]) if len(limits) else None


def _full_collections(part: pd.DataFrame, subject: str) -> list[Finding]:
    """Judge the heap after full collections, where the log has them."""
    if "gc_type" not in part or "heap_used_after" not in part:
        return []
    full = part[(part["kind"] == "gc") & (part["gc_type"] == "major").fillna(False)]
    used, at = _floats(full, "heap_used_after"), times_of(full)
    if at is None:
        return []
    leaks = memwatch_alarm(at[np.isfinite(used)], used[np.isfinite(used)])
    if not leaks:
        return []
    last = leaks[-1]
    values = {
        "count": len(leaks),
        "growth": last.growth,
        "bytes_per_hour": last.bytes_per_hour,
        "elapsed_ms": last.end_ms,
    }
    return [Finding("memwatch", "warning", values, subject)]


def _outside_heap(samples: pd.DataFrame) -> dict[str, object] | None:
    """Say whether RSS grows although what V8 counts does not."""
    if "rss" not in samples or "heap_total" not in samples:
        return None
    growth = {name: _growth(samples, name) for name in ("rss", "heap_total", "external")}
    rss, heap, external = growth["rss"], growth["heap_total"], growth["external"]
    if rss is None or heap is None:
        return None
    first = float(_floats(samples, "rss")[0])
    if rss < _LEAST_OUTSIDE or rss < _LEAST_OUTSIDE_GROWTH * first:
        return None
    share = 1 - (max(heap, 0) + max(external or 0, 0)) / rss
    if share < _MOSTLY:
        return None
    return {"rss": rss, "heap_total": heap, "external": external, "share": share}


def _growth(samples: pd.DataFrame, column: str) -> float | None:
    """Return how much the median of the last fifth exceeds that of the first one."""
    if column not in samples:
        return None
    numbers = _floats(samples, column)
    numbers = numbers[np.isfinite(numbers)]
    n_part = max(1, len(numbers) // 5)
    if len(numbers) < 2:  # noqa: PLR2004  growth needs two samples
        return None
    return float(np.median(numbers[-n_part:]) - np.median(numbers[:n_part]))


def _floats(table: pd.DataFrame, column: str) -> FloatArray:
    return table[column].to_numpy(np.float64, na_value=np.nan)


__all__ = ["memory_findings", "times_of"]
