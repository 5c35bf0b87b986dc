"""Charts of a log of ``--trace-gc``: saw-tooth, pauses, share of time in GC, survival."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from markupsafe import Markup

from heapnb._typing import FloatArray
from heapnb.timeline.gc_findings import gc_share_over_time, time_in_gc
from heapnb.views import fmt
from heapnb.views.time_charts import Trace, time_chart

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.timeline.gc_log import GcLog

_WINDOWS: Final = 120
_MILLION: Final = 1e6


def gc_charts(log: GcLog) -> Markup:
    """Draw the isolate with the largest heap.

    Parameters
    ----------
    log : GcLog
        The log.

    Returns
    -------
    Markup
        Charts with their titles.
    """
    part = largest_isolate(log)
    at = numbers(part, "elapsed_ms")
    span = float(at.min()), float(at.max())
    charts = [
        ("Heap used: before and after each collection", _saw_tooth(part, at, span)),
        ("Pauses", _pauses(part, at, span)),
        ("Share of time in garbage collection", _share(part, at, span)),
        ("New space that survived a minor collection", _survival(part, at, span)),
        ("Bytes promoted to the old space by each minor collection", _promotion(part, at, span)),
    ]
    return titled(charts)


def titled(charts: list[tuple[str, Markup]], *, are_wide: bool = True) -> Markup:
    """Put charts below each other, narrow ones beside each other; empty ones are left out."""
    figures = [
        Markup("<figure><figcaption>{}</figcaption>{}</figure>").format(title, chart)
        for title, chart in charts
        if chart
    ]
    kind = "" if are_wide else " hn-narrow"
    return Markup('<div class="hn-charts{}">{}</div>').format(kind, Markup("").join(figures))


def largest_isolate(log: GcLog) -> pd.DataFrame:
    """Return the collections of the isolate with the largest heap, in order of time."""
    table = log.table
    if len(log.isolates) > 1:
        row = log.isolates.iloc[0]
        chosen = (table["run"] == row["run"]).to_numpy(bool)
        for name in ("pid", "isolate"):
            same = table[name].isna() if _is_na(row[name]) else table[name] == row[name]
            chosen = chosen & same.fillna(False).to_numpy(bool)
        table = table[chosen]
    return table.sort_values("elapsed_ms", kind="stable")


def _is_na(value: Any) -> bool:
    import pandas as pd

    return bool(pd.isna(value))


def numbers(part: pd.DataFrame, column: str) -> FloatArray:
    """Return a column as floats, NaN where it is missing."""
    return part[column].to_numpy(np.float64, na_value=np.nan)


def saw_tooth_traces(part: pd.DataFrame, at: FloatArray) -> list[Trace]:
    """Return heap used before and after each collection, and the floor, as lines."""
    before, after = numbers(part, "heap_used_before"), numbers(part, "heap_used_after")
    # A collection is a steep fall: from its start to its end.
    starts = at - numbers(part, "pause_ms")
    times = np.maximum.accumulate(np.column_stack((starts, at)).ravel())
    values = np.column_stack((before, after)).ravel()
    major = (part["gc_type"] == "major").to_numpy(bool)
    traces = [Trace("Heap used", times, values, "area", 0)]
    if major.any():
        # The dots belong to the line and need no name of their own.
        dots = Trace("", at[major], after[major], "dots", 1)
        traces = [
            Trace("After full collections", at[major], after[major], "line", 1),
            dots,
            *traces,
        ]
    return traces


def _saw_tooth(part: pd.DataFrame, at: FloatArray, span: tuple[float, float]) -> Markup:
    total = numbers(part, "heap_total_after")
    traces = saw_tooth_traces(part, at)
    if np.isfinite(total).any():
        traces.append(Trace("Heap total", at, total, "dashes", 5))
    limit = numbers(part, "heap_limit")
    limit = limit[np.isfinite(limit)]
    highest = float(np.nanmax(numbers(part, "heap_used_before")))
    # A limit far above the heap would flatten the curve.
    limits = [("heap limit", float(limit[-1]))] if len(limit) and limit[-1] < 3 * highest else []
    return time_chart(traces, title="Heap used", limits=limits, span=span)


def _pauses(part: pd.DataFrame, at: FloatArray, span: tuple[float, float]) -> Markup:
    pauses = numbers(part, "pause_ms")
    major = (part["gc_type"] == "major").to_numpy(bool)
    # The axis has whole numbers, but pauses are often shorter than a millisecond.
    traces = [
        Trace(name, at[rows], _MILLION * pauses[rows], "dots", number)
        for name, rows, number in (("Full collections", major, 1), ("Minor", ~major, 0))
        if rows.any()
    ]
    return time_chart(
        traces,
        title="Pauses",
        format_value=lambda value: fmt.format_duration(value / _MILLION) if value else "0",
        span=span,
    )


def _share(part: pd.DataFrame, at: FloatArray, span: tuple[float, float]) -> Markup:
    edges, shares = gc_share_over_time(at, time_in_gc(part), _WINDOWS)
    if len(shares) < 3:  # noqa: PLR2004  a course needs more windows
        return Markup("")
    times = np.repeat(edges, 2)[1:-1]
    trace = Trace("Time in GC", times, np.repeat(shares, 2), "area", 0)
    highest = float(shares.max())
    top = next((one for one in (0.04, 0.1, 0.2, 0.4, 0.6) if highest <= one), 1.0)
    return time_chart(
        [trace], title="Time in GC", format_value=fmt.format_percent, span=span, top=top
    )


def _survival(part: pd.DataFrame, at: FloatArray, span: tuple[float, float]) -> Markup:
    survival = numbers(part, "new_space_survival")
    known = np.isfinite(survival)
    if int(known.sum()) < 3:  # noqa: PLR2004  a course needs more points
        return Markup("")
    trace = Trace("Survival", at[known], survival[known], "line", 2)
    return time_chart(
        [trace], title="Survival", format_value=fmt.format_percent, span=span, top=1.0
    )


def _promotion(part: pd.DataFrame, at: FloatArray, span: tuple[float, float]) -> Markup:
    promoted = numbers(part, "promoted_size")
    known = np.isfinite(promoted)
    if int(known.sum()) < 3:  # noqa: PLR2004  a course needs more points
        return Markup("")
    trace = Trace("Promoted", at[known], promoted[known], "area", 4)
    return time_chart([trace], title="Promoted", span=span)


__all__ = ["gc_charts", "largest_isolate", "numbers", "saw_tooth_traces", "titled"]
