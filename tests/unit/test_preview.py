"""Values as literals: every kind, every producer, within bounds whatever the input."""

from __future__ import annotations

import re
import time

import numpy as np
import pyarrow.compute as pc
import pytest

from heapnb.decode.hashtables import entries
from heapnb.decode.preview import preview
from heapnb.graph import HeapGraph, open_graph
from heapnb.literals import quoted
from heapnb.testing import SnapshotBuilder
from tests.conftest import ROOT

FORMATS = ROOT / "tests" / "data" / "formats"
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def shown(builder: SnapshotBuilder, key: str = "it", **limits: int) -> str:
    return preview(builder.graph(), builder.ordinal(key), **limits)


def built(edges: str, **types: tuple[str, str]) -> SnapshotBuilder:
    """Build nodes; ``key=(type, name)``."""
    builder = SnapshotBuilder.from_edges(edges)
    for key, (kind, name) in types.items():
        builder.node(key, type=kind, name=name)
    return builder


def table_size(n_buckets: int, words_per_entry: int, word: int, header: int) -> int:
    return header + word * (3 + n_buckets + 2 * n_buckets * words_per_entry)


class TestKinds:
    @pytest.mark.parametrize(
        ("kind", "name", "expected"),
        [
            ("string", 'say "hi"\n', '"say \\"hi\\"\\n"'),
            ("number", "heap number", "<number>"),
            ("bigint", "bigint", "<bigint>"),
            ("symbol", "symbol", "Symbol()"),
            ("regexp", "a/b\\d", "/a/b\\d/"),
            ("regexp", "/ab+c/gi", "/ab+c/gi"),
            ("closure", "add", "function add(…)"),
            ("closure", "", "function (…)"),
            ("closure", "</script>", 'function ["</script>"](…)'),
            ("object", "Object", "{}"),
            ("object", "Point", "Point {}"),
            ("object", "Array Iterator", "Array Iterator {}"),
            ("object", "Array", "[]"),
            ("object", "Date", "new Date(?)"),
            ("object", "WeakMap", "WeakMap {…}"),
            ("object", "Promise", "Promise {}"),
            ("object", "system / Context", "<object system / Context>"),
            ("hidden", "undefined", "undefined"),
            ("hidden", "true", "true"),
            ("native", "null", "null"),
            ("hidden", "system / Map", "<hidden system / Map>"),
            ("array", "(object elements)", "<array (object elements)>"),
            ("code", "", "<code>"),
            ("sliced string", "(sliced string)", "<slice>"),
            ("concatenated string", "(concatenated string)", "<rope>"),
            ("native", "<b>\x1b", "<native <b>\\u001b>"),
        ],
    )
    def test_nodes_without_edges(self, kind: str, name: str, expected: str) -> None:
        assert shown(built("root>it", it=(kind, name))) == expected

    @pytest.mark.parametrize("name", ["undefined", "null", "true", "false"])
    def test_oddballs_of_older_versions(self, name: str) -> None:
        builder = built("root>it", it=("hidden", "system / Oddball"), text=("string", name))
        assert shown(builder.edge("it", "text", 0, type="hidden")) == name

    def test_objects(self) -> None:
        builder = built("root>it it.a>x it.__proto__>p it[3]>x it.odd-key>x", it=("object", "P"))
        builder.node("x", type="string", name="v").edge("it", "x", "<symbol s>")
        expected = 'P {3: "v", a: "v", "odd-key": "v", [Symbol(s)]: "v"}'
        assert shown(builder) == expected

    def test_arrays(self) -> None:
        builder = built("root>it it[0]>x it[2]>x it[100]>x it.extra>x", it=("object", "Array"))
        builder.node("x", type="string", name="v")
        assert shown(builder) == '["v", ?, "v", ? × 97, "v", extra: "v"]'

    def test_elements_in_any_order(self) -> None:
        builder = built("root>it it[1]>b it[0]>a", it=("object", "Array"))
        assert shown(builder) == "[a {}, b {}]"

    def test_numbers_in_an_array_are_not_in_the_file(self) -> None:
        builder = built("root>it it/elements>store", it=("object", "Array"))
        assert shown(builder.node("store", type="array", size=40)) == "[…]"
        assert shown(builder.node("store", type="array", size=16)) == "[]"

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            *(("42", "42"), ("-2.5e-7", "-2.5e-7"), ("NaN", "NaN"), ("-Infinity", "-Infinity")),
            *(("1, x: 2", '"1, x: 2"'), ("٣", '"٣"')),
        ],
    )
    def test_numbers_with_values(self, text: str, expected: str) -> None:
        builder = built("root>it it/value>text", it=("number", "smi number"), text=("string", text))
        assert shown(builder) == expected

    def test_ropes_and_slices(self) -> None:
        builder = built(
            "root>it it/first>a it/second>b root>part part/parent>a",
            it=("concatenated string", "(concatenated string)"),
            part=("sliced string", "(sliced string)"),
            a=("string", "ab"),
            b=("string", "cd"),
        )
        assert shown(builder) == '"abcd"'
        assert shown(builder, "part") == '<slice of "ab">'

    def test_functions(self) -> None:
        builder = built(
            "root>it it/bound_function>f root>c c.m>mark",
            it=("closure", "native_bind"),
            f=("closure", "add"),
            c=("closure", "Point"),
            mark=("hidden", "system / ClassPositions"),
        )
        assert shown(builder) == "function bound add(…)"
        assert shown(builder, "c") == "class Point"

    def test_accessors(self) -> None:
        builder = built("root>it it.size>pair it.other>x", it=("object", "Object"))
        builder.edge("it", "get", "get size").edge("it", "get", "get other")
        builder.node("pair", type="hidden", name="system / AccessorPair")
        builder.node("get", type="closure", name="get size").node("x", type="string", name="v")
        expected = '{size: [Getter/Setter], other: "v", "get other": function get size(…)}'
        assert shown(builder) == expected

    def test_what_objects_hold(self) -> None:
        builder = built(
            "root>p p/reactions_or_result>x root>q q/reactions_or_result>reaction root>d "
            "root>w w~target>x root>b b/buffer>buffer buffer/backing_store>store",
            p=("object", "Promise"),
            q=("object", "Promise"),
            w=("object", "WeakRef"),
            b=("object", "Uint8Array"),
            d=("object", "Date"),
            s=("object", "String"),
            buffer=("object", "ArrayBuffer"),
            reaction=("hidden", "system / PromiseReaction"),
            time=("number", "heap number"),
            ms=("string", "1500000000000.5"),
            x=("string", "v"),
        )
        builder.node("store", type="native", name="system / JSArrayBufferData", size=64)
        builder.edge("d", "time", 2, type="hidden").edge("time", "ms", "value", type="internal")
        builder.edge("s", "x", 2, type="hidden")
        assert shown(builder, "p") == 'Promise {"v"}'
        assert shown(builder, "q") == "Promise {<pending>}"
        assert shown(builder, "w") == 'WeakRef {"v"}'
        assert shown(builder, "b") == "Uint8Array {buffer: ArrayBuffer {<64 bytes>}}"
        assert shown(builder, "d") == "new Date(1500000000000.5)"
        assert shown(builder, "s") == 'String {"v"}'


