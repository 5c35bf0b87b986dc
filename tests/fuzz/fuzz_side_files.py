"""Files that other programs leave beside snapshots: side files, memwatch's diffs, baselines."""

from __future__ import annotations

import json

from heapnb.analysis.diagnosis.baseline import Baseline
from heapnb.analysis.series.memwatch import read_memwatch
from heapnb.timeline.side_files import read_side_file
from tests.fuzz.harness import Reader, Refusal, answer, as_file

_SIDE_FILE = {
    "format": "heapnb-side-file",
    "version": 1,
    "snapshot": "s1.heapsnapshot",
    "series": "night",
    "index": 1,
    "time": "2026-11-29T10:00:00.250Z",
    "duration_ms": 85.5,
    "uptime_ms": 60000,
    "pid": 7,
    "thread_id": 0,
    "runtime": {"name": "node", "version": "v24.1.0", "flags": ["--x"]},
    "memory": {"rss": 5000000, "heap_used": 2000000, "heap_limit": 4345298944},
    "heap_spaces": [{"name": "old_space", "size": 10, "used": 5}],
    "cgroup": {"limit": 1e9},
    "work": {"name": "requests", "units": 120},
    "handles": {"Socket": 3},
    "new_key": [1, {"a": None}],
}


def _check_side_file(data: bytes) -> None:
    path = as_file(data, "s1.heapnb.json")
    found = answer(lambda: read_side_file(path))
    if isinstance(found, Refusal):
        return
    assert found == read_side_file(path), "reading twice"
    for numbers in (found.memory, found.smaps_rollup, found.handles, found.cgroup):
        assert all(value >= 0 for value in numbers.values() if not isinstance(value, str))
    assert found.taken_at is None or found.taken_at.tzinfo is not None
    units = found.units_of_work
    assert units is None or (isinstance(units[0], str) and units[1] >= 0)


def _memwatch() -> tuple[bytes, ...]:
    heap = {"nodes": 10, "size_bytes": 2000, "size": "1.95 kb", "time": "2026-11-29T10:00:00.000Z"}
    details = [
        {"what": name, "size_bytes": size, "size": "48 bytes", "+": added, "-": 1}
        for name, size, added in (("Session", 48, 2), ("Array", -16, 0), ("String", 0, 1))
    ]
    change = {
        "size_bytes": 32,
        "size": "32 bytes",
        "freed_nodes": 3,
        "allocated_nodes": 3,
        "details": details,
    }
    return (json.dumps({"before": heap, "after": heap, "change": change}).encode(),)


def _check_memwatch(data: bytes) -> None:
    path = as_file(data, "diff.json")
    found = answer(lambda: read_memwatch(path))
    if isinstance(found, Refusal):
        return
    details = json.loads(data)["change"]["details"]
    for row, detail in zip(found.table.to_dict("records"), details, strict=True):
        assert row["class_name"] == detail["what"].encode("utf-8", "replace").decode()
        assert row["added_count"] == detail["+"]
        assert row["count_delta"] == int(detail["+"]) - int(detail["-"]), "the difference"
        assert row["size_delta"] == detail["size_bytes"]


_LEAK = {
    "fingerprint": "event-listeners:Bus:update",
    "kind": "event-listeners",
    "class_name": "Bus",
    "anchor": "bus",
    "location": "app.js:12:5",
}


def _baselines() -> tuple[bytes, ...]:
    content = {"version": 1, "leaks": [_LEAK, _LEAK | {"fingerprint": "b", "location": None}]}
    return json.dumps(content).encode(), json.dumps(content, indent=2).encode()


def _check_baseline(data: bytes) -> None:
    found = answer(lambda: Baseline.read(as_file(data, "known-leaks.json")))
    if isinstance(found, Refusal):
        return
    for leak in found.leaks:
        texts = (leak.fingerprint, leak.kind, leak.class_name, leak.anchor, leak.location or "")
        assert all(isinstance(text, str) for text in texts), "a field of a wrong type"
    target = as_file(b"", "written.json")
    found.write(target)
    assert Baseline.read(target) == found, "a written baseline reads differently"


READERS = (
    Reader(
        "side-files",
        lambda: (json.dumps(_SIDE_FILE).encode(), json.dumps(_SIDE_FILE, indent=1).encode()),
        lambda data: read_side_file(as_file(data, "s1.heapnb.json")),
        _check_side_file,
        words=tuple(json.dumps(key).encode() for key in _SIDE_FILE),
    ),
    Reader(
        "memwatch",
        _memwatch,
        lambda data: read_memwatch(as_file(data, "diff.json")),
        _check_memwatch,
    ),
    Reader(
        "baselines",
        _baselines,
        lambda data: Baseline.read(as_file(data, "known-leaks.json")),
        _check_baseline,
    ),
)
