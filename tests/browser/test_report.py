"""The report as a browser shows it: offline, under its own strict policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

import heapnb as hn
from heapnb.testing import SnapshotBuilder
from tests.browser.axe import assert_accessible
from tests.conftest import fixed_series, sample_series

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
    return hn.report(sample_series("module_array_cache"), target)


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
    place: str = "",
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
    page.goto(report.as_uri() + place)
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
    assert page.locator(".verdict .chain").is_visible()
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
    page.get_by_role("heading", name="Constructors").click()
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


@pytest.mark.parametrize("width", [800, WIDE])
def test_all_columns_are_in_view(browser: Browser, report: Path, width: int) -> None:
    page = visit(browser, report, width=width).page
    unfold_all(page)
    too_wide = """[...document.querySelectorAll("main .scroll")]
        .filter((one) => one.scrollWidth > one.clientWidth)
        .map((one) => one.getAttribute("aria-label"))"""
    assert page.evaluate(too_wide) == []
    page.close()


def test_details_are_folded_and_the_first_screen_has_the_answer(
    browser: Browser, report: Path
) -> None:
    page = visit(browser, report).page
    assert page.locator("details.section").count() >= 5
    assert page.locator("details.section[open]").count() == 0
    for part in ("h1", ".verdict .reason", ".verdict .chain", ".verdict .remedy"):
        box = page.locator(part).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 900
    page.close()


def unfold_all(page: Page) -> None:
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")


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
    # The link unfolds the section.
    expect(page.locator("#growth table").first).to_be_in_viewport()
    assert page.url.endswith("#growth")
    page.close()


# -- browsing -------------------------------------------------------------------------------


def rows_of(page: Page, table: str = "Constructors") -> Locator:
    return page.get_by_role("treegrid", name=table).get_by_role("row")


def row(page: Page, text: str, table: str = "Constructors") -> Locator:
    return rows_of(page, table).filter(has_text=text).first


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("tab", name=name, exact=True)


def assert_quiet(seen: Visit, report: Path) -> None:
    """Fail if something went wrong, or was asked for, while a report was browsed."""
    assert seen.problems == []
    addresses = {url.partition("#")[0] for url in seen.requests if not url.startswith("data:")}
    assert addresses == {report.as_uri()}


def test_rows_unfold_are_sorted_and_filtered(browser: Browser, report: Path) -> None:
    seen = visit(browser, report, place="#browse=constructors")
    page = seen.page
    row(page, "CachedSearch").click()
    page.keyboard.press("ArrowRight")
    member = row(page, "CachedSearch @")
    expect(member).to_have_attribute("aria-level", "2")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(row(page, "query ::")).to_have_attribute("aria-level", "3")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    expect(page.get_by_text("Only the first 20 of 480 are part of this report")).to_be_visible()

    page.get_by_role("treegrid", name="Constructors").get_by_role("button", name="Objects").click()
    # The class with most objects of all.
    expect(rows_of(page).nth(1)).to_contain_text("(compiled code)")
    page.get_by_role("searchbox").first.fill("cachedsearch")
    expect(page.get_by_text("1 row, filtered")).to_be_visible()
    expect(rows_of(page).nth(1)).to_contain_text("CachedSearch")
    assert_quiet(seen, report)
    page.close()


def test_an_example_leads_to_what_holds_it(browser: Browser, report: Path) -> None:
    seen = visit(browser, report)
    page = seen.page
    link = page.locator("#suspect-1").get_by_role("link", name="@")
    node_id = link.inner_text()
    link.click()
    assert page.url.endswith(f"#node-{node_id[1:]}")
    expect(page.locator("#browse")).to_be_in_viewport()
    expect(page.get_by_role("navigation", name="Retaining path")).to_contain_text("recentSearches")
    # As in a notebook, the drawing of the first suspect's example is shown at once.
    expect(page.locator(".hs-graph .hn-target")).to_be_visible()
    tab(page, "Retainers").click()
    holder = rows_of(page, "Retainers").nth(1)
    expect(holder).to_contain_text("Array")
    page.get_by_role("button", name="Path to roots").click()
    expect(row(page, "(context) in", "Retainers")).to_be_visible()
    tab(page, "Graph").click()
    expect(page.locator(".hs-graph .hn-target")).to_be_visible()
    tab(page, "Details").click()
    expect(page.get_by_role("heading", name=f"CachedSearch {node_id}")).to_be_visible()
    # What was not drawn says so where the drawing would be; its details are missing, too.
    tab(page, "Graph").click()
    tab(page, "Dominators").click()
    missing = page.locator(".hs-pane-note", has_text="is not part of this report")
    # Which rows have a drawing depends on sizes; that of the least ones is left out.
    for line in rows_of(page, "Dominators").all()[:1:-1]:
        line.click()
        page.wait_for_timeout(500)
        if missing.count():
            break
    expect(missing.last).to_be_visible()
    assert_quiet(seen, report)
    page.close()


def test_the_address_says_where_the_reader_is(browser: Browser, report: Path) -> None:
    page = visit(browser, report, place="#browse=dominators").page
    row(page, "global", "Dominators").click()
    expect(page).to_have_url(re.compile(r"#browse=dominators&node=\d+$"))
    place = page.url.partition("#")[2]
    page.close()

    again = visit(browser, report, place=f"#{place}").page
    chosen = again.get_by_role("treegrid", name="Dominators").locator("[aria-selected=true]")
    expect(chosen).to_contain_text(f"@{place.rpartition('=')[2]}")
    expect(again.locator("#browse")).to_be_in_viewport()
    again.close()


def test_links_to_suspects_go_on_working(browser: Browser, report: Path) -> None:
    page = visit(browser, report, place="#suspect-1").page
    expect(page.locator("#suspect-1 .findings")).to_be_in_viewport()
    assert page.url.endswith("#suspect-1")
    page.close()


def test_what_is_not_embedded_says_so(browser: Browser, report: Path) -> None:
    page = visit(browser, report, place="#node-999999999").page
    expect(page.get_by_role("alert")).to_contain_text(
        "@999999999 is not part of this report. Open the snapshot with heapnb to see it."
    )
    page.close()


def test_a_heap_with_nothing_wrong_can_be_browsed(browser: Browser, tmp_path: Path) -> None:
    healthy = hn.report(fixed_series("module_array_cache"), tmp_path / "healthy.html")
    seen = visit(browser, healthy, place="#browse")
    page = seen.page
    expect(tab(page, "Constructors")).to_have_attribute("aria-selected", "true")
    assert rows_of(page).count() > 5
    tab(page, "Suspects").click()
    expect(page.get_by_role("treegrid", name="Suspects")).to_contain_text("No")
    assert_quiet(seen, healthy)
    page.close()


def test_without_scripts_and_on_paper_there_is_nothing_to_browse(
    browser: Browser, report: Path
) -> None:
    page = visit(browser, report, scripts=False).page
    assert not page.locator("#browse").is_visible()
    assert not page.get_by_role("link", name="Browse").is_visible()
    assert page.locator("[data-node-link]").first.is_visible()
    assert page.locator("[data-node-link] a").count() == 0
    page.close()
    page = visit(browser, report).page
    assert page.locator("#browse").is_visible()
    page.emulate_media(media="print")
    assert not page.locator("#browse").is_visible()
    page.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_unfolded_sections(
    browser: Browser, report: Path, theme: Theme
) -> None:
    page = visit(browser, report, theme=theme).page
    assert_accessible(page)
    unfold_all(page)
    assert_accessible(page)
    page.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, report: Path, theme: Theme) -> None:
    page = visit(browser, report, theme=theme, place="#browse=constructors").page
    row(page, "CachedSearch").click()
    page.keyboard.press("ArrowRight")
    expect(row(page, "CachedSearch @")).to_be_visible()
    assert_accessible(page)
    tabs = page.locator(".heapnb-browser").get_by_role("tab")
    for title in ("Graph", "Details", "Suspects", "Closures", "Statistics"):
        tabs.get_by_text(title, exact=True).click()
        assert_accessible(page)
    page.close()


def test_the_browser_follows_the_theme_of_the_report(browser: Browser, report: Path) -> None:
    page = visit(browser, report, theme="light").page
    colour = "getComputedStyle(document.querySelector('.heapnb-browser')).backgroundColor"
    before = page.evaluate(colour)
    page.get_by_role("button", name="Use dark colours").click()
    assert page.evaluate(colour) != before
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
    return hn.report(snapshots, target)


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
