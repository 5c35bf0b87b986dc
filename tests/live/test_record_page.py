"""Pages of a real Chromium, recorded while Playwright plays a scenario."""

from __future__ import annotations

import functools
import http.server
import itertools
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import heapnb as hn
from heapnb.errors import HeapnbError, RecordingError
from heapnb.live.pages import read_scenario
from tests.live.conftest import PROGRAMS

PAGE = PROGRAMS / "page"
SCENARIO = PAGE / "scenario.py"


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    handler = functools.partial(QuietHandler, directory=str(PAGE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def written(folder: Path, act: str, act_back: str = "pass") -> Path:
    file = folder / "scenario.py"
    file.write_text(f"def act(page):\n    {act}\n\ndef act_back(page):\n    {act_back}\n")
    return file


@pytest.mark.browser
def test_a_listener_that_stays(site: str, tmp_path: Path) -> None:
    recording = hn.record(page=f"{site}?leak", script=SCENARIO, out=tmp_path / "out")
    diagnosis = recording.diagnosis
    assert diagnosis.verdict == "leak"
    # One per round, in every interval.
    counts = diagnosis.suspects[0].count_per_snapshot
    assert {after - before for before, after in itertools.pairwise(counts)} == {10}
    assert recording.work == tuple(10.0 * n for n in range(1, len(recording) + 1))
    assert (recording.bytes_per_request or 0) > 1600
    assert "Each round leaks " in repr(recording)
    assert "MessageView" in set(hn.load(recording[-1], progress=False).constructors()["class_name"])


@pytest.mark.browser
def test_a_healthy_page(site: str) -> None:
    """It logs each view to the console, which must not count."""
    recording = hn.record(page=site, script=SCENARIO)
    assert recording.diagnosis.verdict == "no-leak"
    names = set(hn.load(recording[-1], progress=False).constructors()["class_name"])
    assert "MessageView" not in names


@pytest.mark.browser
@pytest.mark.parametrize(
    ("act", "message"),
    [
        ("raise LookupError('no inbox')", "failed in act(page), round 1: LookupError: no inbox"),
        ("page.click('#absent', timeout=200)", "failed in act(page), round 1: TimeoutError"),
        ("page.close()", "The page is gone: the scenario closed it, or it crashed."),
    ],
)
def test_scenarios_that_fail(site: str, tmp_path: Path, act: str, message: str) -> None:
    with pytest.raises(RecordingError) as caught:
        hn.record(page=site, script=written(tmp_path, act), out=tmp_path / "out")
    assert message in str(caught.value)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.browser
def test_a_page_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"failed in opening http://127\.0\.0\.1:1/: Error"):
        hn.record(page="http://127.0.0.1:1/", script=SCENARIO)


@pytest.mark.browser
def test_the_time_limit_holds(site: str, tmp_path: Path) -> None:
    script = written(tmp_path, "page.wait_for_timeout(1_000_000)")
    with pytest.raises(RecordingError, match="did not end within 8 s"):
        hn.record(page=site, script=script, timeout=8)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"page": "http://localhost/"}, "A page needs its URL and a scenario."),
        ({"script": SCENARIO}, "A page needs its URL and a scenario."),
        ({"page": "x", "script": "missing.py"}, "Cannot read missing.py"),
        ({"page": "x", "script": SCENARIO, "browser": "no-such"}, "no-such: browser not found."),
        ({"page": "x", "script": SCENARIO, "rounds": 0}, "rounds must be 1 or more (got 0)."),
        ({"page": "x", "script": SCENARIO, "hit": "/"}, "A page is recorded without a program"),
        ({}, "Name what to record."),
    ],
)
def test_wrong_use(options: dict[str, Any], message: str) -> None:
    with pytest.raises(HeapnbError) as caught:
        hn.record(**options)
    assert message in str(caught.value)


def test_a_browser_that_is_none() -> None:
    with pytest.raises(RecordingError, match="The browser ended with exit code 0"):
        hn.record(page="x", script=SCENARIO, browser="true")


def test_scenarios_without_functions(tmp_path: Path) -> None:
    file = tmp_path / "scenario.py"
    file.write_text("def act(page): ...\n")
    with pytest.raises(HeapnbError, match=r"defines no act_back\(page\)"):
        read_scenario(file)
    file.write_text("1 / 0\n")
    with pytest.raises(HeapnbError, match="cannot be run: ZeroDivisionError"):
        read_scenario(file)
