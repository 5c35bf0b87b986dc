"""The report as a browser shows it: offline, under its own strict policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from heapnb.report import html_report
from heapnb.testing import SnapshotBuilder
from tests.conftest import sample_series

pytestmark = pytest.mark.browser

Theme: TypeAlias = Literal["light", "dark"]

WIDE, NARROW = 1280, 400


@dataclass
class Visit:
    """A page, and what went wrong or went out while it was open."""

    page: Page
    problems: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("report") / "report.html"
    return html_report(sample_series("module_array_cache"), target)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium)
        yield running
        running.close()


def visit(
    browser: Browser,
    report: Path,
    *,
    width: int = WIDE,
    theme: Theme = "light",
    scripts: bool = True,
) -> Visit:
    page = browser.new_page(
        viewport={"width": width, "height": 900},
        color_scheme=theme,
        java_script_enabled=scripts,
        offline=True,
    )
    seen = Visit(page)
    page.on("console", lambda message: seen.problems.append(message.text))
    page.on("pageerror", lambda error: seen.problems.append(str(error)))
    page.on("request", lambda request: seen.requests.append(request.url))
    page.goto(report.as_uri())
    return seen


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_it_opens_without_errors_and_asks_for_nothing(browser: Browser, report: Path) -> None:
    seen = visit(browser, report)
    assert seen.problems == []
    assert [url for url in seen.requests if not url.startswith("data:")] == [report.as_uri()]
    assert seen.page.get_by_role("heading", name="This program leaks memory").is_visible()
    seen.page.close()


def test_the_first_suspect_is_open_with_its_drawing(browser: Browser, report: Path) -> None:
    page = visit(browser, report).page
    first = page.locator("details.card").first
    assert first.get_by_role("heading", name="CachedSearch").is_visible()
    assert first.locator(".drawing svg").is_visible()
    assert first.locator(".chain").is_visible()
    # The style sheet of drawings has made it through the policy.
    assert (
        page.evaluate(
            "getComputedStyle(document.querySelector('.heapnb-graph .hn-target path')).stroke"
        )
        == "rgb(232, 89, 12)"
    )
    page.close()


def test_suspects_fold_with_the_keyboard(browser: Browser, report: Path) -> None:
    page = visit(browser, report).page
    summary = page.locator("details.card > summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert not page.locator(".findings").first.is_visible()
    page.keyboard.press("Space")
    assert page.locator(".findings").first.is_visible()
    page.close()


@pytest.mark.parametrize(("theme", "other"), [("light", "dark"), ("dark", "light")])
def test_the_theme_follows_the_system_and_the_button(
    browser: Browser, report: Path, theme: Theme, other: Theme
) -> None:
    page = visit(browser, report, theme=theme).page
    before = background(page)
    button = page.get_by_role("button", name=f"Use {other} colours")
    button.click()
    after = background(page)
    assert after != before
    page.get_by_role("button", name=f"Use {theme} colours").click()
    assert background(page) == before

    other_page = visit(browser, report, theme=other).page
    assert background(other_page) == after
    page.close()
    other_page.close()


def test_it_works_without_scripts(browser: Browser, report: Path) -> None:
    page = visit(browser, report, scripts=False).page
    assert not page.locator("#theme").is_visible()
    assert page.locator(".drawing svg").first.is_visible()
    hidden = page.locator("#constructors tbody tr").nth(20)
    assert not hidden.is_visible()
    page.locator("label[for=all-constructors]").click()
    assert hidden.is_visible()
    page.close()


@pytest.mark.parametrize("width", [NARROW, 768, WIDE])
def test_nothing_sticks_out(browser: Browser, report: Path, width: int) -> None:
    page = visit(browser, report, width=width).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_paper_gets_everything_on_white(browser: Browser, report: Path) -> None:
    page = visit(browser, report, theme="dark").page
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    assert not page.get_by_role("navigation", name="Sections").is_visible()
    assert page.locator("#constructors tbody tr").nth(20).is_visible()
    page.close()


def test_links_lead_to_sections(browser: Browser, report: Path) -> None:
    page = visit(browser, report).page
    page.get_by_role("link", name="Growth").click()
    assert page.locator("#growth h2").is_visible()
    assert page.url.endswith("#growth")
    page.close()


@pytest.fixture(scope="module")
def hostile_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    name = "<img src=x onerror=alert(1)></script><script>alert(2)</script>" + "W" * 3000
    snapshots = []
    for number in (1, 2, 3):
        builder = SnapshotBuilder.from_edges("root>global").edge("global", "list", name)
        builder.node("list", name="Array")
        for i in range(50 * number):
            builder.edge("list", f"entry {i}", i, type="element")
            builder.node(f"entry {i}", name=name, size=2000)
        snapshots.append(builder.snapshot(name=f"{name}{number}"))
    target = tmp_path_factory.mktemp("report") / "hostile.html"
    return html_report(snapshots, target)


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_hostile_names_run_nothing_and_fit(
    browser: Browser, hostile_report: Path, width: int
) -> None:
    seen = visit(browser, hostile_report, width=width)
    page = seen.page
    # A dialog would have stopped the page; an image would have been asked for.
    assert seen.problems == []
    assert [url for url in seen.requests if not url.startswith("data:")] == [
        hostile_report.as_uri()
    ]
    assert page.locator("img").count() == 0
    assert page.locator("details.card").count() > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
