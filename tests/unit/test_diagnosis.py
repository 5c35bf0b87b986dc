"""What piles up, what levels off and what survives, in heaps of a few nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from heapnb.analysis.diagnosis.accumulation import Accumulation
from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.growing import accumulations, grows_through
from heapnb.analysis.diagnosis.suspects import Diagnosis
from heapnb.analysis.series.growth import class_growth
from heapnb.analysis.series.id_sets import is_member
from heapnb.analysis.series.series import Series, load_series
from heapnb.analysis.series.survivors import survivors
from heapnb.errors import HeapnbError
from heapnb.graph import HeapGraph
from heapnb.testing import SnapshotBuilder

HOSTILE = "</script><img src=x onerror=alert(1)>`\x1b[31m"
FIRST_ITEM_ID = 1001


def heap(fill: Callable[[SnapshotBuilder], None], *, first_id: int = 101) -> HeapGraph:
    """Make a global object with a program of one function, and what a test puts there."""
    builder = SnapshotBuilder.from_edges("root^1>global global.app>app app/context>scope")
    builder.node("app", type="closure", location=(1, 4, 0)).node("scope", name="system / Context")
    put_fixed(builder, first_id)
    fill(builder)
    return builder.graph()


def put_fixed(builder: SnapshotBuilder, first_id: int = 101) -> None:
    """Put so many objects into the scope that ids tell one process from another."""
    for number in range(40):
        key = f"fixed{number}"
        builder.node(key, node_id=first_id + 2 * number).edge("scope", key, key, type="context")


def put(
    builder: SnapshotBuilder,
    items: Sequence[int],
    *,
    size: int = 100,
    holder: str = "scope",
    store: str = "Array",
    store_id: int = 901,
    has_places: bool = True,
    kind: str = "",
) -> None:
    """Put items into the array ``store`` of the program's scope, or of something else."""
    builder.node("store", name=store, node_id=store_id)
    kind = kind or ("context" if holder == "scope" else "property")
    builder.edge(holder, "store", "store", type=kind)
    if has_places:
        builder.node("elements", type="array", node_id=903)
        builder.edge("store", "elements", "elements", type="internal")
    for number in items:
        key = f"item{number}"
        builder.node(key, name="Item", size=size, node_id=FIRST_ITEM_ID + 2 * number)
        builder.node(key, location=(1, 9, 2))
        builder.edge("elements" if has_places else "store", key, number, type="element")


def series_of(*contents: Sequence[int]) -> Series:
    return load_series([heap(lambda b, items=items: put(b, items)) for items in contents])  # type: ignore[misc]


def accumulations_of(*contents: Sequence[int]) -> tuple[Accumulation, ...]:
    return accumulations(series_of(*contents)).growing


def diagnosis_of(*contents: Sequence[int]) -> Diagnosis:
    return diagnose(series_of(*contents))


@pytest.mark.parametrize("n_timers", [1, 2])
def test_older_objects_count_for_no_growing_group(n_timers: int) -> None:
    """All timers of a module lead to its scope: one of them has it below it."""

    def snapshot(number: int) -> HeapGraph:
        builder = SnapshotBuilder.from_edges("root^1>global global.timers>timers")
        builder.node("timers", name="Array", node_id=801).node("table", type="array", node_id=803)
        builder.edge("timers", "table", "elements", type="internal")
        builder.node("scope", name="Scope", node_id=805)
        if number == 1:
            # The function that runs has it, too.
            builder.edge("global", "scope", "running")
        put_fixed(builder)
        # Of each 50 ids the first ones are those of timers.
        ids = range(50 * number)
        items = [one for one in ids if one % 50 >= n_timers]
        put(builder, items, holder="scope", kind="property")
        for timer in sorted({*ids} - {*items}):
            key = f"timer{timer}"
            builder.node(key, name="Timeout", size=80, node_id=FIRST_ITEM_ID + 2 * timer)
            builder.edge("table", key, timer, type="element").edge(key, "scope", "callback")
        return builder.graph()

    series = load_series([snapshot(number) for number in (1, 2, 3)])
    sizes = {
        series.last.class_name(one.example): one.size.tolist()
        for one in accumulations(series).growing
    }
    assert sizes["Timeout"] == [80 * n_timers * number for number in (1, 2, 3)]


