"""Logs of --trace-gc: real ones of every version, and what may surround the lines."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import heapnb as hn
from heapnb.errors import LogFormatError, SnapshotNotFoundError
from heapnb.timeline.gc_findings import gc_share_over_time
from heapnb.timeline.gc_lines import parse_events
from heapnb.views.timeline_words import sentences
from tests.conftest import ROOT

LOGS = ROOT / "tests" / "data" / "gc_logs"
VERSIONS = ("0.10", "0.12", "4", "6", "8", "10", "12", "14", "16", "18", "20", "22", "24", "26")

LINE = b"[9:0x5f]      85 ms: Scavenge 3.9 (4.0) -> 3.7 (5.0) MB, 1.2 / 0.0 ms  allocation failure"


def facts(log: hn.GcLog) -> dict[str, dict[str, object]]:
    return {finding.kind: dict(finding.values) for finding in log.findings}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("dialect", ["plain", "nvp", "verbose"])
def test_every_collection_of_every_version_is_read(version: str, dialect: str) -> None:
    path = LOGS / f"node-{version}-{dialect}.log"
    text = path.read_text()
    expected = len(
        re.findall(r" ms: (?:Scavenge (?!stack)|(?:Incremental )?Mark-|pause=|GC: \{)", text)
    )
    log = hn.read_trace_gc(path)
    assert len(log.table) == expected >= 4
    assert log.warnings == ()
    table = log.table
    assert table["elapsed_ms"].is_monotonic_increasing
    assert (table["pause_ms"] >= 0).all()
    assert table["heap_used_after"].between(1e6, 2e8).all()
    # Copies are rounded up to their size classes: a collection may add a little.
    assert (table["heap_used_after"] <= table["heap_used_before"] + 500_000).all()
    assert table["pid"].notna().all()
    if version not in {"0.10", "0.12"}:
        assert table["isolate"].notna().all()
    if dialect != "nvp":
        assert table["reason"].notna().all()
        full = len(re.findall(r" ms: (?:Incremental )?Mark-", text))
        assert (table["gc_type"] == "major").sum() == full
    elif version not in {"0.10", "0.12", "4", "8"}:
        assert table.loc[table["gc_type"] == "minor", "new_space_survival"].between(0, 1).all()
    if dialect == "nvp":
        assert table.loc[table["gc_type"] == "minor", "promoted_size"].notna().all()


@pytest.mark.parametrize("version", VERSIONS)
def test_verbose_logs_know_the_limit(version: str) -> None:
    table = hn.read_trace_gc(LOGS / f"node-{version}-verbose.log").table
    limits = table["heap_limit"].dropna()
    assert limits.between(1.3 * 2**30, 4.3 * 2**30).all()
    assert len(limits) >= len(table) - 1


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # Windows: nearform and Unreal.js logs (ncsoft/Unreal.js-core#3) have addresses without 0x.
        (
            (
                "[7824:000001C3A99505C0]    54060 ms: Mark-sweep 104.7 (147.8) -> 102.3 (147.8) MB,"
                " 105.5 / 0.0 ms [GC interrupt] [GC in old space]."
            ),
            (
                "Mark-sweep",
                54060,
                105.5,
                "GC interrupt; GC in old space",
            ),
        ),
        # napi-rs/napi-rs#566
        (
            (
                "[149:0xd8bd20]     1144 ms: Mark-sweep 9.6 (14.5) -> 4.5 (14.5) MB, 1.4 / 0.0 ms "
                " (average mu = 1.000, current mu = 1.0) task scavenge might not succeed"
            ),
            ("Mark-sweep", 1144, 1.4, "task scavenge might not succeed"),
        ),
        (
            (
                "[22:0x5c0]  7215 ms: Mark-sweep (reduce) 2044.9 (2082.6) -> 2044.5 (2084.1) MB,"
                " 3157.3 / 0.0 ms  (average mu = 0.080, current mu = 0.004) last resort; GC"
            ),
            ("Mark-sweep (reduce)", 7215, 3157.3, "last resort; GC"),
        ),
        (
            "[5:0x7f] 12.5 ms: Minor Mark-Compact 1.0 (2.0) -> 0.5 (2.0) MB, 0.9 / 0.0 ms  task",
            ("Minor Mark-Compact", 12.5, 0.9, "task"),
        ),
        (
            (
                "[24:0x5:0]  9 ms: Scavenge (interleaved) 4.7 (5.6) -> 4.4 (6.6) MB, pooled: 0 MB,"
                " 2.88 / 0.00 ms  (average mu = 1.000, current mu = 1.000) allocation failure; "
            ),
            ("Scavenge (interleaved)", 9, 2.88, "allocation failure"),
        ),
        # "Last few GCs" of Node.js 4 has no bracket.
        (
            (
                "   11629 ms: Mark-sweep 1377.0 (1434.9) -> 1377.0 (1434.9) MB, 1008.6 / 0 ms"
                " [last resort gc]."
            ),
            ("Mark-sweep", 11629, 1008.6, "last resort gc"),
        ),
    ],
)
def test_documented_lines(line: str, expected: tuple[object, ...]) -> None:
    ((event,), _) = parse_events(line.encode())
    assert (event.collector, event.elapsed_ms, event.pause_ms, event.reason) == expected
    assert event.is_minor == event.collector.startswith(("Scavenge", "Minor"))


def test_numbers_of_one_line() -> None:
    log = hn.read_trace_gc(
        b"[24512:0x40237980]      523 ms: Mark-sweep 24.9 (54.7) -> 11.5 (50.7) MB, 32.7 / 0.0 ms "
        b" (+ 34.6 ms in 42 steps since start of marking, biggest step 20.2 ms, walltime since"
        b" start of marking 128 ms) (average mu = 1.000, current mu = 0.928) finalize incremental"
    )
    (row,) = log.table.to_dict("records")
    assert row["pid"] == 24512
    assert row["isolate"] == "0x40237980"
    assert row["heap_used_before"] == round(24.9 * 2**20)
    assert row["heap_total_after"] == round(50.7 * 2**20)
    assert (row["pause_ms"], row["steps_ms"], row["mutator_utilisation"]) == (32.7, 34.6, 0.928)


# -- several isolates, processes and runs --------------------------------------------------------


def test_workers_are_isolates() -> None:
    log = hn.read_trace_gc(LOGS / "node-22-workers.log")
    text = (LOGS / "node-22-workers.log").read_text()
    assert set(log.isolates["isolate"]) == set(re.findall(r":(0x[0-9a-f]+)\]", text))
    assert log.isolates["gc_count"].sum() == len(log.table)
    assert any("isolate 0x" in text for text in sentences(log.findings))


def test_a_restart_with_the_same_pid_is_another_run() -> None:
    early, late = LINE, LINE.replace(b"85 ms:", b"9000 ms:")
    log = hn.read_trace_gc(b"\n".join([early, late, early.replace(b"85", b"80"), late]))
    assert log.table["run"].tolist() == [1, 1, 2, 2]
    assert len(log.isolates) == 2


def test_deno() -> None:
    log = hn.read_trace_gc(LOGS / "deno-2.log")
    assert set(log.table["collector"]) == {"Scavenge", "Incremental Mark-Compact"}


# -- running out of memory -----------------------------------------------------------------------


@pytest.mark.parametrize("version", ["0.10", "4", "12", "16", "26"])
def test_out_of_memory_is_the_first_finding(version: str) -> None:
    log = hn.read_trace_gc(LOGS / f"node-{version}-out-of-memory.log")
    assert log.findings[0].kind == "out-of-memory"
    assert "Allocation failed" in log.fatal[0]


@pytest.mark.parametrize("version", ["12", "16", "26"])
def test_collections_that_v8_repeats_count_once(version: str) -> None:
    path = LOGS / f"node-{version}-out-of-memory.log"
    log = hn.read_trace_gc(path)
    before = path.read_text().split("<--- Last few GCs")[0]
    assert len(log.table) == len(re.findall(r" ms: (?:Scavenge|(?:Incremental )?Mark-)", before))
    assert "repeated" in log.warnings[0]


def test_only_the_last_few_collections_of_a_crash() -> None:
    text = (LOGS / "node-12-out-of-memory.log").read_text()
    log = hn.read_trace_gc(("<--- Last few GCs" + text.split("<--- Last few GCs")[1]).encode())
    # The buffer that V8 prints is a ring: two collections share a line.
    assert log.table["elapsed_ms"].tolist() == [1104, 1235]
    assert len(log.isolates) == 1
    assert log.fatal


def test_a_real_leak_grows_for_certain() -> None:
    log = hn.read_trace_gc(LOGS / "node-20-leak.log")
    kinds = {finding.kind: finding for finding in log.findings}
    assert kinds["floor"].level == "warning"
    low, high = kinds["floor"].values["low"], kinds["floor"].values["high"]
    assert isinstance(low, float)
    assert isinstance(high, float)
    # 120 objects every 10 ms; from the first to the last full collection, 57 MB in 81 s.
    span = kinds["floor"].values["span_ms"]
    assert isinstance(span, float)
    mean = (log.table["heap_used_after"].iloc[-1] - 6.7e6) / span * 3_600_000
    assert 0 < low < high < 2 * mean
    assert kinds["memwatch"].level == "warning"
    words = " ".join(sentences(log.findings))
    assert "grows by" in words
    assert "95% interval" in words


def test_the_last_resort_and_the_gap_to_the_limit() -> None:
    lines = [
        b"[9:0x1] %d ms: Mark-sweep 990.0 (1000.0) -> 989.0 (1000.0) MB, 90.0 / 0.0 ms  last resort"
        % (100 * i)
        for i in range(1, 5)
    ]
    log = hn.read_trace_gc(b"\n".join(lines), heap_limit=1_000 * 2**20)
    found = facts(log)["last-resort"]
    assert found["count"] == 4
    assert any("11.5 MB below the heap limit" in text for text in sentences(log.findings))


# -- share of time -------------------------------------------------------------------------------


def test_the_share_of_time_in_gc() -> None:
    # 50 ms of every 200 ms.
    lines = [
        LINE.replace(b"85 ms:", b"%d ms:" % (200 * i)).replace(b"1.2 /", b"50.0 /")
        for i in range(1, 101)
    ]
    log = hn.read_trace_gc(b"\n".join(lines))
    assert facts(log)["gc-share"]["share"] == pytest.approx(0.25, rel=0.02)
    assert log.findings[0].level == "warning"


@given(
    st.lists(st.tuples(st.floats(1, 5_000), st.floats(0, 500)), min_size=2, max_size=60),
    st.integers(1, 40),
)
def test_windows_add_up_to_the_whole(steps: list[tuple[float, float]], n_windows: int) -> None:
    at = np.cumsum([a for a, _ in steps])
    took = np.array([min(b, a) for a, b in steps])
    edges, shares = gc_share_over_time(at, took, n_windows)
    assert (shares >= 0).all()
    assert (shares <= 1).all()
    assert float((shares * np.diff(edges)).sum()) == pytest.approx(float(took.sum()), abs=0.01)


# -- what surrounds the lines --------------------------------------------------------------------


def test_other_output_and_prefixes_do_not_matter() -> None:
    text = b"\r\n".join(
        [
            b"listening on 3000",
            b"0|app  | " + LINE,
            b"\x1b[32mok\x1b[0m took 85 ms: fine",
            b"GET / 200 12 ms " + LINE,
            b"\xff\xfe\x00binary",
        ]
    )
    assert len(hn.read_trace_gc(text).table) == 2


def test_wall_clock_times_of_containers() -> None:
    table = hn.read_trace_gc(
        b"2026-11-29T10:00:00.250000000Z stdout F " + LINE + b"\n"
        b"2026-11-29T12:00:01.5+01:00 stdout F " + LINE
    ).table
    assert [str(one) for one in table["time"]] == [
        "2026-11-29 10:00:00.250000+00:00",
        "2026-11-29 11:00:01.500000+00:00",
    ]


def test_two_collections_in_one_line() -> None:
    cut = LINE[:40]
    log = hn.read_trace_gc(cut + LINE.replace(b"85", b"99"))
    assert log.table["elapsed_ms"].tolist() == [99]


@pytest.mark.parametrize("pack", [lambda data: data, gzip.compress])
def test_encodings(pack: object, tmp_path: Path) -> None:
    path = tmp_path / "gc.log"
    # PowerShell writes what it redirects as UTF-16.
    path.write_bytes(pack(("\ufeff" + LINE.decode() + "\r\n").encode("utf-16-le")))  # type: ignore[operator]
    assert len(hn.read_trace_gc(path).table) == 1


@pytest.mark.parametrize("n_bytes", range(20, LINE.index(b" ms  alloc"), 7))
def test_a_line_that_is_cut_off_is_left_out_and_told(n_bytes: int) -> None:
    log = hn.read_trace_gc(LINE + b"\n" + LINE.replace(b"85", b"95")[:n_bytes])
    assert len(log.table) == 1
    if n_bytes > 35:
        assert "cut off" in log.warnings[0]


def test_a_file_without_collections_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LogFormatError, match="none of its 2 lines"):
        hn.read_trace_gc(b"hello\nworld")
    with pytest.raises(LogFormatError, match="--trace-gc"):
        hn.read_trace_gc(b"")
    with pytest.raises(SnapshotNotFoundError):
        hn.read_trace_gc(tmp_path / "none.log")


@settings(max_examples=60)
@given(st.binary(max_size=300), st.integers(0, 60))
def test_any_bytes_give_a_table_or_an_error(noise: bytes, place: int) -> None:
    line = LINE[:place] + noise + LINE[place:]
    try:
        log = hn.read_trace_gc(line)
    except LogFormatError:
        return
    assert (log.table["pause_ms"] >= 0).all()
    repr(log)


@pytest.mark.parametrize(
    "hostile",
    [
        b"[" * 2_000_000,
        b"1" * 2_000_000 + b" ms: ",
        b" ms: " * 400_000,
        b"[1:0x1] 5 ms: " * 150_000,
        b"9 ms: pause=" * 150_000,
        b"5 ms: Scavenge " + b"1" * 1_000_000,
        LINE + b"(+" * 900_000,
        b"x\n" * 1_000_000,
        b"9 ms: GC: {" + b"[" * 1_000_000,
        b"\n".join(
            b"[1:0x1] %d ms: Scavenge 1.0 (1.0) -> 1.0 (1.0) MB, 1 ms reason%s"
            % (i, bytes(97 + int(c) for c in str(i)))
            for i in range(5_000)
        ),
    ],
    ids=range(10),
)
def test_hostile_logs_end(hostile: bytes) -> None:
    log = hn.read_trace_gc(LINE.replace(b"85", b"1") + b"\n" + hostile)
    assert len(log.table) >= 1
    assert log.table["reason"].cat.categories.size <= 1_001


def test_markup_of_a_log_is_escaped() -> None:
    log = hn.read_trace_gc(LINE + b" <script>alert(1)</script>")
    assert "<script" not in log._repr_html_()
    assert "<script" not in str(log.chart()._repr_html_())


def test_promotion_and_survival_have_charts_where_they_are_known() -> None:
    html = hn.read_trace_gc(LOGS / "node-24-nvp.log")._repr_html_()
    assert "New space that survived" in html
    assert "Bytes promoted to the old space" in html


def test_it_shows_itself() -> None:
    log = hn.read_trace_gc(LOGS / "node-20-leak.log")
    assert "Heap used after" in repr(log)
    html = log._repr_html_()
    assert html.count("<svg") == 3
    assert log.chart().table is log.table
