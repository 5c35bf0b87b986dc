"""The browser without a web browser: messages, state, errors, what is seen without a kernel."""

from __future__ import annotations

import gc
import json
import logging
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import traitlets

import heapnb as hn
from heapnb.graph import HeapGraph
from heapnb.testing import SnapshotBuilder
from heapnb.widgets import HeapBrowser
from heapnb.workbench.model import MOST_SELECTED
from tests.unit.hostile import HOSTILE_UNICODE, assert_nothing_invisible
from tests.unit.test_html import SVG_TAGS, TAGS, read

SESSIONS = 40


def snapshot(n: int = SESSIONS, name: str = "app.heapsnapshot") -> hn.Snapshot:
    """A cache of sessions, each with a text of its own."""
    builder = SnapshotBuilder.from_edges("root^1>global global.cache>list")
    builder.node("list", name="Array", node_id=11)
    for i in range(n):
        builder.edge("list", f"item{i}", i, type="element")
        builder.node(f"item{i}", name="Session", size=1_000, node_id=101 + 2 * i)
    return builder.snapshot(name=name)


class Line:
    """What a browser sends: it stands between the browser and its front end."""

    def __init__(self, browser: HeapBrowser) -> None:
        self.browser = browser
        self.sent: list[dict[str, Any]] = []
        browser._send = self._keep

    def _keep(self, message: dict[str, Any], buffers: object = None) -> None:
        # As a kernel does, which refuses what is not JSON.
        self.sent.append(json.loads(json.dumps(message, allow_nan=False)))

    def customs(self) -> list[dict[str, Any]]:
        return [message["content"] for message in self.sent if message["method"] == "custom"]

    def states(self) -> dict[str, Any]:
        """Return what the front end has been told of the state."""
        told: dict[str, Any] = {}
        for message in self.sent:
            if message["method"] == "update":
                told |= message["state"]
        return told

    def receive(self, data: dict[str, Any]) -> None:
        self.browser._handle_msg({"content": {"data": data}, "buffers": []})

    def ask(self, content: object) -> dict[str, Any]:
        """Send a message to the browser, and return what it answers."""
        before = len(self.customs())
        self.receive({"method": "custom", "content": content})
        (answer,) = self.customs()[before:]
        return answer

    def change(self, **state: object) -> None:
        self.receive({"method": "update", "state": state, "buffer_paths": []})


@pytest.fixture
def browser() -> Iterator[HeapBrowser]:
    browser = HeapBrowser(snapshot())
    yield browser
    browser.close()


@pytest.fixture
def line(browser: HeapBrowser) -> Line:
    return Line(browser)


def request(method: str, **params: object) -> dict[str, object]:
    return {"kind": "request", "id": "a-1", "method": method, "params": params}


def rows(line: Line, parent: str | None = None, view: str = "constructors") -> list[dict[str, Any]]:
    answer = line.ask(request("rows", view=view, parent=parent, offset=0, limit=50))
    assert answer["kind"] == "answer", answer
    found: list[dict[str, Any]] = answer["result"]["rows"]
    return found


def row_of_class(line: Line, name: str) -> dict[str, Any]:
    (row,) = (row for row in rows(line) if any(text == name for _, text in row["label"]))
    return row


# -- messages -----------------------------------------------------------------------------------


def test_a_request_is_answered_under_its_number(line: Line) -> None:
    answer = line.ask(request("details", node_id=101))
    assert (answer["kind"], answer["id"]) == ("answer", "a-1")
    assert answer["result"]["class_name"] == "Session"


def test_a_ping_is_answered(line: Line) -> None:
    assert line.ask({"kind": "ping", "id": "a-2"}) == {"kind": "pong", "id": "a-2"}


def test_what_cannot_be_answered_is_told_with_a_hint(line: Line) -> None:
    answer = line.ask(request("details", node_id=77))
    assert (answer["kind"], answer["id"]) == ("failure", "a-1")
    assert answer["message"] == "No node has the id 77."
    assert answer["hint"]


