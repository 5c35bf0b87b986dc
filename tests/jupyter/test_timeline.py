"""`Timeline.browse` in a real JupyterLab: a click on a mark opens the snapshot."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import sample_series
from tests.jupyter.lab import Notebook

pytestmark = pytest.mark.browser

CODE = """
import json, pathlib, shutil
import heapnb as hn
paths = []
for number, source in enumerate({sources!r}):
    path = pathlib.Path(f"s{{number}}.heapsnapshot.zst")
    shutil.copy(source, path)
    side = {{"format": "heapnb-side-file", "version": 1, "snapshot": path.name, "pid": 288,
            "time": f"2026-11-29T07:4{{number}}:00.000Z",
            "memory": {{"rss": 50_000_000 + 9_000_000 * number, "heap_used": 5_000_000}}}}
    pathlib.Path(f"s{{number}}.heapnb.json").write_text(json.dumps(side))
    paths.append(path)
opened = hn.timeline(*paths).browse()
opened
"""


def test_a_click_on_a_mark_opens_the_snapshot(book: Notebook, pictures: Path) -> None:
    sources = [str(path) for path in sample_series("queue_backlog")]
    book.run(CODE.format(sources=sources))
    chart = book.page.locator(".hn-timeline-chart").last
    mark = chart.locator("a[href='#heapnb-snapshot-1']")
    mark.first.wait_for()
    mark.first.focus()
    book.page.keyboard.press("Enter")
    book.page.get_by_text("#1: s1.heapsnapshot.zst").wait_for()
    book.page.locator(".jp-OutputArea .heapnb-live").last.wait_for()
    book.page.screenshot(path=pictures / "timeline.png")
