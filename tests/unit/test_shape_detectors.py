"""Detectors of shapes in memory recognise their cause in the smallest heap that shows it."""

from __future__ import annotations

from typing import cast

import pytest

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.abort_signals import AbortSignals
from heapnb.analysis.diagnosis.detectors.metric_labels import labels_of
from heapnb.analysis.diagnosis.detectors.remarks.weak_references import WeakReferences
from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.facts import Group
from heapnb.decode.global_object import builtin_globals
from heapnb.testing import SnapshotBuilder
from heapnb.views.wording.phrases import removals
from tests.unit.test_detectors import FIRST_ID, SIZES, Fill, heap, suspect

STRIDE = 20
"""Distance between the ids of two units of work."""


def ids(number: int, place: int) -> int:
    return FIRST_ID + STRIDE * number + 2 * place


def into_array(
    builder: SnapshotBuilder, holder: str = "scope", edge: str = "context", name: str = "box"
) -> None:
    builder.node("box", name="Array", node_id=901).node("store", type="array", node_id=903)
    builder.edge(holder, "box", name, type=edge)
    builder.edge("box", "store", "elements", type="internal")


def item(builder: SnapshotBuilder, number: int, **options: object) -> str:
    key = f"item{number}"
    builder.node(key, node_id=ids(number, 0), **options)  # type: ignore[arg-type]
    builder.edge("store", key, str(number), type="internal")
    return key


def buffers(store_size: int, *, pooled: bool = False, n_views: int = 1) -> Fill:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        into_array(builder)
        for number in range(n):
            memory, outside = f"buffer{number}", f"bytes{number}"
            builder.node(memory, name="ArrayBuffer", node_id=ids(number, 1))
            builder.node(outside, type="native", name=vocab.ARRAY_BUFFER_DATA, size=store_size)
            builder.node(outside, node_id=ids(number, 2) + 1)
            builder.edge(memory, outside, "backing_store", type="internal")
            if pooled:
                builder.node(f"mark{number}", type="hidden", node_id=ids(number, 3))
                builder.edge(memory, f"mark{number}", 0, type="hidden")
            for view in range(n_views):
                key = f"view{number}-{view}"
                builder.node(key, name="Buffer", node_id=ids(number, 4 + view))
                builder.edge(key, memory, "buffer", type="internal")
                builder.edge("store", key, str(n_views * number + view), type="internal")

    return fill


def slices(builder: SnapshotBuilder, n: int) -> None:
    into_array(builder)
    for number in range(n):
        item(builder, number, type="sliced string", name="(sliced string)")
        builder.node(f"text{number}", type="string", size=4000, node_id=ids(number, 1))
        builder.edge(f"item{number}", f"text{number}", "parent", type="internal")


def errors(builder: SnapshotBuilder, n: int) -> None:
    into_array(builder)
    for number in range(n):
        item(builder, number, name="TypeError")
        builder.node(f"stack{number}", type="array", node_id=ids(number, 1))
        builder.edge(f"item{number}", f"stack{number}", "<symbol>")


def minified_errors(builder: SnapshotBuilder, n: int) -> None:
    into_array(builder)
    builder.node("error", name="Error", node_id=905).node("base", name="t", node_id=907)
    builder.edge("base", "error", "__proto__")
    for number in range(n):
        item(builder, number, name="s")
        builder.edge(f"item{number}", "base", "__proto__")


def call_sites(builder: SnapshotBuilder, n: int) -> None:
    into_array(builder)
    for number in range(n):
        item(builder, number, name="Object")
        builder.node(f"site{number}", name="CallSite", node_id=ids(number, 1))
        builder.edge(f"item{number}", f"site{number}", "site")


def templates(builder: SnapshotBuilder, n: int) -> None:
    into_array(builder)
    for number in range(n):
        item(builder, number, type="closure", name="anonymous", location=(100 + number, 0, 18))
        builder.node(f"info{number}", type="code", node_id=ids(number, 1))
        builder.node(f"script{number}", type="code", name="", node_id=ids(number, 2))
        builder.edge(f"item{number}", f"info{number}", "shared", type="internal")
        builder.edge(f"info{number}", f"script{number}", "script", type="internal")


