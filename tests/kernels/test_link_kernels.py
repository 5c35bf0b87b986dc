"""Kernels that follow edges and chains agree with their naive twins."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from heapnb._typing import BoolArray, ByteArray, NodeArray
from heapnb.kernels import chains, decoding, edges
from tests.naive import links as naive
from tests.naive.links import Link

N_KINDS = 3
N_NAMES = 4

LONG = 1_000_000


@st.composite
def linked_nodes(draw: st.DrawFn) -> tuple[int, list[Link]]:
    n_nodes = draw(st.integers(1, 6))
    node = st.integers(0, n_nodes - 1)
    kind = st.integers(0, N_KINDS - 1)
    name = st.integers(0, N_NAMES - 1)
    found = draw(st.lists(st.builds(Link, node, node, kind, name), max_size=15))
    return n_nodes, sorted(found, key=lambda link: link.source)


def to_arrays(n_nodes: int, links: list[Link]) -> tuple[NodeArray, ByteArray, NodeArray, NodeArray]:
    counts = np.bincount([link.source for link in links], minlength=n_nodes)
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32)
    return (
        first,
        np.array([link.kind for link in links], np.uint8),
        np.array([link.name for link in links], np.uint32),
        np.array([link.target for link in links], np.uint32),
    )


def mask(names: set[int]) -> BoolArray:
    return np.isin(np.arange(N_NAMES), list(names))


@given(linked_nodes(), st.integers(0, N_KINDS - 1), st.sets(st.integers(0, N_NAMES - 1)))
def test_follow(graph: tuple[int, list[Link]], kind: int, names: set[int]) -> None:
    n_nodes, links = graph
    nodes = [-1, *range(n_nodes)]
    targets = np.empty(len(nodes), np.int64)
    edges.follow(*to_arrays(n_nodes, links), kind, mask(names), np.array(nodes, np.int64), targets)
    assert targets.tolist() == naive.follow(links, nodes, kind, names)


@given(linked_nodes(), st.integers(0, N_KINDS - 1), st.sets(st.integers(0, N_NAMES - 1)))
def test_edges_with_a_name(graph: tuple[int, list[Link]], kind: int, names: set[int]) -> None:
    n_nodes, links = graph
    _, edge_type, edge_name, _ = to_arrays(n_nodes, links)
    wanted = (edge_type, edge_name, kind, mask(names))
    found = np.empty(edges.count_named(*wanted), np.int64)
    edges.list_named(*wanted, found)
    expected = [i for i, link in enumerate(links) if link.kind == kind and link.name in names]
    assert found.tolist() == expected


@given(linked_nodes(), st.integers(0, N_KINDS - 1), st.data())
def test_edges_of_a_type(graph: tuple[int, list[Link]], kind: int, data: st.DataObject) -> None:
    n_nodes, links = graph
    nodes = data.draw(st.lists(st.integers(0, n_nodes - 1)))
    first_edge, edge_type, _, _ = to_arrays(n_nodes, links)
    wanted = np.array(nodes, np.int64)
    first = np.empty(len(nodes) + 1, np.int64)
    edges.count_of_type(first_edge, edge_type, kind, wanted, first)
    listed = np.empty(first[-1], np.int64)
    edges.list_of_type(first_edge, edge_type, kind, wanted, listed)
    found = [listed[start:stop].tolist() for start, stop in pairwise(first)]
    assert found == naive.edges_of_type(links, nodes, kind)


@given(st.data())
def test_chain_lengths(data: st.DataObject) -> None:
    n_elements = data.draw(st.integers(0, 8))
    element = st.integers(-1, n_elements - 1)
    following = data.draw(st.lists(element, min_size=n_elements, max_size=n_elements))
    length = np.empty(n_elements, np.int64)
    chains.chain_lengths(np.array(following, np.int64), length)
    for start, found in enumerate(length.tolist()):
        expected = naive.chain_length(following, start)
        if expected is None:
            assert 0 <= found < n_elements
        else:
            assert found == expected


def test_long_chains_and_circles_end() -> None:
    following = np.arange(1, LONG + 1)
    length = np.empty(LONG, np.int64)
    following[-1] = -1
    chains.chain_lengths(following, length)
    assert length[0] == LONG - 1
    following[-1] = 0
    chains.chain_lengths(following, length)
    assert length[0] == LONG - 1


@given(st.lists(st.integers(0, 100), max_size=9))
def test_dominator_chain(parents: list[int]) -> None:
    dominator = [0, *(parent % (node + 1) for node, parent in enumerate(parents))]
    chain = np.empty(len(dominator), np.uint32)
    for node in range(len(dominator)):
        length = chains.dominator_chain(np.array(dominator, np.uint32), node, chain)
        assert chain[:length].tolist() == naive.dominator_chain(dominator, node)


def test_lists_are_followed_to_their_ends() -> None:
    following = np.array([2, -1, 4, 1, -1], np.int64)
    chain = np.empty(5, np.int64)
    for start, expected in enumerate([[0, 2, 4], [1], [2, 4], [3, 1], [4]]):
        length = chains.follow(following, start, chain)
        assert chain[:length].tolist() == expected


@given(linked_nodes(), st.sets(st.integers(0, N_KINDS - 1)), st.sets(st.integers(0, 3)), st.data())
def test_nearest_names(
    graph: tuple[int, list[Link]], kinds: set[int], skipped: set[int], data: st.DataObject
) -> None:
    n_nodes, links = graph
    wanted = sorted(data.draw(st.sets(st.integers(0, n_nodes - 1))))
    distance = data.draw(st.lists(st.integers(-5, 3), min_size=n_nodes, max_size=n_nodes))
    row_of_node = np.full(n_nodes, -1, np.int32)
    row_of_node[wanted] = np.arange(len(wanted))
    found = np.empty(len(wanted), np.int64)
    source = np.empty(len(wanted), np.int64)
    decoding.nearest_names(
        *to_arrays(n_nodes, links),
        np.isin(np.arange(N_KINDS), list(kinds)),
        mask(skipped),
        np.array(distance, np.int32),
        row_of_node,
        found,
        source,
    )
    expected = naive.nearest_names(links, wanted, kinds, skipped, distance)
    assert found.tolist() == expected
    assert source.tolist() == [links[edge].source if edge >= 0 else -1 for edge in expected]


@given(st.data())
def test_walk_lists(data: st.DataObject) -> None:
    n_elements = data.draw(st.integers(0, 8))
    element = st.integers(-1, n_elements - 1)
    following = data.draw(st.lists(element, min_size=n_elements, max_size=n_elements))
    starts = data.draw(st.lists(element, max_size=4))
    list_of = np.empty(n_elements, np.int64)
    decoding.walk_lists(np.array(following, np.int64), np.array(starts, np.int64), list_of)
    assert list_of.tolist() == naive.lists_of(following, starts)


@given(linked_nodes(), st.integers(0, N_KINDS - 1), st.data())
def test_sums_of_elements(graph: tuple[int, list[Link]], kind: int, data: st.DataObject) -> None:
    n_nodes, links = graph
    nodes = data.draw(st.lists(st.integers(0, n_nodes - 1)))
    first_edge, edge_type, edge_name, _ = to_arrays(n_nodes, links)
    count = np.empty(len(nodes), np.int64)
    highest = np.empty(len(nodes), np.int64)
    decoding.sum_up_elements(
        first_edge, edge_type, edge_name, kind, np.array(nodes, np.int64), count, highest
    )
    found = list(zip(count.tolist(), highest.tolist(), strict=True))
    assert found == naive.elements(links, nodes, kind)
