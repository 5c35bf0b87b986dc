"""Sizes of suspects: what DevTools shows, what removing a reference frees, what adds up."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from heapnb.analysis.diagnosis.baseline import Baseline
from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.suspects import Diagnosis, Suspect
from heapnb.testing import SnapshotBuilder
from heapnb.views.describe import describe
from tests.unit.test_diagnosis import heap

SIZES = (20, 60, 150)
Fill = Callable[[SnapshotBuilder, int], None]
BIG = 500


def array(builder: SnapshotBuilder, name: str, first_id: int, *, holder: str = "scope") -> str:
    kind = "context" if holder == "scope" else "property"
    builder.node(name, name="Array", node_id=first_id)
    builder.node(f"{name} store", type="array", node_id=first_id + 2)
    builder.edge(holder, name, name, type=kind)
    builder.edge(name, f"{name} store", "elements", type="internal")
    return f"{name} store"


def objects(
    builder: SnapshotBuilder, store: str, n: int, first_id: int, name: str, *, stride: int = 4
) -> None:
    for number in range(n):
        key = f"{name}{number}"
        builder.node(key, name=name, size=100, node_id=first_id + stride * number)
        builder.node(key, location=(1, 9, 2))
        builder.node(f"{key} data", name="Data", size=BIG, node_id=first_id + stride * number + 2)
        builder.edge(store, key, number, type="element").edge(key, f"{key} data", "data")


def diagnosis_of(fill: Fill) -> Diagnosis:
    return diagnose([heap(lambda builder, n=n: fill(builder, n)) for n in SIZES])  # type: ignore[misc]


def retained(suspect: Suspect) -> int:
    assert suspect.container_id is not None
    graph = suspect.path.heap
    return int(graph.retained_size[graph.ordinal_of(suspect.container_id)])


def test_the_size_is_what_devtools_shows_for_the_collection_and_what_is_freed() -> None:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        store = array(builder, "sessions", 901)
        objects(builder, store, n, 1001, "Session")
        # Much of the data is held twice within the collection, so the retaining tree gives it to
        # one of the holders, and to something else where that comes first.
        for number in range(0, n, 2):
            builder.edge(f"Session{number}", f"Session{number + 1} data", "next")

    (suspect,) = diagnosis_of(fill).suspects
    assert suspect.retained_per_snapshot[-1] == retained(suspect) == suspect.culprits.freed_size
    expected = [heap(lambda builder, n=n: fill(builder, n)) for n in SIZES]  # type: ignore[misc]
    for graph, size in zip(expected, suspect.retained_per_snapshot, strict=True):
        assert suspect.container_id is not None
        assert size == int(graph.retained_size[graph.ordinal_of(suspect.container_id)])
    assert suspect.share == 1.0


def test_what_two_collections_hold_counts_by_its_own_sizes() -> None:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        # The module has much else, so nobody takes it for what holds the sessions.
        builder.node("rest", size=1_000_000, node_id=891).edge("scope", "rest", "rest")
        store = array(builder, "byId", 901)
        objects(builder, store, n, 1001, "Session")
        other = array(builder, "byName", 951)
        for number in range(n):
            builder.edge(other, f"Session{number}", number, type="element")

    suspect = diagnosis_of(fill).suspects[0]
    assert suspect.container_id is None
    for size, n in zip(suspect.retained_per_snapshot, SIZES, strict=True):
        # The objects with their data; the one collection that counts adds little.
        assert (100 + BIG) * n <= size < (100 + BIG) * n + 1000


def test_a_collection_that_was_replaced_counts_in_earlier_snapshots() -> None:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        objects(builder, array(builder, "sessions", 501 + 4 * n), n, 2001, "Session")

    (suspect,) = diagnosis_of(fill).suspects
    assert suspect.container_id is not None
    least = [(100 + BIG) * n for n in SIZES]
    assert all(
        few <= size < few + 1000
        for few, size in zip(least, suspect.retained_per_snapshot, strict=True)
    )


def nested(builder: SnapshotBuilder, n: int) -> None:
    """A list, another one that its first member has, and another leak."""
    builder.node("registry", name="Registry", node_id=921)
    builder.edge("scope", "registry", "registry", type="context")
    store = array(builder, "byId", 901, holder="registry")
    objects(builder, store, n, 10_001, "Session", stride=100)
    other = array(builder, "tags", 951, holder="Session0")
    for number in range(n):
        key = f"tag{number}"
        builder.node(key, name="Tag", size=300, node_id=10_005 + 100 * number)
        builder.edge(other, key, number, type="element")
    objects(builder, array(builder, "jobs", 981), n, 10_011, "Job", stride=100)


def test_nested_suspects_say_so_and_shares_add_up() -> None:
    diagnosis = diagnosis_of(nested)
    inner = [suspect for suspect in diagnosis.suspects if suspect.within is not None]
    assert inner
    for suspect in inner:
        said = f"The size of suspect {suspect.within} includes these bytes"
        assert said in suspect.explanation
    outer = [suspect.share for suspect in diagnosis.suspects if suspect.within is None]
    assert sum(outer) <= 1.001
    assert all(0 < share <= 1 for share in outer)


NAMES = [f"cacheNumber{chr(97 + number)}" for number in range(13)]


def thirteen(builder: SnapshotBuilder, n: int, *, without: str = "") -> None:
    for place, name in enumerate(NAMES):
        if name != without:
            store = array(builder, name, 501 + 8 * place)
            objects(builder, store, n, 10_001 + 4 * place, f"Entry{chr(65 + place)}", stride=52)


@pytest.fixture(scope="module")
def all_of_them() -> Diagnosis:
    return diagnosis_of(thirteen)


def test_all_suspects_are_reported(all_of_them: Diagnosis, tmp_path: Path) -> None:
    assert len(all_of_them.suspects) == len(all_of_them.table) == 13
    assert len(all_of_them.to_dict()["suspects"]) == 13
    Baseline.of(all_of_them).write(tmp_path / "known.json")
    assert len(Baseline.read(tmp_path / "known.json").leaks) == 13


def test_fixing_one_of_thirteen_makes_no_other_one_new(all_of_them: Diagnosis) -> None:
    baseline = Baseline.of(all_of_them)
    first = NAMES[0]
    after = diagnosis_of(lambda builder, n: thirteen(builder, n, without=first))
    compared = baseline.compare(after)
    assert not compared.new
    assert len(compared.known) == 12
    assert [first in leak.anchor for leak in compared.fixed] == [True]


def test_a_view_says_first_how_many_it_shows(all_of_them: Diagnosis) -> None:
    view = describe(all_of_them)
    assert view.lead[1] == "Shown: 5 of 13 suspects."
    assert len(view.parts) == 5


def test_suspects_come_by_what_they_gained(all_of_them: Diagnosis) -> None:
    sizes = [suspect.attributed_per_snapshot[-1] for suspect in all_of_them.suspects]
    assert all(one >= other for one, other in pairwise(sizes))


def closures(builder: SnapshotBuilder, n: int) -> None:
    store = array(builder, "pending", 901)
    for number in range(n):
        key = f"cancel{number}"
        builder.node(key, name="cancel", type="closure", size=64, node_id=1001 + 6 * number)
        builder.node(key, location=(1, 9, 2))
        builder.node(f"{key} scope", name="system / Context", node_id=1003 + 6 * number)
        builder.node(f"{key} call", name="CallContext", size=BIG, node_id=1005 + 6 * number)
        builder.edge(store, key, number, type="element")
        builder.edge(key, f"{key} scope", "context", type="internal")
        builder.edge(f"{key} scope", f"{key} call", "ctx", type="context")


def test_closures_are_named_with_what_each_retains() -> None:
    diagnosis = diagnosis_of(closures)
    (suspect,) = diagnosis.suspects
    assert suspect.class_name == "Function"
    assert suspect.subject == "`cancel` closures, each retaining a CallContext"
    assert diagnosis.reason.startswith(
        "`cancel` closures, each retaining a CallContext, in the module variable `pending`"
    )
    assert "accumulates `cancel` closures" in suspect.explanation


def states(builder: SnapshotBuilder, n: int, *, failed_too: int = 0) -> None:
    """Calls that leak have failed; as many others come and go, or are held by something else."""
    store = array(builder, "pending", 901)
    other = array(builder, "recent", 951)
    for text, node_id in (("failed", 881), ("done", 883)):
        builder.node(text, type="string", node_id=node_id)
    for number in range(n):
        key = f"call{number}"
        builder.node(key, name="Call", size=100, node_id=1001 + 4 * number, location=(1, 9, 2))
        builder.edge(store, key, number, type="element").edge(key, "failed", "state")
    for number in range(20):
        # New ones in each snapshot.
        key = f"good{number}"
        builder.node(key, name="Call", size=100, node_id=1003 + 4 * (n - 20 + number))
        builder.node(key, location=(1, 9, 2))
        state = "failed" if number < failed_too else "done"
        builder.edge(other, key, number, type="element").edge(key, state, "state")


def test_what_the_leaked_ones_have_in_common_is_told_with_its_counts() -> None:
    (suspect,) = diagnosis_of(states).suspects
    assert suspect.count_per_snapshot == (40, 80, 170)
    assert suspect.released == (20, 80)
    assert "In the last interval, 20 of the 80 were released." in suspect.explanation
    said = (
        'All 150 `Call` objects attributed to this suspect have `state: "failed"`; 0 of the other '
    )
    assert f"{said}20 do." in suspect.explanation
    assert "although 20 of 80 were released" in diagnosis_of(states).reason


def test_nothing_is_in_common_where_others_have_it_too() -> None:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        states(builder, n, failed_too=5)

    (suspect,) = diagnosis_of(fill).suspects
    assert "attributed to this suspect" not in suspect.explanation
