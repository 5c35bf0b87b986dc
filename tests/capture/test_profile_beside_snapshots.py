"""A real program that leaks, its snapshots and its heap profile: the sentence is right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import heapnb as hn
from tests.capture.running import node_running

pytestmark = pytest.mark.node

PROGRAM = """
const results = new Map();
const audit = [];
class Result { constructor(words) { this.words = words; } }
class Entry { constructor(text) { this.text = text; } }
function search(query) {
  results.set(query, new Result(new Array(2000).fill(query)));
  return results.get(query);
}
function record(query) { audit.push(new Entry(new Array(1000).fill(query))); }
function garbage() { return new Array(300).fill(0).map((_, i) => `word ${i}`); }
let count = 0;
setInterval(() => {
  search(`query ${++count}`); record(count); garbage();
}, 10);
console.log("ready");
"""
"""`search` keeps 16 kB, and `record` 8 kB, of each round: two thirds and one third."""

# A compiler that inlines `search` counts its allocations for its caller.
FLAGS = ("--inspect-port=0", "--jitless")

SHARE = 2 / 3
TOLERANCE = 0.1
"""Of several hundred samples."""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> tuple[hn.Diagnosis, Path]:
    folder = tmp_path_factory.mktemp("program")
    with node_running(PROGRAM, folder, *FLAGS) as process:
        (profile,) = hn.capture(
            process.pid, kind="heap-profile", seconds=3, sampling=8192, out=folder / "profile"
        ).files
        taken = hn.capture(process.pid, series=3, after=1, out=folder / "snapshots")
    found = hn.diagnose(taken.files, heap_profile=profile, source_root=folder, cache=False)
    return found, profile


def shares(text: str) -> list[float]:
    return [float(one) / 100 for one in re.findall(r"(\d+(?:\.\d)?)% of the live bytes", text)]


def test_each_suspect_says_what_its_function_allocated(case: tuple[hn.Diagnosis, Path]) -> None:
    diagnosis, _ = case
    assert diagnosis.verdict == "leak"
    said = {suspect.class_name: suspect for suspect in diagnosis.suspects}
    for class_name, function, share in (
        ("Result", "search", SHARE),
        ("Entry", "record", 1 - SHARE),
    ):
        suspect = said[class_name]
        assert suspect.added_at[0].function == function
        assert suspect.sampled_at is not None
        assert suspect.sampled_at.function in {function, class_name}
        assert suspect.sampled_at.share == pytest.approx(share, abs=TOLERANCE)
        [written] = shares(suspect.explanation)
        assert written == pytest.approx(suspect.sampled_at.share, abs=0.001)
    assert "were allocated in `search` (" in said["Result"].explanation


def test_garbage_does_not_count(case: tuple[hn.Diagnosis, Path]) -> None:
    # Most of what the program allocates is in `garbage`, and nothing of it stays.
    diagnosis, profile = case
    table = hn.read_heap_profile(profile).table.set_index("function")
    assert table["sampled_share"].get("garbage", 0) < 0.05
    assert diagnosis.sampled is not None
    assert diagnosis.sampled.function == "search"
    assert shares(diagnosis.reason)[0] == pytest.approx(SHARE, abs=TOLERANCE)


def test_the_report_has_both(case: tuple[hn.Diagnosis, Path], tmp_path: Path) -> None:
    diagnosis, _ = case
    html = hn.report(diagnosis, tmp_path / "report.html").read_text()
    assert "By the sampled heap profile, " in html
    assert "<title>search\n" in html.partition('id="sampled"')[2]
