"""Every sample program is diagnosed as its author knows it to be."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import zstandard

import heapnb as hn
from heapnb.analysis.diagnosis.suspects import Diagnosis
from tests.conftest import ROOT, fixed_series, sample_cases, sample_series


@cache
def case_of(name: str) -> dict[str, Any]:
    text = (ROOT / "sample_snapshots" / name / "case.json").read_text(encoding="utf-8")
    case: dict[str, Any] = json.loads(text)
    return case


@cache
def diagnosis_of(name: str) -> Diagnosis:
    return hn.diagnose(sample_series(name))


LEAKING = [name for name in sample_cases() if case_of(name)["expected"]["verdict"] == "leak"]
HEALTHY = [name for name in sample_cases() if name not in LEAKING]

WITHOUT_DOUBT = 0.9
SOME_DOUBT = 0.6
"""Of what is worked off all the time, though too slowly, it is less sure that it is a leak."""


def is_subsequence(wanted: Sequence[str], chain: Sequence[str]) -> bool:
    rest = iter(chain)
    return all(step in rest for step in wanted)


@pytest.mark.parametrize("name", sample_cases())
def test_verdict(name: str) -> None:
    assert diagnosis_of(name).verdict == case_of(name)["expected"]["verdict"]


@pytest.mark.parametrize("name", HEALTHY)
def test_nothing_is_suspected_in_a_healthy_program(name: str) -> None:
    diagnosis = diagnosis_of(name)
    assert diagnosis.suspects == ()
    levelled = case_of(name)["expected"]["levels_off"][0]
    assert levelled["class_name"] in diagnosis.reason
    assert " → ".join(map(str, levelled["count_per_snapshot"])) in diagnosis.reason


@pytest.mark.parametrize("name", LEAKING)
def test_the_mended_program_is_healthy(name: str) -> None:
    diagnosis = hn.diagnose(fixed_series(name))
    assert diagnosis.verdict == "no-leak"
    assert diagnosis.suspects == ()


@pytest.mark.parametrize("name", LEAKING)
def test_what_is_mended_is_part_of_the_program(name: str) -> None:
    folder = ROOT / "sample_snapshots" / name
    mended = [path for path in (folder / "fixed" / "app").rglob("*") if path.is_file()]
    assert mended
    for path in mended:
        original = folder / "app" / path.relative_to(folder / "fixed" / "app")
        assert original.read_text(encoding="utf-8") != path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LEAKING)
def test_first_suspect(name: str) -> None:
    case = case_of(name)
    expected = case["expected"]
    suspect = diagnosis_of(name).suspects[0]
    assert suspect.kind == case["kind"]
    counts = {
        (leaked["class_name"], tuple(leaked["count_per_snapshot"])) for leaked in expected["leaked"]
    }
    assert (suspect.class_name, suspect.count_per_snapshot) in counts
    assert suspect.count_delta == suspect.count_per_snapshot[-1] - suspect.count_per_snapshot[0]
    assert suspect.location is not None
    added = expected.get("added_at")
    places = (expected["location"], *expected["other_locations"])
    assert suspect.location.endswith(places if added is None else added)
    assert [place.location for place in suspect.added_at[:1]] == [suspect.location] * bool(added)
    anchor = expected["anchor"]
    assert any(name in suspect.anchor for name in (anchor["name"], *anchor["other_names"]))
    assert suspect.held_by == anchor["held_by"]
    assert is_subsequence(expected["chain"], suspect.chain)
    assert suspect.chain[0] == "(GC roots)"
    assert len(suspect.chain) < 40
    least = SOME_DOUBT if suspect.members != "kept" else WITHOUT_DOUBT
    assert suspect.confidence > least
    assert suspect.retained_delta > 0
    if suspect.container_id is not None:
        # What DevTools shows for this object, and what removing the reference to it frees.
        node = suspect.path.heap.ordinal_of(suspect.container_id)
        retained = int(suspect.path.heap.retained_size[node])
        assert suspect.retained_per_snapshot[-1] == retained == suspect.culprits.freed_size
    assert 0.5 < suspect.share <= 1


def test_of_a_queue_it_is_not_said_that_everything_stays() -> None:
    assert "faster than they are processed" in diagnosis_of("queue_backlog").reason
    assert "none of the earlier ones was released" in diagnosis_of("module_array_cache").reason


@pytest.mark.parametrize("name", LEAKING)
def test_the_example_is_what_the_path_leads_to(name: str) -> None:
    diagnosis = diagnosis_of(name)
    suspect = diagnosis.suspects[0]
    graph = diagnosis.series.last
    example = graph.ordinal_of(suspect.node_id)
    if case_of(name)["expected"].get("in_browser", False):
        # The function is told by the object of the browser that registers it.
        assert graph.class_name(example) == "blink::RegisteredEventListener"
    else:
        assert graph.class_name(example) == suspect.class_name
    assert suspect.path.target == example
    assert suspect.path.steps[0].ordinal == graph.root
    assert example in suspect.nodes


@pytest.mark.parametrize("name", LEAKING)
def test_no_one_else_is_accused(name: str) -> None:
    confident = [s for s in diagnosis_of(name).suspects if s.confidence >= 0.5]
    assert len(confident) == 1


@pytest.mark.parametrize("name", LEAKING)
def test_explanation_and_fix_name_the_culprit(name: str) -> None:
    anchor = case_of(name)["expected"]["anchor"]
    suspect = diagnosis_of(name).suspects[0]
    for text in (suspect.explanation, suspect.fix):
        assert any(word in text for word in (anchor["name"], *anchor["other_names"])) or (
            suspect.kind == "unbounded-memoize"
        )


@pytest.mark.parametrize("name", sample_cases())
def test_a_single_snapshot_decides_nothing(name: str) -> None:
    diagnosis = hn.diagnose(sample_series(name)[-1])
    assert diagnosis.verdict == "undecided"
    if name in LEAKING:
        kind = case_of(name)["kind"]
        # That things are taken from a queue shows from the second snapshot on.
        assert diagnosis.suspects[0].kind == kind.replace("backlog", "unbounded-array")


@pytest.mark.parametrize("name", sample_cases())
def test_two_snapshots_name_a_suspect_and_ask_for_a_third(name: str) -> None:
    diagnosis = hn.diagnose(sample_series(name)[:2])
    assert diagnosis.verdict == "undecided"
    assert "third" in diagnosis.reason
    if name in LEAKING:
        assert diagnosis.suspects[0].kind == case_of(name)["kind"]


def test_the_same_file_twice_is_one_snapshot() -> None:
    first = sample_series("module_array_cache")[0]
    diagnosis = hn.diagnose([first, first])
    assert len(diagnosis.series) == 1
    assert diagnosis.verdict == "undecided"
    assert "same snapshot" in diagnosis.warnings[0]


def test_files_in_the_wrong_order_are_put_in_order() -> None:
    paths = sample_series("module_array_cache")
    diagnosis = hn.diagnose([paths[2], paths[0], paths[1]])
    assert diagnosis.verdict == "leak"
    assert diagnosis.suspects[0].count_per_snapshot == (30, 180, 480)
    assert any("order" in warning for warning in diagnosis.warnings)


def test_different_processes_decide_nothing() -> None:
    paths = [sample_series("healthy_levels_off")[0], *sample_series("module_array_cache")[1:]]
    diagnosis = hn.diagnose(paths)
    assert diagnosis.verdict != "leak"
    assert not diagnosis.series.one_process


def test_json_has_the_fixed_shape() -> None:
    answer = diagnosis_of("listener_per_request").to_dict()
    assert list(answer) == ["verdict", "reason", "suspects"]
    assert list(answer["suspects"][0]) == [
        "rank",
        "kind",
        "class_name",
        "count_per_snapshot",
        "retained_per_snapshot",
        "count_delta",
        "retained_delta",
        "confidence",
        "chain",
        "anchor",
        "location",
        "node_id",
        "explanation",
        "fix",
        "share",
        "attributed_per_snapshot",
        "container_id",
        "within",
        "alternatives",
        "consequences",
        "rate",
        "known",
        "library",
        "origin",
        "added_at",
        "removed_at",
        "searched_files",
        "allocated_at",
    ]
    assert json.loads(json.dumps(answer)) == answer


@pytest.mark.parametrize("name", LEAKING)
def test_survivors_and_growth_point_the_same_way(name: str) -> None:
    leaked = case_of(name)["expected"]["leaked"][0]
    series = diagnosis_of(name).series
    came = leaked["count_per_snapshot"][1] - leaked["count_per_snapshot"][0]
    survivors = series.survivors().table
    of_class = survivors[survivors["class_name"] == leaked["class_name"]]
    assert of_class["count"].sum() >= came
    growth = series.growth()
    row = growth[growth["class_name"] == leaked["class_name"]]
    if leaked["class_name"] != "Function":
        assert row[["count_1", "count_2", "count_3"]].sum().tolist() == leaked["count_per_snapshot"]


def with_a_bad_file(kind: str, folder: Path) -> list[Path]:
    """Return the series of a leak with one more file, which cannot be read, among them."""
    paths = [Path(path) for path in sample_series("module_array_cache")]
    bad = folder / "bad.heapsnapshot"
    if kind == "cut off":
        bad.write_bytes(b'{"snapshot":{"meta":{}')
    elif kind == "text":
        bad.write_text("Error: out of memory\n", encoding="utf-8")
    elif kind == "broken zstd":
        bad = folder / "bad.heapsnapshot.zst"
        bad.write_bytes(paths[0].read_bytes()[:5000])
    elif kind == "broken gzip":
        bad = folder / "bad.heapsnapshot.gz"
        bad.write_bytes(b"\x1f\x8b\x08\x00rubbish")
    elif kind == "empty":
        bad.write_bytes(b"")
    elif kind == "folder":
        bad.mkdir()
    else:
        assert kind == "missing"
    return [*paths[:2], bad, *paths[2:]]


BAD_FILES = ["cut off", "text", "broken zstd", "broken gzip", "empty", "folder", "missing"]


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_file_that_cannot_be_read_is_named_and_left_out(kind: str, tmp_path: Path) -> None:
    diagnosis = hn.diagnose(with_a_bad_file(kind, tmp_path))
    assert diagnosis.verdict == "leak"
    assert diagnosis.suspects[0].count_per_snapshot == (30, 180, 480)
    (warning,) = diagnosis.warnings
    assert warning.startswith("bad.heapsnapshot")
    assert "is left out" in warning


def test_a_truncated_file_is_read_on_request(tmp_path: Path) -> None:
    *whole, last = [Path(path) for path in sample_series("module_array_cache")]
    content = zstandard.ZstdDecompressor().decompressobj().decompress(last.read_bytes())
    cut = tmp_path / "cut.heapsnapshot"
    cut.write_bytes(content[: len(content) * 99 // 100])
    assert len(hn.load_series([*whole, cut])) == 2
    series = hn.load_series([*whole, cut], salvage=True)
    assert len(series) == 3
    assert any("cut.heapsnapshot" in text and "truncated" in text for text in series.warnings)


@pytest.mark.parametrize("kind", BAD_FILES)
def test_nothing_but_files_that_cannot_be_read(kind: str, tmp_path: Path) -> None:
    bad = with_a_bad_file(kind, tmp_path)[2]
    with pytest.raises((hn.HeapnbError, OSError), match="bad"):
        hn.diagnose([bad, bad])


def test_a_file_given_twice_among_others_counts_once() -> None:
    paths = sample_series("module_array_cache")
    diagnosis = hn.diagnose([paths[0], paths[1], paths[1], paths[2]])
    assert diagnosis.verdict == "leak"
    assert diagnosis.suspects[0].count_per_snapshot == (30, 180, 480)
    assert sum("same snapshot" in warning for warning in diagnosis.warnings) == 1


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_any_order_is_put_right(order: tuple[int, ...]) -> None:
    paths = sample_series("listener_per_request")
    diagnosis = hn.diagnose([paths[place] for place in order])
    assert diagnosis.suspects[0].count_per_snapshot == (20, 100, 260)
    assert any("order" in warning for warning in diagnosis.warnings) == (order != (0, 1, 2))


def test_different_programs_decide_nothing() -> None:
    before = sample_series("healthy_levels_off")[0]
    diagnosis = hn.diagnose([before, sample_series("module_array_cache")[-1]])
    assert diagnosis.verdict == "undecided"
    assert any("not from one process" in warning for warning in diagnosis.warnings)
