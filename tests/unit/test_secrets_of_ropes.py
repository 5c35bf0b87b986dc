"""Secrets that span the parts of concatenated strings, against a naive twin."""

from __future__ import annotations

import random

import pytest

from heapnb.graph import HeapGraph
from heapnb.redaction import known
from heapnb.redaction.known import is_searched
from heapnb.redaction.plan import find
from heapnb.redaction.roles import roles_of
from heapnb.secrets import find_secrets
from heapnb.testing import SnapshotBuilder
from heapnb.views import masking
from heapnb.views.masking import Masking

PARTS = ("für ", "an user-", "ann", "@order", ".example", " or ", "bob@shop.example", "x1", "…")


def heap_of(ropes: list[list[str]]) -> HeapGraph:
    """Make a heap of ropes; each text is one string, which many ropes share."""
    builder = SnapshotBuilder()
    texts = sorted({part for rope in ropes for part in rope})
    for number, text in enumerate(texts):
        builder = builder.node(f"t{number}", type="string", name=text)
    for number, rope in enumerate(ropes):
        # A rope of three parts is a rope of a string and a rope.
        for depth in range(len(rope) - 1):
            name = f"r{number}d{depth}"
            builder = builder.node(name, type="concatenated string", name="(rope)")
        builder = builder.edge("root", f"r{number}d0", type="property", name=f"p{number}")
        for depth, part in enumerate(rope[:-1]):
            name = f"r{number}d{depth}"
            is_last = depth == len(rope) - 2
            second = f"t{texts.index(rope[-1])}" if is_last else f"r{number}d{depth + 1}"
            first = f"t{texts.index(part)}"
            builder = builder.edge(name, first, type="internal", name="first")
            builder = builder.edge(name, second, type="internal", name="second")
    return builder.graph()


def pieces_of(ropes: list[list[str]]) -> set[tuple[str, int]]:
    """Find the characters of each string that are secret in some rope."""
    found = set()
    for rope in ropes:
        places = [(part, at) for part in rope for at in range(len(part))]
        for start, stop, _ in find_secrets("".join(rope)):
            for part in {part for part, _ in places[start:stop]}:
                inside = {at for one, at in places[start:stop] if one == part}
                if any(part[at].isalnum() for at in inside):
                    found |= {(part, at) for at in inside}
    return found


@pytest.mark.parametrize("seed", range(8))
def test_each_string_has_its_part_of_a_secret(seed: int) -> None:
    chance = random.Random(seed)
    ropes = [
        ["für " * chance.randrange(2) + "an user-", f"k{i}", "@order", ".example"][
            chance.randrange(2) :
        ]
        for i in range(200)
    ]
    ropes += [chance.sample(PARTS, chance.randint(2, 5)) for _ in range(100)]
    graph = heap_of(ropes)
    found = find(graph, roles_of(graph.raw))
    hidden = {
        (graph.string(index), at)
        for index in found.in_texts
        for start, stop, _ in found.in_texts[index]
        for at in range(start, stop)
    }
    assert hidden == pieces_of(ropes)
    assert hidden


def test_a_piece_of_many_ropes_is_kept_once() -> None:
    graph = heap_of([["mail ", f"user{i}", "@shop", ".example"] for i in range(300)])
    found = find(graph, roles_of(graph.raw))
    assert max(map(len, found.in_texts.values())) == 1


@pytest.mark.parametrize(("most", "expected"), [(0, True), (10**6, False)])
def test_a_large_heap_is_searched_meanwhile(
    monkeypatch: pytest.MonkeyPatch, most: int, expected: bool
) -> None:
    monkeypatch.setattr(masking, "_SEARCHED_AT_ONCE", most)
    graph = heap_of([["mail ", "user", "@shop", ".example"]])
    with Masking.when(True).searching(graph):
        pass
    assert is_searched(graph) == expected
    with Masking.when(False).searching(graph):
        pass
    assert Masking.when(True).of(graph).known is known.known_secrets(graph)
