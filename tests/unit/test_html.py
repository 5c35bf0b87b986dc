from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pandas as pd
import pytest

import heapnb
from heapnb._showing import Shown
from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.heap_profiles.comparison import diff_heap_profiles
from heapnb.analysis.heap_profiles.reading import read_heap_profile
from heapnb.analysis.packages import Package
from heapnb.analysis.retention.paths import merged_paths, preferred_path
from heapnb.analysis.rss import rss
from heapnb.analysis.series.diff import diff
from heapnb.analysis.series.memwatch import compare_as_memwatch
from heapnb.analysis.series.series import load_series
from heapnb.analysis.totals import totals
from heapnb.analysis.verification.fixes import verify_fix
from heapnb.analysis.verification.history import read_history
from heapnb.analysis.verification.versions import compare_versions
from heapnb.capture.capturing import CaptureResult
from heapnb.capture.plan import CapturePlan, Cost
from heapnb.graph.traces import trace_of
from heapnb.node import Node
from heapnb.redaction import audit
from heapnb.snapshot import Snapshot, load
from heapnb.testing import SnapshotBuilder
from heapnb.timeline.diagnostic_report import read_diagnostic_report
from heapnb.timeline.gc_log import read_trace_gc
from heapnb.timeline.limits import heap_limit
from heapnb.timeline.memory_log import read_memory_log
from heapnb.timeline.native_logs import read_native_log
from heapnb.timeline.prof_log import read_prof_log
from heapnb.timeline.timeline import timeline
from heapnb.views.html import result_html, style, table_html
from heapnb.views.text import result_text
from tests.conftest import ROOT, sample_series
from tests.fleet.rows import small_fleet
from tests.unit.hostile import HOSTILE, HOSTILE_UNICODE, assert_nothing_invisible, one_row

TAGS = {
    *("div", "style", "section", "p", "b", "span", "dl", "dt", "dd", "code", "i"),
    *("table", "thead", "tbody", "tr", "th", "td", "details", "summary"),
}
CHART_TAGS = {"circle", "figcaption", "figure", "line", "rect", "tspan", "ul", "li"}
SVG_TAGS = {"svg", "g", "title", "path", "polygon", "polyline", "ellipse", "text", "style"}


