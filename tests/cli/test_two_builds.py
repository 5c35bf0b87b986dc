"""``verify-fix``, ``compare-versions`` and ``history``: exit codes, JSON, and the job summary."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.conftest import ROOT

BEFORE = ROOT / "sample_snapshots" / "undeclared_global"
AFTER = BEFORE / "fixed"


def test_verify_fix(run: Run) -> None:
    answer = run("verify-fix", BEFORE, AFTER, "--json", "--fail-unless-fixed")
    assert answer.exit_code == 0
    assert answer.json["verdict"] == "fixed"
    [leak] = answer.json["leaks"]
    assert (leak["values_before"], leak["values_after"]) == ([90, 540, 1440], [90, 200, 200])
    assert answer.json["heap"]["rate_before"]["per"] == "interval"
    assert set(answer.json) == {"verdict", "reason", "per", "leaks", "new", "heap", "warnings"}


def test_patterns_units_of_work_and_the_exit_code(run: Run) -> None:
    pattern = f"{BEFORE}/*.heapsnapshot.*"
    answer = run("verify-fix", pattern, pattern, "--work", "540,1440,90", "--fail-unless-fixed")
    assert answer.exit_code == 1
    assert "Growth per unit: 1 before, 1 after." in " ".join(answer.out.split())
    assert answer.err == ""


def test_compare_versions(run: Run) -> None:
    answer = run("compare-versions", AFTER, BEFORE, "--json", "--fail-if-worse")
    assert answer.exit_code == 1
    assert answer.json["verdict"] == "worse"
    assert answer.json["size_delta"] > 0
    assert [leak["class_name"] for leak in answer.json["new"]] == ["TraceSpan"]
    assert run("compare-versions", BEFORE, AFTER, "--fail-if-worse").exit_code == 0


def test_each_command_adds_to_the_history(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, summary = tmp_path / "history.parquet", tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    snapshots = sorted(BEFORE.glob("*.heapsnapshot.*"))
    keep = ("--history", file, "--github", "--build")
    assert run("diagnose", *snapshots, *keep, "1.0").exit_code == 0
    assert run("verify-fix", BEFORE, AFTER, *keep, "1.1").exit_code == 0
    assert run("compare-versions", AFTER, BEFORE, *keep, "1.2").exit_code == 0
    rows = run("history", file, "--json").json
    assert list(dict.fromkeys(row["build"] for row in rows)) == ["1.0", "1.1", "1.2"]
    text = summary.read_text()
    headlines = [line for line in text.splitlines() if line.startswith("###")]
    assert headlines == [
        "### heapnb: This program leaks memory",
        "### heapnb: The leaks are fixed",
        "### heapnb: The later build leaks more",
    ]
    assert text.count("| `1.0` |") == 3
    drawn = tmp_path / "history.svg"
    assert run("history", file, "--svg", drawn).exit_code == 0
    assert drawn.read_text().startswith("<svg")


def test_complaints(run: Run, tmp_path: Path) -> None:
    assert "belong together" in run("verify-fix", BEFORE, AFTER, "--build", "1").complaint
    assert "contains no snapshots" in run("verify-fix", tmp_path, AFTER).complaint
    assert "no file matches" in run("compare-versions", BEFORE, f"{tmp_path}/*").complaint
    assert "1 builds" not in run("history", tmp_path / "absent").complaint
    [file] = BEFORE.glob("after1.heapsnapshot.*")
    assert "is one file" in run("verify-fix", file, AFTER).complaint
