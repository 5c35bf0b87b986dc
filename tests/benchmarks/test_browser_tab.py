"""What the workbench costs in the browser and on the wire, on the largest snapshot."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest
from playwright.sync_api import Locator, expect, sync_playwright

from tests.benchmarks import snapshots
from tests.conftest import find_chromium
from tests.jupyter.lab import Notebook, running_server
from tests.jupyter.workbench import Workbench

pytestmark = pytest.mark.benchmark

MEGABYTE = 10**6
BUDGET_TAB = 300 * MEGABYTE
BUDGET_PAGE = 64 * 1024
BUDGET_FIRST_PAINT = 1.0
LONG_MS = 300_000


def tab_memory(client: Any) -> int:
    """Return the memory that the tab's process has for itself, in bytes."""
    processes = client.send("SystemInfo.getProcessInfo")["processInfo"]
    renderers = [process["id"] for process in processes if process["type"] == "renderer"]
    return max(int(psutil.Process(number).memory_full_info().uss) for number in renderers)


def test_the_tab_stays_small(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("needs Chromium")
    file = snapshots.snapshot(snapshots.SIZES[-1], snapshots.default_directory())
    frames: list[int] = []
    with running_server(tmp_path) as server, sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        client = running.new_browser_cdp_session()
        page = running.new_page(viewport={"width": 1400, "height": 1000})
        page.on("websocket", lambda socket: socket.on("framereceived", heard(frames)))
        book = Notebook(page)
        book.open(server, "large.ipynb")
        page.set_default_timeout(LONG_MS)
        book.run(
            f"import heapnb as hn\nsnap = hn.load({str(file)!r}, progress=False)\n"
            "snap.browse()._fallback()"
        )
        before = tab_memory(client)
        frames.clear()
        start = time.monotonic()
        bench = Workbench(book.run("browser = snap.browse()\nbrowser"))
        expect(bench.table.locator("[role=row][data-kind=row]").first).to_be_visible(
            timeout=LONG_MS
        )
        first_paint = time.monotonic() - start
        walk(bench)
        peak = tab_memory(client)
        page.request_gc()
        after = tab_memory(client)
        running.close()
    with capfd.disabled():
        sys.stdout.write(
            f"\n  tab: {after / MEGABYTE:.0f} MB, {peak / MEGABYTE:.0f} MB with garbage, "
            f"{before / MEGABYTE:.0f} MB before (budget: {BUDGET_TAB / MEGABYTE:.0f} MB)"
            f"\n  first paint: {first_paint:.2f} s (budget: {BUDGET_FIRST_PAINT:.0f} s)"
            f"\n  largest message: {max(frames):,} bytes (budget: {BUDGET_PAGE:,})\n"
        )
    assert after <= BUDGET_TAB
    assert max(frames) <= BUDGET_PAGE
    assert first_paint <= BUDGET_FIRST_PAINT


def heard(frames: list[int]) -> Callable[[str | bytes], None]:
    def note(payload: str | bytes) -> None:
        content = payload.encode() if isinstance(payload, str) else payload
        # The code of the widget comes once.
        if b"_esm" not in content:
            frames.append(len(content))

    return note


def walk(bench: Workbench) -> None:
    """Go through the class with most objects, and look at some of everything."""
    bench.table.get_by_role("columnheader", name="Objects").click()
    bench.table.locator("[role=row][data-kind=row]").first.click()
    bench.table.press("ArrowRight")
    seen(bench.table.locator("[role=row][aria-level='2'][data-kind=row]").first)
    for _ in range(200):
        bench.table.press("PageDown")
    bench.table.press("End")
    seen(bench.table.locator("[role=row][aria-selected=true]"))
    for view in ("Containment", "Dominators", "Strings", "Closures", "Collections"):
        bench.show(view)
        seen(bench.table.locator("[role=row][data-kind=row]").first)


def seen(what: Locator) -> None:
    # Views that decode the whole heap take their time, once.
    expect(what).to_be_visible(timeout=LONG_MS)