class TestTables:
    @pytest.mark.parametrize(("word", "header"), [(8, 16), (4, 8)])
    @pytest.mark.parametrize("n_buckets", [2, 4, 64])
    def test_maps_and_sets(self, word: int, header: int, n_buckets: int) -> None:
        start = 3 + n_buckets
        builder = built("root>map map/table>mt root>set set/table>st", map=("object", "Map"))
        builder.node("set", name="Set").node("x", type="string", name="v")
        for key, words in (("mt", 3), ("st", 2)):
            builder.node(key, type="array", size=table_size(n_buckets, words, word, header))
        for index in (start, start + 1, start + 3, start + 7):
            builder.edge("mt", "x", str(index), type="internal")
        for index in (start + 2, start + 4):
            builder.edge("st", "x", str(index), type="internal")
        assert shown(builder, "map") == 'Map {"v" => "v", "v" => ?, ? => "v"}'
        assert shown(builder, "set") == 'Set {"v", "v"}'

    @pytest.mark.parametrize("size", [0, 8, 16, 48, 88, 120_000_001])
    def test_other_tables(self, size: int) -> None:
        builder = built("root>it it/table>t t/5>x").node("t", type="array", size=size)
        assert entries(builder.graph(), 1) is None

    def test_indices_that_are_none(self) -> None:
        builder = built("root>it it/table>t").node("t", type="array", size=152)
        for name in ("99999999999999999999", "-1", "5x", "", "٣", "1000", "7"):
            builder.edge("t", "x", name, type="internal")
        found = entries(builder.graph(), 1)
        assert found is not None
        assert len(found.key) == 0


