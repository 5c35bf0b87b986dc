"""All pages of the bench."""

from __future__ import annotations

from collections.abc import Collection
from fnmatch import fnmatchcase
from typing import Final

import click

from tests.pagebench.fifth_pages import FIFTH_PAGES
from tests.pagebench.first_pages import FIRST_PAGES
from tests.pagebench.fourth_pages import FOURTH_PAGES
from tests.pagebench.page import (
    DEVELOPMENT,
    FORMS,
    PAGES,
    PLAIN,
    WITH_SOURCES,
    WRITTEN,
    Page,
)
from tests.pagebench.second_pages import SECOND_PAGES
from tests.pagebench.sixth_pages import SIXTH_PAGES
from tests.pagebench.third_pages import THIRD_PAGES

SETS: Final = {
    "first": FIRST_PAGES,
    "second": SECOND_PAGES,
    "third": THIRD_PAGES,
    "fourth": FOURTH_PAGES,
    "fifth": FIFTH_PAGES,
    "sixth": SIXTH_PAGES,
}
"""The pages, by when they were written."""

PAGES_OF_THE_BENCH: Final = tuple(page for pages in SETS.values() for page in pages)


def choose(patterns: str, sets: Collection[str] = tuple(SETS)) -> list[Page]:
    """Return the pages of some sets whose names match one of some patterns.

    Parameters
    ----------
    patterns : str
        With commas between them.
    sets : collection of str, optional
        Names in `SETS`.

    Returns
    -------
    list of Page

    Raises
    ------
    click.BadParameter
        If there is no such page.
    """
    wanted = [pattern.strip() for pattern in patterns.split(",")]
    pages = [page for name in SETS if name in sets for page in SETS[name]]
    chosen = [page for page in pages if any(fnmatchcase(page.name, one) for one in wanted)]
    if not chosen:
        raise click.BadParameter(f"no page of the sets {', '.join(sets)} is called {patterns}")
    return chosen


__all__ = [
    "DEVELOPMENT",
    "FORMS",
    "PAGES",
    "PAGES_OF_THE_BENCH",
    "PLAIN",
    "SETS",
    "WITH_SOURCES",
    "WRITTEN",
    "Page",
    "choose",
]
