"""``heapnb diagnose`` in a build: baselines, annotations, exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from heapnb.testing import SnapshotBuilder
from tests.cli.conftest import Run
from tests.conftest import sample_series

LEAKING, HEALTHY = sample_series("listener_per_request"), sample_series("healthy_levels_off")


@pytest.fixture
def baseline(tmp_path: Path, run: Run) -> Path:
    path = tmp_path / "known.json"
    answer = run("diagnose", *LEAKING, "--baseline", path, "--update-baseline", "--fail-on-leak")
    assert answer.exit_code == 0
    assert "lists 1 known leak" in answer.err
    return path


def test_only_new_leaks_fail(run: Run, baseline: Path) -> None:
    answer = run("diagnose", *LEAKING, "--baseline", baseline, "--fail-on-leak")
    assert answer.exit_code == 0
    assert "KNOWN" in answer.out
    other = sample_series("module_array_cache")
    answer = run("diagnose", *other, "--baseline", baseline, "--fail-on-leak")
    assert answer.exit_code == 1
    assert "NEW" in answer.out
    assert "FIXED" in answer.out
    assert run("diagnose", *other, "--baseline", baseline).exit_code == 0


def test_json_says_the_same(run: Run, baseline: Path) -> None:
    answer = run("diagnose", *HEALTHY, "--baseline", baseline, "--json")
    compared = answer.json["baseline"]
    assert compared["new"] == compared["known"] == []
    [fixed] = compared["fixed"]
    assert fixed["kind"] == "event-listeners"
    assert set(fixed) == {"fingerprint", "kind", "class_name", "anchor", "location"}
    assert "baseline" not in run("diagnose", *HEALTHY, "--json").json


def test_an_update_forgets_what_is_fixed(run: Run, baseline: Path) -> None:
    assert run("diagnose", *HEALTHY, "--baseline", baseline, "--update-baseline").exit_code == 0
    answer = run("diagnose", *LEAKING, "--baseline", baseline, "--fail-on-leak")
    assert answer.exit_code == 1


def test_undecided_snapshots_do_not_update(run: Run, baseline: Path) -> None:
    before = baseline.read_bytes()
    answer = run("diagnose", *LEAKING[:1], "--baseline", baseline, "--update-baseline")
    assert answer.exit_code == 2
    assert "is unchanged" in answer.err
    assert baseline.read_bytes() == before


def test_wrong_use(run: Run, tmp_path: Path) -> None:
    assert "needs --baseline" in run("diagnose", *HEALTHY, "--update-baseline").complaint
    missing = tmp_path / "none.json"
    assert "no baseline" in run("diagnose", *HEALTHY, "--baseline", missing).complaint
    missing.write_text("{")
    assert "not a baseline" in run("diagnose", *HEALTHY, "--baseline", missing).complaint


def test_annotations_point_at_the_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = tmp_path / "lib" / "orderHandler.js"
    source.parent.mkdir()
    source.touch()
    monkeypatch.chdir(tmp_path)
    [line] = [
        line
        for line in run("diagnose", *LEAKING, "--github").out.splitlines()
        if line.startswith("::")
    ]
    assert line.startswith("::error title=memory leak of Function (event-listeners),")
    assert ",file=lib/orderHandler.js,line=19,col=27::" in line
    assert "Fix%3A" not in line
    assert " Fix: " in line


def test_annotations_without_the_file_name_the_place(
    run: Run, baseline: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = run("diagnose", *LEAKING, "--github", "--json", "--baseline", baseline)
    [line] = [line for line in answer.err.splitlines() if line.startswith("::")]
    assert line.startswith("::warning title=KNOWN%3A memory leak of Function (event-listeners)::")
    assert "lib/orderHandler.js:19:27" in line
    assert "baseline" in answer.json


def test_annotations_of_the_healthy_and_the_fixed(run: Run, baseline: Path) -> None:
    lines = run("diagnose", *HEALTHY, "--github", "--baseline", baseline).out.splitlines()
    verdict, fixed = [line for line in lines if line.startswith("::")]
    assert verdict.startswith("::notice title=heapnb%3A no-leak::")
    assert fixed.startswith("::notice title=FIXED%3A memory leak of Function (event-listeners)::")


def test_hostile_names_stay_in_their_annotation(run: Run, tmp_path: Path) -> None:
    name = "Entry%0A::error::owned\n::error::owned"
    files = [tmp_path / f"{number}.heapsnapshot" for number in (1, 2, 3)]
    for number, file in enumerate(files, 1):
        builder = SnapshotBuilder.from_edges("root.store>Array")
        builder.node("kept", node_id=10_001)
        for index in range(60 * number):
            builder.node(f"entry {index}", name=name, size=4096, node_id=20_001 + 2 * index)
            builder.edge("Array", f"entry {index}", index, type="element")
        file.write_bytes(builder.to_bytes())
    lines = run("diagnose", *files, "--github").out.splitlines()
    found = [line for line in lines if line.startswith("::")]
    assert found
    assert not any(line.startswith("::error::") for line in found)
    assert "Entry%250A" in found[0]


def test_unreadable_files_fail_a_build(run: Run, series: list[Path], tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.heapsnapshot"
    damaged.write_text("{}")
    assert run("diagnose", *series, damaged).exit_code == 0
    answer = run("diagnose", *series, damaged, "--fail-on-leak")
    assert answer.exit_code == 2
    assert "damaged.heapsnapshot" in answer.complaint


def test_a_report_prints_its_verdict_and_its_path(
    run: Run, series: list[Path], tmp_path: Path
) -> None:
    target = tmp_path / "report.html"
    first, last = run("report", *series, "-o", target).out.splitlines()
    assert first.startswith("leak: ")
    assert last == f"Report: {target}"
