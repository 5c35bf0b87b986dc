"""How a process's memory and logs of native allocations show themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from heapnb.schema import Kind
from heapnb.views import charts, svg_parts
from heapnb.views.rss_words import LAYERS, layers, part_table, sentences
from heapnb.views.snapshot_names import short_names
from heapnb.views.view_parts import Fact, View, notes_of

if TYPE_CHECKING:
    from heapnb.analysis.rss import Rss
    from heapnb.timeline.native_logs import NativeLog

_TITLE = "Resident memory (RSS)"


def rss_view(rss: Rss) -> View:
    """Collect what there is to show of a process's memory."""
    logs = tuple(map(native_log_view, rss.native_logs))
    if not rss.moments and len(logs) == 1:
        return logs[0]
    return View(
        title=_TITLE,
        badge=rss.verdict,
        lead=tuple(sentences(rss)),
        table=part_table(rss) if rss.moments else None,
        notes=notes_of(rss),
        parts=logs,
    )


def native_log_view(log: NativeLog) -> View:
    """Collect what there is to show of a log of native allocations."""
    totals = log.totals
    facts = (
        Fact("file", log.name, Kind.LOCATION),
        Fact("allocations", totals.count, Kind.COUNT),
        Fact("unfreed size", totals.unfreed, Kind.BYTES),
        Fact("peak size", totals.peak, Kind.BYTES),
    )
    return View(
        title=f"Native allocations ({log.kind})",
        facts=tuple(fact for fact in facts if fact.value is not None),
        table=log.table,
        notes=notes_of(log),
    )


def rss_chart(rss: Rss) -> View:
    """Draw what the RSS consists of at each moment."""
    if not rss.moments:
        return View(title=_TITLE)
    names = short_names([moment.name for moment in rss.moments])
    drawing = Markup('<div class="hn-charts">{}</div>{}').format(rss_columns(rss, names), _legend())
    return View(title=_TITLE, drawing=drawing, table=part_table(rss))


def rss_columns(rss: Rss, names: Sequence[str]) -> Markup:
    """Draw the RSS of each moment as one column of its parts, as ``<svg>``."""
    return charts.stacked_columns(
        [charts.Line(title, sizes) for title, sizes in layers(rss)],
        names,
        title="Resident memory (RSS) by part",
    )


def _legend() -> Markup:
    """Name the layers of `rss_columns`, in their colours."""
    items = [
        Markup("<li>{} {}</li>").format(svg_parts.swatch(number), title)
        for number, title in enumerate(LAYERS)
    ]
    return Markup('<ul class="hn-legend">{}</ul>').format(Markup("").join(items))


def views_of_processes() -> dict[type, Callable[[Any], View]]:
    """Return the describers by type."""
    from heapnb.analysis.rss import Rss
    from heapnb.timeline.native_logs import NativeLog

    return {NativeLog: native_log_view, Rss: rss_view}


def charts_of_processes() -> dict[type, Callable[[Any], View]]:
    """Return the functions that draw, by type."""
    from heapnb.analysis.rss import Rss

    return {Rss: rss_chart}


__all__ = ["charts_of_processes", "rss_columns", "views_of_processes"]
