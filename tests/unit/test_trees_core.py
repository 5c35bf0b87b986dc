"""Summary, Containment, Dominators, Retainers and Comparison against the DataFrames."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from unittest import mock

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heapnb.analysis.series.diff import diff
from heapnb.errors import HeapnbError
from heapnb.format import read_snapshot
from heapnb.frames import known_distance
from heapnb.graph import HeapGraph
from heapnb.snapshot import Snapshot
from heapnb.testing import SnapshotBuilder
from heapnb.workbench.model import FilterValue, Page, Row, TreeTable, Window
from heapnb.workbench.rows import ordering
from heapnb.workbench.rows.node_columns import NODE_COLUMNS, RETAINED_SIZE
from heapnb.workbench.subject import Workbench
from heapnb.workbench.trees import retainers
from heapnb.workbench.trees.comparison import ComparisonTree
from heapnb.workbench.trees.constructors import ConstructorsTree
from heapnb.workbench.trees.containment import ContainmentTree
from heapnb.workbench.trees.dominators import DominatorsTree
from heapnb.workbench.trees.retainers import RetainersTree
from tests.conftest import all_samples

SORTS = (None, "label", *(column.key for column in NODE_COLUMNS))
EVERYTHING = 10_000


@st.composite
def heaps(draw: st.DrawFn) -> HeapGraph:
    """Small heaps in which classes, sizes, names and edges repeat themselves."""
    builder = SnapshotBuilder()
    keys = ["root", *(f"n{i}" for i in range(draw(st.integers(1, 12))))]
    for key in keys[1:]:
        kind = draw(st.sampled_from(["object", "object", "string", "array", "synthetic"]))
        name = draw(st.sampled_from(["A", "B", "__proto__", "é", "\U0001f600", "\ufffd", "Object"]))
        builder.node(key, type=kind, name=name, size=draw(st.sampled_from([0, 8, 8, 16])))
    any_key = st.sampled_from(keys)
    for _ in range(draw(st.integers(0, 25))):
        kind = draw(st.sampled_from(["property", "property", "element", "weak", "context"]))
        label = draw(st.sampled_from(["a", "b", "__proto__", "\U0001f600", "\ufffd"]))
        called = draw(st.integers(0, 3)) if kind == "element" else label
        builder.edge(draw(any_key), draw(any_key), called, type=kind)
    return builder.graph()


def trees_of(heap: HeapGraph) -> Iterator[TreeTable]:
    workbench = Workbench(heap)
    yield ConstructorsTree(workbench)
    yield ContainmentTree(workbench)
    yield DominatorsTree(workbench)
    yield from (RetainersTree(workbench, node) for node in range(heap.n_nodes)[:3])


def every_row(tree: TreeTable, parent: str | None = None, depth: int = 3) -> Iterator[Row]:
    """Unfold a tree down to some depth."""
    page = tree.rows(parent, Window(limit=EVERYTHING))
    assert len(page.rows) == page.total
    for row in page.rows:
        yield row
        if depth and row.expandable:
            yield from every_row(tree, row.key, depth - 1)


def parents_of(tree: TreeTable) -> list[str | None]:
    return [None, *(row.key for row in every_row(tree, depth=1) if row.expandable)]


def small_pages() -> AbstractContextManager[object]:
    """Take the ways that are meant for millions of rows."""
    return mock.patch.multiple(ordering, _ALL_AT_ONCE=3, FIRST_ROWS=6, _MANY_ROWS=1)


@given(heaps(), st.sampled_from(SORTS), st.booleans())
@settings(deadline=None, max_examples=20)
def test_pages_are_slices_of_the_whole_order(
    heap: HeapGraph, sort: str | None, descending: bool
) -> None:
    for tree in trees_of(heap):
        for parent in parents_of(tree):
            window = Window(limit=EVERYTHING, sort=sort, descending=descending)
            whole = tree.rows(parent, window)
            with small_pages(), mock.patch.multiple(retainers, _MANY=2, FIRST_ROWS=6):
                again: TreeTable = (
                    RetainersTree(Workbench(heap), tree.node)
                    if isinstance(tree, RetainersTree)
                    else next(other for other in trees_of(heap) if other.key == tree.key)
                )
                pages = [
                    again.rows(parent, Window(offset, 3, sort, descending))
                    for offset in range(0, whole.total + 3, 3)
                ]
            assert [row.key for page in pages for row in page.rows] == [r.key for r in whole.rows]
            assert {page.total for page in pages} == {whole.total}


@given(heaps(), st.sampled_from(SORTS[2:]), st.booleans())
@settings(deadline=None, max_examples=20)
def test_rows_come_in_the_order_of_a_column(heap: HeapGraph, sort: str, descending: bool) -> None:
    for tree in trees_of(heap):
        for parent in parents_of(tree):
            page = tree.rows(parent, Window(limit=EVERYTHING, sort=sort, descending=descending))
            values = [row.cells[sort] for row in page.rows]
            assert values == sorted(values, reverse=descending)  # type: ignore[type-var]


UNREACHED = -1


def unless_unreached(distance: object) -> int:
    """Return a distance as tables have it: trees keep DevTools' numbers."""
    assert isinstance(distance, int)
    known = known_distance(distance)
    return UNREACHED if known is None else known


