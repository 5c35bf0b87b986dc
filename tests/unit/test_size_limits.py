"""What `max_size` allows holds for every reader, and for files that are opened again later."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import heapnb as hn
from heapnb.analysis.series.series_data import Opening
from heapnb.errors import HeapnbError, SnapshotTooLargeError
from heapnb.format.limits import SIZE_VARIABLE, allowing
from heapnb.testing import SnapshotBuilder
from tests.conftest import ROOT

SNAPSHOT = SnapshotBuilder.from_edges("root.cache>Map Map/table>table").to_bytes()
SAMPLE = b"{ rss: 4935680, heapTotal: 1826816, heapUsed: 650472 }\n"
GC_LINE = b"[9:0x1]  85 ms: Scavenge 3.9 (4.0) -> 3.7 (5.0) MB, 1.2 / 0.0 ms  allocation failure\n"
PROFILE = {"head": {"callFrame": {"functionName": "(root)"}, "selfSize": 0, "children": []}}
REPORT = next((ROOT / "tests" / "data" / "diagnostic_reports").glob("*.json"))
NATIVE = ROOT / "tests" / "data" / "native_logs" / "ms_print.txt"
PROF = b"v8-version,12,4,254,21,0\ncode-creation,JS,10,100,0x1000,64,spin /a.js:3:14,0x5,*\n"
PROF += b"tick,0x1008,200,0,0x0,0\n"

READERS: dict[str, Callable[[Path, dict[str, Any]], object]] = {
    "load": lambda path, size: hn.load(path / "a", **size),
    "load_series": lambda path, size: hn.load_series([path / "a", path / "b"], strict=True, **size),
    "diagnose": lambda path, size: hn.diagnose([path / "a", path / "b"], **size),
    "diff": lambda path, size: hn.diff(path / "a", path / "b", **size),
    "culprits": lambda path, size: hn.culprits(path / "a", [2], **size),
    "what_if": lambda path, size: hn.what_if(path / "a", (1, "cache"), **size),
    "redact": lambda path, size: hn.redact(path / "a", path / "out", **size),
    "report": lambda path, size: hn.report(path / "a", path / "out.html", **size),
    "rss": lambda path, size: hn.rss(path / "a", **size),
    "read_memory_log": lambda path, size: hn.read_memory_log(SAMPLE * 9, **size),
    "read_trace_gc": lambda path, size: hn.read_trace_gc(GC_LINE * 9, **size),
    "read_prof_log": lambda path, size: hn.read_prof_log(PROF, **size),
    "read_heap_profile": lambda path, size: hn.read_heap_profile(
        json.dumps(PROFILE).encode(), **size
    ),
    "read_diagnostic_report": lambda path, size: hn.read_diagnostic_report(REPORT, **size),
    "read_native_log": lambda path, size: hn.read_native_log(NATIVE, **size),
    "timeline": lambda path, size: hn.timeline(path / "memory.log", **size),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in "ab":
        (tmp_path / name).write_bytes(SNAPSHOT)
    (tmp_path / "memory.log").write_bytes(SAMPLE * 9)
    return tmp_path


@pytest.mark.parametrize("name", READERS)
def test_every_reader_honours_the_limit(name: str, folder: Path) -> None:
    with pytest.raises(SnapshotTooLargeError, match="is larger than allowed: more than 70 bytes"):
        READERS[name](folder, {"max_size": 70})
    READERS[name](folder, {"max_size": 1_000_000})


@pytest.mark.parametrize("name", ["load_series", "read_trace_gc", "redact"])
def test_the_variable_holds_everywhere(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SIZE_VARIABLE, "70 B")
    with pytest.raises(SnapshotTooLargeError):
        READERS[name](folder, {})
    READERS[name](folder, {"max_size": 1_000_000})


def test_a_limit_of_nothing_is_an_error() -> None:
    with pytest.raises(HeapnbError, match=r"max_size must be greater than 0 \(got 0\)"):
        hn.read_trace_gc(GC_LINE, max_size=0)


def test_files_of_a_series_are_opened_again_with_their_limit(folder: Path) -> None:
    with allowing(70):
        small = Opening(cache=False)
    with allowing(1_000_000):
        with pytest.raises(SnapshotTooLargeError):
            small.graph_of(folder / "a")
        large = Opening(cache=False)
    with allowing(70):
        assert large.graph_of(folder / "a").n_nodes > 0


@pytest.mark.parametrize("read", [hn.read_trace_gc, hn.read_memory_log, hn.read_heap_profile])
def test_a_packed_log_of_blanks_is_refused(read: Callable[[bytes], object]) -> None:
    packed = gzip.compress(b" " * 70_000_000)
    with pytest.raises(SnapshotTooLargeError, match="unpacks to more than 200 times its size"):
        read(packed)


def test_a_log_may_be_larger_than_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heapnb.format.limits._memory", lambda: 100)
    assert len(hn.read_trace_gc(GC_LINE * 9).table) == 9
    with pytest.raises(SnapshotTooLargeError, match="than this machine's memory holds"):
        hn.load(SNAPSHOT)
