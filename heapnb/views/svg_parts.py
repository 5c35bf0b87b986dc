"""What all drawings of `heapnb.views` share: colours, numbers and texts of SVG.

Colours are CSS variables with a fallback, so that a page may bring its own for light and dark;
texts take the colour of what surrounds them. No drawing uses a ``style`` attribute, which a strict
content security policy forbids.
"""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

N_COLOURS: Final = 6
"""How many lines or parts can be told apart."""

FONT_SIZE: Final = 12
CHARACTER_WIDTH: Final = 7.0
"""Of an average character in this size, a little rounded up."""

# Told apart by people who do not see all colours, on white and on black.
_FALLBACKS: Final = ("#3b6fd4", "#d9822b", "#2f9e78", "#c2478f", "#7a5cd6", "#7f8896")


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
    ).format(svg_number(56 * min(max(share, 0.0), 1.0)), colour(0))


def text_at(x: float, y: float, text: str, *, anchor: str, strong: bool = False) -> Markup:
    """Write a text at a place."""
    return Markup(
        '<text x="{}" y="{}" text-anchor="{}" fill="currentColor" fill-opacity="{}">{}</text>'
    ).format(svg_number(x), svg_number(y), anchor, "1" if strong else "0.72", text)


def svg_number(value: float) -> str:
    """Write a number for an attribute: one digit behind the point, none for whole numbers."""
    return f"{value:.1f}".removesuffix(".0")