@pytest.mark.parametrize("counts", [(10, 20, 30)])
def test_properties_of_one_object_are_keys(counts: Sequence[int]) -> None:
    def fill(builder: SnapshotBuilder, count: int) -> None:
        builder.node("byTenant", name="Object", node_id=701)
        builder.edge("scope", "byTenant", "byTenant", type="context")
        for tenant in range(8):
            key, store = f"tenant{tenant}", f"store{tenant}"
            builder.node(key, name="Array", node_id=711 + 4 * tenant)
            builder.node(store, type="array", node_id=713 + 4 * tenant)
            builder.edge("byTenant", key, key).edge(key, store, "elements", type="internal")
            for number in range(count):
                job = f"job{tenant}-{number}"
                builder.node(job, name="Job", node_id=6001 + 2 * (tenant + 8 * number))
                builder.edge(store, job, number, type="element")

    diagnosis = diagnose([heap(lambda b, n=n: fill(b, n)) for n in counts])  # type: ignore[misc]
    (suspect,) = diagnosis.suspects
    assert suspect.count_per_snapshot == tuple(8 * count for count in counts)
    assert "`byTenant`" in suspect.anchor


def test_what_grows_all_through_piles_up() -> None:
    (accumulation,) = accumulations_of(range(10), range(40), range(100))
    assert accumulation.count.tolist() == [10, 40, 100]
    assert accumulation.size.tolist() == [1000, 4000, 10000]
    assert len(accumulation.members) == 100
    assert accumulation.survival == (1.0, 1.0)
    assert (accumulation.n_holders, accumulation.is_list, accumulation.is_content) == (
        1,
        False,
        False,
    )


def test_what_stops_growing_has_levelled_off() -> None:
    found = accumulations(series_of(range(10), range(90), range(1, 91)))
    assert found.growing == ()
    assert found.levelled_off[0].count.tolist() == [10, 90, 90]


def test_a_leak_is_named() -> None:
    diagnosis = diagnosis_of(range(10), range(40), range(100))
    assert diagnosis.verdict == "leak"
    (suspect,) = diagnosis.suspects
    assert (suspect.kind, suspect.class_name) == ("unbounded-array", "Item")
    assert suspect.count_per_snapshot == (10, 40, 100)
    assert suspect.location == "script 1:10:3"
    assert "`store`" in suspect.anchor
    assert suspect.chain[0] == "(GC roots)"
    assert suspect.chain[-3:] == (".store", "Array", "Item")
    assert suspect.share == 1.0


def passing_through(
    *contents: Sequence[int], store: str = "Array", ids: Sequence[int] = (901, 901, 901)
) -> Diagnosis:
    def fill(items: Sequence[int], own: int) -> Callable[[SnapshotBuilder], None]:
        # Places that are there from the start would be room for all members.
        return lambda b: put(b, items, store=store, store_id=own, has_places=False)

    return diagnose([heap(fill(*one)) for one in zip(contents, ids, strict=True)])


REPLACED = (range(10), range(10, 60), range(50, 150))


def test_what_replaces_its_members_is_no_leak() -> None:
    assert passing_through(*REPLACED, store="Sessions").verdict != "leak"


def test_an_array_made_anew_each_time_is_no_queue() -> None:
    assert passing_through(*REPLACED, ids=(901, 907, 909)).verdict != "leak"


def test_a_queue_that_gets_longer_leaks_although_its_members_change() -> None:
    diagnosis = passing_through(*REPLACED)
    assert diagnosis.verdict == "leak"
    (suspect,) = diagnosis.suspects
    assert (suspect.kind, suspect.members) == ("backlog", "queued")
    assert suspect.confidence < 0.9
    assert "faster than they are processed" in diagnosis.reason


def test_a_queue_that_swings_is_no_leak() -> None:
    assert passing_through(range(60), range(60, 210), range(200, 440)).verdict == "leak"
    assert passing_through(range(60), range(60, 210), range(210, 380)).verdict != "leak"


def test_where_the_oldest_stay_is_no_queue() -> None:
    diagnosis = passing_through(range(40), range(80), [*range(40), *range(80, 160)])
    assert diagnosis.verdict != "leak"


def test_what_fills_up_and_drops_its_oldest_is_no_leak() -> None:
    diagnosis = passing_through(range(20), range(60), range(50, 150), store="Recent")
    assert (diagnosis.verdict, diagnosis.suspects) == ("no-leak", ())
    assert "Later ones replace" in diagnosis.reason


