"""Trees of listeners, detached nodes, kinds, timers, modules, buffers, promises and globals."""

from __future__ import annotations

import re

import orjson
import pytest

from heapnb.snapshot import load
from heapnb.testing import SnapshotBuilder
from heapnb.views import treemaps
from heapnb.views.masking import MASK
from heapnb.workbench.model import LARGEST_PAGE, Window
from heapnb.workbench.source import Source
from heapnb.workbench.trees.decoded import DecodedTree
from heapnb.workbench.trees.detached import DetachedTree
from heapnb.workbench.trees.globals_ import GlobalsTree
from heapnb.workbench.trees.listeners import ListenersTree
from heapnb.workbench.trees.promises import PromisesTree
from heapnb.workbench.trees.registry import DECODED as DECODED_TREES
from heapnb.workbench.trees.statistics import StatisticsTree
from tests.conftest import all_samples
from tests.unit.decoded_trees import bench, row_with, rows_of, sample, shown, text_of
from tests.unit.hostile import HOSTILE_UNICODE, assert_nothing_invisible

BuffersTree = DECODED_TREES["buffers"]
TimersTree = DECODED_TREES["timers"]
ModulesTree = DECODED_TREES["modules"]
SocketsTree = DECODED_TREES["sockets"]
ContextsTree = DECODED_TREES["contexts"]

DECODED = [
    *(
        "closures",
        "contexts",
        "dead_variables",
        "native_contexts",
        "texts",
        "collections",
        "listeners",
        "timers",
        "promises",
        "sockets",
        "modules",
    ),
    *("globals", "buffers", "detached", "known_objects", "statistics"),
]
NODE_TREES: list[type[DecodedTree]] = [
    ListenersTree,
    TimersTree,
    ModulesTree,
    BuffersTree,
    PromisesTree,
    SocketsTree,
    ContextsTree,
    GlobalsTree,
]


# -- listeners --------------------------------------------------------------------------------


def test_the_listeners_of_the_sample() -> None:
    tree = ListenersTree(bench(sample("listener_per_request")))
    group = row_with(tree, "InventoryClient on error")
    assert group.cells["count"] == 261
    assert re.fullmatch(r"InventoryClient @\d+", str(group.cells["emitter"]))
    listeners = rows_of(tree, group.key)
    locations = [row.cells["location"] for row in listeners]
    assert locations.count("/srv/shop-api/lib/orderHandler.js:19:27") == 260
    below = rows_of(tree, listeners[0].key)
    assert text_of(below[0]).startswith("listens to :: InventoryClient @")
    assert below[0].node_id == tree.heap.node_id[tree.nodes(below[0].key)[0]]
    assert len({row.key for row in below}) == len(below) > 1
    assert rows_of(tree, below[0].key)


def test_listeners_once_and_objects_that_listen() -> None:
    builder = SnapshotBuilder.from_edges(
        "root>bus bus._events>map map.open>f map.close>wrap wrap.listener>g"
    )
    for key, name in [("f", "onOpen"), ("wrap", "bound onceWrapper"), ("g", "onClose")]:
        builder.node(key, type="closure", name=name)
    tree = ListenersTree(bench(builder))
    assert sorted(shown(tree)) == ["bus on close", "bus on open"]
    assert shown(tree, row_with(tree, "close").key) == [f"onClose() once @{builder.node_id('g')}"]
    assert shown(tree, text="onop") == ["bus on open"]
    assert tree.nodes(row_with(tree, "open").key).tolist() == [builder.ordinal("f")]


# -- detached nodes ---------------------------------------------------------------------------


def test_detached_nodes_of_a_page() -> None:
    snap = sample("detached_dom")
    tree = DetachedTree(bench(snap))
    table = snap.detached()
    rows = rows_of(tree)
    assert sum(int(row.cells["count"] or 0) for row in rows) == len(table)
    group = row_with(tree, "Detached <tr>")
    # The program removed 640 rows of seven nodes.
    assert text_of(group) == "Detached <tr> held by rows"
    assert group.cells["count"] == len(table) == 640
    assert group.cells["dom_nodes"] == 7 * 640
    first = rows_of(tree, rows[0].key)[0]
    assert "detached" in first.flags


def test_no_detached_nodes() -> None:
    builder = SnapshotBuilder.from_edges("root>a")
    builder.node("a", type="native", name="HTMLDivElement", detachedness=1)
    page = DetachedTree(bench(builder)).rows(None, Window())
    assert (page.total, page.note) == (
        0,
        "No node is detached. Only snapshots of a browser have DOM nodes.",
    )


def test_files_that_do_not_say_what_is_detached() -> None:
    path = next(path for path in all_samples() if "node-8" in path.name)
    page = DetachedTree(bench(load(path, progress=False))).rows(None, Window())
    assert page.note is not None
    assert page.note.startswith("This file does not record")


# -- kinds --------------------------------------------------------------------------------------


def test_statistics_as_table_and_chart() -> None:
    snap = sample("unbounded_memoize")
    tree = StatisticsTree(bench(snap))
    table = snap.statistics().table
    assert {text_of(row): row.cells["size"] for row in rows_of(tree)} == dict(
        zip(table["kind"], table["size"], strict=True)
    )
    assert not any(row.expandable for row in rows_of(tree))
    chart = tree.chart()
    assert [column["key"] for column in chart["table"]["columns"]] == ["kind", "size", "share"]
    sizes = [row["size"] for row in chart["table"]["rows"]]
    assert sizes == sorted(sizes, reverse=True)
    assert sum(sizes) == snap.statistics().total
    assert chart["svg"].count("<rect") == sum(size > 0 for size in sizes)
    assert 'xmlns="http://www.w3.org/2000/svg"' in chart["svg"]


