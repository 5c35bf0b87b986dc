"""Allocation evidence, dead variables and native contexts in a real JupyterLab."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.conftest import ROOT
from tests.jupyter.lab import Notebook, Theme
from tests.jupyter.workbench import Workbench

pytestmark = pytest.mark.browser

TIME_LINE = ROOT / "tests/data/allocations/node-26.heaptimeline.zst"
WORKERD = ROOT / "tests/data/contexts/workerd.heapsnapshot.zst"


@pytest.fixture
def bench(book: Notebook) -> Workbench:
    book.problems.clear()
    code = f"hn.load({str(TIME_LINE)!r}, progress=False).browse('allocation_flame')"
    return Workbench(book.run(code))


def frame(bench: Workbench, name: str) -> Locator:
    return bench.root.locator(".flame", has_text=name).first


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_the_flame_graph_can_be_zoomed_and_read(
    book: Notebook, bench: Workbench, theme: Theme, pictures: Path
) -> None:
    book.use_theme(theme)
    session = frame(bench, "login")
    expect(session).to_be_visible()
    name, facts = bench.root.locator(".flame-name"), bench.root.locator(".flame-facts")
    session.hover()
    expect(name).to_have_text("login")
    expect(facts).to_contain_text("of all · ")
    expect(facts).to_contain_text("/srv/shop/shop.js:21")
    session.click()
    box, around = session.bounding_box(), bench.root.locator(".flame-graph").bounding_box()
    assert box is not None
    assert around is not None
    assert box["width"] == pytest.approx(around["width"], abs=2)
    bench.root.screenshot(path=pictures / f"flames-{theme}.png")
    bench.root.get_by_role("button", name="Show all").click()
    expect(frame(bench, "restore")).to_be_visible()
    session.press("ArrowDown")
    expect(name).to_have_text("makeSession")
    # Keys that the drawing knows do not move the workbench.
    expect(bench.tab("Flame graph")).to_have_attribute("aria-selected", "true")
    book.use_theme("JupyterLab Light")
    assert book.problems == []


def test_the_details_of_a_node_have_its_stack(
    book: Notebook, bench: Workbench, pictures: Path
) -> None:
    bench.show("Allocations")
    bench.row("makeSession").click()
    bench.table.press("ArrowRight")
    bench.table.press("ArrowDown")
    bench.table.press("ArrowRight")
    objects = bench.table.locator("[role=row][data-kind=row][aria-level='3']")
    objects.first.click()
    bench.show("Details")
    stack = bench.root.get_by_role("list").filter(has_text="/srv/shop/shop.js")
    expect(stack.get_by_role("listitem").first).to_contain_text("makeSession")
    expect(bench.details).to_contain_text("the recording began")
    bench.root.screenshot(path=pictures / "stack.png")
    assert book.problems == []


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_dead_variables_and_native_contexts(book: Notebook, theme: Theme, pictures: Path) -> None:
    book.problems.clear()
    code = f"hn.load({str(WORKERD)!r}, progress=False).browse('dead_variables')"
    bench = Workbench(book.run(code))
    book.use_theme(theme)
    row = bench.row("big")
    row.click()
    bench.table.press("ArrowRight")
    variables = bench.table.locator("[role=row][data-kind=row][aria-level='2']")
    expect(variables.first).to_contain_text("Payload")
    variables.first.click()
    bench.root.get_by_role("columnheader", name="Variables").hover()
    bench.root.screenshot(path=pictures / f"dead-{theme}.png")
    bench.show("Native contexts")
    expect(bench.row("worker")).to_be_visible()
    bench.root.screenshot(path=pictures / f"contexts-{theme}.png")
    book.use_theme("JupyterLab Light")
    assert book.problems == []
