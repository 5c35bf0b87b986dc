"""Takes the pictures of README.md anew: ``python -m tests.docs.pictures``.

The report and the workbench, each on a sample, in Chromium and a real JupyterLab.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, expect, sync_playwright

import heapnb as hn
from tests.conftest import ROOT, find_chromium, sample_series
from tests.jupyter.lab import Notebook, running_server
from tests.jupyter.workbench import Workbench

FOLDER: Final = ROOT / "docs"

_CODE: Final = """import heapnb as hn

files = [f"{name}.heapsnapshot.zst" for name in ("before", "after1", "after2")]
hn.diagnose(files, progress=False).browse()"""


def take_report(browser: Browser, folder: Path) -> None:
    """Take the first screens of a report."""
    report = hn.report(sample_series("undeclared_global"), folder / "report.html")
    page = browser.new_page(viewport={"width": 1180, "height": 1405}, offline=True)
    page.goto(report.as_uri())
    page.screenshot(path=FOLDER / "report.png")
    page.close()


def take_workbench(browser: Browser, folder: Path) -> None:
    """Take the workbench as it opens on a diagnosis."""
    with running_server(folder / "lab") as server:
        for path in sample_series("listener_per_request"):
            shutil.copy(path, server.root)
        page = browser.new_page(viewport={"width": 1240, "height": 935})
        book = Notebook(page)
        book.open(server, "leak.ipynb")
        page.evaluate("window.jupyterapp.shell.collapseLeft()")
        bench = Workbench(book.run(_CODE))
        expect(bench.table.locator("[aria-selected=true]")).to_contain_text("Example")
        expect(bench.root.locator(".hs-graph .hn-target")).to_be_visible()
        page.evaluate("window.jupyterapp.shell.currentWidget.content.node.scrollTop = 0")
        page.screenshot(path=FOLDER / "browser.png")
        page.close()


def main() -> None:
    """Take all pictures."""
    chromium = find_chromium()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        take_report(browser, Path(folder))
        take_workbench(browser, Path(folder))
        browser.close()


if __name__ == "__main__":
    main()
