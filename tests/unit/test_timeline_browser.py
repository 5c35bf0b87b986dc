"""A time line in a notebook: a click on a snapshot's mark opens it below."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import heapnb as hn
from heapnb.errors import HeapnbError
from heapnb.testing import SnapshotBuilder
from heapnb.timeline.side_files import FORMAT, side_file_path
from heapnb.timeline.timeline import Timeline
from heapnb.widgets.timeline_browser import TimelineBrowser


@pytest.fixture
def line(tmp_path: Path) -> Timeline:
    files = []
    for number in range(2):
        path = tmp_path / f"s{number}.heapsnapshot"
        path.write_bytes(SnapshotBuilder.from_edges(f"root.a>Map{number}").to_bytes())
        content = {
            "format": FORMAT,
            "version": 1,
            "snapshot": path.name,
            "time": f"2026-11-29T07:4{number}:00.000Z",
            "pid": 288,
            "memory": {"rss": 50_000_000 + number, "heap_used": 4_000_000},
        }
        side_file_path(path).write_text(json.dumps(content))
        files.append(path)
    return hn.timeline(*files)


def opened(browser: TimelineBrowser) -> str | None:
    return None if browser.snapshot is None else browser.snapshot.name


def clicked(browser: TimelineBrowser, number: object) -> None:
    browser._chart._handle_custom_msg({"open": number}, [])


def test_a_click_opens_the_snapshot_below(line: Timeline) -> None:
    browser = line.browse()
    assert "#heapnb-snapshot-1" in browser._chart.html
    assert browser.snapshot is None
    clicked(browser, 1)
    assert opened(browser) == "s1.heapsnapshot"
    assert browser.children[-1] is browser.browser
    first = browser.browser
    clicked(browser, 0)
    assert opened(browser) == "s0.heapsnapshot"
    assert first not in browser.children


def test_what_cannot_be_opened_is_said(line: Timeline, tmp_path: Path) -> None:
    browser = line.browse()
    (tmp_path / "s0.heapsnapshot").unlink()
    clicked(browser, 0)
    assert "s0.heapsnapshot" in browser._status.value
    assert browser.snapshot is None
    for nonsense in (7, "0", None, True):
        clicked(browser, nonsense)
        assert browser.snapshot is None
    with pytest.raises(HeapnbError, match="no snapshot 7"):
        browser.show(7)


def test_without_a_kernel_the_chart_remains(line: Timeline) -> None:
    bundle = line.browse()._repr_mimebundle_()
    assert "<svg" in bundle["text/html"]
    assert "heapnb-snapshot" not in bundle["text/html"]
    assert repr(line.browse()) == bundle["text/plain"]
