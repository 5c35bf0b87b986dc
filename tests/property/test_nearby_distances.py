"""Distances without some nodes, measured around these, are those of a search of the whole heap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import heapnb as hn
from heapnb.graph import HeapGraph, nearby_distances
from heapnb.graph.distances import distances_without
from heapnb.graph.nearby_distances import changed_distances
from heapnb.testing import SnapshotBuilder
from tests.conftest import sample_series

if TYPE_CHECKING:
    from pathlib import Path

NODES = 9


def compare(heap: HeapGraph, nodes: list[int]) -> int:
    """Compare both ways, and return how many distances changed."""
    changed = changed_distances(heap, nodes)
    everything = np.arange(heap.n_nodes)
    expected = distances_without(heap, nodes)
    assert changed.apply(everything, heap.distance).tolist() == expected.tolist()
    few = everything[::3]
    assert changed.apply(few, heap.distance[few]).tolist() == expected[few].tolist()
    assert (heap.distance[changed.nodes] != changed.distance).sum() <= len(changed.nodes)
    return len(changed.nodes)


@given(
    st.lists(
        st.tuples(
            st.integers(0, NODES), st.integers(1, NODES), st.sampled_from([".p>", "~p>", "/p>"])
        ),
        min_size=1,
        max_size=40,
    ),
    st.sets(st.integers(1, NODES), min_size=1, max_size=4),
    st.booleans(),
)
def test_small_graphs(
    edges: list[tuple[int, int, str]], avoided: set[int], back_to_root: bool
) -> None:
    names = ["root", *(f"n{number}" for number in range(1, NODES + 1))]
    written = [f"{names[source]}{kind}{names[target]}" for source, target, kind in edges]
    every = [f"n{NODES}.p{number}>{name}" for number, name in enumerate(names[1:-1])]
    if back_to_root:
        every.append("n1.top>root")
    builder = SnapshotBuilder.from_edges(" ".join([*written, *every]))
    heap = builder.graph()
    compare(heap, [builder.ordinal(names[number]) for number in avoided])


@pytest.mark.parametrize("seed", range(6))
def test_samples(seed: int) -> None:
    path: Path = sample_series("map_against_weak_map")[0]
    heap = hn.load(path, progress=False).graph
    random = np.random.default_rng(seed)
    near = np.flatnonzero((heap.distance > 0) & (heap.distance < 6))
    n_changed = 0
    for n_avoided in (1, 2, 5):
        nodes = [*random.choice(near, n_avoided), *random.integers(0, heap.n_nodes, n_avoided)]
        n_changed += compare(heap, [int(node) for node in nodes])
    assert n_changed > 0


def test_a_search_of_the_whole_heap_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    builder = SnapshotBuilder.from_edges("root>r r>a r>b a>c b>d d>c c>e")
    heap, nodes = builder.graph(), [builder.ordinal("a")]
    near = changed_distances(heap, nodes)
    monkeypatch.setattr(nearby_distances, "_search_nearby", lambda *_: None)
    far = changed_distances(heap, nodes)
    assert near.nodes.tolist() == far.nodes.tolist()
    assert near.distance.tolist() == far.distance.tolist() == [-5, 4, 5]
