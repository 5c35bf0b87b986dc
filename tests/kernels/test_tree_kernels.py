"""The kernels of retaining trees and comparisons agree with their naive twins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from heapnb._typing import BoolArray, ByteArray, NodeArray, OffsetArray
from heapnb.analysis.series.encoding import encode
from heapnb.kernels import hashing, series
from heapnb.kernels import trees as kernels
from tests.kernels.arrays import graphs, to_arrays
from tests.naive import trees as naive
from tests.naive.graphs import Edge
from tests.naive.trees import Tree

NO_NODE = kernels.NO_NODE
HASHES = np.random.default_rng(1).integers(1, 1 << 63, 64).astype(np.uint64)


def codes(values: Sequence[int | None]) -> NodeArray:
    """Nodes, or none, as kernels take them."""
    return np.array([NO_NODE if value is None else value for value in values], np.uint32)


def same_partition(hashes: Sequence[int], described: Sequence[Hashable]) -> bool:
    """Tell whether two ways to describe things tell the same things apart."""
    pairs = set(zip(hashes, described, strict=True))
    return len(pairs) == len(set(hashes)) == len(set(described))


@st.composite
def trees(draw: st.DrawFn, max_nodes: int = 14, n_kinds: int = 2) -> Tree:
    n_nodes = draw(st.integers(1, max_nodes))
    small = st.integers(0, n_kinds - 1)
    parent = [draw(st.integers(max(0, node - 3), max(0, node - 1))) for node in range(n_nodes)]
    return Tree(
        parent,
        [draw(small) for _ in parent],
        [draw(small) for _ in parent],
        [node > 0 and draw(st.integers(0, 4)) == 0 for node in range(n_nodes)],
    )


@st.composite
def owned_trees(draw: st.DrawFn) -> Tree:
    """Trees that skip storage: only leaves are storage."""
    tree = draw(trees())
    inner = set(tree.parent)
    leaves = [s and node not in inner for node, s in enumerate(tree.is_storage)]
    return Tree(tree.parent, tree.kind, tree.label, leaves)


def order_of(tree: Tree) -> NodeArray:
    return np.arange(len(tree.parent), dtype=np.uint32)


def follows_of(tree: Tree, longest_cycle: int, shortest_chain: int) -> NodeArray:
    follows = np.full(len(tree.parent), NO_NODE, np.uint32)
    kernels.find_repetitions(
        order_of(tree),
        codes(tree.parent),
        codes(tree.kind),
        codes(tree.label),
        np.array(tree.is_storage),
        longest_cycle,
        shortest_chain,
        follows,
    )
    return follows


@given(graphs(), st.data())
def test_grow_tree_searches_breadth_first(
    graph: tuple[int, list[Edge]], data: st.DataObject
) -> None:
    n_nodes, edges = graph
    blocked = data.draw(st.lists(st.booleans(), min_size=n_nodes, max_size=n_nodes))
    arrays = to_arrays(n_nodes, edges)
    tree = _Growing(arrays.first_edge, arrays.edge_to, arrays.counts.astype(np.uint8))
    tree.grow(np.array(blocked, np.bool_))
    order, parents, by_edge = naive.trees(n_nodes, arrays.edges, blocked)
    assert tree.queue[: tree.tail].tolist() == order
    assert tree.parent.tolist() == [NO_NODE if node < 0 else node for node in parents]
    for node in order[1:]:
        assert tree.parent_edge[node] == by_edge[node]


@given(graphs(), st.data())
def test_a_tree_that_grows_again_is_as_if_all_was_searched_again(
    graph: tuple[int, list[Edge]], data: st.DataObject
) -> None:
    n_nodes, edges = graph
    arrays = to_arrays(n_nodes, edges)
    n_edges = len(arrays.edge_to)
    kinds = st.sampled_from([kernels.NEVER, kernels.ALWAYS, kernels.ALWAYS, kernels.NOT_NOW])
    usable = np.array(data.draw(st.lists(kinds, min_size=n_edges, max_size=n_edges)), np.uint8)
    is_special = usable == kernels.NOT_NOW
    tree = _Growing(arrays.first_edge, arrays.edge_to, usable)
    order, parent, by_edge = [0], {0: 0}, {}
    for _ in range(data.draw(st.integers(1, 5))):
        blocked = data.draw(st.lists(st.booleans(), min_size=n_nodes, max_size=n_nodes))
        now = data.draw(st.booleans())
        usable[is_special] = kernels.NOW if now else kernels.NOT_NOW
        tree.grow(np.array(blocked, np.bool_))
        may_use = (usable & 1).astype(np.bool_).tolist()
        for node in order:
            for edge in range(int(arrays.first_edge[node]), int(arrays.first_edge[node + 1])):
                target = int(arrays.edge_to[edge])
                if target not in parent and may_use[edge] and not blocked[target]:
                    parent[target], by_edge[target] = node, edge
                    order.append(target)
        assert tree.queue[: tree.tail].tolist() == order
        assert tree.parent.tolist() == [parent.get(node, NO_NODE) for node in range(n_nodes)]
        assert [int(tree.parent_edge[node]) for node in order[1:]] == [
            by_edge[node] for node in order[1:]
        ]


class _Growing:
    """A tree that grows from node 0, again and again."""

    def __init__(self, first_edge: OffsetArray, edge_to: NodeArray, usable: ByteArray) -> None:
        self.columns = first_edge, edge_to, usable
        n_nodes = len(first_edge) - 1
        self.parent = np.full(n_nodes, NO_NODE, np.uint32)
        self.parent[0] = 0
        self.parent_edge = np.zeros(n_nodes, np.uint32)
        self.queue = np.zeros(n_nodes, np.uint32)
        room = n_nodes + int(np.count_nonzero(usable == kernels.NOT_NOW))
        self.waiting = (
            np.empty(room, np.uint32),
            np.empty(room, np.uint32),
            np.zeros(n_nodes, np.bool_),
        )
        self.n_waiting = self.head = 0
        self.tail = 1

    def grow(self, blocked: BoolArray) -> None:
        first_edge, edge_to, usable = self.columns
        tree = (self.parent, self.parent_edge, self.queue)
        self.tail, self.n_waiting = kernels.enter_waiting(
            edge_to, usable, blocked, *tree, self.tail, self.waiting, self.n_waiting
        )
        self.tail, self.n_waiting = kernels.grow_tree(
            first_edge,
            edge_to,
            usable,
            blocked,
            *tree,
            self.head,
            self.tail,
            self.waiting,
            self.n_waiting,
        )
        self.head = self.tail


@given(trees(), st.data())
def test_skip_storage_finds_owners_and_the_names_of_cells(tree: Tree, data: st.DataObject) -> None:
    n_nodes = len(tree.parent)
    keeps = data.draw(st.lists(st.booleans(), min_size=n_nodes, max_size=n_nodes))
    label = codes(tree.label)
    owner = np.zeros(n_nodes, np.uint32)
    kernels.skip_storage(
        order_of(tree), codes(tree.parent), np.array(tree.is_storage), np.array(keeps), label, owner
    )
    assert owner.tolist() == [naive.owner(tree, node) for node in range(n_nodes)]
    assert label.tolist() == [naive.label(tree, keeps, node) for node in range(n_nodes)]


@given(owned_trees(), st.integers(1, 4), st.integers(1, 4))
def test_find_repetitions_finds_linked_lists(tree: Tree, cycle: int, shortest: int) -> None:
    assert (
        follows_of(tree, cycle, shortest).tolist()
        == codes(naive.lists(tree, cycle, shortest)).tolist()
    )


def test_a_list_of_a_million_is_found_as_one() -> None:
    n_nodes = 1_000_000
    order = np.arange(n_nodes, dtype=np.uint32)
    owner = np.maximum(order.astype(np.int64) - 1, 0).astype(np.uint32)
    kind = np.zeros(n_nodes, np.uint32)
    follows = np.empty(n_nodes, np.uint32)
    none = np.zeros(n_nodes, np.bool_)
    kernels.find_repetitions(order, owner, kind, kind, none, 8, 8, follows)
    assert follows[0] == NO_NODE
    assert np.array_equal(follows[1:], order[:-1])


def test_the_children_of_a_tree_are_no_list() -> None:
    tree = Tree([0, 0, 1, 1, 2, 2], [0] * 6, [0] * 6, [False] * 6)
    assert all(follows == NO_NODE for follows in follows_of(tree, 8, 1).tolist()[2:])


@given(owned_trees(), st.data())
def test_group_nodes_groups_what_is_held_alike(tree: Tree, data: st.DataObject) -> None:
    n_nodes = len(tree.parent)
    identity = data.draw(
        st.lists(st.sampled_from([0, 0, 7, 9]), min_size=n_nodes, max_size=n_nodes)
    )
    follows = naive.lists(tree, 4, 2)
    groups = np.zeros(n_nodes, np.uint64)
    routes = np.zeros(n_nodes, np.uint64)
    kernels.group_nodes(
        order_of(tree),
        codes(tree.parent),
        HASHES,
        HASHES[::-1].copy(),
        codes(tree.kind),
        codes(tree.label),
        np.array(tree.is_storage),
        np.array(identity, np.uint64),
        codes(follows),
        groups,
        routes,
    )
    nodes = range(n_nodes)
    assert same_partition(
        groups.tolist(), [naive.group(tree, identity, follows, node) for node in nodes]
    )
    assert same_partition(routes.tolist(), [naive.route(tree, follows, node) for node in nodes])


@given(trees(n_kinds=3), st.data())
def test_hash_labels_tells_edges_apart(tree: Tree, data: st.DataObject) -> None:
    n_nodes, n_names, internal, hidden = len(tree.parent), 4, 1, 2
    names = data.draw(
        st.lists(st.integers(0, n_names - 1), min_size=n_nodes, max_size=n_nodes), label="names"
    )
    flags = st.lists(st.booleans(), min_size=n_names, max_size=n_names)
    special = data.draw(st.lists(st.sampled_from([0, 0, 70]), min_size=4, max_size=4))
    labels = naive.Labels(
        internal, hidden, [False, False, True], data.draw(flags), special, n_fields=2
    )
    hashes = np.zeros(n_nodes, np.uint64)
    kernels.hash_labels(
        order_of(tree),
        codes(tree.parent),
        order_of(tree),
        np.array(tree.label, np.uint8),
        codes(names),
        np.array(labels.is_indexed),
        (internal, hidden),
        HASHES[:n_names],
        np.array(labels.is_decimal),
        np.array(special, np.uint64),
        np.array(tree.is_storage),
        (1, 3, labels.n_fields, 16),
        hashes,
    )
    described = [
        labels.of(tree.label[node], names[node], from_storage=tree.is_storage[tree.parent[node]])
        for node in range(1, n_nodes)
    ]
    assert same_partition(hashes[1:].tolist(), described)


@given(owned_trees(), st.data())
def test_describe_groups_adds_up_members(tree: Tree, data: st.DataObject) -> None:
    n_nodes, n_groups = len(tree.parent), 3
    numbers = st.none() | st.integers(0, n_groups - 1)
    of_each = st.tuples(st.integers(0, 99), st.sampled_from([0, 7]), numbers)
    drawn = data.draw(st.lists(of_each, min_size=n_nodes, max_size=n_nodes))
    sizes = [size for size, _, _ in drawn]
    identity = [number for _, number, _ in drawn]
    group = [number for _, _, number in drawn]
    follows = naive.lists(tree, 4, 2)
    sums = np.zeros((n_groups, 5), np.int64)
    head = np.full(n_groups, NO_NODE, np.uint32)
    kernels.describe_groups(
        order_of(tree),
        codes(tree.parent),
        np.array(tree.is_storage),
        np.array(sizes, np.uint32),
        np.array(naive.totals(tree.parent, sizes), np.uint64),
        np.array(identity, np.uint64),
        codes(follows),
        codes(group),
        sums,
        head,
    )
    for number in range(n_groups):
        expected, first = naive.sums_of_group(tree, sizes, identity, follows, group, number)
        assert sums[number].tolist() == expected
        assert head[number] == (NO_NODE if first is None else first)


@given(trees(), st.data())
def test_add_up_tree_adds_sizes_to_all_above(tree: Tree, data: st.DataObject) -> None:
    n_nodes = len(tree.parent)
    sizes = data.draw(st.lists(st.integers(0, 1 << 40), min_size=n_nodes, max_size=n_nodes))
    total = np.array(sizes, np.uint64)
    kernels.add_up_tree(order_of(tree), codes(tree.parent), total)
    assert total.tolist() == naive.totals(tree.parent, sizes)


@given(st.lists(st.text(max_size=6), min_size=1), st.data())
def test_hash_strings_tells_texts_apart(texts: list[str], data: st.DataObject) -> None:
    wanted = data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts)))
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    offsets = np.cumsum([0, *map(len, encoded)])
    hashes = np.zeros(len(texts), np.uint64)
    is_decimal = np.zeros(len(texts), np.bool_)
    text = np.frombuffer(b"".join(encoded), np.uint8)
    hashing.hash_strings(offsets, text, np.array(wanted), hashes, is_decimal)
    chosen = [i for i, want in enumerate(wanted) if want]
    assert same_partition([int(hashes[i]) for i in chosen], [texts[i] for i in chosen])
    for i, name in enumerate(texts):
        is_digits = bool(name) and all(letter in "0123456789" for letter in name)
        assert is_decimal[i] == (wanted[i] and is_digits)
        assert wanted[i] or hashes[i] == 0


@given(graphs(), st.data())
def test_target_names_are_marked_and_hashed_in_order(
    graph: tuple[int, list[Edge]], data: st.DataObject
) -> None:
    n_nodes, edges = graph
    names = data.draw(st.lists(st.integers(0, 5), min_size=n_nodes, max_size=n_nodes))
    nodes = data.draw(st.lists(st.integers(0, n_nodes - 1)))
    arrays = to_arrays(n_nodes, edges)
    wanted = np.zeros(6, np.bool_)
    rows = np.array(nodes, np.uint32)
    columns = (arrays.first_edge, arrays.edge_to, np.array(names, np.uint32))
    hashing.mark_target_names(*columns, rows, wanted)
    hashes = np.zeros(len(nodes), np.uint64)
    hashing.hash_target_names(*columns, HASHES, rows, hashes)
    described = [tuple(names[e.target] for e in arrays.edges if e.source == node) for node in nodes]
    assert set(np.flatnonzero(wanted).tolist()) == {name for row in described for name in row}
    assert same_partition(hashes.tolist(), described)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1))
def test_mix_depends_on_both_and_on_their_order(pairs: list[tuple[int, int]]) -> None:
    first, second = (np.array(column, np.uint64) for column in zip(*pairs, strict=True))
    mixed = np.empty(len(pairs), np.uint64)
    hashing.mix_arrays(first, second, mixed)
    assert same_partition(mixed.tolist(), pairs)
    assert mixed.tolist() == [
        int(hashing.mix(np.uint64(one), np.uint64(other))) for one, other in pairs
    ]


@given(st.lists(st.integers(0, 40)))
def test_hashes_are_numbered_in_order(values: list[int]) -> None:
    numbered, distinct = encode(HASHES[values])
    expected = naive.numbers(HASHES[values].tolist())
    assert (numbered.tolist(), distinct.tolist()) == expected


def test_more_hashes_than_the_table_has_room_for_at_first() -> None:
    values = np.random.default_rng(3).integers(0, 40_000, 100_000).astype(np.uint64)
    numbered, distinct = encode(values)
    assert len(distinct) == len(np.unique(values))
    assert np.array_equal(distinct[numbered], values)


def test_a_full_table_says_how_far_it_came() -> None:
    distinct = np.empty(2, np.uint64)
    slots = np.full(4, series.NO_CODE, np.uint32)
    numbered = np.zeros(4, np.uint32)
    done, n_distinct = series.encode_hashes(
        HASHES[[0, 1, 0, 2]], np.ones(4, np.bool_), slots, numbered, distinct, 0
    )
    assert (done, n_distinct, numbered[:3].tolist()) == (3, 2, [0, 1, 0])
    refilled = np.full(8, series.NO_CODE, np.uint32)
    series.fill_slots(distinct, n_distinct, refilled)
    assert sorted(refilled[refilled != series.NO_CODE].tolist()) == [0, 1]


ids_and_classes = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 2)))


@given(ids_and_classes, ids_and_classes, st.data())
def test_unmatched_pairs_nodes_of_one_id_and_class(
    before: list[tuple[int, int]], after: list[tuple[int, int]], data: st.DataObject
) -> None:
    takes_part = [
        data.draw(st.lists(st.booleans(), min_size=len(side), max_size=len(side)))
        for side in (before, after)
    ]
    marks = [np.array(flags, np.bool_) for flags in takes_part]

    def columns(side: list[tuple[int, int]]) -> tuple[NodeArray, NodeArray, NodeArray]:
        ids = np.array([pair[0] for pair in side], np.uint32)
        kinds = np.array([pair[1] for pair in side], np.uint32)
        return np.lexsort((kinds, ids)).astype(np.uint32), ids, kinds

    series.unmatched(*columns(before), *columns(after), marks[0], marks[1])
    sides = [
        [pair for pair, counts in zip(side, flags, strict=True) if counts]
        for side, flags in zip((before, after), takes_part, strict=True)
    ]
    left = tuple(
        Counter(pair for pair, is_left in zip(side, mark, strict=True) if is_left)
        for side, mark in zip((before, after), marks, strict=True)
    )
    assert left == naive.unmatched(*sides)


@pytest.mark.parametrize("size", [0, 1])
def test_nothing_is_numbered_without_a_table(size: int) -> None:
    numbered, distinct = encode(HASHES[:size])
    assert (len(numbered), len(distinct)) == (size, size)


@given(trees(), st.sets(st.integers(0, 13)))
def test_mark_below(tree: Tree, nodes: set[int]) -> None:
    marked = np.isin(np.arange(len(tree.parent)), list(nodes))
    expected = naive.below(tree, nodes)
    kernels.mark_below(order_of(tree), np.array(tree.parent, np.uint32), marked)
    assert marked.tolist() == expected
