"""The command and the documents of a fleet, of an earlier scan."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from heapnb.cli import main
from tests.fleet.rows import case, small_fleet, stored_fleet, suspect


def test_the_command_shows_an_earlier_scan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small_fleet(tmp_path / "scan")
    report = tmp_path / "fleet.html"
    assert main(["scan", str(tmp_path / "scan"), "--json", "--report", str(report)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [row["case"] for row in answer["cases"]] == ["a", "b"]
    assert answer["leaks"][0]["class_name"] == "ClassA"
    assert answer["separating"]["first"]["pods"] == ["a"]
    assert answer["comparison"] is None
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert "1 of 2 pods leak" in report.read_text()


def test_wrong_use_of_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", str(tmp_path), "--canary", "1.4.2"]) == 2
    assert "--control and --canary belong together" in capsys.readouterr().err
    small_fleet(tmp_path / "scan")
    assert main(["scan", str(tmp_path / "scan"), "--control", "1", "--canary", "2"]) == 2
    assert "There is no pod of the group '2'" in capsys.readouterr().err


def test_the_report_escapes_what_cases_say(tmp_path: Path) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    fleet = stored_fleet(
        tmp_path / "scan",
        [case("a", snapshot_count=1, read_count=1, build=hostile)],
        [suspect("a", "A", class_name=hostile, anchor=hostile, explanation=hostile)],
    )
    html = fleet.report(tmp_path / "r.html").read_text()
    assert "<img" not in html
    assert "&lt;img" in html
