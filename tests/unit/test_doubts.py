"""What speaks against a leak: things that slow down, come at once, have room or a limit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from heapnb.analysis.diagnosis.confidence import CONFIDENT
from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.doubts import names_beside
from heapnb.analysis.diagnosis.suspects import Diagnosis
from heapnb.testing import SnapshotBuilder
from tests.unit.test_diagnosis import diagnosis_of, heap, put

COUNTS = (20, 100, 260)


def diagnosis_with(add: Callable[[SnapshotBuilder], object], *, holder: str = "scope") -> Diagnosis:
    def fill(n_items: int) -> Callable[[SnapshotBuilder], None]:
        def inner(builder: SnapshotBuilder) -> None:
            put(builder, range(n_items), holder=holder)
            add(builder)

        return inner

    return diagnose([heap(fill(n_items)) for n_items in COUNTS])


def describe(builder: SnapshotBuilder, node: str, label: str, names: Sequence[str]) -> None:
    """Let V8's description of a node name its fields."""
    builder.node("description", type="hidden", name="system / DescriptorArray")
    if label == "map":
        builder.node("shape", type="object shape", name="system / Map")
        builder.edge(node, "shape", "map", type="internal")
        builder.edge("shape", "description", "descriptors", type="internal")
    else:
        builder.edge(node, "description", label, type="internal")
    for number, name in enumerate(names):
        builder.node(f"name{number}", type="string", name=name)
        builder.edge("description", f"name{number}", str(number), type="internal")


def limited(*names: str) -> Callable[[SnapshotBuilder], None]:
    """Make a cache that has fields of some names, and no edges for them."""

    def add(builder: SnapshotBuilder) -> None:
        builder.node("cache", name="Cache", node_id=905)
        builder.edge("scope", "cache", "cache", type="context")
        describe(builder, "cache", "map", names)

    return add


def test_without_doubts_it_is_a_leak() -> None:
    diagnosis = diagnosis_of(*(range(count) for count in COUNTS))
    assert diagnosis.verdict == "leak"
    assert diagnosis.suspects[0].confidence > 0.9


@pytest.mark.parametrize("counts", [(20, 220, 300), (20, 120, 200, 210), (20, 220, 225)])
def test_what_slows_down_may_stop(counts: tuple[int, ...]) -> None:
    diagnosis = diagnosis_of(*(range(count) for count in counts))
    assert diagnosis.verdict != "leak"
    if diagnosis.verdict == "undecided":
        assert "slows down" in diagnosis.reason
        assert "one more snapshot" in diagnosis.reason


def test_what_came_at_once_may_go_at_once() -> None:
    diagnosis = diagnosis_of(range(20), range(22), range(400))
    assert diagnosis.verdict == "undecided"
    assert "burst" in diagnosis.reason
    assert "at rest" in diagnosis.reason


def test_what_came_in_between_has_to_stay() -> None:
    first, later = range(100), range(1000, 1160)
    diagnosis = diagnosis_of(first, [*first, *range(500, 580)], [*first, *later])
    assert diagnosis.verdict != "leak"


def test_an_array_with_room_is_made_to_be_filled() -> None:
    diagnosis = diagnosis_with(lambda builder: builder.node("elements", size=16 + 8 * 1000))
    assert diagnosis.verdict == "undecided"
    assert "room for 1,002" in diagnosis.reason


@pytest.mark.parametrize("name", ["max", "maxSize", "#capacity", "_max_entries"])
def test_a_limit_speaks_against_a_leak(name: str) -> None:
    diagnosis = diagnosis_with(limited("store", name), holder="cache")
    assert diagnosis.verdict == "undecided"
    assert diagnosis.suspects[0].confidence < CONFIDENT
    assert f"`{name}`" in diagnosis.reason


@pytest.mark.parametrize(
    "names", [["store", "limit"], ["min", "max"], ["_maxListeners"], ["maxAge"]]
)
def test_other_fields_do_not(names: list[str]) -> None:
    assert diagnosis_with(limited(*names), holder="cache").verdict == "leak"


@pytest.mark.parametrize("label", ["map", "scope_info"])
def test_names_of_fields_and_variables(label: str) -> None:
    builder = SnapshotBuilder.from_edges("root>thing thing.map>other")
    describe(builder, "thing", label, ["max", "map"])
    graph = builder.graph()
    assert names_beside(graph, builder.ordinal("thing")) == ["max", "map"]
    assert names_beside(graph, builder.ordinal("other")) == []
