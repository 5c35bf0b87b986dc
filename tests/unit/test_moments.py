"""Times and units of work of a series: from side files, from the user, and in rates."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import heapnb as hn
from heapnb.errors import HeapnbError
from heapnb.views.rates import rate_text
from heapnb.views.snapshot_names import short_names
from tests.cli.conftest import LEAKING_CASE, Run, run
from tests.conftest import sample_series

__all__ = ["run"]

START = datetime(2026, 11, 29, 7, 47, 6, tzinfo=UTC)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Three snapshots without side files."""
    return [Path(shutil.copy(path, tmp_path)) for path in sample_series(LEAKING_CASE)]


def describe(file: Path, **values: Any) -> None:
    """Write the side file of a snapshot."""
    content = {"format": "heapnb-side-file", "version": 1, "series": "a-1-0", **values}
    stem = file.name.split(".heap")[0]
    file.with_name(f"{stem}.heapnb.json").write_text(json.dumps(content))


def describe_all(files: list[Path], units: tuple[float, ...] = (100, 200, 400)) -> None:
    for number, (file, done) in enumerate(zip(files, units, strict=True)):
        time = (START + timedelta(minutes=30 * number)).isoformat()
        describe(file, time=time, work={"name": "requests", "units": done})


def test_without_side_files(files: list[Path]) -> None:
    diagnosis = hn.diagnose(files)
    assert diagnosis.series.times == (None, None, None)
    assert diagnosis.series.work == (None, None, None)
    (suspect,) = diagnosis.suspects
    assert suspect.rate is None
    assert suspect.to_dict()["rate"] is None
    assert "per interval; times and units of work are unknown" in str(rate_text(suspect))
    assert "per interval" in repr(suspect)


def test_side_files_give_times_and_work(files: list[Path]) -> None:
    describe_all(files)
    diagnosis = hn.diagnose(files[::-1])
    series = diagnosis.series
    assert series.times == tuple(START + timedelta(minutes=30 * i) for i in range(3))
    assert series.work == (100, 200, 400)
    (suspect,) = diagnosis.suspects
    assert suspect.count_delta == 240
    assert suspect.to_dict()["rate"] == {
        "objects": 240 / 300,
        "bytes": suspect.retained_delta / 300,
        "per": "request",
    }
    assert str(rate_text(suspect)).endswith("kB per request (0.8 objects)")
    assert "per request" in repr(suspect)


def test_times_alone_give_rates_per_hour(files: list[Path]) -> None:
    for number, file in enumerate(files):
        describe(file, time=(START + timedelta(minutes=30 * number)).isoformat())
    (suspect,) = hn.diagnose(files).suspects
    assert suspect.rate is not None
    assert (suspect.rate.per, suspect.rate.objects) == ("hour", 240)
    assert suspect.rate.bytes == suspect.retained_delta
    assert str(rate_text(suspect)).endswith("per hour")


def test_the_user_names_units(files: list[Path]) -> None:
    describe_all(files)
    # In the order of the files as given, which heapnb changes.
    diagnosis = hn.diagnose(files[::-1], work=[30, 20, None])
    assert diagnosis.series.work == (None, 20, 30)
    rate = hn.diagnose(files, work=[10, 20, 130]).suspects[0].rate
    assert rate is not None
    assert (rate.objects, rate.per) == (2, "unit")


def test_counters_that_fall_or_stand_give_no_rate_of_work(files: list[Path]) -> None:
    for units in ((400, 200, 100), (5, 5, 5), (0, 9, 5)):
        describe_all(files, units)
        (suspect,) = hn.diagnose(files).suspects
        assert suspect.rate is not None
        assert suspect.rate.per == "hour"


def test_intervals_without_work_do_not_count(files: list[Path]) -> None:
    describe_all(files, (100, 5000, 5001))
    series = hn.load_series(files)
    assert [snapshot.name.split(".")[0] for snapshot in series.snapshots] == ["before", "after2"]
    assert series.work == (100, 5001)
    assert any("hardly any work" in text and "after1" in text for text in series.warnings)
    describe_all(files, (100, 200, 210))
    assert len(hn.load_series(files)) == 3