def patterns(builder: SnapshotBuilder, n: int) -> None:
    into_array(builder)
    for number in range(n):
        item(builder, number, type="regexp", name=f"a{number}", size=100)


def metrics(builder: SnapshotBuilder, n: int) -> None:
    builder.node("counter", name="Counter", node_id=901).node("map", name="Object", node_id=903)
    builder.edge("scope", "counter", "requests", type="context").edge("counter", "map", "hashMap")
    for number in range(n):
        key = f"item{number}"
        builder.node(key, name="Value", node_id=ids(number, 0))
        builder.edge("map", key, f"method:GET,path:/users/{number}")


def registrations(builder: SnapshotBuilder, n: int) -> None:
    builder.node("registry", name="FinalizationRegistry", node_id=901)
    builder.edge("scope", "registry", "registry", type="context")
    before, label = "registry", "active_cells"
    for number in reversed(range(n)):
        cell, held, target = f"cell{number}", f"held{number}", f"target{number}"
        builder.node(cell, type="hidden", name="system / WeakCell", node_id=ids(number, 0))
        builder.edge(before, cell, label, type="internal")
        builder.node(held, name="Object", node_id=ids(number, 1))
        builder.edge(cell, held, 2, type="hidden")
        builder.node(target, name="Handle", node_id=ids(number, 2), location=(1, 2, 3))
        builder.edge(held, target, "handle").edge(cell, target, "target", type="weak")
        before, label = cell, "next"


def weak_map(builder: SnapshotBuilder, n: int, name: str = "requestsOf") -> None:
    builder.node("server", name="Server", node_id=905).node("weak", name="WeakMap", node_id=907)
    builder.node("table", type="array", node_id=909)
    builder.edge("scope", "server", "server", type="context")
    builder.edge("scope", "weak", name, type="context")
    builder.edge("weak", "table", "table", type="internal")
    label = "4 / part of key (Server @905) -> value (Array @901) pair in WeakMap (table @909)"
    into_array(builder, "server", "internal", label)
    builder.edge("table", "box", label, type="internal")
    for number in range(n):
        item(builder, number, name="Request", location=(1, 2, 3))


def detached(builder: SnapshotBuilder, n: int) -> None:
    into_array(builder)
    for number in range(n):
        item(builder, number, type="native", name="HTMLDivElement", detachedness=2)


CASES: dict[str, list[tuple[Fill, str, str]]] = {
    "buffers": [
        (buffers(5000), "`box`", "5,000 bytes"),
        (buffers(8192, pooled=True), "`box`", "slabs"),
        (buffers(5000, n_views=3), "`box`", "share them"),
    ],
    "sliced-strings": [(slices, "`box`", "whole strings of 4,000 bytes")],
    "errors-and-stacks": [
        (errors, "`box`", "Until `stack` is read"),
        (minified_errors, "`box`", "`s`"),
        (call_sites, "`box`", "call sites"),
    ],
    "compiled-code": [
        (templates, "`box`", "150 scripts"),
        (patterns, "`box`", "Regular expressions"),
    ],
    "metric-labels": [(metrics, "`hashMap` of a Counter", "`path` has 150 different values")],
    "finalization-registry": [
        (registrations, "`registry`", "the held value leads to that first argument"),
    ],
    "weak-map": [(weak_map, "`requestsOf` keeps for a Server", "`server` is long-lived")],
    "detached-dom": [(detached, "`box`", "no document")],
}
"""By kind: heaps that show it, what the anchor says, and what the explanation does."""


@pytest.mark.parametrize(
    ("kind", "fill", "anchor", "explanation"),
    [(kind, *case) for kind, cases in CASES.items() for case in cases],
)
def test_recognises(kind: str, fill: Fill, anchor: str, explanation: str) -> None:
    found = suspect(fill)
    assert found.kind == kind
    assert anchor in found.anchor
    assert explanation in found.explanation
    assert found.fix


