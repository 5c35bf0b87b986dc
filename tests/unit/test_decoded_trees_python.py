"""The code that trees of decoded things give runs, and gives what they show."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from heapnb.workbench.model import LARGEST_PAGE, Window
from heapnb.workbench.trees.closures import ClosuresTree
from heapnb.workbench.trees.collections_ import CollectionsTree
from heapnb.workbench.trees.decoded import DecodedTree
from heapnb.workbench.trees.detached import DetachedTree
from heapnb.workbench.trees.globals_ import GlobalsTree
from heapnb.workbench.trees.listeners import ListenersTree
from heapnb.workbench.trees.promises import PromisesTree
from heapnb.workbench.trees.registry import DECODED as DECODED_TREES
from heapnb.workbench.trees.statistics import StatisticsTree
from heapnb.workbench.trees.texts import TextsTree
from tests.unit.decoded_trees import bench, rows_of, sample

BuffersTree = DECODED_TREES["buffers"]
TimersTree = DECODED_TREES["timers"]
ModulesTree = DECODED_TREES["modules"]

CASE = "listener_per_request"
TREES: list[type[DecodedTree]] = [
    ClosuresTree,
    TextsTree,
    CollectionsTree,
    ListenersTree,
    DetachedTree,
    TimersTree,
    ModulesTree,
    BuffersTree,
    PromisesTree,
    DECODED_TREES["sockets"],
    DECODED_TREES["contexts"],
    GlobalsTree,
]
ID_OF_ROWS = {"listeners": "listener_id"}
FILTERS: list[dict[str, Any]] = [
    {},
    {"text": "e"},
    {"text": "^[a-z]+(?:er|on)$", "regex": True},
    {"text": '\\"quoted\\"'},
    {"min_retained_size": 500},
    {"text": "s", "min_retained_size": 100},
]
CHOICES: list[tuple[type[DecodedTree], dict[str, Any]]] = [
    (TextsTree, {"preset": "duplicates"}),
    (TextsTree, {"preset": "ropes", "min_length": "32"}),
    (TextsTree, {"preset": "secrets"}),
    (TextsTree, {"min_length": "256", "text": "function"}),
    (CollectionsTree, {"kind": "Map"}),
    (CollectionsTree, {"kind": "object", "text": "cache"}),
    (GlobalsTree, {"whose": "added"}),
]


def run(code: str) -> Any:
    return eval(code, {"snap": sample(CASE)})


def ids_of(tree: DecodedTree, table: pd.DataFrame) -> list[int]:
    return table[ID_OF_ROWS.get(tree.key, "node_id")].tolist()


def shown_ids(tree: DecodedTree, window: Window) -> list[int]:
    """Return the ids of all rows of the frame that pass."""
    column = "first_id" if tree.key == "texts" else "node_id"
    # Page by page it would take minutes.
    rows = tree._chosen_rows(window)
    page = tree.rows(None, window)
    if tree.group_by and page.total < LARGEST_PAGE:
        assert sum(int(row.cells["count"] or 0) for row in page.rows) == len(rows)
    elif not tree.group_by:
        assert page.total == len(rows)
    return tree.frame[column].iloc[rows].tolist()


@pytest.mark.parametrize("filters", FILTERS, ids=str)
@pytest.mark.parametrize("tree_type", TREES)
def test_rows_of_the_table(tree_type: type[DecodedTree], filters: dict[str, Any]) -> None:
    check_table(tree_type, filters)


@pytest.mark.parametrize(("tree_type", "filters"), CHOICES, ids=str)
def test_rows_of_a_choice(tree_type: type[DecodedTree], filters: dict[str, Any]) -> None:
    check_table(tree_type, filters)


def check_table(tree_type: type[DecodedTree], filters: dict[str, Any]) -> None:
    tree = tree_type(bench(sample(CASE)))
    sort, descending = tree.default_sort
    window = Window(0, LARGEST_PAGE, sort, descending, filters)
    table = run(tree.python(None, window))
    assert sorted(ids_of(tree, table)) == sorted(shown_ids(tree, window))
    assert sort is not None
    assert table[sort].is_monotonic_decreasing


@pytest.mark.parametrize("tree_type", TREES)
@pytest.mark.parametrize("descending", [True, False])
def test_order_of_the_table(tree_type: type[DecodedTree], *, descending: bool) -> None:
    tree = tree_type(bench(sample(CASE)))
    for column in ("shallow_size", "retained_size"):
        table = run(tree.python(None, Window(0, 100, column, descending)))
        expected = "is_monotonic_decreasing" if descending else "is_monotonic_increasing"
        assert getattr(table[column], expected)


@pytest.mark.parametrize("tree_type", [tree for tree in TREES if tree.group_by])
def test_rows_of_a_group(tree_type: type[DecodedTree]) -> None:
    tree = tree_type(bench(sample(CASE)))
    sort, descending = tree.default_sort
    groups = rows_of(tree)
    for group in groups[:: len(groups) // 10 + 1]:
        rows = rows_of(tree, group.key)
        code = tree.python(group.key, Window(0, 100, sort, descending))
        assert sorted(ids_of(tree, run(code))) == sorted(row.node_id or 0 for row in rows)


@pytest.mark.parametrize("tree_type", TREES)
def test_single_nodes(tree_type: type[DecodedTree]) -> None:
    tree = tree_type(bench(sample(CASE)))
    top = tree.rows(None, Window(0, LARGEST_PAGE, *tree.default_sort)).rows[::13]
    for row in top:
        children = tree.rows(row.key, Window(0, 5)).rows if row.expandable else ()
        for each in (row, *children):
            if each.node_id is not None:
                assert run(tree.python(each.key, Window())).id == each.node_id


def test_all_strings_of_a_text() -> None:
    tree = TextsTree(bench(sample(CASE)))
    rows = [row for row in rows_of(tree, preset="duplicates") if row.node_id is None]
    assert len(rows) > 100
    for row in rows[:: len(rows) // 20]:
        found = run(tree.python(row.key, Window()))
        ids = tree.heap.node_id[tree.nodes(row.key)].tolist()
        if len(ids) <= 50 or "name" in tree.python(row.key, Window()):
            assert sorted(found["node_id"]) == sorted(ids)


def test_statistics() -> None:
    tree = StatisticsTree(bench(sample(CASE)))
    table = run(tree.python(None, Window(0, 100, "size", descending=True)))
    assert table["kind"].tolist() == [row.label[0][1] for row in rows_of(tree)]
