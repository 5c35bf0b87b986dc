"""Rates of growth: by hand, and against a naive twin."""

from __future__ import annotations

import itertools
import statistics
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heapnb.analysis.series.series import Series
from heapnb.analysis.verification.rates import Axis, GrowthRate


def test_even_growth_has_a_narrow_interval() -> None:
    rate = GrowthRate.of([30, 180, 480], [10, 60, 160], "request")
    assert (rate.value, rate.low, rate.high, rate.late) == (3, 3, 3, 3)


def test_growth_that_ended_shows_in_the_last_interval() -> None:
    rate = GrowthRate.of([90, 200, 200], [0, 1, 2], "interval")
    assert rate.late == 0
    assert (rate.low, rate.high) == (0, 110)


def test_one_outlier_does_not_change_the_rate() -> None:
    values = [10 * i for i in range(9)]
    values[4] = 500
    assert GrowthRate.of(values, range(9), "unit").value == pytest.approx(10)


def test_below_needs_both_intervals_and_the_share() -> None:
    fast = GrowthRate(10, 9, 11, 10, "unit")
    assert GrowthRate(3, 2, 4, 3, "unit").is_below(fast, 0.8)
    assert not GrowthRate(3, 2, 9.5, 3, "unit").is_below(fast, 0.8)
    assert not GrowthRate(8.5, 8.4, 8.6, 8.5, "unit").is_below(fast, 0.8)


@given(
    st.lists(st.integers(0, 10**9), min_size=2, max_size=9),
    st.lists(st.integers(1, 10**6), min_size=9, max_size=9),
)
def test_the_median_of_all_slopes(values: list[int], steps: list[int]) -> None:
    at = list(itertools.accumulate(steps[: len(values)]))
    pairs = list(itertools.combinations(zip(values, at, strict=True), 2))
    slopes = [(w - v) / (b - a) for (v, a), (w, b) in pairs]
    rate = GrowthRate.of(values, at, "unit")
    assert rate.value == pytest.approx(statistics.median(slopes), rel=1e-12)
    assert min(slopes) <= rate.low <= rate.value <= rate.high <= max(slopes)


def a_series(
    work: tuple[float, ...] | None, unit: str = "unit", hours: tuple[int, ...] = ()
) -> Series:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    times = tuple(start + timedelta(hours=hour) for hour in hours) or (None, None, None)
    found: Any = SimpleNamespace(steady_work=work, unit=unit, times=times)
    found = type("Fake", (SimpleNamespace,), {"__len__": lambda _: 3})(**vars(found))
    return cast("Series", found)


def test_work_is_the_axis_if_both_count_the_same() -> None:
    axis = Axis.of(a_series((1, 2, 4), "request"), a_series((10, 20, 30), "request"))
    assert axis == Axis((1, 2, 4), (10, 20, 30), "request")
    # What a user names has no unit.
    assert Axis.of(a_series((1, 2, 4)), a_series((1, 2, 4), "job")).per == "job"


def test_other_units_leave_hours_and_then_intervals() -> None:
    before = a_series((1, 2, 4), "request", (0, 1, 3))
    after = a_series((1, 2, 4), "job", (5, 6, 9))
    assert Axis.of(before, after) == Axis((0, 1, 3), (0, 1, 4), "hour")
    assert Axis.of(a_series(None), after) == Axis((0, 1, 2), (0, 1, 2), "interval")


def test_rates_are_frozen_facts() -> None:
    rate = GrowthRate.of([1, 2], [0, 1], "unit")
    assert replace(rate, value=2.0).value == 2
