"""Births, deaths and survivors, in heaps of a few nodes."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from heapnb.analysis.series.cohorts import Cohorts, cohorts
from heapnb.analysis.series.series import Series
from heapnb.analysis.series.series_data import first_seen
from heapnb.errors import HeapnbError
from tests.unit.test_diagnosis import series_of

ITEM_SITE = "script 1:10:3"


def of_items(found: Cohorts) -> dict[str, object]:
    (row,) = found.table[found.table["class_name"] == "Item"].to_dict("records")
    return {str(key): None if value is pd.NA else value for key, value in row.items()}


@pytest.fixture
def series() -> Series:
    """Twenty at first; thirty more come, ten of the first and five of them go; fifty more come."""
    return series_of(range(20), range(10, 50), [*range(10, 20), *range(25, 100)])


def test_births_deaths_and_survivors(series: Series) -> None:
    row = of_items(series.cohorts())
    assert row["location"] == ITEM_SITE
    assert (row["births_2"], row["births_3"]) == (30, 50)
    assert (row["deaths_2"], row["deaths_3"]) == (10, 5)
    assert (row["survivors_1"], row["survivors_2"], row["survivors_3"]) == (10, 25, 50)
    assert row["survival_share"] == pytest.approx(25 / 30)
    assert row["surviving_size"] == 7500


def test_a_survival_curve(series: Series) -> None:
    curves = series.cohorts().curves("Item")
    assert curves[["born_in", "snapshot", "alive_count"]].to_numpy().tolist() == [
        [1, 1, 20],
        [1, 2, 10],
        [1, 3, 10],
        [2, 2, 30],
        [2, 3, 25],
        [3, 3, 50],
    ]
    assert curves["alive_size"].tolist() == (100 * curves["alive_count"]).tolist()
    assert curves["alive_share"].tolist() == pytest.approx([1, 0.5, 0.5, 1, 25 / 30, 1])


def test_all_objects_have_curves_too(series: Series) -> None:
    found = series.cohorts()
    assert found.curves()["alive_count"].max() > 50
    assert np.array_equal(found.all_alive, found.alive.sum(axis=0))


@pytest.mark.parametrize("by", ["location", "holder"])
def test_other_groups_have_the_same_items(series: Series, by: str) -> None:
    row = of_items(cohorts(series, by))  # type: ignore[arg-type]
    assert (row["births_2"], row["deaths_3"], row["survivors_3"]) == (30, 5, 50)
    assert row["location"] == ITEM_SITE
    if by == "holder":
        assert row["held_by"] == "Array in variable store"


def test_what_has_no_place_is_in_no_group_of_places(series: Series) -> None:
    assert series.cohorts("location").table["location"].notna().all()


def test_what_came_most_is_first(series: Series) -> None:
    assert series.cohorts().table["class_name"].iloc[0] == "Item"


def test_two_snapshots_have_no_survival() -> None:
    row = of_items(series_of(range(5), range(15)).cohorts())
    assert row["births_2"] == 10
    assert row["survival_share"] is None


def test_plain_data(series: Series) -> None:
    found = series.cohorts().to_dict()
    assert {row["class_name"] for row in found["cohorts"]} >= {"Item", "Array"}
    assert len(found["curves"]) == 6


def test_shown_as_text_and_html(series: Series) -> None:
    found = series.cohorts()
    assert "Item" in repr(found)
    assert "Item" in found._repr_html_()


def test_a_single_snapshot_has_no_cohorts() -> None:
    with pytest.raises(HeapnbError, match="two snapshots"):
        series_of(range(5)).cohorts()


def test_an_unknown_grouping(series: Series) -> None:
    with pytest.raises(HeapnbError, match="No grouping called 'colour'"):
        series.cohorts("colour")  # type: ignore[arg-type]


def test_different_processes_have_no_cohorts(series: Series) -> None:
    apart = Series(series.snapshots, series.last, one_process=False)
    with pytest.raises(HeapnbError, match="one process"):
        apart.cohorts()


def test_sparse_ids_are_followed_too(series: Series) -> None:
    sparse = [
        dataclasses.replace(s, node_id=s.node_id.astype(np.uint64) * np.uint64(1_000_003))
        for s in series.snapshots
    ]
    pairs = zip(first_seen(series.snapshots), first_seen(sparse), strict=True)
    assert all(np.array_equal(one, other) for one, other in pairs)
