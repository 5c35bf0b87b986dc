"""The chart of a time line: memory, garbage collection and what happened, on one axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from markupsafe import Markup

from heapnb._typing import FloatArray
from heapnb.views import fmt
from heapnb.views.gc_charts import numbers, titled
from heapnb.views.time_charts import Mark, Trace, time_chart

if TYPE_CHECKING:
    import pandas as pd

_LINES: Final = (
    *(("rss", "RSS", 0), ("heap_total", "Heap total", 4), ("heap_used", "Heap used", 2)),
    *(("external", "External", 1), ("array_buffers", "Array buffers", 5)),
)
_MARKS: Final = {"snapshot": 3, "alarm": 1, "deployment": 4, "event": 5}
"""Colours of marks by kind."""

_MILLION: Final = 1e6
_MOST_PROCESSES: Final = 2
_NEAR: Final = 3.0
"""A limit further above all values than this factor would flatten the lines."""

Link = Callable[[int, Any], str]
"""Where the mark of a snapshot leads: its number from 0, and its row."""


def timeline_charts(table: pd.DataFrame, *, link: Link | None = None) -> Markup:
    """Draw a time line.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of a `heapnb.Timeline` or a `heapnb.MemoryLog`.
    link : callable, optional
        Where the marks of snapshots lead.

    Returns
    -------
    Markup
        Charts with their titles. Rows without a wall-clock time have charts of their own if others
        have one.
    """
    if "time" in table and table["time"].notna().any():
        has_clock = table["time"].notna().to_numpy(bool)
        charts = _charts(table[has_clock], "time", "", link)
        rest = table[~has_clock]
        if "elapsed_ms" in rest and rest["elapsed_ms"].notna().any():
            charts += _charts(rest, "elapsed_ms", ", since the start", None)
        return titled(charts)
    if "elapsed_ms" in table and table["elapsed_ms"].notna().any():
        return titled(_charts(table, "elapsed_ms", "", link))
    counted = table.assign(elapsed_ms=np.arange(len(table), dtype=np.float64))
    return titled(_charts(counted, "elapsed_ms", ", sample by sample", link, is_counted=True))


def _charts(
    table: pd.DataFrame, axis: str, suffix: str, link: Link | None, *, is_counted: bool = False
) -> list[tuple[str, Markup]]:
    at = times(table, axis)
    known = np.isfinite(at)
    order = np.argsort(at[known], kind="stable")
    table, at = table[known].iloc[order], at[known][order]
    if not len(at):
        return []
    is_clock = axis == "time"
    shared: dict[str, Any] = {
        "is_clock": is_clock,
        "span": (float(at[0]), float(at[-1])),
        "is_counted": is_counted,
    }
    traces = _memory(table, at)
    marks = _marks(table, at, link)
    gc = (table["kind"] == "gc").to_numpy(bool)
    charts = [
        (
            f"Memory{suffix}",
            time_chart(
                traces, title="Memory", marks=marks, limits=_limits(table, traces), **shared
            ),
        )
    ]
    if gc.any() and "pause_ms" in table:
        charts.append((f"Pauses of garbage collection{suffix}", _pauses(table[gc], at[gc], shared)))
    return charts


def times(table: pd.DataFrame, axis: str) -> FloatArray:
    """Return times in ms: since 1970 for clocks."""
    if axis != "time":
        return numbers(table, axis)
    stamps = table["time"].dt.tz_convert("UTC").dt.tz_localize(None)
    at = stamps.to_numpy("datetime64[ns]").astype(np.int64) / _MILLION
    return np.where(stamps.isna().to_numpy(), np.nan, at).astype(np.float64)


def _memory(table: pd.DataFrame, at: FloatArray) -> list[Trace]:
    """Return lines of samples, and the heap after full collections."""
    traces = []
    groups = _processes(table)
    for number, (name, rows) in enumerate(groups[:_MOST_PROCESSES]):
        for column, label, colour in _LINES:
            if column not in table:
                continue
            values = numbers(table, column)
            chosen = rows & np.isfinite(values)
            if chosen.any():
                said = f"{label} ({name})" if len(groups) > 1 else label
                style: Any = "line" if number == 0 else "dashes"
                if chosen.sum() == 1:
                    style = "dots"
                traces.append(Trace(said, at[chosen], values[chosen], style, colour))
    gc = (table["kind"] == "gc").to_numpy(bool)
    if gc.any() and "heap_used_after" in table:
        used = numbers(table, "heap_used_after")
        major = gc & np.isfinite(used) & (table["gc_type"] == "major").fillna(False).to_numpy(bool)
        if major.any():
            traces.insert(0, Trace("After full GC", at[major], used[major], "dots", 3))
        if not any(trace.style != "dots" for trace in traces):
            rows = gc & np.isfinite(used)
            traces.append(Trace("After GC", at[rows], used[rows], "area", 0))
    return traces


def _processes(table: pd.DataFrame) -> list[tuple[str, Any]]:
    """Return names and rows of processes and threads, that with the most samples first."""
    names = [name for name in ("pid", "thread_id") if name in table]
    samples = table["kind"].isin(["memory", "snapshot", "event"]).to_numpy(bool)
    if not names or not samples.any():
        return [("", samples)]
    keys = table[names].astype("Int64").fillna(-1)
    found = []
    chosen = keys[samples]
    for key in chosen.drop_duplicates().to_numpy(np.int64).tolist():
        same = (keys == np.array(key)).all(axis=1).to_numpy(bool)
        words = [
            f"{name.removesuffix('_id')} {value}"
            for name, value in zip(names, key, strict=True)
            if value >= (1 if name == "thread_id" else 0)
        ]
        found.append((int((samples & same).sum()), " ".join(words), samples & same))
    return [(name, rows) for _, name, rows in sorted(found, key=lambda one: -one[0])]


def _limits(table: pd.DataFrame, traces: list[Trace]) -> list[tuple[str, float]]:
    highest = max((float(np.nanmax(one.values)) for one in traces), default=0.0)
    limits = []
    for column, label in (("heap_limit", "heap limit"), ("cgroup_limit", "container limit")):
        if column in table and table[column].notna().any():
            limit = float(table[column].dropna().iloc[-1])
            if highest < limit < _NEAR * highest or limit <= highest:
                limits.append((f"{label} {fmt.format_bytes(limit)}", limit))
    return limits


def _marks(table: pd.DataFrame, at: FloatArray, link: Link | None) -> list[Mark]:
    marks = []
    number = 0
    for place, row in zip(at.tolist(), table.itertuples(index=False), strict=True):
        kind = str(row.kind)
        colour = _MARKS.get(kind)
        if colour is None:
            continue
        label = _label(row, kind)
        href, tooltip = "", f"{kind}: {label}" if label else kind
        if kind == "snapshot":
            label = f"#{number}"
            href = "" if link is None else link(number, row)
            number += 1
        marks.append(Mark(place, label or kind, colour, href, tooltip))
    return marks


def _label(row: Any, kind: str) -> str:
    order = ("alarm", "name") if kind == "alarm" else ("name", "path", "text")
    for name in order:
        value = getattr(row, name, None)
        if isinstance(value, str) and value:
            return value
    return ""


def _pauses(table: pd.DataFrame, at: FloatArray, shared: dict[str, Any]) -> Markup:
    pauses = numbers(table, "pause_ms")
    kinds = table["gc_type"].astype("str")
    traces = []
    for number, kind in ((1, "major"), (0, "minor"), (2, "incremental")):
        rows = (kinds == kind).to_numpy(bool) & np.isfinite(pauses)
        if rows.any():
            traces.append(Trace(kind, at[rows], _MILLION * pauses[rows], "dots", number))
    return time_chart(
        traces,
        title="Pauses",
        format_value=lambda value: fmt.format_duration(value / _MILLION) if value else "0",
        **shared,
    )


__all__ = ["timeline_charts"]
