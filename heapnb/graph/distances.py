"""Distances from the roots, by breadth-first search as in DevTools."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow.compute as pc

from heapnb import vocab
from heapnb._typing import AnyArray, BoolArray, ByteArray, DistanceArray, NodeArray
from heapnb.format.arrow import to_numpy, to_text
from heapnb.graph.columns import Columns, string_buffers
from heapnb.kernels import traverse


def distances_from_roots(graph: Columns) -> DistanceArray:
    """Measure how many edges each node is away from the program's roots, as ``int32[n_nodes]``."""
    distance = np.full(graph.n_nodes, vocab.NO_DISTANCE, np.int32)
    _search_from_roots(graph, distance)
    return distance


def distances_without(graph: Columns, nodes: AnyArray | Sequence[int]) -> DistanceArray:
    """Measure distances as if some nodes had no edges.

    Parameters
    ----------
    graph : Columns
        The heap.
    nodes : integer[k]
        Ordinals of nodes that no path may pass.

    Returns
    -------
    int32[n_nodes]
        `vocab.NO_DISTANCE` for these nodes, and for those that only they lead to.
    """
    distance = np.full(graph.n_nodes, vocab.NO_DISTANCE, np.int32)
    avoided = np.setdiff1d(nodes, graph.user_roots)
    # The search does not enter nodes that have a distance.
    distance[avoided] = 0
    _search_from_roots(graph, distance)
    distance[avoided] = vocab.NO_DISTANCE
    return distance


def reached_without(
    graph: Columns,
    avoided: BoolArray | None = None,
    avoided_edges: AnyArray | Sequence[int] = (),
) -> BoolArray:
    """Find the nodes that the root still reaches if some nodes or edges are avoided.

    Parameters
    ----------
    graph : Columns
        The heap.
    avoided : bool[n_nodes], optional
        Nodes that no path may pass.
    avoided_edges : integer[k], optional
        Ordinals of edges that no path may pass.

    Returns
    -------
    bool[n_nodes]
        Over every edge that is not weak.
    """
    marked = np.zeros(graph.n_nodes, np.bool_) if avoided is None else avoided.copy()
    marked[graph.root] = False
    edge_type, weak = graph.edge_type, graph.edge_type_index("weak")
    if len(avoided_edges):
        # A number that no type has, where the file has no weak edges.
        weak = weak if weak >= 0 else len(graph.edge_type_names)
        edge_type = edge_type.copy()
        edge_type[avoided_edges] = weak
    traverse.mark_reachable(
        graph.first_edge,
        graph.edge_to,
        edge_type,
        weak,
        np.array([graph.root], np.uint32),
        marked,
        np.empty(graph.n_nodes, np.uint32),
    )
    if avoided is not None:
        marked &= ~avoided
    marked[graph.root] = True
    return marked


def _search_from_roots(graph: Columns, distance: DistanceArray) -> None:
    """Search from the program's roots, then from the engine's; known distances stay."""
    roots = graph.user_roots
    queue = np.empty(graph.n_nodes + len(roots) + 1, np.uint32)
    queue[: len(roots)] = roots
    distance[roots] = 1
    search = _searcher(graph, distance, queue, search_rules(graph))
    search(len(roots))
    distance[graph.root] = vocab.BASE_SYSTEM_DISTANCE if len(roots) else 0
    queue[0] = graph.root
    search(1)


def _searcher(
    graph: Columns, distance: DistanceArray, queue: NodeArray, rules: ByteArray
) -> Callable[[int], None]:
    """Return a function that searches from the first nodes of the queue."""
    pending = np.zeros(graph.ephemerons.n_pairs, np.bool_)
    edge_rules = (
        graph.edge_type_index("weak"),
        graph.edge_type_index("internal"),
        graph.edge_type_index("element"),
        graph.edge_type_index("hidden"),
    )
    sloppy_name = to_numpy(pc.equal(graph.strings, to_text(vocab.SLOPPY_FUNCTION_MAP)))
    ephemeron_pair = graph.ephemerons.pair_of_string
    string_offsets, string_bytes = string_buffers(graph.strings)

    def search(n_queued: int) -> None:
        traverse.distances(
            graph.first_edge,
            graph.edge_to,
            graph.edge_type,
            graph.edge_name,
            edge_rules,
            rules,
            sloppy_name,
            ephemeron_pair,
            string_offsets,
            string_bytes,
            queue,
            n_queued,
            pending,
            distance,
        )

    return search


def search_rules(graph: Columns) -> ByteArray:
    """Return which edges of each node DevTools does not follow, as ``uint8[n_nodes]``."""
    rules = np.full(graph.n_nodes, traverse.RULE_NONE, np.uint8)
    for type_name, name, rule in (
        ("array", vocab.MAP_DESCRIPTORS, traverse.RULE_MAP_DESCRIPTORS),
        ("hidden", vocab.NATIVE_CONTEXT, traverse.RULE_NATIVE_CONTEXT),
    ):
        nodes = np.flatnonzero(graph.node_type == graph.node_type_index(type_name))
        rules[nodes[graph.is_named(nodes, name)]] = rule
    return rules


__all__ = ["distances_from_roots", "distances_without", "reached_without", "search_rules"]
