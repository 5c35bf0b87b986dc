"""All pages of the bench."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Final

import click

from tests.pagebench.first_pages import FIRST_PAGES
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

PAGES_OF_THE_BENCH: Final = (*FIRST_PAGES, *SECOND_PAGES)


def choose(patterns: str) -> list[Page]:
    """Return the pages whose names match one of some patterns.

    Parameters
    ----------
    patterns : str
        With commas between them.

    Returns
    -------
    list of Page

    Raises
    ------
    click.BadParameter
        If there is no such page.
    """
    wanted = [pattern.strip() for pattern in patterns.split(",")]
    chosen = [
        page for page in PAGES_OF_THE_BENCH if any(fnmatchcase(page.name, one) for one in wanted)
    ]
    if not chosen:
        raise click.BadParameter(f"no page is called {patterns}")
    return chosen


__all__ = [
    "DEVELOPMENT",
    "FORMS",
    "PAGES",
    "PAGES_OF_THE_BENCH",
    "PLAIN",
    "WITH_SOURCES",
    "WRITTEN",
    "Page",
    "choose",
]