def test_a_few_small_objects_are_no_leak() -> None:
    assert diagnosis_of(range(10), range(11), range(12)).verdict == "no-leak"


def test_nothing_at_all() -> None:
    assert diagnosis_of(range(0), range(0)).verdict == "undecided"


def linked(n_members: int) -> HeapGraph:
    def fill(builder: SnapshotBuilder) -> None:
        before = "scope"
        for number in reversed(range(n_members)):
            key = f"link{number}"
            builder.node(key, name="Link", node_id=FIRST_ITEM_ID + 2 * number)
            kind = "context" if before == "scope" else "property"
            builder.edge(before, key, "next", type=kind)
            before = key

    return heap(fill)


def test_linked_lists_pile_up() -> None:
    diagnosis = diagnose([linked(20), linked(60), linked(150)])
    (suspect,) = diagnosis.suspects
    assert suspect.kind == "linked-list"
    assert suspect.class_name == "Link"
    assert suspect.count_per_snapshot[-1] - suspect.count_per_snapshot[0] == 130
    assert len(suspect.chain) < 12


def test_a_very_long_list_is_shown_short() -> None:
    diagnosis = diagnose([linked(n) for n in (3000, 4000, 5000)])
    assert len(diagnosis.suspects[0].chain) < 12
    assert len(diagnosis.suspects[0].path) < 12


def listening(n_listeners: int, event: str = "data") -> HeapGraph:
    def fill(builder: SnapshotBuilder) -> None:
        builder.node("bus", name="Bus", node_id=901).edge("scope", "bus", "bus", type="context")
        builder.node("events", name="Object", node_id=903).edge("bus", "events", "_events")
        builder.node("list", name="Array", node_id=905).edge("events", "list", event)
        builder.node("elements", type="array", node_id=907)
        builder.edge("list", "elements", "elements", type="internal")
        for number in range(n_listeners):
            key = f"listener{number}"
            builder.node(
                key, type="closure", name=HOSTILE, node_id=FIRST_ITEM_ID + 2 * number, size=64
            )
            builder.edge("elements", key, number, type="element")

    return heap(fill)


@pytest.mark.parametrize(
    ("event", "kind"), [("data", "event-listeners"), ("connect", "socket-reconnect")]
)
def test_listeners_pile_up(event: str, kind: str) -> None:
    diagnosis = diagnose([listening(n, event) for n in (20, 60, 150)])
    (suspect,) = diagnosis.suspects
    assert suspect.kind == kind
    assert suspect.held_by == "Bus"
    assert f"`{event}`" in suspect.anchor


def test_very_long_names_are_cut() -> None:
    diagnosis = diagnose([listening(n, "x" * 1024) for n in (20, 60, 150)])
    assert len(diagnosis.suspects[0].anchor) < 200
    assert len(diagnosis.suspects[0].explanation) < 1000


@pytest.mark.parametrize("n_parts", [1, 3, 20])
def test_growth_below_what_grows_is_explained(n_parts: int) -> None:
    def fill(n_items: int) -> Callable[[SnapshotBuilder], None]:
        def inner(builder: SnapshotBuilder) -> None:
            put(builder, range(n_items))
            for number in range(n_items):
                for part in range(n_parts):
                    key = f"part{number}-{part}"
                    builder.node(key, name="Part", node_id=20001 + 2 * (n_parts * number + part))
                    builder.edge(f"item{number}", key, part, type="element")

        return inner

    (accumulation,) = accumulations(load_series([heap(fill(n)) for n in (10, 40, 100)])).growing
    assert accumulation.count.tolist() == [10, 40, 100]


def test_strings_are_the_same_before_and_after_the_engine_drops_their_ropes() -> None:
    def fill(n_ropes: int, n_items: int) -> Callable[[SnapshotBuilder], None]:
        def inner(builder: SnapshotBuilder) -> None:
            put(builder, ())
            builder.node("empty", type="string", name="").edge("fixed0", "empty", "text")
            for number in range(n_items):
                text, rope = f"text{number}", f"rope{number}"
                builder.node(text, type="string", name=text, size=40, node_id=20001 + 4 * number)
                if number < n_items - n_ropes:
                    builder.edge("elements", text, number, type="element")
                    continue
                builder.node(rope, type="concatenated string", name="(concatenated string)")
                builder.node(rope, node_id=20003 + 4 * number)
                builder.edge("elements", rope, number, type="element")
                builder.edge(rope, text, "first", type="internal")
                builder.edge(rope, "empty", "second", type="internal")

        return inner

    heaps = [heap(fill(*counts)) for counts in ((40, 40), (137, 140), (145, 340))]
    (accumulation,) = accumulations(load_series(heaps)).growing
    assert accumulation.count.tolist() == [40, 140, 340]
    assert accumulation.lowest_survival == 1


