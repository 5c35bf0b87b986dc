"""The kernels behind redaction agree with their naive twins."""

from __future__ import annotations

from itertools import accumulate, pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from heapnb._typing import AnyArray
from heapnb.kernels import redaction
from tests.naive.redaction import is_telling, parts_of, windows_in

# Few characters, so that pieces occur again; one of two bytes, one of a word's end.
texts = st.lists(st.text("aB1= é", max_size=24), max_size=6)


def as_arrays(some: list[str]) -> tuple[AnyArray, AnyArray]:
    data = [text.encode("latin-1") for text in some]
    offset = np.array([0, *accumulate(map(len, data))], np.int64)
    return offset, np.frombuffer(b"".join(data), np.uint8)


@given(texts, texts, st.sampled_from([1, 8]))
def test_windows(secrets: list[str], others: list[str], step: int) -> None:
    table = np.zeros(1 << 10, np.uint64)
    n_windows = redaction.add_windows(*as_arrays(secrets), step, table)
    known = {text[i : i + 8] for text in secrets for i in range(0, len(text) - 7, step)}
    known = {piece for piece in known if is_telling(piece)}
    assert n_windows == len(known) == np.count_nonzero(table)
    expected = windows_in(others, known)
    found = np.empty((2, 3), np.int64)
    n_found = redaction.find_windows(*as_arrays(others), table, found, 0)
    assert n_found == len(expected)
    assert [tuple(row) for row in found[: min(n_found, 2)].tolist()] == expected[:2]


def test_a_full_table_takes_no_more() -> None:
    secrets = [f"a{i:07d}" for i in range(100)]
    table = np.zeros(1 << 5, np.uint64)
    assert redaction.add_windows(*as_arrays(secrets), 1, table) == 16


@given(st.data())
def test_parts(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 7))
    half = st.integers(-6, n - 1)
    halves = data.draw(st.lists(st.tuples(half, half), min_size=n, max_size=n))
    ropes = data.draw(st.lists(st.integers(0, n - 1), max_size=4))
    visits = [0] * n
    expected = [parts_of(halves, rope, visits) for rope in ropes]
    first = np.empty(len(ropes) + 1, np.int64)
    parts = np.empty(2 * redaction.MAX_VISITS_PER_ROPE * n + 2 * len(ropes), np.int64)
    seen = np.zeros(n, np.uint8)
    n_parts = redaction.list_parts(
        np.array(halves, np.int64), np.array(ropes, np.int64), seen, first, parts
    )
    assert n_parts == first[-1]
    found = [parts[first[i] : first[i + 1]].tolist() for i in range(len(ropes))]
    assert found == expected
    assert seen.tolist() == visits


@given(st.data())
def test_roles(data: st.DataObject) -> None:
    n = data.draw(st.integers(0, 12))
    types = data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    names = data.draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))
    role_of_type = np.zeros(256, np.uint16)
    role_of_type[1:4] = (1, 2, 4)
    roles = np.zeros(6, np.uint16)
    redaction.mark_roles(np.array(types, np.uint8), np.array(names, np.uint32), role_of_type, roles)
    expected = [0] * 6
    for kind, name in zip(types, names, strict=True):
        expected[name] |= (0, 1, 2, 4)[kind]
    assert roles.tolist() == expected


@given(st.data())
def test_pairs(data: st.DataObject) -> None:
    counts = data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=5))
    first = [0, *accumulate(counts)]
    edge = st.tuples(st.integers(0, 2), st.integers(0, len(counts) - 1))
    edges = data.draw(st.lists(edge, min_size=first[-1], max_size=first[-1]))
    is_key = data.draw(st.lists(st.booleans(), min_size=len(counts), max_size=len(counts)))
    is_pair_type = np.zeros(256, np.bool_)
    is_pair_type[1:3] = True
    keys = np.empty(1, np.int64)
    n_keys = redaction.pairs_in_rows(
        np.array(first, np.uint32),
        np.array([kind for kind, _ in edges], np.uint8),
        np.array([target for _, target in edges], np.uint32),
        is_pair_type,
        np.array(is_key, np.bool_),
        keys,
        0,
    )
    expected = [
        i
        for low, high in pairwise(first)
        for i in range(low, high - 1)
        if edges[i][0] in {1, 2} and edges[i][0] == edges[i + 1][0] and is_key[edges[i][1]]
    ]
    assert n_keys == len(expected)
    assert keys[:n_keys].tolist() == expected[:1]
