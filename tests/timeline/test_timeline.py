"""One time line over logs, side files, snapshots, reports and deployments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import heapnb as hn
from heapnb.errors import HeapnbError, LogFormatError
from heapnb.testing import SnapshotBuilder
from heapnb.views.timeline_charts import timeline_charts
from tests.conftest import ROOT

START = 1795946400000  # 2026-11-29 10:00:00 UTC
DATA = ROOT / "tests" / "data"


def memory(n: int = 30, pid: int = 7) -> bytes:
    rows = [
        {"time": START + 1_000 * i, "pid": pid, "rss": 50_000_000 + i, "heap_used": 20_000_000}
        for i in range(n)
    ]
    return "\n".join(map(json.dumps, rows)).encode()


def gc(n: int = 10, pid: int = 7) -> bytes:
    return b"\n".join(
        b"[%d:0x1] %d ms: Mark-sweep 30.0 (40.0) -> %d.0 (40.0) MB, 9.0 / 0.0 ms  task"
        % (pid, 1_000 * i, 10 + i)
        for i in range(1, n + 1)
    )


def snapshot_with_side_file(folder: Path, *, pid: int = 7, uptime_ms: float = 5_000) -> Path:
    path = folder / "app.heapsnapshot"
    path.write_bytes(SnapshotBuilder.from_edges("root.cache>Map").to_bytes())
    side = {
        "format": "heapnb-side-file",
        "version": 1,
        "snapshot": path.name,
        "reason": "signal",
        "time": "2026-11-29T10:00:05.000Z",
        "uptime_ms": uptime_ms,
        "duration_ms": 12,
        "pid": pid,
        "thread_id": 0,
        "memory": {"rss": 60_000_000, "heap_used": 21_000_000},
    }
    (folder / "app.heapnb.json").write_text(json.dumps(side))
    return path


def test_rows_of_all_sources_are_in_order(tmp_path: Path) -> None:
    line = hn.timeline(
        memory(),
        snapshot_with_side_file(tmp_path),
        deployments=[("2026-11-29T10:00:10Z", "v2")],
    )
    table = line.table
    assert table["time"].is_monotonic_increasing
    assert str(table["time"].dtype) == "datetime64[ns, UTC]"
    assert table["kind"].value_counts().to_dict() == {"memory": 30, "snapshot": 1, "deployment": 1}
    (row,) = line.snapshots.to_dict("records")
    assert row["rss"] == 60_000_000
    assert row["elapsed_ms"] == 5_000
    assert row["source"] == "app.heapnb.json"


def test_a_log_without_times_is_placed_by_the_start_of_its_process(tmp_path: Path) -> None:
    line = hn.timeline(gc(), snapshot_with_side_file(tmp_path))
    collections = line.table[line.table["kind"] == "gc"]
    # The side file: 5 s after the start it was 10:00:05.
    assert str(collections["time"].iloc[0]) == "2026-11-29 10:00:01+00:00"
    assert not line.warnings


def test_a_log_of_another_process_has_its_own_axis_and_says_so(tmp_path: Path) -> None:
    line = hn.timeline(gc(pid=99), snapshot_with_side_file(tmp_path))
    assert line.table.loc[line.table["kind"] == "gc", "time"].isna().all()
    assert "own axis" in line.warnings[0]
    assert timeline_charts(line.table).count("<figure>") == 3
    placed = hn.timeline(
        gc(pid=99), snapshot_with_side_file(tmp_path), start="2026-11-29T10:00:00Z"
    )
    assert placed.table["time"].notna().all()
    assert not placed.warnings


def test_only_times_since_the_start_share_that_axis() -> None:
    line = hn.timeline(gc())
    assert "time" not in line.table
    assert not line.warnings


def test_memwatch_alarms_of_a_gc_log_are_rows() -> None:
    line = hn.timeline(gc(10))
    assert line.alarms["alarm"].tolist() == ["memwatch"]
    assert line.alarms["elapsed_ms"].tolist() == [6_000]


def test_one_file_may_be_both_logs() -> None:
    mixed = b"\n".join(
        x for pair in zip(memory(10).split(b"\n"), gc(10).split(b"\n"), strict=True) for x in pair
    )
    kinds = hn.timeline(mixed).table["kind"].value_counts()
    assert kinds["memory"] == 10
    assert kinds["gc"] == 10


def test_rows_that_two_sources_tell_count_once(tmp_path: Path) -> None:
    path = snapshot_with_side_file(tmp_path)
    log = [
        {"kind": "memory", "time": START, "pid": 7, "rss": 5},
        {"kind": "gc", "time": START + 1, "pid": 7, "gc_type": "major", "pause_ms": 9},
        {"kind": "snapshot", "time": START + 5_000, "pid": 7, "path": f"/data/{path.name}"},
    ]
    line = hn.timeline("\n".join(map(json.dumps, log)).encode(), path, gc())
    assert len(line.snapshots) == 1
    assert (line.table["kind"] == "gc").sum() == 10


def test_snapshots_open(tmp_path: Path) -> None:
    line = hn.timeline(memory(), snapshot_with_side_file(tmp_path))
    assert isinstance(line.open(0), hn.Snapshot)
    assert isinstance(line.open(-1), hn.Snapshot)
    with pytest.raises(HeapnbError, match="There is no snapshot 1"):
        line.open(1)


def test_a_snapshot_without_a_side_file_has_the_time_of_its_file(tmp_path: Path) -> None:
    path = snapshot_with_side_file(tmp_path)
    (tmp_path / "app.heapnb.json").unlink()
    line = hn.timeline(path)
    assert len(line.snapshots) == 1
    assert "no side file" in line.warnings[0]


def test_a_series_is_a_source(tmp_path: Path) -> None:
    path = snapshot_with_side_file(tmp_path)
    series = hn.load_series([path])
    assert len(hn.timeline(series).snapshots) == 1


def test_reports_and_objects_are_sources() -> None:
    report = DATA / "diagnostic_reports" / "node-20.json"
    for source in (report, hn.read_diagnostic_report(report)):
        (row,) = hn.timeline(source).table.to_dict("records")
        assert row["name"] == "diagnostic report"
        assert row["rss"] > 10_000_000
    line = hn.timeline([hn.read_memory_log(memory()), hn.read_trace_gc(gc())])
    assert set(line.table["kind"]) >= {"memory", "gc"}


@pytest.mark.parametrize(
    "text",
    [
        "time,name\n2026-11-29T10:00:00Z,v1\n2026-11-29T11:00:00Z,v2\n",
        "2026-11-29T10:00:00Z,v1\n2026-11-29T11:00:00Z,v2\n",
        '{"timestamp": 1795946400, "version": "v1"}\n{"time": 1795950000000, "name": "v2"}\n',
    ],
)
def test_deployments(text: str) -> None:
    table = hn.timeline(text.encode()).table
    assert table["kind"].tolist() == ["deployment"] * 2
    assert table["name"].tolist() == ["v1", "v2"]
    assert str(table["time"].iloc[1]) == "2026-11-29 11:00:00+00:00"


def test_wrong_sources_are_told() -> None:
    with pytest.raises(HeapnbError, match="needs a source"):
        hn.timeline()
    with pytest.raises(LogFormatError, match="neither a log of memory"):
        hn.timeline(b"hello")
    with pytest.raises(LogFormatError, match="is empty"):
        hn.timeline(b"\n\n")
    with pytest.raises(HeapnbError, match="cannot show int"):
        hn.timeline(5)
    with pytest.raises(HeapnbError, match="not a time"):
        hn.timeline(gc(), start="soon")


def test_it_shows_itself(tmp_path: Path) -> None:
    line = hn.timeline(
        memory(),
        gc(),
        snapshot_with_side_file(tmp_path),
        deployments=[("2026-11-29T10:00:10Z", "<script>alert(1)</script>")],
    )
    html = line._repr_html_()
    assert "<script" not in html
    assert ">#0</text>" in html
    assert "timeline.open(0)" in repr(line)
    assert line.chart().table is line.table


def test_long_logs_are_thinned_but_keep_their_extremes() -> None:
    n = 50_000
    values = np.full(n, 20_000_000)
    values[n // 3] = 400_000_000
    rows = [f'{{"time":{START + 1000 * i},"rss":{v}}}' for i, v in enumerate(values)]
    svg = str(timeline_charts(hn.read_memory_log("\n".join(rows).encode()).table))
    assert len(svg) < 40_000
    assert "400 MB" in svg


@pytest.mark.parametrize(("kind", "is_told"), [("snapshot", False), ("memory", True)])
def test_memory_that_snapshots_leave_behind_is_no_growth(
    tmp_path: Path, kind: str, *, is_told: bool
) -> None:
    rows = [
        {
            "time": f"2026-11-29T10:0{number}:00Z",
            "kind": kind,
            "pid": 7,
            "rss": 50_000_000 + 40_000_000 * number,
            "heap_total": 6_000_000,
        }
        for number in range(4)
    ]
    sources: list[Any] = []
    for number, row in enumerate(rows):
        if kind == "memory":
            sources.append(json.dumps(row).encode())
            continue
        side = {
            "format": "heapnb-side-file",
            "version": 1,
            "snapshot": f"s{number}.heapsnapshot",
            "time": row["time"],
            "pid": 7,
            "memory": {"rss": row["rss"], "heap_total": row["heap_total"]},
        }
        sources.append(tmp_path / f"s{number}.heapnb.json")
        sources[-1].write_text(json.dumps(side))
    if kind == "memory":
        sources = [b"\n".join(sources)]
    found = hn.timeline(*sources).findings
    assert any(one.kind == "outside-heap" for one in found) == is_told
