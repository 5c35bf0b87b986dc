"""Naive twins of the kernels that follow edges by name or type, and chains of links."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """One edge with its type and the number of its name."""

    source: int
    target: int
    kind: int
    name: int


def follow(links: list[Link], nodes: list[int], kind: int, names: set[int]) -> list[int]:
    """Find where the first fitting edge of each node leads, or -1."""
    return [
        next(
            (
                link.target
                for link in links
                if link.source == node and link.kind == kind and link.name in names
            ),
            -1,
        )
        for node in nodes
    ]


def edges_of_type(links: list[Link], nodes: list[int], kind: int) -> list[list[int]]:
    """List, for each node, the places of its edges of one type."""
    return [
        [i for i, link in enumerate(links) if link.source == node and link.kind == kind]
        for node in nodes
    ]


def chain_length(following: list[int], start: int) -> int | None:
    """Count what follows an element; None if it never ends."""
    seen = {start}
    element = following[start]
    while element >= 0:
        if element in seen:
            return None
        seen.add(element)
        element = following[element]
    return len(seen) - 1


def dominator_chain(dominator: list[int], node: int) -> list[int]:
    """List a node's dominators, the root last."""
    chain = []
    while dominator[node] != node:
        node = dominator[node]
        chain.append(node)
    return chain


def nearest_names(
    links: list[Link], nodes: list[int], kinds: set[int], skipped: set[int], distance: list[int]
) -> list[int]:
    """Find the place of the named edge to each node that comes from nearest to the roots."""

    def order(place: int) -> tuple[bool, int, int]:
        far = distance[links[place].source]
        return (far < 0, max(far, 0), place)

    named = [i for i, link in enumerate(links) if link.kind in kinds and link.name not in skipped]
    return [
        min((i for i in named if links[i].target == node), key=order, default=-1) for node in nodes
    ]


def lists_of(following: list[int], starts: list[int]) -> list[int]:
    """Tell which list each element belongs to: the first that comes across it, or -1."""
    found = [-1] * len(following)
    for number, start in enumerate(starts):
        element = start
        while element >= 0 and found[element] < 0:
            found[element] = number
            element = following[element]
    return found


def elements(links: list[Link], nodes: list[int], kind: int) -> list[tuple[int, int]]:
    """Count the edges of one type that leave each node, and find the highest of their numbers."""
    found = [[i.name for i in links if i.source == node and i.kind == kind] for node in nodes]
    return [(len(names), max(names, default=-1)) for names in found]
