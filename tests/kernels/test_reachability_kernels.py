"""The kernels behind `what_if` and culprit edges agree with their naive twins."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from heapnb.analysis.retention.reachability import Reachability, reachability
from heapnb.analysis.retention.retaining_tree import retaining_tree
from heapnb.graph import HeapGraph
from heapnb.kernels import cuts, dominated, flow, trees
from heapnb.kernels import reachability as kernels
from heapnb.testing import SnapshotBuilder
from tests.naive import reachability as naive


@st.composite
def heaps(draw: st.DrawFn, max_nodes: int = 7, max_edges: int = 14) -> HeapGraph:
    """Objects, backing stores, strings, the engine's own nodes, entries of WeakMaps."""
    builder = SnapshotBuilder()
    keys = [f"n{i}" for i in range(draw(st.integers(1, max_nodes)))]
    for key in keys:
        kind = draw(
            st.sampled_from(["object", "object", "closure", "array", "array", "hidden", "string"])
        )
        builder.node(key, type=kind, name="" if kind == "array" else key)
    any_key = st.sampled_from(keys)
    builder.edge("root", keys[0], "1", type="shortcut")
    seen = set()
    for _ in range(draw(st.integers(0, max_edges))):
        source, target = draw(any_key), draw(any_key)
        kind = draw(st.sampled_from(["property", "property", "internal", "context", "weak"]))
        name = draw(st.sampled_from(["x", "y", "__proto__"]))
        # Two names for one thing are two references, and are tested elsewhere.
        if (source, target) not in seen:
            seen.add((source, target))
            builder.edge(source, target, name, type=kind)
    for number in range(draw(st.integers(0, 2))):
        table, key, value = draw(any_key), draw(any_key), draw(any_key)
        pair = (
            f"part of key (K @{builder.node_id(key)}) -> value (V @{builder.node_id(value)}) "
            f"pair in WeakMap (table @{builder.node_id(table)})"
        )
        if draw(st.sampled_from([True, True, False])):
            builder.edge(table, value, f"{number} / {pair}", type="internal")
        builder.edge(key, value, f"{number + 9} / {pair}", type="internal")
    return builder.graph()


def stores_of(graph: HeapGraph, edges: list[naive.Link]) -> set[int]:
    return naive.storage_of(graph, edges, retaining_tree(graph).is_storage.tolist())


def nodes_where(flags: np.ndarray) -> set[int]:
    return set(np.flatnonzero(flags).tolist())


@given(heaps(), st.data())
def test_mark_held_is_what_is_left_without_some_edges(
    graph: HeapGraph, data: st.DataObject
) -> None:
    edges = naive.links(graph)
    start = naive.starts(graph, edges)
    found = reachability(graph)
    assert set(found.start.tolist()) == start
    assert nodes_where(found.held) == naive.held(graph.n_nodes, start, edges)
    gone = data.draw(st.sets(st.integers(0, graph.n_edges - 1)))
    left = found.held_without(np.array(sorted(gone), np.int64))
    assert nodes_where(left) == naive.held(graph.n_nodes, start, edges, gone)


@given(heaps())
def test_stores_belong_to_what_the_program_sees(graph: HeapGraph) -> None:
    edges = naive.links(graph)
    stores = stores_of(graph, edges)
    heap = reachability(graph).columns
    assert nodes_where(heap.kind == kernels.STORAGE) == stores
    for store in stores:
        owners = naive.owners(edges, store, stores)
        for node in range(graph.n_nodes):
            assert cuts.belongs_to(heap, store, node, np.empty(64, np.int64)) == (node in owners)


@given(heaps())
def test_what_can_be_let_go_and_what_is_copied(graph: HeapGraph) -> None:
    edges = naive.links(graph)
    stores = stores_of(graph, edges)
    heap = reachability(graph).columns
    for link in edges:
        if link.is_from_table:
            continue
        removable = naive.is_removable(graph, link, stores)
        assert cuts.can_let_go(heap, link.number, link.source) == removable
        copied = any(
            link.source in naive.owners(edges, other.source, stores)
            for other in edges
            if other.target == link.target
            and other.source in stores
            and heap.role[other.number] == kernels.HOLDS
        )
        assert has_copy(heap, link) == copied


def subtrees(graph: HeapGraph) -> tuple[np.ndarray, np.ndarray]:
    enter, leave, *scratch = (np.empty(graph.n_nodes, np.uint32) for _ in range(4))
    dominated.number_subtrees(
        graph.first_dominated, graph.dominated, graph.root, enter, leave, *scratch
    )
    return enter, leave


@given(heaps())
def test_subtrees_are_ranges(graph: HeapGraph) -> None:
    enter, leave = subtrees(graph)
    for node in range(graph.n_nodes):
        above = {node}
        while above - {int(graph.dominator[n]) for n in above}:
            above |= {int(graph.dominator[n]) for n in above}
            if graph.root in above:
                break
        inside = {n for n in range(graph.n_nodes) if enter[n] <= enter[node] < leave[n]}
        assert inside == above
    assert sorted(enter.tolist()) == list(range(graph.n_nodes))


