from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from heapnb.format import RawSnapshot
from heapnb.format.raw import Locations
from heapnb.graph import HeapGraph
from heapnb.testing import SnapshotBuilder


def raw_with_places() -> RawSnapshot:
    builder = SnapshotBuilder.from_edges("root>a root>b root>c")
    builder.node("a", name="Job", location=(1, 2, 3))
    builder.node("b", name="Job", location=(1, 7, 3))
    builder.node("c", name="Job")
    return builder.raw()


def groups(raw: RawSnapshot) -> list[tuple[str, int]]:
    graph = HeapGraph(raw)
    keys = graph.class_keys[graph.class_key]
    return [(graph.class_names[int(name)].as_py(), int(row)) for name, row in keys]


def test_objects_of_one_class_are_split_by_definition_site() -> None:
    assert groups(raw_with_places())[1:] == [("Job", 0), ("Job", 1), ("Job", -1)]


def places(raw: RawSnapshot, order: list[int]) -> RawSnapshot:
    assert raw.locations is not None
    fields = dataclasses.fields(Locations)
    columns = {each.name: getattr(raw.locations, each.name)[order] for each in fields}
    return dataclasses.replace(raw, locations=Locations(**columns))


def test_locations_may_come_in_any_order() -> None:
    raw = places(raw_with_places(), [1, 0])
    assert groups(raw)[1:] == [("Job", 1), ("Job", 0), ("Job", -1)]
    assert HeapGraph(raw).location_of.tolist() == [-1, 1, 0, -1]


@pytest.mark.parametrize(("order", "row"), [([0, 1, 0], 2), ([0, 0, 1], 1)])
def test_of_several_locations_of_a_node_the_last_counts(order: list[int], row: int) -> None:
    raw = places(raw_with_places(), order)
    assert HeapGraph(raw).location_of[1] == row
    assert groups(raw)[1] == ("Job", row)


def test_a_snapshot_without_locations_has_its_classes_as_groups() -> None:
    raw = dataclasses.replace(raw_with_places(), locations=None)
    assert np.array_equal(HeapGraph(raw).class_key, HeapGraph(raw).class_index)
