"""A real diagnosis in Chromium: what is seen first, how wide columns are, whether drawings fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

import heapnb as hn
from heapnb.widgets import HeapBrowser
from tests.browser.real import open_browser
from tests.browser.serving import Visit
from tests.conftest import sample_series

pytestmark = pytest.mark.browser

WIDTHS = [900, 1280]


@pytest.fixture(scope="module")
def chrome(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def diagnosis() -> hn.Diagnosis:
    return hn.diagnose([str(path) for path in sample_series("listener_per_request")])


@pytest.fixture
def show(chrome: Browser) -> Iterator[Any]:
    opened: list[Visit] = []

    def shown(widget: HeapBrowser, **window: Any) -> Page:
        opened.append(open_browser(chrome, widget, **window))
        return opened[-1].page

    yield shown
    for visit in opened:
        assert visit.problems == []
        assert visit.strays == []
        visit.page.context.close()


def fits(page: Page) -> bool:
    """Tell whether all boxes of the drawing lie within its pane."""
    return bool(
        page.evaluate("""() => {
          const pane = document.querySelector(".hs-graph-frame").getBoundingClientRect();
          const boxes = [...document.querySelectorAll(".hs-graph [data-node-id]")];
          return boxes.length > 1 && boxes.every((node) => {
            const box = node.getBoundingClientRect();
            return box.left >= pane.left - 1 && box.right <= pane.right + 1
              && box.top >= pane.top - 1 && box.bottom <= pane.bottom + 1;
          });
        }""")
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_a_diagnosis_opens_on_its_first_suspect(
    show: Any, diagnosis: hn.Diagnosis, width: int
) -> None:
    page = show(diagnosis.browse(), width=width)
    suspect = diagnosis.suspects[0]
    expect(page.get_by_role("tab", name="Suspects")).to_have_attribute("aria-selected", "true")
    first = page.locator(".hs-view:not([hidden]) [role=row][aria-level='1']").first
    expect(first).to_have_attribute("aria-expanded", "true")
    selected = page.locator(".hs-view [role=row][aria-selected=true]")
    expect(selected).to_have_count(1)
    expect(selected).to_contain_text("Example")
    expect(selected).to_contain_text(f"@{suspect.node_id}")
    expect(selected).to_be_in_viewport()
    expect(page.get_by_role("tab", name="Graph")).to_have_attribute("aria-selected", "true")
    target = page.locator(f".hs-graph [data-node-id='{suspect.node_id}']")
    expect(target).to_be_visible()
    assert fits(page)


def test_a_snapshot_opens_on_its_first_view(show: Any, diagnosis: hn.Diagnosis) -> None:
    page = show(hn.Snapshot(diagnosis.series.last).browse())
    expect(page.get_by_role("tab", name="Retainers")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".hs-view [role=row][data-kind=row]").first).to_be_visible()
    expect(page.locator("[role=row][aria-selected=true]")).to_have_count(0)


def test_the_drawing_fits_when_its_pane_is_resized(show: Any, diagnosis: hn.Diagnosis) -> None:
    page = show(diagnosis.browse())
    expect(page.locator(".hs-graph-frame > svg")).to_be_visible()
    for width, height in [(700, 800), (1280, 500), (1000, 900)]:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(
            "height => document.querySelector('.heapnb-browser').style.height = `${height}px`",
            height - 100,
        )
        page.wait_for_function("() => new Promise(requestAnimationFrame).then(() => true)")
        assert fits(page), (width, height)
    # From a reader who has zoomed, the drawing is not taken away.
    page.get_by_role("button", name="Zoom in").click()
    zoomed = page.locator(".hs-graph-frame > svg").evaluate("svg => svg.style.transform")
    page.set_viewport_size({"width": 900, "height": 900})
    page.wait_for_function("() => new Promise(requestAnimationFrame).then(() => true)")
    assert page.locator(".hs-graph-frame > svg").evaluate("svg => svg.style.transform") == zoomed
    page.get_by_role("button", name="Fit", exact=True).click()
    assert fits(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_first_column_is_the_widest_in_every_view(
    show: Any, diagnosis: hn.Diagnosis, width: int
) -> None:
    page = show(diagnosis.browse(), width=width)
    views = page.evaluate("mounted && [...document.querySelectorAll('.hs-head [role=tab]')].length")
    assert views > 5
    for view in diagnosis.browse().views:
        page.evaluate("view => store.set('view', view)", view)
        page.wait_for_timeout(50)
        table = page.locator(".hs-view:not([hidden]) .hb-tree")
        if table.count() == 0:
            continue
        widths = table.locator(".hb-th").evaluate_all("all => all.map((one) => one.offsetWidth)")
        assert widths[0] == max(widths), (view, widths)
        assert table.evaluate("tree => tree.scrollWidth <= tree.clientWidth"), view


def test_locations_are_cut_in_the_middle(show: Any, diagnosis: hn.Diagnosis) -> None:
    page = show(diagnosis.browse("closures"), width=900)
    rows = page.locator(".hs-view:not([hidden]) .hb-label:has(.hb-path)")
    expect(rows.first).to_be_visible()
    page.evaluate("document.querySelector('.heapnb-browser').style.width = '620px'")
    page.wait_for_timeout(100)
    found = rows.evaluate_all("""rows => rows.map((row) => {
      const start = row.querySelector(".hb-path-start");
      const name = row.querySelector(".hb-name");
      const whole = name.getBoundingClientRect();
      return {
        hasStart: start.clientWidth > 8,
        isCut: start.scrollWidth > start.clientWidth,
        isEndSeen: row.querySelector(".hb-path").getBoundingClientRect().right <= whole.right + 1,
        text: row.querySelector(".hb-path").textContent,
      };
    })""")
    assert any(one["isCut"] for one in found)
    # Names that fill the column by themselves leave no room for the end.
    assert all(one["isEndSeen"] for one in found if one["hasStart"]), found
    # The whole text is still there to be copied.
    assert all("…" not in one["text"] for one in found)
