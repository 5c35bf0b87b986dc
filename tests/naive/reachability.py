"""Naive twins of the kernels that say what is held, and of cuts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from heapnb.graph import HeapGraph

NAME_TYPES = ("property", "context", "element")


@dataclass(frozen=True)
class Link:
    """An edge that counts; ``pair`` joins the two edges of a WeakMap's entry."""

    number: int
    source: int
    target: int
    pair: str | None
    is_from_table: bool


def links(graph: HeapGraph) -> list[Link]:
    """List the edges that count, those from tables of WeakMaps included.

    An entry of which the file has no edge from the table is held by its key alone.
    """
    sources = graph.edge_from(np.arange(graph.n_edges)).tolist()
    labels = [graph.edge_label(edge) for edge in range(graph.n_edges)]
    pairs = [
        label.partition(" / ")[2]
        if "pair in WeakMap" in label and graph.edge_type_names[graph.edge_type[edge]] == "internal"
        else None
        for edge, label in enumerate(labels)
    ]
    is_from_table = [
        pair is not None and pair.endswith(f"(table @{graph.node_id[source]})")
        for pair, source in zip(pairs, sources, strict=True)
    ]
    with_table = {pair for pair, from_table in zip(pairs, is_from_table, strict=True) if from_table}
    return [
        Link(
            edge,
            source,
            int(graph.edge_to[edge]),
            pairs[edge] if pairs[edge] in with_table else None,
            is_from_table[edge],
        )
        for edge, source in enumerate(sources)
        if graph.essential_edge[edge] or is_from_table[edge]
    ]


def held(
    n_nodes: int, start: Iterable[int], edges: Sequence[Link], without: Collection[int] = ()
) -> set[int]:
    """Collect what is held, over and over until nothing is added."""
    left = [link for link in edges if link.number not in without]
    tables = {link.pair: link.source for link in left if link.is_from_table}
    found = set(start)
    while True:
        more = set()
        for link in left:
            if link.is_from_table or link.source not in found:
                continue
            if link.pair is not None:
                more |= {link.target} if tables.get(link.pair) in found else set()
            else:
                more.add(link.target)
        if more <= found:
            return found
        found |= more


def starts(graph: HeapGraph, edges: Sequence[Link]) -> set[int]:
    """Return the root and what has no holder."""
    targets = {link.target for link in edges if not link.is_from_table}
    return ({*range(graph.n_nodes)} - targets) | {graph.root}


def smallest_cut(n_nodes: int, arcs: Sequence[tuple[int, int, int]], source: int, sink: int) -> int:
    """Try all ways to divide the nodes; arcs are (tail, head, capacity)."""
    others = [node for node in range(n_nodes) if node not in (source, sink)]
    best = None
    for size in range(len(others) + 1):
        for chosen in combinations(others, size):
            side = {source, *chosen}
            cut = sum(width for tail, head, width in arcs if tail in side and head not in side)
            best = cut if best is None else min(best, cut)
    assert best is not None
    return best


def storage_of(graph: HeapGraph, edges: Sequence[Link], is_storage: Sequence[bool]) -> set[int]:
    """Collect the stores that objects refer to, and stores in these."""
    kinds = [graph.node_type_names[kind] for kind in graph.node_type]
    found: set[int] = set()
    while True:
        more = {
            link.target
            for link in edges
            if link.pair is None
            and is_storage[link.target]
            and (kinds[link.source] in ("object", "closure") or link.source in found)
            and kinds[link.target] not in ("object", "closure")
        }
        if more <= found:
            return found
        found |= more


def owners(edges: Sequence[Link], storage: int, stores: set[int]) -> set[int]:
    """Collect what a store belongs to, through at most two other stores."""
    found: set[int] = set()
    level = {storage}
    for _ in range(3):
        above = {link.source for link in edges if link.target in level and link.pair is None}
        found |= above
        level = above & stores
    return found


def is_removable(graph: HeapGraph, link: Link, stores: set[int]) -> bool:
    """Tell whether a program could take an edge out."""
    target, source = (
        graph.node_type_names[graph.node_type[node]] for node in (link.target, link.source)
    )
    if link.pair is not None:
        return True
    if link.source in stores:
        return target in ("object", "closure", "string")
    kind = graph.edge_type_names[graph.edge_type[link.number]]
    is_named = kind in NAME_TYPES and graph.edge_label(link.number) != "__proto__"
    return source in ("object", "closure") and is_named


def references(graph: HeapGraph, edges: Sequence[Link], stores: set[int]) -> list[frozenset[int]]:
    """List removable references: an edge, and for a named edge its copies in backing stores."""
    found: set[frozenset[int]] = set()
    for link in edges:
        if link.is_from_table or not is_removable(graph, link, stores):
            continue
        copies = {
            other.number
            for other in edges
            if other.target == link.target
            and link.source not in stores
            and other.source in stores
            and link.source in owners(edges, other.source, stores)
            and is_removable(graph, other, stores)
        }
        found.add(frozenset({link.number, *copies}))
    # A copy alone does nothing that its name and it together do not.
    return [one for one in found if not any(one < other for other in found)]


def smallest_set(
    graph: HeapGraph,
    nodes: Collection[int],
    start: Iterable[int],
    edges: Sequence[Link],
    stores: set[int],
    most: int,
) -> int | None:
    """Try all sets of references that free some nodes, the smallest first."""
    begin = list(start)
    every = references(graph, edges, stores)
    for size in range(1, most + 1):
        for chosen in combinations(every, size):
            without = frozenset().union(*chosen)
            if not held(graph.n_nodes, begin, edges, without) & set(nodes):
                return size
    return None