@dataclass(frozen=True)
class Finding:
    name: str
    table: pd.DataFrame
    chain: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Reader(HTMLParser):
    """Collects what a browser would make of a fragment."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.text += data

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open
    return reader


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts_stay_texts(text: str) -> None:
    frame = one_row({"class_name": text, "location": text, text or "x": text})
    html = result_html(Finding(text, frame, warnings=(text,)))
    reader = read(html)
    assert set(reader.tags) <= TAGS
    assert {name for name, _ in reader.attributes} <= {"class", "title", "scope", "style"}
    assert {value for name, value in reader.attributes if name == "style"} == set()
    assert_nothing_invisible(reader.text)
    assert len(html) < 40_000
    if text.strip() and text.isprintable() and len(text) < 80:
        assert text in reader.text


@pytest.mark.parametrize("text", HOSTILE_UNICODE.values(), ids=HOSTILE_UNICODE.keys())
def test_hostile_names_in_paths_stay_texts(text: str) -> None:
    builder = SnapshotBuilder().edge("root", "holder", text).edge("holder", "target", "held")
    builder.node("holder", name=text).node("target", name=text, type="string")
    path = preferred_path(builder.graph(), builder.ordinal("target"))
    reader = read(result_html(path))
    assert set(reader.tags) <= TAGS | SVG_TAGS
    assert not {name for name, _ in reader.attributes} & {"href", "xlink:href", "id", "onload"}
    assert_nothing_invisible(reader.text)


def test_sizes_are_short_and_exact_when_asked() -> None:
    frame = pd.DataFrame({"class_name": ["Map"], "retained_size": [1_234_567], "share": [0.25]})
    html = table_html(frame)
    assert 'title="1,234,567 bytes">1.2 MB</td>' in html
    assert "width: 25.0%" in html
    assert ">25.0%</span></td>" in html


def test_names_in_sentences_are_set_as_code() -> None:
    node = SnapshotBuilder.from_edges("root.a>a").node("a", type="string", name="a `<b>` c").graph()
    assert "<code>&lt;b&gt;</code>" in result_html(Node(node, 1))


def test_long_texts_are_cut_and_a_little_longer_when_asked() -> None:
    html = table_html(pd.DataFrame({"name": ["n" * 1_000]}))
    reader = read(html)
    assert ("title", "n" * 399 + "…") in reader.attributes
    assert reader.text.count("n") < 100


def test_rows_that_are_left_out_are_counted() -> None:
    html = table_html(pd.DataFrame({"count": range(1_000)}), max_rows=10)
    assert html.count("<td") == 10
    assert "990 more of 1,000 rows" in html
    assert "no rows" in table_html(pd.DataFrame({"count": []}))


def test_missing_values_are_dashes() -> None:
    frame = pd.DataFrame({"location": [None], "distance": pd.array([pd.NA], "Int64")})
    assert read(table_html(frame)).text.split() == ["Location", "Distance", "–", "–"]


def test_the_style_is_for_its_fragment_only() -> None:
    for rule in re.sub(r"/\*.*?\*/", "", style()).split("}"):
        selector = rule.split("{")[0].strip()
        assert not selector or all(
            part.strip().startswith(".heapnb") for part in selector.split(",")
        )
    assert "url(" not in style()
    assert "@import" not in style()


TIME_LINE = ROOT / "tests/data/allocations/node-22.heaptimeline.zst"
HEAP_PROFILES = ROOT / "tests" / "data" / "heap_profiles"
GC_LOG = b"\n".join(
    b"[9:0x1] %d ms: Scavenge 3.9 (4.0) -> 3.7 (5.0) MB, 1.2 / 0.0 ms  task" % (i * 1_000)
    for i in range(1, 9)
)


MEMORY_LOG = b'{"time": "2026-11-29T10:00:00Z", "rss": 5000, "heapUsed": 2000}'
REPORT = b'{"header": {"event": "x"}, "javascriptHeap": {"usedMemory": 5, "memoryLimit": 9}}'

CAPTURED = Path("Heap.20261129.074706.288.0.001.heapsnapshot.zst")
PLAN = CapturePlan(
    label="process 288",
    heap_bytes=10_000_000,
    rss_bytes=50_000_000,
    pause_ms=400,
    peak_bytes=130_000_000,
    file_bytes=10_000_000,
    low=Cost(60_000, 100, 80_000_000, 5_000_000),
    high=Cost(300_000, 900, 250_000_000, 20_000_000),
    limit_bytes=512_000_000,
    limited_by="cgroup",
    verdict="safe",
    reasons=("It fits.",),
)


def results() -> dict[str, object]:
    """One of each kind, of a cache that grows."""

    def snapshot(n: int) -> Snapshot:
        builder = SnapshotBuilder.from_edges("root^1>global global.cache>list")
        builder.node("list", name="Array")
        for i in range(n):
            builder.edge("list", f"item{i}", i, type="element")
            builder.node(f"item{i}", name="Session", size=1_000, node_id=101 + 2 * i)
        return builder.snapshot(name=f"s{n}.heapsnapshot")

    snapshots = [snapshot(n) for n in (100, 200, 400)]
    series, last = load_series(snapshots), snapshots[-1]
    node = last.node(101)
    comparison, diagnosis = diff(snapshots[0], last), diagnose(series)
    recorded = load(TIME_LINE, cache=False, progress=False)
    traced = int(trace_of(recorded.graph).argmax())
    profiled = [read_heap_profile(HEAP_PROFILES / f"node-26-{n}.heapprofile.gz") for n in (1, 2)]
    fleet = small_fleet(Path(mkdtemp()) / "fleet")
    return {
        "fleet": fleet,
        "shared leaks": fleet.shared(),
        "separation": fleet.separating(),
        "snapshot": last,
        "node": node,
        "path": node.retaining_path(),
        "paths": merged_paths(last.graph, list(range(3, 400))),
        "summary": last.summary(),
        "totals": totals(sample_series("listener_per_request")[-1]),
        "statistics": last.statistics(),
        "diff": comparison,
        "fix": verify_fix(diagnosis, diagnosis),
        "versions": compare_versions(diagnosis, diagnosis),
        "history": read_history("absent.parquet"),
        "memwatch": compare_as_memwatch(comparison.before, comparison.after),
        "series": series,
        "survivors": series.survivors(),
        "cohorts": series.cohorts(),
        "diagnosis": diagnosis,
        "suspect": diagnosis.suspects[0],
        "culprits": diagnosis.suspects[0].culprits,
        "what if": node.what_if(),
        "redaction": audit(last),
        "gc log": read_trace_gc(GC_LOG),
        "memory log": read_memory_log(MEMORY_LOG),
        "diagnostic report": read_diagnostic_report(REPORT),
        "heap limit": heap_limit(18, container=1 << 30),
        "prof log": read_prof_log(b"tick,0x1008,200,0,0x0,0"),
        "timeline": timeline(GC_LOG, MEMORY_LOG),
        "rss": rss(last),
        "native log": read_native_log(ROOT / "tests/data/native_logs/massif.out"),
        "capture": CaptureResult((CAPTURED,), {"process 288": (CAPTURED,)}, PLAN),
        "capture plan": PLAN,
        "heap profile": profiled[0],
        "heap profile diff": diff_heap_profiles(*profiled),
        "allocations": recorded.allocations(),
        "allocation ages": recorded.allocation_ages(),
        "native contexts": last.native_contexts(),
        "dead variables": last.dead_variables(),
        "allocation stack": recorded.node_at(traced).allocation_stack,
    }


def test_there_is_one_of_each_kind() -> None:
    for module in pkgutil.walk_packages(heapnb.__path__, "heapnb."):
        if module.name != "heapnb.__main__":
            importlib.import_module(module.name)
    assert {type(result) for result in results().values()} == set(_kinds(Shown))


def _kinds(base: type[Any]) -> Iterator[type[Any]]:
    """List the results below a class of the port, which are not of the port themselves."""
    for kind in base.__subclasses__():
        if kind.__module__ == Shown.__module__:
            yield from _kinds(kind)
        else:
            yield kind


def test_what_the_package_offers_shows_itself() -> None:
    values = [getattr(heapnb, name) for name in heapnb.__all__]
    kinds = [
        kind for kind in values if isinstance(kind, type) and kind.__module__ != "heapnb.errors"
    ]
    assert Snapshot in kinds
    for kind in kinds:
        has_both = any(hasattr(kind, name) for name in ("_repr_html_", "_repr_mimebundle_"))
        assert has_both or kind is Package, kind


def test_every_result_shows_itself() -> None:
    for name, result in results().items():
        text, html = result_text(result), result_html(result)
        reader = read(html)
        assert set(reader.tags) <= TAGS | SVG_TAGS | CHART_TAGS, name
        assert repr(result) == text
        assert len(text.splitlines()) >= 3, name
        # Numbers are not cut, and cohorts have several columns of them for each snapshot.
        assert max(map(len, text.splitlines())) <= (120 if name == "cohorts" else 100), name
        assert result._repr_html_() == html  # type: ignore[attr-defined]  # all have it


def test_a_diagnosis_says_what_leaks_and_draws_it() -> None:
    diagnosis = results()["diagnosis"]
    html = result_html(diagnosis)
    assert '<span class="hn-badge hn-leak">leak</span>' in html
    assert "100 → 200 → 400" in html
    assert "<svg" in html
    assert "Session" in result_text(diagnosis)


def test_names_between_back_ticks_are_code() -> None:
    suspect = diagnose(list(sample_series("module_array_cache"))).suspects[0]
    html = result_html(suspect)
    [chain] = re.findall(r'<p class="hn-chain">.*?</p>', html, re.DOTALL)
    [facts] = re.findall(r"<dl.*?</dl>", html, re.DOTALL)
    assert "module variable <code>recentSearches</code> of " in chain
    assert "the module variable <code>recentSearches</code> of " in facts
    assert "`" not in chain + facts
