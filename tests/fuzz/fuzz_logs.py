"""Logs of ``--trace-gc`` of every version, and logs of native allocations."""

from __future__ import annotations

import math
from pathlib import Path

import heapnb as hn
from heapnb.errors import HeapnbError, LogFormatError
from heapnb.timeline.gc_lines import parse_events, parse_spaces
from heapnb.timeline.gc_log import GcLog
from tests.fuzz.harness import (
    PACKED,
    Reader,
    Refusal,
    answer,
    as_file,
    same_table,
    some,
    unpacked_answers_agree,
)
from tests.fuzz.mutation import Structure

DATA = Path(__file__).parents[1] / "data"
_LINES_OF_A_LOG = 8


def _gc_logs() -> tuple[bytes, ...]:
    """Return the first collections of each log, and V8's last words."""
    found = []
    for path in sorted((DATA / "gc_logs").glob("*.log")):
        lines = path.read_bytes().splitlines(keepends=True)
        first = next(i for i, line in enumerate(lines) if parse_events(line)[0])
        found.append(b"".join(lines[first : first + _LINES_OF_A_LOG]))
        if "out-of-memory" in path.name:
            # Before Node.js 4, V8 said nothing before the end.
            words = next((i for i, line in enumerate(lines) if b"Last few GCs" in line), 2)
            found.append(b"".join(lines[words - 2 : words + 12]))
    found.append(
        b'[7:0x1] 85.5 ms: GC: {"pid":7,"isolate":"0x1","pause":1.25,"gc":'
        b'"s","reason":"allocation failure","start_object_size":3900000,"end_object_size":370}\n'
    )
    return tuple(found)


_GC_WORDS = (
    *(b"Scavenge", b"Mark-Compact", b"Mark-sweep", b"pause=", b"gc=", b"ms: ", b" MB", b"->"),
    *(
        b"<--- Last few GCs --->",
        b"FATAL ERROR: ",
        b"(reduce)",
        b"promoted=",
        b"total_size_before=",
    ),
    *(b"2026-11-29T10:00:00.250Z ", b"9999-99-99 99:99:99", b"0001-01-01T00:00:00+23:59"),
)


def _check_gc_log(data: bytes) -> None:
    found = answer(lambda: hn.read_trace_gc(data), (LogFormatError,))
    if some(data, 8):
        unpacked_answers_agree(data, hn.read_trace_gc, _same_log, found)
    if isinstance(found, Refusal):
        return
    table = found.table
    for name in ("elapsed_ms", "pause_ms"):
        assert table[name].notna().all(), name
        assert (table[name] >= 0).all(), name
        assert (table[name] < math.inf).all(), name
    for name in ("heap_used_before", "heap_used_after", "heap_limit"):
        assert (table[name].dropna() >= 0).all(), name
    assert int(found.isolates["gc_count"].sum()) == len(table), "isolates"
    if some(data, 4) and not data.startswith((b"\xff\xfe", b"\xfe\xff", *PACKED)):
        # Other output between the lines does not matter; the first line may have a mark.
        first, mark, rest = data.partition(b"\n")
        mixed = first + mark + rest.replace(b"\n", b"\r\nGET /health 200 3 ms\n")
        again = answer(lambda: hn.read_trace_gc(mixed), (LogFormatError,))
        assert not isinstance(again, Refusal)
        assert len(again.table) == len(table), "other output changes the number of collections"


def _same_log(first: GcLog, second: GcLog) -> bool:
    return same_table(first.table, second.table) and first.fatal == second.fatal


def _gc_lines() -> tuple[bytes, ...]:
    lines = {
        line
        for path in sorted((DATA / "gc_logs").glob("*.log"))
        for line in path.read_bytes().splitlines()[:30]
        if b"ms" in line or b"KB" in line or b"pause=" in line
    }
    return tuple(sorted(lines))[::5]


def _check_gc_line(data: bytes) -> None:
    events, n_cut = parse_events(data)
    assert n_cut >= 0
    for event in events:
        for name in ("elapsed_ms", "pause_ms"):
            assert 0 <= getattr(event, name) < math.inf, name
        for name in ("used_before", "used_after", "total_before", "total_after", "promoted"):
            value = getattr(event, name)
            assert value is None or 0 <= value < math.inf, name
    again, _ = parse_events(b"x" * 3 + b" " + data) if events else (events, 0)
    assert again == events, "a prefix changes the collections of a line"
    spaces = parse_spaces(data)
    if spaces is not None:
        assert spaces.survival is None or spaces.survival >= 0


def _native_logs() -> tuple[bytes, ...]:
    folder = DATA / "native_logs"
    mtrace = b"".join((folder / "program.mtrace").read_bytes().splitlines(keepends=True)[:40])
    massif = (folder / "massif.out").read_bytes()[:2500]
    printed = (folder / "ms_print.txt").read_bytes()
    heaptrack = (folder / "heaptrack_print.txt").read_bytes()
    return mtrace, massif, printed[:3000], heaptrack


def _check_native_log(data: bytes) -> None:
    path = as_file(data, "native.log")
    found = answer(lambda: hn.read_native_log(path), (HeapnbError,))
    if isinstance(found, Refusal):
        return
    again = hn.read_native_log(path)
    assert found.to_dict() == again.to_dict(), "reading twice"
    assert all(one.count is None or one.count >= 0 for one in found.sites)
    if some(data, 4):
        assert len(found.table) == len(found.sites)


READERS = (
    Reader(
        "gc-logs",
        _gc_logs,
        hn.read_trace_gc,
        _check_gc_log,
        Structure.LINES,
        _GC_WORDS,
        is_packed=True,
    ),
    Reader("gc-lines", _gc_lines, parse_events, _check_gc_line, Structure.TEXT, _GC_WORDS),
    Reader(
        "native-logs",
        _native_logs,
        lambda data: hn.read_native_log(as_file(data, "native.log")),
        _check_native_log,
        Structure.LINES,
        (
            b"= Start",
            b"+ 0x",
            b"- 0x",
            b"snapshot=",
            b"mem_heap_B=",
            b"heap_tree=detailed",
            b"n1: ",
        ),
        is_packed=True,
    ),
)
