"""The section "Time line" of a report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import heapnb as hn
from heapnb.cli import main
from heapnb.errors import HeapnbError
from heapnb.testing import SnapshotBuilder

START = 1795946400000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two snapshots with side files, a log of memory, a list of deployments."""
    for number in range(2):
        path = tmp_path / f"app-{number}.heapsnapshot"
        edges = " ".join(["root.cache>Map", *(f"Map.a{i}>value{i}" for i in range(number + 1))])
        path.write_bytes(SnapshotBuilder.from_edges(edges).to_bytes())
        side = {
            "format": "heapnb-side-file",
            "version": 1,
            "snapshot": path.name,
            "time": f"2026-11-29T10:0{number}:05.000Z",
            "pid": 7,
            "reason": "signal",
            "memory": {"rss": 60_000_000, "heap_used": 21_000_000},
        }
        (tmp_path / f"app-{number}.heapnb.json").write_text(json.dumps(side))
    rows = [{"time": START + 5_000 * i, "pid": 7, "rss": 50_000_000} for i in range(20)]
    (tmp_path / "memory.jsonl").write_text("\n".join(map(json.dumps, rows)))
    name = "<img src=x onerror=alert(1)>"
    (tmp_path / "deployments.csv").write_text(f"time,name\n2026-11-29T10:00:30Z,{name}\n")
    return tmp_path


def snapshots(folder: Path) -> list[str]:
    return [str(folder / f"app-{number}.heapsnapshot") for number in range(2)]


def test_logs_and_snapshots_share_a_chart(folder: Path) -> None:
    target = folder / "report.html"
    logs = [
        word
        for name in ("memory.jsonl", "deployments.csv")
        for word in ("--timeline", str(folder / name))
    ]
    assert main(["report", *snapshots(folder), *logs, "-o", str(target)]) == 0
    html = target.read_text()
    section = html.partition('id="over-time"')[2].partition('<details class="section"')[0]
    assert ">#0</text>" in section
    assert ">#1</text>" in section
    assert section.count('href="#files"') == 2
    assert "<img" not in section
    assert "&lt;img" in section


def test_side_files_suffice(folder: Path) -> None:
    target = hn.report(snapshots(folder), folder / "report.html")
    assert 'id="over-time"' in target.read_text()


def test_without_times_there_is_no_section(folder: Path) -> None:
    for path in folder.glob("*.heapnb.json"):
        path.unlink()
    target = hn.report(snapshots(folder), folder / "report.html")
    assert 'id="over-time"' not in target.read_text()


def test_a_log_that_cannot_be_read_is_told(folder: Path) -> None:
    (folder / "bad.log").write_text("nothing")
    with pytest.raises(HeapnbError, match=r"bad\.log"):
        hn.report(snapshots(folder), folder / "r.html", timeline=[folder / "bad.log"])
    assert not (folder / "r.html").exists()
