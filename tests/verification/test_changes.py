"""Fixes and upgrades of the sample programs, and of series that differ in one respect."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

import heapnb as hn
from heapnb.analysis.diagnosis.suspects import Diagnosis
from heapnb.analysis.verification.cases import snapshots_of
from heapnb.analysis.verification.changes import Obstacle
from heapnb.analysis.verification.matching import Matched
from heapnb.errors import HeapnbError, SnapshotNotFoundError
from heapnb.testing import SnapshotBuilder, assert_fixed
from tests.conftest import ROOT, fixed_series, sample_cases, sample_series

FIXED = [case for case in sample_cases() if (ROOT / "sample_snapshots" / case / "fixed").is_dir()]


@pytest.fixture(scope="module")
def leaking() -> Diagnosis:
    return hn.diagnose(sample_series("undeclared_global"))


@pytest.fixture(scope="module")
def healthy() -> Diagnosis:
    return hn.diagnose(fixed_series("undeclared_global"))


def growing(
    counts: list[int],
    *,
    holder: str = "cache",
    node: str = "Entry",
    work: list[float] | None = None,
) -> Diagnosis:
    """Diagnose a program that keeps so many objects in each snapshot."""
    return hn.diagnose(hn.load_series(heaps(counts, holder, node), work=work))


def heaps(counts: list[int], holder: str = "cache", node: str = "Entry") -> list[hn.Snapshot]:
    """Build the heaps of a program with so many objects in a property of the global object."""
    found = []
    for moment, most in enumerate(itertools.accumulate(counts, max)):
        text = f"root^1>global global.{holder}>list list/elements>table global.moment>moment"
        builder = SnapshotBuilder.from_edges(text).node("list", name="Array")
        builder.node("table", type="array")
        # The largest id tells the order of the snapshots.
        builder.node("moment", node_id=993 + 10 * most + 2 * moment)
        for i in range(counts[moment]):
            builder.node(f"e{i}", name=node, size=200, node_id=1001 + 10 * i)
            builder.edge("table", f"e{i}", i, type="hidden")
            builder.edge("list", f"e{i}", i, type="element")
        found.append(builder.snapshot(name=f"moment {moment}"))
    return found


@pytest.mark.parametrize("case", FIXED)
def test_the_fixed_samples_are_fixed(case: str) -> None:
    before, after = hn.diagnose(sample_series(case)), hn.diagnose(fixed_series(case))
    found = hn.verify_fix(before, after)
    assert found.verdict == "fixed"
    assert found.is_proven
    assert hn.compare_versions(before, after).verdict == "better"
    assert hn.compare_versions(after, before).verdict == "worse"


@pytest.mark.parametrize("case", FIXED)
def test_nothing_changed_is_not_fixed(case: str) -> None:
    before = hn.diagnose(sample_series(case))
    found = hn.verify_fix(before, before)
    assert found.verdict == "not-fixed"
    assert {leak.matched for leak in found.leaks} == {Matched.FINGERPRINT}
    assert hn.compare_versions(before, before).verdict == "same"


def test_a_healthy_program_has_nothing_to_verify(leaking: Diagnosis, healthy: Diagnosis) -> None:
    found = hn.verify_fix(healthy, leaking)
    assert (found.verdict, found.obstacle) == ("cannot-tell", Obstacle.NO_LEAK)
    assert [one.class_name for one in found.new] == ["TraceSpan"]
    assert "nothing to verify" in found.reason
    assert "adds a leak" in found.reason


def test_few_snapshots_cannot_tell(leaking: Diagnosis) -> None:
    two = hn.diagnose(fixed_series("undeclared_global")[:2])
    found = hn.verify_fix(leaking, two)
    assert found.obstacle is Obstacle.TOO_FEW_SNAPSHOTS
    assert "2 snapshots" in found.reason
    assert not found.is_proven


def test_snapshots_of_several_processes_cannot_tell(leaking: Diagnosis, healthy: Diagnosis) -> None:
    several = replace(healthy, series=replace(healthy.series, one_process=False))
    assert hn.verify_fix(leaking, several).obstacle is Obstacle.SEVERAL_PROCESSES


def test_a_slower_leak_is_improved() -> None:
    before = growing([100, 300, 500], work=[10, 30, 50])
    after = growing([100, 150, 200], work=[10, 30, 50])
    found = hn.verify_fix(before, after)
    assert found.verdict == "improved"
    assert found.leaks[0].ratio == pytest.approx(0.25)
    assert found.table["rate_after"].tolist() == [2.5]
    back = hn.compare_versions(after, before)
    assert back.verdict == "worse"
    assert back.leaks[0].is_faster


def test_more_work_is_not_a_faster_leak() -> None:
    before = growing([100, 200, 300], work=[10, 20, 30])
    after = growing([100, 500, 900], work=[10, 50, 90])
    assert hn.compare_versions(before, after).verdict == "same"
    assert hn.verify_fix(before, after).verdict == "not-fixed"


def test_too_little_work_cannot_tell() -> None:
    before = growing([100, 300, 500], work=[100, 300, 500])
    after = growing([100, 100, 100], work=[100, 102, 104])
    found = hn.verify_fix(before, after)
    assert found.obstacle is Obstacle.TOO_LITTLE_WORK
    assert found.leaks[0].expected == pytest.approx(2)
    enough = growing([100, 100, 100], work=[100, 300, 500])
    assert hn.verify_fix(before, enough).verdict == "fixed"


def test_objects_held_elsewhere_are_the_same_leak() -> None:
    found = hn.verify_fix(growing([100, 300, 500]), growing([100, 300, 500], holder="queue"))
    assert found.verdict == "not-fixed"
    assert found.leaks[0].matched is Matched.CLASS
    assert not found.new


def test_a_renamed_class_is_the_same_leak() -> None:
    before = growing([100, 300, 500])
    found = hn.verify_fix(before, growing([100, 300, 500], holder="a", node="b"))
    assert found.leaks[0].matched is Matched.KIND
    assert found.verdict == "not-fixed"


def test_other_units_of_work_for_each_series(tmp_path: Path) -> None:
    folders = []
    for name, series in (("a", sample_series), ("b", fixed_series)):
        folder = tmp_path / name
        folder.mkdir()
        folders.append(folder)
        for path in series("undeclared_global"):
            (folder / path.name).symlink_to(path)
    # The order of names: after1, after2, before.
    work = [540, 1440, 90]
    found = hn.verify_fix(*folders, work=work)
    assert found.changes.axis.per == "unit"
    assert found.leaks[0].rate_before.value == 1
    assert not found.warnings
    half = hn.verify_fix(*folders, work=work, work_after=[value / 2 for value in work])
    assert half.leaks[0].rate_after is not None
    assert found.leaks[0].rate_after is not None
    assert half.leaks[0].rate_after.value == 2 * found.leaks[0].rate_after.value


def test_classes_add_up(leaking: Diagnosis, healthy: Diagnosis) -> None:
    table = hn.compare_versions(leaking, healthy).table
    for suffix, diagnosis in (("before", leaking), ("after", healthy)):
        last = diagnosis.series.snapshots[-1]
        assert table[f"size_{suffix}"].sum() == last.classes.shallow_size.sum()
        assert table[f"count_{suffix}"].sum() == last.classes.count.sum()
    row = table.set_index("class_name").loc["TraceSpan"]
    assert (row["count_before"], row["count_after"]) == (1440, 200)


def test_a_busy_snapshot_does_not_count() -> None:
    work = [10, 20, 20, 30]
    series = hn.load_series(heaps([10, 40, 11, 12]), work=work)
    assert len(series) == 3
    [busy] = series.busy
    assert busy.released_size == 29 * 200
    [row] = series.work_under_way().to_dict("records")
    assert row == {
        "class_name": "Entry",
        "busy_count": 40,
        "rest_count": 11,
        "released_count": 29,
        "released_size": 5800,
    }
    assert hn.load_series(heaps([10])).work_under_way().empty
    assert "busy snapshot" in repr(hn.verify_fix(series, series))


def test_folders_and_patterns(tmp_path: Path) -> None:
    for name in ("s10.heapsnapshot", "s2.heapsnapshot.gz", ".s3.heapsnapshot", "notes.txt"):
        (tmp_path / name).touch()
    names = [Path(path).name for path in snapshots_of(tmp_path)]
    assert names == ["s2.heapsnapshot.gz", "s10.heapsnapshot"]
    assert len(snapshots_of(f"{tmp_path}/s*.heapsnapshot")) == 1
    with pytest.raises(HeapnbError, match="no file matches"):
        snapshots_of(f"{tmp_path}/x*")
    with pytest.raises(HeapnbError, match="is one file"):
        snapshots_of(tmp_path / "notes.txt")
    with pytest.raises(SnapshotNotFoundError):
        snapshots_of(tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    with pytest.raises(HeapnbError, match="contains no snapshots"):
        snapshots_of(tmp_path / "empty")


def test_a_missing_folder_is_refused_before_a_heap_is_read(tmp_path: Path) -> None:
    with pytest.raises(SnapshotNotFoundError):
        hn.verify_fix(tmp_path / "absent", sample_series("undeclared_global"))


def test_the_assertion_names_what_still_grows(leaking: Diagnosis, healthy: Diagnosis) -> None:
    assert assert_fixed(leaking, healthy).verdict == "fixed"
    with pytest.raises(AssertionError, match=r"Still growing.*TraceSpan"):
        assert_fixed(leaking, leaking)


def test_a_fix_that_adds_a_leak_fails(leaking: Diagnosis, healthy: Diagnosis) -> None:
    other = hn.diagnose(sample_series("detached_dom"))
    mixed = replace(healthy, verdict="leak", suspects=other.suspects)
    found = hn.verify_fix(leaking, mixed)
    assert found.verdict == "fixed"
    assert not found.is_proven
    assert hn.compare_versions(leaking, mixed).verdict == "mixed"
    assert found.table["fix_verdict"].tolist() == ["fixed", "new"]


def test_the_sentences_have_the_numbers(leaking: Diagnosis, healthy: Diagnosis) -> None:
    text = repr(hn.verify_fix(leaking, healthy))
    assert "90 → 540 → 1,440 before; 90 → 200 → 200 after" in text.replace("\n  ", " ")
    assert "675 (450 to 900) before" in text.replace("\n  ", " ")
    html = hn.verify_fix(leaking, healthy)._repr_html_()
    assert html.count("<svg") >= 2