def test_several_metrics_are_named_by_what_holds_the_values() -> None:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        into_array(builder, name="metrics")
        for metric in range(2):
            counter, values = f"counter{metric}", f"values{metric}"
            builder.node(counter, name="Counter", node_id=905 + 4 * metric)
            builder.node(values, name="Object", node_id=907 + 4 * metric)
            builder.edge("store", counter, str(metric), type="internal")
            builder.edge(counter, values, "hashMap")
            for number in range(n):
                value = f"value{metric}-{number}"
                builder.node(value, name="Value", node_id=ids(number, metric))
                builder.edge(values, value, f"method:GET,path:/users/{number}")

    found = suspect(fill)
    assert found.kind == "metric-labels"
    assert "`hashMap` of a Counter" in found.anchor


def test_private_fields_that_became_weak_maps_are_fields() -> None:
    found = suspect(lambda builder, n: weak_map(builder, n, "_Server_requests"))
    assert found.kind == "unbounded-array"
    assert "private field `#requests` of a Server (`server.#requests`" in found.anchor
    assert "WeakMap `_Server_requests`" in found.anchor


def test_buffers_in_other_objects_are_a_remark() -> None:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        into_array(builder)
        for number in range(n):
            item(builder, number, name="Upload")
            outside = f"bytes{number}"
            builder.node(outside, type="native", name=vocab.ARRAY_BUFFER_DATA, size=5000)
            builder.node(outside, node_id=ids(number, 1) + 1)
            builder.edge(f"item{number}", outside, "backing_store", type="internal")

    found = suspect(fill)
    assert found.kind == "unbounded-array"
    assert "150 ArrayBuffers" in found.explanation


def test_all_lines_of_a_text_are_no_waste() -> None:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        into_array(builder)
        builder.node("text", type="string", size=50 * n, node_id=905)
        for number in range(n):
            item(builder, number, type="sliced string", name="(sliced string)")
            builder.edge(f"item{number}", "text", "parent", type="internal")

    found = suspect(fill)
    assert found.kind == "unbounded-array"
    assert "WeakRef" not in found.explanation


def strings(text: str, *, size: int = 200) -> Fill:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        into_array(builder, name="lines")
        for number in range(n):
            item(builder, number, name="Row")
            builder.node(f"text{number}", type="string", name=text.format(number), size=size)
            builder.node(f"text{number}", node_id=ids(number, 1))
            builder.edge(f"item{number}", f"text{number}", "text")

    return fill


def hidden_classes(builder: SnapshotBuilder, n: int) -> None:
    into_array(builder)
    for number in range(n):
        item(builder, number, name="Object")
        builder.node(f"map{number}", type="object shape", name="system / Map")
        builder.node(f"map{number}", node_id=ids(number, 1))
        builder.edge(f"item{number}", f"map{number}", "map", type="internal")


def spare(builder: SnapshotBuilder, n: int) -> None:
    builder.node("box", name="Map", node_id=901)
    builder.node("store", type="array", node_id=903, size=100_000)
    builder.edge("scope", "box", "box", type="context")
    builder.edge("box", "store", "table", type="internal")
    for number in range(n):
        item(builder, number, name="Row", size=2000)


def ropes(builder: SnapshotBuilder, n: int) -> None:
    into_array(builder)
    for number in range(n):
        item(builder, number, type="concatenated string", name="(concatenated string)", size=32)


def weak_references(builder: SnapshotBuilder, n: int) -> None:
    into_array(builder)
    for number in range(n):
        item(builder, number, name="WeakRef")


def weak_keys(builder: SnapshotBuilder, n: int) -> None:
    into_array(builder)
    builder.node("weak", name="WeakMap", node_id=905).node("table", type="array", node_id=907)
    builder.edge("scope", "weak", "metaOf", type="context")
    builder.edge("weak", "table", "table", type="internal")
    for number in range(n):
        key, value = ids(number, 0), ids(number, 1)
        item(builder, number, name="Job")
        builder.node(f"meta{number}", name="Meta", node_id=value)
        pair = f"part of key (Job @{key}) -> value (Meta @{value}) pair in WeakMap (table @907)"
        for source in (f"item{number}", "table"):
            builder.edge(source, f"meta{number}", f"{number} / {pair}", type="internal")


