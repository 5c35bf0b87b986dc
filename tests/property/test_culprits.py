"""What references free, and the fewest that free enough, on any small heap: all are tried."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from heapnb.analysis.retention.culprits import culprits
from heapnb.analysis.retention.cut_search import CutSearch
from heapnb.analysis.retention.reachability import reachability
from heapnb.analysis.retention.retaining_tree import retaining_tree
from heapnb.analysis.retention.what_if import what_if
from heapnb.graph import HeapGraph
from heapnb.node import Node
from heapnb.testing import SnapshotBuilder
from tests.naive import reachability as naive


@st.composite
def heaps(draw: st.DrawFn) -> HeapGraph:
    """Objects that hold each other by names, through stores, or in a way nobody can cut."""
    builder = SnapshotBuilder()
    keys = [f"n{i}" for i in range(draw(st.integers(2, 7)))]
    for key in keys:
        builder.node(key, size=draw(st.integers(1, 9)))
    any_key = st.sampled_from(keys)
    builder.edge("root", keys[0], "1", type="shortcut")
    pairs = draw(st.sets(st.tuples(any_key, any_key), max_size=14))
    for number, (source, target) in enumerate(sorted(pairs)):
        how = draw(st.sampled_from(["name", "name", "name", "engine", "store", "both"]))
        if how in ("name", "both"):
            builder.edge(source, target, f"p{number}")
        if how == "engine":
            builder.edge(source, target, f"i{number}", type="internal")
        if how in ("store", "both"):
            store = f"{source}s"
            builder.node(store, type="array", name="", size=1)
            builder.edge(source, store, "elements", type="internal")
            builder.edge(store, target, str(number), type="internal")
    return builder.graph()


def everything(graph: HeapGraph) -> tuple[list[naive.Link], set[int], set[int]]:
    edges = naive.links(graph)
    stores = naive.storage_of(graph, edges, retaining_tree(graph).is_storage.tolist())
    return edges, naive.starts(graph, edges), stores


@given(heaps(), st.data())
def test_what_if_frees_what_nothing_reaches_any_more(graph: HeapGraph, data: st.DataObject) -> None:
    edges, start, _ = everything(graph)
    chosen = data.draw(st.sets(st.integers(0, graph.n_edges - 1), min_size=1))
    answer = what_if(graph, sorted(chosen))
    assert chosen <= set(answer.edges.tolist())
    before = naive.held(graph.n_nodes, start, edges)
    after = naive.held(graph.n_nodes, start, edges, set(answer.edges.tolist()))
    assert set(answer.freed.tolist()) == before - after
    assert answer.freed_size == sum(int(graph.shallow_size[node]) for node in before - after)
    assert answer.table["shallow_size"].sum() == answer.freed_size
    assert answer.table["count"].sum() == answer.freed_count
    for path in answer.still_held:
        assert path.target in after
        assert not set(path.edges.tolist()) & set(answer.edges.tolist())


@given(heaps(), st.data())
def test_without_its_references_a_node_frees_its_retained_size(
    graph: HeapGraph, data: st.DataObject
) -> None:
    node = data.draw(st.integers(0, graph.n_nodes - 1))
    assume(node != graph.root and reachability(graph).held[node])
    assume(node not in reachability(graph).start)
    answer = what_if(graph, Node(graph, node))
    assert answer.freed_size == int(graph.retained_size[node])


@given(heaps(), st.data())
def test_no_smaller_set_of_references_does(graph: HeapGraph, data: st.DataObject) -> None:
    edges, start, stores = everything(graph)
    held = sorted(naive.held(graph.n_nodes, start, edges) - {graph.root} - stores)
    assume(held)
    nodes = data.draw(st.sets(st.sampled_from(held), min_size=1, max_size=4))
    search = CutSearch(graph, np.array(sorted(nodes), np.int64), 1.0)
    found = search._several(np.zeros(graph.n_nodes, np.bool_))
    size = naive.smallest_set(graph, nodes, start, edges, stores, 3)
    assert size == (len(found) if 0 < len(found) <= 3 else None)
    if found:
        assert search.share(search.effect(found)) == 1.0


@given(heaps(), st.data())
def test_culprits_free_what_they_say(graph: HeapGraph, data: st.DataObject) -> None:
    edges, start, stores = everything(graph)
    held = sorted(naive.held(graph.n_nodes, start, edges) - {graph.root} - stores)
    assume(held)
    nodes = data.draw(st.sets(st.sampled_from(held), min_size=1, max_size=4))
    found = culprits(graph, sorted(nodes), at_least=0.6)
    if not found.edges:
        assert found.share == 0
        return
    gone = {edge for culprit in found.edges for edge in culprit.edges}
    freed = set(held) - naive.held(graph.n_nodes, start, edges, gone)
    assert found.share == round(len(freed & nodes) / len(nodes), 4)
    assert found.share >= 0.6
