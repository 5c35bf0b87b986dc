"""The frame of a chart: its axis, grid, outline and the names below it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from heapnb.views import fmt
from heapnb.views.svg_parts import CHARACTER_WIDTH, FONT_SIZE, svg_number, text_at

ValueFormat = Callable[[int], str]

WIDTH: Final = 380
HEIGHT: Final = 210
LEFT: Final = 58
RIGHT: Final = 14
TOP: Final = 22
BOTTOM: Final = 26
_N_TICKS: Final = 4
_GAP: Final = 4
"""Between two names below the axis."""


@dataclass(frozen=True)
class Scale:
    """The vertical axis: values, and their distances from the top."""

    low: float
    high: float
    height: float

    def down(self, value: float) -> float:
        """Return the distance of a value from the top."""
        return self.height * (self.high - value) / (self.high - self.low)


@dataclass(frozen=True)
class Frame:
    """Axis, grid and outline of a chart."""

    scale: Scale
    ticks: tuple[int, ...]
    format_value: ValueFormat

    @classmethod
    def around(cls, values: Sequence[int], format_value: ValueFormat) -> Frame:
        """Return a frame with round numbers on its axis, which includes 0."""
        ticks = round_ticks(min(0, *values, 0), max(0, *values, 0))
        scale = Scale(ticks[0], ticks[-1], HEIGHT - TOP - BOTTOM)
        return cls(scale, ticks, format_value)

    @property
    def width(self) -> float:
        """Width of what is drawn between the axis and the right edge."""
        return WIDTH - LEFT - RIGHT

    def y(self, value: float) -> float:
        """Return where a value is drawn."""
        return TOP + self.scale.down(value)

    def chart(self, content: Sequence[Markup], spoken: str) -> Markup:
        """Return the whole chart; ``spoken`` is what a screen reader says."""
        grid = []
        for tick in self.ticks:
            height = self.y(tick)
            y, opacity = svg_number(height), "0.45" if tick == 0 else "0.13"
            grid.append(
                Markup(
                    '<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="currentColor" '
                    'stroke-opacity="{}"/>'
                ).format(LEFT, WIDTH - RIGHT, y, y, opacity)
            )
            grid.append(text_at(LEFT - 7, height + 4, self.format_value(tick), anchor="end"))
        return Markup(
            '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}" '
            'font-size="{}">{}{}</svg>'
        ).format(
            WIDTH,
            HEIGHT,
            spoken,
            FONT_SIZE,
            Markup("").join(grid),
            Markup("").join(content),
        )


def round_ticks(low: float, high: float) -> tuple[int, ...]:
    """Choose round numbers that enclose a range and divide it."""
    rough = max((high - low) / _N_TICKS, 1)
    power = 10 ** math.floor(math.log10(rough))
    # A quarter of a single thing is none.
    factors = (1, 2, 5, 10) if power < 10 else (1, 2, 2.5, 5, 10)  # noqa: PLR2004
    step = next(int(factor * power) for factor in factors if factor * power >= rough)
    first = math.floor(low / step) * step
    last = max(math.ceil(high / step) * step, first + step)
    return tuple(range(first, last + 1, step))


def axis_labels(labels: Sequence[str], places: Sequence[float], distance: float) -> list[Markup]:
    """Write the names of snapshots under the axis: as many as have room."""
    room = max(1, math.ceil(48 / max(distance, 0.01)))
    length = max(6, int((distance * room - _GAP) / CHARACTER_WIDTH))
    return [
        text_at(places[i], HEIGHT - 8, fmt.shorten(label_of(labels, i), length), anchor="middle")
        for i in range(0, len(places), room)
    ]


def label_of(labels: Sequence[str], i: int) -> str:
    """Return the name of a snapshot, or its number."""
    return fmt.clean(labels[i]) if i < len(labels) else fmt.format_count(i + 1)
