"""The dominator tree by class, cut to what a drawing can show; marked objects stay visible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from heapnb._typing import IntArray
from heapnb.analysis.retention.big_drops import nodes_below_roots
from heapnb.graph import HeapGraph

MIN_SHARE: Final = 0.012
"""Share of the heap below which classes of one dominator become "other"; a tile for less is
narrower than its name."""

MOST_LEVELS: Final = 7
"""Levels below the roots; each takes a line of text, and a map has room for about ten."""

NARROW: Final = 0.9
"""Share of its parent from which on a tile that stands alone in it takes the parent's place."""


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
    is_marked = np.zeros(graph.n_nodes, np.bool_)
    if marked is not None:
        is_marked[marked] = True
    total = int(graph.total_size)
    least = max(1, int(MIN_SHARE * total))
    parts = _divide(graph, nodes_below_roots(graph), is_marked, least, 1)
    return Part("Heap", 1, total, holds_marked=any(map(_is_warm, parts)), parts=parts)


def _divide(
    graph: HeapGraph, nodes: IntArray, is_marked: np.ndarray, least: int, level: int
) -> tuple[Part, ...]:
    """Group nodes by class, marked ones apart; small groups become one."""
    keys, which = np.unique(
        graph.class_index[nodes].astype(np.int64) * 2 + is_marked[nodes], return_inverse=True
    )
    # Sizes of a heap are well below 2**53.
    sizes = np.bincount(which, weights=graph.retained_size[nodes], minlength=len(keys))
    parts = []
    is_shown = sizes >= least
    for group in np.flatnonzero(is_shown)[np.argsort(-sizes[is_shown], kind="stable")].tolist():
        members = nodes[which == group]
        is_target = bool(keys[group] & 1)
        below: tuple[Part, ...] = ()
        if level < MOST_LEVELS and not is_target:
            below = _divide(graph, _dominated(graph, members), is_marked, least, level + 1)
        name = graph.class_names[int(keys[group]) // 2].as_py()
        part = Part(
            name,
            len(members),
            int(sizes[group]),
            is_target,
            any(map(_is_warm, below)),
            below,
        )
        parts.append(_without_lone(part))
    rest = ~is_shown[which]
    if rest.any() and parts:
        size = int(sizes[~is_shown].sum())
        holds = bool(is_marked[nodes[rest]].any())
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
