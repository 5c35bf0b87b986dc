"""What holds for any page that a user looks at."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Locator, Page

_TEXTS_THAT_STICK_OUT: Final = """drawings => drawings.flatMap((drawing) =>
  [...drawing.querySelectorAll(".node")].flatMap((node) => {
    const box = node.querySelector("path, polygon").getBoundingClientRect();
    const texts = [...node.querySelectorAll("text")].filter((one) => one.textContent.trim());
    const places = texts.map((one) => one.getBoundingClientRect());
    return texts.filter((_, i) => {
      const { left, right, top, bottom } = places[i];
      const isOutside = left < box.left || right > box.right || top < box.top - 1
        || bottom > box.bottom + 1;
      // Texts of one line stand beside each other.
      const isCovered = places.some((other, j) => j > i && Math.abs(other.top - top) < 4
        && Math.min(right, other.right) - Math.max(left, other.left) > 1);
      return isOutside || isCovered;
    }).map((one) => one.textContent);
  }))"""


def texts_that_stick_out(drawings: Locator) -> list[str]:
    """Return the texts of drawings that leave their boxes or cover each other.

    Parameters
    ----------
    drawings : Locator
        ``<svg>`` elements that can be seen.
    """
    assert drawings.count() > 0
    found: list[str] = drawings.evaluate_all(_TEXTS_THAT_STICK_OUT)
    return found


def sticks_out(page: Page) -> bool:
    """Tell whether the page is wider than its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def boxes_with_hidden_columns(page: Page) -> list[str]:
    """Return the first words of scrolling boxes that have columns out of view."""
    found: list[str] = page.evaluate("""[...document.querySelectorAll("main .scroll")]
      .filter((one) => one.scrollWidth > one.clientWidth)
      .map((one) => one.innerText.slice(0, 80))""")
    return found
