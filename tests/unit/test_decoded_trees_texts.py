"""The tree of strings: texts, the strings that have them, who holds these; secrets."""

from __future__ import annotations

import pyarrow as pa
import pytest

from heapnb.testing import SnapshotBuilder
from heapnb.views.masking import MASK, OFF, Masking
from heapnb.workbench.model import LONGEST_TEXT, Window
from heapnb.workbench.trees.texts import TextsTree
from tests.unit.decoded_trees import (
    bench,
    default_window,
    row_with,
    rows_of,
    sample,
    shown,
    text_of,
)
from tests.unit.hostile import HOSTILE_UNICODE, assert_nothing_invisible

TOKEN = "ghp_0123456789abcdef0123456789abcdef0123"


@pytest.fixture
def builder() -> SnapshotBuilder:
    builder = SnapshotBuilder.from_edges(
        "root>user root>other user.name>ann user.first>ann other.name>ann2 user.note>long "
        "user.memo>token user.password>weak other.hint>weak2 user.full>rope "
        "rope/first>ann rope/second>long"
    )
    for key, text, size in [
        ("ann", "Ann", 24),
        ("ann2", "Ann", 24),
        ("long", "x" * 300, 320),
        ("token", f"key {TOKEN}", 64),
        ("weak", "sesame", 32),
        ("weak2", "sesame street", 32),
    ]:
        builder.node(key, type="string", name=text, size=size)
    builder.node("user", name="User").node("other", name="Other")
    return builder.node("rope", type="concatenated string", name="(concatenated string)")


def test_texts_with_their_strings_and_their_holders(builder: SnapshotBuilder) -> None:
    tree = TextsTree(bench(builder))
    text = row_with(tree, "Ann")
    assert text_of(text) == '"Ann"'
    assert (text.node_id, text.cells["count"], text.cells["wasted_size"]) == (None, 2, 24)
    strings = rows_of(tree, text.key)
    assert sorted(text_of(row) for row in strings) == [
        f"firstinUser @{builder.node_id('ann')}",
        f"nameinOther @{builder.node_id('ann2')}",
    ]
    assert {row.node_id for row in strings} == {builder.node_id("ann"), builder.node_id("ann2")}
    assert tree.nodes(text.key).tolist() == [builder.ordinal("ann"), builder.ordinal("ann2")]
    first = row_with(tree, f"@{builder.node_id('ann')}", text.key)
    assert sorted(shown(tree, first.key)) == [
        f'(first) in "Ann{"x" * 156}…" @{builder.node_id("rope")}',
        f"first in User @{builder.node_id('user')}",
        f"name in User @{builder.node_id('user')}",
    ]
    single = row_with(tree, "xxx")
    assert single.node_id == builder.node_id("long")
    assert any(holder.startswith("note in User") for holder in shown(tree, single.key))


def test_what_looks_like_a_secret_is_masked(builder: SnapshotBuilder) -> None:
    tree = TextsTree(bench(builder))
    token = next(row for row in rows_of(tree) if row.node_id == builder.node_id("token"))
    assert text_of(token).startswith(f'"key {MASK}"')
    assert token.flags == ("masked",)
    weak = next(row for row in rows_of(tree) if row.node_id == builder.node_id("weak"))
    assert (text_of(weak).startswith(f'"{MASK}"'), weak.flags) == (True, ("masked",))
    everything = repr([tree.rows(None, Window()), *(rows_of(tree, r.key) for r in rows_of(tree))])
    assert TOKEN not in everything
    assert '"sesame"' not in everything
    assert "sesame street" in everything


@pytest.mark.parametrize(
    ("text", "regex"), [(TOKEN, False), ("ghp", False), ("^key ghp_0", True), ("^ses.me$", True)]
)
def test_a_search_does_not_tell_what_is_masked(
    builder: SnapshotBuilder, text: str, regex: bool
) -> None:
    masked = TextsTree(bench(builder))
    assert masked.rows(None, Window(filters={"text": text, "regex": regex})).total == 0
    plain = TextsTree(bench(builder, masking=OFF))
    assert plain.rows(None, Window(filters={"text": text, "regex": regex})).total == 1