def test_bytes_that_grow_in_one_object() -> None:
    def fill(size: int) -> Callable[[SnapshotBuilder], None]:
        def inner(builder: SnapshotBuilder) -> None:
            put(builder, range(1))
            builder.node("elements", size=size)

        return inner

    diagnosis = diagnose([heap(fill(size)) for size in (1_000, 50_000, 120_000)])
    (suspect,) = diagnosis.suspects
    assert suspect.kind == "unbounded-array"
    assert suspect.retained_delta == 119_000


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2, 3], True),
        ([1, 3, 3], False),
        ([3, 3, 4], False),
        ([5, 9, 1], False),
        ([1, 2], True),
        ([2, 2], False),
        ([1, 2, 3, 3, 4, 5, 6], True),
        ([1, 9, 9, 9, 9, 9, 9], False),
        ([1, 2, 3, 4, 6, 6, 6], False),
    ],
)
def test_grows_through(values: list[int], expected: bool) -> None:
    assert grows_through(np.array([values]))[0] == expected


def test_survivors_came_in_the_middle_and_stayed() -> None:
    series = series_of(range(10), range(5, 40), range(20, 100))
    found = survivors(series)
    ids = sorted(series.last.node_id[found.nodes].tolist())
    assert ids == [FIRST_ITEM_ID + 2 * number for number in range(20, 40)]
    assert set(found.born_in.tolist()) == {1}
    (row,) = found.to_dict()["survivors"]
    assert (row["class_name"], row["count"], row["shallow_size"]) == ("Item", 20, 2000)


def test_survivors_of_two_snapshots_are_what_is_new() -> None:
    assert len(survivors(series_of(range(10), range(15)))) == 5


def test_survivors_need_two_snapshots() -> None:
    with pytest.raises(HeapnbError):
        survivors(series_of(range(10)))


def test_class_growth_counts_every_class() -> None:
    table = class_growth(series_of(range(10), range(40), range(100)))
    row = table.iloc[0]
    assert row["class_name"] == "Item"
    assert row["location"] == "script 1:10:3"
    assert row[["count_1", "count_2", "count_3"]].tolist() == [10, 40, 100]
    assert (row["count_delta"], row["shallow_delta"], row["retained_delta"]) == (90, 9000, 9000)
    assert set(table["class_name"]) >= {"Array", "Function"}


@pytest.mark.parametrize("scale", [1, 1_000_003])
def test_is_member_looks_up_dense_and_sparse_ids(scale: int) -> None:
    values = np.array([1, 5, 9, 4], np.uint64) * np.uint64(scale)
    of = np.array([9, 2, 5], np.uint64) * np.uint64(scale)
    assert is_member(values, of).tolist() == [False, True, True, False]
    assert is_member(values[:0], of).tolist() == []
    assert is_member(values, of[:0]).tolist() == [False] * 4


def test_a_dictionary_with_few_entries_of_one_kind_is_one_pile() -> None:
    def reports(n_entries: int) -> HeapGraph:
        def fill(builder: SnapshotBuilder) -> None:
            builder.node("years", name="Object", node_id=901)
            builder.edge("scope", "years", "years", type="context")
            for number in range(n_entries):
                key = f"report{number}"
                builder.node(key, name="Report", size=250_000, node_id=FIRST_ITEM_ID + 2 * number)
                builder.edge("years", key, f"year {number}")

        return heap(fill)

    (suspect,) = diagnose([reports(n) for n in (2, 5, 11)]).suspects
    assert (suspect.kind, suspect.class_name) == ("unbounded-dictionary", "Report")
    assert suspect.count_per_snapshot == (2, 5, 11)


