"""The Allocations tab: functions, callers, live objects; only where the file has call stacks."""

from __future__ import annotations

import numpy as np
import orjson
import pytest

import heapnb as hn
from heapnb.errors import HeapnbError
from heapnb.graph.traces import trace_of, trace_tree
from heapnb.testing import SnapshotBuilder
from heapnb.views.fmt import format_bytes
from heapnb.workbench.model import Row, Window
from heapnb.workbench.source import Source
from heapnb.workbench.subject import Workbench
from heapnb.workbench.trees.allocations import AllocationsTree
from tests.conftest import ROOT
from tests.unit.decoded_trees import row_with, rows_of, text_of

DATA = ROOT / "tests" / "data" / "allocations"


@pytest.fixture(scope="module")
def tree() -> AllocationsTree:
    snap = hn.load(DATA / "node-22.heaptimeline.zst", cache=False, progress=False)
    return AllocationsTree(Workbench(snap.graph))


def below(tree: AllocationsTree, row: Row, text: str) -> Row:
    return next(one for one in rows_of(tree, row.key) if text in text_of(one))


def test_callers_split_what_a_function_allocated(tree: AllocationsTree) -> None:
    maker = row_with(tree, "makeSession()")
    assert "/srv/shop/shop.js:17:21" in text_of(maker)
    objects, *callers = rows_of(tree, maker.key)
    assert text_of(objects).startswith("Objects")
    assert [text_of(one).split()[2] for one in callers] == ["login()", "restore()"]
    for name in ("live_count", "live_size", "allocation_count", "allocation_size"):
        assert sum(int(one.cells[name] or 0) for one in callers) == maker.cells[name]
    request = below(tree, callers[0], "request()")
    assert request.cells["live_size"] == callers[0].cells["live_size"]


def test_objects_are_those_of_the_stack(tree: AllocationsTree) -> None:
    login = below(tree, row_with(tree, "makeSession()"), "login()")
    nodes = tree.nodes(login.key)
    functions = trace_tree(tree.heap).function[trace_of(tree.heap)[nodes]]
    assert len(set(functions.tolist())) == 1
    assert len(nodes) == login.cells["live_count"]
    objects = rows_of(tree, below(tree, login, "Objects").key)
    assert {row.node_id for row in objects} <= set(tree.heap.node_id[nodes].tolist())
    first = objects[0]
    assert tree.heap.node_id[tree.nodes(first.key)[0]] == first.node_id
    deeper = next(row for row in objects if row.expandable)
    assert rows_of(tree, deeper.key)
    assert first.cells["live_size"] == first.cells["shallow_size"]
    assert tree.python(login.key, Window()).startswith("snap.")


@pytest.mark.parametrize("key", ["r0/k999999", "r0/n5", "r0/o0/x", "r0/o0/k1", "r99999", "r0/o1"])
def test_keys_that_lead_nowhere_are_refused(tree: AllocationsTree, key: str) -> None:
    with pytest.raises(HeapnbError):
        rows_of(tree, key)


def test_the_flame_graph_draws_live_bytes() -> None:
    snap = hn.load(DATA / "node-22.heaptimeline.zst", cache=False, progress=False)
    chart = Source(Workbench(snap.graph)).answer("chart", {"view": "allocation_flame"})
    result = snap.allocations()
    assert f"Live bytes by call stack: {format_bytes(result.live_size)}" in chart["svg"]
    assert "makeSession" in chart["svg"]
    assert "/srv/shop/shop.js:17:21" in chart["svg"]
    first = chart["table"]["rows"][0]
    assert first["live_size"] == result.table["live_size"][0]
    assert "makeSession" in result.chart()._repr_html_()


def test_the_tab_is_there_only_with_call_stacks() -> None:
    plain = Source(Workbench(SnapshotBuilder.from_edges("root>a").graph()))
    views = {view["key"] for view in plain.description["views"]}
    assert not views & {"allocations", "allocation_flame"}


@pytest.mark.parametrize("path", sorted(DATA.glob("*.zst")), ids=lambda path: path.name)
def test_every_row_of_every_file_can_be_sent(path: object) -> None:
    snap = hn.load(str(path), cache=False, progress=False)
    source = Source(Workbench(snap.graph))
    tree = AllocationsTree(Workbench(snap.graph))
    for row in rows_of(tree, None)[:20]:
        answer = source.answer("rows", {"view": "allocations", "parent": row.key, "limit": 50})
        assert orjson.dumps(answer)
    assert np.all(tree.nodes("r0") >= 0)
