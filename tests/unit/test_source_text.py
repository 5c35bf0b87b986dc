"""Functions as they are written: from the snapshot, from files, through source maps."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

import heapnb as hn
from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.suspects import Diagnosis
from heapnb.decode.source_text import MOST_LINES, SourceText, source_at, source_text
from heapnb.graph import HeapGraph
from heapnb.graph.source_files import SourceFiles
from heapnb.testing import SnapshotBuilder
from heapnb.views.html import result_html
from heapnb.views.text import result_text
from tests.conftest import ROOT, SERIES_NAMES, sample_series

BUNDLED = ROOT / "tests" / "data" / "sourcemaps"


def graph_with(text: str, line: int, column: int) -> HeapGraph:
    """Build a heap with one function, which begins at a place (from 1) of a script."""
    builder = SnapshotBuilder.from_edges(
        "root>f f/shared>info info/script>script script/source>text"
    )
    builder.node("f", type="closure", location=(7, line - 1, column - 1))
    builder.node("script", type="code", name="/srv/app/lib.js")
    builder.node("text", type="string", name=text)
    return builder.graph()


def text_at(text: str, line: int, column: int) -> SourceText | None:
    return source_text(graph_with(text, line, column), 1)


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("function f(a) {\n  return a;\n}\nf();", 11, "function f(a) {\n  return a;\n}"),
        ("const f = (a) => a + 1;\nnext();", 11, "const f = (a) => a + 1;"),
        ("const f = a => {\n  a();\n};\nnext();", 11, "const f = a => {\n  a();\n};"),
        ("on('x', () => y);\nnext();", 9, "on('x', () => y);"),
        ("f(({ a = '}' }) => {\n  b;\n}, 3);\nnext();", 3, "f(({ a = '}' }) => {\n  b;\n}, 3);"),
        ("class A {\n  #b = `}${{}}`;\n}\nnew A();", 1, "class A {\n  #b = `}${{}}`;\n}"),
        ("x(() => {\n  // }\n  /}/;\n});\ny", 3, "x(() => {\n  // }\n  /}/;\n});"),
    ],
)
def test_where_a_function_ends(text: str, column: int, expected: str) -> None:
    found = text_at(text, 1, column)
    assert found is not None
    assert found.text == expected
    assert not found.is_cut
    assert found.location == f"/srv/app/lib.js:1:{column}"
    assert found.origin == "snapshot"


def test_shared_indentation_goes() -> None:
    found = text_at("class A {\n    b() {\n        c;\n    }\n}", 2, 6)
    assert found is not None
    assert found.text == "b() {\n    c;\n}"
    assert found.first_line == 2


def test_text_that_is_cut_off() -> None:
    found = text_at("function f() {\n  retur", 1, 11)
    assert found is not None
    assert found.is_cut
    assert text_at("function f() {}", 2, 1) is None
    assert text_at("function f() {}", 1, 40) is None
    assert text_at("", 1, 1) is None


def test_long_functions_and_long_lines() -> None:
    body = "".join(f"  line({i});\n" for i in range(200))
    found = text_at(f"function f() {{\n{body}}}", 1, 11)
    assert found is not None
    assert found.is_cut
    assert len(found.text.splitlines()) == MOST_LINES
    found = text_at(f"{'x();' * 5000}function f() {{ return 42; }}{'y();' * 5000}", 1, 20011)
    assert found is not None
    assert found.is_cut
    assert "return 42" in found.text
    assert len(found.text) <= 400


def test_columns_count_utf16_units() -> None:
    found = text_at("'😀'; on(() => {\n  a;\n});\nnext();", 1, 10)
    assert found is not None
    assert found.text.splitlines()[-1] == "});"


def test_nothing_to_find() -> None:
    graph = SnapshotBuilder.from_edges("root>a").graph()
    assert source_text(graph, 1) is None
    assert source_at(graph, "a.js:1:1") is None
    no_source = SnapshotBuilder.from_edges("root>f")
    no_source.node("f", type="closure", location=(7, 0, 0))
    assert source_text(no_source.graph(), 1) is None


def test_files_come_before_the_snapshot(tmp_path: Path) -> None:
    graph = graph_with("function f() {\n  ret", 1, 11)
    (tmp_path / "lib.js").write_text("function f() {\n  return 1;\n}\n")
    graph.source_files = SourceFiles([tmp_path])
    found = source_text(graph, 1)
    assert found is not None
    assert (found.origin, found.is_cut) == ("file", False)
    # A file of another version does not reach there.
    (tmp_path / "lib.js").write_text("")
    graph.source_files = SourceFiles([tmp_path])
    found = source_text(graph, 1)
    assert found is not None
    assert found.origin == "snapshot"


def test_a_place_by_its_name() -> None:
    graph = graph_with("function f() {}", 1, 11)
    assert source_at(graph, "/srv/app/lib.js:1:11") == source_text(graph, 1)
    assert source_at(graph, "/srv/app/lib.js:1:11", nodes=[1]) == source_text(graph, 1)
    assert source_at(graph, "/srv/app/lib.js:2:11") is None


def test_the_leaking_line_stands_beside_the_suspect() -> None:
    diagnosis = diagnose(sample_series("listener_per_request"))
    source = diagnosis.suspects[0].source
    assert source is not None
    assert source.text.startswith("inventory.on('error', (error) => {")
    assert "inventory.on(" in result_text(diagnosis)
    assert 'class="hn-code"' in result_html(diagnosis)


def test_hostile_sources_stay_text() -> None:
    hostile = "f(() => {\n  '</pre><img src=x onerror=alert(1)>\u202e\x1b[31m';\n});"
    node = hn.Snapshot(graph_with(hostile, 1, 3)).node_at(1)
    html = result_html(node)
    assert "<img" not in html
    assert "&lt;img" in html
    for shown in (html, result_text(node)):
        assert "\u202e" not in shown
        assert "\x1b" not in shown


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Capture the bundled program."""
    node = shutil.which("node")
    assert node is not None
    directory = tmp_path_factory.mktemp("bundled")
    capture = ROOT / "tests" / "detectors" / "capture.cjs"
    program = BUNDLED / "dist" / "server.cjs"
    command = [node, "--expose-gc", str(capture), str(program), str(directory), "20"]
    subprocess.run(command, check=True, timeout=60, capture_output=True)
    return [directory / f"{name}.heapsnapshot" for name in SERIES_NAMES]


