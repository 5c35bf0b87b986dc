"""Logs of memory: every form in which programs write process.memoryUsage()."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import heapnb as hn
from heapnb.errors import LogFormatError
from heapnb.timeline.memory_log import COLUMNS
from heapnb.views.timeline_words import sentences
from tests.conftest import ROOT

LOGS = ROOT / "tests" / "data" / "memory_logs"

USAGE = {
    "rss": 4935680,
    "heapTotal": 1826816,
    "heapUsed": 650472,
    "external": 49879,
    "arrayBuffers": 9386,
}
OURS = {
    "rss": 4935680,
    "heap_total": 1826816,
    "heap_used": 650472,
    "external": 49879,
    "array_buffers": 9386,
}


def inspect(usage: dict[str, int], *, indent: bool = False) -> str:
    pairs = [f"{name}: {value}" for name, value in usage.items()]
    return "{\n  " + ",\n  ".join(pairs) + "\n}" if indent else "{ " + ", ".join(pairs) + " }"


FORMS: dict[str, Callable[[dict[str, int]], str]] = {
    "JSON": json.dumps,
    "console": inspect,
    "console, several lines": lambda usage: inspect(usage, indent=True),
    "after a text": lambda usage: f"memory after request 17: {inspect(usage)}",
    "nested": lambda usage: json.dumps({"level": 30, "msg": "x", "memory": usage}),
    "logger": lambda usage: "2026-11-29T10:00:00Z INFO " + json.dumps(usage),
    "pairs": lambda usage: " ".join(f"{name}={value}" for name, value in usage.items()),
    "coloured": lambda usage: re.sub(r"(\d+)", "\x1b[33m\\1\x1b[39m", inspect(usage)),
    "separators": lambda usage: ", ".join(f"{name}: {value:_}" for name, value in usage.items()),
    "quoted": lambda usage: ", ".join(f"'{name}': {value}" for name, value in usage.items()),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_numbers(form: str) -> None:
    second = {name: value + 1 for name, value in USAGE.items()}
    text = "\n".join(["listening on 3000", FORMS[form](USAGE), "GET / 200", FORMS[form](second)])
    table = hn.read_memory_log(text.encode()).memory
    assert len(table) == 2
    for name, value in OURS.items():
        assert table[name].tolist() == [value, value + 1]


@pytest.mark.parametrize("path", sorted(LOGS.glob("*-console.txt")), ids=lambda path: path.stem)
def test_what_node_prints(path: Path) -> None:
    # The program prints each sample as an object and as JSON.
    table = hn.read_memory_log(path).memory
    assert len(table) == 8
    assert table["rss"].between(5_000_000, 200_000_000).all()
    assert (table["heap_used"] <= table["heap_total"]).all()


def test_a_log_of_the_kit() -> None:
    log = hn.read_memory_log(LOGS / "kit.jsonl")
    assert set(log.table["kind"]) == {"memory", "gc"}
    assert str(log.table["time"].dtype) == "datetime64[ns, UTC]"
    assert log.memory["heap_limit"].nunique() == 1
    assert log.table["pid"].notna().all()
    assert set(log.table) <= set(COLUMNS)


def test_csv() -> None:
    header = "Timestamp;RSS (MB);heapUsed_mb;comment"
    text = f"{header}\n2026-11-29 10:00:00;12.5;3;x\nbad\n1795946405;13;4;"
    log = hn.read_memory_log(text.encode())
    assert log.table["rss"].tolist() == [round(12.5 * 2**20), 13 * 2**20]
    assert log.table["heap_used"].tolist() == [3 * 2**20, 4 * 2**20]
    assert [str(one) for one in log.table["time"]] == [
        "2026-11-29 10:00:00+00:00",
        "2026-11-29 10:00:05+00:00",
    ]
    assert any("1 line is damaged" in text for text in log.warnings)
    assert any("multiples of 1,024" in text for text in log.warnings)


def test_one_json_array() -> None:
    text = json.dumps([USAGE, {"name": "other"}, USAGE], indent=2)
    assert len(hn.read_memory_log(text.encode()).table) == 2


@pytest.mark.parametrize(
    "value", ["2026-11-29T10:00:00Z", "2026-11-29 11:00:00+01:00", 1795946400, 1795946400000]
)
def test_times(value: object) -> None:
    table = hn.read_memory_log(json.dumps({"ts": value, **USAGE}).encode()).table
    assert str(table["time"][0]) == "2026-11-29 10:00:00+00:00"


@pytest.mark.parametrize(
    "value", [179594640400, 17959464, 1e11, 4e12, 1e30, "4e11", "9999-01-01T00:00:00Z", None]
)
def test_times_of_no_program_are_missing(value: object) -> None:
    table = hn.read_memory_log(json.dumps({"ts": value, **USAGE}).encode()).table
    assert "time" not in table


def test_a_clock_that_was_never_set_still_orders_samples() -> None:
    table = hn.read_memory_log(b'{"ts": "1970-01-01T00:00:07Z", "rss": 5}').table
    assert str(table["time"][0]) == "1970-01-01 00:00:07+00:00"


@pytest.mark.parametrize(
    "text",
    [
        '{"heapUsed": 5, "rss": -1}',
        '{"heapUsed": 5, "rss": 5e18}',
        "heapUsed,rss\n5,-1",
        "heapUsed,rss (GB)\n5,9999999999",
        "heapUsed,rss (MB)\n5,5330515202003",
        "{ heapUsed: 5, rss: 999999999999999999999 }",
        "{ heapUsed: 5, rss: 99999999999 GB }",
    ],
)
def test_sizes_of_no_memory_are_missing(text: str) -> None:
    table = hn.read_memory_log(text.encode()).table
    assert table["heap_used"].tolist() == [5]
    assert "rss" not in table


def test_missing_values_are_missing() -> None:
    table = hn.read_memory_log(b'{"rss": 5, "heapUsed": null}\n{"rss": 6, "heapUsed": 2}').table
    assert table["heap_used"].isna().tolist() == [True, False]
    assert "external" not in table
    assert "time" not in table


def test_rss_that_grows_outside_the_heap_is_told() -> None:
    generator = np.random.default_rng(1)
    rows = [
        {
            "time": 1795946400000 + 5_000 * i,
            "rss": int(80e6 + 4e5 * i + generator.normal(0, 1e6)),
            "heapTotal": 50_000_000,
            "heapUsed": int(30e6 + 5e5 * (i % 20)),
            "external": 1_000_000,
            "cgroup_limit": 900_000_000,
        }
        for i in range(300)
    ]
    log = hn.read_memory_log("\n".join(map(json.dumps, rows)).encode())
    words = " ".join(sentences(log.findings))
    assert "The floor grows by 28" in words  # 4e5 bytes each 5 s are 288 MB an hour
    assert "limit of 900 MB" in words
    assert "outside what V8 counts" in words
    heap = next(one for one in log.findings if one.values.get("column") == "heap_used")
    assert heap.level == "info"


def test_samples_without_times_have_no_rate() -> None:
    text = "\n".join(inspect({"rss": 50_000_000 + 1_000_000 * i}) for i in range(80))
    words = " ".join(sentences(hn.read_memory_log(text.encode()).findings))
    assert "grow for certain" in words
    assert "per hour" not in words


def test_memwatch_in_a_log_of_collections() -> None:
    lines = [
        {
            "kind": "gc",
            "time": 1795946400000 + 60_000 * i,
            "gc_type": "major",
            "heap_used_after": 1_000_000 * (i + 1),
            "pause_ms": 3,
        }
        for i in range(7)
    ]
    log = hn.read_memory_log("\n".join(map(json.dumps, [*lines, USAGE])).encode())
    assert "memwatch" in {finding.kind for finding in log.findings}


@pytest.mark.parametrize("content", [b"", b"hello\nworld", b"{}", b"[]", b"[1, 2]", b"\x00" * 100])
def test_files_without_samples_are_an_error(content: bytes) -> None:
    with pytest.raises(LogFormatError, match="no sample"):
        hn.read_memory_log(content)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 50))
def test_any_bytes_give_a_table_or_an_error(noise: bytes, place: int) -> None:
    text = inspect(USAGE).encode()
    try:
        log = hn.read_memory_log(text[:place] + noise + text[place:] + b"\n")
    except LogFormatError:
        return
    assert set(log.table) <= set(COLUMNS)


@pytest.mark.parametrize(
    "hostile",
    [
        b"{" * 2_000_000,
        b"rss: " * 400_000,
        b"rss: 1" * 400_000,
        b"rss:" + b" " * 2_000_000 + b"1",
        b"x\n" * 1_000_000,
        b'{"rss": ' + b"9" * 500_000 + b"}",
        b'{"a":' * 100_000,
        b"rss,time\n" + b"9,\n" * 200_000,
        b'rss,time\n"' + b"9,\n" * 200_000,
        b"[" * 1_000_000,
        b'{"rss": 1e308, "heapUsed": -5, "time": 1e300, "pid": 1e30}',
    ],
    ids=range(11),
)
def test_hostile_logs_end(hostile: bytes) -> None:
    try:
        log = hn.read_memory_log(hostile)
    except LogFormatError:
        return
    repr(log)


def test_hostile_names_are_escaped() -> None:
    event = {"kind": "deployment", "time": 1795946400000, "name": "<script>alert(1)</script>"}
    sample = {"time": 1795946401000, **USAGE}
    log = hn.read_memory_log(f"{json.dumps(event)}\n{json.dumps(sample)}".encode())
    assert "<script" not in log._repr_html_()
