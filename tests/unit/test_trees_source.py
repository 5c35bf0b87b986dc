"""What a front end asks: every answer fits, every bad question is told so."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import orjson
import pytest

from heapnb.errors import HeapnbError, NodeNotFoundError, PatternError
from heapnb.testing import SnapshotBuilder
from heapnb.views.masking import MASK, OFF, SECRETS
from heapnb.widgets import HeapBrowser
from heapnb.workbench.model import LARGEST_PAGE, LONGEST_TEXT, Label, Page, Row
from heapnb.workbench.source import LARGEST_ANSWER, Source, fit
from heapnb.workbench.subject import Workbench
from tests.unit.hostile import HOSTILE_UNICODE, assert_nothing_invisible

CORE = ("constructors", "containment", "dominators")
METHODS = ("rows", "locate", "details", "graph", "text", "python", "chart")


@pytest.fixture
def source() -> Source:
    builder = SnapshotBuilder.from_edges("root.cache>Map Map.user>user user.password>p user.name>n")
    builder.node("p", type="string", name="hunter2").node("n", type="string", name="Ann")
    return Source(Workbench(builder.graph(), title="app", expression="after"))


def text_of(row: dict[str, Any]) -> str:
    return "".join(text for _, text in row["label"])


def all_rows(source: Source, view: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    pending: list[str | None] = [None]
    while pending:
        params = {"view": view, "parent": pending.pop(), "limit": LARGEST_PAGE}
        page = source.answer("rows", params)["rows"]
        rows += page
        pending += [row["key"] for row in page if row["expandable"]]
    return rows


def test_the_description_tells_all_that_a_front_end_needs(source: Source) -> None:
    description = source.description
    assert orjson.loads(orjson.dumps(description)) == description
    assert (description["title"], description["expression"]) == ("app", "after")
    assert (description["total_size"], description["node_count"]) == (64, 5)
    views = {view["key"]: view for view in [*description["views"], description["retainers"]]}
    assert list(views)[:2] == ["constructors", "containment"]
    assert "comparison" not in views
    assert "suspects" not in views
    for view in views.values():
        sort, is_descending = view["sort"]
        assert sort in {None, "label", *(column["key"] for column in view["columns"])}
        assert isinstance(is_descending, bool)
        assert view["kind"] in {"tree", "chart"}
        assert view["title"]
        assert view["label_title"]


def test_every_view_answers(source: Source) -> None:
    for view in source.description["views"]:
        page = source.answer("rows", {"view": view["key"], "parent": None})
        assert page["total"] >= len(page["rows"])
        code = source.answer("python", {"view": view["key"]})["code"]
        compile(code, "<cell>", "eval")


def test_goto_finds_the_view_that_lists_a_node(source: Source) -> None:
    heap = source.workbench.heap
    node_id = int(heap.node_id[-1])
    every = [view["key"] for view in source.description["views"] if view["lists_every_node"]]
    assert every == list(CORE)
    found = source.answer("goto", {"node_id": node_id, "view": "dominators"})
    assert found["view"] == "dominators"
    located = source.answer("locate", {"node_id": node_id, "view": "dominators"})
    assert found["path"] == located["path"]
    # A view that does not list the node, and a filter that hides it.
    assert source.answer("goto", {"node_id": node_id, "view": "timers"})["view"] == CORE[0]
    settings = {"dominators": {"filters": {"min_retained_size": 1 << 40}}}
    request = {"node_id": node_id, "view": "dominators", "settings": settings}
    found = source.answer("goto", request)
    assert (found["view"], found["filters"]) == ("dominators", {})
    settings["dominators"]["filters"] = {"min_retained_size": 1}
    found = source.answer("goto", request)
    assert found["filters"] == {"min_retained_size": 1}


def test_rows_are_plain_data(source: Source) -> None:
    page = source.answer("rows", {"view": "containment", "parent": None})
    assert page == {
        "rows": [
            {
                "key": "e0",
                "label": [
                    *(["edge", "cache"], ["operator", " :: "], ["class", "Map"], ["id", " @3"])
                ],
                "cells": {"distance": 1, "shallow_size": 16, "retained_size": 64},
                "node_id": 3,
                "expandable": True,
                "flags": [],
                "title": None,
            }
        ],
        "total": 1,
        "offset": 0,
        "note": None,
    }


def test_secrets_are_masked_until_they_are_revealed(source: Source) -> None:
    for view in CORE:
        rows = all_rows(source, view)
        masked = [row for row in rows if row["node_id"] == 7]
        assert masked
        assert all("masked" in row["flags"] and MASK in text_of(row) for row in masked)
        assert "hunter2" not in orjson.dumps(rows).decode()
    retainers = source.answer("rows", {"view": "retainers", "node_id": 7})
    assert text_of(retainers["rows"][0]) == "password in user @5"
    assert "hunter2" not in orjson.dumps(source.answer("details", {"node_id": 7})).decode()
    hidden = source.answer("text", {"node_id": 7})
    assert (hidden["text"], hidden["is_masked"]) == (MASK, True)
    shown = source.answer("text", {"node_id": 7, "reveal": True})
    assert shown == {"text": "hunter2", "length": 7, "is_cut": False, "is_masked": False}
    open_source = Source(replace(source.workbench, masking=OFF))
    assert not open_source.description["masked"]
    assert any("hunter2" in text_of(row) for row in all_rows(open_source, "constructors"))


def test_a_source_keeps_the_masking_of_its_workbench(source: Source) -> None:
    for masking in (OFF, SECRETS):
        workbench = replace(source.workbench, masking=masking)
        assert Source(workbench).workbench is workbench
        assert HeapBrowser(workbench).description["masked"] is masking.is_on
    assert HeapBrowser(source.workbench, mask=False).description["masked"] is False


def test_details_tell_the_way_to_a_node(source: Source) -> None:
    details = source.answer("details", {"node_id": 9})
    assert orjson.loads(orjson.dumps(details)) == details
    assert (details["class_name"], details["name"], details["dominator_id"]) == (
        "(string)",
        "Ann",
        5,
    )
    assert details["breadcrumbs"] == [
        {"label": "(GC roots)", "node_id": 1},
        {"label": "cache: Map", "node_id": 3},
        {"label": "user: user", "node_id": 5},
        {"label": 'name: "Ann"', "node_id": 9},
    ]
    assert source.answer("details", {"node_id": 1})["dominator_id"] is None


def test_a_long_way_is_cut_in_the_middle() -> None:
    edges = " ".join(f"n{i}.next>n{i + 1}" for i in range(100))
    source = Source(Workbench(SnapshotBuilder.from_edges(f"root>n0 {edges}").graph()))
    crumbs = source.answer("details", {"node_id": 2 * 101 + 1})["breadcrumbs"]
    assert len(crumbs) == 21
    assert crumbs[6] == {"label": "… 82 more …", "node_id": None}


def test_what_nothing_leads_to_has_details_all_the_same() -> None:
    source = Source(Workbench(SnapshotBuilder.from_edges("root>a b>b").graph()))
    assert source.answer("details", {"node_id": 5})["breadcrumbs"] == [{"label": "b", "node_id": 5}]


@pytest.mark.parametrize("name", HOSTILE_UNICODE)
def test_hostile_names_stay_text(name: str) -> None:
    text = HOSTILE_UNICODE[name]
    builder = SnapshotBuilder()
    for key, kind in (("o", "object"), ("s", "string"), ("f", "closure"), ("h", "hidden")):
        builder.node(key, type=kind, name=text)
        builder.edge("root", key, text, type="property")
    source = Source(Workbench(builder.graph(), title=text))
    answers = [source.description]
    for view in CORE:
        answers += all_rows(source, view)
    for node_id in (3, 5, 7, 9):
        answers += [
            source.answer("details", {"node_id": node_id}),
            source.answer("text", {"node_id": node_id, "reveal": True}),
            source.answer("rows", {"view": "retainers", "node_id": node_id}),
        ]
    whole = orjson.dumps(answers)
    assert_nothing_invisible(" ".join(texts_in(orjson.loads(whole))))
    for row in itertools.chain(*(all_rows(source, view) for view in CORE)):
        assert all(len(piece) <= LONGEST_TEXT * 8 for _, piece in row["label"])
    assert source.answer("rows", {"view": "constructors", "filters": {"text": text[:1000]}})


def texts_in(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    return [text for one in value for text in texts_in(one)] if isinstance(value, list) else []


def test_an_answer_is_never_larger_than_it_may_be() -> None:
    label: Label = (("string", "\\\u202e" * 80), ("class", "é" * 160))
    rows = tuple(Row(f"e{i}/" * 2, label, {"text": "ß" * 160}, i) for i in range(LARGEST_PAGE))
    answer = fit(Page(rows, 500))
    assert len(orjson.dumps(answer)) <= LARGEST_ANSWER
    assert (len(answer["rows"]), answer["total"]) == (LARGEST_PAGE, 500)
    deep = tuple(Row("e1000000/" * 200, label, {}, i) for i in range(LARGEST_PAGE))
    answer = fit(Page(deep, 500))
    assert len(orjson.dumps(answer)) <= LARGEST_ANSWER
    assert 0 < len(answer["rows"]) < LARGEST_PAGE


def test_a_small_answer_is_not_cut() -> None:
    rows = (Row("e0", (("string", "x" * LONGEST_TEXT),), {"text": "y" * LONGEST_TEXT}),)
    assert fit(Page(rows, 1)) == orjson.loads(orjson.dumps(Page(rows, 1).to_dict()))


BAD = [
    ("nothing", {}, "no method"),
    ("rows", {}, "'view' is missing"),
    ("rows", {"view": "nothing"}, "no view 'nothing'"),
    ("rows", {"view": "comparison"}, "no view"),
    ("rows", {"view": 7}, "must be a text"),
    ("rows", {"view": ["constructors"]}, "must be a text"),
    ("rows", {"view": "constructors", "parent": 3}, "must be a text"),
    ("rows", {"view": "constructors", "parent": "../../etc"}, "There is no row"),
    ("rows", {"view": "constructors", "offset": -1}, "'offset' must be an integer"),
    ("rows", {"view": "constructors", "offset": 1.5}, "'offset' must be an integer"),
    ("rows", {"view": "constructors", "offset": True}, "'offset' must be an integer"),
    ("rows", {"view": "constructors", "offset": 1e300}, "'offset' must be an integer"),
    ("rows", {"view": "constructors", "offset": float("nan")}, "'offset' must be an integer"),
    ("rows", {"view": "constructors", "limit": 0}, "'limit' must be an integer"),
    ("rows", {"view": "constructors", "limit": 201}, "'limit' must be an integer"),
    ("rows", {"view": "constructors", "sort": "__class__"}, "cannot be sorted by"),
    ("rows", {"view": "constructors", "descending": "no"}, "must be true or false"),
    ("rows", {"view": "constructors", "filters": []}, "must be an object"),
    ("rows", {"view": "constructors", "filters": {"nothing": 1}}, "no filter 'nothing'"),
    ("rows", {"view": "constructors", "filters": {"text": 1}}, "must be a text"),
    ("rows", {"view": "constructors", "filters": {"text": "x" * 1001}}, "at most 1000"),
    ("rows", {"view": "constructors", "filters": {"regex": "yes"}}, "must be true or false"),
    ("rows", {"view": "constructors", "filters": {"preset": "between:1:2"}}, "cannot be"),
    ("rows", {"view": "constructors", "filters": {"min_retained_size": -1}}, "must be an integer"),
    ("rows", {"view": "constructors", "filters": {"min_retained_size": "1"}}, "must be an integer"),
    ("rows", {"view": "retainers"}, "'node_id' is missing"),
    ("rows", {"view": "retainers", "node_id": 3, "ignored": "5"}, "list of node ids"),
    ("rows", {"view": "retainers", "node_id": 3, "ignored": ["5"]}, "must be an integer"),
    ("locate", {"view": "constructors"}, "'node_id' is missing"),
    ("goto", {"node_id": 1, "settings": 7}, "'settings' must be an object"),
    ("goto", {"node_id": 1, "view": "nowhere"}, "There is no view"),
    ("details", {"node_id": "3"}, "must be an integer"),
    ("details", {"node_id": -1}, "must be an integer"),
    ("details", {"node_id": 1 << 64}, "must be an integer"),
    ("text", {"node_id": 7, "reveal": 1}, "must be true or false"),
    ("python", {}, "'view' is missing"),
    ("python", {"view": "constructors", "key": "c99"}, "There is no row"),
    ("chart", {"view": "constructors"}, "has no chart"),
]


@pytest.mark.parametrize(("method", "params", "message"), BAD)
def test_bad_questions_are_told_so(
    source: Source, method: str, params: dict[str, Any], message: str
) -> None:
    with pytest.raises(HeapnbError, match=message):
        source.answer(method, params)


def test_nodes_and_patterns_that_are_none(source: Source) -> None:
    with pytest.raises(NodeNotFoundError):
        source.answer("details", {"node_id": 4})
    filters = {"text": "(", "regex": True}
    with pytest.raises(PatternError):
        source.answer("rows", {"view": "constructors", "filters": filters})
    with pytest.raises(HeapnbError, match="no method"):
        source.answer(None, {})  # type: ignore[arg-type]
    with pytest.raises(HeapnbError, match="must be an object"):
        source.answer("rows", [])  # type: ignore[arg-type]


def test_numbers_may_come_as_javascript_has_them(source: Source) -> None:
    page = source.answer("rows", {"view": "constructors", "offset": 1.0, "limit": 2.0})
    assert (page["offset"], len(page["rows"])) == (1, 2)


def test_retainers_of_a_row_are_nodes_whoever_asks(source: Source) -> None:
    rows = source.answer("rows", {"view": "retainers", "node_id": 7})["rows"]
    assert source.tree("retainers").nodes(rows[0]["key"]).tolist() == [2]
    code = source.answer("python", {"view": "retainers", "node_id": 7})["code"]
    assert code == "after.node(7).retainers()"


def test_code_for_a_node_needs_no_view(source: Source) -> None:
    assert source.answer("python", {"node_id": 7}) == {"code": "after.node(7)"}


def test_an_empty_heap_is_described() -> None:
    source = Source(Workbench(SnapshotBuilder().graph()))
    assert source.description["node_count"] == 1
    for view in CORE:
        assert source.answer("rows", {"view": view})["total"] == 0
