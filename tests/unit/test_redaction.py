"""What redaction replaces and what it leaves, on small heaps."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np
import orjson
import pytest

import heapnb as hn
from heapnb.errors import HeapnbError
from heapnb.format import RawSnapshot, read_snapshot
from heapnb.format.writer import to_bytes
from heapnb.redaction import Mode
from heapnb.redaction.tokens import Tokens, utf16_length
from heapnb.testing import SnapshotBuilder

TOKEN = "ghp_" + "Zx7Qm2Lp9Wc4Vb8Nk1Rt6Yh3Jd5Sf0Ga2Ui1"
PASSWORD = "s3cr3t-Pa55w0rd"
MODES: tuple[Mode, ...] = ("secrets", "strings", "shape")


def strings(*named: tuple[str, str], edges: str) -> SnapshotBuilder:
    """Build a heap in which some nodes are strings."""
    builder = SnapshotBuilder.from_edges(edges)
    for key, text in named:
        kind = {"(rope)": "concatenated string", "(slice)": "sliced string"}.get(text, "string")
        builder.node(key, type=kind, name=text)
    return builder


def redacted(
    builder: SnapshotBuilder | RawSnapshot, mode: Mode = "secrets", salt: str = "salt"
) -> RawSnapshot:
    raw = builder if isinstance(builder, RawSnapshot) else builder.raw()
    path = Path(os.environ["PYTEST_REDACTION"]) / "out.heapsnapshot"
    hn.redact(to_bytes(raw), path, mode=mode, salt=salt, force=True)
    return read_snapshot(path)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_REDACTION", str(tmp_path))


def name_of(raw: RawSnapshot, node: int) -> str:
    return str(raw.strings[int(raw.node_name[node])])


def all_text(raw: RawSnapshot) -> str:
    return to_bytes(raw).decode()


# -- where a secret may be -----------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("edges", "named"),
    [
        ("root.note>a", [("a", f"see {TOKEN}")]),
        ("root.user>u u.password>a", [("a", PASSWORD)]),
        ("root>f f/context>c c:apiKey>a", [("a", PASSWORD)]),
        ("root.list>l l[0]>k l[1]>a", [("k", "X-Api-Key"), ("a", PASSWORD)]),
        ("root.map>m m/table>t t/4>k t/5>a", [("k", "authorization"), ("a", PASSWORD)]),
        ("root.passwords>l l[0]>a", [("a", PASSWORD)]),
        ("root.credentials>o o.db>a", [("a", PASSWORD)]),
        ("root.cookies>s s/table>t t/3>a", [("a", PASSWORD)]),
        ("root.e>e e.PATH>p e.HOME>h e.USER>u e.X>a", [("p", "/bin"), ("a", PASSWORD)]),
        ("root.r>r r/first>a r/second>b", [("r", "(rope)"), ("a", "password=s3c"), ("b", "r3tX")]),
        ("root.r>r r/first>a r/second>b", [("r", "(rope)"), ("a", TOKEN[:5]), ("b", TOKEN[5:])]),
        ("root.u>u u.secret>r r/first>a r/second>b", [("r", "(rope)"), ("a", "abc"), ("b", "d1f")]),
        ("root.u>u u.secret>s s/parent>a", [("s", "(slice)"), ("a", f"my {PASSWORD} is")]),
        ("root.u>u u.token>a root.v>b", [("a", PASSWORD), ("b", f"used {PASSWORD} today")]),
        ("root.u>u u.token>a root.v>b", [("a", PASSWORD), ("b", PASSWORD[:8])]),
        ("root.u>u u.token>a root.v>b", [("a", PASSWORD), ("b", PASSWORD.encode().hex())]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_values(mode: Mode, edges: str, named: list[tuple[str, str]]) -> None:
    builder = strings(*named, edges=edges)
    for key, kind in (("l", "Array"), ("m", "Map"), ("s", "Set"), ("o", "Object")):
        if key in edges.replace(">", " ").split() and key not in dict(named):
            builder.node(key, name=kind)
    if "m/table>t" in edges or "s/table>t" in edges:
        builder.node("t", type="array", name="")
    raw = redacted(builder, mode)
    for key, text in named:
        if key in {"a", "b"}:
            new = name_of(raw, builder.ordinal(key))
            assert new != text
            assert utf16_length(new) == utf16_length(text)
            for secret in (TOKEN, PASSWORD, PASSWORD.encode().hex(), TOKEN[5:]):
                for start in range(len(secret) - 7):
                    assert secret[start : start + 8] not in all_text(raw)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "place", ["property", "variable", "class", "function", "symbol", "weak map"]
)
def test_names(mode: Mode, place: str) -> None:
    builder = SnapshotBuilder.from_edges("root>a a>b")
    if place == "property":
        builder.edge("a", "b", TOKEN)
    elif place == "variable":
        builder.edge("a", "b", f"x_{TOKEN}", type="context")
    elif place == "class":
        builder.node("b", name=f"Session {TOKEN}")
    elif place == "function":
        builder.node("b", type="closure", name=TOKEN)
    elif place == "symbol":
        builder.edge("a", "b", f"<symbol {TOKEN}>")
    else:
        pair = f"1 / part of key ({TOKEN} @3) -> value (Object @5) pair in WeakMap (table @7)"
        builder.edge("a", "b", pair, type="internal")
    raw = redacted(builder, mode)
    assert TOKEN[5:] not in all_text(raw)
    assert [utf16_length(one) for one in raw.strings.to_pylist()] == [
        utf16_length(one) for one in builder.raw().strings.to_pylist()
    ]
    if place == "weak map":
        texts = raw.strings.to_pylist()
        assert any(one.endswith("@5) pair in WeakMap (table @7)") for one in texts)


# -- one table for texts and names ---------------------------------------------------------------


def test_a_password_that_is_also_a_name_gets_an_entry_of_its_own() -> None:
    builder = strings(("p", "Object"), edges="root.config>o o.password>p root.Object>x")
    builder.node("o", name="Object")
    raw = redacted(builder)
    assert name_of(raw, builder.ordinal("o")) == "Object"
    assert name_of(raw, builder.ordinal("p")) not in {"Object", ""}
    before = builder.raw().strings.to_pylist()
    assert raw.strings.to_pylist()[: len(before)] == before
    assert len(raw.strings) == len(before) + 1


def test_equal_texts_get_equal_tokens_wherever_they_stand() -> None:
    builder = strings(
        ("a", PASSWORD), ("b", f"password={PASSWORD}"), edges="root.o>o o.secret>a root.line>b"
    )
    raw = redacted(builder)
    token = name_of(raw, builder.ordinal("a"))
    assert name_of(raw, builder.ordinal("b")) == f"password={token}"


@pytest.mark.parametrize(
    "text",
    ["a", "ab", "abc", "Straße", "\U0001f600" * 5, "x" * 1024, 'a"b\\c\n\u2028', "日本語" * 9],
)
def test_tokens_have_the_length_of_their_text(text: str) -> None:
    tokens = Tokens(b"salt")
    assert utf16_length(tokens.of_text(text)) == utf16_length(text)
    assert utf16_length(tokens.of_name(text)) == utf16_length(text)
    assert tokens.of_text(text) != text


def test_short_names_stay_different() -> None:
    tokens = Tokens(b"salt")
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$"
    names = [*letters, *(a + b for a in letters for b in letters), "é", "ü", "-", "--", "日本"]
    assert len({tokens.of_name(name) for name in names}) == len(names)
    assert [len(tokens.of_name(name)) for name in names] == [len(name) for name in names]
    # In whatever order they are met.
    again = Tokens(b"salt")
    assert [again.of_name(name) for name in reversed(letters)] == [
        tokens.of_name(name) for name in reversed(letters)
    ]


def test_a_rope_of_single_letters_is_no_cipher() -> None:
    tokens = Tokens(b"salt")
    assert len({tokens.of_text(letter) for letter in "abcdefghij"}) == 1


# -- modes ---------------------------------------------------------------------------------------


def _shop() -> SnapshotBuilder:
    builder = strings(
        ("text", "two pounds of apples"),
        ("key", "quantity"),
        edges="root.shop>cart cart.quantity>text cart.note>key cart/map>map cart.f>f f:basket>text",
    )
    builder.node("cart", name="ShoppingCart").node("map", type="hidden", name="system / Map")
    builder.node("f", type="closure", name="checkOut")
    builder.node("re", type="regexp", name="^apples$").edge("cart", "re", "pattern")
    builder.node("div", type="native", name='<div id="apples">').edge("cart", "div", "element")
    return builder


@pytest.mark.parametrize(
    ("mode", "gone"),
    [
        ("secrets", ()),
        ("strings", ("two pounds of apples", "^apples$", 'id="apples"')),
        (
            "shape",
            (
                *("two pounds of apples", "^apples$", 'id="apples"', "quantity", "basket"),
                *("ShoppingCart", "checkOut"),
            ),
        ),
    ],
)
def test_modes(mode: Mode, gone: tuple[str, ...]) -> None:
    builder = _shop()
    raw = redacted(builder, mode)
    every = ["two pounds of apples", "quantity", "^apples$", "basket", "ShoppingCart", "checkOut"]
    text = "\n".join(raw.strings.to_pylist())
    assert [one for one in every if one not in text] == [one for one in every if one in gone]
    assert name_of(raw, builder.ordinal("map")) == "system / Map"
    assert name_of(raw, builder.ordinal("div")).startswith("<div ")
    assert ('id="apples"' in name_of(raw, builder.ordinal("div"))) == (mode == "secrets")


@pytest.mark.parametrize("mode", MODES)
def test_the_graph_is_the_same(mode: Mode) -> None:
    builder = _shop()
    before, after = builder.raw(), redacted(builder, mode)
    for name in ("node_type", "node_id", "self_size", "first_edge", "edge_type", "edge_to"):
        assert np.array_equal(getattr(before, name), getattr(after, name)), name
    assert np.array_equal(before.edge_name, after.edge_name)
    assert before.locations is not None
    assert after.locations is not None
    assert np.array_equal(before.locations.node, after.locations.node)


def test_the_salt_decides_about_tokens() -> None:
    builder = strings(("a", PASSWORD), edges="root.secret>a")
    node = builder.ordinal("a")
    first, same, other = (
        name_of(redacted(builder, salt=salt), node) for salt in ("one", "one", "two")
    )
    assert first == same
    assert first != other


def test_without_a_salt_nobody_knows_it(tmp_path: Path) -> None:
    builder = strings(("a", PASSWORD), edges="root.secret>a")
    for name in ("one", "two"):
        hn.redact(builder.to_bytes(), tmp_path / name)
    one, two = (name_of(read_snapshot(tmp_path / name), 1) for name in ("one", "two"))
    assert one != two


# -- the rest of the file ------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_texts_outside_the_string_table(mode: Mode) -> None:
    raw = dataclasses.replace(
        SnapshotBuilder.from_edges("root>a").raw(header={"title": f"with {TOKEN}", "extra": 7}),
        trace_tree=f'[1, 2, "{TOKEN}"]'.encode(),
        extra_sections={"notes": orjson.dumps({"a": [TOKEN], TOKEN: 1}), "more": b"[1,2]"},
        samples=np.array([1, 2], np.int64),
    )
    written = redacted(raw, mode)
    assert TOKEN[5:] not in all_text(written)
    assert written.meta.header["extra"] == 7
    assert written.extra_sections["more"] == b"[1,2]"
    assert written.samples is not None
    assert written.samples.tolist() == [1, 2]


def test_names_in_allocation_traces() -> None:
    raw = strings(("a", "harmless"), edges="root>a").raw()
    texts = [*raw.strings.to_pylist(), f"run_{TOKEN}", "/srv/app.js"]
    import pyarrow as pa

    raw = dataclasses.replace(
        raw,
        strings=pa.array(texts, pa.large_string()),
        trace_function_infos=np.array([0, len(texts) - 2, len(texts) - 1, 1, 2, 3], np.int64),
    )
    written = redacted(raw, "strings")
    assert TOKEN[5:] not in all_text(written)
    assert "/srv/app.js" in all_text(written)


# -- what is found -------------------------------------------------------------------------------


def test_an_audit_lists_places_and_no_secret() -> None:
    builder = strings(
        ("a", PASSWORD), ("b", f"as {TOKEN}"), edges="root.o>o o.password>a root.lines>l l[0]>b"
    )
    builder.edge("o", "l", TOKEN)
    result = hn.audit(builder.snapshot())
    rows = {(row.kind, row.place, row.name): row for row in result.table.itertuples()}
    password = rows["password", "string", "password"]
    assert [password.count, password.node_id] == [1, builder.node_id("a")]
    in_list = next(row for key, row in rows.items() if key[1] == "string" and row.kind == "api-key")
    assert in_list.node_id == builder.node_id("b")
    name = next(row for key, row in rows.items() if key[1] == "property name")
    assert [name.kind, name.node_id] == ["api-key", builder.node_id("o")]
    shown = f"{result!r} {result._repr_html_()} {orjson.dumps(result.to_dict())!r}"
    assert PASSWORD not in shown
    assert TOKEN not in shown
    assert result.counts == {"api-key": 2, "password": 1}
    assert result.target is None


def test_a_heap_without_secrets() -> None:
    result = hn.audit(SnapshotBuilder.from_edges("root>a a>b").graph())
    assert len(result.table) == 0
    assert result.to_dict()["findings"] == []
    assert "Redaction" in repr(result)


# -- files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_formats(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"out.heapsnapshot{suffix}"
    result = hn.redact(_shop().to_bytes(), path)
    assert result.target == str(path)
    assert hn.load(path, cache=False).graph.n_nodes == _shop().raw().n_nodes
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_an_existing_file_stays_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "out.heapsnapshot"
    path.write_text("precious")
    with pytest.raises(HeapnbError, match="exists"):
        hn.redact(_shop().to_bytes(), path)
    assert path.read_text() == "precious"
    hn.redact(_shop().to_bytes(), path, force=True)
    assert path.read_text().startswith("{")


def test_the_snapshot_itself_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "in.heapsnapshot"
    path.write_bytes(_shop().to_bytes())
    (tmp_path / "link").symlink_to(path)
    for source in (path, str(path), tmp_path / "link", hn.load(path, cache=False)):
        with pytest.raises(HeapnbError, match="is one of the snapshots"):
            hn.redact(source, path, force=True)
    assert path.read_bytes() == _shop().to_bytes()


def test_places_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HeapnbError, match="is a directory"):
        hn.redact(_shop().to_bytes(), tmp_path)
    with pytest.raises(HeapnbError, match="there is no directory"):
        hn.redact(_shop().to_bytes(), tmp_path / "missing" / "out")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(HeapnbError, match=r"Cannot write to .* Hint: check its permissions"):
        hn.redact(_shop().to_bytes(), tmp_path / "out")


def test_nothing_is_left_of_a_file_that_could_not_be_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("heapnb.format.writer._sections", fail)
    with pytest.raises(OSError, match="No space"):
        hn.redact(_shop().to_bytes(), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_mode(tmp_path: Path) -> None:
    with pytest.raises(HeapnbError, match=r"There is no mode 'all'\. Hint: modes are secrets"):
        hn.redact(_shop().to_bytes(), tmp_path / "out", mode="all")  # type: ignore[arg-type]


def test_hostile_graphs_end() -> None:
    # Ropes that contain themselves, slices of slices in a circle, halves that are missing.
    builder = strings(
        ("r", "(rope)"),
        ("q", "(rope)"),
        ("s", "(slice)"),
        ("t", "(slice)"),
        edges="root.password>r r/first>r r/second>q root.secret>s s/parent>t t/parent>s"
        " root.token>q",
    )
    assert redacted(builder).n_nodes == builder.raw().n_nodes


def test_ropes_that_share_their_halves_end() -> None:
    edges = " ".join(f"r{i}/first>r{i + 1} r{i}/second>r{i + 1}" for i in range(60))
    builder = SnapshotBuilder.from_edges(f"root.text>r0 {edges}")
    for i in range(60):
        builder.node(f"r{i}", type="concatenated string", name="(concatenated string)")
    builder.node("r60", type="string", name=TOKEN)
    assert TOKEN not in all_text(redacted(builder))