def test_secrets_are_found_by_what_stands_for_them(builder: SnapshotBuilder) -> None:
    tree = TextsTree(bench(builder))
    assert len(shown(tree, text=MASK)) == 2
    assert shown(tree, preset="secrets") == shown(tree, text=MASK)
    assert shown(TextsTree(bench(builder, masking=OFF)), preset="secrets") == []


def test_other_presets(builder: SnapshotBuilder) -> None:
    tree = TextsTree(bench(builder))
    assert shown(tree, preset="duplicates") == ['"Ann"']
    (rope,) = shown(tree, preset="ropes")
    assert rope.startswith('"Annxxx')
    assert len(shown(tree, min_length="256")) == 2
    assert shown(tree, min_length="1024") == []
    page = tree.rows(None, Window(filters={"min_length": "1024"}))
    assert page.note == "No rows match the filters."
    assert len(shown(tree, preset="all", min_length="0")) == len(shown(tree))


def test_a_search_by_regular_expression(builder: SnapshotBuilder) -> None:
    tree = TextsTree(bench(builder))
    assert shown(tree, text="^a.n$", regex=True) == ['"Ann"']
    assert shown(tree, text="^a.n$") == []


def test_long_and_hostile_texts_are_cut_and_visible() -> None:
    builder = SnapshotBuilder.from_edges(
        " ".join(f"root>k{i}" for i in range(len(HOSTILE_UNICODE)))
    )
    for i, text in enumerate(HOSTILE_UNICODE.values()):
        builder.node(f"k{i}", type="string", name=text)
    tree = TextsTree(bench(builder))
    rows = rows_of(tree)
    assert len(rows) == len(HOSTILE_UNICODE)
    for row in rows:
        assert_nothing_invisible(text_of(row))
        assert len(row.label[0][1]) <= LONGEST_TEXT * 8 + 2
        assert tree.nodes(row.key).tolist()


def test_a_string_is_located_by_its_text(builder: SnapshotBuilder) -> None:
    tree = TextsTree(bench(builder))
    for key in ("ann", "ann2", "long", "rope", "token"):
        node = builder.ordinal(key)
        path = tree.locate(node, default_window(tree))
        assert path is not None
        parent = None
        for name, place in path:
            window = default_window(tree)
            row = tree.rows(parent, Window(place, 1, window.sort, window.descending)).rows[0]
            assert row.key == name
            parent = name
        assert row.node_id == builder.node_id(key)
    assert tree.locate(builder.ordinal("user"), default_window(tree)) is None
    assert (
        tree.locate(builder.ordinal("long"), default_window(tree, text="Ann$", regex=True)) is None
    )


def test_all_strings_of_a_sample_are_there() -> None:
    snap = sample("listener_per_request")
    tree = TextsTree(bench(snap))
    is_string = snap.nodes["node_type"].isin(["string", "concatenated string", "sliced string"])
    assert sum(int(row.cells["count"] or 0) for row in rows_of(tree)) == is_string.sum()
    assert sum(int(row.cells["shallow_size"] or 0) for row in rows_of(tree)) == (
        snap.nodes["shallow_size"][is_string].sum()
    )


def test_a_heap_without_strings() -> None:
    page = TextsTree(bench(SnapshotBuilder.from_edges("root>a"))).rows(None, Window())
    assert (page.total, page.note) == (0, "This heap has no strings.")


def test_a_page_masks_only_the_texts_that_it_shows(
    builder: SnapshotBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[int] = []
    texts = Masking.texts

    def counted(self: Masking, values: pa.LargeStringArray) -> pa.LargeStringArray:
        searched.append(len(values))
        return texts(self, values)

    monkeypatch.setattr(Masking, "texts", counted)
    tree = TextsTree(bench(builder))
    assert len(tree.rows(None, Window(limit=2)).rows) == 2
    assert set(searched) == {2}


def test_texts_are_sorted_as_they_are_shown(builder: SnapshotBuilder) -> None:
    tree = TextsTree(bench(builder))
    rows = tree.rows(None, Window(sort="label", descending=False)).rows
    texts = [text_of(row).split(" @")[0] for row in rows if row.label[0][0] == "string"]
    assert texts == sorted(texts)
