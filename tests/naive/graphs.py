"""Naive twins of the kernels that walk the graph."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

ROOT = 0


@dataclass(frozen=True)
class Edge:
    """One edge: where from, where to, and whether it counts."""

    source: int
    target: int
    counts: bool = True


def reachable(n_nodes: int, edges: list[Edge], start: list[int], without: int = -1) -> set[int]:
    """Walk the edges that count, never entering the node ``without``."""
    seen = {node for node in start if node != without}
    queue = deque(seen)
    while queue:
        node = queue.popleft()
        for edge in edges:
            if (
                edge.counts
                and edge.source == node
                and edge.target != without
                and edge.target not in seen
            ):
                seen.add(edge.target)
                queue.append(edge.target)
    assert all(node < n_nodes for node in seen)
    return seen


def starts_of_search(n_nodes: int, edges: list[Edge]) -> list[int]:
    """The root, then the nodes that nothing retains and that nothing before reached."""
    starts = [ROOT]
    retained = {edge.target for edge in edges if edge.counts}
    for node in range(n_nodes):
        if node not in retained and node not in reachable(n_nodes, edges, starts):
            starts.append(node)
    return starts


def dominators(n_nodes: int, edges: list[Edge]) -> list[int]:
    """Immediate dominators by deleting one node after the other and searching again.

    The root also leads to every orphan; nodes that are not reached even so have the root.
    """
    starts = starts_of_search(n_nodes, edges)
    reached = reachable(n_nodes, edges, starts)
    # Only edges from nodes that were reached can matter.
    dominated_by: dict[int, set[int]] = {node: set() for node in range(n_nodes)}
    for candidate in range(1, n_nodes):
        if candidate in reached:
            left = reachable(n_nodes, edges, starts, without=candidate)
            for node in reached - left - {candidate}:
                dominated_by[node].add(candidate)
    result = []
    for node in range(n_nodes):
        # The immediate dominator is the one that all others dominate.
        immediate = max(dominated_by[node], key=lambda d: len(dominated_by[d]), default=ROOT)
        result.append(immediate)
    return result


def retained_sizes(dominator: list[int], sizes: list[int]) -> list[int]:
    """Add every node's size to all its dominators."""
    retained = list(sizes)
    for node, size in enumerate(sizes):
        above = node
        while above != ROOT:
            above = dominator[above]
            retained[above] += size
    return retained


def owners(n_nodes: int, edges: list[Edge], can_be_owned: list[bool]) -> list[int | None]:
    """The single owner of each node; None if none or several.

    A node that cannot be owned owns itself. What can be owned belongs to a node if every
    self-owned node from which it can be reached, through nodes that can be owned alone, is
    that one.
    """
    result: list[int | None] = []
    reaching: dict[int, set[int]] = {node: set() for node in range(n_nodes)}
    for start in range(n_nodes):
        if can_be_owned[start]:
            continue
        seen: set[int] = set()
        stack = [start]
        while stack:
            node = stack.pop()
            for edge in edges:
                target = edge.target
                if edge.counts and edge.source == node and can_be_owned[target]:
                    reaching[target].add(start)
                    if target not in seen:
                        seen.add(target)
                        stack.append(target)
    for node in range(n_nodes):
        if not can_be_owned[node]:
            result.append(node)
        else:
            found = reaching[node]
            result.append(next(iter(found)) if len(found) == 1 else None)
    return result


def group_rows(rows: list[tuple[int, ...]]) -> tuple[list[int], list[int]]:
    """Number distinct rows in order of first occurrence; the first row of each number."""
    numbers: dict[tuple[int, ...], int] = {}
    first: list[int] = []
    group = []
    for i, row in enumerate(rows):
        if row not in numbers:
            numbers[row] = len(numbers)
            first.append(i)
        group.append(numbers[row])
    return group, first
