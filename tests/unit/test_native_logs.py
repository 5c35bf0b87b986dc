"""Logs of native allocations: real ones of one program, damaged ones, and foreign text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import zstandard

import heapnb as hn
from heapnb.errors import LogFormatError
from heapnb.timeline.native_heaptrack import parse_heaptrack
from heapnb.timeline.native_logs import kind_of_native_log
from heapnb.timeline.native_massif import parse_massif, parse_ms_print
from heapnb.timeline.native_mtrace import parse_mtrace
from heapnb.timeline.native_sites import NativeSite, NativeTotals
from tests.conftest import ROOT

FOLDER = ROOT / "tests" / "data" / "native_logs"
FILES = {
    "program.mtrace": "mtrace",
    "massif.out": "massif",
    "ms_print.txt": "ms_print",
    "heaptrack_print.txt": "heaptrack",
}

ROWS = sum(range(1000, 1300))
"""Bytes of the rows of program.c; the first of them becomes 5,000 bytes."""

NAMES = 40 * 64
LEFT = ROWS - 1000 + 5000 + NAMES
PEAK = ROWS + NAMES + 20_000
"""While `work` has its block."""


def read(name: str) -> hn.NativeLog:
    return hn.read_native_log(FOLDER / name)


def by_function(log: hn.NativeLog) -> dict[str, NativeSite]:
    return {one.site.split(" ")[0]: one for one in log.sites}


@pytest.mark.parametrize(("name", "kind"), FILES.items())
def test_all_tools_agree_on_the_totals(name: str, kind: str) -> None:
    log = read(name)
    assert log.kind == kind
    assert log.totals.unfreed == LEFT
    # The C++ library allocates 72,704 bytes before the program starts, which heaptrack sees.
    assert log.totals.peak in {PEAK, PEAK + 72_700}
    assert log.warnings == ()


def test_mtrace() -> None:
    rows, *others = read("program.mtrace").sites
    assert rows.site.startswith("./program:[0x")
    assert (rows.count, rows.unfreed, rows.peak) == (300, ROWS - 1000, ROWS)
    # The new block of the realloc, the names, and what was released again.
    assert [(one.count, one.unfreed) for one in others] == [(1, 5000), (40, NAMES), (50, 0)]


@pytest.mark.parametrize("name", ["massif.out", "ms_print.txt"])
def test_massif(name: str) -> None:
    sites = by_function(read(name))
    assert sites["cache_rows"].peak == ROWS
    assert sites["cache_rows"].site == "cache_rows (program.c:11)"
    assert sites["cache_rows"].callers == ("main (program.c:30)",)
    assert sites["work"].peak == 20_000
    assert sites["(1"] == NativeSite("(1 place below the threshold)", (), None, None, NAMES)


def test_heaptrack() -> None:
    sites = by_function(read("heaptrack_print.txt"))
    rows = sites["cache_rows"]
    assert rows.site == "cache_rows (program.c:11)"
    assert rows.callers == ("main (program.c:30)",)
    assert (rows.count, rows.unfreed, rows.peak) == (300, ROWS - 1000, ROWS)
    assert (sites["copy_name"].count, sites["copy_name"].unfreed) == (40, NAMES)
    assert (sites["work"].count, sites["work"].unfreed) == (50, 0)


@pytest.mark.parametrize("name", FILES)
def test_tables_begin_with_what_is_left(name: str) -> None:
    table = read(name).table
    assert list(table) == ["site", "callers", "allocation_count", "unfreed_size", "peak_size"]
    assert table["peak_size"].dtype == "Int64"
    assert "cache_rows" in table["site"][0] or name == "program.mtrace"


def test_heaptrack_without_leaks_says_so() -> None:
    text = (FOLDER / "heaptrack_print.txt").read_text()
    start, end = text.index("MEMORY LEAKS"), text.index("MOST TEMPORARY")
    sites, _, warnings = parse_heaptrack(text[:start] + text[end:])
    assert all(one.unfreed is None for one in sites)
    assert "--print-leaks=1" in warnings[0]


def test_lines_of_mtrace() -> None:
    lines = [
        b"= Start\n",
        b"@ ./a:(f+1)[0x1] + 0x10 0x40\n",
        b"hello from the program\n",
        b"+ 0x20 0x8\n",
        b"@ ./a:[0x2] - 0x99\n",
        b"@ /b c/lib.so:(g+0x3)[0x3] < 0x10\n",
        b"@ /b c/lib.so:(g+0x3)[0x3] > 0x30 0x80\n",
        b"@ ./a:[0x2] ! 0x50 0x1000\n",
        b"@ ./a:(f+1)[0x1] + 0x40 0x1",  # cut off, but complete
    ]
    sites, totals, warnings = parse_mtrace(lines)
    assert {(one.site, one.count, one.unfreed) for one in sites} == {
        ("./a:(f+1)[0x1]", 2, 1),
        ("(unknown caller)", 1, 8),
        ("/b c/lib.so:(g+0x3)[0x3]", 1, 128),
    }
    assert totals == NativeTotals(4, 137, 137)
    assert warnings == [
        "Lines that are not of mtrace, left out: 1.",
        "Blocks from before the log that were freed in it: 1.",
    ]


def test_a_tree_with_several_callers() -> None:
    text = (
        "desc: x\ncmd: a\ntime_unit: i\n#---\nsnapshot=0\nmem_heap_B=100\nmem_heap_extra_B=8\n"
        "heap_tree=peak\nn2: 100 (heap allocation functions) malloc\n"
        " n2: 70 0x1: f(int) (a.cc:1)\n  n1: 20 0x2: g (a.cc:2)\n   n0: 20 0x3: main (a.cc:3)\n"
        "  n0: 50 0x4: h (a.cc:4)\n n0: 30 in 7 places, all below massif's threshold (1.00%)\n"
    )
    sites, totals, _ = parse_massif(text)
    assert sites == [
        NativeSite("f(int) (a.cc:1)", ("h (a.cc:4)",), None, 70, 70),
        NativeSite("(7 places below the threshold)", (), None, 30, 30),
    ]
    assert (totals.unfreed, totals.peak) == (100, 100)


def test_printed_trees_nest() -> None:
    text = (
        "-----\nCommand: a\nMassif arguments: (none)\n"
        "  3        140          1,108            1,000           108            0\n"
        "100.00% (1,000B) (heap allocation functions) malloc/new/new[], --alloc-fns, etc.\n"
        "->70.00% (700B) 0x1: f (a.c:1)\n| ->50.00% (500B) 0x2: g (a.c:2)\n"
        "| | ->50.00% (500B) 0x3: main (a.c:3)\n| |   \n| ->20.00% (200B) 0x4: h (a.c:4)\n"
        "->30.00% (300B) in 3+ places, all below ms_print's threshold (01.00%)\n"
    )
    sites, _, _ = parse_ms_print(text)
    assert sites[0] == NativeSite("f (a.c:1)", ("g (a.c:2)", "main (a.c:3)"), None, 700, 700)
    assert sites[1].site == "(3 places below the threshold)"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("desc: x\ncmd: a\ntime_unit: i\n", "no snapshots"),
        ("desc: x\ncmd: a\ntime_unit: i\nsnapshot=0\nmem_heap_B=12x\n", "line 5: mem_heap_B"),
        (
            "desc: x\ncmd: a\ntime_unit: i\nsnapshot=0\nn1: 9 x\n   n0: 9 0x1: f (a.c:1)\n",
            "line 6: a caller without",
        ),
        ("hello\n", "not a log of mtrace, massif"),
        ("", "not a log of mtrace, massif"),
    ],
)
def test_damaged_and_foreign_files(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_text(text)
    with pytest.raises(LogFormatError, match=message) as caught:
        hn.read_native_log(path)
    assert "log.txt" in str(caught.value)


@pytest.mark.parametrize("name", FILES)
def test_cut_files_give_what_is_there(name: str, tmp_path: Path) -> None:
    content = (FOLDER / name).read_bytes()
    path = tmp_path / name
    for share in (0.5, 0.9):
        path.write_bytes(content[: int(len(content) * share)])
        assert hn.read_native_log(path).kind == FILES[name]


def test_snapshots_are_no_logs() -> None:
    assert kind_of_native_log(b'{"snapshot":{"meta":{}}}') is None


@pytest.mark.parametrize("name", FILES)
def test_compressed_logs(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.zst"
    path.write_bytes(zstandard.compress((FOLDER / name).read_bytes()))
    assert hn.read_native_log(path).sites == read(name).sites
    assert hn.rss(path, progress=False).native_logs[0].kind == FILES[name]


def test_recordings_have_to_be_printed(tmp_path: Path) -> None:
    path = tmp_path / "heaptrack.node.7.zst"
    path.write_bytes(zstandard.compress(b"v 10400 3\nX node app.js\nI 1000 5e\n"))
    with pytest.raises(LogFormatError, match="heaptrack_print --print-leaks=1"):
        hn.rss(path, progress=False)


def test_logs_are_shown_with_the_memory(tmp_path: Path) -> None:
    found = hn.rss(FOLDER / "massif.out", FOLDER / "program.mtrace", progress=False)
    text = repr(found)
    assert "Native allocations (massif)" in text
    assert "cache_rows (program.c:11)" in text
    assert "Native allocations (mtrace)" in text
    assert "cache_rows" in found._repr_html_()
    data = json.loads(json.dumps(found.to_dict()))
    assert [one["kind"] for one in data["native_logs"]] == ["massif", "mtrace"]
    assert data["native_logs"][0]["sites"][0]["peak_size"] == ROWS


def test_names_of_functions_are_escaped(tmp_path: Path) -> None:
    path = tmp_path / "log.mtrace"
    path.write_text("= Start\n@ ./<img src=x>\u202e:[0x1] + 0x10 0x40\n")
    log = hn.read_native_log(path)
    assert "<img" not in log._repr_html_()
    assert "\u202e" not in repr(log)
