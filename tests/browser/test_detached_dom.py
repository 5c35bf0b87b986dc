"""Elements that a page took out and a script goes on holding are found in Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

import heapnb as hn
from tests.conftest import SERIES_NAMES

pytestmark = pytest.mark.browser

PAGE = """
<main></main>
<script>
  "use strict";
  class RowList {
    constructor() { this.removed = []; }
    renew(i) {
      const row = document.createElement("div");
      row.append(document.createElement("span"), `row ${i}`);
      document.querySelector("main").append(row);
      row.remove();
      this.removed.push(row);
    }
  }
  const list = new RowList();
  function work(from, to) { for (let i = from; i < to; i++) list.renew(i); }
</script>
"""
UNTIL = (60, 120, 300)


@pytest.fixture
def page(chromium: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_content(PAGE)
        yield page
        browser.close()


def write_snapshot(page: Page, path: Path) -> None:
    chunks: list[str] = []
    session = page.context.new_cdp_session(page)
    session.on("HeapProfiler.addHeapSnapshotChunk", lambda event: chunks.append(event["chunk"]))
    session.send("HeapProfiler.collectGarbage")
    session.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    path.write_text("".join(chunks), encoding="utf-8")


def test_detached_elements(page: Page, tmp_path: Path) -> None:
    write_snapshot(page, tmp_path / "rehearsal.heapsnapshot")
    done = 0
    for name, until in zip(SERIES_NAMES, UNTIL, strict=True):
        page.evaluate(f"work({done}, {until})")
        write_snapshot(page, tmp_path / f"{name}.heapsnapshot")
        done = until
    files = [tmp_path / f"{name}.heapsnapshot" for name in SERIES_NAMES]

    diagnosis = hn.diagnose(files)
    assert diagnosis.verdict == "leak"
    suspect = diagnosis.suspects[0]
    assert suspect.kind == "detached-dom"
    assert suspect.class_name == "Detached <div>"
    assert "`removed` of a RowList" in suspect.anchor

    detached = hn.load(files[-1], progress=False).detached()
    assert detached["class_name"].value_counts()["Detached <div>"] == UNTIL[-1]
    assert set(detached["held_by"]) == {"removed"}