@pytest.fixture(scope="module")
def mapped(bundled: list[Path]) -> Diagnosis:
    return diagnose(hn.load_series(bundled, source_root=BUNDLED))


@pytest.mark.oracle
class TestBundledProgram:
    """A program in TypeScript, bundled and minified."""

    def test_without_its_map_a_place_is_one_in_the_bundle(self, bundled: list[Path]) -> None:
        location = diagnose(bundled).suspects[0].location
        assert location is not None
        assert location.partition(":")[0].endswith("dist/server.cjs")

    def test_with_its_map_it_is_one_in_the_source(self, mapped: Diagnosis) -> None:
        assert mapped.verdict == "leak"
        defined = mapped.suspects[0].defined_at
        assert defined is not None
        assert defined.endswith("src/cart.ts:22:20")

    def test_the_line_that_adds_is_the_programs_call(self, mapped: Diagnosis) -> None:
        """The container belongs to the package; who calls it is the program."""
        (added,) = mapped.suspects[0].added_at
        assert added.location.endswith("src/cart.ts:26:3")
        assert added.function == "addLine"
        assert added.snippet == "remember(number, describe);"
        assert mapped.suspects[0].location == added.location

    def test_names_are_those_of_the_source(self, bundled: list[Path], mapped: Diagnosis) -> None:
        """The bundle calls them `t`, `c` and `o`; the map knows better."""
        first = mapped.suspects[0]
        assert "variable `entries` of" in first.anchor
        assert first.anchor.endswith("held by `remember`")
        assert first.title == "`describe` closures, each retaining a CartLine, wrapped in `Entry`"
        assert diagnose(bundled).suspects[0].title != first.title

    def test_the_package_has_its_version(self, mapped: Diagnosis) -> None:
        place = f"{BUNDLED}/node_modules/tiny-cache/index.js:2:3"
        suspect = replace(mapped.suspects[0], defined_at=place)
        assert str(suspect.package) == "tiny-cache 2.3.1"

    def test_tables_give_places_in_the_source(self, bundled: list[Path]) -> None:
        snap = hn.load(bundled[-1], source_root=BUNDLED, progress=False)
        closures = snap.closures()
        ours = closures[closures["script"].astype("str").str.endswith("src/cart.ts")]
        assert len(ours) >= 2000
        row = ours.iloc[0]
        assert row["location"] == f"{row['script']}:{row['line']}:{row['column']}"
        by_class = snap.constructors().set_index("class_name")["location"].dropna()
        assert any(location.endswith("src/cart.ts:9:3") for location in by_class)

    def test_the_source_is_that_of_the_map(self, bundled: list[Path]) -> None:
        snap = hn.load(bundled[-1], source_maps=BUNDLED / "dist", progress=False)
        closures = snap.closures()
        chosen = closures[closures["script"].astype("str").str.endswith("src/cart.ts")]
        texts = {
            (found.origin, found.text)
            for found in (snap.node_at(node).source() for node in chosen.index[:50])
            if found is not None
        }
        expected = (
            "const describe = (): string => {\n  const text = line.describe();\n"
            "  return text.toUpperCase();\n};"
        )
        assert ("source map", expected) in texts
