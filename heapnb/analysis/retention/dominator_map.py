"""The dominator tree by class, cut to what a drawing can show; marked objects stay visible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from heapnb._typing import IntArray
from heapnb.analysis.retention.big_drops import nodes_below_roots
from heapnb.graph import HeapGraph

MIN_SHARE: Final = 0.012
"""Share of the heap below which classes of one dominator become "other"; a tile for less is
narrower than its name."""

MIN_SHARE_ABOVE: Final = 0.002
"""The same for marked objects and what dominates them: they are what a reader looks for."""

MOST_LEVELS: Final = 6
"""Levels below the roots; each takes a line of text."""

MOST_LEVELS_ABOVE: Final = 14
"""The same above marked objects, which would not be drawn otherwise."""

NARROW: Final = 0.9
"""Share of its parent from which on a tile that stands alone in it takes the parent's place."""

_OTHER, _ABOVE, _MARKED = range(3)


@dataclass(frozen=True)
class Part:
    """Objects of one class that the same objects dominate.

    Parameters
    ----------
    name : str
        Their class; several from the outermost to the innermost where each holds just the next.
    count : int
        How many they are.
    size : int
        Bytes that they retain together.
    is_marked : bool
        Whether they are the objects asked for.
    holds_marked : bool
        Whether some of these are below.
    parts : tuple of Part
        What they dominate, the largest first. What is missing is their own shallow size.
    """

    name: str
    count: int
    size: int
    is_marked: bool = False
    holds_marked: bool = False
    parts: tuple[Part, ...] = ()


def dominator_map(graph: HeapGraph, marked: IntArray | None = None) -> Part:
    """Divide a heap by its dominator tree.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    marked : integer array, optional
        Ordinals of objects that get parts of their own.

    Returns
    -------
    Part
        The whole heap. No byte is counted twice: the parts of a part never exceed it.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>cache cache>a cache>b")
    >>> for name, size in [("cache", 10), ("a", 500), ("b", 400)]:
    ...     _ = builder.node(name, name=name.title(), size=size)
    >>> cache, = dominator_map(builder.graph()).parts
    >>> cache.name, cache.size, [part.name for part in cache.parts]
    ('Cache', 910, ['A', 'B'])
    """
    total = int(graph.shallow_size.sum())
    role = _roles(graph, np.zeros(0, np.int64) if marked is None else marked)
    parts = _divide(graph, nodes_below_roots(graph), role, total, 1)
    return Part("Heap", 1, total, holds_marked=any(map(_is_warm, parts)), parts=parts)


def _roles(graph: HeapGraph, marked: IntArray) -> NDArray[np.int8]:
    """Tell marked nodes and what dominates them from the others."""
    role = np.zeros(graph.n_nodes, np.int8)
    nodes = marked
    while len(nodes):
        role[nodes] = _ABOVE
        above = np.unique(graph.dominator[nodes]).astype(np.int64)
        nodes = above[role[above] == _OTHER]
    role[marked] = _MARKED
    return role


def _divide(
    graph: HeapGraph, nodes: IntArray, role: NDArray[np.int8], total: int, level: int
) -> tuple[Part, ...]:
    """Group nodes by class, marked ones and those above them apart; small groups become one."""
    keys, which = np.unique(
        graph.class_index[nodes].astype(np.int64) * 3 + role[nodes], return_inverse=True
    )
    roles = keys % 3
    # Sizes of a heap are well below 2**53.
    sizes = np.bincount(which, weights=graph.retained_size[nodes], minlength=len(keys))
    parts = []
    is_shown = sizes >= total * np.where(roles == _OTHER, MIN_SHARE, MIN_SHARE_ABOVE)
    for group in np.flatnonzero(is_shown)[np.argsort(-sizes[is_shown], kind="stable")].tolist():
        members = nodes[which == group]
        is_target = bool(roles[group] == _MARKED)
        most = MOST_LEVELS_ABOVE if roles[group] == _ABOVE else MOST_LEVELS
        below: tuple[Part, ...] = ()
        if level < most and not is_target:
            below = _divide(graph, _dominated(graph, members), role, total, level + 1)
        name = graph.class_names[int(keys[group]) // 3].as_py()
        part = Part(
            name,
            len(members),
            int(sizes[group]),
            is_target,
            bool(roles[group] == _ABOVE),
            below,
        )
        parts.append(_without_lone(part))
    rest = ~is_shown[which]
    if rest.any() and parts:
        size = int(sizes[~is_shown].sum())
        holds = bool((role[nodes[rest]] != _OTHER).any())
        parts.append(Part("other", int(np.count_nonzero(rest)), size, holds_marked=holds))
    return tuple(parts)


def _without_lone(part: Part) -> Part:
    """Draw one tile for a chain of objects of which each holds little but the next."""
    if len(part.parts) != 1 or part.parts[0].size < NARROW * part.size:
        return part
    inner = part.parts[0]
    return Part(
        f"{part.name} › {inner.name}",
        inner.count,
        part.size,
        inner.is_marked,
        inner.holds_marked,
        inner.parts,
    )


def _is_warm(part: Part) -> bool:
    return part.is_marked or part.holds_marked


def _dominated(graph: HeapGraph, nodes: IntArray) -> IntArray:
    """Return what some nodes dominate immediately."""
    first = graph.first_dominated[nodes].astype(np.int64)
    counts = graph.first_dominated[nodes + 1].astype(np.int64) - first
    ends = np.cumsum(counts)
    if not len(ends) or not ends[-1]:
        return np.zeros(0, np.int64)
    places = np.arange(ends[-1]) + np.repeat(first - (ends - counts), counts)
    children: IntArray = graph.dominated[places].astype(np.int64)
    return children


__all__ = ["Part", "dominator_map"]
