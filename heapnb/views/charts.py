"""Charts of numbers per snapshot, and bars of shares, as inline SVG without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from heapnb.views import fmt
from heapnb.views.chart_frame import LEFT, Frame, Scale, ValueFormat, axis_labels, label_of
from heapnb.views.svg_parts import CHARACTER_WIDTH, colour, svg_number, text_at

_MOST_COLUMNS: Final = 40
_MOST_POINTS: Final = 240
_MOST_DOTS: Final = 16
_WIDEST_COLUMN: Final = 56.0

_SPARK_WIDTH: Final = 84
_SPARK_HEIGHT: Final = 24
_SPARK_MARGIN: Final = 3

_BAR_LENGTH: Final = 1000
_BAR_HEIGHT: Final = 20


@dataclass(frozen=True)
class Line:
    """One line of a chart.

    Parameters
    ----------
    label : str
        What it is.
    values : sequence of int
        One for each place on the axis.
    """

    label: str
    values: Sequence[int]


def sparkline(values: Sequence[int], *, label: str | None = None) -> Markup:
    """Draw how a number went, small enough for a table row.

    Parameters
    ----------
    values : sequence of int
        One for each snapshot; the axis starts at 0.
    label : str, optional
        What a screen reader says; the numbers by default.

    Returns
    -------
    Markup
        An ``<svg>``; empty for fewer than two values.

    Examples
    --------
    >>> sparkline([1]), sparkline([30, 180, 480]).count("<circle")
    (Markup(''), 1)
    """
    if len(values) < 2:  # noqa: PLR2004  a line needs two points
        return Markup("")
    spoken = _spoken(values) if label is None else fmt.visible(label)
    shown = _thinned(values)
    scale = Scale(min(0, *shown), max(1, *shown), _SPARK_HEIGHT - 2 * _SPARK_MARGIN)
    step = (_SPARK_WIDTH - 2 * _SPARK_MARGIN) / (len(shown) - 1)
    points = [
        (_SPARK_MARGIN + i * step, _SPARK_MARGIN + scale.down(value))
        for i, value in enumerate(shown)
    ]
    base = _SPARK_MARGIN + scale.down(0)
    return Markup(
        '<svg class="sparkline" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'role="img" aria-label="{label}">'
        '<path d="{area}" fill="{colour}" fill-opacity="0.16"/>'
        '<path d="{line}" fill="none" stroke="{colour}" stroke-width="1.5" '
        'stroke-linejoin="round" stroke-linecap="round"/>'
        '<circle cx="{x}" cy="{y}" r="2.5" fill="{colour}"/></svg>'
    ).format(
        width=_SPARK_WIDTH,
        height=_SPARK_HEIGHT,
        label=spoken,
        colour=colour(0),
        area=_area(points, base),
        line=_path(points),
        x=svg_number(points[-1][0]),
        y=svg_number(points[-1][1]),
    )


def column_chart(
    values: Sequence[int],
    labels: Sequence[str],
    *,
    title: str,
    format_value: ValueFormat = fmt.format_bytes,
    number: int = 0,
) -> Markup:
    """Draw one column for each snapshot.

    Parameters
    ----------
    values : sequence of int
        Heights.
    labels : sequence of str
        Names of the columns; strings of a snapshot are welcome.
    title : str
        What the chart shows; it is spoken, not drawn.
    format_value : callable, default `heapnb.views.fmt.format_bytes`
        Writes a value.
    number : int, default 0
        Number of the colour.

    Returns
    -------
    Markup
        An ``<svg>``; empty without values. More values than there is room for are drawn as an
        area.
    """
    if not values:
        return Markup("")
    if len(values) > _MOST_COLUMNS:
        return line_chart([Line(title, values)], labels, title=title, format_value=format_value)
    frame = Frame.around(values, format_value)
    slot = frame.width / len(values)
    width = min(_WIDEST_COLUMN, slot * 0.62)
    texts = [format_value(value) for value in values]
    has_room = all(len(text) * CHARACTER_WIDTH < slot for text in texts)
    columns = []
    for i, value in enumerate(values):
        middle = LEFT + (i + 0.5) * slot
        top, bottom = sorted((frame.y(value), frame.y(0)))
        columns.append(
            Markup(
                '<rect x="{}" y="{}" width="{}" height="{}" rx="2" fill="{}"><title>{}</title>'
                "</rect>"
            ).format(
                svg_number(middle - width / 2),
                svg_number(top),
                svg_number(width),
                svg_number(max(bottom - top, 1)),
                colour(number),
                f"{label_of(labels, i)}: {texts[i]}",
            )
        )
        if has_room:
            columns.append(text_at(middle, top - 6, texts[i], anchor="middle", strong=True))
    places = [LEFT + (i + 0.5) * slot for i in range(len(values))]
    return frame.chart(
        [*columns, *axis_labels(labels, places, slot)],
        f"{fmt.visible(title)}: {_spoken(values, format_value)}",
    )


def line_chart(
    lines: Sequence[Line],
    labels: Sequence[str],
    *,
    title: str,
    format_value: ValueFormat = fmt.format_bytes,
) -> Markup:
    """Draw how some numbers went from snapshot to snapshot.

    Parameters
    ----------
    lines : sequence of Line
        All of the same length; the n-th has the n-th `colour`.
    labels : sequence of str
        Names of the snapshots.
    title : str
        What the chart shows; it is spoken, not drawn.
    format_value : callable, default `heapnb.views.fmt.format_bytes`
        Writes a value.

    Returns
    -------
    Markup
        An ``<svg>``; empty for fewer than two snapshots.
    """
    if not lines or len(lines[0].values) < 2:  # noqa: PLR2004  a line needs two points
        return Markup("")
    frame = Frame.around([value for line in lines for value in line.values], format_value)
    n_values = len(lines[0].values)
    shown = _places(n_values)
    # The first and the last name need room on both sides of their points.
    inset = min(frame.width / (2 * n_values), 40)
    step = (frame.width - 2 * inset) / (n_values - 1)
    places = [LEFT + inset + i * step for i in range(n_values)]
    drawn = []
    # The first line is the most important one: it is drawn last, over the others.
    for number, line in reversed(list(enumerate(lines))):
        points = [(places[i], frame.y(line.values[i])) for i in shown]
        if len(lines) == 1:
            drawn.append(
                Markup('<path d="{}" fill="{}" fill-opacity="0.14"/>').format(
                    _area(points, frame.y(0)), colour(number)
                )
            )
        label = fmt.clean(line.label)
        drawn.append(
            Markup(
                '<path d="{}" fill="none" stroke="{}" stroke-width="2" stroke-linejoin="round" '
                'stroke-linecap="round"><title>{}</title></path>'
            ).format(_path(points), colour(number), label)
        )
        if len(shown) <= _MOST_DOTS:
            drawn += [
                Markup('<circle cx="{}" cy="{}" r="3" fill="{}"><title>{}</title></circle>').format(
                    svg_number(x),
                    svg_number(y),
                    colour(number),
                    f"{label}, {label_of(labels, i)}: {format_value(line.values[i])}",
                )
                for i, (x, y) in zip(shown, points, strict=True)
            ]
    spoken = "; ".join(
        f"{fmt.clean(line.label)}: {_spoken(line.values, format_value)}" for line in lines
    )
    return frame.chart(
        [*drawn, *axis_labels(labels, places, step)], f"{fmt.visible(title)}: {spoken}"
    )


def stacked_columns(
    layers: Sequence[Line],
    labels: Sequence[str],
    *,
    title: str,
    format_value: ValueFormat = fmt.format_bytes,
) -> Markup:
    """Draw what each snapshot consists of as one column, layer upon layer.

    Parameters
    ----------
    layers : sequence of Line
        From the bottom up, one value a snapshot, none below 0; the n-th has the n-th `colour`.
    labels : sequence of str
        Names of the snapshots.
    title : str
        What the chart shows; it is spoken, not drawn.
    format_value : callable, default `heapnb.views.fmt.format_bytes`
        Writes a value.

    Returns
    -------
    Markup
        An ``<svg>``; empty without layers or values. More snapshots than there is room for are
        thinned out, the first and the last kept.
    """
    n_values = len(layers[0].values) if layers else 0
    if n_values == 0:
        return Markup("")
    n_shown = min(n_values, _MOST_COLUMNS)
    shown = [round(i * (n_values - 1) / max(n_shown - 1, 1)) for i in range(n_shown)]
    totals = [sum(layer.values[i] for layer in layers) for i in shown]
    frame = Frame.around(totals, format_value)
    slot = frame.width / n_shown
    width = min(_WIDEST_COLUMN, slot * 0.62)
    places = [LEFT + (i + 0.5) * slot for i in range(n_shown)]
    drawn = []
    for place, i in zip(places, shown, strict=True):
        base = 0
        for number, layer in enumerate(layers):
            value = layer.values[i]
            if value <= 0:
                continue
            top = frame.y(base + value)
            drawn.append(
                Markup(
                    '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"><title>{}</title></rect>'
                ).format(
                    svg_number(place - width / 2),
                    svg_number(top),
                    svg_number(width),
                    svg_number(frame.y(base) - top),
                    colour(number),
                    f"{fmt.clean(layer.label)}, {label_of(labels, i)}: {format_value(value)}",
                )
            )
            base += value
    names = [label_of(labels, i) for i in shown]
    spoken = "; ".join(
        f"{fmt.clean(layer.label)}: {_spoken(layer.values, format_value)}" for layer in layers
    )
    return frame.chart(
        [*drawn, *axis_labels(names, places, slot)], f"{fmt.visible(title)}: {spoken}"
    )


def stacked_bar(parts: Sequence[tuple[str, int]], *, title: str) -> Markup:
    """Draw the shares of a whole as one bar.

    Parameters
    ----------
    parts : sequence of (str, int)
        Names and sizes in bytes; the n-th has the n-th `colour`.
    title : str
        What the whole is.

    Returns
    -------
    Markup
        An ``<svg>`` that takes the width it gets; empty where all parts are.
    """
    total = sum(size for _, size in parts)
    if total <= 0:
        return Markup("")
    drawn = []
    start = 0.0
    for number, (name, size) in enumerate(parts):
        length = _BAR_LENGTH * size / total
        if length > 0:
            said = (
                f"{fmt.clean(name)}: {fmt.format_bytes(size)}, {fmt.format_percent(size / total)}"
            )
            drawn.append(
                Markup(
                    '<rect x="{}" y="0" width="{}" height="{}" fill="{}"><title>{}</title></rect>'
                ).format(svg_number(start), svg_number(length), _BAR_HEIGHT, colour(number), said)
            )
        start += length
    spoken = ", ".join(
        f"{fmt.clean(name)} {fmt.format_percent(size / total)}" for name, size in parts
    )
    return Markup(
        '<svg class="stacked-bar" width="100%" height="{height}" viewBox="0 0 {length} {height}" '
        'preserveAspectRatio="none" role="img" aria-label="{label}">{parts}</svg>'
    ).format(
        height=_BAR_HEIGHT,
        length=_BAR_LENGTH,
        label=f"{fmt.visible(title)}: {spoken}",
        parts=Markup("").join(drawn),
    )


def _places(n_values: int) -> list[int]:
    """Choose the values that are drawn: all, or evenly spaced ones with the first and last."""
    if n_values <= _MOST_POINTS:
        return list(range(n_values))
    return [round(i * (n_values - 1) / (_MOST_POINTS - 1)) for i in range(_MOST_POINTS)]


def _thinned(values: Sequence[int]) -> list[int]:
    return [values[i] for i in _places(len(values))]


def _spoken(values: Sequence[int], format_value: ValueFormat = fmt.format_count) -> str:
    """Write a trend as text: all values, or the first and the last."""
    if len(values) <= _MOST_DOTS:
        return ", ".join(map(format_value, values))
    return f"{format_value(values[0])} to {format_value(values[-1])}"


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{svg_number(x)} {svg_number(y)}" for x, y in points)


def _area(points: Sequence[tuple[float, float]], base: float) -> str:
    (first, _), (last, _) = points[0], points[-1]
    bottom = svg_number(base)
    return f"{_path(points)}L{svg_number(last)} {bottom}L{svg_number(first)} {bottom}Z"
