"""How two series compared, and the history of builds, show themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from heapnb.schema import Kind
from heapnb.views import charts, fmt
from heapnb.views.chart_frame import HEIGHT, WIDTH
from heapnb.views.gc_charts import titled
from heapnb.views.rows import Rows
from heapnb.views.svg_parts import colour, svg_number, swatch, text_at
from heapnb.views.view_parts import Fact, View, notes_of

if TYPE_CHECKING:
    from heapnb.analysis.verification.changes import Changes, LeakChange
    from heapnb.analysis.verification.fixes import FixVerification
    from heapnb.analysis.verification.history import History
    from heapnb.analysis.verification.versions import VersionComparison

_MOST_CHARTS: Final = 4
_MOST_LINES: Final = 5
_PAGE: Final = 520
_BOTH: Final = ("before", "after")


def fix_view(found: FixVerification) -> View:
    """Collect what there is to show of a verified fix."""
    from heapnb.views.wording.changes import details_of

    return View(
        title="Fix",
        badge=found.verdict,
        lead=(found.reason, *details_of(found.changes)),
        facts=_facts(found.changes),
        drawing=_drawing(found.changes),
        table=Rows(found.leak_columns()),
        notes=notes_of(found),
    )


def versions_view(found: VersionComparison) -> View:
    """Collect what there is to show of two builds."""
    from heapnb.views.wording.changes import details_of

    return View(
        title="Comparison of builds",
        badge=found.verdict,
        lead=(found.reason, *details_of(found.changes)),
        facts=_facts(found.changes),
        drawing=_drawing(found.changes),
        table=found.table,
        notes=notes_of(found),
    )


def history_view(history: History) -> View:
    """Collect what there is to show of the history of builds."""
    builds = history.builds
    last = f" The last one is {builds[-1]}." if builds else ""
    return View(
        title="History of builds",
        lead=(f"{fmt.plural(len(builds), 'build')}.{last}",),
        drawing=_rates_by_build(history),
        table=history.table,
        notes=notes_of(history),
    )


def _facts(changes: Changes) -> tuple[Fact, ...]:
    verdicts = [one.verdict for one in changes.leaks]
    return (
        Fact("snapshots", [len(one.series) for one in (changes.before, changes.after)], Kind.COUNT),
        Fact("leaks before", len(verdicts), Kind.COUNT),
        Fact("fixed", verdicts.count("fixed"), Kind.COUNT),
        Fact("new leaks", len(changes.new), Kind.COUNT),
        Fact("rates per", changes.axis.per, Kind.TEXT),
    )


def _drawing(changes: Changes) -> Markup:
    """Draw each leak, then the heap, in both series."""
    drawn = [_chart_of(leak) for leak in changes.leaks[:_MOST_CHARTS]]
    drawn.append(_heap_chart(changes))
    names = [Markup("<li>{} {}</li>").format(swatch(i), name) for i, name in enumerate(_BOTH)]
    return titled(drawn, are_wide=False) + _legend(names)


def _legend(items: Sequence[Markup]) -> Markup:
    return Markup('<ul class="hn-legend">{}</ul>').format(Markup("").join(items))


def _chart_of(leak: LeakChange) -> tuple[str, Markup]:
    is_bytes = leak.measure == "bytes"
    name = fmt.clean(leak.before.class_name)
    return _both(
        leak.values_before,
        leak.values_after or (),
        f"{name}, bytes" if is_bytes else f"{name}, objects",
        fmt.format_bytes if is_bytes else fmt.format_count,
    )


def _heap_chart(changes: Changes) -> tuple[str, Markup]:
    before, after = (
        [int(snapshot.total_size) for snapshot in diagnosis.series.snapshots]
        for diagnosis in (changes.before, changes.after)
    )
    return _both(before, after, "Heap size", fmt.format_bytes)


def _both(
    before: Sequence[int], after: Sequence[int], title: str, write: Callable[[Any], str]
) -> tuple[str, Markup]:
    """Draw the columns of one series, then those of the other, on one scale."""
    gap = [0] if after else []
    layers = [
        charts.Line("before", [*before, *gap, *(0 for _ in after)]),
        charts.Line("after", [*(0 for _ in before), *gap, *after]),
    ]
    labels = [*map(str, range(1, len(before) + 1)), *(" " for _ in gap)]
    labels += map(str, range(1, len(after) + 1))
    return title, charts.stacked_columns(layers, labels, title=title, format_value=write)


def _rates_by_build(history: History) -> Markup | None:
    """Draw the lines of `_lines`, with their names below."""
    found = _lines(history)
    if found is None:
        return None
    drawn, labels = found
    legend = [Markup("<li>{} {}</li>").format(swatch(i), label) for i, label in enumerate(labels)]
    return titled([(_title_of(history), drawn)], are_wide=False) + _legend(legend)


def _title_of(history: History) -> str:
    units = history.units
    return f"Growth in bytes{f' per {fmt.clean(units[0])}' if len(units) == 1 else ''}, by build"


def _lines(history: History) -> tuple[Markup, list[str]] | None:
    """Draw how fast the heap and its leaks grow, from build to build; return it with its names."""
    builds = history.builds
    if len(builds) < 2:  # noqa: PLR2004  a line needs two points
        return None
    lines: dict[str | None, list[int]] = {}
    names: dict[str | None, str] = {}
    place = {build: number for number, build in enumerate(builds)}
    for row in history.last_rows():
        key = row["fingerprint"]
        # A leak that a build lacks grows by 0.
        values = lines.setdefault(key, [0] * len(builds))
        values[place[row["build"]]] = round(row["bytes_rate"] or 0)
        names[key] = "whole heap" if key is None else f"{row['class_name']} in {row['anchor']}"
    keys = sorted(lines, key=lambda key: (key is not None, -max(lines[key])))[: _MOST_LINES + 1]
    labels = [fmt.clean(names[key]) for key in keys]
    drawn = charts.line_chart(
        [charts.Line(names[key], lines[key]) for key in keys], builds, title=_title_of(history)
    )
    return drawn, labels


def history_file(history: History) -> str | None:
    """Make an SVG file of the rates by build.

    Parameters
    ----------
    history : History
        The builds.

    Returns
    -------
    str or None
        An SVG document that loads nothing; None for fewer than two builds.
    """
    found = _lines(history)
    if found is None:
        return None
    drawn, labels = found
    height = _PAGE * HEIGHT / WIDTH
    names = [
        Markup(
            '<g transform="translate(16 {})"><circle cx="5" cy="-4" r="5" fill="{}"/>{}</g>'
        ).format(svg_number(height + 64 + 20 * i), colour(i), text_at(16, 0, label, anchor="start"))
        for i, label in enumerate(labels)
    ]
    return str(
        Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {whole}" '
            'font-family="system-ui, sans-serif" font-size="12" color="#1c1e21">'
            '<rect width="100%" height="100%" fill="#ffffff"/>'
            '<text x="16" y="24" font-weight="600" fill="currentColor">{title}</text>'
            '<svg y="36" width="{width}" height="{height}">{drawn}</svg>{names}</svg>\n'
        ).format(
            width=_PAGE,
            whole=svg_number(height + 64 + 20 * len(labels)),
            height=svg_number(height),
            title=_title_of(history),
            drawn=drawn,
            names=Markup("").join(names),
        )
    )


def _fix_chart(found: FixVerification) -> View:
    return View(title="Growth before and after", drawing=_drawing(found.changes), table=found.table)


def _versions_chart(found: VersionComparison) -> View:
    return View(
        title="Growth before and after", drawing=_drawing(found.changes), table=found.leak_table
    )


def _history_chart(history: History) -> View:
    return View(title="Rates by build", drawing=_rates_by_build(history), table=history.table)


def views_of_changes() -> dict[type, Callable[[Any], View]]:
    """Return the describers by type."""
    from heapnb.analysis.verification.fixes import FixVerification
    from heapnb.analysis.verification.history import History
    from heapnb.analysis.verification.versions import VersionComparison

    return {FixVerification: fix_view, VersionComparison: versions_view, History: history_view}


def charts_of_changes() -> dict[type, Callable[[Any], View]]:
    """Return the functions that draw, by type."""
    from heapnb.analysis.verification.fixes import FixVerification
    from heapnb.analysis.verification.history import History
    from heapnb.analysis.verification.versions import VersionComparison

    return {
        FixVerification: _fix_chart,
        VersionComparison: _versions_chart,
        History: _history_chart,
    }


__all__ = ["charts_of_changes", "history_file", "views_of_changes"]