@pytest.mark.parametrize(
    "content",
    [
        None,
        "rows",
        7,
        [],
        {},
        {"kind": "request"},
        {"kind": "request", "id": "x", "method": "rows"},
        {"kind": "request", "id": "x", "method": "rows", "params": []},
        {"kind": "request", "id": "x", "method": 3, "params": {}},
        {"kind": "request", "id": 5, "method": "rows", "params": {}},
        {"kind": "request", "id": "x", "method": "__init__", "params": {}},
        {"kind": "request", "id": "x", "method": "rows", "params": {"view": "nonsense"}},
        {"kind": "request", "id": "x", "method": "rows", "params": {"view": ["constructors"]}},
        {"kind": "ping"},
        {"kind": "rm -rf", "id": "x"},
    ],
)
def test_messages_that_are_none_are_refused(line: Line, content: Any) -> None:
    answer = line.ask(content)
    assert answer["kind"] == "failure"
    assert answer["message"]
    assert answer["id"] == ("x" if isinstance(content, dict) and content.get("id") == "x" else None)
    # The browser works as before.
    assert rows(line)


def test_what_goes_wrong_within_is_told_and_logged(
    line: Line, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("by\u202enothing")

    monkeypatch.setattr(line.browser._source, "answer", fail)
    answer = line.ask(request("rows"))
    assert answer["kind"] == "failure"
    assert answer["message"] == "ZeroDivisionError: by\\u202enothing"
    assert "ZeroDivisionError" in caplog.text


def test_an_answer_that_is_no_json_is_a_failure(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    for value in (np.int64(3), float("nan")):
        monkeypatch.setattr(line.browser._source, "answer", lambda *_, v=value: {"x": v})
        answer = line.ask(request("rows"))
        assert (answer["kind"], answer["id"]) == ("failure", "a-1")


# -- selection ----------------------------------------------------------------------------------


def test_nothing_is_selected_to_begin_with(browser: HeapBrowser) -> None:
    assert browser.selection is None
    assert browser.selected_nodes.empty
    assert "class_name" in browser.selected_nodes


def test_a_selected_row_is_a_node(line: Line) -> None:
    session = row_of_class(line, "Session")
    one = rows(line, session["key"])[0]
    selected = {"view": "constructors", "key": one["key"], "node_id": one["node_id"]}
    line.change(selected=selected, selected_keys=[one["key"]])
    browser = line.browser
    assert browser.selection is not None
    assert browser.selection.id == one["node_id"]
    assert browser.selected_nodes["node_id"].tolist() == [one["node_id"]]


def test_a_class_stands_for_all_its_instances(line: Line) -> None:
    key = row_of_class(line, "Session")["key"]
    line.change(selected={"view": "constructors", "key": key, "node_id": None}, selected_keys=[key])
    assert line.browser.selection is None
    nodes = line.browser.selected_nodes
    assert nodes["node_id"].tolist() == [101 + 2 * i for i in range(SESSIONS)]
    assert nodes["class_name"].astype(str).unique().tolist() == ["Session"]


def test_several_rows_are_one_table_without_repetition(line: Line) -> None:
    session = row_of_class(line, "Session")["key"]
    first = rows(line, session)[0]["key"]
    other = row_of_class(line, "Array")["key"]
    line.change(
        selected={"view": "constructors", "key": other, "node_id": None},
        selected_keys=[session, first, other],
    )
    assert len(line.browser.selected_nodes) == SESSIONS + 1


def test_handlers_hear_of_another_selection(line: Line) -> None:
    heard: list[hn.Node | None] = []
    line.browser.observe(lambda change: heard.append(change["new"]), names="selection")
    line.browser.goto(101)
    line.browser.goto(101)
    line.change(selected={"view": "constructors", "key": None, "node_id": 103})
    line.change(selected=None)
    assert [node and node.id for node in heard] == [101, 103, None]


def test_a_node_that_went_is_found_in_the_earlier_snapshot() -> None:
    browser = HeapBrowser(hn.diff(snapshot(5, "one"), snapshot(3, "two")))
    line = Line(browser)
    line.change(selected={"view": "comparison", "key": None, "node_id": 109})
    assert browser.selection is not None
    assert browser.selection.heap.raw.source.name == "one"
    assert browser.selected_nodes.empty
    line.change(selected={"view": "comparison", "key": None, "node_id": 105})
    assert browser.selection.heap.raw.source.name == "two"
    assert browser.selected_nodes["node_id"].tolist() == [105]
    line.change(selected={"view": "comparison", "key": None, "node_id": 77})
    assert browser.selection is None
    browser.close()


def test_a_series_is_browsed_at_its_end() -> None:
    series = hn.load_series([snapshot(3, "one"), snapshot(5, "two")])
    browser = series.browse()
    assert "comparison" in browser.views
    assert browser.view == "constructors"
    assert hn.load_series([snapshot(3, "one")]).browse().views[0] == "constructors"


def test_selection_is_read_only(browser: HeapBrowser) -> None:
    with pytest.raises(traitlets.TraitError):
        browser.selection = None


# -- going to a node ----------------------------------------------------------------------------


def test_goto_selects_opens_and_tells_all_displays(line: Line) -> None:
    browser = line.browser
    browser.goto(103)
    assert browser.selection is not None
    assert browser.selection.id == 103
    told = line.states()
    key = told["selected"]["key"]
    assert told["selected"] == {"view": "constructors", "key": key, "node_id": 103}
    assert told["selected_keys"] == [key]
    assert told["focus_id"] == 103
    assert key.rpartition("/")[0] in told["expanded"]["constructors"]
    assert line.customs()[-1] == {"kind": "goto", "node_id": 103}
    assert browser.selected_nodes["node_id"].tolist() == [103]


def test_goto_finds_what_filters_hide(line: Line) -> None:
    settings = {"sort": None, "descending": True, "filters": {"text": "Array"}}
    line.change(settings={"constructors": settings})
    line.browser.goto(103)
    assert line.browser.selected["key"] is not None
    assert line.browser.settings["constructors"]["filters"] == {}


def test_goto_accepts_ids_of_tables_and_refuses_others(browser: HeapBrowser) -> None:
    browser.goto(np.uint64(105))  # type: ignore[arg-type]  # as a DataFrame has them
    assert browser.selected["node_id"] == 105
    json.dumps(browser.get_state(["selected", "focus_id"]))
    with pytest.raises(hn.NodeNotFoundError):
        browser.goto(77)
    assert browser.selected["node_id"] == 105


# -- state --------------------------------------------------------------------------------------


def test_what_the_front_end_changes_is_not_sent_back(line: Line) -> None:
    selected = {"view": "constructors", "key": None, "node_id": 101}
    line.change(selected=selected, view="containment")
    assert line.browser.view == "containment"
    # But told to other displays, as ipywidgets does.
    assert [m["method"] for m in line.sent] in ([], ["echo_update"])


@pytest.mark.parametrize(
    "state",
    [
        {"view": "nonsense"},
        {"view": None},
        {"selected": "constructors"},
        {"selected": {}},
        {"selected": {"view": "constructors", "key": 3, "node_id": None}},
        {"selected": {"view": "constructors", "key": None, "node_id": "101"}},
        {"selected_keys": ["x"] * (MOST_SELECTED + 1)},
        {"selected_keys": [3]},
        {"expanded": {"constructors": [3]}},
        {"expanded": ["constructors"]},
        {"settings": {"constructors": 3}},
        {"ignored": ["x"]},
        {"focus_id": "x"},
    ],
)
def test_state_that_is_none_is_refused(line: Line, state: dict[str, object]) -> None:
    (name,) = state
    before = getattr(line.browser, name)
    line.change(**state)
    assert getattr(line.browser, name) == before
    assert [message["kind"] for message in line.customs()] == ["failure"]
    # The front end learns what is in force.
    assert line.states()[name] == before


def test_a_browser_knows_its_views(browser: HeapBrowser) -> None:
    assert browser.view == "constructors" == browser.views[0]
    browser.view = "dominators"
    with pytest.raises(traitlets.TraitError, match="There is no view 'nonsense'"):
        browser.view = "nonsense"
    assert browser.view == "dominators"
    with pytest.raises(hn.HeapnbError, match="There is no view") as error:
        HeapBrowser(snapshot(), "nonsense")
    assert "constructors" in str(error.value.hint)


def test_former_names_of_views_still_work(line: Line) -> None:
    with pytest.deprecated_call(match="'summary' is now called 'constructors'") as warned:
        browser = HeapBrowser(snapshot(), "summary")
    # The user's own line, or Python would not show the warning.
    assert {warning.filename for warning in warned} == {__file__}
    assert browser.view == "constructors"
    with pytest.deprecated_call(match="'strings' is now called 'texts'") as warned:
        browser.view = "strings"
    assert {warning.filename for warning in warned} == {__file__}
    assert browser.view == "texts"
    with pytest.deprecated_call():
        line.browser.settings = {"summary": {"filters": {"text": "Array"}}}
    assert line.browser.settings == {"constructors": {"filters": {"text": "Array"}}}
    with pytest.deprecated_call():
        line.browser.selected = {"view": "summary", "key": None, "node_id": 103}
    assert line.browser.selected["view"] == "constructors"


def test_only_heaps_are_browsed() -> None:
    with pytest.raises(hn.HeapnbError, match="no view of 'int'"):
        HeapBrowser(3)  # type: ignore[arg-type]  # that is the point


def test_state_is_small_whatever_the_heap(big: HeapGraph) -> None:
    browser = HeapBrowser(big)
    for node_id in big.node_id[::2_000].tolist():
        browser.goto(node_id)
    state = browser.get_state(set(browser.keys) - {"_esm", "_css"})
    assert len(json.dumps(state, default=str)) < 64 << 10
    assert len(repr(browser)) < 120
    browser.close()


@pytest.fixture
def big() -> HeapGraph:
    return snapshot(50_000, name="x" * 300).graph


# -- errors of handlers -------------------------------------------------------------------------


def test_errors_of_handlers_are_told_where_the_change_was_made(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    def handler(_: object) -> None:
        raise LookupError("no such row in my table")

    browser = line.browser
    browser.observe(handler, names="selection")
    # In the cell, where Python made it …
    with pytest.raises(LookupError):
        browser.goto(101)
    assert [message for message in line.customs() if message["kind"] == "failure"] == []
    # … and in the browser, where the user did.
    with caplog.at_level(logging.ERROR):
        line.change(
            selected={"view": "constructors", "key": None, "node_id": 103}, view="containment"
        )
    (failure,) = line.customs()
    assert failure["kind"] == "failure"
    assert failure["id"] is None
    assert "observes 'selection'" in failure["message"]
    assert "no such row in my table" in failure["message"]
    assert "LookupError" in caplog.text
    # What else was changed is changed.
    assert browser.view == "containment"
    assert browser.selection is not None
    assert browser.selection.id == 103


def test_errors_of_a_cell_that_runs_meanwhile_stay_there(line: Line) -> None:
    raised: list[Exception] = []

    def cell() -> None:
        try:
            line.browser.view = "dominators"
        except LookupError as error:
            raised.append(error)

    def handler(change: Any) -> None:
        if change["name"] == "view":
            raise LookupError("of the cell")
        thread = threading.Thread(target=cell)
        thread.start()
        thread.join()

    line.browser.observe(handler, names=["selection", "view"])
    line.change(selected={"view": "constructors", "key": None, "node_id": 103})
    assert [str(error) for error in raised] == ["of the cell"]
    assert line.customs() == []


# -- what is seen -------------------------------------------------------------------------------


def test_it_says_in_short_what_it_is(browser: HeapBrowser) -> None:
    assert repr(browser) == "HeapBrowser('app.heapsnapshot', view='constructors')"


def test_all_that_there_is_to_show(browser: HeapBrowser) -> None:
    bundle = browser._repr_mimebundle_()
    assert set(bundle) == {
        "application/vnd.jupyter.widget-view+json",
        "text/html",
        "text/plain",
    }
    for text in (bundle["text/html"], bundle["text/plain"]):
        assert "Session" in text
        assert "40.0 kB" in text
    assert set(browser._repr_mimebundle_(include=["text/plain"])) == {"text/plain"}
    assert "text/html" not in browser._repr_mimebundle_(exclude=["text/html"])


def test_the_selected_node_is_drawn(browser: HeapBrowser) -> None:
    browser.goto(103)
    bundle = browser._repr_mimebundle_()
    assert "What keeps Session @103 alive" in bundle["text/plain"]
    assert "<svg" in bundle["text/html"]


def test_it_is_displayed_with_and_without_a_kernel(
    browser: HeapBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    browser._ipython_display_()
    static, live = shown
    assert set(static) == {"text/html", "text/plain"}
    assert f'data-heapnb-static="{browser.browser_id}"' in static["text/html"]
    assert live["application/vnd.jupyter.widget-view+json"]["model_id"] == browser.model_id
    assert "run the cell" in live["text/plain"]


@pytest.mark.parametrize("payload", HOSTILE_UNICODE.values(), ids=HOSTILE_UNICODE)
def test_hostile_names_stay_text(payload: str) -> None:
    builder = SnapshotBuilder.from_edges("root^1>global global.cache>thing")
    builder.node("thing", name=payload, size=1_000_000, node_id=11)
    browser = HeapBrowser(builder.snapshot(name=payload))
    browser.goto(11)
    bundle = browser._repr_mimebundle_()
    reader = read(bundle["text/html"])
    assert set(reader.tags) <= TAGS | SVG_TAGS
    assert not any(name.startswith("on") for name, _ in reader.attributes)
    assert_nothing_invisible(reader.text)
    assert_nothing_invisible(bundle["text/plain"])
    assert_nothing_invisible(repr(browser))
    browser.close()


def test_a_closed_browser_lets_go_of_its_heap() -> None:
    browser = HeapBrowser(snapshot())
    browser.goto(101)
    heap = weakref.ref(browser._source.workbench.heap)
    browser.close()
    gc.collect()
    assert heap() is None
    assert browser.comm is None
    assert "app.heapsnapshot" in repr(browser)
    with pytest.raises(hn.HeapnbError, match="closed"):
        browser.goto(101)
    browser.close()


# -- how it is opened ---------------------------------------------------------------------------


def test_a_snapshot_is_browsed() -> None:
    browser = snapshot().browse("dominators")
    assert browser.view == "dominators"
    browser.close()


def test_a_comparison_begins_with_what_changed() -> None:
    browser = hn.diff(snapshot(3, "one"), snapshot(5, "two")).browse()
    assert browser.view == "comparison"
    assert "two" in repr(browser)
    browser.close()


def test_a_diagnosis_begins_with_its_suspects() -> None:
    diagnosis = hn.diagnose([snapshot(n, f"s{n}") for n in (100, 200, 400)])
    browser = diagnosis.browse()
    assert isinstance(browser, HeapBrowser)
    assert browser.view == "suspects"
    bundle = browser._repr_mimebundle_()
    assert "leak" in bundle["text/plain"]
    assert "What keeps Session" in bundle["text/plain"]
    assert "<svg" in bundle["text/html"]
    browser.close()


def test_a_node_is_shown_selected() -> None:
    browser = HeapBrowser(snapshot().node(103))
    assert browser.selection is not None
    assert browser.selection.id == 103
    browser.close()


def test_importing_heapnb_loads_no_widgets() -> None:
    code = (
        "import sys, heapnb; heapnb.Snapshot; heapnb.Diff; heapnb.Diagnosis\n"
        "print([m for m in ('ipywidgets', 'anywidget', 'IPython') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_every_view_is_seen_without_a_kernel() -> None:
    snapshots = [snapshot(n, f"s{n}") for n in (100, 200, 400)]
    for browser in (hn.diagnose(snapshots).browse(), hn.diff(*snapshots[1:]).browse()):
        assert isinstance(browser, HeapBrowser)
        for view in browser.views:
            browser.view = view
            bundle = browser._repr_mimebundle_()
            title = next(one["title"] for one in browser.description["views"] if one["key"] == view)
            assert title in bundle["text/plain"]
            if view == "comparison" and "suspects" in browser.views:
                # Earlier snapshots of a series are read again, which these cannot be.
                assert "has no file" in bundle["text/plain"]
            else:
                assert '<table class="hn-table">' in bundle["text/html"]
        browser.close()


def test_pieces_of_labels_do_not_run_into_each_other() -> None:
    diagnosis = hn.diagnose([snapshot(n, f"s{n}") for n in (100, 200, 400)])
    browser = HeapBrowser(diagnosis)
    assert "Session held by " in browser._fallback().html
    browser.close()
