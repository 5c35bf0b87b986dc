"""The tree of collections: by name, down to the entries."""

from __future__ import annotations

import pytest

from heapnb.errors import HeapnbError
from heapnb.testing import SnapshotBuilder
from heapnb.views.masking import MASK, OFF
from heapnb.workbench.model import Window
from heapnb.workbench.trees.collections_ import CollectionsTree
from tests.unit.decoded_trees import bench, row_with, rows_of, sample, shown, text_of

MAP_OF_FOUR = 16 + 8 * (3 + 2 + 4 * 3)


@pytest.fixture
def builder() -> SnapshotBuilder:
    builder = SnapshotBuilder.from_edges(
        "root>App App.sessions>Map Map/table>t t/5>key t/6>User t/8>word t/9>secret t/11>number "
        "App.seen>Set Set/table>u u/5>member App.list>list list[0]>User list[1]>word"
    )
    for key, text in [
        ("key", "ghp_0123456789abcdef0123456789abcdef0123"),
        ("word", "password"),
        ("secret", "sesame"),
        ("number", "visits"),
        ("member", "Ann"),
    ]:
        builder.node(key, type="string", name=text)
    builder.node("list", name="Array")
    builder.node("u", type="array", size=16 + 8 * (3 + 2 + 4 * 2))
    return builder.node("t", type="array", size=MAP_OF_FOUR)


def test_collections_are_grouped_by_what_holds_them(builder: SnapshotBuilder) -> None:
    tree = CollectionsTree(bench(builder))
    assert sorted(shown(tree)) == ["Array list in App", "Map sessions in App", "Set seen in App"]
    cells = row_with(tree, "Map").cells
    assert (cells["count"], cells["entry_count"], cells["capacity"]) == (1, 3, 4)
    assert cells["fill_ratio"] == 0.75
    assert shown(tree, kind="Set") == ["Set seen in App"]
    assert shown(tree, text="^sess", regex=True) == ["Map sessions in App"]


def test_entries_of_a_map(builder: SnapshotBuilder) -> None:
    tree = CollectionsTree(bench(builder))
    (collection,) = rows_of(tree, row_with(tree, "Map").key)
    assert collection.node_id == builder.node_id("Map")
    rows = rows_of(tree, collection.key)
    assert [text_of(row) for row in rows] == [
        f'"{MASK}" → User @{builder.node_id("User")}',
        f'"password" → {MASK} @{builder.node_id("secret")}',
        f'"visits" → ? @{builder.node_id("number")}',
    ]
    assert [row.flags for row in rows] == [("masked",), ("masked",), ()]
    assert [tree.nodes(row.key).tolist() for row in rows] == [
        [builder.ordinal(key)] for key in ("User", "secret", "number")
    ]
    plain = CollectionsTree(bench(builder, masking=OFF))
    assert shown(plain, collection.key)[1].startswith('"password" → "sesame"')
    for offset in range(3):
        page = tree.rows(collection.key, Window(offset, 1))
        assert page.rows == (rows[offset],)


def test_members_of_a_set_and_items_of_an_array(builder: SnapshotBuilder) -> None:
    tree = CollectionsTree(bench(builder))
    (seen,) = rows_of(tree, row_with(tree, "Set").key)
    assert shown(tree, seen.key) == [f'"Ann" @{builder.node_id("member")}']
    (items,) = rows_of(tree, row_with(tree, "Array").key)
    assert shown(tree, items.key)[0].startswith(("[0] :: User", "[1] :: "))


@pytest.mark.parametrize("part", ["k9", "k-1", "n99999", "e0"])
def test_keys_that_lead_nowhere_are_refused(builder: SnapshotBuilder, part: str) -> None:
    tree = CollectionsTree(bench(builder))
    (collection,) = rows_of(tree, row_with(tree, "Map").key)
    with pytest.raises(HeapnbError, match="There is no row"):
        tree.rows(f"{collection.key}/{part}", Window())


def test_many_collections_are_unfolded_one_after_the_other() -> None:
    snap = sample("unbounded_memoize")
    tree = CollectionsTree(bench(snap))
    for group in rows_of(tree, kind="Map")[:20]:
        for row in rows_of(tree, group.key):
            assert row.node_id is not None
            entries = snap.node(row.node_id).entries()
            assert tree.rows(row.key, Window()).total == len(entries)


def test_the_cache_of_the_sample_is_at_the_top() -> None:
    tree = CollectionsTree(bench(sample("unbounded_memoize")))
    first = rows_of(tree, kind="Map")[0]
    assert text_of(first) == "Map results in system / Context"
    cache = rows_of(tree, first.key)[0]
    assert int(cache.cells["entry_count"] or 0) >= 200
    entry = rows_of(tree, cache.key)[0]
    assert ("operator", " → ") in entry.label
    assert entry.expandable


def test_a_heap_without_collections() -> None:
    page = CollectionsTree(bench(SnapshotBuilder.from_edges("root>a"))).rows(None, Window())
    assert (page.total, page.note) == (0, "This heap has no collections.")
