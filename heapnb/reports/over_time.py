"""The section of a report on what happened over time, where logs or side files exist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from heapnb.reports.tables import Column, Table, Writer
from heapnb.timeline.timeline import Timeline, timeline
from heapnb.views.timeline_charts import timeline_charts
from heapnb.views.timeline_words import sentences

if TYPE_CHECKING:
    from heapnb.analysis.series.series import Series

_MOST_EVENTS: Final = 40
_COLUMNS: Final = ("time", "elapsed_ms", "kind", "name", "reason", "rss", "heap_used")
_LEAST_MOMENTS: Final = 2


@dataclass(frozen=True)
class OverTime:
    """What the section shows.

    Parameters
    ----------
    timeline : Timeline
        The facts.
    sentences : tuple of str
        What the logs say, the most important first.
    charts : Markup
        Memory with marks of snapshots, alarms and deployments; pauses.
    events : Table or None
        What happened; None if nothing did.
    warnings : tuple of str
        What could not be read or placed.
    """

    timeline: Timeline
    sentences: tuple[str, ...]
    charts: Markup
    events: Table | None
    warnings: tuple[str, ...]


def over_time_of(write: Writer, series: Series, sources: Sequence[Any]) -> OverTime | None:
    """Put the snapshots, their side files and further logs on one time line.

    Parameters
    ----------
    write : Writer
        Writes the cells.
    series : Series
        The snapshots.
    sources : sequence
        Logs that the user names; see `heapnb.timeline`.

    Returns
    -------
    OverTime or None
        None without logs, unless two snapshots or more have side files.

    Raises
    ------
    HeapnbError
        If a log that the user names cannot be read.
    """
    if not sources and sum(time is not None for time in series.times) < _LEAST_MOMENTS:
        return None
    found = timeline(series, *sources) if _has_files(series) else timeline(*sources)
    table = found.table
    events = table[~table["kind"].isin(["memory", "gc"])]
    # The chart marks the snapshots by these numbers.
    is_snapshot = (events["kind"] == "snapshot").to_numpy(bool)
    numbers = [f"#{number}" for number in range(int(is_snapshot.sum()))]
    if numbers:
        events = events.assign(name=events["name"].astype("object"))
        events.loc[is_snapshot, "name"] = numbers
    if "time" in events:
        stamp = events["time"].dt.strftime("%Y-%m-%d %H:%M:%S")
        events = events.assign(time=stamp)
    columns = [
        Column.of(name) for name in _COLUMNS if name in events and events[name].notna().any()
    ]
    return OverTime(
        found,
        sentences(found.findings),
        timeline_charts(table, link=lambda *_: "#files"),
        write.table(events, columns, _MOST_EVENTS) if len(events) else None,
        found.warnings,
    )


def _has_files(series: Series) -> bool:
    return any(snapshot.path is not None for snapshot in series.snapshots)


__all__ = ["OverTime", "over_time_of"]
