"""Charts over time, as inline SVG without scripts: lines, dots, areas and marks on one axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from markupsafe import Markup

from heapnb._typing import AnyArray, FloatArray
from heapnb.views import fmt
from heapnb.views.chart_frame import Scale, ValueFormat, round_ticks
from heapnb.views.svg_parts import CHARACTER_WIDTH, FONT_SIZE, colour, svg_number, text_at
from heapnb.views.time_axis import time_label, time_ticks

WIDTH: Final = 760
_LEFT: Final = 66
_RIGHT: Final = 16
_TOP: Final = 34
_BOTTOM: Final = 28
_PLOT: Final = 176
_MARKS: Final = 20
"""Height of the row of marks above the plot."""

_MOST_BUCKETS: Final = 340
_MOST_DOTS: Final = 1_500
_MOST_MARKS: Final = 60
_LONGEST_LABEL: Final = 26

Style = Literal["line", "dots", "area", "steps", "dashes"]


@dataclass(frozen=True)
class Trace:
    """One number over time.

    Parameters
    ----------
    label : str
        What it is.
    times, values : ndarray of float
        Milliseconds, ascending, and values; NaN interrupts a line.
    style : {"line", "dots", "area", "steps", "dashes"}
        How it is drawn.
    number : int
        Number of the colour.
    """

    label: str
    times: FloatArray
    values: FloatArray
    style: Style = "line"
    number: int = 0


@dataclass(frozen=True)
class Mark:
    """Something that happened: a line across the plot.

    Parameters
    ----------
    at : float
        Milliseconds.
    label : str
        Its name.
    number : int
        Number of the colour.
    href : str
        Where a click leads; empty for nowhere.
    tooltip : str
        What the pointer shows; the name by default.
    """

    at: float
    label: str
    number: int = 3
    href: str = ""
    tooltip: str = ""


def time_chart(
    traces: Sequence[Trace],
    *,
    title: str,
    format_value: ValueFormat = fmt.format_bytes,
    is_clock: bool = False,
    marks: Sequence[Mark] = (),
    limits: Sequence[tuple[str, float]] = (),
    span: tuple[float, float] | None = None,
    top: float | None = None,
    is_counted: bool = False,
) -> Markup:
    """Draw numbers over time.

    Parameters
    ----------
    traces : sequence of Trace
        What to draw; the first is drawn last, over the others.
    title : str
        What the chart shows; it is spoken, not drawn.
    format_value : callable, default `heapnb.views.fmt.format_bytes`
        Writes a value.
    is_clock : bool
        Whether times are wall-clock times rather than times since the start.
    marks : sequence of Mark
        What happened.
    limits : sequence of (str, float)
        Horizontal lines with their names.
    span : (float, float), optional
        The times to show; all by default.
    top : float, optional
        The highest value of the axis, such as 1 for shares.
    is_counted : bool
        Whether "times" are numbers of samples.

    Returns
    -------
    Markup
        An ``<svg>``; empty if there is nothing to draw. A longer series is thinned: each column of
        pixels keeps its lowest and its highest value.
    """
    traces = [one for one in traces if np.isfinite(one.values).any()]
    ends = [float(t) for one in traces for t in one.times[[0, -1]]] + [one.at for one in marks]
    if span is None:
        if not ends:
            return Markup("")
        span = min(ends), max(ends)
    start, stop = span[0], max(span[1], span[0] + 1)
    marks = sorted((one for one in marks if start <= one.at <= stop), key=lambda one: one.at)
    top_margin = _TOP + (_MARKS if marks else 0)
    height = top_margin + _PLOT + _BOTTOM
    highest = max(
        [float(np.nanmax(one.values)) for one in traces] + [value for _, value in limits], default=1
    )
    lowest = min([float(np.nanmin(one.values)) for one in traces], default=0)
    if top is None:
        ticks: Sequence[float] = round_ticks(min(0.0, lowest), max(highest, 1.0))
    else:
        ticks = [top * i / 4 for i in range(5)]
    scale = Scale(ticks[0], ticks[-1], _PLOT)
    width = WIDTH - _LEFT - _RIGHT

    def x(at: float) -> float:
        return _LEFT + (at - start) / (stop - start) * width

    def y(value: float) -> float:
        return top_margin + scale.down(value)

    parts = [_grid(tick, y(tick), format_value) for tick in ticks]
    times = time_ticks(start, stop)
    parts += [
        text_at(
            x(at),
            height - 8,
            fmt.format_count(at) if is_counted else time_label(at, times, is_clock=is_clock),
            anchor="middle",
        )
        for at in times
        if x(at) < WIDTH - _RIGHT
    ]
    parts += [_limit(label, y(value)) for label, value in limits]
    for one in reversed(traces):
        parts += _trace(one, x, y, (start, stop), y(max(ticks[0], 0)))
    parts += _draw_marks(marks, x, top_margin)
    parts.append(_legend(traces))
    spoken = "; ".join(
        f"{fmt.clean(one.label)} {format_value(_first(one.values))} to"  # type: ignore[arg-type]
        f" {format_value(_first(one.values[::-1]))}"  # type: ignore[arg-type]
        for one in traces
        if one.label
    )
    happened = f"; {fmt.plural(len(marks), 'mark')}" if marks else ""
    return Markup(
        '<svg class="chart wide" viewBox="0 0 {} {}" role="img" aria-label="{}" font-size="{}">{}'
        "</svg>"
    ).format(
        WIDTH,
        height,
        f"{fmt.visible(title)}: {spoken}{happened}",
        FONT_SIZE,
        Markup("").join(parts),
    )


def _first(values: FloatArray) -> float:
    return float(values[np.isfinite(values)][0])


def _grid(tick: float, y: float, format_value: ValueFormat) -> Markup:
    line = Markup(
        '<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="currentColor" stroke-opacity="{}"/>'
    ).format(_LEFT, WIDTH - _RIGHT, svg_number(y), svg_number(y), "0.45" if tick == 0 else "0.13")
    return line + text_at(_LEFT - 7, y + 4, format_value(tick), anchor="end")  # type: ignore[arg-type]


def _limit(label: str, y: float) -> Markup:
    return Markup(
        '<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="currentColor" stroke-opacity="0.7" '
        'stroke-dasharray="6 4"/>'
    ).format(_LEFT, WIDTH - _RIGHT, svg_number(y), svg_number(y)) + text_at(
        WIDTH - _RIGHT, y - 5, fmt.clean(label), anchor="end"
    )


def _trace(
    trace: Trace, x: object, y: object, span: tuple[float, float], base: float
) -> list[Markup]:
    """Draw one number."""
    inside = (trace.times >= span[0]) & (trace.times <= span[1])
    times, values = trace.times[inside], trace.values[inside]
    if not len(times):
        return []
    paint = colour(trace.number)
    name = Markup("<title>{}</title>").format(fmt.clean(trace.label))
    if trace.style == "dots":
        known = np.isfinite(values)
        times, values = _largest(times[known], values[known])
        return [
            Markup(
                '<path d="{}" fill="none" stroke="{}" stroke-width="5" stroke-linecap="round" '
                'stroke-opacity="0.75">{}</path>'
            ).format(
                "".join(
                    f"M{svg_number(x(a))} {svg_number(y(b))}h0"  # type: ignore[operator]
                    for a, b in zip(times.tolist(), values.tolist(), strict=True)
                ),
                paint,
                name,
            )
        ]
    pieces = []
    for piece in _pieces(values):
        at, numbers = _thin(times[piece], values[piece])
        places = [
            (x(a), y(b))  # type: ignore[operator]
            for a, b in zip(at.tolist(), numbers.tolist(), strict=True)
        ]
        if trace.style == "steps":
            places = [
                p
                for i, (a, b) in enumerate(places)
                for p in ([(a, places[i - 1][1]), (a, b)] if i else [(a, b)])
            ]
        line = "M" + "L".join(f"{svg_number(a)} {svg_number(b)}" for a, b in places)
        if trace.style == "area":
            pieces.append(
                Markup('<path d="{}L{} {}L{} {}Z" fill="{}" fill-opacity="0.16"/>').format(
                    line,
                    svg_number(places[-1][0]),
                    svg_number(base),
                    svg_number(places[0][0]),
                    svg_number(base),
                    paint,
                )
            )
        pieces.append(
            Markup(
                '<path d="{}" fill="none" stroke="{}" stroke-width="{}" stroke-linejoin="round" '
                'stroke-linecap="round"{}>{}</path>'
            ).format(
                line if len(places) > 1 else f"{line}h0.1",
                paint,
                "2" if trace.style != "area" else "1.5",
                Markup(' stroke-dasharray="3 4"') if trace.style == "dashes" else "",
                name,
            )
        )
    return pieces


def _pieces(values: FloatArray) -> list[slice]:
    """Split a line where values are missing."""
    known = np.concatenate(([False], np.isfinite(values), [False]))
    edges = np.flatnonzero(known[1:] != known[:-1])
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _thin(times: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Keep the lowest and the highest value of each column of pixels, in order."""
    if len(times) <= 2 * _MOST_BUCKETS:
        return times, values
    bounds = np.searchsorted(times, np.linspace(times[0], times[-1], _MOST_BUCKETS + 1)[1:-1])
    keep: set[int] = {0, len(times) - 1}
    for rows in np.split(np.arange(len(times)), bounds):
        if len(rows):
            keep |= {int(rows[np.argmin(values[rows])]), int(rows[np.argmax(values[rows])])}
    chosen: AnyArray = np.array(sorted(keep))
    return times[chosen], values[chosen]