@pytest.mark.parametrize(
    ("fill", "words"),
    [
        (strings("the same"), "149 strings repeat another one"),
        (strings("line {}"), "By its name, `lines` is a log"),
        (hidden_classes, "150 hidden classes for 150 objects"),
        (spare, "100,000 bytes for 150 entries"),
        (ropes, "150 of its strings are ropes"),
        (weak_references, "A WeakRef does not keep its target alive"),
        (weak_keys, "keys of the WeakMap `metaOf`, which keeps a Meta for each"),
    ],
)
def test_remarks(fill: Fill, words: str) -> None:
    found = suspect(fill)
    assert found.kind in {"unbounded-array", "unbounded-map"}
    assert words in found.explanation


def test_nothing_is_remarked_on_an_ordinary_pile() -> None:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        into_array(builder)
        for number in range(n):
            item(builder, number, name="Row")

    explanation = suspect(fill).explanation
    assert explanation.endswith(
        "20 → 60 → 150. None of the 60 in the previous snapshot has been released."
    )


@pytest.mark.parametrize(
    ("name", "is_log"),
    [
        ("errorLog", True),
        ("#spans", True),
        ("audit_history", True),
        ("JOURNAL", True),
        ("timelines", False),
        ("catalogs", False),
        ("traceable", False),
        ("dialog", False),
    ],
)
def test_logs_are_told_by_whole_words(name: str, *, is_log: bool) -> None:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        into_array(builder, name=name)
        for number in range(n):
            item(builder, number, name="Row")

    assert ("is a log" in suspect(fill).explanation) == is_log


def test_built_in_globals_are_no_slip() -> None:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        into_array(builder, "global", "property", "performance")
        for number in range(n):
            item(builder, number, name="Mark")

    assert suspect(fill).kind == "unbounded-array"


def test_windows_have_globals_of_their_own() -> None:
    browser = SnapshotBuilder.from_edges("root^1>window").node("window", name="Window / page")
    names = builtin_globals(browser.graph())
    assert {"document", "localStorage"} <= names
    assert "process" not in names


@pytest.mark.parametrize(
    "key",
    ["", "GET /users/1", "http://example.com/a", "12:30:00", "user:17", "a,b", "id=17", "a:1,b"],
)
def test_keys_that_are_no_labels(key: str) -> None:
    assert labels_of(key) == {}


@pytest.mark.parametrize(
    ("key", "labels"),
    [
        ("method:GET,path:/a,", {"method": "GET", "path": "/a"}),
        ("path:/a,", {"path": "/a"}),
        ('{method="GET",path="/a,b"}', {"method": '"GET"', "path": '"/a,b"'}),
        ('[["path","/a"],["code",200]]', {"path": '"/a"', "code": "200"}),
    ],
)
def test_keys_of_metrics(key: str, labels: dict[str, str]) -> None:
    assert labels_of(key) == labels


def modules(name: str) -> Fill:
    """Load a module for every unit of work, under a name with a number or letters in it."""

    def fill(builder: SnapshotBuilder, n: int) -> None:
        builder.node("main", name="Module", node_id=899).edge("scope", "main", "m", type="context")
        into_array(builder, "main", "property", "children")
        for number in range(n):
            letters = "".join("abcdefghij"[int(digit)] for digit in str(number))
            item(builder, number, name="Module")
            text = f"/app/{name.format(number=number, letters=letters)}.js"
            builder.node(f"file{number}", type="string", name=text, node_id=ids(number, 1))
            builder.edge(f"item{number}", f"file{number}", "filename")

    return fill


def test_modules_that_are_loaded_once_each_are_no_leak() -> None:
    diagnosis = diagnose([heap(modules("locale-{letters}"), n) for n in SIZES])
    assert diagnosis.verdict == "no-leak"
    assert "modules loaded on first use" in diagnosis.reason


