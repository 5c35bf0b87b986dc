"""Open a message, and close it."""

from __future__ import annotations

from playwright.sync_api import Page


def act(page: Page) -> None:
    """Open a message."""
    page.click("#open")
    page.wait_for_selector("section")


def act_back(page: Page) -> None:
    """Close it."""
    page.click("#close")
    page.wait_for_selector("section", state="detached")
