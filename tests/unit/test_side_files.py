"""Side files: read as written, distrusted where they are wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import heapnb as hn
from heapnb.testing import SnapshotBuilder
from heapnb.timeline.side_files import (
    SideFileError,
    read_side_file,
    side_file_of,
    side_file_path,
)

WHOLE: dict[str, Any] = {
    "format": "heapnb-side-file",
    "version": 1,
    "written_by": "heapnb-kit 0.1.0",
    "snapshot": "s1.heapsnapshot.zst",
    "index": 1,
    "time": "2026-11-29T07:47:06.123Z",
    "duration_ms": 812,
    "pid": 288,
    "thread_id": 0,
    "thread_name": None,
    "target": {"type": "node", "title": None},
    "runtime": {"name": "node", "flags": ["--max-old-space-size=512"]},
    "memory": {"rss": 100, "heap_used": 50, "external": None},
    "heap_spaces": [{"name": "old_space", "physical": 7}],
    "work": {"name": "requests", "units": 1234},
    "handles": {"TCPSocketWrap": 3},
    "allocator": {"arena": None, "free": 5},
    "of_the_future": [1],
}


def write(folder: Path, content: object, name: str = "s1.heapnb.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_values(tmp_path: Path) -> None:
    found = read_side_file(write(tmp_path, WHOLE))
    assert (found.pid, found.index, found.thread_id, found.duration_ms) == (288, 1, 0, 812)
    assert found.thread_name is None
    assert found.series is None
    # What is null is missing, never 0.
    assert found.memory == {"rss": 100, "heap_used": 50}
    assert found.heap_spaces[0] == {"name": "old_space", "physical": 7}
    assert found.allocator == {"free": 5}
    assert found.runtime["flags"] == ["--max-old-space-size=512"]
    assert found.work == {"name": "requests", "units": 1234}
    assert found.others == {"of_the_future": [1]}


@pytest.mark.parametrize("name", ["s1.heapsnapshot", "s1.heapsnapshot.zst", "s1.heapsnapshot.gz"])
def test_it_lies_beside_its_snapshot(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, WHOLE)
    assert side_file_path(tmp_path / name) == path
    found = side_file_of(tmp_path / name)
    assert found is not None
    assert found.pid == 288
    assert side_file_of(tmp_path / "s2.heapsnapshot") is None


def test_values_of_a_wrong_type_are_absent(tmp_path: Path) -> None:
    wrong = {
        "pid": "288",
        "index": True,
        "time": 5,
        "duration_ms": "812",
        "memory": {"rss": "1", "heap_used": -5, "external": 3},
        "heap_spaces": {"name": "old_space"},
        "handles": [1],
    }
    found = read_side_file(write(tmp_path, WHOLE | wrong))
    assert (found.pid, found.index, found.time, found.duration_ms) == (None,) * 4
    assert found.memory == {"external": 3}
    assert found.heap_spaces == ()
    assert found.handles == {}


def test_times_and_work(tmp_path: Path) -> None:
    found = read_side_file(write(tmp_path, WHOLE))
    assert found.taken_at == datetime(2026, 11, 29, 7, 47, 6, 123000, UTC)
    assert found.units_of_work == ("requests", 1234)
    assert found.problems == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("time", "yesterday"),
        ("time", "0001-01-01T00:00:00+23:59"),
        ("work", 5),
        ("work", {"name": "requests", "units": -5}),
        ("work", {"name": "requests", "units": 1 << 62}),
        ("work", {"name": "\x1b[31mrequests", "units": 5}),
        ("work", {"name": "<b>requests</b>", "units": 5}),
        ("work", {"name": "x" * 41, "units": 5}),
        ("pid", "288"),
        ("memory", [1]),
    ],
)
def test_hostile_values_are_problems(tmp_path: Path, name: str, value: object) -> None:
    found = read_side_file(write(tmp_path, WHOLE | {name: value}))
    assert found.problems == (name,)
    assert found.units_of_work is None or name != "work"
    assert found.taken_at is None or name != "time"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        (" " * 4_000_001, "larger than"),
        ('{"format": "heapnb-side', "not JSON"),
        ([], "not a side file"),
        ({"snapshot": {}}, "not a side file"),
        (WHOLE | {"version": 2}, "version 2 of side files is unknown"),
        (WHOLE | {"version": None}, "version None"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: object, message: str) -> None:
    with pytest.raises(SideFileError, match=message):
        read_side_file(write(tmp_path, content))


def test_a_damaged_one_is_a_warning_of_the_answer(tmp_path: Path) -> None:
    snapshot = tmp_path / "s1.heapsnapshot"
    snapshot.write_bytes(SnapshotBuilder.from_edges("root>a").to_bytes())
    write(tmp_path, "{")
    found = hn.rss(snapshot, progress=False)
    assert "s1.heapnb.json: not JSON" in found.warnings[0]


def test_workers_belong_to_their_process(tmp_path: Path) -> None:
    spaces = [{"name": "old_space", "physical": 9_000_000}]
    paths = [write(tmp_path, WHOLE | {"memory": {"rss": 90_000_000, "heap_used": 5}})]
    for thread in (1, 2):
        side = WHOLE | {"thread_id": thread, "heap_spaces": spaces, "memory": {"external": 1_000}}
        paths.append(write(tmp_path, side, f"w{thread}.heapnb.json"))
    (moment,) = hn.rss(paths, progress=False).moments
    assert moment.n_workers == 2
    assert moment.size("other isolates") == 2 * 9_001_000
    assert moment.parts[6].known_by == "measured"


def test_snapshots_of_workers_cost_memory_too(tmp_path: Path) -> None:
    def take(name: str, second: int, thread: int, rss: int) -> Path:
        time = f"2026-11-29T07:47:{second:02}.000Z"
        memory = {"rss": rss, "heap_used": 5_000_000}
        values = {"time": time, "thread_id": thread, "memory": memory, "index": 1}
        write(tmp_path, WHOLE | values, f"{name}.heapnb.json")
        edges = " ".join(f"root>a{number}" for number in range(100))
        path = tmp_path / f"{name}.heapsnapshot"
        path.write_bytes(SnapshotBuilder.from_edges(edges).to_bytes())
        return path

    paths = [
        take("m1", 1, 0, 50_000_000),
        take("w1", 2, 1, 60_000_000),
        take("w2", 3, 2, 60_000_000),
        take("m2", 4, 0, 90_000_000),
        take("w3", 5, 1, 90_000_000),
    ]
    first, last = hn.rss(paths, progress=False).moments
    assert first.workers_cost == 0
    assert first.heap is not None
    # Two workers; the third snapshot was taken after the last moment.
    assert last.workers_cost == 2 * first.heap.snapshot_cost > 0
