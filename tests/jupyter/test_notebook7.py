"""The workbench in Notebook 7."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.jupyter.conftest import OpenNotebook
from tests.jupyter.workbench import Workbench

pytestmark = pytest.mark.browser


def test_it_works_there_too(open_notebook: OpenNotebook) -> None:
    book = open_notebook("seven.ipynb", app="notebook")
    bench = Workbench(book.run("browser = snap.browse()\nbrowser"))
    bench.search("OrderDraft")
    bench.row("OrderDraft").click()
    bench.table.press("ArrowRight")
    bench.table.press("ArrowRight")
    expect(bench.retainers).to_be_visible()
    book.wait_for("browser.selection and browser.selection.class_name", "OrderDraft")
    assert book.problems == []
