"""Lines through a few numbers."""

from __future__ import annotations

import numpy as np
import pytest

from heapnb.analysis.series import trend
from heapnb.analysis.series.trend import trends


def test_a_straight_line_has_no_doubt() -> None:
    found = trends(np.array([[10, 20, 30, 40, 50]]))
    assert (found.slope[0], found.low[0], found.high[0], found.levelling[0]) == (10, 10, 10, 1)


def test_a_peak_does_not_matter() -> None:
    found = trends(np.array([[10, 20, 500, 40, 50, 60, 70]]))
    assert found.slope[0] == pytest.approx(10)


def test_the_interval_holds_the_slope() -> None:
    values = np.random.default_rng(1).integers(0, 1000, (200, 8)).cumsum(axis=1)
    found = trends(values)
    assert np.all((found.low <= found.slope) & (found.slope <= found.high))


def test_the_interval_is_right_as_often_as_it_says() -> None:
    noise = np.random.default_rng(2).normal(0, 50, (2000, 12))
    values = (100 * np.arange(12) + noise).round().astype(np.int64)
    found = trends(values)
    hit = (found.low <= 100) & (found.high >= 100)
    assert 0.92 < hit.mean() < 0.99


@pytest.mark.parametrize(
    ("values", "levelling"),
    [
        ([10, 20, 30], 1.0),
        ([10, 50, 90, 90], 0.0),
        ([10, 50, 40], -0.25),
        ([10, 10, 40], np.nan),
        ([10, 20], np.nan),
    ],
)
def test_levelling(values: list[int], levelling: float) -> None:
    assert trends(np.array([values])).levelling[0] == pytest.approx(levelling, nan_ok=True)


def test_too_few_snapshots_say_nothing() -> None:
    one, two = trends(np.array([[5]])), trends(np.array([[5, 9]]))
    assert np.isnan(one.slope[0])
    assert two.slope[0] == 4
    assert np.isnan(two.low[0])


def test_many_rows_are_done_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(3).integers(0, 99, (50, 6))
    whole = trends(values)
    monkeypatch.setattr(trend, "_MOST_PAIRS_AT_ONCE", 40)
    assert np.array_equal(trends(values).slope, whole.slope)


def test_levelling_by_units_of_work() -> None:
    values = np.array([[2000, 6000, 7224, 8000]])
    assert trends(values).levelling[0] < 0.4
    assert trends(values, (2000, 6000, 7224, 8000)).levelling[0] == pytest.approx(1.0)
    # The same work again, and no growth.
    assert trends(np.array([[10, 20, 20]]), (100, 200, 900)).levelling[0] == 0
