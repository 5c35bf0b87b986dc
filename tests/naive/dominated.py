"""The dominator tree, asked in plain Python."""

from __future__ import annotations

from collections.abc import Sequence

from heapnb.graph import HeapGraph


def dominating_edge(graph: HeapGraph, node: int) -> int:
    dominator = int(graph.dominator[node])
    if dominator == node:
        return -1
    weak = graph.edge_type_index("weak")
    for edge in range(*graph.edges_of(dominator)):
        if graph.edge_to[edge] == node and graph.edge_type[edge] != weak:
            return edge
    return -1


def nearest(graph: HeapGraph, is_skipped: Sequence[bool], node: int) -> int:
    current = int(graph.dominator[node])
    while is_skipped[current] and graph.dominator[current] != current:
        current = int(graph.dominator[current])
    return current


def largest_child(graph: HeapGraph, node: int) -> int:
    children = [n for n in range(graph.n_nodes) if graph.dominator[n] == node != n]
    return max(children, key=lambda n: int(graph.retained_size[n]), default=-1)
