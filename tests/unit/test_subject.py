"""What a suspect is named by, and which accumulations are one leak, in the smallest heaps."""

from __future__ import annotations

import pytest

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.testing import SnapshotBuilder
from tests.unit.test_detectors import SIZES, Fill, heap, suspect
from tests.unit.test_shape_detectors import ids, into_array, item

OWN = (1, 9, 2)
"""A line of the program."""


def wrapped(*, is_shared: bool = False, has_text: bool = False) -> Fill:
    """Fill an Array with literals that each have an object of the program."""

    def fill(builder: SnapshotBuilder, n: int) -> None:
        into_array(builder)
        builder.node("logger", name="Logger", node_id=911, location=OWN)
        for number in range(n):
            key = item(builder, number, name="Object")
            if is_shared:
                builder.edge(key, "logger", "v")
                continue
            builder.node(f"value{number}", name="Receipt", node_id=ids(number, 1), location=OWN)
            builder.edge(key, f"value{number}", "v")
            if has_text:
                text = f"text{number}"
                builder.node(text, type="string", name=f"receipt {number}", node_id=ids(number, 2))
                builder.edge(key, text, "name")

    return fill


def test_a_wrapper_is_named_by_what_it_wraps() -> None:
    found = suspect(wrapped())
    assert (found.class_name, found.title) == ("Receipt", "`Receipt`, wrapped in `{v}`")
    assert found.count_per_snapshot == SIZES
    assert found.location == "script 1:10:3"


@pytest.mark.parametrize(
    ("fill", "name"), [(wrapped(is_shared=True), "{v}"), (wrapped(has_text=True), "{v, name}")]
)
def test_what_is_shared_is_not_the_subject_nor_is_part_of_a_record(fill: Fill, name: str) -> None:
    found = suspect(fill)
    assert (found.class_name, found.title) == (name, "")


@pytest.mark.parametrize("every", [2, 3])
def test_records_with_one_optional_property_are_one_class(every: int) -> None:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        into_array(builder)
        for number in range(n):
            key = item(builder, number, name="Object")
            names = ("id", "name", "error") if number % every == 0 else ("id", "name")
            for place, name in enumerate(names, 1):
                text = f"{name}{number}"
                builder.node(text, type="string", name=text, node_id=ids(number, place))
                builder.edge(key, text, name)

    (found,) = diagnose([heap(fill, n) for n in SIZES]).suspects
    assert found.title == "`{id, name, error?}`"
    assert found.count_per_snapshot == SIZES


def two_arrays(*, lead_to_the_same: bool) -> Fill:
    """Fill two Arrays with entries, of the same object or each of its own."""

    def fill(builder: SnapshotBuilder, n: int) -> None:
        into_array(builder, name="first")
        builder.node("other", name="Array", node_id=921).node("slots", type="array", node_id=923)
        builder.edge("scope", "other", "second", type="context")
        builder.edge("other", "slots", "elements", type="internal")
        for number in range(n):
            entry, own = item(builder, number, name="Entry", location=OWN), f"own{number}"
            for place, key in enumerate((f"task{number}", own, f"second{number}"), 1):
                name = "Ticket" if key.startswith("second") else "Task"
                builder.node(key, name=name, node_id=ids(number, place), location=(1, 20, place))
            builder.edge(entry, f"task{number}", "task")
            task = f"task{number}" if lead_to_the_same else own
            builder.edge("slots", f"second{number}", str(number), type="internal")
            builder.edge(f"second{number}", task, "task")

    return fill


def test_another_holder_of_the_same_objects_is_a_consequence() -> None:
    (found,) = diagnose([heap(two_arrays(lead_to_the_same=True), n) for n in SIZES]).suspects
    (consequence,) = found.consequences
    assert consequence.relation == "same-objects"
    assert {found.class_name, consequence.class_name} == {"Entry", "Ticket"}
    assert "remove them there, too" in found.explanation


def test_two_leaks_of_different_objects_are_two_suspects() -> None:
    found = diagnose([heap(two_arrays(lead_to_the_same=False), n) for n in SIZES]).suspects
    assert len(found) == 2
    assert not any(one.consequences for one in found)
