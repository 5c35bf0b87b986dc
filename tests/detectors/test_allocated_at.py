"""A suspect says where its objects were allocated, if the snapshots have call stacks."""

from __future__ import annotations

import dataclasses
import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

import heapnb as hn
from heapnb.analysis.allocation.allocated_at import AllocatedAt, allocated_at
from heapnb.graph import HeapGraph
from heapnb.graph.traces import Frame, trace_of
from heapnb.reports import markdown_report
from heapnb.testing import SnapshotBuilder
from heapnb.views.wording.allocations import allocated_sentence
from tests.conftest import ROOT
from tests.node_versions import runtime

DATA = ROOT / "tests" / "data" / "allocations"
FRAMES = (
    Frame("push"),
    Frame("add", "/srv/app/lib/cart.js", 12, 6),
    Frame("run", "/srv/a.js", 3, 1),
)
SHARES = ("share", "inlined_share")
ADDED = "of them were allocated in `add()` (`lib/cart.js:12`)"


@pytest.fixture(scope="module")
def suspect() -> hn.Suspect:
    diagnosis = hn.diagnose(DATA / "node-22.heaptimeline.zst", cache=False, progress=False)
    return diagnosis.suspects[0]


def test_the_function_and_its_callers(suspect: hn.Suspect) -> None:
    found = suspect.allocated_at
    assert found is not None
    assert (found.function, found.location) == ("makeSession", "/srv/shop/shop.js:17:21")
    assert found.share == 1
    assert found.callers[:2] in {("login", "request"), ("restore", "request")}
    sentence = "All of them were allocated in `makeSession()` (`shop/shop.js:17`), called by "
    assert sentence in suspect.explanation


def test_json_text_and_html_have_the_stack(suspect: hn.Suspect) -> None:
    values = json.loads(json.dumps(suspect.to_dict()["allocated_at"]))
    assert list(values) == ["function", "location", "file", "line", "column", *SHARES, "stack"]
    assert [frame["function"] for frame in values["stack"]][:2] == ["makeSession", "login"]
    text = " ".join(repr(suspect).split())
    assert "Allocated by: makeSession (/srv/shop/shop.js:17:21) ←" in text
    assert "makeSession (/srv/shop/shop.js:17:21)" in suspect._repr_html_()


def test_the_report_draws_the_stack(suspect: hn.Suspect, tmp_path: Path) -> None:
    file = DATA / "node-22.heaptimeline.zst"
    html = tmp_path / "report.html"
    hn.report(file, html)
    text = html.read_text(encoding="utf-8")
    stack = text.partition('<ol class="stack">')[2].partition("</ol>")[0]
    assert stack.count("<li>") == len(suspect.allocated_at.stack)  # type: ignore[union-attr]
    assert "makeSession (/srv/shop/shop.js:17:21)" in stack
    assert "1. `makeSession (/srv/shop/shop.js:17:21)`" in markdown_report(str(file))


def test_what_most_share_wins_and_old_objects_count(suspect: hn.Suspect) -> None:
    heap = suspect.path.heap
    traces = trace_of(heap)
    untraced = np.flatnonzero(traces < 0)
    found = allocated_at(heap, np.concatenate([suspect.nodes, untraced[: len(suspect.nodes)]]))
    assert found is not None
    assert found.share == 0.5
    assert allocated_at(heap, untraced) is None
    assert allocated_at(heap, np.empty(0, np.int64)) is None


def test_without_call_stacks_and_with_damaged_ones(suspect: hn.Suspect) -> None:
    plain = SnapshotBuilder.from_edges("root>a").graph()
    assert allocated_at(plain, np.array([1])) is None
    raw = dataclasses.replace(suspect.path.heap.raw, trace_tree=b"[1,")
    damaged = hn.diagnose(HeapGraph(raw), progress=False)
    assert damaged.suspects[0].allocated_at is None


@pytest.mark.parametrize(
    ("share", "callers", "expected"),
    [
        (1.0, ("run",), f"All {ADDED}, called by `run()`."),
        (0.52, (), f"52.0% {ADDED}."),
        (0.52, ("(anonymous)",), f"52.0% {ADDED}."),
    ],
)
def test_the_sentence(share: float, callers: tuple[str, ...], expected: str) -> None:
    frame = FRAMES[1]
    facts = AllocatedAt(
        frame.function, frame.file, frame.line, frame.column, share, 0.0, callers, FRAMES
    )
    assert allocated_sentence(facts) == expected
    inlined = dataclasses.replace(facts, share=0.3, inlined_share=0.6)
    text = allocated_sentence(inlined)
    assert text.startswith(f"30.0% {ADDED}")
    assert text.endswith("60.0% in functions that call it, into which V8 has probably inlined it.")


@pytest.mark.node
@pytest.mark.slow
@pytest.mark.parametrize("version", ["18", "22", "26"])
def test_a_series_that_was_recorded(version: str, tmp_path: Path) -> None:
    program = str(DATA / "series.cjs")
    subprocess.run([runtime(version), program, str(tmp_path)], check=True, timeout=60)
    files = sorted(tmp_path.glob("*.heapsnapshot"))
    diagnosis = hn.diagnose(files, cache=False, progress=False)
    assert diagnosis.verdict == "leak"
    found = diagnosis.suspects[0].allocated_at
    assert found is not None
    # The compiler inlines functions: what it inlined counts as the caller.
    assert found.function in {"makeSession", "login", "request", "work", "Cart", "walk"}
    assert found.location is not None
    assert found.location.startswith(str(DATA / "shop.js"))
    assert found.share + found.inlined_share > 0.3
