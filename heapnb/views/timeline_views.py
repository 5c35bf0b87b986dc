"""How logs show themselves: sentences, tables and charts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from heapnb.schema import Kind
from heapnb.views import fmt
from heapnb.views.timeline_words import sentences
from heapnb.views.view_parts import Fact, View, notes_of

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.timeline.diagnostic_report import DiagnosticReport
    from heapnb.timeline.gc_log import GcLog
    from heapnb.timeline.limits import HeapLimit
    from heapnb.timeline.memory_log import MemoryLog
    from heapnb.timeline.prof_log import ProfLog
    from heapnb.timeline.timeline import Timeline

_GC_COLUMNS: Final = (
    *("time", "elapsed_ms", "pid", "isolate", "gc_type", "pause_ms", "heap_used_before"),
    *("heap_used_after", "heap_total_after", "mutator_utilisation", "promoted_size", "reason"),
)
_MEMORY_COLUMNS: Final = (
    *("time", "elapsed_ms", "pid", "thread_id", "kind", "rss", "heap_total", "heap_used"),
    *("external", "array_buffers", "heap_limit", "work", "event_loop_delay_ms"),
)
_EVENT_COLUMNS: Final = (
    *(
        "time",
        "elapsed_ms",
        "kind",
        "alarm",
        "name",
        "reason",
        "text",
        "rss",
        "heap_used",
        "source",
    ),
)
_MOST_FRAMES: Final = 12


def _brief(table: pd.DataFrame, columns: tuple[str, ...], *, several: bool) -> pd.DataFrame:
    """Leave out columns that say nothing: all missing, or the owner where there is one only."""
    owners = () if several else ("pid", "isolate", "thread_id")
    brief = table[
        [
            name
            for name in columns
            if name in table and name not in owners and table[name].notna().any()
        ]
    ]
    if "time" not in brief:
        return brief
    # Microseconds say nothing, and the title says that it is UTC.
    return brief.assign(time=brief["time"].dt.strftime("%Y-%m-%d %H:%M:%S").fillna(fmt.UNKNOWN))


def gc_log_view(log: GcLog) -> View:
    """Collect what there is to show of a log of ``--trace-gc``."""
    from heapnb.views.gc_charts import gc_charts

    isolates = log.isolates if len(log.isolates) > 1 else None
    parts = () if isolates is None else (View(title="Isolates", table=isolates),)
    return View(
        title="Garbage collection",
        lead=sentences(log.findings),
        facts=(
            Fact("log", log.name, Kind.LOCATION),
            Fact("collections", len(log.table), Kind.COUNT),
            Fact("full", int((log.table["gc_type"] == "major").sum()), Kind.COUNT),
            Fact("isolates", len(log.isolates), Kind.COUNT),
        ),
        drawing=gc_charts(log),
        table=_brief(log.table, _GC_COLUMNS, several=isolates is not None),
        notes=notes_of(log),
        parts=parts,
    )


def gc_log_chart(log: GcLog) -> View:
    """Draw a log of ``--trace-gc``."""
    from heapnb.views.gc_charts import gc_charts

    return View(title="Garbage collection", drawing=gc_charts(log), table=log.table)


def memory_log_view(log: MemoryLog) -> View:
    """Collect what there is to show of a log of memory."""
    from heapnb.views.timeline_charts import timeline_charts

    table = log.table
    return View(
        title="Memory over time",
        lead=sentences(log.findings),
        facts=(
            Fact("log", log.name, Kind.LOCATION),
            Fact("samples", len(log.memory), Kind.COUNT),
            *_spans(table),
        ),
        drawing=timeline_charts(table),
        table=_brief(log.memory, _MEMORY_COLUMNS, several=_n_processes(table) > 1),
        notes=notes_of(log),
    )


def memory_log_chart(log: MemoryLog) -> View:
    """Draw a log of memory."""
    from heapnb.views.timeline_charts import timeline_charts

    return View(title="Memory over time", drawing=timeline_charts(log.table), table=log.table)


def timeline_view(timeline: Timeline) -> View:
    """Collect what there is to show of a time line."""
    from heapnb.views.timeline_charts import timeline_charts

    table = timeline.table
    events = table[~table["kind"].isin(["memory", "gc"])]
    opening = (
        ("`timeline.open(0)` opens snapshot #0, and so on.",) if len(timeline.snapshots) else ()
    )
    return View(
        title="Time line",
        lead=(*sentences(timeline.findings), *opening),
        facts=(
            *(
                Fact(label, int((table["kind"] == kind).sum()), Kind.COUNT)
                for kind, label in (
                    ("memory", "samples"),
                    ("gc", "collections"),
                    ("snapshot", "snapshots"),
                    ("alarm", "alarms"),
                    ("deployment", "deployments"),
                )
            ),
            *_spans(table),
        ),
        drawing=timeline_charts(table),
        table=_brief(events, _EVENT_COLUMNS, several=False) if len(events) else None,
        notes=notes_of(timeline),
    )


def timeline_chart(timeline: Timeline) -> View:
    """Draw a time line."""
    from heapnb.views.timeline_charts import timeline_charts

    return View(title="Time line", drawing=timeline_charts(timeline.table), table=timeline.table)


def report_view(report: DiagnosticReport) -> View:
    """Collect what there is to show of a diagnostic report."""
    memory = report.memory
    frames = tuple(f"{i}. {one}" for i, one in enumerate(report.javascript_stack[:_MOST_FRAMES], 1))
    facts = (
        Fact("report", report.name, Kind.LOCATION),
        Fact("written", report.time),
        Fact("event", report.event),
        Fact("process id", report.pid, Kind.IDENTIFIER),
        Fact("Node.js", report.node_version),
        *(Fact(name, memory[name], Kind.BYTES) for name in _REPORT_MEMORY if name in memory),
        Fact("environment variables, masked", len(report.environment), Kind.COUNT),
    )
    return View(
        title="Diagnostic report",
        lead=sentences(report.findings),
        facts=tuple(fact for fact in facts if fact.value is not None),
        table=report.table,
        notes=frames,
    )


_REPORT_MEMORY: Final = ("rss", "heap_used", "heap_total", "external", "heap_limit", "cgroup_limit")


def prof_log_view(log: ProfLog) -> View:
    """Collect what there is to show of a log of ``node --prof``."""
    return View(
        title="Ticks of the profiler",
        lead=sentences(log.findings),
        facts=(
            Fact("log", log.name, Kind.LOCATION),
            Fact("ticks", log.ticks, Kind.COUNT),
            Fact("in garbage collection", log.gc_ticks, Kind.COUNT),
            Fact("at unknown code", log.unaccounted, Kind.COUNT),
        ),
        table=log.table,
        notes=notes_of(log),
    )


def heap_limit_view(limit: HeapLimit) -> View:
    """Collect what there is to show of a heap limit."""
    notes = []
    if limit.container_is_ignored:
        notes.append(
            "This version does not see limits of cgroup v2: the kernel may end the process before"
            " V8 collects. Set --max-old-space-size."
        )
    if not limit.is_measured:
        notes.append("The rule follows V8's source; it was not measured on this version.")
    facts = (
        Fact("heap limit", limit.limit, Kind.BYTES),
        Fact("old space", limit.old_space, Kind.BYTES),
        Fact("young space", limit.young_space, Kind.BYTES),
        Fact("memory", limit.memory, Kind.BYTES),
        Fact("decided by", limit.rule),
    )
    return View(
        title="Heap limit",
        facts=tuple(fact for fact in facts if fact.value is not None),
        notes=tuple(notes),
    )


def _n_processes(table: pd.DataFrame) -> int:
    names = [name for name in ("pid", "thread_id") if name in table]
    return len(table[names].drop_duplicates()) if names else 1


def _spans(table: pd.DataFrame) -> tuple[Fact, ...]:
    """Say when a table starts and how long it lasts."""
    if "time" in table and table["time"].notna().any():
        first, last = table["time"].min(), table["time"].max()
        length = (last - first).total_seconds() * 1_000
        return (
            Fact("from", f"{first:%Y-%m-%d %H:%M:%S} UTC"),
            Fact("span", fmt.format_duration(length)),
        )
    if "elapsed_ms" in table and table["elapsed_ms"].notna().any():
        at = table["elapsed_ms"]
        return (Fact("span", fmt.format_duration(float(at.max() - at.min()))),)
    return ()


def views_of_timelines() -> dict[type, Callable[[Any], View]]:
    """Return the describers by type."""
    from heapnb.timeline.diagnostic_report import DiagnosticReport
    from heapnb.timeline.gc_log import GcLog
    from heapnb.timeline.limits import HeapLimit
    from heapnb.timeline.memory_log import MemoryLog
    from heapnb.timeline.prof_log import ProfLog
    from heapnb.timeline.timeline import Timeline

    return {
        DiagnosticReport: report_view,
        GcLog: gc_log_view,
        HeapLimit: heap_limit_view,
        MemoryLog: memory_log_view,
        ProfLog: prof_log_view,
        Timeline: timeline_view,
    }


def charts_of_timelines() -> dict[type, Callable[[Any], View]]:
    """Return the functions that draw, by type."""
    from heapnb.timeline.gc_log import GcLog
    from heapnb.timeline.memory_log import MemoryLog
    from heapnb.timeline.timeline import Timeline

    return {GcLog: gc_log_chart, MemoryLog: memory_log_chart, Timeline: timeline_chart}
