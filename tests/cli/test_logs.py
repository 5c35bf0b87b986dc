"""The commands that read logs: JSON on stdout only, exit codes, errors on one line."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.conftest import ROOT

DATA = ROOT / "tests" / "data"
GC_LOG = DATA / "gc_logs" / "node-20-leak.log"
MEMORY_LOG = DATA / "memory_logs" / "kit.jsonl"


def test_gclog_tells_what_matters(run: Run) -> None:
    out = run("gclog", str(GC_LOG)).out
    assert "ran out of memory" in out
    assert "grows by" in out


def test_gclog_as_json(run: Run) -> None:
    (answer,) = json.loads(run("gclog", str(GC_LOG), "--json").out)
    assert set(answer) == {"file", "findings", "isolates", "events"}
    assert answer["findings"][0]["kind"] == "out-of-memory"
    assert all(finding["text"] for finding in answer["findings"])
    assert answer["events"][0]["gc_type"] == "minor"
    assert answer["events"][0]["external"] is None


def test_the_heap_limit_may_be_given(run: Run) -> None:
    out = run("gclog", str(GC_LOG), "--heap-limit", "64MiB").out
    assert "heap limit of 67.1 MB" in out
    assert "SIZE" in run("gclog", "--help").out
    assert "not a size" in run("gclog", str(GC_LOG), "--heap-limit", "lots").complaint


def test_timeline_as_json(run: Run, tmp_path: Path) -> None:
    deployments = tmp_path / "deployments.csv"
    deployments.write_text("time,name\n2026-11-29T19:21:00Z,v2\n")
    arguments = ("timeline", str(MEMORY_LOG), str(deployments), "--json")
    answer = json.loads(run(*arguments).out)
    kinds = {event["kind"] for event in answer["events"]}
    assert kinds == {"memory", "gc", "deployment"}
    (event,) = (event for event in answer["events"] if event["kind"] == "deployment")
    assert event["time"] == "2026-11-29T19:21:00.000Z"


def test_timeline_shows_a_table(run: Run) -> None:
    out = run("timeline", str(MEMORY_LOG)).out
    assert "Time line" in out
    assert "RSS" in out


def test_the_standard_input_is_a_file(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(MEMORY_LOG.read_bytes())))
    assert "samples" in run("timeline", "-").out


@pytest.mark.parametrize("command", ["gclog", "timeline"])
def test_files_that_are_no_logs(run: Run, command: str, tmp_path: Path) -> None:
    other = tmp_path / "other.log"
    other.write_bytes(b"\x00\x01nothing")
    complaint = run(command, str(other)).complaint
    assert "other.log" in complaint
    assert "Hint: " in complaint
    assert "missing.log" in run(command, "missing.log").complaint