def plain(found: Reachability) -> bool:
    """Tell whether there are no WeakMaps, whose values dominators know otherwise."""
    return not found.graph.ephemerons.n_pairs


@given(heaps())
@example(
    # The engine alone can remove the copy in `table`, so the node has no sole reference.
    SnapshotBuilder.from_edges("root^1>a a.x>table a.x>store table.x>store")
    .node("table", type="array", name="")
    .node("store", type="array", name="")
    .graph()
)
@example(
    # Edges from two nested stores are two references: only a named edge has copies.
    SnapshotBuilder.from_edges("root^1>outer outer.x>inner outer.x>b b.x>outer inner.x>b")
    .node("outer", type="array", name="")
    .node("inner", type="array", name="")
    .graph()
)
def test_a_sole_reference_is_one_whose_removal_frees(graph: HeapGraph) -> None:
    found = reachability(graph)
    if not plain(found):
        return
    edges = naive.links(graph)
    start = naive.starts(graph, edges)
    stores = stores_of(graph, edges)
    nodes = np.arange(graph.n_nodes)
    references = np.empty(graph.n_nodes, np.int64)
    cuts.sole_references(found.columns, *subtrees(graph), found.held, nodes, references)
    every = naive.references(graph, edges, stores)
    for node, edge in enumerate(references.tolist()):
        leading = {
            one
            for one in every
            if any(graph.edge_to[e] == node for e in one)
            and node in naive.held(graph.n_nodes, start, edges)
            and node not in naive.held(graph.n_nodes, start, edges, one)
        }
        if edge >= 0:
            assert any(edge in one for one in leading)
        else:
            assert not leading


@given(heaps(), st.data())
def test_what_cannot_be_let_go(graph: HeapGraph, data: st.DataObject) -> None:
    found = reachability(graph)
    edges = naive.links(graph)
    stores = stores_of(graph, edges)
    start = data.draw(st.sets(st.integers(0, graph.n_nodes - 1), min_size=1))
    large = data.draw(st.sets(st.integers(0, graph.n_nodes - 1), max_size=2))
    is_large = np.isin(np.arange(graph.n_nodes), list(large))
    fixed = np.zeros(graph.n_nodes, np.bool_)
    cuts.mark_fixed(found.columns, found.held, is_large, np.array(sorted(start), np.uint32), fixed)
    heap = found.columns
    firm = [
        link
        for link in edges
        if heap.role[link.number] == kernels.HOLDS
        and (link.target in large or not naive.is_removable(graph, link, stores))
    ]
    assert nodes_where(fixed) == naive.held(graph.n_nodes, start, firm)


@given(heaps(), st.data())
def test_mark_below_marks_subtrees(graph: HeapGraph, data: st.DataObject) -> None:
    tree = retaining_tree(graph)
    chosen = data.draw(st.sets(st.integers(0, graph.n_nodes - 1)))
    marked = np.isin(np.arange(graph.n_nodes), list(chosen))
    trees.mark_below(tree.order, tree.parent, marked)
    reached = set(tree.order.tolist())
    below = {node for node in reached if set(tree.path(node)) & chosen}
    assert nodes_where(marked) == below | chosen


@given(heaps(), st.data())
def test_arcs_are_the_edges_among_the_holders(graph: HeapGraph, data: st.DataObject) -> None:
    found = reachability(graph)
    heap = found.columns
    edges = [link for link in naive.links(graph) if not link.is_from_table]
    flags = st.lists(st.booleans(), min_size=graph.n_nodes, max_size=graph.n_nodes)
    fixed = np.array(data.draw(flags))
    goal = data.draw(st.integers(0, graph.n_nodes - 1))
    enter, leave = subtrees(graph)
    inside = {n for n in range(graph.n_nodes) if enter[goal] <= enter[n] < leave[goal]}
    member_at = np.zeros(graph.n_nodes, np.uint32)
    member_at[enter[goal] : leave[goal]] = 1
    row = np.zeros(graph.n_nodes, np.uint32)
    row[goal] = 1
    nodes = np.empty(graph.n_nodes, np.uint32)
    nodes[0] = goal
    around = (heap, found.held, fixed, enter, member_at, row, nodes)
    n_edges = cuts.gather_holders(*around, 1)
    leading = [
        link
        for link in edges
        if found.held[link.source]
        and link.source != link.target
        and not (link.source in inside and link.target in inside)
    ]
    holders = {goal}
    while True:
        more = {
            link.source
            for link in leading
            if link.target in holders and not fixed[link.source] and link.source not in inside
        }
        if more <= holders:
            break
        holders |= more
    assert nodes_where(row > 0) == holders
    leading = [link for link in leading if link.target in holders]
    assert n_edges == len(leading)
    tails, heads, numbers = (np.empty(n_edges, np.int64) for _ in range(3))
    removable = np.empty(n_edges, np.bool_)
    n_arcs = cuts.list_arcs(*around, int(row.max()), tails, heads, numbers, removable)
    tail, head, edge = (column[:n_arcs].tolist() for column in (tails, heads, numbers))
    by_number = {link.number: link for link in leading}
    dropped = {
        link.number
        for link in leading
        if heap.kind[link.source] == kernels.PROGRAM
        and cuts.can_let_go(heap, link.number, link.source)
        and has_copy(heap, link)
    }
    assert set(edge) == set(by_number) - dropped
    for place, number in enumerate(edge):
        link = by_number[number]
        from_row = 1 if link.source in inside else row[link.source]
        assert head[place] == row[link.target]
        assert tail[place] == (0 if fixed[link.source] else from_row)
        assert removable[place] == cuts.can_let_go(heap, number, link.source)


