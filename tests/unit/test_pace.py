"""Growth at the end of a series, by that before: what goes on, and what slows down."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.growing import accumulations
from heapnb.analysis.diagnosis.queues import is_growing_queue
from heapnb.analysis.diagnosis.runtime_bounds import bound_of, runtime_bounds
from heapnb.analysis.series.series import load_series
from heapnb.analysis.series.trend import Pace, pace
from heapnb.testing import SnapshotBuilder
from tests.unit.test_diagnosis import heap, put


def pace_of(*numbers: int, work: list[float] | None = None) -> Pace:
    found = pace(np.array(numbers), work)
    assert found is not None
    return found


@given(
    st.lists(st.integers(1, 50), min_size=2, max_size=8),
    st.integers(1, 20),
    st.integers(0, 1000),
)
def test_what_grows_with_the_work_goes_on(units: list[int], rate: int, start: int) -> None:
    work = [float(total) for total in np.cumsum([5, *units])]
    found = pace_of(*(start + rate * int(done) for done in work), work=work)
    assert found.share == pytest.approx(1)
    assert not found.is_slower


@given(st.integers(200, 2000), st.floats(0.2, 0.7), st.integers(2, 8))
def test_what_slows_down_at_one_rate_is_never_taken_for_a_leak(
    first: int, factor: float, n_intervals: int
) -> None:
    added = [round(first * factor**number) for number in range(n_intervals)]
    assert pace_of(*np.cumsum([100, *added]).tolist()).share < 0.9


def test_warm_up_counts_only_where_growth_goes_on_behind_it() -> None:
    assert pace_of(0, 900, 1000, 1100).share == pytest.approx(1)
    assert pace_of(0, 900, 1000, 1060).share < 0.2
    assert pace_of(0, 900, 1000).share == pytest.approx(1 / 9)


def test_chance_explains_a_small_difference_only() -> None:
    assert not pace_of(0, 10, 17).is_slower
    assert pace_of(0, 1000, 1700).is_slower


def test_too_short_a_series_has_no_pace() -> None:
    assert pace(np.array([1, 5])) is None
    assert pace(np.array([5, 5, 9])) is None


COUNTS = (228, 342, 440)


def test_told_units_count_from_the_start_of_the_process() -> None:
    heaps = [heap(lambda b, n=n: put(b, range(n))) for n in COUNTS]  # type: ignore[misc]
    assert diagnose(heaps).verdict == "leak"
    told = diagnose(heaps, work=(100, 200, 300))
    assert told.verdict == "undecided"
    assert "the growth per unit slows down" in told.reason
    assert "equal work" not in told.reason


def test_a_verdict_says_that_intervals_count_as_equal() -> None:
    diagnosis = diagnose([heap(lambda b, n=n: put(b, range(n))) for n in (269, 444, 517)])  # type: ignore[misc]
    assert diagnosis.verdict == "undecided"
    assert "42%" in diagnosis.reason
    assert "takes the intervals as equal work; `--work`" in diagnosis.reason


def test_what_nearly_stopped_is_not_said_to_replace_anything() -> None:
    diagnosis = diagnose([heap(lambda b, n=n: put(b, range(n))) for n in (100, 400, 410)])  # type: ignore[misc]
    assert diagnosis.verdict == "no-leak"
    assert "100 → 400 → 410 `Item` objects. The growth nearly stopped." in diagnosis.reason


@pytest.mark.parametrize("name", ["inFlight", "activeRequests", "requestsInFlight", "_running"])
def test_work_under_way_is_not_waiting(name: str) -> None:
    assert not is_queue(name)


@pytest.mark.parametrize("name", ["outbox", "deliveries", "opener", "reused"])
def test_what_has_another_name_may_wait(name: str) -> None:
    assert is_queue(name)


def is_queue(name: str) -> bool:
    def fill(items: range, places_id: int) -> Callable[[SnapshotBuilder], None]:
        def inner(builder: SnapshotBuilder) -> None:
            builder.node("list", name="Array", node_id=901).edge(
                "scope", "list", name, type="context"
            )
            builder.node("places", type="array", node_id=places_id)
            builder.edge("list", "places", "elements", type="internal")
            for number in items:
                builder.node(f"i{number}", name="Item", size=100, node_id=2001 + 2 * number)
                builder.edge("places", f"i{number}", number, type="element")

        return inner

    # V8 copies the places of an array that grows.
    contents = ((range(60), 903), (range(60, 210), 905), (range(210, 450), 907))
    series = load_series([heap(fill(*one)) for one in contents])
    (accumulation,) = accumulations(series).growing
    return is_growing_queue(Evidence(series, accumulation))


def timing_buffer(n_entries: int, *, has_limit: bool) -> Callable[[SnapshotBuilder], None]:
    def inner(builder: SnapshotBuilder) -> None:
        builder.node("buffer", name="Array", node_id=901)
        builder.edge("scope", "buffer", "resourceTimingBuffer", type="context")
        if has_limit:
            builder.node("info", type="code", name="system / ScopeInfo")
            builder.edge("scope", "info", "scope_info", type="internal")
            builder.node("limit", type="string", name="resourceTimingBufferSizeLimit")
            builder.edge("info", "limit", "0", type="internal")
        for number in range(n_entries):
            key = f"entry{number}"
            builder.node(key, name="PerformanceResourceTiming", size=100, node_id=2001 + 2 * number)
            builder.edge("buffer", key, number, type="element")

    return inner


@pytest.mark.parametrize(
    ("counts", "has_limit", "verdict"),
    [
        ((50, 130, 250), True, "no-leak"),
        ((50, 130, 251), True, "leak"),
        ((50, 130, 250), False, "leak"),
    ],
)
def test_a_bound_of_the_runtime(counts: tuple[int, ...], has_limit: bool, verdict: str) -> None:
    heaps = [heap(timing_buffer(n, has_limit=has_limit)) for n in counts]
    diagnosis = diagnose(heaps)
    assert diagnosis.verdict == verdict
    assert ("by default at most 250" in diagnosis.reason) is (verdict == "no-leak")
    series = diagnosis.series
    (accumulation,) = accumulations(series).growing
    bound = bound_of(Evidence(series, accumulation))
    assert (bound is None) is (verdict == "leak")


def test_bounds_are_complete() -> None:
    bounds = runtime_bounds()
    assert len({bound.id for bound in bounds}) == len(bounds)
    for bound in bounds:
        assert bound.source.startswith("https://")
        assert bound.limit > 0
        assert bound.classes
        assert bound.owners
        assert all(bound.paths)
