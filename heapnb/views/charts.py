"""Charts as inline SVG, made by hand: nothing to load, nothing to run.

Colours are CSS variables with a fallback, so that a page may bring its own for light and dark;
texts take the colour of what surrounds them. No chart uses a ``style`` attribute, which a strict
content security policy forbids.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from heapnb.views import fmt

ValueFormat = Callable[[int], str]

N_COLOURS: Final = 6
"""How many lines or parts can be told apart."""

# Told apart by people who do not see all colours, on white and on black.
_FALLBACKS: Final = ("#3b6fd4", "#d9822b", "#2f9e78", "#c2478f", "#7a5cd6", "#7f8896")

_WIDTH: Final = 380
_HEIGHT: Final = 210
_LEFT: Final = 58
_RIGHT: Final = 14
_TOP: Final = 22
_BOTTOM: Final = 26
_FONT_SIZE: Final = 12
_CHARACTER_WIDTH: Final = 7.0
_MOST_COLUMNS: Final = 40
_MOST_POINTS: Final = 240
_MOST_DOTS: Final = 16
_N_TICKS: Final = 4
_WIDEST_COLUMN: Final = 56.0

_SPARK_WIDTH: Final = 84
_SPARK_HEIGHT: Final = 24
_SPARK_MARGIN: Final = 3

_MAP_WIDTH: Final = 760
_MAP_HEIGHT: Final = 300
_MAP_GAP: Final = 3
_TILE_LINE: Final = 16

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


def colour(number: int) -> str:
    """Return the colour of a line or part.

    Parameters
    ----------
    number : int
        From 0; colours repeat after `N_COLOURS`.

    Returns
    -------
    str
        A CSS colour for an SVG attribute.

    Examples
    --------
    >>> colour(0)
    'var(--heapnb-series-1, #3b6fd4)'
    """
    place = number % N_COLOURS
    return f"var(--heapnb-series-{place + 1}, {_FALLBACKS[place]})"


def swatch(number: int) -> Markup:
    """Draw a dot in the colour of a line or part, for a legend."""
    return Markup(
        '<svg class="swatch" width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">'
        '<circle cx="5" cy="5" r="5" fill="{}"/></svg>'
    ).format(colour(number))


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
    scale = _Scale(min(0, *shown), max(1, *shown), _SPARK_HEIGHT - 2 * _SPARK_MARGIN)
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
        x=_number(points[-1][0]),
        y=_number(points[-1][1]),
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
    frame = _Frame.around(values, format_value)
    slot = frame.width / len(values)
    width = min(_WIDEST_COLUMN, slot * 0.62)
    texts = [format_value(value) for value in values]
    has_room = all(len(text) * _CHARACTER_WIDTH < slot for text in texts)
    columns = []
    for i, value in enumerate(values):
        middle = _LEFT + (i + 0.5) * slot
        top, bottom = sorted((frame.y(value), frame.y(0)))
        columns.append(
            Markup(
                '<rect x="{}" y="{}" width="{}" height="{}" rx="2" fill="{}"><title>{}</title>'
                "</rect>"
            ).format(
                _number(middle - width / 2),
                _number(top),
                _number(width),
                _number(max(bottom - top, 1)),
                colour(number),
                f"{_label(labels, i)}: {texts[i]}",
            )
        )
        if has_room:
            columns.append(_text(middle, top - 6, texts[i], anchor="middle", strong=True))
    places = [_LEFT + (i + 0.5) * slot for i in range(len(values))]
    return frame.chart(
        [*columns, *_axis_labels(labels, places, slot)],
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
    frame = _Frame.around([value for line in lines for value in line.values], format_value)
    n_values = len(lines[0].values)
    shown = _places(n_values)
    # The first and the last name need room on both sides of their points.
    inset = min(frame.width / (2 * n_values), 40)
    step = (frame.width - 2 * inset) / (n_values - 1)
    places = [_LEFT + inset + i * step for i in range(n_values)]
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
        drawn.append(
            Markup(
                '<path d="{}" fill="none" stroke="{}" stroke-width="2" stroke-linejoin="round" '
                'stroke-linecap="round"><title>{}</title></path>'
            ).format(_path(points), colour(number), fmt.clean(line.label))
        )
        if len(shown) <= _MOST_DOTS:
            drawn += [
                Markup('<circle cx="{}" cy="{}" r="3" fill="{}"><title>{}</title></circle>').format(
                    _number(x),
                    _number(y),
                    colour(number),
                    f"{fmt.clean(line.label)}, {_label(labels, i)}: {format_value(line.values[i])}",
                )
                for i, (x, y) in zip(shown, points, strict=True)
            ]
    spoken = "; ".join(
        f"{fmt.clean(line.label)}: {_spoken(line.values, format_value)}" for line in lines
    )
    return frame.chart(
        [*drawn, *_axis_labels(labels, places, step)], f"{fmt.visible(title)}: {spoken}"
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
    frame = _Frame.around(totals, format_value)
    slot = frame.width / n_shown
    width = min(_WIDEST_COLUMN, slot * 0.62)
    places = [_LEFT + (i + 0.5) * slot for i in range(n_shown)]
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
                    _number(place - width / 2),
                    _number(top),
                    _number(width),
                    _number(frame.y(base) - top),
                    colour(number),
                    f"{fmt.clean(layer.label)}, {_label(labels, i)}: {format_value(value)}",
                )
            )
            base += value
    names = [_label(labels, i) for i in shown]
    spoken = "; ".join(
        f"{fmt.clean(layer.label)}: {_spoken(layer.values, format_value)}" for layer in layers
    )
    return frame.chart(
        [*drawn, *_axis_labels(names, places, slot)], f"{fmt.visible(title)}: {spoken}"
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
                ).format(_number(start), _number(length), _BAR_HEIGHT, colour(number), said)
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


def treemap(parts: Sequence[tuple[str, int]], *, title: str) -> Markup:
    """Draw the shares of a whole as tiles, with their names where there is room.

    Parameters
    ----------
    parts : sequence of (str, int)
        Names and sizes in bytes, the largest first; the n-th has the n-th `colour`. What is not
        above 0 is left out.
    title : str
        What the whole is.

    Returns
    -------
    Markup
        An ``<svg>`` that takes the width it gets; empty where all parts are.
    """
    total = sum(size for _, size in parts if size > 0)
    if total <= 0:
        return Markup("")
    shown = [(number, name, size) for number, (name, size) in enumerate(parts) if size > 0]
    areas = [size / total * _MAP_WIDTH * _MAP_HEIGHT for _, _, size in shown]
    drawn = []
    for (number, name, size), tile in zip(shown, _tiles(areas), strict=True):
        label = fmt.clean(name)
        share = fmt.format_percent(size / total)
        drawn.append(
            Markup(
                '<g><title>{}</title><rect x="{}" y="{}" width="{}" height="{}" rx="3" fill="{}" '
                'fill-opacity="0.3" stroke="{}"/>{}</g>'
            ).format(
                f"{label}: {fmt.format_bytes(size)}, {share}",
                *(_number(value) for value in tile.inset(_MAP_GAP / 2)),
                colour(number),
                colour(number),
                _tile_text(tile, label, f"{fmt.format_bytes(size)}, {share}"),
            )
        )
    spoken = ", ".join(
        f"{fmt.clean(name)} {fmt.format_percent(size / total)}" for _, name, size in shown
    )
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="treemap" width="100%" '
        'viewBox="0 0 {} {}" role="img" aria-label="{}" font-size="{}">{}</svg>'
    ).format(
        _MAP_WIDTH,
        _MAP_HEIGHT,
        f"{fmt.visible(title)}: {spoken}",
        _FONT_SIZE,
        Markup("").join(drawn),
    )


@dataclass(frozen=True)
class _Tile:
    """A rectangle of a treemap."""

    x: float
    y: float
    width: float
    height: float

    def inset(self, gap: float) -> tuple[float, float, float, float]:
        return (
            self.x + gap,
            self.y + gap,
            max(self.width - 2 * gap, 0.5),
            max(self.height - 2 * gap, 0.5),
        )


def _tiles(areas: Sequence[float]) -> list[_Tile]:
    """Divide the map into tiles that are about as wide as high (squarified, in rows).

    Bruls, Huizing, van Wijk: Squarified treemaps (2000).
    """
    tiles: list[_Tile] = []
    rest = _Tile(0, 0, _MAP_WIDTH, _MAP_HEIGHT)
    row: list[float] = []
    for area in areas:
        side = min(rest.width, rest.height)
        if row and _worst_ratio([*row, area], side) > _worst_ratio(row, side):
            rest = _lay(row, rest, tiles)
            row = []
        row.append(area)
    _lay(row, rest, tiles)
    return tiles


def _worst_ratio(row: Sequence[float], side: float) -> float:
    thickness = max(sum(row) / max(side, 1e-9), 1e-9)
    return max(max(thickness**2 / area, area / thickness**2) for area in row)


def _lay(row: Sequence[float], rest: _Tile, tiles: list[_Tile]) -> _Tile:
    """Put a row of tiles at the shorter side of what is left; return what is left then."""
    is_wide = rest.width >= rest.height
    thickness = sum(row) / max(rest.height if is_wide else rest.width, 1e-9)
    place = rest.y if is_wide else rest.x
    for area in row:
        length = area / max(thickness, 1e-9)
        if is_wide:
            tiles.append(_Tile(rest.x, place, thickness, length))
        else:
            tiles.append(_Tile(place, rest.y, length, thickness))
        place += length
    if is_wide:
        return _Tile(rest.x + thickness, rest.y, max(rest.width - thickness, 0), rest.height)
    return _Tile(rest.x, rest.y + thickness, rest.width, max(rest.height - thickness, 0))


def _tile_text(tile: _Tile, name: str, figures: str) -> Markup:
    """Write into a tile what there is room for."""
    room = int((tile.width - 3 * _MAP_GAP - 8) / _CHARACTER_WIDTH)
    if tile.height < _TILE_LINE + 8 or len(name) > room:
        return Markup("")
    left = tile.x + _MAP_GAP + 6
    texts = [_text(left, tile.y + _TILE_LINE + 2, name, anchor="start", strong=True)]
    if tile.height >= 2 * _TILE_LINE + 8 and len(figures) <= room:
        texts.append(_text(left, tile.y + 2 * _TILE_LINE + 2, figures, anchor="start"))
    return Markup("").join(texts)


def share_bar(share: float) -> Markup:
    """Draw a share of 1 as a thin bar, to go with its number in a table row.

    Parameters
    ----------
    share : float
        What lies outside 0…1 is drawn as the nearer end.

    Returns
    -------
    Markup
        An ``<svg>``; hidden from screen readers, as the number says it all.
    """
    return Markup(
        '<svg class="share-bar" width="56" height="6" viewBox="0 0 56 6" aria-hidden="true">'
        '<rect width="56" height="6" rx="3" fill="currentColor" fill-opacity="0.12"/>'
        '<rect width="{}" height="6" rx="3" fill="{}"/></svg>'
    ).format(_number(56 * min(max(share, 0.0), 1.0)), colour(0))


@dataclass(frozen=True)
class _Scale:
    """Turns values into distances from the top."""

    low: float
    high: float
    height: float

    def down(self, value: float) -> float:
        return self.height * (self.high - value) / (self.high - self.low)


@dataclass(frozen=True)
class _Frame:
    """Axis, grid and outline of a chart."""

    scale: _Scale
    ticks: tuple[int, ...]
    format_value: ValueFormat

    @classmethod
    def around(cls, values: Sequence[int], format_value: ValueFormat) -> _Frame:
        ticks = _ticks(min(0, *values, 0), max(0, *values, 0))
        scale = _Scale(ticks[0], ticks[-1], _HEIGHT - _TOP - _BOTTOM)
        return cls(scale, ticks, format_value)

    @property
    def width(self) -> float:
        return _WIDTH - _LEFT - _RIGHT

    def y(self, value: float) -> float:
        return _TOP + self.scale.down(value)

    def chart(self, content: Sequence[Markup], spoken: str) -> Markup:
        grid = []
        for tick in self.ticks:
            y = self.y(tick)
            grid.append(
                Markup(
                    '<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="currentColor" '
                    'stroke-opacity="{}"/>'
                ).format(
                    _LEFT, _WIDTH - _RIGHT, _number(y), _number(y), "0.45" if tick == 0 else "0.13"
                )
            )
            grid.append(_text(_LEFT - 7, y + 4, self.format_value(tick), anchor="end"))
        return Markup(
            '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}" '
            'font-size="{}">{}{}</svg>'
        ).format(
            _WIDTH,
            _HEIGHT,
            spoken,
            _FONT_SIZE,
            Markup("").join(grid),
            Markup("").join(content),
        )


def _ticks(low: int, high: int) -> tuple[int, ...]:
    """Choose round numbers that enclose a range and divide it."""
    rough = max((high - low) / _N_TICKS, 1)
    power = 10 ** math.floor(math.log10(rough))
    # A quarter of a single thing is none.
    factors = (1, 2, 5, 10) if power < 10 else (1, 2, 2.5, 5, 10)  # noqa: PLR2004
    step = next(int(factor * power) for factor in factors if factor * power >= rough)
    first = math.floor(low / step) * step
    last = max(math.ceil(high / step) * step, first + step)
    return tuple(range(first, last + 1, step))


def _axis_labels(labels: Sequence[str], places: Sequence[float], distance: float) -> list[Markup]:
    """Write the names of snapshots under the axis: as many as have room."""
    room = max(1, math.ceil(48 / max(distance, 0.01)))
    length = max(6, int(distance * room / _CHARACTER_WIDTH) - 1)
    return [
        _text(places[i], _HEIGHT - 8, fmt.shorten(_label(labels, i), length), anchor="middle")
        for i in range(0, len(places), room)
    ]


def _label(labels: Sequence[str], i: int) -> str:
    return fmt.clean(labels[i]) if i < len(labels) else fmt.format_count(i + 1)


def _text(x: float, y: float, text: str, *, anchor: str, strong: bool = False) -> Markup:
    return Markup(
        '<text x="{}" y="{}" text-anchor="{}" fill="currentColor" fill-opacity="{}">{}</text>'
    ).format(_number(x), _number(y), anchor, "1" if strong else "0.72", text)


def _places(n_values: int) -> list[int]:
    """Choose the values that are drawn: all, or evenly spaced ones with the first and last."""
    if n_values <= _MOST_POINTS:
        return list(range(n_values))
    return [round(i * (n_values - 1) / (_MOST_POINTS - 1)) for i in range(_MOST_POINTS)]


def _thinned(values: Sequence[int]) -> list[int]:
    return [values[i] for i in _places(len(values))]


def _spoken(values: Sequence[int], format_value: ValueFormat = fmt.format_count) -> str:
    """Say a course: all of it, or where it starts and ends."""
    if len(values) <= _MOST_DOTS:
        return ", ".join(map(format_value, values))
    return f"{format_value(values[0])} to {format_value(values[-1])}"


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_number(x)} {_number(y)}" for x, y in points)


def _area(points: Sequence[tuple[float, float]], base: float) -> str:
    (first, _), (last, _) = points[0], points[-1]
    return f"{_path(points)}L{_number(last)} {_number(base)}L{_number(first)} {_number(base)}Z"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
