"""A colleague who has nothing but the report, and no network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeAlias

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.pages import boxes_with_hidden_columns, sticks_out, texts_that_stick_out
from tests.journeys.terminal import Terminal

pytestmark = [pytest.mark.browser, pytest.mark.node, pytest.mark.slow]

Theme: TypeAlias = Literal["light", "dark"]

SIZE = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def report(
    service_files: list[Path], pictures: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return the report that somebody has sent: it lies where no snapshot is."""
    target = tmp_path_factory.mktemp("mail") / "report.html"
    terminal = Terminal(80, service_files[0].parent, pictures)
    answer = terminal.run(f"heapnb report Heap.* -o {target}", "report-to-send")
    assert answer.status == 0, answer.text
    return target


@contextmanager
def opened(browser: Browser, report: Path, theme: Theme = "light") -> Iterator[Page]:
    """Open a report; fail if it asks for anything, or complains."""
    page = browser.new_page(viewport=SIZE, color_scheme=theme, offline=True)  # type: ignore[arg-type]
    problems: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(report.as_uri())
    yield page
    assert problems == []
    own = report.as_uri()
    assert [url for url in requests if url.partition("#")[0] != own and url[:5] != "data:"] == []
    page.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_first_screen_answers(
    browser: Browser, report: Path, pictures: Path, theme: Theme
) -> None:
    with opened(browser, report, theme) as page:
        page.screenshot(path=pictures / f"report-{theme}.png")
        parts = {
            "h1": "This program leaks memory",
            ".verdict .reason": "in the tick listeners of an EventEmitter (priceFeed._events.tick) "
            "(40 → 120 → 240) grew in every interval",
            ".verdict .chain": "module variable priceFeed of src/prices.mjs",
            ".verdict .remedy": "Remove the tick listener when the work ends: "
            "priceFeed.off('tick', listener) in a finally.",
            ".verdict .culprit": "src/prices.mjs:14:13",
        }
        for selector, text in parts.items():
            part = page.locator(selector).first
            assert text in " ".join(part.inner_text().split()), selector
            box = part.bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= SIZE["height"], selector
        assert not sticks_out(page)
        # Verdict and paper differ enough to be told apart in both themes.
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", colour)[:3])) > 3 * 128) == (theme == "light")


def test_details_are_folded_and_open(browser: Browser, report: Path, pictures: Path) -> None:
    with opened(browser, report) as page:
        sections = page.locator("details.section")
        assert sections.count() >= 5
        assert page.locator("details.section[open]").count() == 0
        expect(page.locator("details.card")).to_have_count(5)
        page.screenshot(path=pictures / "report-whole.png", full_page=True)
        assert texts_that_stick_out(page.locator("details.card[open] .drawing svg")) == []

        # With the mouse, and with the keyboard alone.
        page.get_by_role("heading", name="Growth").click()
        expect(page.locator("#growth table").first).to_be_visible()
        page.locator("summary").filter(has_text="Constructors").focus()
        page.keyboard.press("Enter")
        constructors = page.locator("#constructors table")
        expect(constructors).to_be_visible()
        expect(constructors).to_contain_text("src/sessions.mjs:2:14")
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        page.screenshot(path=pictures / "report-unfolded.png", full_page=True)
        assert not sticks_out(page)
        assert boxes_with_hidden_columns(page) == []
        assert texts_that_stick_out(page.locator(".drawing svg")) == []


def test_the_heap_can_be_browsed(browser: Browser, report: Path, pictures: Path) -> None:
    with opened(browser, report) as page:
        page.get_by_role("link", name="Browse").click()
        suspects = page.get_by_role("treegrid", name="Suspects")
        expect(suspects.get_by_role("row", selected=True)).to_contain_text("EventEmitter")
        expect(page.locator(".hs-graph .hn-target")).to_be_visible()
        assert texts_that_stick_out(page.locator(".hs-graph svg.heapnb-graph")) == []
        page.get_by_role("tab", name="Retainers", exact=True).click()
        retainers = page.get_by_role("treegrid", name="Retainers")
        expect(retainers.get_by_role("row").nth(1)).to_contain_text("Array")
        page.get_by_role("tab", name="Constructors", exact=True).click()
        table = page.get_by_role("treegrid", name="Constructors")
        page.get_by_role("searchbox").first.fill("Session")
        page.keyboard.press("Enter")
        table.get_by_role("row").filter(has_text=re.compile("^ *Session")).first.click()
        page.keyboard.press("ArrowRight")
        expect(table.locator("[data-kind=row][aria-level='2']").first).to_contain_text("Session")
        page.screenshot(path=pictures / "report-browse.png")
        assert not sticks_out(page)


def test_a_single_snapshot_does_not_speak_of_growth(
    browser: Browser, service_files: list[Path], pictures: Path, tmp_path: Path
) -> None:
    target = tmp_path / "single.html"
    terminal = Terminal(80, service_files[0].parent, pictures)
    command = f"heapnb report {service_files[-1].name} -o {target}"
    assert terminal.run(command, "report-of-one").status == 0
    with opened(browser, target) as page:
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        page.screenshot(path=pictures / "report-of-one.png", full_page=True)
        expect(page.get_by_role("heading", level=1)).to_have_text("Undecided")
        text = page.locator("body").inner_text()
        # What a single snapshot cannot show is named once, where it says so.
        text = text.replace("shows what is large, not what grows", "")
        text = text.replace("a single snapshot cannot tell whether it grows", "")
        told = re.findall(
            r".*(?:gr[eo]w|delta|interval|last snapshot|objects that stay|\d → \d).*", text
        )
        assert told == []
        assert "Take two more" in text
        assert not sticks_out(page)
        assert boxes_with_hidden_columns(page) == []
