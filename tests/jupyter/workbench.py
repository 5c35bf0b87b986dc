"""The browser as a user of a notebook sees it: found by what its parts are called."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect


@dataclass
class Workbench:
    """A browser in a cell's output.

    Parameters
    ----------
    root : Locator
        Where it is.
    """

    root: Locator

    def __post_init__(self) -> None:
        self.root = self.root.locator(".heapnb-browser")
        expect(self.root).to_be_visible()
        self.root.scroll_into_view_if_needed()

    @property
    def page(self) -> Page:
        return self.root.page

    @property
    def table(self) -> Locator:
        """The table of the view that is shown."""
        return self.root.locator(".hs-upper").get_by_role("treegrid")

    @property
    def retainers(self) -> Locator:
        return self.root.locator(".hs-lower").get_by_role("treegrid")

    @property
    def details(self) -> Locator:
        return self.root.locator(".hs-details")

    def tab(self, name: str) -> Locator:
        return self.root.get_by_role("tab", name=name, exact=True)

    def show(self, name: str) -> None:
        """Choose a view, or one of the panes below it."""
        self.tab(name).click()
        expect(self.tab(name)).to_have_attribute("aria-selected", "true")

    def row(self, text: str, *, level: int | None = None, within: Locator | None = None) -> Locator:
        """The first row that begins with a text."""
        depth = f"[aria-level='{level}']" if level else ""
        rows = (within or self.table).locator(f"[role=row][data-kind=row]{depth}")
        return rows.filter(has_text=re.compile(rf"^\s*{re.escape(text)}")).first

    def search(self, text: str) -> None:
        box = self.root.get_by_role("searchbox")
        box.fill(text)
        box.press("Enter")

    def facts(self) -> Locator:
        """What the line below the tables says of the rows."""
        return self.root.locator(".hs-status-facts")

    def choose(self, action: str) -> None:
        """Choose from the menu of what can be done with the selection."""
        self.root.get_by_role("button", name="Copy and more").click()
        self.root.get_by_role("menuitem", name=action, exact=True).click()

    def linger(self) -> None:
        """Stay long enough for the place to count as one: those in passing are no history."""
        self.page.wait_for_function("(start) => performance.now() > start", arg=self._now() + 1000)

    def _now(self) -> float:
        return float(self.page.evaluate("performance.now()"))
