"""Real programs that grow in one part of their memory each; the answer has to name it."""

from __future__ import annotations

from pathlib import Path

import pytest

import heapnb as hn
from heapnb.analysis import rss_findings as facts
from heapnb.analysis import rss_parts as parts
from heapnb.views.rss_words import sentences
from tests.rss.conftest import Capture, Measure

pytestmark = [pytest.mark.node, pytest.mark.slow]

MB = 1_000_000
PROGRAMS = ("heap", "buffers", "zlib", "workers", "arenas", "fragmentation", "healthy")


@pytest.mark.parametrize(
    ("program", "part", "least", "advice"),
    [
        ("heap", parts.HEAP_USED, 12 * MB, facts.DIAGNOSE),
        ("buffers", parts.BUFFERS, 60 * MB, facts.DIAGNOSE),
        ("zlib", parts.HANDLES, 50 * MB, facts.CLOSE),
        ("workers", parts.ISOLATES, 30 * MB, facts.TERMINATE),
        ("arenas", parts.ALLOCATOR, 100 * MB, facts.ARENA_MAX),
        ("fragmentation", parts.ALLOCATOR, 20 * MB, facts.JEMALLOC),
    ],
)
def test_the_part_that_grows_is_named_first(
    measured: Measure, program: str, part: str, least: int, advice: str
) -> None:
    found = measured(program)
    assert found.verdict in {facts.GROWING, facts.LEVELLED}
    first = found.findings[0]
    assert first.kind == part
    assert (first.delta or 0) >= least
    assert first.advice[0] == advice
    assert (first.share or 0) > 0.5


def test_a_healthy_program_is_steady(measured: Measure) -> None:
    found = measured("healthy")
    assert found.verdict == facts.STEADY
    assert {one.kind for one in found.findings} <= {facts.SNAPSHOTS}
    assert next(sentences(found)).startswith("The RSS is steady: ")


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_parts_are_the_rss(measured: Measure, program: str) -> None:
    for moment in measured(program).moments:
        assert moment.rss is not None
        total = sum(part.size or 0 for part in moment.parts)
        assert total == moment.rss + moment.excess
        assert moment.excess < 0.05 * moment.rss
        unexplained = moment.size(parts.UNEXPLAINED)
        assert unexplained is not None
        assert unexplained < 0.1 * moment.rss
        assert all((part.size is None) == (part.known_by is None) for part in moment.parts)


def test_buffers_are_named_with_what_holds_them(measured: Measure) -> None:
    (buffers, *_) = measured("buffers").findings[0].details["buffers"]
    assert buffers["class_name"] == "Buffer"
    assert buffers["held_by"] == "Map in variable uploads"
    assert buffers["count"] == [0, 600]
    assert buffers["size"] == [0, 60 * MB]


def test_handles_are_named_with_their_count(measured: Measure) -> None:
    found = measured("zlib")
    (handles, *_) = found.findings[0].details["handles"]
    assert handles == {"class_name": "ZlibStream", "count": [0, 200]}
    text = "\n".join(sentences(found))
    assert "Zlib streams (`ZlibStream`): 0 → 200." in text
    assert "call `stream.close()`" in text


def test_workers_are_counted(measured: Measure) -> None:
    found = measured("workers")
    assert found.findings[0].details["workers"] == [0, 2, 4]
    assert "Worker threads: 0 → 2 → 4." in "\n".join(sentences(found))


def test_arenas_are_counted(measured: Measure) -> None:
    found = measured("arenas")
    details = found.findings[0].details
    assert details["n_arenas"] >= 6
    assert details["arenas"] > 0.8 * details["malloc"]
    assert "MALLOC_ARENA_MAX=2" in "\n".join(sentences(found))


def test_memory_of_earlier_snapshots_is_not_the_programs(measured: Measure) -> None:
    # V8 needs about ten times the heap to write a snapshot of small objects, and glibc keeps it.
    found = measured("heap")
    (left_over,) = [one for one in found.findings if one.kind == facts.SNAPSHOTS]
    assert (left_over.delta or 0) > 30 * MB
    assert not {parts.ALLOCATOR, parts.UNEXPLAINED} & {one.kind for one in found.findings}


def test_without_smaps_the_main_part_is_still_named(capture: Capture, tmp_path: Path) -> None:
    for file in capture("buffers")[0].parent.iterdir():
        if file.suffix in {".heapsnapshot", ".json"}:
            (tmp_path / file.name).hardlink_to(file)
    found = hn.rss(sorted(tmp_path.glob("*.heapsnapshot")), progress=False)
    assert found.findings[0].kind == parts.BUFFERS
    last = found.moments[-1]
    assert last.size(parts.STACKS) is None
    assert last.size(parts.ALLOCATOR) is None
    assert "Without /proc/PID/smaps" in found.warnings[0]
    assert "Thread stacks" in "\n".join(sentences(found))


def test_snapshots_alone_have_parts_but_no_rss(capture: Capture, tmp_path: Path) -> None:
    (tmp_path / "one.heapsnapshot").hardlink_to(capture("buffers")[2])
    found = hn.rss(tmp_path / "one.heapsnapshot", progress=False)
    assert found.verdict == facts.UNKNOWN
    (moment,) = found.moments
    assert moment.rss is None
    assert moment.size(parts.UNEXPLAINED) is None
    assert moment.size(parts.BUFFERS) == pytest.approx(60 * MB, rel=0.02)
    assert found.table.loc[found.table["part"] == parts.CODE, "resident_size"].isna().all()
    assert "side file" in found.warnings[0]


def test_side_files_and_smaps_alone(capture: Capture) -> None:
    folder = capture("workers")[0].parent
    found = hn.rss(
        sorted(folder.glob("*.heapnb.json")), sorted(folder.glob("*.smaps")), progress=False
    )
    assert len(found) == 3
    assert found.findings[0].kind == parts.ISOLATES
    assert found.moments[-1].heap is None