def has_copy(heap: cuts.ReferenceColumns, link: naive.Link) -> bool:
    stores = np.empty(99, np.int64)
    n_stores = cuts.list_stores(heap, link.target, stores)
    return bool(cuts.is_copied(heap, stores, n_stores, link.source, np.empty(64, np.int64)))


def test_no_room_for_all_holders() -> None:
    graph = SnapshotBuilder.from_edges("root^1>a a>b b>c").graph()
    found = reachability(graph)
    row = np.array([0, 0, 0, 1], np.uint32)
    nodes = np.array([3, 0], np.uint32)
    fixed = np.zeros(4, np.bool_)
    enter, _ = subtrees(graph)
    member_at = np.array([0, 0, 0, 1], np.uint32)
    n_edges = cuts.gather_holders(found.columns, found.held, fixed, enter, member_at, row, nodes, 1)
    assert n_edges == -1


def test_no_room_for_all_stores() -> None:
    builder = SnapshotBuilder.from_edges("root^1>a a/1>s a/2>t s/1>b t/1>b")
    graph = builder.node("s", type="array").node("t", type="array").graph()
    heap = reachability(graph).columns
    stores = np.empty(1, np.int64)
    assert cuts.list_stores(heap, builder.ordinal("b"), stores) == 1
    assert stores.tolist() == [builder.ordinal("s")]


@st.composite
def networks(draw: st.DrawFn) -> tuple[int, list[tuple[int, int, int]]]:
    n_nodes = draw(st.integers(2, 7))
    node = st.integers(0, n_nodes - 1)
    arcs = draw(st.lists(st.tuples(node, node, st.integers(0, 4)), max_size=14))
    return n_nodes, [(tail, head, width) for tail, head, width in arcs if tail != head]


class Network:
    def __init__(self, n_nodes: int, arcs: list[tuple[int, int, int]]) -> None:
        self.tail, self.head = (np.array([arc[i] for arc in arcs], np.int64) for i in range(2))
        self.first = np.zeros(n_nodes + 1, np.int64)
        self.arcs = np.empty(2 * len(arcs), np.int64)
        flow.index_arcs(self.tail, self.head, self.first, self.arcs)
        self.capacity = np.zeros(2 * len(arcs), np.int64)
        self.capacity[::2] = [arc[2] for arc in arcs]
        self.level = np.empty(n_nodes, np.int64)

    def push(self, most_steps: int = 10_000) -> int:
        return flow.push(
            self.tail,
            self.head,
            self.first,
            self.arcs,
            self.capacity,
            0,
            len(self.level) - 1,
            self.level,
            most_steps,
        )


@given(networks(), st.data())
def test_the_largest_flow_is_the_smallest_cut(
    drawn: tuple[int, list[tuple[int, int, int]]], data: st.DataObject
) -> None:
    n_nodes, arcs = drawn
    network = Network(n_nodes, arcs)
    for node in range(n_nodes):
        leaving = network.arcs[network.first[node] : network.first[node + 1]].tolist()
        assert sorted(leaving) == sorted(
            [2 * i for i, arc in enumerate(arcs) if arc[0] == node]
            + [2 * i + 1 for i, arc in enumerate(arcs) if arc[1] == node]
        )
    total = network.push()
    assert total == naive.smallest_cut(n_nodes, arcs, 0, n_nodes - 1)
    # With more room the flow goes on from where it was.
    wider = [(t, h, w + data.draw(st.integers(0, 2))) for t, h, w in arcs]
    network.capacity[::2] += np.array(
        [new[2] - old[2] for new, old in zip(wider, arcs, strict=True)], np.int64
    )
    total += network.push()
    smallest = naive.smallest_cut(n_nodes, wider, 0, n_nodes - 1)
    assert total == smallest
    reached = network.level != flow.UNREACHED
    assert not reached[0]
    assert reached[-1]
    cut = [w for t, h, w in wider if not reached[t] and reached[h]]
    assert sum(cut) == smallest


def test_a_long_chain_and_giving_up() -> None:
    n_nodes = 100_000
    network = Network(n_nodes, [(i, i + 1, 1) for i in range(n_nodes - 1)])
    assert network.push(10) == -1
    network = Network(n_nodes, [(i, i + 1, 1) for i in range(n_nodes - 1)])
    assert network.push(10_000_000) == 1