class TestBounds:
    def test_circles(self) -> None:
        assert shown(built("root>it it.self>it it.other>o o.back>it")) == (
            "it {self: [Circular], other: o {back: [Circular]}}"
        )

    def test_a_value_that_occurs_twice_is_no_circle(self) -> None:
        assert shown(built("root>it it.a>x it.b>x")) == "it {a: x {}, b: x {}}"

    def test_depth(self) -> None:
        builder = built("root>it it.a>b b.c>d d.e>f")
        assert shown(builder, max_depth=0) == "it {…}"
        assert shown(builder, max_depth=1) == "it {a: b {…}}"
        assert shown(builder) == "it {a: b {c: d {…}}}"
        assert shown(builder, max_depth=9) == "it {a: b {c: d {e: f {}}}}"

    def test_great_depth_without_recursion(self) -> None:
        length = 5000
        edges = " ".join(f"n{i}.n>n{i + 1}" for i in range(length))
        text = shown(built(f"root>n0 {edges}"), "n0", max_depth=10**9, max_chars=10**6)
        assert text.count("{") == length + 1

    def test_items(self) -> None:
        builder = built(" ".join(f"root>it it.p{i}>x" for i in range(20)))
        builder.node("x", type="string", name="v")
        assert shown(builder, max_items=2) == 'it {p0: "v", p1: "v", …}'
        assert shown(builder, max_items=0) == "it {…}"

    @pytest.mark.parametrize("max_chars", [1, 2, 10, 50, 120])
    def test_characters(self, max_chars: int) -> None:
        builder = built("root>it it.a>s it.b>s it.c>s", s=("string", "x" * 5000))
        for key in ("it", "s"):
            text = shown(builder, key, max_chars=max_chars)
            assert len(text) <= max(max_chars, 3)
            assert "…" in text

    def test_a_string_alone_keeps_its_quotes(self) -> None:
        builder = built("root>it", it=("string", "x" * 1000))
        assert shown(builder, max_chars=13) == f'"{"x" * 10}"…'

    def test_a_large_object_takes_no_time(self) -> None:
        n_edges = 200_000
        builder = built("root>it", it=("object", "Object"))
        for i in range(n_edges):
            builder.edge("it", "root", f"p{i % 1000}")
        graph = builder.graph()
        start = time.perf_counter()
        preview(graph, 1)
        assert time.perf_counter() - start < 0.5


class TestQuoted:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("plain ü ✓", '"plain ü ✓"'),
            ("\b\t\n\f\r\\", '"\\b\\t\\n\\f\\r\\\\"'),
            ("\x00\x7f\x9b", '"\\u0000\\u007f\\u009b"'),
            ("\u2028\u202e\ufeff", '"\\u2028\\u202e\\ufeff"'),
            ("\U000e0041", '"\\u{e0041}"'),
            ("</script>", '"</script>"'),
        ],
    )
    def test_escapes(self, text: str, expected: str) -> None:
        assert quoted(text) == expected

    def test_cuts(self) -> None:
        assert quoted("abcdef", 3) == '"abc"…'
        assert quoted("abc", 3) == '"abc"'


def values(graph: HeapGraph, name: str) -> dict[str, str]:
    """Show what the object that a property leads to holds."""
    is_name = pc.equal(graph.strings, name).to_numpy(zero_copy_only=False)
    edges = np.flatnonzero(graph.edge_type == graph.edge_type_index("property"))
    edge = next(edge for edge in edges if is_name[graph.edge_name[edge]])
    held = np.arange(*graph.edges_of(int(graph.edge_to[edge])))
    held = held[graph.edge_type[held] == graph.edge_type_index("property")]
    return {graph.edge_label(edge): preview(graph, int(graph.edge_to[edge])) for edge in held}


V8_FORMATS = sorted(path.name.split(".")[0] for path in FORMATS.glob("[dn]*.zst"))


@pytest.mark.parametrize("producer", V8_FORMATS)
def test_every_version_of_v8(producer: str) -> None:
    found = values(open_graph(FORMATS / f"{producer}.heapsnapshot.zst"), "formats")
    assert found["map"] in {
        'Map {"key" => {value: 1}, {object: "key"} => "value"}',
        'Map {"key" => {}, {object: "key"} => "value"}',
    }
    assert found["set"].startswith('Set {"member", {4294967294: "the largest index"')
    # The newest version of V8 leaves entries out.
    shown = "…}" if producer == "deno" else '{4294967294: "the largest index"'
    assert found["weakMap"].startswith(f"WeakMap {{{shown}")
    assert found["counter"] == "function countUp(…)"
    assert found["bound"].startswith("function bound makeCounter(…)")
    assert found["symbol"] == "Symbol(a symbol)"
    assert found["regexp"] == "/ab+c/"
    assert found["error"].startswith("RangeError {")
    assert "<3000 bytes>" in found["buffer"]
    assert found["sparse"] == '["first", ? × 99999, "far"]'
    assert found["rope"].startswith('"abcdefghijabcdefghij')
    assert found["slice"].startswith('<slice of "abcdefghij')
    assert re.search(
        r'Parcel \{1: "element", .*previous: null, label: "parcel 1"\}', found["parcels"]
    )
    assert not any(UNSAFE.search(text) for text in found.values())


def test_bun() -> None:
    found = values(open_graph(FORMATS / "bun.heapsnapshot.zst"), "formats")
    assert found["counter"] == "function countUp(…)"
    assert found["regexp"] == "/ab+c/gi"


@pytest.mark.parametrize("path", sorted(FORMATS.glob("*.zst")), ids=lambda path: path.name)
def test_any_node(path: object) -> None:
    graph = open_graph(path)  # type: ignore[arg-type]
    for node in np.unique(np.linspace(0, graph.n_nodes - 1, 1500).astype(int)).tolist():
        text = preview(graph, node, max_chars=80)
        assert 0 < len(text) <= 80
        assert not UNSAFE.search(text)