def tiles_of(svg: str) -> list[tuple[float, float, float, float]]:
    pattern = r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"'
    return [tuple(map(float, found)) for found in re.findall(pattern, svg)]  # type: ignore[misc]


def test_tiles_fill_the_map_and_do_not_overlap() -> None:
    sizes = [500, 300, 100, 50, 30, 15, 4, 1]
    tiles = tiles_of(treemaps.treemap([(f"part {size}", size) for size in sizes], title="All"))
    assert len(tiles) == len(sizes)
    for (x, y, width, height), size in zip(tiles, sizes, strict=True):
        assert 0 <= x < x + width <= 760
        assert 0 <= y < y + height <= 300
        # Each has a gap of three around it.
        assert (width + 3) * (height + 3) == pytest.approx(size / 1000 * 760 * 300, rel=0.1, abs=40)
    for i, (x, y, width, height) in enumerate(tiles):
        for other_x, other_y, other_width, other_height in tiles[:i]:
            assert (
                x + width <= other_x
                or other_x + other_width <= x
                or y + height <= other_y
                or other_y + other_height <= y
            )


def test_names_in_a_map_are_escaped() -> None:
    svg = treemaps.treemap([(text, 10) for text in HOSTILE_UNICODE.values()], title="<script>")
    assert "<script" not in svg
    assert "<img" not in svg
    assert treemaps.treemap([("nothing", 0)], title="Empty") == ""


# -- the others -------------------------------------------------------------------------------


def test_modules_that_are_loaded_again_and_again() -> None:
    tree = ModulesTree(bench(sample("hot_reload")))
    row = row_with(tree, "/srv/pricing-api/rules/discounts.js")
    assert int(row.cells["count"] or 0) > 100
    assert row.cells["parent"] == "/srv/pricing-api/lib/ruleLoader.js"
    assert len(rows_of(tree, row.key)) == row.cells["count"]


def test_timers_by_what_they_call() -> None:
    tree = TimersTree(bench(sample("listener_per_request")))
    row = row_with(tree, "checkConnections() node:_http_server")
    assert (row.cells["kind"], row.cells["delay"]) == ("interval", 30000)


def test_globals_of_the_program() -> None:
    snap = sample("undeclared_global")
    tree = GlobalsTree(bench(snap))
    added = snap.globals().query("not built_in")
    assert len(shown(tree, whose="added")) == len(added) > 0
    assert len(shown(tree)) == len(snap.globals())
    assert shown(tree, whose="added")[0].startswith(f"{added['name'].iloc[0]} :: ")


def test_buffers_by_what_holds_them() -> None:
    tree = BuffersTree(bench(sample("buffer_outside_heap")))
    first = rows_of(tree)[0]
    members = rows_of(tree, first.key)
    assert len(members) == first.cells["count"]


def test_promises_of_a_program() -> None:
    builder = SnapshotBuilder.from_edges(
        "root>Promise Promise/reactions_or_result>waits root>done done/reactions_or_result>text"
    )
    builder.node("waits", type="hidden", name="system / PromiseReaction")
    tree = PromisesTree(bench(builder.node("done", name="Promise")))
    assert sorted(shown(tree)) == [
        "pending, no known reaction",
        "settled, no known reaction",
    ]


@pytest.mark.parametrize("tree_type", NODE_TREES)
def test_a_heap_with_none_of_them_says_so(tree_type: type[DecodedTree]) -> None:
    page = tree_type(bench(SnapshotBuilder.from_edges("root>a"))).rows(None, Window())
    assert page.total == 0
    assert page.note is not None
    assert page.note.endswith(".")


def test_texts_of_the_heap_are_harmless_and_secrets_masked() -> None:
    texts = [*HOSTILE_UNICODE.values(), "password=hunter2"]
    edges = " ".join(
        f"root>bus{i} bus{i}._events>map{i} map{i}.open>f{i}" for i in range(len(texts))
    )
    builder = SnapshotBuilder.from_edges(edges)
    for i, text in enumerate(texts):
        builder.node(f"f{i}", type="closure", name=text).node(f"bus{i}", name=text)
    tree = ListenersTree(bench(builder))
    groups = rows_of(tree)
    assert len(groups) == len(set(texts))
    for group in groups:
        for row in (group, *rows_of(tree, group.key)):
            assert_nothing_invisible(text_of(row))
            assert "hunter2" not in repr(row)
    assert any(MASK in text_of(row) for row in groups)
    masked = next(row for row in groups if MASK in text_of(row))
    assert rows_of(tree, masked.key)[0].flags == ("masked",)
    assert tree.rows(None, Window(filters={"text": "hunter"})).total == 0
    assert "hunter2" not in tree.python(masked.key, Window())


@pytest.mark.parametrize("case", ["listener_per_request", "detached_dom"])
def test_answers_are_plain_and_small(case: str) -> None:
    source = Source(bench(sample(case)))
    keys = [view["key"] for view in source.description["views"]]
    assert keys[-len(DECODED) :] == DECODED
    for view in DECODED:
        page = source.answer("rows", {"view": view, "parent": None, "limit": LARGEST_PAGE})
        assert len(orjson.dumps(page)) <= 64 << 10
        for row in page["rows"][:5]:
            below, level = [row], 0
            while below and below[0]["expandable"] and level < 3:
                answer = source.answer("rows", {"view": view, "parent": below[0]["key"]})
                assert len(orjson.dumps(answer)) <= 64 << 10
                below, level = answer["rows"], level + 1
    chart = source.answer("chart", {"view": "statistics"})
    assert orjson.loads(orjson.dumps(chart)) == chart
