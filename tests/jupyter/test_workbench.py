"""The workbench in a real JupyterLab: with the mouse, the keyboard, and from Python."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.axe import assert_accessible
from tests.jupyter.lab import Notebook, Theme
from tests.jupyter.workbench import Workbench

pytestmark = pytest.mark.browser


@pytest.fixture
def bench(book: Notebook) -> Workbench:
    """A browser of the snapshot, `browser` in Python."""
    book.problems.clear()
    return Workbench(book.run("browser = snap.browse()\nbrowser"))


def test_rows_unfold_and_are_selected(book: Notebook, bench: Workbench) -> None:
    bench.search("OrderDraft")
    expect(bench.facts()).to_contain_text("1 row, filtered")
    bench.row("OrderDraft").click()
    book.wait_for("[browser.selection, len(browser.selected_nodes)]", [None, 260])

    bench.table.press("ArrowRight")
    expect(bench.row("OrderDraft", level=1)).to_have_attribute("aria-expanded", "true")
    bench.table.press("ArrowRight")
    expect(bench.row("OrderDraft", level=2)).to_have_attribute("aria-selected", "true")
    expect(bench.retainers).to_be_visible()
    book.wait_for("browser.selection and browser.selection.class_name", "OrderDraft")
    node_id = book.value("browser.selection.id")
    assert node_id in book.value("snap.find(class_name='OrderDraft').node_id.tolist()")
    bench.table.press("ArrowRight")
    for field in ("lines", "remarks"):
        expect(bench.row(field, level=3)).to_be_visible()
    assert book.problems == []


def test_columns_sort(book: Notebook, bench: Workbench) -> None:
    head = bench.table.get_by_role("columnheader", name="Objects")
    for direction, ascending in (("descending", False), ("ascending", True)):
        head.click()
        expect(head).to_have_attribute("aria-sort", direction)
        counts = eval(
            book.answer(
                f"snap.constructors()['count'].sort_values(ascending={ascending}).tolist()[:3]"
            )
        )
        for index, count in enumerate(counts):
            row = bench.table.locator(f"[role=row][aria-level='1'][aria-posinset='{index + 1}']")
            expect(row.get_by_role("gridcell").nth(1)).to_have_text(f"{count:,}")
    book.wait_for("browser.settings['constructors']['sort']", "count")


def test_search_by_regular_expression_and_by_key(book: Notebook, bench: Workbench) -> None:
    bench.row("Function").click()
    bench.page.keyboard.press("/")
    expect(bench.root.get_by_role("searchbox")).to_be_focused()
    bench.root.get_by_role("button", name="Regular expression").click()
    bench.search("^(OrderDraft|InventoryClient)$")
    expect(bench.facts()).to_contain_text("2 rows, filtered")
    bench.search("(")
    expect(
        bench.root.get_by_role("alert").filter(has_text="Not a regular expression")
    ).to_be_visible()


def test_the_drawing_and_its_nodes(book: Notebook, bench: Workbench) -> None:
    book.answer("browser.goto(int(snap.find(class_name='OrderDraft').node_id.iloc[0]))")
    bench.show("Graph")
    nodes = bench.root.locator(".hs-graph-host [data-node-id]")
    # The pane shows the end of a long path.
    bench.root.get_by_role("button", name="Whole path").click()
    listeners = nodes.filter(has_text="Array").last
    listeners.click()
    expect(listeners).to_have_attribute("aria-pressed", "true")
    node_id = int(listeners.get_attribute("data-node-id") or 0)
    book.wait_for("browser.selection and browser.selection.id", node_id)

    # With the keyboard one reaches what lies outside.
    client = nodes.filter(has_text="InventoryClient").first
    client.focus()
    n_nodes = nodes.count()
    client.press("e")
    expect(nodes).not_to_have_count(n_nodes)
    client.press("Enter")
    bench.show("Details")
    expect(bench.details).to_contain_text("InventoryClient")
    book.wait_for("browser.selection and browser.selection.class_name", "InventoryClient")


def test_python_goes_to_nodes(book: Notebook, bench: Workbench) -> None:
    node_id = book.value("snap.find(class_name='OrderDraft').node_id.iloc[100]")
    book.run(f"browser.goto({node_id})")
    row = bench.table.locator("[role=row][aria-selected=true]")
    expect(row).to_contain_text(f"@{node_id}")
    expect(bench.retainers).to_be_visible()
    assert "No node has the id" in book.answer("browser.goto(1_000_000_000)")


def test_going_to_a_node_by_id_and_back(book: Notebook, bench: Workbench) -> None:
    bench.row("Function").click()
    node_id = book.value("snap.find(class_name='InventoryClient').node_id.iloc[0]")
    box = bench.root.get_by_role("textbox", name="Go to node by id")
    box.fill(f"@{node_id}")
    bench.linger()
    box.press("Enter")
    expect(bench.table.locator("[role=row][aria-selected=true]")).to_contain_text(f"@{node_id}")
    book.wait_for("browser.selection and browser.selection.id", node_id)
    bench.root.get_by_role("button", name="Back").click()
    expect(bench.table.locator("[role=row][aria-selected=true]")).to_contain_text("Function")
    box.fill("nonsense")
    box.press("Enter")
    expect(bench.root.get_by_role("alert").filter(has_text="is not a node id")).to_be_visible()


def test_two_views_of_one_browser_are_in_step(book: Notebook, bench: Workbench) -> None:
    other = Workbench(book.run("browser"))
    other.show("Dominators")
    expect(bench.tab("Dominators")).to_have_attribute("aria-selected", "true")
    book.wait_for("browser.view", "dominators")
    book.run("browser.view = 'constructors'")
    for one in (bench, other):
        expect(one.tab("Constructors")).to_have_attribute("aria-selected", "true")
    bench.root.scroll_into_view_if_needed()
    bench.search("OrderDraft")
    bench.row("OrderDraft").click()
    expect(other.row("OrderDraft")).to_have_attribute("aria-selected", "true")


def test_python_in_a_new_cell(book: Notebook, bench: Workbench) -> None:
    bench.search("OrderDraft")
    bench.row("OrderDraft").click()
    known = set(book.cells())
    bench.choose("Python in a new cell")
    book.page.wait_for_function(
        """(known) => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
          .some(({ source }) => !known.includes(source))""",
        arg=list(known),
    )
    (code,) = set(book.cells()) - known
    assert "OrderDraft" in code
    assert "[260 rows" in book.answer(code)


def test_copy_as_python(book: Notebook, bench: Workbench) -> None:
    bench.search("OrderDraft")
    bench.row("OrderDraft").click()
    bench.choose("Copy as Python")
    expect(bench.root.locator(".hs-status-message")).to_have_text("Copied: Python")
    code = book.page.evaluate("navigator.clipboard.readText()")
    assert "OrderDraft" in code
    assert "[260 rows" in book.answer(code)


def test_errors_of_handlers_are_shown(book: Notebook, bench: Workbench) -> None:
    book.answer("browser.observe(lambda change: 1 / 0, names='selection')")
    bench.search("OrderDraft")
    bench.row("OrderDraft").click()
    bench.table.press("ArrowRight")
    bench.table.press("ArrowRight")
    expect(
        bench.page.get_by_role("alert").filter(has_text="division by zero").first
    ).to_be_visible()


def test_a_comparison(book: Notebook) -> None:
    bench = Workbench(book.run("diff = hn.diff(hn.load(files[0]), snap)\ndiff.browse()"))
    expect(bench.tab("Comparison")).to_have_attribute("aria-selected", "true")
    bench.search("OrderDraft")
    expect(bench.row("OrderDraft")).to_contain_text("+240")


def test_a_diagnosis_and_its_magic(book: Notebook) -> None:
    out = book.run("%load_ext heapnb\n%heap diagnose $files")
    expect(out).to_contain_text("listeners of an InventoryClient")
    bench = Workbench(book.run("diagnosis.browse()"))
    expect(bench.tab("Suspects")).to_have_attribute("aria-selected", "true")
    expect(bench.table.locator("[role=row][data-kind=row]").first).to_contain_text("Function")
    # The first suspect is expanded, its example selected and drawn.
    expect(bench.row("Example")).to_have_attribute("aria-selected", "true")
    expect(bench.tab("Graph")).to_have_attribute("aria-selected", "true")
    expect(bench.root.locator(".hs-graph-frame > svg")).to_be_visible()
    bench.table.locator("[role=row][data-kind=row]").first.click()
    bench.show("Retainers")
    expect(bench.retainers).to_be_visible()


def test_a_recorded_cell(book: Notebook) -> None:
    book.run("%load_ext heapnb")
    out = book.run(
        "%%heap_record --rounds 30\n"
        "const kept = new Map();\n"
        "class Visit {}\n"
        "function load(round) {\n"
        "  kept.set(round, new Visit());\n"
        "  if (round === 0) console.log('first');\n"
        "}"
    )
    expect(out).to_contain_text("first")
    expect(out).to_contain_text("Visit")
    book.wait_for("diagnosis.suspects[0].kind", "unbounded-map")
    said = book.run("%%heap_record\nthrow new Error('no')")
    expect(said).to_contain_text("heapnb: The program failed: Error: no (cell.js:1")
    expect(said).not_to_contain_text("MagicError")


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
def test_themes(book: Notebook, bench: Workbench, pictures: Path, theme: Theme) -> None:
    book.use_theme(theme)
    book.run("browser.goto(int(snap.find(class_name='OrderDraft').node_id.iloc[0]))")
    expect(bench.retainers).to_contain_text("draft in")
    colours = bench.root.evaluate(
        "(root) => [getComputedStyle(root).backgroundColor, getComputedStyle(root).color]"
    )
    background, text = (sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in colours)
    assert (background < text) is ("Dark" in theme)

    bench.root.evaluate("(root) => { root.id = 'looked-at'; }")
    for pane in ("Retainers", "Graph", "Details"):
        bench.show(pane)
        expect(bench.root.locator(".hs-status-message")).to_have_text("")
        bench.root.screenshot(path=pictures / f"{theme}, {pane}.png")
        assert_accessible(book.page, "#looked-at")
    bench.root.evaluate("(root) => root.removeAttribute('id')")
