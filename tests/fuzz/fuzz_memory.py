"""Logs of memory samples, diagnostic reports of Node.js, and ``/proc/PID/smaps``."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import zstandard

import heapnb as hn
from heapnb.errors import LogFormatError
from heapnb.timeline.log_lines import LATEST_MS
from heapnb.timeline.memory_lines import csv_header, json_record, moment
from heapnb.timeline.memory_log import MemoryLog
from heapnb.timeline.smaps import SmapsError, parse_smaps
from tests.fuzz.harness import Reader, Refusal, answer, same_table, some, unpacked_answers_agree
from tests.fuzz.mutation import Structure

DATA = Path(__file__).parents[1] / "data"
_MOST_EXACT = 2.0**62


def _memory_logs() -> tuple[bytes, ...]:
    kit = (DATA / "memory_logs" / "kit.jsonl").read_bytes().splitlines(keepends=True)
    texts = [path.read_bytes() for path in sorted((DATA / "memory_logs").glob("*.txt"))]
    samples = [
        {"time": 1795946400000 + 1000 * i, "rss": 5_000_000 + i, "heapUsed": 2_000_000 + 7 * i}
        for i in range(5)
    ]
    nested = b"".join(
        json.dumps({"level": 30, "ts": one["time"], "memory": one}).encode() + b"\n"
        for one in samples
    )
    table = b"timestamp,rss (MB),heapUsed_kb,comment,uptime\n" + b"".join(
        b"2026-11-29T10:00:0%dZ,%d,%d,x,%d\n" % (i, 50 + i, 2000 + i, i) for i in range(6)
    )
    return (
        b"".join(kit[:8]),
        *texts,
        json.dumps(samples).encode(),
        nested,
        table,
        table.replace(b",", b";"),
    )


def _check_memory_log(data: bytes) -> None:
    found = answer(lambda: hn.read_memory_log(data), (LogFormatError,))
    if some(data, 8):
        unpacked_answers_agree(data, hn.read_memory_log, _same_log, found)
    if isinstance(found, Refusal):
        return
    table = found.table
    assert len(table)
    for name in ("rss", "heap_used", "heap_total"):
        if name in table:
            assert table[name].dropna().between(0, 2**62).all(), name
    if "time" in table:
        # Devices without a clock of their own begin in 1970.
        latest = pd.Timestamp(LATEST_MS, unit="ms", tz="UTC")
        assert table["time"].dropna().between("1970-01-01", latest).all(), "time"


def _same_log(first: MemoryLog, second: MemoryLog) -> bool:
    return same_table(first.table, second.table) and first.warnings == second.warnings


def _memory_lines() -> tuple[bytes, ...]:
    lines = {line for data in _memory_logs() for line in data.splitlines()}
    return tuple(sorted(lines))


def _check_memory_line(data: bytes) -> None:
    record = json_record(data)
    if record is not None:
        assert all(
            abs(value) < _MOST_EXACT * 1_000
            for value in record.values()
            if isinstance(value, int | float)
        )
        assert json_record(data) == record
    csv_header(data)
    at = moment(data.decode("utf-8", "replace"))
    assert at is None or 0 <= at < LATEST_MS


def _reports() -> tuple[bytes, ...]:
    found = []
    for path in sorted((DATA / "diagnostic_reports").glob("*.json")):
        content = json.loads(path.read_bytes())
        for name, value in content.items():
            if isinstance(value, list):
                content[name] = value[:3]
            elif isinstance(value, dict):
                content[name] = dict(list(value.items())[:12])
        found.append(json.dumps(content).encode())
    return tuple(found)


def _check_report(data: bytes) -> None:
    found = answer(lambda: hn.read_diagnostic_report(data), (LogFormatError,))
    if isinstance(found, Refusal):
        return
    assert all(0 <= value < 2**62 for value in found.memory.values())
    assert set(found.environment.values()) <= {"•••"}
    assert all(number == number for number in found.resource_usage.values())  # noqa: PLR0124  NaN
    if some(data, 8):
        again = hn.read_diagnostic_report(data)
        assert same_table(found.table, again.table), "reading twice"
        assert found.findings == again.findings, "reading twice"


def _smaps() -> tuple[bytes, ...]:
    found = []
    for path in sorted((DATA / "smaps").glob("*.smaps.zst")):
        with path.open("rb") as file:
            text = zstandard.ZstdDecompressor().stream_reader(file).read()
        # From the start of a mapping to the end of another one: program, heap, libraries, stack.
        blocks = re.split(rb"^(?=[0-9a-f]+-)", text, flags=re.MULTILINE)[1:]
        found.append(b"".join(blocks[:8] + blocks[len(blocks) // 2 :][:8] + blocks[-4:]))
    return tuple(found)


def _check_smaps(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    found = answer(lambda: parse_smaps(text), (SmapsError,))
    if isinstance(found, Refusal):
        return
    assert found.rss == sum(found.areas.values()), "areas add up to rss"
    assert found.swap >= 0
    assert found.malloc >= 0
    assert parse_smaps(text).areas == found.areas
    if some(data, 8):
        assert int(found.table["rss"].sum()) == found.rss


READERS = (
    Reader(
        "memory-logs",
        _memory_logs,
        hn.read_memory_log,
        _check_memory_log,
        Structure.LINES,
        (b"rss", b"heapUsed", b"time", b'"memory"', b"MB", b"{", b"timestamp,rss,heapUsed"),
        is_packed=True,
    ),
    Reader(
        "memory-lines",
        _memory_lines,
        json_record,
        _check_memory_line,
        words=(b'"rss"', b'"time"', b'"uptime"', b'"memory"', b'"kind"', b'"gc"'),
    ),
    Reader("diagnostic-reports", _reports, hn.read_diagnostic_report, _check_report),
    Reader(
        "smaps",
        _smaps,
        lambda data: parse_smaps(data.decode()),
        _check_smaps,
        Structure.LINES,
        (b"Rss:", b"kB", b"[heap]", b"[anon:v8]", b"Swap:", b"rw-p", b"VmFlags:", b"Pss:"),
    ),
)
