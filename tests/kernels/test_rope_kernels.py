"""The kernel that reads ropes agrees with its naive twin."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heapnb.kernels import ropes
from heapnb.testing import SnapshotBuilder
from tests.naive.ropes import Rope, joined_texts, text_of

INTERNAL = 3
STRING, ROPE = 2, 10


@st.composite
def rope_nodes(draw: st.DrawFn) -> list[str | Rope]:
    n = draw(st.integers(1, 8))
    node = st.integers(0, n - 1)
    edge = st.tuples(st.sampled_from([0, ropes.FIRST, ropes.SECOND]), node)
    rope = st.lists(edge, max_size=4).map(Rope)
    return draw(st.lists(st.text("ab\u20ac", max_size=3) | rope, min_size=n, max_size=n))


@given(rope_nodes(), st.integers(1, 20))
def test_leaves(nodes: list[str | Rope], n_bytes: int) -> None:
    texts = ["", "first", "second", *(node for node in nodes if isinstance(node, str))]
    offsets = np.cumsum([0, *(len(text.encode()) for text in texts)])
    names = iter(range(3, len(texts)))
    edges = [node.edges if isinstance(node, Rope) else [] for node in nodes]
    leaves = np.empty(n_bytes, np.uint32)
    n_leaves = ropes.list_leaves(
        np.cumsum([0, *map(len, edges)]).astype(np.uint32),
        np.array([INTERNAL for some in edges for _ in some], np.uint8),
        np.array([name for some in edges for name, _ in some], np.uint32),
        np.array([target for some in edges for _, target in some], np.uint32),
        np.array([STRING if isinstance(node, str) else ROPE for node in nodes], np.uint8),
        np.array([next(names) if isinstance(node, str) else 0 for node in nodes], np.uint32),
        ROPE,
        INTERNAL,
        np.array([0, ropes.FIRST, ropes.SECOND] + [0] * (len(texts) - 3), np.uint8),
        offsets,
        len(nodes) - 1,
        leaves,
    )
    found = [nodes[leaf] for leaf in leaves[:n_leaves].tolist()]
    assert found == text_of(nodes, len(nodes) - 1, n_bytes)


@pytest.mark.parametrize(
    ("leaf", "shown"), [("x", "x" * 1024), ("\U0001f600", "\U0001f600" * 512)], ids=["x", "astral"]
)
def test_a_deep_rope_is_read_from_its_left_end(leaf: str, shown: str) -> None:
    n_ropes = 3000
    edges = " ".join(f"r{i}/first>r{i + 1} r{i}/second>leaf" for i in reversed(range(n_ropes)))
    builder = SnapshotBuilder.from_edges(f"root.log>r0 {edges}")
    builder.node("leaf", type="string", name=leaf).node(f"r{n_ropes}", type="string", name=leaf)
    for i in range(n_ropes):
        builder.node(f"r{i}", type="concatenated string", name="(concatenated string)")
    assert builder.graph().display_name(builder.ordinal("r0")) == shown


@st.composite
def pairs_of_halves(draw: st.DrawFn) -> tuple[list[tuple[int, int]], list[bytes]]:
    strings = draw(st.lists(st.binary(max_size=4), max_size=4))
    n = draw(st.integers(1, 7))
    half = st.integers(-1 - len(strings), n - 1)
    return draw(st.lists(st.tuples(half, half), min_size=n, max_size=n)), strings


@given(pairs_of_halves(), st.integers(1, 12))
def test_many_ropes(
    pairs_and_strings: tuple[list[tuple[int, int]], list[bytes]], limit: int
) -> None:
    pairs, strings = pairs_and_strings
    halves = np.array(pairs, np.int64)
    offsets = np.cumsum([0, *map(len, strings)])
    order, length = (np.empty(len(pairs), np.int64) for _ in range(2))
    ropes.measure_ropes(halves, offsets, limit, order, length)
    first_byte = np.append(0, np.cumsum(length))
    text = np.zeros(int(first_byte[-1]), np.uint8)
    characters = np.frombuffer(b"".join(strings), np.uint8)
    ropes.join_ropes(halves, offsets, characters, order, first_byte, text)
    found = [text[start:end].tobytes() for start, end in pairwise(first_byte)]
    assert found == joined_texts(pairs, strings, limit)
    assert sorted(order.tolist()) == list(range(len(pairs)))
