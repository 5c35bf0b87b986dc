"""Naive twins of the kernels that look for paths and add up groups."""

from __future__ import annotations

from collections.abc import Iterable

from tests.naive.graphs import ROOT, Edge


def distances(
    n_nodes: int, edges: list[Edge], without: Iterable[int] = (), start: int = ROOT
) -> list[int | None]:
    """Count the edges to each node, step by step; None where no path leads."""
    closed = set(without)
    found: list[int | None] = [None] * n_nodes
    if start in closed:
        return found
    found[start] = 0
    step = 0
    while step in found:
        for edge in edges:
            if (
                edge.counts
                and found[edge.source] == step
                and found[edge.target] is None
                and edge.target not in closed
            ):
                found[edge.target] = step + 1
        step += 1
    return found


def ancestors(dominator: list[int], node: int) -> list[int]:
    """The proper dominators of a node, the closest first."""
    found = []
    while node != ROOT:
        node = dominator[node]
        found.append(node)
    return found


def outermost_sums(
    dominator: list[int], group: list[int], sizes: list[int], retained: list[int], n_groups: int
) -> list[int]:
    """Add up what the members of each group retain that have no member above them."""
    sums = [0] * n_groups
    for node, size in enumerate(sizes):
        members_above = [
            above
            for above in ancestors(dominator, node)
            if group[above] == group[node] and sizes[above] > 0
        ]
        if size > 0 and not members_above:
            sums[group[node]] += retained[node]
    return sums


def first_target(edges: list[Edge], node: int, wanted: set[int]) -> int:
    """Where the first of a node's edges leads that counts and whose place is wanted, or -1."""
    for place, edge in enumerate(edges):
        if edge.source == node and edge.counts and place in wanted:
            return edge.target
    return -1