def plain_rows(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    return list(frame.fillna({"distance": UNREACHED}).itertuples(index=False, name=None))


@given(heaps())
@settings(deadline=None, max_examples=20)
def test_trees_hold_what_the_tables_hold(heap: HeapGraph) -> None:
    snap, workbench = Snapshot(heap), Workbench(heap)
    summary = ConstructorsTree(workbench)
    classes = summary.rows(None, Window(limit=EVERYTHING)).rows
    names = ["class_name", "count", "distance", "shallow_size", "retained_size"]
    found = pd.DataFrame(
        [{"class_name": row.label[0][1], **row.cells} for row in classes], columns=names
    )
    expected = snap.constructors()[names]
    found = found.assign(distance=[unless_unreached(value) for value in found["distance"]])
    assert sorted(plain_rows(found)) == sorted(plain_rows(expected))
    for row in classes:
        members = summary.rows(row.key, Window(limit=EVERYTHING)).rows
        assert {m.node_id for m in members} == set(heap.node_id[summary.nodes(row.key)].tolist())
        assert len(members) == row.cells["count"]
    for node in range(heap.n_nodes):
        one = snap.node_at(node)
        tree = RetainersTree(workbench, node)
        rows = tree.rows(None, Window(sort="distance", descending=False, limit=EVERYTHING)).rows
        table = one.retainers()
        assert [row.node_id for row in rows] == table["node_id"].tolist()
        distances = [unless_unreached(row.cells["distance"]) for row in rows]
        assert distances == table["distance"].fillna(UNREACHED).tolist()
    below_root = ContainmentTree(workbench).rows(None, Window(limit=EVERYTHING)).rows
    assert sorted(row.node_id or 0 for row in below_root) == sorted(
        snap.node_at(heap.root).edges()["node_id"]
    )
    dominators = DominatorsTree(workbench)
    for parent, node_id in [(None, 1), *((r.key, r.node_id) for r in every_row(dominators))]:
        rows = dominators.rows(parent, Window(limit=EVERYTHING)).rows
        table = snap.dominators(node_id, top=None)
        assert [row.node_id for row in rows] == table["node_id"].tolist()
        assert ["edge" in row.flags for row in rows] == table["is_edge"].tolist()


@given(heaps(), st.sampled_from(SORTS), st.booleans())
@settings(deadline=None, max_examples=20)
def test_nodes_are_found_where_they_stand(
    heap: HeapGraph, sort: str | None, descending: bool
) -> None:
    window = Window(sort=sort, descending=descending, limit=EVERYTHING)
    for tree in itertools.islice(trees_of(heap), 3):
        for node in range(heap.n_nodes):
            path = tree.locate(node, window)
            if path is None:
                continue
            parent = None
            for key, place in path:
                assert tree.rows(parent, window).rows[place].key == key
                parent = key
            assert tree.nodes(path[-1][0]).tolist() == [node]


def test_all_that_is_held_is_found() -> None:
    heap = SnapshotBuilder.from_edges("root>a a>b b>c root>d").graph()
    for tree in itertools.islice(trees_of(heap), 3):
        assert all(tree.locate(node, Window()) for node in range(1, 5)), tree.key
        assert tree.key == "constructors" or tree.locate(heap.root, Window()) is None


def labels(page: Page) -> list[str]:
    return ["".join(text for _, text in row.label) for row in page.rows]


def test_fields_are_sorted_as_devtools_sorts_them() -> None:
    builder = SnapshotBuilder.from_edges("root>a a.z>x a.b>y a.__proto__>p a[10]>i a[9]>j")
    heap = builder.graph()
    tree = ContainmentTree(Workbench(heap))
    page = tree.rows("e0", Window(sort="label", descending=False))
    assert [row.label[0][1] for row in page.rows] == ["b", "z", "[9]", "[10]", "__proto__"]


def test_what_is_above_itself_does_not_unfold_again() -> None:
    heap = SnapshotBuilder.from_edges("root>a a.b>b b.back>a").graph()
    tree = ContainmentTree(Workbench(heap))
    row = tree.rows("e0/e1", Window()).rows[0]
    assert ("repeated" in row.flags, row.expandable) == (True, False)
    back = RetainersTree(Workbench(heap), 2)
    first = back.rows(None, Window(sort="distance", descending=False)).rows[0]
    again = back.rows(first.key, Window()).rows[0]
    assert (again.node_id, again.flags, again.expandable) == (5, ("repeated",), False)


def test_ignored_retainers_are_left_out_and_lead_nowhere() -> None:
    heap = SnapshotBuilder.from_edges("root>a a>b a>c c>d d>x b>x c>x").graph()
    node = {name: int(heap.node_id[i]) for i, name in enumerate("_abcdx") if i}
    x = heap.ordinal_of(node["x"])
    whole = RetainersTree(Workbench(heap), x).rows(None, Window(sort="distance", descending=False))
    assert [row.node_id for row in whole.rows] == [node["b"], node["c"], node["d"]]
    tree = RetainersTree(Workbench(heap), x, [heap.ordinal_of(node["c"])])
    page = tree.rows(None, Window(sort="distance", descending=False))
    assert [(row.node_id, row.cells["distance"]) for row in page.rows] == [
        (node["b"], 2),
        # Without c nothing leads to d: it comes last, as in DevTools.
        (node["d"], 200_000_003),
    ]
    assert page.note == "1 ignored retainer hidden."


def test_a_size_leaves_out_what_is_smaller_on_every_level() -> None:
    builder = SnapshotBuilder.from_edges("root>a root>b a>c a>d", size=10)
    window = Window(filters={"min_retained_size": 20})
    tree = ContainmentTree(Workbench(builder.graph()))
    page = tree.rows(None, window)
    assert (labels(page), page.note) == (["a :: a @3"], "1 smaller row hidden by the size filter.")
    assert tree.rows("e0", window).note == "2 smaller rows hidden by the size filter."
    assert tree.locate(2, window) is None


def test_presets_narrow_constructors_down() -> None:
    builder = SnapshotBuilder.from_edges("root>list list>div div>data root>s root>t root>u")
    builder.node("div", type="native", name="Div", detachedness=2)
    for key in ("s", "t", "u"):
        builder.node(key, type="string", name="once" if key == "u" else "twice")
    heap = builder.graph()
    earlier = SnapshotBuilder.from_edges("root>list list>div div>data").graph()
    tree = ConstructorsTree(Workbench(heap, before=earlier))
    options = [key for key, _ in tree.filters[-1].options]
    assert options == ["all", "detached", "contexts", "duplicate_strings", "between:1:2"]

    def shown(preset: str) -> list[str]:
        return sorted(labels(tree.rows(None, Window(filters={"preset": preset}))))

    assert shown("detached") == ["Detached Div", "data"]
    assert shown("duplicate_strings") == ["(string)"]
    assert shown("between:1:2") == ["(string)"]
    key = tree.rows(None, Window(filters={"preset": "duplicate_strings"})).rows[0].key
    inside = tree.rows(key, Window(filters={"preset": "duplicate_strings"}))
    assert (inside.total, tree.rows(key, Window()).total) == (2, 3)
    with pytest.raises(HeapnbError, match="no preset"):
        shown("between:2:1")


def test_names_and_patterns_narrow_constructors_down() -> None:
    heap = SnapshotBuilder.from_edges("root>Map root>WeakMap root>Set").graph()
    tree = ConstructorsTree(Workbench(heap))
    assert labels(tree.rows(None, Window(sort="label", filters={"text": "map"}))) == [
        "WeakMap",
        "Map",
    ]
    pattern: dict[str, FilterValue] = {"text": "^(map|set)$", "regex": True}
    assert labels(tree.rows(None, Window(sort="label", filters=pattern))) == ["Set", "Map"]


def shown_id(row: Row) -> int:
    [text] = [text for role, text in row.label if role == "id"]
    return int(text.removeprefix(" @"))


def test_comparison_lists_what_came_and_what_went() -> None:
    before = SnapshotBuilder.from_edges("root>Old root>Kept root>Gone")
    after = SnapshotBuilder.from_edges("root>Old root>Kept Kept.next>New")
    # Ids are given in order: the third object is another one.
    after.node("New", node_id=1001)
    workbench = Workbench(after.graph(), before=before.graph())
    tree = ComparisonTree(workbench)
    page = tree.rows(None, Window(sort="size_delta"))
    assert labels(page) == ["New", "Gone"]
    new, gone = page.rows
    assert (new.cells["count_delta"], gone.cells["size_delta"]) == (1, -16)
    came, went = tree.rows(new.key, Window()).rows[0], tree.rows(gone.key, Window()).rows[0]
    assert (came.flags, came.node_id) == (("added",), 1001)
    # Its id means nothing to the heap that is browsed; it is only shown.
    assert (went.flags, went.node_id, shown_id(went)) == (("removed",), None, 7)
    assert tree.nodes(new.key).tolist() == [3]
    assert tree.nodes(gone.key).tolist() == []
    assert tree.locate(3, Window()) == ((new.key, 0), (came.key, 0))
    assert tree.locate(1, Window()) is None
    with pytest.raises(HeapnbError, match="There is no row"):
        tree.rows(f"{new.key}/o3", Window())


@given(heaps(), heaps(), st.sampled_from(("label", "added_count", "size_delta", "removed_size")))
@settings(deadline=None, max_examples=20)
def test_comparison_holds_what_its_table_holds(
    before: HeapGraph, after: HeapGraph, sort: str
) -> None:
    tree = ComparisonTree(Workbench(after, before=before))
    comparison = diff(before, after)
    window = Window(limit=EVERYTHING, sort=sort)
    rows = tree.rows(None, window).rows
    columns = list(comparison.table.columns[2:])
    found = [tuple(row.cells[column] for column in columns) for row in rows]
    assert sorted(found) == sorted(comparison.table[columns].itertuples(index=False, name=None))
    added: list[int | None] = []
    removed: list[int] = []
    for row in rows:
        inside = tree.rows(row.key, window)
        counts = (row.cells["added_count"], row.cells["removed_count"])
        assert inside.total == sum(count for count in counts if isinstance(count, int))
        pages = [tree.rows(row.key, Window(i, 2, sort)).rows for i in range(0, inside.total, 2)]
        assert tuple(itertools.chain(*pages)) == inside.rows
        added += [r.node_id for r in inside.rows if "added" in r.flags]
        removed += [shown_id(r) for r in inside.rows if "removed" in r.flags]
    assert Counter(added) == Counter(comparison.added["node_id"].tolist())
    assert Counter(removed) == Counter(comparison.removed["node_id"].tolist())


def test_a_list_of_a_million_nodes_unfolds_member_by_member() -> None:
    n_nodes = 1_000_000
    heap = long_list(n_nodes)
    workbench = Workbench(heap)
    dominators, containment = DominatorsTree(workbench), ContainmentTree(workbench)
    key, edge_key = "d1", "e0"
    for node in range(2, 60):
        key, edge_key = f"{key}/d{node}", f"{edge_key}/e{node - 1}"
    assert dominators.rows(key, Window()).rows[0].node_id == 2 * 60 + 1
    assert containment.rows(edge_key, Window()).rows[0].node_id == 2 * 60 + 1
    # What is so far down is not unfolded on the way to it.
    assert dominators.locate(n_nodes - 1, Window()) is None
    assert containment.locate(n_nodes - 1, Window()) is None
    assert ConstructorsTree(workbench).locate(n_nodes - 1, Window(sort="distance")) is not None


def long_list(n_nodes: int) -> HeapGraph:
    """Make a linked list without a loop over its members."""
    import dataclasses

    import numpy as np

    raw = SnapshotBuilder.from_edges("root.next>a a.next>b").raw()
    first = np.minimum(np.arange(n_nodes + 1), n_nodes - 1).astype(np.uint32)
    many = np.ones(n_nodes, np.uint8)
    longer = dataclasses.replace(
        raw,
        node_type=np.where(np.arange(n_nodes) == 0, raw.node_type[0], raw.node_type[1]),
        node_name=np.full(n_nodes, raw.node_name[1], np.uint32),
        node_id=(2 * np.arange(n_nodes) + 1).astype(np.uint32),
        self_size=16 * many.astype(np.uint32),
        first_edge=first,
        edge_type=np.full(n_nodes - 1, raw.edge_type[0]),
        edge_name=np.full(n_nodes - 1, raw.edge_name[0]),
        edge_to=np.arange(1, n_nodes, dtype=np.uint32),
        detachedness=None,
    )
    return HeapGraph(longer)


def test_nodes_that_nothing_reaches_are_there() -> None:
    builder = SnapshotBuilder.from_edges("root>a island.self>shore shore.back>island")
    heap = builder.graph()
    workbench = Workbench(heap)
    tree = ConstructorsTree(workbench)
    row = next(r for r in tree.rows(None, Window()).rows if r.label[0][1] == "island")
    assert row.cells["distance"] == -5
    assert tree.rows(row.key, Window()).rows[0].expandable
    node = builder.ordinal("island")
    assert ContainmentTree(workbench).locate(node, Window()) is None
    assert DominatorsTree(workbench).locate(node, Window()) is not None
    found = RetainersTree(workbench, node).rows(None, Window()).rows
    assert [row.cells["distance"] for row in found] == [200_000_000]


def test_ids_beyond_32_bits_stay_what_they_are() -> None:
    builder = SnapshotBuilder.from_edges("root>a a>b")
    builder.node("b", node_id=(1 << 33) + 1)
    heap = builder.graph()
    for tree in itertools.islice(trees_of(heap), 3):
        key = tree.locate(2, Window())[-1][0]  # type: ignore[index]
        assert tree.python(key, Window()) == f"snap.node({(1 << 33) + 1})"


def test_a_heap_of_nothing_but_a_root() -> None:
    heap = SnapshotBuilder().graph()
    for tree in trees_of(heap):
        assert tree.rows(None, Window()).rows == (), tree.key


@pytest.mark.parametrize("key", ["", "x", "e", "e9", "n0", "c0/n99", "e0/e0", "d0", "e-1", "c99"])
def test_keys_that_no_row_has_are_refused(key: str) -> None:
    heap = SnapshotBuilder.from_edges("root>a").graph()
    for tree in trees_of(heap):
        with pytest.raises(HeapnbError, match="There is no row"):
            tree.rows(key, Window())


def test_keys_do_not_take_forever() -> None:
    heap = SnapshotBuilder.from_edges("root>a a>a").graph()
    with pytest.raises(HeapnbError, match="There is no row"):
        ContainmentTree(Workbench(heap)).rows("/".join(["e0", *["e1"] * 1_000_000]), Window())


@pytest.fixture(scope="module", params=all_samples()[:4], ids=lambda path: path.parent.name)
def sample(request: pytest.FixtureRequest) -> HeapGraph:
    return HeapGraph(read_snapshot(request.param))


def test_samples_unfold(sample: HeapGraph) -> None:
    workbench = Workbench(sample)
    for tree in (
        ConstructorsTree(workbench),
        ContainmentTree(workbench),
        DominatorsTree(workbench),
    ):
        window = Window(limit=5, sort=RETAINED_SIZE.key)
        parent: str | None = None
        for _ in range(5):
            page = tree.rows(parent, window)
            rows = [row for row in page.rows if row.expandable]
            if not rows:
                break
            parent = rows[0].key
            assert len(tree.nodes(parent)) >= 1
