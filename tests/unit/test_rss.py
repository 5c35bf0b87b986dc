"""Parts of a process's memory, the verdict over a series, the findings and their words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import heapnb as hn
from heapnb.analysis import rss_findings as facts
from heapnb.analysis import rss_parts as parts
from heapnb.analysis.rss_findings import findings_of, verdict_of
from heapnb.analysis.rss_heap import BufferGroup, HandleGroup, HeapMemory, heap_memory
from heapnb.analysis.rss_numbers import IsolateNumbers, ProcessNumbers
from heapnb.analysis.rss_parts import RssMoment
from heapnb.testing import SnapshotBuilder
from heapnb.timeline.smaps import ARENA as ARENA_AREA
from heapnb.timeline.smaps import CODE, HEAP, V8, MemoryMap, MemoryMapping
from heapnb.timeline.smaps import STACK as STACK_AREA
from heapnb.views import rss_words
from heapnb.views.rss_words import finding_sentences, part_table, sentences

MB = 1_000_000
HOSTILE = "<img src=x>\u202e\n"


def heap(**values: Any) -> HeapMemory:
    return replace(HeapMemory(3 * MB, MB, 0, 0, {}, ()), **values)


def numbers(rss: int, **values: Any) -> ProcessNumbers:
    main = IsolateNumbers(
        physical=5 * MB, used=4 * MB, external=MB, array_buffers=MB, malloced=0, new_space=MB
    )
    isolate = {key: values.pop(key) for key in list(values) if hasattr(main, key)}
    return ProcessNumbers("side file", rss=rss, main=replace(main, **isolate), **values)


def memory_map(*areas: tuple[str, int], jemalloc: bool = False) -> MemoryMap:
    path = "/usr/lib/libjemalloc.so.2" if jemalloc else ""
    return MemoryMap(
        tuple(
            MemoryMapping(0, size, "rw-p", path if area == CODE else "", size, 0, 0, area)
            for area, size in areas
        )
    )


def moment(rss: int, *, smaps: MemoryMap | None = None, **values: Any) -> RssMoment:
    found = values.pop("heap", heap())
    return RssMoment("s", heap=found, numbers=numbers(rss, **values), memory_map=smaps)


def only(moments: list[RssMoment]) -> facts.RssFinding:
    (finding,) = findings_of(moments)
    return finding


# -- parts ----------------------------------------------------------------------------------------


def test_parts_add_up_to_the_rss() -> None:
    found = moment(50 * MB, file_backed=20 * MB)
    assert [part.name for part in found.parts] == list(parts.PARTS)
    assert sum(part.size or 0 for part in found.parts) == 50 * MB
    assert found.size(parts.HEAP_USED) == 4 * MB
    assert found.size(parts.HEAP_FREE) == MB
    assert found.size(parts.CODE) == 20 * MB
    assert found.size(parts.UNEXPLAINED) == 24 * MB
    assert found.excess == 0


def test_what_no_source_tells_is_unknown() -> None:
    found = RssMoment("s", numbers=ProcessNumbers("side file", rss=50 * MB))
    assert {part.name for part in found.parts if part.size is not None} == {parts.UNEXPLAINED}
    bare = RssMoment("s", heap=heap())
    assert bare.rss is None
    assert bare.size(parts.UNEXPLAINED) is None
    assert bare.size(parts.BUFFERS) == MB


def test_more_than_the_rss_is_said() -> None:
    found = moment(50 * MB, external=80 * MB, array_buffers=80 * MB)
    assert found.size(parts.UNEXPLAINED) == 0
    assert found.excess == 35 * MB
    finding = only([found])
    assert finding.kind == facts.NOT_RESIDENT
    assert "exceed the RSS by 35.0 MB" in finding_sentences(finding)[0]


def test_the_allocator_is_what_v8_does_not_account_for() -> None:
    areas = memory_map((V8, 5 * MB), (HEAP, 20 * MB), (ARENA_AREA, 10 * MB), (CODE, 30 * MB))
    found = moment(0, smaps=areas, external=7 * MB, array_buffers=6 * MB, malloced=2 * MB)
    assert found.rss == 65 * MB
    assert found.size(parts.ALLOCATOR) == (30 - 7 - 2) * MB
    assert found.size(parts.UNEXPLAINED) == 0


def test_other_isolates_are_v8_pages_beyond_the_main_ones() -> None:
    busy = heap(handles={"Worker": HandleGroup(2, 0)})
    areas = memory_map((V8, 45 * MB), (STACK_AREA, MB))
    assert moment(0, smaps=areas, heap=busy).size(parts.ISOLATES) == 40 * MB
    assert moment(90 * MB, heap=busy).size(parts.ISOLATES) is None
    assert moment(90 * MB).size(parts.ISOLATES) == 0
    partly = numbers(90 * MB, workers=(IsolateNumbers(physical=7 * MB),))
    part = RssMoment("s", heap=busy, numbers=partly).parts[parts.PARTS.index(parts.ISOLATES)]
    assert (part.size, part.known_by) == (7 * MB, parts.ESTIMATED)
    assert part.source == "side file of 1 of 2 workers"
    told = numbers(90 * MB, workers=(IsolateNumbers(physical=7 * MB), IsolateNumbers(reserved=MB)))
    assert RssMoment("s", heap=busy, numbers=told).size(parts.ISOLATES) == 8 * MB


def test_a_measured_free_list_comes_first() -> None:
    areas = memory_map((HEAP, 30 * MB))
    found = moment(0, smaps=areas, allocator_free=3 * MB)
    part = found.parts[parts.PARTS.index(parts.ALLOCATOR)]
    assert (part.size, part.known_by) == (3 * MB, parts.MEASURED)


# -- the snapshot ---------------------------------------------------------------------------------


def test_a_heap_is_divided() -> None:
    builder = SnapshotBuilder.from_edges(
        "root>g g.uploads>m m/table>t t/x>b b/buffer>a a/backing_store>d root>s root>c"
    )
    builder.node("g", name="Api").node("m", name="Map").node("t", type="array").node(
        "b", name="Buffer", size=96
    )
    builder.node("a", name="ArrayBuffer", size=96)
    builder.node("d", type="native", name="system / JSArrayBufferData", size=8 * MB)
    builder.node("s", type="synthetic", name="Node / TCPSocketWrap", size=200)
    builder.node("c", type="native", name="Detached Node / ZlibContext", size=500)
    found = heap_memory(builder.graph())
    assert (found.buffers, found.native_handles, found.other_external) == (8 * MB, 700, 0)
    assert found.handles == {
        "TCPSocketWrap": HandleGroup(1, 200),
        "ZlibContext": HandleGroup(1, 500),
    }
    (group,) = found.buffer_groups
    assert (group.class_name, group.held_by) == ("Buffer", "Map in global.uploads")
    assert (group.count, group.size) == (1, 8 * MB)
    assert found.snapshot_cost > 0


# -- verdicts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "verdict"),
    [
        ([100, 104, 106], facts.STEADY),
        ([100, 150, 200], facts.GROWING),
        ([100, 195, 200], facts.LEVELLED),
        ([200, 150, 100], facts.SHRINKING),
        ([1000, 1020, 1040], facts.STEADY),
        ([100], facts.ONE_MOMENT),
        ([], facts.UNKNOWN),
    ],
)
def test_verdicts(sizes: list[int], verdict: str) -> None:
    assert verdict_of([moment(size * MB) for size in sizes]) == verdict


def test_left_over_memory_of_snapshots_is_no_growth() -> None:
    costly = heap(snapshot_cost=60 * MB)
    moments = [moment(size * MB, heap=costly) for size in (50, 100, 105)]
    assert verdict_of(moments) == facts.STEADY
    finding = only(moments)
    assert (finding.kind, finding.delta) == (facts.SNAPSHOTS, 55 * MB)
    # Nothing was left over where no snapshot was taken before.
    plain = [moment(size * MB) for size in (50, 100, 105)]
    assert verdict_of(plain) == facts.LEVELLED


# -- findings -------------------------------------------------------------------------------------


def test_growth_of_the_heap() -> None:
    moments = [moment(50 * MB), moment(150 * MB, used=104 * MB, physical=105 * MB)]
    finding = only(moments)
    assert (finding.kind, finding.delta, finding.share) == (parts.HEAP_USED, 100 * MB, 1.0)
    assert finding.advice == (facts.DIAGNOSE,)


def test_growth_of_the_new_generation() -> None:
    last = moment(150 * MB, physical=105 * MB, new_space=97 * MB)
    finding = only([moment(50 * MB), last])
    assert (finding.kind, finding.advice) == (parts.HEAP_FREE, (facts.SEMI_SPACE,))
    assert "--max-semi-space-size" in finding_sentences(finding)[1]
    old = moment(150 * MB, physical=105 * MB)
    assert only([moment(50 * MB), old]).advice == ()


def test_buffers_by_holder() -> None:
    grown = heap(
        buffers=101 * MB,
        buffer_groups=(
            BufferGroup("Big.old", "Buffer", "Big.old", 1, 60 * MB),
            BufferGroup("X.y", "Buffer", HOSTILE, 30, 40 * MB),
        ),
    )
    before = heap(buffer_groups=(BufferGroup("Big.old", "Buffer", "Big.old", 1, 60 * MB),))
    moments = [
        moment(50 * MB, heap=before),
        moment(150 * MB, heap=grown, array_buffers=101 * MB, external=101 * MB),
    ]
    finding = only(moments)
    assert finding.kind == parts.BUFFERS
    assert finding.details["buffers"] == [
        {"class_name": "Buffer", "held_by": HOSTILE, "count": [0, 30], "size": [0, 40 * MB]}
    ]
    text = " ".join(finding_sentences(finding))
    assert "\u202e" not in text
    assert "\n" not in text


def test_handles_explain_memory_that_v8_does_not_know() -> None:
    moments = [
        moment(50 * MB, handles={"TLSWrap": 3, "Timeout": 5}),
        moment(150 * MB, handles={"TLSWrap": 2003, "Timeout": 6}),
    ]
    finding = only(moments)
    assert (finding.kind, finding.delta) == (parts.HANDLES, 100 * MB)
    assert finding.details["handles"] == [{"class_name": "TLSWrap", "count": [3, 2003]}]
    text = " ".join(finding_sentences(finding))
    assert "TLS connections (`TLSWrap`): 3 → 2,003. Estimate: 50.0 kB for each." in text
    assert "close each when its work ends or fails: end or destroy it" in text


def test_native_objects_that_heapnb_does_not_know() -> None:
    moments = [
        moment(50 * MB, heap=heap(handles={"Addon": HandleGroup(1, MB)})),
        moment(
            150 * MB,
            heap=heap(native_handles=100 * MB, handles={"Addon": HandleGroup(51, 101 * MB)}),
            external=101 * MB,
        ),
    ]
    finding = only(moments)
    assert (finding.kind, finding.delta) == (parts.HANDLES, 100 * MB)
    assert "`Addon`: 1 → 51. Estimate: 2.0 MB for each." in finding_sentences(finding)[0]


def test_workers_of_unknown_size() -> None:
    busy = heap(handles={"Worker": HandleGroup(4, 0)})
    finding = only([moment(50 * MB), moment(150 * MB, heap=busy)])
    assert (finding.kind, finding.delta) == (parts.ISOLATES, None)
    text = finding_sentences(finding)[0]
    assert text.startswith("Worker threads: 0 → 4. The size of their heaps is unknown; up to 100")


def with_allocator(rss: int, arenas: int, *, jemalloc: bool = False, **values: Any) -> RssMoment:
    """Make a moment with 30 MB of code, and an allocator with four arenas of some share."""
    rest = (rss - 35) * MB
    shares = [(ARENA_AREA, rest * arenas // 400)] * 4
    areas = memory_map((V8, 5 * MB), (HEAP, rest - sum(size for _, size in shares)), *shares)
    code = memory_map((CODE, 30 * MB), jemalloc=jemalloc)
    return moment(0, smaps=MemoryMap((*areas.mappings, *code.mappings)), **values)


def test_native_memory() -> None:
    finding = only([with_allocator(50, 10), with_allocator(150, 10)])
    assert finding.kind == parts.ALLOCATOR
    assert finding.advice == (facts.HEAPTRACK,)
    assert "A native add-on or a library may allocate it." in finding_sentences(finding)[0]


def test_arenas() -> None:
    finding = only([with_allocator(50, 90), with_allocator(150, 90)])
    assert finding.advice[0] == facts.ARENA_MAX
    text = " ".join(finding_sentences(finding))
    assert "4 arenas of threads hold 104 MB of the allocator's 115 MB." in text
    assert "MALLOC_ARENA_MAX=2" in text


def test_fragmentation() -> None:
    peak = with_allocator(150, 10, array_buffers=101 * MB, external=101 * MB)
    finding = only([with_allocator(50, 10), peak, with_allocator(150, 10)])
    assert (finding.kind, finding.advice) == (parts.ALLOCATOR, (facts.JEMALLOC,))
    assert finding.details["released"] == 100 * MB
    other = [
        with_allocator(50, 90, jemalloc=True),
        with_allocator(150, 90, jemalloc=True, array_buffers=101 * MB, external=101 * MB),
        with_allocator(150, 90, jemalloc=True),
    ]
    assert only(other).advice == ()


def test_memory_that_is_kept_after_it_was_released() -> None:
    full = with_allocator(150, 10, array_buffers=101 * MB, external=101 * MB)
    moments = [full, with_allocator(149, 10)]
    assert verdict_of(moments) == facts.STEADY
    finding = only(moments)
    assert finding.kind == facts.KEPT
    assert (
        "released 100 MB since its peak, but the RSS fell by only 1.0 MB"
        in (finding_sentences(finding)[0])
    )


def test_unexplained_growth_asks_for_smaps() -> None:
    finding = only([moment(50 * MB), moment(150 * MB)])
    assert finding.kind == parts.UNEXPLAINED
    assert finding.advice == (facts.HEAPTRACK, facts.TAKE_SMAPS)


def test_swapped_memory() -> None:
    finding = only([moment(50 * MB, swap=40 * MB)])
    assert finding_sentences(finding) == ("40.0 MB are swapped out and not in the RSS.",)


# -- results --------------------------------------------------------------------------------------


def result(*moments: RssMoment) -> hn.Rss:
    return hn.Rss(moments, verdict_of(moments), findings_of(moments), ())


def test_every_kind_has_words() -> None:
    kinds = {
        value for name, value in vars(facts).items() if name in {"KEPT", "SNAPSHOTS", "SWAPPED"}
    }
    assert set(rss_words._SENTENCES) >= {*parts.PARTS, *kinds, facts.NOT_RESIDENT}
    assert set(rss_words.PART_TITLES) == set(parts.PARTS)
    layered = [name for names in rss_words.LAYERS.values() for name in names]
    assert sorted(layered) == sorted(parts.PARTS)


def test_tables() -> None:
    found = result(moment(50 * MB), moment(150 * MB, used=104 * MB, physical=105 * MB))
    assert len(found.table) == 2 * len(parts.PARTS)
    assert found.table["resident_size"].dtype == "Int64"
    assert found.table.loc[found.table["part"] == parts.CODE, "resident_size"].isna().all()
    row = found.by_part.set_index("part").loc[parts.HEAP_USED]
    assert (row["resident_size_1"], row["resident_delta"]) == (4 * MB, 100 * MB)
    shown = part_table(found).set_index("part")
    assert shown.loc["RSS", "resident_delta"] == 100 * MB
    assert "Worker threads' heaps" not in shown.index  # none in any moment
    assert shown["resident_size_1"].isna()["Thread stacks"]


def test_many_moments_show_the_first_and_the_last_ones() -> None:
    shown = part_table(result(*(moment((50 + i) * MB) for i in range(9))))
    sizes = [name for name in map(str, shown) if name.startswith("resident_size")]
    assert sizes == [f"resident_size_{number}" for number in (1, 7, 8, 9)]


def test_results_show_themselves() -> None:
    found = result(moment(50 * MB), moment(150 * MB, used=104 * MB, physical=105 * MB))
    text = repr(found)
    assert text.startswith("Resident memory (RSS): growing")
    assert "The RSS grows: 50.0 MB → 150 MB (+100 MB) over 2 moments." in text
    assert "Resident memory (RSS)" in found._repr_html_()
    chart = found.chart()._repr_html_()
    assert chart.count("<rect") >= 6
    assert "V8 heap, s: 105 MB" in chart
    assert chart.count("<li>") == len(rss_words.LAYERS)


def test_plain_data() -> None:
    found = result(moment(50 * MB), moment(150 * MB, handles={"TLSWrap": 900}))
    data = json.loads(json.dumps(found.to_dict()))
    assert data["verdict"] == "growing"
    assert [one["rss"] for one in data["moments"]] == [50 * MB, 150 * MB]
    assert {"part": "code", "resident_size": None, "known_by": None, "source": None} in (
        data["moments"][0]["parts"]
    )
    assert data["findings"][0]["details"]["handles"][0]["count"] == [0, 900]


def test_gaps_are_said() -> None:
    text = "\n".join(sentences(result(moment(50 * MB))))
    assert text.startswith("The RSS is 50.0 MB.")
    assert "Unknown, and thus within “Unexplained”:" in text
    busy = moment(50 * MB, heap=heap(handles={"Worker": HandleGroup(3, 0)}))
    assert next(sentences(result(busy))) == "The RSS is 50.0 MB, with 3 worker threads."
    assert "The RSS is unknown" in next(sentences(result(RssMoment("s", heap=heap()))))


def test_nothing_to_read() -> None:
    with pytest.raises(hn.HeapnbError, match="nothing to read"):
        hn.rss()


def test_smaps_alone() -> None:
    areas = memory_map((V8, 5 * MB), (HEAP, 20 * MB), (CODE, 30 * MB), (STACK_AREA, MB))
    found = RssMoment("s", memory_map=areas)
    sizes = {part.name: part.size for part in found.parts if part.size}
    assert sizes == {
        parts.HEAP_USED: 5 * MB,
        parts.ALLOCATOR: 20 * MB,
        parts.STACKS: MB,
        parts.CODE: 30 * MB,
    }
    text = "\n".join(sentences(result(found)))
    assert "“V8 heap, objects” contains free pages" in text
    assert "within “Allocator: free or native”: Buffers (ArrayBuffers), Other" in text


REPORT: dict[str, Any] = {
    "header": {
        "reportVersion": 4,
        "dumpEventTimeStamp": "1795977020775",
        "processId": 7,
        "threadId": 0,
    },
    "javascriptHeap": {
        "totalMemory": 6 * MB,
        "usedMemory": 4 * MB,
        "externalMemory": 20 * MB,
        "mallocedMemory": MB,
    },
    "resourceUsage": {"rss": 80 * MB},
    "libuv": [{"type": "tcp"}] * 3 + [{"type": "timer"}, {"type": "loop"}],
}


def test_diagnostic_reports(tmp_path: Path) -> None:
    paths = []
    for number, n_sockets in ((1, 3), (2, 4003)):
        rss = 80 * MB if number == 1 else 180 * MB
        report = REPORT | {
            "header": REPORT["header"] | {"dumpEventTimeStamp": str(1_795_977_020_775 + number)},
            "resourceUsage": {"rss": rss},
            "libuv": [{"type": "tcp"}] * n_sockets,
        }
        paths.append(tmp_path / f"report.{3 - number}.json")
        paths[-1].write_text(json.dumps(report))
    # The names are in the wrong order, the times are not.
    found = hn.rss(sorted(paths), progress=False)
    assert [one.rss for one in found.moments] == [80 * MB, 180 * MB]
    first = found.moments[0]
    assert first.size(parts.HEAP_USED) == 4 * MB
    assert first.size(parts.HEAP_FREE) == 2 * MB
    assert first.size(parts.BUFFERS) is None
    assert first.size(parts.EXTERNAL) == 20 * MB
    assert "“Other external memory” contains buffers." in list(sentences(found))
    finding = found.findings[0]
    assert finding.kind == parts.HANDLES
    assert finding.details["handles"] == [{"class_name": "TCPSocketWrap", "count": [3, 4003]}]


def test_logs_of_samples(tmp_path: Path) -> None:
    lines = []
    for number in range(80):
        saw = 30 * MB * (number % 10)
        memory = {
            "rss": 100 * MB + 2 * MB * number,
            "heap_used": 10 * MB + saw,
            "external": 2 * MB * number,
            "array_buffers": 2 * MB * number,
        }
        time = f"2026-11-29T07:{number // 60:02}:{number % 60:02}.000Z"
        lines.append(
            json.dumps({"time": time, "kind": "memory", "pid": 7, "thread_id": 0} | memory)
        )
    path = tmp_path / "memory.jsonl"
    path.write_text("\n".join(lines))
    found = hn.rss(path, progress=False)
    assert len(found) == 8
    # The floor of the saw-tooth does not grow.
    assert {one.size(parts.HEAP_USED) for one in found.moments} == {10 * MB}
    assert [one.kind for one in found.findings] == [parts.BUFFERS]
    assert found.findings[0].delta == 140 * MB


def test_samples_do_not_mix_with_snapshots(tmp_path: Path) -> None:
    log = tmp_path / "memory.jsonl"
    log.write_text(json.dumps({"kind": "memory", "rss": 90 * MB, "heap_used": 5 * MB}))
    report = tmp_path / "report.json"
    report.write_text(json.dumps(REPORT))
    found = hn.rss(log, report, progress=False)
    assert [one.rss for one in found.moments] == [80 * MB]
    assert found.warnings[0].startswith("memory.jsonl is left out")
