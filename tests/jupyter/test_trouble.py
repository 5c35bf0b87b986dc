"""What the workbench does about hostile strings, and about a kernel that goes away."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.jupyter.conftest import SETTING_UP, OpenNotebook
from tests.jupyter.lab import PATIENCE_MS, Notebook
from tests.jupyter.workbench import Workbench

pytestmark = pytest.mark.browser

MAKE_HOSTILE = r"""
from heapnb.testing import SnapshotBuilder

TEXTS = [
    "a picture <img src=x onerror=\"window.harmed = 1\">",
    "<img src=x onerror=\"window.harmed = 1\">",
    "</script><script>window.harmed = 1</script>",
    "<svg onload=\"window.harmed = 1\"></svg>",
    "javascript:window.harmed=1",
    "user\u202etxt.exe",
    "ad\u200bmin\ufeff",
    "a\x00b\x1b[31mc",
    "{{ 7 * 7 }} ${7 * 7}",
]
LONG = "<b>" + "x" * 1_000_000
builder = SnapshotBuilder()
for number, text in enumerate(TEXTS):
    builder.node(f"object {number}", type="object", name=text, size=1000 - number)
    builder.node(f"text {number}", type="string", name=text, size=100)
    builder.edge("root", f"object {number}", text)
    builder.edge(f"object {number}", f"text {number}", text)
builder.node("long", type="string", name=LONG, size=2_000_000)
builder.edge("object 0", "long", "long")
hostile = builder.snapshot(name=TEXTS[0])
browser = hostile.browse()
browser
"""


@pytest.fixture
def hostile(book: Notebook) -> Workbench:
    book.problems.clear()
    return Workbench(book.run(MAKE_HOSTILE))


def test_hostile_strings_stay_text(book: Notebook, hostile: Workbench) -> None:
    expect(hostile.row('a picture <img src=x onerror="window.harmed = 1">')).to_be_visible()
    expect(hostile.row("</script><script>")).to_be_visible()
    # What turns the direction of writing, or hides, is made visible.
    shown = hostile.table.inner_text()
    assert "user\\u202etxt.exe" in shown
    assert not {"\u202e", "\u200b", "\ufeff", "\x00", "\x1b"} & set(shown)
    for view in book.value("browser.views"):
        book.run(f"browser.view = {view!r}")
        expect(hostile.root.locator(".hs-upper [role=tabpanel]:not([hidden])")).to_have_count(1)
    book.run("browser.view = 'constructors'; browser.goto(int(hostile.nodes.node_id.iloc[2]))")
    for pane in ("Graph", "Details", "Retainers"):
        hostile.show(pane)
    expect(hostile.retainers).to_contain_text("<img src=x onerror=")
    assert hostile.page.evaluate("window.harmed") is None
    assert hostile.root.locator("img, script, iframe, b").count() == 0
    assert book.problems == []


def test_a_string_of_a_million_characters(book: Notebook, hostile: Workbench) -> None:
    book.run("browser.goto(int(hostile.nodes.node_id[hostile.nodes.shallow_size.idxmax()]))")
    hostile.show("Details")
    hostile.details.get_by_role("button", name="Show the whole text").click()
    text = hostile.details.get_by_label("Text")
    expect(hostile.details).to_contain_text("1,000,003 characters")
    assert len(text.text_content() or "") >= 1_000_000
    assert hostile.root.locator("b").count() == 0


@pytest.fixture(scope="module")
def fragile(open_notebook: OpenNotebook) -> Notebook:
    """A notebook whose kernel may be ended."""
    return open_notebook("fragile.ipynb")


def test_a_kernel_that_is_restarted(fragile: Notebook) -> None:
    output = fragile.run("snap.browse()")
    bench = Workbench(output)
    expect(bench.row("Function")).to_be_visible()
    fragile.restart_kernel()
    # At the latest when something is asked of it.
    bench.show("Dominators")
    notice = output.get_by_role("alert").filter(has_text="The kernel was restarted").first
    expect(notice).to_be_visible(timeout=PATIENCE_MS)
    expect(notice).to_contain_text("run the cell again")

    fragile.run(SETTING_UP)
    again = Workbench(fragile.run("snap.browse()"))
    again.show("Dominators")
    expect(again.table.locator("[role=row][data-kind=row]").first).to_be_visible()
    assert fragile.problems == []


def test_a_kernel_that_is_gone(fragile: Notebook) -> None:
    fragile.run(SETTING_UP)
    output = fragile.run("snap.browse()")
    bench = Workbench(output)
    expect(bench.row("Function")).to_be_visible()
    fragile.shut_down_kernel()
    bench.show("Dominators")
    notice = output.get_by_role("alert").filter(has_text="kernel").first
    expect(notice).to_be_visible(timeout=PATIENCE_MS)
    # What had been loaded can still be read.
    bench.show("Constructors")
    expect(bench.row("Function")).to_be_visible()
    assert fragile.problems == []
