"""A flame graph as a browser shows it: zoom, keyboard, width, colours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from heapnb.views.flame_graphs import PACKAGE, Frame, flame_graph, standalone
from tests.browser.axe import assert_accessible

pytestmark = pytest.mark.browser

FRAMES = (
    Frame("(root)"),
    Frame("serve", "/srv/app/server.js:3"),
    Frame("search", "/srv/app/search.js:12"),
    Frame("parse", "/srv/node_modules/qs/index.js:7", PACKAGE),
    Frame("x" * 300, "/srv/app/long.js:1"),
)


@pytest.fixture(scope="module")
def drawing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    svg = flame_graph(
        np.array([0, 0, 1, 1, 0]),
        np.arange(5),
        np.array([0, 10, 680, 10, 300]),
        FRAMES.__getitem__,
        title="Live bytes",
    )
    path = tmp_path_factory.mktemp("flames") / "flames.svg"
    path.write_text(standalone(svg, title="Sampled allocations"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium)
        yield running
        running.close()


def opened(browser: Browser, drawing: Path, *, width: int = 1000, scripts: bool = True) -> Page:
    page = browser.new_page(
        viewport={"width": width, "height": 400}, java_script_enabled=scripts, offline=True
    )
    page.goto(drawing.as_uri())
    return page


def width_of(page: Page, number: int) -> float:
    box = page.locator(".flame").nth(number).bounding_box()
    return 0 if box is None else box["width"]


def test_a_click_widens_a_frame_and_another_shows_all(browser: Browser, drawing: Path) -> None:
    page = opened(browser, drawing)
    search = page.locator(".flame", has_text="search")
    assert width_of(page, 0) == pytest.approx(1000, abs=1)
    assert page.locator(".flame", has_text="parse").locator("text").count() == 0
    search.click()
    assert width_of(page, 2) == pytest.approx(1000, abs=1)
    expect(page.locator(".flame", has_text="xxxx")).to_be_hidden()
    expect(page.locator(".flame", has_text="serve")).to_be_visible()
    search.click()
    expect(page.locator(".flame", has_text="xxxx")).to_be_visible()
    page.close()


def test_the_keyboard_zooms_and_moves(browser: Browser, drawing: Path) -> None:
    page = opened(browser, drawing)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent").startswith("search")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".flame", has_text="parse").locator("text")).to_contain_text("parse")
    page.keyboard.press("Escape")
    expect(page.locator(".flame", has_text="xxxx")).to_be_visible()
    page.close()


def test_it_fits_without_scripts(browser: Browser, drawing: Path) -> None:
    page = opened(browser, drawing, width=400, scripts=False)
    assert width_of(page, 0) == pytest.approx(400, abs=1)
    expect(page.locator(".flame", has_text="search").locator("text")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.close()


def test_it_is_accessible(browser: Browser, drawing: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    svg = drawing.read_text("utf-8")
    page.write_text(f"<!doctype html><html lang=en><title>t</title><main>{svg}</main>", "utf-8")
    shown = opened(browser, page)
    assert_accessible(shown)
    shown.close()


def test_the_frame_in_question_is_described(browser: Browser, drawing: Path) -> None:
    page = opened(browser, drawing)
    name, facts = page.locator(".flame-name"), page.locator(".flame-facts")
    expect(name).to_contain_text("Point at a frame")
    page.locator(".flame", has_text="parse").hover()
    expect(name).to_have_text("parse")
    expect(facts).to_have_text("10 B, 1.0% of all · /srv/node_modules/qs/index.js:7")
    page.locator(".flame", has_text="serve").focus()
    expect(facts).to_have_text("700 B, 70.0% of all · 10 B without callees · /srv/app/server.js:3")
    page.close()


def test_a_button_shows_all_again(browser: Browser, drawing: Path) -> None:
    page = opened(browser, drawing)
    button = page.get_by_role("button", name="Show all")
    expect(button).to_be_hidden()
    page.locator(".flame", has_text="parse").click()
    expect(page.locator(".flame-name")).to_have_text("parse")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_be_hidden()
    expect(page.locator(".flame", has_text="xxxx")).to_be_visible()
    assert page.evaluate("document.activeElement.textContent").startswith("Live bytes")
    page.close()
