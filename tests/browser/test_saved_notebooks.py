"""What places without a kernel show of a saved notebook: VS Code, Colab, GitHub.

None of them runs here. Each is modelled by what its source or documentation says of saved outputs:

* VS Code, trusted (extensions/notebook-renderers): of each output the richest of HTML, SVG and
  text; HTML becomes the content of an element of the page, whose style is VS Code's. Widgets
  without a kernel are missing.
* VS Code, restricted mode: its renderer shows neither HTML nor SVG, so the text is shown.
* Colab: each output is a frame of its own, of another origin, in which scripts may run.
* GitHub: HTML without scripts, styles, drawings, classes and handlers of events.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any, Final

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, FrameLocator, Page, sync_playwright

from tests.conftest import sample_series

pytestmark = pytest.mark.browser

CASE: Final = "listener_per_request"
CELLS: Final = {
    "table": "snap.listeners().nlargest(3, 'count')",
    "diagnosis": "diagnosis",
    "graph": "diagnosis.suspects[0].path.graph()",
    "chart": "diagnosis.suspects[0].chart()",
    "browser": "diagnosis.browse()",
}
SAYS: Final = {
    "table": "orderHandler",
    "diagnosis": "orderHandler",
    "graph": "",
    "chart": "",
    "browser": "orderHandler",
}
"""What has to be readable of each."""

RICHEST: Final = ("text/html", "image/svg+xml", "text/plain")
_VS_CODE: Final = """
body { font-family: system-ui; font-size: 13px; color: #ccc; background: #1f1f1f; margin: 12px }
table { border-collapse: collapse } th, td { padding: 4px 8px; text-align: right }
"""


@pytest.fixture(scope="module")
def saved() -> nbformat.NotebookNode:
    """Return a notebook as it is saved after a run, with all outputs."""
    files = [str(path) for path in sample_series(CASE)]
    first = f"import heapnb as hn\ndiagnosis = hn.diagnose({files}, progress=False)\n"
    first += f"snap = hn.load({files[-1]!r}, progress=False)"
    cells = [new_code_cell(text) for text in (first, *CELLS.values())]  # type: ignore[no-untyped-call]
    book: nbformat.NotebookNode = new_notebook(cells=cells)  # type: ignore[no-untyped-call]
    NotebookClient(book, timeout=300).execute()
    return book


@pytest.fixture(scope="module")
def outputs(saved: nbformat.NotebookNode) -> dict[str, list[dict[str, str]]]:
    """Return the outputs of each cell, by formats."""
    shown = saved.cells[1:]
    return {
        name: [dict(one.data) for one in cell.outputs if "data" in one]
        for name, cell in zip(CELLS, shown, strict=True)
    }


@pytest.fixture(scope="module")
def page(chromium: str) -> Iterator[Page]:
    with sync_playwright() as driver:
        running: Browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = running.new_page(viewport={"width": 1000, "height": 800})
        yield page
        running.close()


def richest(data: dict[str, str], formats: tuple[str, ...] = RICHEST) -> str:
    """Return an output in the first format that it has, as HTML."""
    kind = next(one for one in formats if one in data)
    text = data[kind]
    return f"<pre>{html.escape(text)}</pre>" if kind == "text/plain" else text


def fill(page: Page, outputs: dict[str, list[dict[str, str]]], formats: tuple[str, ...]) -> None:
    """Put outputs into elements of one page, as VS Code does."""
    places = "".join(f'<div id="{name}"></div>' for name in outputs)
    page.set_content(f"<style>{_VS_CODE}</style>{places}")
    for name, each in outputs.items():
        content = "".join(richest(data, formats) for data in each)
        page.evaluate(
            "([id, html]) => { document.getElementById(id).innerHTML = html; }", [name, content]
        )


def check_drawing(frame: Page | FrameLocator, name: str) -> None:
    """Check that a drawing is there: large enough, and with text in it."""
    drawing = frame.locator(f"#{name} svg").first
    box = drawing.bounding_box()
    assert box is not None, name
    assert box["width"] > 150, (name, box)
    assert box["height"] > 60, (name, box)
    assert drawing.locator("text").count() > 2, name


def check_texts(texts: dict[str, str]) -> None:
    for name, expected in SAYS.items():
        assert expected in texts[name], name
        assert not re.search(r"<(div|svg|table|style)\b", texts[name]), name


def test_a_trusted_notebook_in_vs_code(page: Page, outputs: Any, request: Any) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    fill(page, outputs, RICHEST)
    picture(page, request, "vs-code")
    check_texts({name: page.locator(f"#{name}").inner_text() for name in CELLS})
    for name in ("graph", "chart", "browser"):
        check_drawing(page, name)
    # The widget says what to do; the table and the drawing are there.
    assert "run the cell" in page.locator("#browser").inner_text()
    assert page.locator("#browser table tr").count() >= 2
    # Nothing is as light as the page is dark, or the other way round.
    for name in ("table", "diagnosis"):
        assert contrast(page, f"#{name}") > 4, name
    assert not problems


def test_restricted_mode_of_vs_code(page: Page, outputs: Any, request: Any) -> None:
    fill(page, outputs, ("text/plain",))
    texts = {name: page.locator(f"#{name}").inner_text() for name in CELLS}
    check_texts(texts)
    assert texts["graph"].startswith("RetainerGraph(")
    assert len(texts["chart"].splitlines()) > 1
    picture(page, request, "vs-code-restricted")


def test_colab(page: Page, outputs: Any, request: Any) -> None:
    frames = "".join(
        f'<iframe name="{name}" sandbox="allow-scripts" style="width: 100%; height: 500px" '
        f'srcdoc="{html.escape(page_of(name, each))}"></iframe>'
        for name, each in outputs.items()
    )
    page.set_content(frames)
    texts = {}
    for name in CELLS:
        frame = page.frame_locator(f"iframe[name={name}]")
        texts[name] = frame.locator("body").inner_text()
        if name in {"graph", "chart", "browser"}:
            check_drawing(frame, name)
    check_texts(texts)
    picture(page, request, "colab")


def test_github(page: Page, outputs: Any, request: Any) -> None:
    fill(page, outputs, RICHEST)
    page.evaluate(
        """() => {
      document.querySelectorAll('script, style, svg, iframe, link').forEach((one) => one.remove());
      for (const one of document.querySelectorAll('*')) {
        for (const { name } of [...one.attributes]) {
          if (name === 'style' || name === 'class' || /^(on|data-)/.test(name)) {
            one.removeAttribute(name);
          }
        }
      }
    }"""
    )
    texts = {name: page.locator(f"#{name}").inner_text() for name in CELLS}
    check_texts(texts)
    assert page.locator("#browser table tr").count() >= 2
    # The numbers of the chart are beside it as a table.
    assert "As a table" in texts["chart"]
    picture(page, request, "github")


def page_of(name: str, each: list[dict[str, str]]) -> str:
    content = "".join(richest(data) for data in each)
    return f'<!doctype html><body><div id="{name}">{content}</div>'


def contrast(page: Page, selector: str) -> float:
    """Return the lowest contrast of a text below an element with what is behind it."""
    return float(
        page.evaluate(
            """(selector) => {
          const paint = document.createElement('canvas').getContext('2d');
          const rgba = (color) => {
            paint.clearRect(0, 0, 1, 1);
            paint.fillStyle = color;
            paint.fillRect(0, 0, 1, 1);
            const [r, g, b, a] = paint.getImageData(0, 0, 1, 1).data;
            return [r, g, b, a / 255];
          };
          const over = (top, under) =>
            [0, 1, 2].map((at) => top[at] * top[3] + under[at] * (1 - top[3]));
          const light = ([r, g, b]) => {
            const [x, y, z] = [r, g, b].map((v) => v / 255)
              .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
            return 0.2126 * x + 0.7152 * y + 0.0722 * z;
          };
          const behind = (element) => element === null ? [255, 255, 255]
            : over(rgba(getComputedStyle(element).backgroundColor), behind(element.parentElement));
          let lowest = 21;
          const walker = document.createTreeWalker(
            document.querySelector(selector), NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const element = walker.currentNode.parentElement;
            const isShown = element.getClientRects().length && !element.closest('style, svg');
            if (!walker.currentNode.data.trim() || !isShown) continue;
            const ground = behind(element);
            const text = over(rgba(getComputedStyle(element).color), ground);
            const [a, b] = [light(text), light(ground)];
            lowest = Math.min(lowest, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
          }
          return lowest;
        }""",
            selector,
        )
    )


def picture(page: Page, request: Any, name: str) -> None:
    """Keep a picture beside the other results of the test, for people."""
    folder = request.getfixturevalue("tmp_path")
    page.screenshot(path=folder / f"{name}.png", full_page=True)
