"""Treemaps as inline SVG: sizes as tiles that fill a rectangle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from heapnb.views import fmt
from heapnb.views.svg_parts import CHARACTER_WIDTH, FONT_SIZE, colour, svg_number, text_at

if TYPE_CHECKING:
    from heapnb.analysis.retention.dominator_map import Part
    from heapnb.views.masking import Masking

_MAP_WIDTH: Final = 760
_MAP_HEIGHT: Final = 300
_MAP_GAP: Final = 3
_TILE_LINE: Final = 16
_LEAST_WIDTH: Final = 24
_LEAST_HEIGHT: Final = 12
_LEAST_NAME: Final = 4
_TONES: Final = {
    # Colour and opacity: nested tiles add up, so that what is deeper is darker.
    "plain": (colour(5), "0.1"),
    "holds": (colour(1), "0.1"),
    "marked": (colour(1), "0.75"),
}


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


_WHOLE: Final = _Tile(0, 0, _MAP_WIDTH, _MAP_HEIGHT)
_NESTED: Final = _Tile(0, 0, 1000, 420)


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
                *(svg_number(value) for value in tile.inset(_MAP_GAP / 2)),
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
        FONT_SIZE,
        Markup("").join(drawn),
    )


def nested_treemap(part: Part, *, title: str, masking: Masking | None = None) -> Markup:
    """Draw a tree of sizes as tiles within tiles; what is marked has a colour of its own.

    Parameters
    ----------
    part : Part
        The whole, see `heapnb.analysis.retention.dominator_map`.
    title : str
        What the whole is.
    masking : Masking, optional
        The policy for likely secrets; by default the one that `heapnb.mask_output` has set.

    Returns
    -------
    Markup
        An ``<svg>`` that takes the width it gets; empty for a heap without parts. A tile without
        room for its name has it as a tooltip.
    """
    if not part.parts:
        return Markup("")
    drawn: list[Markup] = []
    # Pairs of parts and their tiles, the outer ones first, as these are painted first.
    waiting = [(inner, tile, 0) for inner, tile in _inside(part, _NESTED)]
    while waiting:
        inner, tile, level = waiting.pop()
        name = fmt.clean(inner.name, masking=masking)
        figures = f"{fmt.format_bytes(inner.size)}, {fmt.format_percent(inner.size / part.size)}"
        below = _Tile(
            tile.x + _MAP_GAP,
            tile.y + _TILE_LINE + 3,
            tile.width - 2 * _MAP_GAP,
            tile.height - _TILE_LINE - 3 - _MAP_GAP,
        )
        has_room = below.width >= _LEAST_WIDTH and below.height >= _LEAST_HEIGHT
        waiting += [(each, at, level + 1) for each, at in _inside(inner, below) if has_room]
        kind = "marked" if inner.is_marked else "holds" if inner.holds_marked else "plain"
        objects = fmt.plural(inner.count, "object")
        drawn.append(
            Markup(
                '<g><title>{}</title><rect class="tile-{}" x="{}" y="{}" width="{}" height="{}" '
                'rx="2.5" fill="{}" fill-opacity="{}" stroke="{}" stroke-opacity="0.7"/>{}</g>'
            ).format(
                f"{name}: {objects}, {figures}",
                kind,
                *(svg_number(value) for value in tile.inset(_MAP_GAP / 4)),
                _TONES[kind][0],
                _TONES[kind][1],
                _TONES[kind][0],
                _head_of(tile, name, figures),
            )
        )
    spoken = ", ".join(
        f"{fmt.clean(inner.name, masking=masking)} {fmt.format_percent(inner.size / part.size)}"
        for inner in part.parts
    )
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="treemap" width="100%" '
        'viewBox="0 0 {} {}" role="img" aria-label="{}" font-size="{}">{}</svg>'
    ).format(
        _NESTED.width,
        _NESTED.height,
        f"{fmt.visible(title)}: {spoken}",
        FONT_SIZE,
        Markup("").join(drawn),
    )


def _inside(part: Part, tile: _Tile) -> list[tuple[Part, _Tile]]:
    """Lay the parts of a part into its tile; what it has for itself stays free."""
    parts = [inner for inner in part.parts if inner.size > 0]
    if not parts:
        return []
    area = max(tile.width, 1) * max(tile.height, 1) / max(part.size, 1)
    return list(zip(parts, _tiles([inner.size * area for inner in parts], tile), strict=True))


def _head_of(tile: _Tile, name: str, figures: str) -> Markup:
    """Write a name, cut in its middle, and the figures if both have room in the first line."""
    room = int((tile.width - 10) / CHARACTER_WIDTH)
    if room < _LEAST_NAME or tile.height < _TILE_LINE:
        return Markup("")
    left, line = tile.x + 5, tile.y + _TILE_LINE - 2
    shown = fmt.shorten_middle(name, room)
    text = text_at(left, line, shown, anchor="start", strong=True)
    if len(shown) + len(figures) + 2 <= room:
        right = tile.x + tile.width - 5
        text += text_at(right, line, figures, anchor="end")
    return text


def _tiles(areas: Sequence[float], rest: _Tile = _WHOLE) -> list[_Tile]:
    """Divide the map into tiles that are about as wide as high (squarified, in rows).

    Bruls, Huizing, van Wijk: Squarified treemaps (2000).
    """
    tiles: list[_Tile] = []
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
    room = int((tile.width - 3 * _MAP_GAP - 8) / CHARACTER_WIDTH)
    if tile.height < _TILE_LINE + 8 or len(name) > room:
        return Markup("")
    left = tile.x + _MAP_GAP + 6
    texts = [text_at(left, tile.y + _TILE_LINE + 2, name, anchor="start", strong=True)]
    if tile.height >= 2 * _TILE_LINE + 8 and len(figures) <= room:
        texts.append(text_at(left, tile.y + 2 * _TILE_LINE + 2, figures, anchor="start"))
    return Markup("").join(texts)