def _largest(times: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Keep the highest dots: those that matter in a chart of pauses."""
    if len(values) <= _MOST_DOTS:
        return times, values
    chosen = np.sort(np.argpartition(values, -_MOST_DOTS)[-_MOST_DOTS:])
    return times[chosen], values[chosen]


def _draw_marks(marks: Sequence[Mark], x: object, top: float) -> list[Markup]:
    """Draw what happened; a name is left out where another one leaves no room for it."""
    shown = marks[:_MOST_MARKS]
    places = [float(x(mark.at)) for mark in shown]  # type: ignore[operator]
    named = _with_room(shown, places)
    drawn = []
    for number, (mark, at) in enumerate(zip(shown, places, strict=True)):
        paint = colour(mark.number)
        # A dotted line is hard to hit: what reacts to the pointer is wider.
        line = Markup(
            '<rect x="{}" y="{}" width="10" height="{}" fill="currentColor" fill-opacity="0"/>'
            '<path d="M{} {}V{}" stroke="{}" stroke-width="1.5" stroke-dasharray="2 3"/>'
            '<circle cx="{}" cy="{}" r="4.5" fill="{}"/><title>{}</title>'
        ).format(
            svg_number(at - 5),
            svg_number(top - 9),
            svg_number(_PLOT + 9),
            svg_number(at),
            svg_number(top - 3),
            svg_number(top + _PLOT),
            paint,
            svg_number(at),
            svg_number(top - 4),
            paint,
            fmt.clean(mark.tooltip or mark.label),
        )
        if number in named:
            name, left = named[number]
            line += text_at(left, top - 12, name, anchor="start", strong=True)
        if mark.href:
            drawn.append(Markup('<a href="{}">{}</a>').format(mark.href, line))
        else:
            drawn.append(Markup("<g>{}</g>").format(line))
    return drawn


def _with_room(marks: Sequence[Mark], places: Sequence[float]) -> dict[int, tuple[str, float]]:
    """Choose the names that fit side by side; short ones, those of snapshots, come first."""
    named: dict[int, tuple[str, float]] = {}
    taken: list[tuple[float, float]] = []
    for number in sorted(range(len(marks)), key=lambda i: (len(marks[i].label) > 4, i)):  # noqa: PLR2004
        name = fmt.shorten(fmt.clean(marks[number].label), _LONGEST_LABEL)
        width = (len(name) + 1) * CHARACTER_WIDTH
        left = min(places[number], WIDTH - width)
        if all(left + width <= start or left >= stop for start, stop in taken):
            taken.append((left, left + width))
            named[number] = name, left
    return named


def _legend(traces: Sequence[Trace]) -> Markup:
    """Name the lines at the top."""
    drawn = []
    left = float(_LEFT)
    for trace in traces:
        if not trace.label:
            continue
        label = fmt.shorten(fmt.clean(trace.label), _LONGEST_LABEL)
        if left + len(label) * CHARACTER_WIDTH > WIDTH:
            break
        drawn.append(
            Markup('<circle cx="{}" cy="9" r="5" fill="{}"/>').format(
                svg_number(left + 5), colour(trace.number)
            )
        )
        drawn.append(text_at(left + 15, 13, label, anchor="start"))
        left += 15 + (len(label) + 2) * CHARACTER_WIDTH
    return Markup("").join(drawn)


__all__ = ["Mark", "Trace", "time_chart"]
