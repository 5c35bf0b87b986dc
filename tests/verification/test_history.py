"""The history of builds: rows are added and never changed."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import heapnb as hn
from heapnb.analysis.diagnosis.suspects import Diagnosis
from heapnb.errors import HeapnbError
from heapnb.testing import assert_fixed, assert_no_leak
from heapnb.views.change_views import history_file
from tests.conftest import fixed_series, sample_series


@pytest.fixture(scope="module")
def leaking() -> Diagnosis:
    return hn.diagnose(sample_series("undeclared_global"))


@pytest.fixture(scope="module")
def healthy() -> Diagnosis:
    return hn.diagnose(fixed_series("undeclared_global"))


def test_it_begins_empty_and_keeps_each_build(
    tmp_path: Path, leaking: Diagnosis, healthy: Diagnosis
) -> None:
    file = tmp_path / "history.parquet"
    history = hn.read_history(file)
    assert history.builds == ()
    assert history.table.empty
    assert not file.exists()
    history.append(leaking, "1.0")
    hn.read_history(file).append(hn.verify_fix(leaking, healthy), "1.1")
    found = hn.read_history(file)
    assert found.builds == ("1.0", "1.1")
    first, leak, last = found.table.to_dict("records")
    assert leak["fingerprint"] == leaking.suspects[0].fingerprint
    assert leak["objects_rate"] == 675
    assert (first["verdict"], last["verdict"]) == ("leak", "no-leak")
    assert last["fix_verdict"] == "fixed"
    assert first["bytes_rate"] > last["bytes_rate"] > 0
    assert first["total_size"] == leaking.series.snapshots[-1].total_size


def test_earlier_rows_stay_as_they_are(
    tmp_path: Path, leaking: Diagnosis, healthy: Diagnosis
) -> None:
    file = tmp_path / "history.parquet"
    once = hn.read_history(file).append(leaking, "1.0").rows
    twice = hn.read_history(file).append(healthy, "1.0").rows
    assert twice.slice(0, len(once)).equals(once)
    assert {row["verdict"] for row in hn.read_history(file).last_rows()} == {"no-leak"}


def _append(file: Path, number: int) -> None:
    diagnosis = hn.diagnose(fixed_series("undeclared_global")[:2])
    hn.read_history(file).append(diagnosis, f"build-{number}")


def test_builds_that_are_added_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    file = tmp_path / "history.parquet"
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as pool:
        list(pool.map(_append, [file] * 6, range(6)))
    assert sorted(hn.read_history(file).builds) == [f"build-{i}" for i in range(6)]
    assert [path.name for path in tmp_path.iterdir()] == ["history.parquet"]


@pytest.mark.parametrize("build", ["", "  ", "a\nb", "x" * 201])
def test_a_build_needs_a_name(tmp_path: Path, healthy: Diagnosis, build: str) -> None:
    with pytest.raises(HeapnbError, match="not the name of a build"):
        hn.read_history(tmp_path / "h.parquet").append(healthy, build)


def test_times_are_utc(tmp_path: Path, healthy: Diagnosis) -> None:
    time = datetime(2026, 3, 1, 12, tzinfo=UTC)
    history = hn.read_history(tmp_path / "h.parquet").append(healthy, "1", time=time)
    assert history.table["time"].tolist() == [time]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"x" * 5000])
def test_other_files_are_refused(tmp_path: Path, healthy: Diagnosis, content: bytes) -> None:
    file = tmp_path / "h.parquet"
    file.write_bytes(content)
    with pytest.raises(HeapnbError):
        hn.read_history(file)
    with pytest.raises(HeapnbError):
        hn.History(file, hn.read_history(tmp_path / "absent").rows).append(healthy, "1")
    assert file.read_bytes() == content


def test_parquet_of_others_is_refused(tmp_path: Path, healthy: Diagnosis) -> None:
    file = tmp_path / "h.parquet"
    pq.write_table(pa.table({"a": [1]}), file)
    with pytest.raises(HeapnbError, match="not a history"):
        hn.read_history(file)
    history = hn.read_history(tmp_path / "good.parquet").append(healthy, "1")
    damaged = history.rows.drop_columns(["build"]).replace_schema_metadata(
        history.rows.schema.metadata
    )
    pq.write_table(damaged, file)
    with pytest.raises(HeapnbError, match="damaged"):
        hn.read_history(file)


def test_the_chart_needs_two_builds(tmp_path: Path, leaking: Diagnosis, healthy: Diagnosis) -> None:
    history = hn.read_history(tmp_path / "h.parquet").append(leaking, "<b>1</b>")
    assert history_file(history) is None
    history = history.append(healthy, "2")
    drawn = history_file(history)
    assert drawn is not None
    assert "<b>" not in drawn
    assert "whole heap" in drawn
    assert "&lt;b&gt;1" in drawn
    assert "TraceSpan" in history._repr_html_()


def test_assertions_keep_their_answers(
    tmp_path: Path, leaking: Diagnosis, healthy: Diagnosis
) -> None:
    file = tmp_path / "h.parquet"
    with pytest.raises(AssertionError):
        assert_no_leak(leaking, history=file, build="1")
    assert_fixed(leaking, healthy, history=file, build="2")
    assert hn.read_history(file).builds == ("1", "2")
    with pytest.raises(TypeError, match="belong together"):
        assert_no_leak(healthy, history=file)