@pytest.mark.parametrize("name", ["rules", "template-{number}"])
def test_modules_that_are_made_again_and_again_are(name: str) -> None:
    assert suspect(modules(name)).kind == "module-reload"


def test_texts_of_a_program_are_no_modules() -> None:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        builder.node("main", name="Module", node_id=899).edge("scope", "main", "m", type="context")
        builder.node("exports", name="Object", node_id=897).edge("main", "exports", "children")
        builder.node("log", type="string", size=10_000 * n, node_id=895)
        builder.edge("exports", "log", "log")

    assert suspect(fill).kind == "growing-string"


@pytest.mark.parametrize("table", ["(Internalized strings)", "(External strings)"])
def test_names_that_only_the_engine_holds_are_no_leak(table: str) -> None:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        builder.node("table", type="synthetic", name=table, size=0)
        builder.edge("root", "table", 3, type="element")
        for number in range(n):
            key = f"name{number}"
            builder.node(key, type="string", size=300, node_id=ids(number, 0))
            builder.edge("table", key, number, type="element")

    diagnosis = diagnose([heap(fill, n) for n in SIZES])
    assert diagnosis.verdict == "no-leak"
    assert not diagnosis.suspects


@pytest.mark.parametrize(
    ("survival", "counted", "said"),
    [
        (None, None, ""),
        (1.0, (0, 60), " None of the 60 in the previous snapshot has been released."),
        (0.48, (4732, 9100), " In the last interval, 4,732 of the 9,100 were released."),
        (
            0.999,
            None,
            " Of those in each earlier snapshot, at least 99% are still in the last one.",
        ),
        (0.2, None, " Of those in each earlier snapshot, as few as 20% are still in the last one."),
        (
            0.2,
            (0, 60),
            " Of those in each earlier snapshot, as few as 20% are still in the last one.",
        ),
    ],
)
def test_removals_are_measured(
    survival: float | None, counted: tuple[int, int] | None, said: str
) -> None:
    assert (
        removals(Group("Entry", counts=(20, 60, 90), released=counted, survival=survival)) == said
    )


def test_weak_references_of_node_get_no_advice() -> None:
    evidence = cast("Evidence", None)
    assert WeakReferences().remark(evidence, AbortSignals.kind) is None


def test_a_local_variable_of_a_suspended_call_has_no_name_of_something_above() -> None:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        builder.node("call", name="Generator", node_id=911, location=(1, 30, 4))
        builder.edge("scope", "call", "rounds", type="context")
        builder.node("main", type="closure", name="main", node_id=913, location=(1, 30, 4))
        builder.edge("call", "main", "function", type="internal")
        builder.node("registers", type="array", node_id=915)
        builder.edge("call", "registers", "parameters_and_registers", type="internal")
        into_array(builder, "registers", "internal", "2")
        for number in range(n):
            item(builder, number, name="Row")

    found = suspect(fill)
    assert found.kind == "unbounded-array"
    assert found.anchor == "a local variable of the suspended function `main` in script 1"
    assert "rounds" not in found.explanation


def test_held_values_of_a_registry_are_checked() -> None:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        into_array(builder)
        before, label = "registry", "active_cells"
        builder.node("registry", name="FinalizationRegistry", node_id=911)
        builder.edge("scope", "registry", "registry", type="context")
        for number in reversed(range(n)):
            target = item(builder, number, name="Handle")
            cell, held = f"cell{number}", f"held{number}"
            builder.node(cell, type="hidden", name="system / WeakCell", node_id=ids(number, 1))
            builder.node(held, name="Path", node_id=ids(number, 2))
            builder.edge(before, cell, label, type="internal")
            builder.edge(cell, target, "target", type="weak")
            builder.edge(cell, held, 2, type="hidden")
            before, label = cell, "next"

    (found,) = diagnose([heap(fill, n) for n in SIZES]).suspects
    assert (found.kind, found.class_name) == ("unbounded-array", "Handle")
    (consequence,) = found.consequences
    assert (consequence.class_name, consequence.relation) == ("Path", "held-values")
    assert "held values, which a FinalizationRegistry keeps until" in found.explanation


