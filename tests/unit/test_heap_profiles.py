"""Sampling heap profiles: tables, comparison, drawings, and files that are none."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import heapnb as hn
from heapnb.analysis.heap_profiles.allocators import allocators
from heapnb.analysis.heap_profiles.functions import Function
from heapnb.errors import HeapnbError, LogFormatError, SnapshotFormatError
from heapnb.views.heap_profile_views import flame_graph_file
from tests.naive.heap_profiles import nodes_of
from tests.unit.hostile import HOSTILE, assert_nothing_invisible

DATA = Path(__file__).parent.parent / "data" / "heap_profiles"
FILES = sorted(DATA.glob("*.heapprofile.gz"))
SHOP = "/srv/shop/shop.cjs"


def node(name: str, size: int, *children: Any, url: str = "", **more: Any) -> dict[str, Any]:
    """A node of a profile; lines and columns from 0, as in the protocol."""
    frame = {"functionName": name, "url": url, "scriptId": "7" if url else "0"}
    place = {"lineNumber": more.pop("line", -1), "columnNumber": more.pop("column", -1)}
    return {"callFrame": frame | place, "selfSize": size, "children": list(children), **more}


def profile(*children: Any, **top: Any) -> hn.HeapProfile:
    return hn.read_heap_profile(json.dumps({"head": node("(root)", 0, *children), **top}).encode())


def rows(columns: dict[str, list[Any]], *names: str) -> list[tuple[Any, ...]]:
    return list(zip(*(columns[name] for name in names), strict=True))


# -- real files ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_real_profiles_are_read_as_json_has_them(path: Path) -> None:
    found = hn.read_heap_profile(path)
    content = gzip.decompress(path.read_bytes())
    expected = nodes_of(content)
    tree = found.tree
    assert tree.parent.tolist() == [one.parent for one in expected]
    assert tree.self_size.tolist() == [one.size for one in expected]
    functions = [found.functions[number] for number in tree.function]
    assert [(one.name, one.file) for one in functions] == [(one.name, one.url) for one in expected]
    assert [one.line or 0 for one in functions] == [one.line + 1 for one in expected]
    assert found.sampled_size == sum(one.size for one in expected)
    samples = json.loads(content).get("samples")
    assert found.sample_count == (None if samples is None else len(samples))
    assert found.warnings == ()


def test_a_profile_of_a_page() -> None:
    found = hn.read_heap_profile(DATA / "chromium-1.heapprofile.gz")
    columns = found.columns()
    place = columns["function"].index("makeSession")
    assert columns["location"][place] == "file:///srv/shop/shop.js:17:21"
    assert columns["sampled_share"][place] > 0.2
    assert set(found.by_file()["filename"].dropna()) == {
        "file:///srv/shop/shop.js",
        "file:///srv/shop/index.html",
    }


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if not path.name.startswith("chromium")],
    ids=lambda path: path.name,
)
def test_real_profiles_name_the_function_that_allocates(path: Path) -> None:
    found = hn.read_heap_profile(path)
    table = found.table
    assert table["function"][0] == "search"
    assert table["location"][0].removeprefix("file://") == f"{SHOP}:18:16"
    assert table["sampled_share"][0] > 0.4
    assert found.by_package()["package"][0] == "own code"
    packages = found.by_package().set_index("package")
    assert packages.loc["rowkit", "kind"] == "npm"
    assert "temporary" not in set(table["function"])
    assert int(table["sampled_size"].sum()) == found.sampled_size
    assert int(found.by_file()["sampled_size"].sum()) == found.sampled_size
    assert int(found.stacks["sampled_size"].sum()) == found.sampled_size


def test_profiles_of_node_10_have_no_samples() -> None:
    found = hn.read_heap_profile(DATA / "node-10-1.heapprofile.gz")
    assert found.sample_count is None
    assert found.table["sample_count"].isna().all()


# -- tables ----------------------------------------------------------------------------------

APP = "/app/main.js"
QS = "/app/node_modules/qs/index.js"


@pytest.fixture
def recursive() -> hn.HeapProfile:
    parse = node("parse", 300, node("parse", 200, url=QS, line=4, column=9, id=4), url=QS, line=4,
                 column=9, id=3)  # fmt: skip
    serve = node("serve", 100, parse, url=APP, line=0, column=8, id=2)
    samples = [{"size": 100, "nodeId": place, "ordinal": place} for place in (2, 3, 3, 4)]
    return profile(serve, node("(V8 API)", 400, id=5), samples=samples)


def test_by_function(recursive: hn.HeapProfile) -> None:
    names = ("function", "location", "sampled_size", "sampled_total", "sample_count")
    assert rows(recursive.columns(), *names) == [
        ("parse", f"{QS}:5:10", 500, 500, 3),
        ("(V8 API)", None, 400, 400, 0),
        ("serve", f"{APP}:1:9", 100, 600, 1),
    ]
    assert recursive.table["sampled_share"].tolist() == [0.5, 0.4, 0.1]


def test_by_file_and_package(recursive: hn.HeapProfile) -> None:
    names = ("filename", "sampled_size", "sampled_total")
    assert rows(recursive.columns("file"), *names) == [
        (QS, 500, 500),
        (None, 400, 400),
        (APP, 100, 600),
    ]
    assert rows(recursive.columns("package"), "package", "kind", "sampled_total") == [
        ("qs", "npm", 500),
        ("(engine)", "runtime", 400),
        ("own code", "own", 600),
    ]


def test_stacks(recursive: hn.HeapProfile) -> None:
    assert rows(recursive.columns("stack"), "function", "callers", "sampled_size") == [
        ("(V8 API)", None, 400),
        ("parse", "serve", 300),
        ("parse", "parse ← serve", 200),
        ("serve", None, 100),
    ]


def test_an_unknown_table(recursive: hn.HeapProfile) -> None:
    with pytest.raises(HeapnbError, match="by must be one of function, file, package, stack"):
        recursive.columns("line")  # type: ignore[arg-type]


def test_code_without_a_file_is_told_from_native_code() -> None:
    assert Function("", "", None, None, 12).package.kind == "own"
    assert Function("push", "", None, None, 0).package.kind == "runtime"


def test_samples_of_no_stack_are_told() -> None:
    found = profile(node("f", 8, id=2), samples=[{"size": 8, "nodeId": 99, "ordinal": 1}])
    assert found.warnings == ("1 of 1 samples belong to no call stack.",)


def test_a_profile_without_samples_of_anything() -> None:
    found = profile(samples=[])
    assert found.sampled_size == 0
    assert found.warnings == ("The profile has no sampled allocation.",)
    assert len(found.table) == 0
    assert "No allocation was sampled" in repr(found)
    assert found._repr_html_()


# -- two profiles ----------------------------------------------------------------------------


def test_a_comparison_says_what_grew() -> None:
    before = profile(node("a", 100, node("b", 50, url=APP), url=APP), node("c", 70, url=APP))
    after = profile(
        node("a", 100, node("b", 250, url=APP), node("d", 5, url=APP), url=APP),
        node("c", 20, url=APP),
    )
    diff = hn.diff_heap_profiles(before, after)
    assert diff.sampled_delta == 155
    names = ("function", "sampled_delta", "sampled_before", "sampled_after")
    assert rows(diff.columns(), *names) == [
        ("b", 200, 50, 250),
        ("d", 5, 0, 5),
        ("a", 0, 100, 100),
        ("c", -50, 70, 20),
    ]
    assert diff.by_package()["sampled_delta"].tolist() == [155]
    grown = diff.growth
    assert rows(grown.columns(), "function", "sampled_size") == [("b", 200), ("d", 5), ("a", 0)]
    assert rows(grown.columns("stack"), "function", "callers") == [("b", "a"), ("d", "a")]


def test_what_shrank_is_told() -> None:
    diff = hn.diff_heap_profiles(profile(node("a", 100, url=APP)), profile(node("a", 40, url=APP)))
    assert "The allocations of no function grew" in repr(diff)
    assert diff._repr_html_()


def test_profiles_of_two_programs_are_told() -> None:
    diff = hn.diff_heap_profiles(
        profile(node("a", 1, url=APP)), profile(node("b", 1, url="/other.js"))
    )
    assert diff.warnings == (
        "The two profiles have no function in common: are they of one program?",
    )


@pytest.mark.parametrize("name", ["node-18", "node-26", "deno"])
def test_real_profiles_are_compared(name: str) -> None:
    before, after = (hn.read_heap_profile(DATA / f"{name}-{n}.heapprofile.gz") for n in (1, 2))
    diff = hn.diff_heap_profiles(before, after)
    assert diff.table["function"][0] in {"search", "serve"}
    assert diff.sampled_delta == int(diff.table["sampled_delta"].sum())
    grown = diff.growth
    assert grown.sampled_size >= diff.sampled_delta


# -- files that are none ---------------------------------------------------------------------

SNAPSHOT = b'{"snapshot":{"meta":{"node_fields":["type"]}}}'
CPU = json.dumps(
    {"nodes": [{"id": 1, "callFrame": {"functionName": "(root)"}, "hitCount": 0}], "timeDeltas": []}
).encode()
ROOT = b'{"callFrame":{"functionName":"(root)"},"selfSize":0'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (SNAPSHOT, "it is a heap snapshot"),
        (CPU, "it is a CPU profile"),
        (b"", "it has no `head` with call frames"),
        (b'{"version": 3, "type": "Inspector"}', "it has no `head` with call frames"),
        (b'{"head":{"callFrame":{"url":', "ends at byte 28"),
        (b'{"head":{"callFrame":[]}}', "the value at byte 21 is not"),
        (b'{"head":{"callFrame":{"lineNumber":"5"}}}', "the value at byte 36 is not"),
        (b'{"head":{"callFrame":{},"selfSize":-1}}', "the number at byte 35 is negative"),
        (b'{"head":{"callFrame":{},"selfSize":1e99}}', "the value at byte 35 is not"),
        (b'{"head":{"callFrame":{}},"head":{"callFrame":{}}}', "there is a second `head`"),
        (b'{"head":' + ROOT + b',"children":[{"selfSize":1}]}}', "has no `callFrame`"),
        (b'{"head":' + ROOT + b',"children":[5]}}', "is not what a heap profile has"),
        (b'{"head":' + ROOT + b"}} x", "it is not JSON from byte"),
        (b'{"head":' + ROOT + b",}}", "it is not JSON from byte"),
        (b'[{"head":{"callFrame":{}}}]', "the value at byte 0 is not"),
    ],
)  # fmt: skip
def test_files_that_are_no_heap_profile(content: bytes, reason: str) -> None:
    with pytest.raises(LogFormatError, match=reason.replace("[", r"\[")):
        hn.read_heap_profile(content)


def test_sizes_that_no_memory_has() -> None:
    huge = [node(f"f{n}", 2**53 - 1) for n in range(1000)]
    with pytest.raises(LogFormatError, match="add up to more"):
        profile(*huge)


def test_a_snapshot_command_says_what_reads_a_heap_profile() -> None:
    with pytest.raises(SnapshotFormatError, match="heapnb heapprofile") as error:
        hn.load(DATA / "node-26-1.heapprofile.gz")
    assert "sampling heap profile" in error.value.message


def test_the_answer_of_the_inspector_is_read() -> None:
    answer = {"id": 3, "result": {"profile": {"head": node("(root)", 0, node("f", 9))}}}
    assert hn.read_heap_profile(json.dumps(answer).encode()).sampled_size == 9


def test_any_depth_is_read() -> None:
    depth = 100_000
    text = b'{"head":' + (ROOT + b',"children":[') * depth + ROOT.replace(b"0", b"7") + b"}"
    found = hn.read_heap_profile(text + b"]}" * depth + b"}")
    assert len(found.tree.parent) == depth + 1
    assert found.sampled_size == 7
    assert "flame-graph" in found.flame_graph()._repr_html_()


def test_text_of_any_kind() -> None:
    text = '{"head":{"callFrame":{"functionName":"(root)"},"children":[%s]}}'
    names = ['"\\ud83d"', '"\\u0041\\n"', '"a\\\\b"', '"é"', '"\\x"']
    nodes = [f'{{"callFrame":{{"functionName":{one}}},"selfSize":4}}' for one in names]
    found = hn.read_heap_profile(text.replace("%s", ",".join(nodes)).encode("utf-8"))
    assert sorted(found.columns()["function"]) == sorted(["?", "A\n", "a\\b", "é", "\\x"])


# -- shown -----------------------------------------------------------------------------------


def test_it_says_who_allocated(recursive: hn.HeapProfile) -> None:
    text = repr(recursive)
    assert "50.0% of the sampled bytes (500 B) were allocated in `parse`" in text
    assert "The program's own code: 10.0% of the sampled bytes (100 B)" in text
    assert "built-in" not in text
    html = recursive._repr_html_()
    assert "flame-graph" in html
    assert "<script" not in html
    assert "serve" in recursive.flame_graph()._repr_html_()


@pytest.mark.parametrize("show", [repr, hn.HeapProfile._repr_html_, flame_graph_file])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names(text: str, show: Callable[[hn.HeapProfile], str]) -> None:
    shown = show(profile(node(text, 5, url=text)))
    assert_nothing_invisible(shown)
    for part in ("<img", "<script>alert", "<svg onload", "<b>bold"):
        assert part not in shown or show is repr


def test_built_in_functions_count_for_the_function_that_called_them() -> None:
    inner = node("map", 30, node("push", 20))
    found = profile(node("serve", 10, inner, url=APP), node("(V8 API)", 5))
    told = [(one.function.name, one.size, one.own_size, one.total) for one in allocators(found)]
    assert told == [("serve", 60, 10, 60), ("(V8 API)", 5, 5, 5)]
    assert "`serve` (/app/main.js) and the built-in functions that it called." in " ".join(
        repr(found).split()
    )


# -- source maps -----------------------------------------------------------------------------


def test_source_maps_give_the_names_and_places_that_were_written(tmp_path: Path) -> None:
    pytest.importorskip("symbolic")
    pytest.importorskip("tree_sitter")
    (tmp_path / "search.ts").write_text("// Finds.\nexport function search() {}\n")
    # The bundle's first line, column 10, is line 2, column 23 of search.ts.
    table = {"version": 3, "sources": ["search.ts"], "names": [], "mappings": "UACsB"}
    (tmp_path / "out.js").write_text("function a(){}\n//# sourceMappingURL=out.js.map\n")
    (tmp_path / "out.js.map").write_text(json.dumps(table))
    content = {"head": node("(root)", 0, node("a", 9, url="/app/out.js", line=0, column=10))}
    found = hn.read_heap_profile(json.dumps(content).encode(), source_root=tmp_path)
    assert rows(found.columns(), "function", "location") == [("search", "/app/search.ts:2:23")]
