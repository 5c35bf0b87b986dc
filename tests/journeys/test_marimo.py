"""Someone who uses marimo: results show themselves, the workbench works, cells react to it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.pages import sticks_out, texts_that_stick_out

pytestmark = [pytest.mark.browser, pytest.mark.node, pytest.mark.slow]

NOTEBOOK: Final = Path(__file__).parent / "leak.md"
PATIENCE_MS: Final = 60_000


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def page(
    browser: Browser, service_files: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    """Run the notebook in marimo, and show it in a page that reaches nothing else."""
    home = tmp_path_factory.mktemp("marimo")
    port = _free_port()
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "marimo", "--quiet", "run", str(NOTEBOOK)),
                *("--headless", "--no-token", "--host", "127.0.0.1", "--port", str(port)),
            ],
            cwd=service_files[0].parent,
            env=os.environ | {"HOME": str(home), "XDG_CONFIG_HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            _wait_for(server, port, home / "server.log")
            shown = browser.new_page(viewport={"width": 1280, "height": 1000})
            shown.set_default_timeout(PATIENCE_MS)
            shown.goto(f"http://127.0.0.1:{port}/")
            shown.locator(".heapnb-browser").nth(1).wait_for()
            yield shown
            shown.close()
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"marimo does not start:\n{log.read_text()[-2000:]}")


def test_results_show_themselves(page: Page, pictures: Path) -> None:
    page.screenshot(path=pictures / "marimo-diagnosis.png")
    expect(page.get_by_text("Heap snapshot", exact=True)).to_be_visible()
    diagnosis = page.locator(".heapnb").filter(has=page.locator(".hn-badge"))
    expect(diagnosis.locator(".hn-badge").first).to_have_text("leak")
    expect(diagnosis.locator(".hn-part")).to_have_count(5)
    expect(diagnosis).to_contain_text(
        "Fix: Remove the tick listener when the work ends: "
        "priceFeed.off('tick', listener) in a finally."
    )
    assert texts_that_stick_out(diagnosis.locator("svg.heapnb-graph")) == []
    expect(page.get_by_text("class_name").first).to_be_visible()
    assert not sticks_out(page)


def test_the_workbench_answers_without_a_wrapper(page: Page, pictures: Path) -> None:
    bench = page.locator(".heapnb-browser").first
    bench.scroll_into_view_if_needed()
    rows = bench.get_by_role("treegrid", name="Suspects").get_by_role("row")
    expect(bench.get_by_role("row", selected=True).first).to_contain_text("Example")
    # marimo's column is narrow: what matters most is in view all the same.
    location = bench.get_by_role("columnheader", name="Location").first
    expect(location).to_be_in_viewport(ratio=0.99)
    drawing = bench.locator(".hs-graph svg.heapnb-graph")
    expect(drawing).to_be_visible()
    assert texts_that_stick_out(drawing) == []
    expect(rows.filter(has_text=re.compile("^Session"))).to_be_visible()
    page.screenshot(path=pictures / "marimo-browse.png")
    # Suspect 3: its first object, by keyboard.
    bench.get_by_role("tab", name="Constructors", exact=True).click()
    table = bench.get_by_role("treegrid", name="Constructors")
    bench.get_by_role("searchbox").first.fill("AuditEntry")
    page.keyboard.press("Enter")
    table.get_by_role("row").filter(has_text="audit.mjs").first.click()
    page.keyboard.press("ArrowRight")
    member = table.locator("[data-kind=row][aria-level='2']").first
    member.click()
    expect(member).to_have_attribute("aria-selected", "true")
    # A plain display tells Python, although no cell runs by itself.
    # The selection reaches Python by a message of its own, which may come after the question.
    answer = page.get_by_text(re.compile(r"Asked \d+ times: AuditEntry"))
    for _ in range(10):
        page.get_by_role("button", name="What is selected?").click()
        page.wait_for_timeout(1_000)
        if answer.is_visible():
            break
    expect(answer).to_be_visible()


def test_cells_react_to_a_wrapped_workbench(page: Page, pictures: Path) -> None:
    bench = page.locator(".heapnb-browser").nth(1)
    bench.scroll_into_view_if_needed()
    expect(page.get_by_text("Reacts: None")).to_be_visible()
    table = bench.get_by_role("treegrid", name="Constructors")
    bench.get_by_role("searchbox").first.fill("Quote")
    page.keyboard.press("Enter")
    table.get_by_role("row").filter(has_text="prices.mjs").first.click()
    page.keyboard.press("ArrowRight")
    table.locator("[data-kind=row][aria-level='2']").first.click()
    expect(page.get_by_text("Reacts: Quote")).to_be_visible()
    page.screenshot(path=pictures / "marimo-reacts.png")
