"""Baselines: new, known and fixed leaks; and the assertion for tests that builds on them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from heapnb.analysis.diagnosis.baseline import Baseline, KnownLeak
from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.suspects import Diagnosis
from heapnb.errors import HeapnbError
from heapnb.testing import assert_no_leak
from tests.conftest import sample_series


@pytest.fixture(scope="module")
def leaking() -> Diagnosis:
    return diagnose(sample_series("listener_per_request"))


@pytest.fixture(scope="module")
def healthy() -> Diagnosis:
    return diagnose(sample_series("healthy_levels_off"))


@pytest.fixture
def gone() -> KnownLeak:
    return KnownLeak("0123456789abcdef", "unbounded-map", "Session", "`sessions`", None)


def test_what_the_baseline_lacks_is_new(leaking: Diagnosis) -> None:
    compared = Baseline().compare(leaking)
    assert compared.new == leaking.suspects[:1]
    assert not compared.known
    assert not compared.fixed


def test_what_it_has_is_known_and_what_is_gone_is_fixed(
    leaking: Diagnosis, gone: KnownLeak
) -> None:
    baseline = Baseline((*Baseline.of(leaking).leaks, gone))
    compared = baseline.compare(leaking)
    assert compared.new == ()
    assert compared.known == leaking.suspects[:1]
    assert compared.fixed == (gone,)


def test_all_is_fixed_in_a_healthy_program(leaking: Diagnosis, healthy: Diagnosis) -> None:
    baseline = Baseline.of(leaking)
    assert baseline.compare(healthy).fixed == baseline.leaks
    assert Baseline.of(healthy) == Baseline()


def test_nothing_is_fixed_where_the_snapshots_do_not_tell(
    leaking: Diagnosis, gone: KnownLeak
) -> None:
    unclear = replace(leaking, verdict="undecided")
    compared = Baseline((gone,)).compare(unclear)
    assert not compared.new
    assert not compared.known
    assert not compared.fixed


def test_a_mere_guess_is_no_leak(leaking: Diagnosis) -> None:
    guess = replace(leaking.suspects[0], confidence=0.3)
    doubtful = replace(leaking, suspects=(leaking.suspects[0], guess))
    assert Baseline.of(doubtful) == Baseline.of(leaking)


def test_written_and_read(leaking: Diagnosis, tmp_path: Path) -> None:
    target = tmp_path / "known.json"
    Baseline.of(leaking).write(target)
    assert Baseline.read(target) == Baseline.of(leaking)
    assert [path.name for path in tmp_path.iterdir()] == ["known.json"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"version": 2, "leaks": []}',
        b'{"version": 1, "leaks": [{"fingerprint": "a"}]}',
        b'{"version": 1, "leaks": ["0123456789abcdef"]}',
        b'{"version": 1, "leaks": 3}',
        b"\xff",
    ],
)
def test_what_is_no_baseline(content: bytes, tmp_path: Path) -> None:
    target = tmp_path / "known.json"
    target.write_bytes(content)
    with pytest.raises(HeapnbError, match="not a baseline"):
        Baseline.read(target)


def test_no_baseline_at_all(tmp_path: Path) -> None:
    with pytest.raises(HeapnbError, match="no baseline") as error:
        Baseline.read(tmp_path / "known.json")
    assert "--update-baseline" in str(error.value.hint)
    with pytest.raises(HeapnbError, match="Cannot read"):
        Baseline.read(tmp_path)


def test_a_leak_fails_a_test(leaking: Diagnosis) -> None:
    with pytest.raises(AssertionError, match="InventoryClient") as failure:
        assert_no_leak(leaking)
    assert "orderHandler.js:19:27" in str(failure.value)
    with pytest.raises(AssertionError, match="InventoryClient"):
        assert_no_leak(sample_series("listener_per_request"))


def test_a_known_leak_does_not(leaking: Diagnosis, gone: KnownLeak, tmp_path: Path) -> None:
    baseline = tmp_path / "known.json"
    Baseline.of(leaking).write(baseline)
    assert assert_no_leak(leaking, baseline=baseline) is leaking
    Baseline((gone,)).write(baseline)
    with pytest.raises(AssertionError, match="InventoryClient"):
        assert_no_leak(leaking, baseline=baseline)


def test_health_passes_and_doubt_if_allowed(healthy: Diagnosis, leaking: Diagnosis) -> None:
    assert assert_no_leak(healthy, allow_undecided=False) is healthy
    unclear = replace(leaking, verdict="undecided")
    assert assert_no_leak(unclear) is unclear
    with pytest.raises(AssertionError):
        assert_no_leak(unclear, allow_undecided=False)
