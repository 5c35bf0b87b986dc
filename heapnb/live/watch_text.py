"""How a watch looks: rows of numbers with their history, for the terminal and the notebook."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from heapnb.live.watch_alarms import duration_text
from heapnb.views.fmt import clean, clean_location, format_bytes, format_bytes_delta

if TYPE_CHECKING:
    from heapnb.live.watch_subjects import Isolate, Watched

_BARS: Final = "▁▂▃▄▅▆▇█"
_TITLES: Final = {
    "rss": "RSS",
    "heap_used": "Heap used",
    "heap_total": "Heap total",
    "external": "External",
    "array_buffers": "Array buffers",
}
_LONGEST_NAME: Final = 30
_MOST_POINTS: Final = 600
"""Points of a chart: more than it has pixels for."""


@dataclass(frozen=True)
class Row:
    """One number.

    Parameters
    ----------
    title : str
        What it is.
    now : str
        Its value, with unit.
    change : str
        What it changed by since the watch began.
    history : list of float
        All values.
    """

    title: str
    now: str
    change: str
    history: list[float]


def sparkline(values: Sequence[float], width: int) -> str:
    """Draw values as a line of blocks: the highest of each part.

    Parameters
    ----------
    values : sequence of float
        Values in order.
    width : int
        Characters.

    Returns
    -------
    str

    Examples
    --------
    >>> sparkline([1, 2, 3, 4], 4)
    '▁▃▅█'
    >>> sparkline([5, 5], 8)
    '▁▁'
    """
    n_parts = min(width, len(values))
    if n_parts == 0:
        return ""
    parts = [
        max(values[i * len(values) // n_parts : (i + 1) * len(values) // n_parts])
        for i in range(n_parts)
    ]
    low, high = min(parts), max(parts)
    span = (high - low) or 1.0
    return "".join(_BARS[int((value - low) / span * (len(_BARS) - 1))] for value in parts)


def rows_of(one: Isolate) -> list[Row]:
    """Return the numbers of an isolate that the program reports."""
    samples = tuple(one.judge.samples)
    rows = []
    for name, title in _TITLES.items():
        values = [value for sample in samples if (value := sample.memory.get(name)) is not None]
        if values:
            change = format_bytes_delta(values[-1] - values[0])
            rows.append(Row(title, format_bytes(values[-1]), change, [float(v) for v in values]))
    delays = [sample.delay["p99"] for sample in samples if sample.delay is not None]
    if delays:
        rows.append(Row("Event-loop delay", f"{delays[-1]:.0f} ms", "", delays))
    return rows


def gc_text(one: Isolate) -> str:
    """Describe garbage collections so far; "" where the program reports none."""
    judge = one.judge
    if not one.probe.has_gc or not judge.samples:
        return ""
    watched = max(judge.samples[-1].time - judge.samples[0].time, 1e-3)
    counts = ", ".join(
        f"{judge.gc_counts.get(kind, 0):,} {title}"
        for kind, title in (("minor", "minor"), ("major", "full"), ("incremental", "incremental"))
    )
    share = min(judge.gc_pause_ms / 1000 / watched, 1.0)
    return f"{counts}; {judge.gc_pause_ms:,.0f} ms in all, {share:.1%} of the time"


def stats_text(one: Isolate) -> str:
    """Write memwatch's ``stats`` after the last full GC; "" before the first one."""
    stats = one.judge.stats
    if stats is None:
        return ""
    bounds = ""
    if stats.min is not None and stats.max is not None:
        bounds = f", {format_bytes(stats.min)} to {format_bytes(stats.max)}"
    return (
        f"{format_bytes(stats.current_base)} after full GC {stats.num_full_gc}, usual"
        f" {format_bytes(stats.estimated_base)}{bounds}; trend {stats.usage_trend:+.1f} %"
    )


def limit_text(one: Isolate) -> str:
    """Say how far the heap's limit is, in bytes and, if the floor grows, in time."""
    latest = one.latest
    if latest is None or not latest.memory.get("heap_limit"):
        return ""
    limit, used = latest.memory["heap_limit"] or 0, latest.memory.get("heap_used") or 0
    text = f"{format_bytes(limit)}, {used / limit:.0%} used"
    left = one.judge.left.get("heap_used")
    return text if left is None else f"{text}; reached in about {duration_text(left.hours)}"


def title_of(watch: Watched) -> str:
    """Name the program and its process."""
    if not watch.isolates:
        return str(watch.source)
    main = watch.isolates[0]
    program = main.probe.program or main.target.title or main.target.url
    name = clean_location(program, limit=_LONGEST_NAME)
    version = f"Node.js {main.probe.version}" if main.probe.version else main.target.product
    process = f"process {main.target.pid}" if main.target.pid is not None else str(watch.source)
    return f"{name} ({process}, {clean(version)})"


def time_text(seconds: float) -> str:
    """Write a time of day, UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%H:%M:%S")


def summary_text(watch: Watched) -> str:
    """Describe a watch as text: state, numbers, GC, alarms."""
    lines = [f"Watch of {title_of(watch)}: {watch.state}"]
    for one in tuple(watch.isolates):
        if one.target.thread_id:
            lines.append(f"Worker {one.target.thread_id}")
        rows = [row for row in rows_of(one) if not one.target.thread_id or "Heap" in row.title]
        width = max((len(row.title) for row in rows), default=0)
        lines += [f"  {row.title:<{width}}  {row.now:>9}  {row.change:>10}" for row in rows]
        for title, text in (("GC", gc_text(one)), ("Limit", limit_text(one))):
            lines += [f"  {title:<{width}}  {text}"] if text else []
    lines += watch.news
    return "\n".join(lines)


def line_text(watch: Watched) -> str:
    """Write the latest numbers as one line."""
    if not watch.isolates:
        return f"{watch.source}: {watch.state}"
    numbers = ", ".join(f"{row.title} {row.now}" for row in rows_of(watch.isolates[0]))
    latest = watch.isolates[0].latest
    return f"{time_text(time.time() if latest is None else latest.time)} {numbers}"


def news_text(seconds: float, text: str) -> str:
    """Write what happened as one line, whatever the text contains."""
    return f"{time_text(seconds)} {clean(text, limit=500)}"


def chart_data(watch: Watched) -> dict[str, Any]:
    """Return what the notebook's chart draws: plain data."""
    if not watch.isolates:
        return {"title": title_of(watch), "state": watch.state, "lines": [], "alarms": []}
    main = watch.isolates[0]
    samples = tuple(main.judge.samples)
    chosen = samples[:: max(1, -(-len(samples) // _MOST_POINTS))]
    lines = []
    for name in ("rss", "heap_total", "heap_used", "external"):
        points = [
            [round(one.time, 2), one.memory[name]]
            for one in chosen
            if one.memory.get(name) is not None
        ]
        if points:
            lines.append({"name": _TITLES[name], "points": points})
    rows = rows_of(main)
    return {
        "title": title_of(watch),
        "state": watch.state,
        "lines": lines,
        "full_gcs": [
            [round(gc.time, 2), gc.heap_used_after] for gc in main.judge.full_gcs[-_MOST_POINTS:]
        ],
        "alarms": [[round(alarm.time, 2), alarm.text] for alarm in watch.alarms],
        "numbers": [[row.title, row.now, row.change] for row in rows],
        "facts": [
            [title, text]
            for title, text in (
                ("GC", gc_text(main)),
                ("After full GC", stats_text(main)),
                ("Heap limit", limit_text(main)),
            )
            if text
        ],
        "notes": list(watch.news[-5:]),
    }