def test_counters_of_several_processes_are_not_compared(files: list[Path]) -> None:
    describe_all(files)
    describe(files[-1], series="b-2-0", work={"name": "requests", "units": 900})
    series = hn.load_series(files)
    assert series.work == (None, None, None)
    assert any("name 2 series" in text for text in series.warnings)


@pytest.mark.parametrize("content", ["{", '{"format": "x"}', "[" * 9999])
def test_a_malformed_side_file_is_a_warning(files: list[Path], content: str) -> None:
    describe_all(files)
    files[1].with_name("after1.heapnb.json").write_text(content)
    diagnosis = hn.diagnose(files)
    assert diagnosis.verdict == "leak"
    assert diagnosis.series.times[1] is None
    assert any("its side file is ignored" in text for text in diagnosis.warnings)
    assert diagnosis.suspects[0].rate is not None


def test_wrong_values_of_a_side_file_are_a_warning(files: list[Path]) -> None:
    describe_all(files)
    describe(files[1], time="<b>", work={"name": "\x1b[31m", "units": 1})
    series = hn.load_series(files)
    (warning,) = series.warnings
    assert warning.endswith("its side file has values of wrong types: time, work.")


def test_only_the_place_beside_the_snapshot_counts(files: list[Path], tmp_path: Path) -> None:
    describe_all(files)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    moved = [Path(shutil.copy(file, elsewhere)) for file in files]
    assert hn.load_series(moved).times == (None, None, None)


@pytest.mark.parametrize("work", [[1, 2], [1, 2, 3, 4], [1, 2, -3], [1, float("nan"), 3]])
def test_wrong_work(files: list[Path], work: list[float]) -> None:
    with pytest.raises(HeapnbError, match=r"work has|0 or more"):
        hn.load_series(files, work=work)


def test_a_series_has_its_own_work(files: list[Path]) -> None:
    series = hn.load_series(files, work=[1, 2, 3])
    assert series.work == (1, 2, 3)
    with pytest.raises(HeapnbError, match="has its own"):
        hn.diagnose(series, work=[1, 2, 3])


# -- views -------------------------------------------------------------------------------------


def test_the_command_line(run: Run, files: list[Path]) -> None:
    given = run("diagnose", *files, "--work", "10,20,130", "--json").json
    assert given["suspects"][0]["rate"]["per"] == "unit"
    shown = " ".join(run("diagnose", *files, "--work", "10,20,130").out.split())
    assert "per unit (2 objects)" in shown
    assert "not a list of numbers" in run("diagnose", *files, "--work", "a,b").complaint
    assert "work has 2 values" in run("diagnose", *files, "--work", "1,2").complaint


def test_report_and_notebook(run: Run, files: list[Path], tmp_path: Path) -> None:
    describe_all(files)
    hn.report(files, tmp_path / "report.html")
    assert "per request (0.8 objects)" in (tmp_path / "report.html").read_text()
    assert "per request (0.8 objects)" in run("report", *files, "--markdown").out
    command = ("notebook", *files, "-o", tmp_path / "a.ipynb", "--no-execute")
    run(*command, "--work", "1,2,3")
    assert "work = [1.0, 2.0, 3.0]" in (tmp_path / "a.ipynb").read_text()


def test_short_names_of_the_kit() -> None:
    names = [f"heapnb-20261129T074700-288-0-00{i}.heapsnapshot.gz" for i in (1, 2)]
    times = [START, START + timedelta(hours=1)]
    assert short_names(names, times) == ["001 · 07:47:06", "002 · 08:47:06"]
    later = [START, START + timedelta(days=1)]
    assert short_names(names, later)[1] == "002 · 2026-11-30 07:47:06"
    other = [names[0], names[1].replace("-0-002", "-1-002")]
    assert short_names(other, times)[1] == "002 · 288-1 · 08:47:06"
    assert short_names(names, [None, None]) == ["001", "002"]
