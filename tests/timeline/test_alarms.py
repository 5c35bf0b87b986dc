"""The alarms fire on leaks, and on nothing that levels off, jumps once or only varies."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heapnb._typing import FloatArray
from heapnb.timeline.alarms import (
    FloorAlarm,
    change_points,
    floor,
    floor_alarm,
    floor_trend,
    memwatch_alarm,
    memwatch_stats,
    time_until,
)

MINUTE = 60_000.0
MB = 1e6
HOUR = 3_600_000.0

few = settings(max_examples=25, deadline=None)
seeds = st.integers(0, 2**32 - 1)
lengths = st.integers(20, 200)


def series(shape: FloatArray, noise: float, seed: int) -> tuple[FloatArray, FloatArray]:
    generator = np.random.default_rng(seed)
    noisy = shape + generator.normal(0, noise, len(shape))
    times: FloatArray = (np.arange(len(shape)) * MINUTE).astype(np.float64)
    return times, noisy.astype(np.float64)


def fired(shape: FloatArray, noise: float, seed: int) -> FloorAlarm | None:
    return floor_alarm(*series(shape, noise, seed))


# -- memwatch -----------------------------------------------------------------------------------


def test_memwatch_fires_at_the_fifth_growth_and_starts_again() -> None:
    used = list(range(100, 112))
    leaks = memwatch_alarm(np.arange(12) * 1_000.0, used)
    assert [leak.index for leak in leaks] == [5, 10]
    assert [(leak.start_ms, leak.end_ms, leak.growth) for leak in leaks] == [
        (1_000, 5_000, 4),
        (6_000, 10_000, 4),
    ]


def test_one_gc_without_growth_resets_memwatch() -> None:
    assert not memwatch_alarm(range(10), [1, 2, 3, 4, 5, 5, 6, 7, 8, 9])


def test_rates_that_memwatch_wrote_as_negative_numbers() -> None:
    # 4 GB in 4 s: 3.6 TB per hour, which `niceSize(int)` wraps.
    times = np.arange(6) * 1_000.0
    (leak,) = memwatch_alarm(times, np.arange(6) * 1_000_000_000)
    assert leak.bytes_per_hour == pytest.approx(3.6e12)


def test_no_rate_where_no_time_passed() -> None:
    (leak,) = memwatch_alarm([0] * 6, range(6))
    assert leak.bytes_per_hour is None


@given(st.lists(st.integers(0, 2**40), max_size=60))
def test_memwatch_rates_are_never_negative(used: list[int]) -> None:
    for leak in memwatch_alarm(np.arange(len(used)) * 500.0, used):
        assert leak.growth > 0
        assert leak.bytes_per_hour is not None
        assert 0 < leak.bytes_per_hour < math.inf
        rising = used[leak.index - 5 : leak.index + 1]
        assert rising == sorted(set(rising))


def test_stats_of_a_steady_heap_are_steady() -> None:
    stats = memwatch_stats([50] * 200)
    assert [one.num_full_gc for one in stats] == list(range(1, 201))
    assert {(one.usage_trend, one.estimated_base, one.current_base) for one in stats} == {
        (0.0, 50, 50)
    }
    assert [one.min for one in stats[:3]] == [None, None, 50]


def test_a_shrinking_heap_has_a_negative_trend() -> None:
    stats = memwatch_stats([1_000] * 30 + [500] * 10)
    assert -50 < stats[-1].usage_trend < 0
    assert (stats[-1].min, stats[-1].max) == (500, 1_000)


@given(st.lists(st.integers(1, 2**40), min_size=3, max_size=200))
def test_stats_stay_within_the_values(used: list[int]) -> None:
    for one in memwatch_stats(used)[2:]:
        assert min(used) - 1 <= one.estimated_base <= max(used) + 1
        assert one.min is not None
        assert one.max is not None
        assert one.min <= one.max


# -- trend --------------------------------------------------------------------------------------


def test_the_slope_is_that_of_the_line() -> None:
    times = np.arange(50) * MINUTE
    trend = floor_trend(times, 100 * MB + 2 * MB * times / HOUR)
    assert trend is not None
    assert trend.slope_per_hour == pytest.approx(2 * MB)
    assert trend.low == pytest.approx(2 * MB)
    assert trend.p_value < 1e-6
    assert trend.level == pytest.approx(100 * MB + 2 * MB * 49 / 60)


def test_outliers_do_not_move_the_slope() -> None:
    times, values = series(np.full(60, 100 * MB), 0.1 * MB, 1)
    values[[50, 52, 55, 57, 59]] += 500 * MB
    trend = floor_trend(times, values)
    assert trend is not None
    assert not trend.is_growing
    assert abs(trend.slope_per_hour) < MB


@few
@given(seeds)
def test_the_interval_contains_the_slope_as_often_as_it_says(seed: int) -> None:
    # 95 % of 40: 38. Fewer than 31 happens once in 10,000 times.
    generator = np.random.default_rng(seed)
    hits = 0
    for _ in range(40):
        times = np.sort(generator.uniform(0, HOUR, 30))
        trend = floor_trend(times, 5 * MB * times / HOUR + generator.normal(0, MB, 30))
        assert trend is not None
        hits += trend.low <= 5 * MB <= trend.high
    assert hits >= 31


@few
@given(lengths, seeds, st.floats(-1e6, 1e6), st.floats(0.001, 1e3))
def test_the_slope_follows_shifts_and_units(n: int, seed: int, shift: float, unit: float) -> None:
    times, values = series(np.linspace(0, 50, n), 3, seed)
    one, other = floor_trend(times, values), floor_trend(times, values * unit + shift)
    assert one is not None
    assert other is not None
    assert other.slope_per_hour == pytest.approx(one.slope_per_hour * unit, rel=1e-4, abs=1e-3)
    assert other.low <= other.slope_per_hour <= other.high


def test_times_may_be_dates_unsorted_and_values_missing() -> None:
    times = np.datetime64("2026-11-29T10:00:00") + np.arange(6) * np.timedelta64(1, "h")
    order = [3, 0, 5, 1, 4, 2]
    values = np.array([1.0, 2, 3, np.nan, 5, 6])
    trend = floor_trend(times[order], values[order])
    assert trend is not None
    assert trend.slope_per_hour == pytest.approx(1)
    assert trend.n_points == 5


@pytest.mark.parametrize("n", range(4))
def test_few_points_have_no_trend(n: int) -> None:
    assert floor_trend(range(n), range(n)) is None
    assert floor_alarm(range(n), range(n)) is None
    assert change_points(range(n)) == ()
    assert memwatch_alarm(range(n), range(n)) == ()


def test_one_time_has_no_trend() -> None:
    assert floor_trend([5] * 20, range(20)) is None


def test_long_series_are_summarised() -> None:
    times, values = series(np.linspace(100, 200, 200_000), 5, 3)
    trend = floor_trend(times, values)
    assert trend is not None
    assert trend.n_points == 200_000
    assert trend.slope_per_hour == pytest.approx(100 / 200_000 * 60, rel=0.02)


# -- change points ------------------------------------------------------------------------------


@few
@given(lengths, st.floats(0.2, 0.8), seeds)
def test_one_step_is_found_where_it_is(n: int, where: float, seed: int) -> None:
    step = int(n * where)
    shape = np.full(n, 100.0)
    shape[step:] = 150
    times, values = series(shape, 2, seed)
    assert step in change_points(values)
    assert any(abs(found - step) <= 1 for found in change_points(values, times=times))


def test_a_ramp_has_no_change_points_once_its_slope_is_known() -> None:
    times, values = series(np.linspace(100, 500, 80), 2, 7)
    assert change_points(values)
    assert change_points(values, times=times) == ()


def test_noise_has_hardly_any_change_points() -> None:
    found = [len(change_points(series(np.full(100, 50.0), 3, seed)[1])) for seed in range(60)]
    assert sum(count > 0 for count in found) <= 5


# -- the robust alarm ---------------------------------------------------------------------------


@few
@given(lengths, st.sampled_from([0.1, 0.2, 0.5, 2.0]), st.floats(0, 0.01), seeds)
def test_leaks_are_found(n: int, growth: float, noise: float, seed: int) -> None:
    level = 80 * MB
    alarm = fired(level * np.linspace(1, 1 + growth, n), noise * level, seed)
    assert alarm is not None
    assert alarm.trend.low > 0


@few
@given(lengths, st.floats(0, 0.2), seeds)
def test_leaks_with_a_step_are_found(n: int, where: float, seed: int) -> None:
    shape = 80 * MB * np.linspace(1, 2, n)
    shape[int(n * (0.3 + where)) :] += 100 * MB
    assert fired(shape, 0.2 * MB, seed) is not None


@few
@given(lengths)
def test_a_flat_floor_never_fires(n: int) -> None:
    assert fired(np.full(n, 100 * MB), 0, 0) is None


def share_of_alarms(shape: FloatArray, noise: float) -> float:
    seeds = range(40 if noise else 1)
    return sum(fired(shape, noise, seed) is not None for seed in seeds) / len(seeds)


@pytest.mark.parametrize("n", [12, 30, 100])
def test_noise_hardly_ever_fires(n: int) -> None:
    assert share_of_alarms(np.full(n, 100 * MB), 5 * MB) <= 0.025


@pytest.mark.parametrize("n", [20, 100])
@pytest.mark.parametrize("speed", [5, 8, 20])
@pytest.mark.parametrize("noise", [0, 0.1, 2])
def test_a_warm_up_that_levels_off_hardly_ever_fires(n: int, speed: float, noise: float) -> None:
    shape = (20 + 80 * (1 - np.exp(-speed * np.linspace(0, 1, n)))) * MB
    assert share_of_alarms(shape, noise * MB) <= 0.025


@pytest.mark.parametrize("n", [20, 100])
@pytest.mark.parametrize("where", [0.25, 0.5, 0.7, 0.75, 0.8])
@pytest.mark.parametrize("noise", [0, 0.5, 3])
def test_a_step_hardly_ever_fires(n: int, where: float, noise: float) -> None:
    shape = np.full(n, 60 * MB)
    shape[int(n * where) :] = 100 * MB
    assert share_of_alarms(shape, noise * MB) <= 0.05


@pytest.mark.parametrize("periods", [3, 4, 7])
def test_a_saw_tooth_of_the_floor_hardly_ever_fires(periods: int) -> None:
    # A cache that fills and is emptied.
    shape = (50 + 50 * (np.linspace(0, periods, 120, endpoint=False) % 1)) * MB
    assert share_of_alarms(shape, MB) <= 0.025


@few
@given(seeds, st.booleans())
def test_a_leak_under_a_saw_tooth_is_found_through_its_floor(seed: int, leaks: bool) -> None:
    # Samples every second; a GC each 20 s frees all but the floor.
    times = np.arange(1_200) * 1_000.0
    bottom = 50 * MB + (20 * MB * times / times[-1] if leaks else 0)
    generator = np.random.default_rng(seed)
    samples = bottom + 30 * MB * (np.arange(1_200) % 20) / 20 + generator.uniform(0, MB, 1_200)
    alarm = floor_alarm(*floor(times, samples))
    assert (alarm is not None) == leaks


def test_full_gcs_are_the_floor_where_they_are_known() -> None:
    after_full = [False, True, False, True, True, False, True]
    times, values = floor(range(7), [9, 1, 9, 2, 3, 9, 4], after_full_gc=after_full)
    assert times.tolist() == [1, 3, 4, 6]
    assert values.tolist() == [1, 2, 3, 4]


# -- time left ----------------------------------------------------------------------------------


def test_the_time_left_has_an_interval() -> None:
    times, values = series(np.linspace(100, 160, 60) * MB, 2 * MB, 5)
    trend = floor_trend(times, values)
    left = time_until(512 * MB, trend.level if trend else 0, trend)
    assert left is not None
    assert left.low < left.hours < left.high
    assert left.hours == pytest.approx((512 - 160) / 61, rel=0.1)


def test_no_time_is_left_beyond_the_limit_and_none_without_growth() -> None:
    growing = floor_trend(range(10), range(10))
    left = time_until(5, 9, growing)
    assert left is not None
    assert left.hours == 0
    assert time_until(50, 9, floor_trend(range(10), [-i for i in range(10)])) is None
    assert time_until(50, 9, None) is None


def test_the_time_left_may_have_no_end() -> None:
    times, values = series(np.full(30, 100.0), 5, 2)
    trend = floor_trend(times, values + times / HOUR)
    assert trend is not None
    left = time_until(1_000, 100, trend)
    assert left is None or left.high == math.inf or trend.low > 0
