"""A page of the bench, and what a diagnosis of it should say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.leakbench.cases import Case

PAGES: Final = Path(__file__).parent / "pages"

WRITTEN: Final = "written"
"""The ES modules as they are."""

DEVELOPMENT: Final = "development"
"""One file with the development builds of the packages, and a source map."""

FORMS: Final = (WRITTEN, DEVELOPMENT, "minified", "minified-map")
"""What a browser loads. Only pages without packages run as they are written."""

WITH_SOURCES: Final = (WRITTEN, DEVELOPMENT, "minified-map")
"""Forms in which the text that the author wrote is in the heap, or in a source map."""

PLAIN: Final = "plain"

HEALTHY: Final = ("no-leak", "undecided")
USES: Final = (20, 40)
"""How often a page is used before the first snapshot, and between that and the second."""

REMOVE_LISTENER: Final = ("removeEventListener",)
DISCONNECT: Final = ("disconnect",)
UNSUBSCRIBE: Final = ("unsubscribe", "subscribe", "off")
DELETE: Final = (
    "delete",
    "remove",
    "clear",
    "splice",
    "shift",
    "pop",
    "WeakMap",
    "WeakSet",
    "LRU",
)
ARRAY: Final = ("unbounded-array",)
MAP: Final = ("unbounded-map", "unbounded-memoize", "unbounded-dictionary")
SET: Final = ("unbounded-set",)
DOM: Final = ("detached-dom",)
LISTENERS: Final = ("event-listeners", "dom-listeners")
SUBSCRIPTIONS: Final = ("event-listeners", "*subscri*", "*listener*")
CLOSURES: Final = ("Function", "*closure*", "*function*")
LISTENER_CLASSES: Final = (*CLOSURES, "*listener*", "*Listener*")
TIMERS: Final = (*CLOSURES, "DOMTimer", "*timer*", "*interval*", "*Interval*")
OBSERVERS: Final = ("MutationObserver*", "ResizeObserver*", "IntersectionObserver*", *CLOSURES)
OBSERVED: Final = ("*observer*", "*Observer*", "*<body*", "*<html*", "*observe(*")


@dataclass(frozen=True)
class Page:
    """A page, and what is true about it.

    Parameters
    ----------
    case : Case
        What is right for the class, for what holds it, and for the cause. What holds it is
        compared with the whole text, too.
    framework : str
        ``"plain"`` if there is none.
    calls : tuple of str
        The calls that are missing, each right alone: one is in the fix.
    place : tuple of (str, str)
        File and function that add to what leaks, each right alone.
    keeps_detached : bool
        Whether what leaks keeps DOM trees that were removed from the document.
    """

    case: Case
    framework: str
    calls: tuple[str, ...] = ()
    place: tuple[tuple[str, str], ...] = ()
    keeps_detached: bool = False

    def __str__(self) -> str:
        return self.case.name

    @property
    def name(self) -> str:
        """Its folder in ``pages``."""
        return self.case.name

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return PAGES / self.name

    @property
    def origin(self) -> str:
        """The address at which the browser sees it."""
        return f"http://{self.name.replace('_', '-')}.example"

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms in which it runs."""
        has_packages = self.framework != PLAIN or bool(self.case.packages)
        return FORMS[1:] if has_packages else (WRITTEN, *FORMS[2:])


def leak(
    name: str,
    what: str,
    framework: str = PLAIN,
    *,
    classes: tuple[str, ...],
    holders: tuple[str, ...],
    causes: tuple[str, ...],
    calls: tuple[str, ...],
    place: tuple[tuple[str, str], ...],
    detached: bool,
    packages: tuple[str, ...] = (),
    uses: tuple[int, int] = USES,
) -> Page:
    case = Case(name, "", what, ("leak",), classes, holders, causes, packages, *uses)
    return Page(case, framework, calls, place, detached)


def healthy(name: str, what: str, framework: str = PLAIN, packages: tuple[str, ...] = ()) -> Page:
    return Page(Case(name, "", what, HEALTHY, (), (), (), packages, *USES), framework)