def test_variables_of_classic_scripts_have_a_way_from_the_root() -> None:
    def scripts(n_items: int) -> HeapGraph:
        builder = SnapshotBuilder.from_edges("root^1>global global/native>native")
        builder.node("native", type="hidden", name="system / NativeContext")
        builder.node("table", type="array", name="(script context table)", node_id=801)
        builder.edge("native", "table", "script_context_table", type="internal")
        builder.node("scope", name="system / Context", node_id=803)
        builder.edge("table", "scope", "2", type="internal")
        put(builder, range(n_items))
        return builder.graph()

    diagnosis = diagnose([scripts(n) for n in (10, 40, 100)])
    (suspect,) = diagnosis.suspects
    assert "`store`" in suspect.anchor
    assert suspect.chain[:2] == ("(GC roots)", "global")


def test_a_chain_of_closures_is_called_by_its_functions() -> None:
    def wrapped(n_turns: int) -> HeapGraph:
        def fill(builder: SnapshotBuilder) -> None:
            before, label = "scope", "report"
            for number in reversed(range(n_turns)):
                function, inner = f"function{number}", f"inner{number}"
                node_id = FIRST_ITEM_ID + 4 * number
                builder.node(function, type="closure", name="report", size=64, node_id=node_id)
                builder.node(function, location=(1, 9, 2))
                builder.node(inner, name="system / Context", size=640, node_id=node_id + 2)
                builder.edge(before, function, label, type="context")
                builder.edge(function, inner, "context", type="internal")
                before, label = inner, "original"

        return heap(fill)

    first = diagnose([wrapped(n) for n in (20, 60, 150)]).suspects[0]
    assert first.class_name == "Function"
    assert first.kind == "shared-closure-context"


def of_process(number: int, n_items: int) -> HeapGraph:
    """Make a heap where no id means the same, but what holds the items is called the same."""
    items = range(10_000 * number, 10_000 * number + n_items)
    return heap(lambda builder: put(builder, items), first_id=101 + 200_000 * number)


def test_different_processes_are_compared_by_class_and_path() -> None:
    diagnosis = diagnose([of_process(number, n) for number, n in enumerate((10, 40, 100))])
    assert not diagnosis.series.one_process
    assert diagnosis.verdict == "undecided"
    assert "different processes" in diagnosis.reason
    suspect = diagnosis.suspects[0]
    assert (suspect.class_name, suspect.count_per_snapshot) == ("Item", (10, 40, 100))
    assert suspect.confidence < 0.5
    assert len(diagnosis.series.growth()) > 0


def test_different_processes_are_not_cleared() -> None:
    diagnosis = diagnose([of_process(number, 50) for number in range(3)])
    assert not diagnosis.series.one_process
    assert (diagnosis.verdict, diagnosis.suspects) == ("undecided", ())
    assert "different processes" in diagnosis.reason


def test_ids_that_were_given_before_are_not_given_again() -> None:
    used = [number for number in range(1000) if number & 8]
    unused = [number for number in range(1000) if not number & 8]
    diagnosis = diagnosis_of(used, [*used[:10], *unused, 1100])
    assert not diagnosis.series.one_process
    assert "are new in the later one" in diagnosis.warnings[0]


def holders_of(holder_type: str, holder_name: str, inner: str) -> Diagnosis:
    """Diagnose an array of things that each hold an object of some class."""

    def fill(n_items: int) -> Callable[[SnapshotBuilder], None]:
        def add(builder: SnapshotBuilder) -> None:
            put(builder, range(0))
            for number in range(n_items):
                key, below = f"holder{number}", f"inner{number}"
                node_id = FIRST_ITEM_ID + 4 * number
                builder.node(key, type=holder_type, name=holder_name, size=64, node_id=node_id)
                builder.node(below, name=inner, size=32, node_id=node_id + 2)
                builder.edge("elements", key, number, type="element")
                builder.edge(key, below, "value", type="internal")

        return add

    return diagnose([heap(fill(n)) for n in (20, 60, 150)])


def test_what_the_engine_made_is_called_by_what_the_program_sees_of_it() -> None:
    suspect = holders_of("code", "system / PromiseReaction", "Promise").suspects[0]
    assert suspect.class_name == "Promise"
    assert suspect.count_per_snapshot == (20, 60, 150)


def test_collections_are_told_by_their_content() -> None:
    suspect = holders_of("object", "Map", "Session").suspects[0]
    assert suspect.class_name == "Map"
    assert "`Map` objects of `Session` objects" in suspect.explanation