def test_the_function_that_compiles_is_named() -> None:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        templates(builder, n)
        builder.node("compile", type="closure", name="compile", node_id=921, location=(1, 70, 3))
        builder.node("code", type="code", name="compile", node_id=923)
        builder.edge("scope", "compile", "compile", type="context")
        builder.edge("compile", "code", "shared", type="internal")
        for number in range(n):
            builder.edge(f"script{number}", "code", 2, type="hidden")

    found = suspect(fill)
    assert found.kind == "compiled-code"
    assert found.location == "script 1:71:4"


def values_of_many_maps(*, are_held: bool) -> Fill:
    """Add WeakMaps that have one long-lived object as their key, perhaps in a growing Array."""

    def fill(builder: SnapshotBuilder, n: int) -> None:
        into_array(builder, name="requests")
        builder.node("key", name="Settings", node_id=911)
        builder.edge("scope", "key", "settings", type="context")
        builder.node("others", type="hidden", name="system / Others", node_id=913)
        builder.edge("native", "others", "others", type="internal")
        for number in range(n):
            table, value, weak_map = f"table{number}", f"view{number}", f"states{number}"
            builder.node(table, type="array", node_id=ids(number, 1))
            builder.node(value, name="View", size=200, node_id=ids(number, 2), location=(1, 3, 3))
            builder.node(weak_map, name="WeakMap", node_id=ids(number, 3))
            builder.edge(weak_map, table, "table", type="internal")
            if are_held:
                builder.edge(item(builder, number, name="Request"), weak_map, "states")
            else:
                builder.edge("others", weak_map, number, type="hidden")
            pair = f"(Settings @911) -> value (View @{ids(number, 2)}) pair in WeakMap"
            label = f"{number} / part of key {pair} (table @{ids(number, 1)})"
            for source in ("key", table):
                builder.edge(source, value, label, type="internal")

    return fill


def test_values_of_the_weak_maps_of_a_suspect_are_its_consequence() -> None:
    (found,) = diagnose([heap(values_of_many_maps(are_held=True), n) for n in SIZES]).suspects
    assert (found.kind, found.class_name) == ("unbounded-array", "Request")
    (consequence,) = found.consequences
    assert (consequence.class_name, consequence.count_per_snapshot) == ("View", SIZES)
    assert "`settings`" in consequence.anchor
    assert "`View` objects" in found.explanation
    assert found.to_dict()["consequences"] == [
        {
            "class_name": "View",
            "anchor": consequence.anchor,
            "count_per_snapshot": list(SIZES),
            "size_delta": consequence.size_delta,
            "relation": "weak-map-values",
            "title": "",
        }
    ]


def test_values_of_other_weak_maps_are_a_suspect() -> None:
    found = suspect(values_of_many_maps(are_held=False))
    assert (found.kind, found.class_name) == ("weak-map", "View")
    assert "the WeakMaps accumulate" in found.explanation
    assert found.consequences == ()


def test_windows_have_functions_of_the_names_of_classes() -> None:
    def fill(builder: SnapshotBuilder, n: int) -> None:
        into_array(builder)
        for number in range(n):
            window = f"window{number}"
            builder.node(window, name="Window / http://shop.example", node_id=ids(number, 1))
            builder.edge(item(builder, number, name="Preview"), window, "view")
            for place, name in enumerate(("CallSite", "WeakRef")):
                maker, prototype = f"{name}{number}", f"prototype{name}{number}"
                builder.node(maker, type="closure", name=name, node_id=ids(number, 2 + 2 * place))
                builder.node(prototype, name=name, node_id=ids(number, 3 + 2 * place))
                builder.edge(window, maker, name).edge(maker, prototype, "prototype")
                builder.edge(prototype, maker, "constructor")

    assert suspect(fill).kind == "unbounded-array"
