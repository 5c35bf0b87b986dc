"""Naive twins of the kernels that say by what nodes are held, and of those that compare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from tests.naive.graphs import Edge

ROOT = 0


def trees(
    n_nodes: int, edges: list[Edge], blocked: Sequence[bool]
) -> tuple[list[int], list[int], list[int | None]]:
    """Search breadth first: the order, each node's parent (-1: none), and the edge from it."""
    parent = [-1] * n_nodes
    by_edge: list[int | None] = [None] * n_nodes
    parent[ROOT] = ROOT
    order = [ROOT]
    for node in order:
        for number, edge in enumerate(edges):
            allowed = edge.counts and not blocked[edge.target]
            if edge.source == node and allowed and parent[edge.target] < 0:
                parent[edge.target] = node
                by_edge[edge.target] = number
                order.append(edge.target)
    return order, parent, by_edge


@dataclass(frozen=True)
class Tree:
    """A tree over nodes 0 … n-1; the root is its own parent, all others have a smaller one."""

    parent: list[int]
    kind: list[int]
    label: list[int]
    is_storage: list[bool]

    def way(self, node: int) -> list[int]:
        """Return a node, what is above it, and so on to the root."""
        way = [node]
        while self.parent[way[-1]] != way[-1]:
            way.append(self.parent[way[-1]])
        return way


def owner(tree: Tree, node: int) -> int:
    """Return the nearest node above that is no storage, or is the root."""
    return next(
        (above for above in tree.way(node)[1:] if not tree.is_storage[above] or above == ROOT), ROOT
    )


def label(tree: Tree, keeps_label: Sequence[bool], node: int) -> int:
    """Return how a node is called: as the cell that it is in, if it is in one."""
    above = tree.parent[node]
    if ROOT not in {node, above} and tree.is_storage[above] and keeps_label[above]:
        return label(tree, keeps_label, above)
    return tree.label[node]


def lists(tree: Tree, longest_cycle: int, shortest_chain: int) -> list[int | None]:
    """Return for each node the one that it comes after in a linked list."""
    before: list[int | None] = []
    for node in range(len(tree.parent)):
        above = [] if tree.is_storage[node] else tree.way(node)[1 : longest_cycle + 1]
        like = [
            a for a in above if (tree.kind[a], tree.label[a]) == (tree.kind[node], tree.label[node])
        ]
        before.append(like[0] if like else None)
    followers = Counter(before)
    linked = [b if b is not None and followers[b] == 1 else None for b in before]
    after = {b: node for node, b in enumerate(linked) if b is not None}

    def steps(node: int) -> int:
        before = linked[node]
        assert before is not None
        return tree.way(node).index(before)

    is_changed = True
    while is_changed:
        is_changed = False
        for head, first in list(after.items()):
            is_first = linked[head] is None and first in after
            if is_first and steps(first) > steps(after[first]):
                linked[first] = None
                del after[head]
                is_changed = True

    def length(node: int) -> int:
        """Count the members of the list that a node is in."""
        n_members = 1
        current: int | None = linked[node]
        while current is not None:
            n_members += 1
            current = linked[current]
        while node in after:
            node = after[node]
            n_members += 1
        return n_members

    return [
        b if b is not None and length(node) >= shortest_chain else None
        for node, b in enumerate(linked)
    ]


def group(
    tree: Tree, identity: Sequence[int], follows: Sequence[int | None], node: int
) -> Hashable:
    """Describe what a node is held by and how, so that nodes held alike have equal ones."""
    if node == ROOT:
        return "root"
    before = follows[node]
    if tree.is_storage[node]:
        return group(tree, identity, follows, tree.parent[node])
    if before is not None:
        return group(tree, identity, follows, before)
    above = tree.parent[node]
    holder: Hashable = identity[above] or group(tree, identity, follows, above)
    return holder, tree.label[node], tree.kind[node]


def route(tree: Tree, follows: Sequence[int | None], node: int) -> Hashable:
    """Describe the way to a node by labels and kinds alone."""
    return group(tree, [0] * len(tree.parent), follows, node)


def totals(parent: Sequence[int], sizes: Sequence[int]) -> list[int]:
    """Add every node's size to all that is above it."""
    total = list(sizes)
    for node, size in enumerate(sizes):
        above = node
        while parent[above] != above:
            above = parent[above]
            total[above] += size
    return total


def unmatched(
    before: Sequence[tuple[int, int]], after: Sequence[tuple[int, int]]
) -> tuple[Counter[tuple[int, int]], Counter[tuple[int, int]]]:
    """Return what only one of two snapshots has of pairs of id and class."""
    first, second = Counter(before), Counter(after)
    return first - second, second - first


def numbers(hashes: Sequence[int]) -> tuple[list[int], list[int]]:
    """Number values in order of first occurrence."""
    distinct = list(dict.fromkeys(hashes))
    return [distinct.index(value) for value in hashes], distinct


def below(tree: Tree, nodes: set[int]) -> list[bool]:
    """Tell for each node whether it is one of some nodes, or lies below one."""
    return [not nodes.isdisjoint(tree.way(node)) for node in range(len(tree.parent))]


@dataclass(frozen=True)
class Labels:
    """What tells the label of an edge apart: special names, decimal names, indices, fields."""

    internal: int
    hidden: int
    is_indexed: list[bool]
    is_decimal: list[bool]
    special: list[int]
    n_fields: int

    def of(self, kind: int, name: int, *, from_storage: bool) -> Hashable:
        """Describe an edge."""
        if kind == self.hidden and name < self.n_fields and not from_storage:
            return "field", name
        if self.is_indexed[kind]:
            return "index"
        if self.special[name]:
            return "special", self.special[name]
        if kind == self.internal and self.is_decimal[name]:
            return "index"
        return "name", kind, name


def sums_of_group(
    tree: Tree,
    sizes: Sequence[int],
    identity: Sequence[int],
    follows: Sequence[int | None],
    group: Sequence[int | None],
    wanted: int,
) -> tuple[list[int], int | None]:
    """Return what `describe_groups` says of one group: its sums and its head."""
    members = [
        node
        for node in range(1, len(tree.parent))
        if group[node] == wanted and not tree.is_storage[node]
    ]
    stored = [
        node
        for node in range(1, len(tree.parent))
        if tree.is_storage[node] and group[tree.parent[node]] == wanted
    ]
    heads = [node for node in members if follows[node] is None]
    total = totals(tree.parent, list(sizes))
    sums = [
        len(members),
        sum(total[node] for node in heads),
        sum(sizes[node] for node in members + stored),
        sum(identity[node] == 0 for node in members),
        len(members) - len(heads),
    ]
    return sums, max(heads, default=None)
