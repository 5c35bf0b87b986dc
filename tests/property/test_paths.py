"""Paths on any heap: they are there if and only if something retains a node."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from heapnb.analysis.retention.paths import distinct_paths, merged_paths, preferred_path
from heapnb.analysis.retention.retaining_path import RetainingPath
from heapnb.analysis.retention.shortest_path import shortest_path
from heapnb.graph import HeapGraph
from heapnb.testing import SnapshotBuilder


@st.composite
def heaps(draw: st.DrawFn) -> SnapshotBuilder:
    """Small heaps with all kinds of edges, WeakMap entries, user roots and others."""
    builder = SnapshotBuilder()
    keys = ["root", *(f"n{i}" for i in range(draw(st.integers(1, 7))))]
    for key in keys[1:]:
        kind = draw(st.sampled_from(["object", "object", "synthetic", "array", "hidden"]))
        builder.node(key, type=kind)
    any_key = st.sampled_from(keys)
    for _ in range(draw(st.integers(0, 18))):
        kind = draw(st.sampled_from(["property", "internal", "weak", "shortcut", "context"]))
        builder.edge(draw(any_key), draw(any_key), "edge", type=kind)
    for number in range(draw(st.integers(0, 3))):
        table, holder, value = draw(any_key), draw(any_key), draw(any_key)
        pair = (
            f"part of key (K @{builder.node_id(holder)}) -> value (V @{builder.node_id(value)}) "
            f"pair in WeakMap (table @{builder.node_id(table)})"
        )
        builder.edge(table, value, f"{number} / {pair}", type="internal")
        builder.edge(holder, value, f"{number + 9} / {pair}", type="internal")
    return builder


def retaining_edges(graph: HeapGraph) -> list[int]:
    """Edges that are neither weak nor lead from a WeakMap's table to a value."""
    sources = graph.edge_from(np.arange(graph.n_edges))
    return [
        edge
        for edge in range(graph.n_edges)
        if graph.edge_type_names[graph.edge_type[edge]] != "weak"
        and not graph.edge_label(edge).endswith(f"(table @{graph.node_id[sources[edge]]})")
    ]


def held_nodes(graph: HeapGraph) -> set[int]:
    """What the root reaches over those edges."""
    held = {graph.root}
    edges = retaining_edges(graph)
    sources = graph.edge_from(np.array(edges, np.int64)).tolist()
    while True:
        found = {
            int(graph.edge_to[edge])
            for edge, source in zip(edges, sources, strict=True)
            if source in held
        }
        if found <= held:
            return held
        held |= found


def assert_is_simple(path: RetainingPath, usable: set[int]) -> None:
    nodes = path.nodes.tolist()
    assert len(set(nodes)) == len(nodes)
    assert set(path.edges.tolist()) <= usable
    assert np.array_equal(path.heap.edge_from(path.edges), nodes[:-1])


@given(heaps())
def test_every_node_that_is_held_has_a_path(builder: SnapshotBuilder) -> None:
    graph = builder.graph()
    held = held_nodes(graph)
    usable = set(retaining_edges(graph))
    for node in range(graph.n_nodes):
        for path in (shortest_path(graph, node), preferred_path(graph, node)):
            assert (path is not None) == (node in held)
            if path is not None:
                assert path.target == node
                assert_is_simple(path, usable)


@given(heaps(), st.integers(1, 6))
def test_each_of_several_paths_has_a_retainer_of_its_own(builder: SnapshotBuilder, k: int) -> None:
    graph = builder.graph()
    usable = set(retaining_edges(graph))
    for node in range(graph.n_nodes):
        found = distinct_paths(graph, node, k)
        assert len(found) <= k
        seen: set[int] = set()
        for path in found:
            assert path.target == node
            assert_is_simple(path, usable)
            assert not set(path.nodes.tolist()) <= seen
            seen.update(path.nodes.tolist())


@given(heaps())
def test_merged_paths_lead_to_everything_that_is_held(builder: SnapshotBuilder) -> None:
    graph = builder.graph()
    merged = merged_paths(graph, np.arange(graph.n_nodes))
    assert set(merged.targets.tolist()) == set(merged.nodes.tolist()) == held_nodes(graph)
    assert set(merged.edges.tolist()) <= set(retaining_edges(graph))
    places = {node: place for place, node in enumerate(merged.nodes.tolist())}
    for edge in merged.edges.tolist():
        source = int(graph.edge_from([edge])[0])
        assert places[source] < places[int(graph.edge_to[edge])]
