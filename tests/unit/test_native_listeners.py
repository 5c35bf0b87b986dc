"""Listeners of a page's native objects: targets, events, and the code that adds them."""

from __future__ import annotations

from pathlib import Path

import pytest

import heapnb as hn
from heapnb.decode.additions import addition_of, is_whole
from heapnb.decode.creation import constants_of, creation_of
from heapnb.decode.listeners import listeners
from heapnb.decode.native_listeners import called, is_of_page
from heapnb.graph import HeapGraph
from heapnb.graph.edges import child
from heapnb.testing import SnapshotBuilder

SAMPLE = Path(__file__).parents[2] / "sample_snapshots" / "detached_dom"


@pytest.fixture(scope="module")
def page() -> HeapGraph:
    return hn.load(SAMPLE / "after1.heapsnapshot.zst", progress=False).graph


def test_listeners_of_elements_have_target_event_and_function(page: HeapGraph) -> None:
    frame = listeners(page)
    assert set(frame["kind"]) == {"native"}
    assert set(frame["event"]) == {"click"}
    rows = frame[frame["emitter_class"].str.contains("tr")]
    assert len(rows) == 250
    assert rows["location"].str.contains("orderTable.js:27").all()
    button = frame[frame["function"] == "showNextPage"]
    assert button["emitter_class"].tolist() == ["<button>"]


def test_source_text_tells_the_call_and_the_function_around_it(page: HeapGraph) -> None:
    frame = listeners(page)
    row = frame[frame["emitter_class"].str.contains("tr")].iloc[0]
    found = addition_of(page, page.ordinal_of(int(row["listener_id"])), ["addEventListener"])
    assert found is not None
    assert (found.call, found.argument, found.function) == ("addEventListener", "click", "rowFor")
    assert found.location is not None
    assert found.location.endswith("js/orderTable.js:27:9")


def test_constants_of_the_creator_in_order(page: HeapGraph) -> None:
    frame = listeners(page)
    row = frame[frame["emitter_class"].str.contains("tr")].iloc[0]
    closure = page.ordinal_of(int(row["listener_id"]))
    creation = creation_of(page, closure)
    assert creation is not None
    assert creation.name == "rowFor"
    assert creation.before[-2:] == ("addEventListener", "click")
    assert constants_of(page, creation.creator) == creation.texts


@pytest.mark.parametrize(
    ("constants", "event"),
    [
        ("window addEventListener resize LISTENER", "resize"),
        ("LISTENER window addEventListener resize current", "resize"),
        ("document addEventListener scroll OTHER keydown LISTENER", "keydown"),
        ("LISTENER onmessage postMessage", "message"),
        ("fetch LISTENER", None),
    ],
)
def test_event_from_bytecode_alone(constants: str, event: str | None) -> None:
    graph = _with_constants(constants.split())
    found = addition_of(graph, _closure(graph), ["addEventListener"])
    assert (None if found is None else found.argument) == event


def test_other_methods_of_the_class_are_looked_at() -> None:
    graph = _with_constants(["LISTENER"], open_texts=["bus", "addEventListener", "theme", "f"])
    found = addition_of(graph, _closure(graph), ["addEventListener"])
    assert found is not None
    assert (found.argument, found.function) == ("theme", "open")


def test_names_of_native_objects() -> None:
    assert called("Detached <div class='a'>") == "<div class='a'>"
    assert called("Window") == "window"
    assert not is_of_page("Detached blink::EventTargetData")


@pytest.mark.parametrize(("length", "expected"), [(1023, True), (1024, False), (1030, True)])
def test_only_texts_that_were_not_cut_are_whole(length: int, *, expected: bool) -> None:
    assert is_whole("x" * length) is expected


def _with_constants(constants: list[str], open_texts: list[str] | None = None) -> HeapGraph:
    """Build a function and the constants of its creator, by text; functions in upper case."""
    builder = SnapshotBuilder.from_edges("root>f f/shared>LISTENER")
    builder.node("f", type="closure", name="f")
    _code(builder, "creator", constants)
    if open_texts is not None:
        _code(builder, "open", open_texts)
        builder.edge("pool of creator", "open", len(constants), type="hidden")
    return builder.graph()


def _code(builder: SnapshotBuilder, function: str, constants: list[str]) -> None:
    """Add a function, its bytecode and the constants of that."""
    builder.node(function, type="code", name=f"system / SharedFunctionInfo / {function}")
    builder.node(f"bytecode of {function}", type="code", name="system / BytecodeArray")
    builder.node(f"pool of {function}", type="code", name="(constant pool)")
    builder.edge("root", function, function)
    builder.edge(function, f"bytecode of {function}", "trusted_function_data", type="internal")
    builder.edge(f"bytecode of {function}", f"pool of {function}", 2, type="hidden")
    for place, constant in enumerate(constants):
        is_function = constant.isupper()
        name = "system / SharedFunctionInfo" if is_function else constant
        key = constant if is_function else f"{function} {constant}"
        builder.node(key, type="code" if is_function else "string", name=name)
        builder.edge(f"pool of {function}", key, place, type="hidden")


def _closure(graph: HeapGraph) -> int:
    closures = [n for n in range(graph.n_nodes) if child(graph, n, "shared") is not None]
    return closures[0]
