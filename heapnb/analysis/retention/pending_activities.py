"""What a page holds, beside the browser's lists of what is under way.

The browser lists pending activities (open sockets, media queries) and running animations. From the
root its lists are nearer than the page's own variables, but they explain less: what the page holds
as well is the page's to release.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from heapnb import vocab
from heapnb.decode.links import nodes_named

if TYPE_CHECKING:
    from heapnb._typing import BoolArray, IntArray, NodeArray
    from heapnb.graph import HeapGraph

LISTS: Final = ("Pending activities", "DocumentTimeline")
"""What has the browser's lists."""

_BACKING: Final = "blink::Heap"
"""How the names of Blink's collections begin."""

_MOST_LISTED: Final = 10_000
_MOST_RETAINERS: Final = 32
_MOST_ABOVE: Final = 512
_MOST_NESTED: Final = 64


def edges_to_held_by_page(graph: HeapGraph, parent: NodeArray, usable: BoolArray) -> IntArray:
    """Find the entries of the browser's lists that something of the page holds as well.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    parent : uint32[n_nodes]
        The node before each on the path from the root; see `RetainingTree`.
    usable : bool[n_edges]
        Edges that hold their target.

    Returns
    -------
    int64[k]
        The edges of the lists that a tree can do without: each target has another retainer, and is
        still reached if all of them are left out.
    """
    edges = _entries(graph)
    if not 0 < len(edges) <= _MOST_LISTED:
        return np.empty(0, np.int64)
    listed = set(graph.edge_to[edges].tolist())
    # Of each entry that something else holds: below which other entry that is, if any.
    held_below: dict[int, int | None] = {}
    dropped: list[int] = []
    for edge in edges.tolist():
        target = int(graph.edge_to[edge])
        for above in _holders(graph, target, usable):
            found, below = _entry_above(parent, above, listed)
            if not found or below == target or _leads_to(held_below, below, target):
                continue
            held_below[target] = below
            dropped.append(edge)
            break
    return np.array(dropped, np.int64)


def _entries(graph: HeapGraph) -> IntArray:
    """List the edges from the browser's lists to what is in them."""
    owners = nodes_named(graph, LISTS, None).tolist()
    inner = [graph.edge_to[slice(*graph.edges_of(node))] for node in owners]
    lists = [node for some in inner for node in some.tolist()]
    lists = [node for node in lists if graph.name(node).startswith(_BACKING)]
    edges = np.concatenate(
        [np.empty(0, np.int64), *(np.arange(*graph.edges_of(node)) for node in lists)]
    )
    is_native = graph.node_type[graph.edge_to[edges]] == graph.node_type_index("native")
    entries: IntArray = edges[is_native]
    return entries


def _holders(graph: HeapGraph, node: int, usable: BoolArray) -> list[int]:
    """List objects of the page that hold a native one."""
    edges = graph.retaining_edges_of(node)[:_MOST_RETAINERS].astype(np.int64)
    sources = graph.edge_from(edges[usable[edges]])
    types = [graph.node_type_index(name) for name in ("object", "array", "closure")]
    holders: list[int] = sources[np.isin(graph.node_type[sources], types)].tolist()
    return holders


def _entry_above(parent: NodeArray, node: int, listed: set[int]) -> tuple[bool, int | None]:
    """Find the entry of the list that a path passes, if any; whether the path could be followed."""
    for _ in range(_MOST_ABOVE):
        if node in listed:
            return True, node
        above = int(parent[node])
        if above == vocab.NO_ORDINAL:
            return False, None
        if above == node:
            return True, None
        node = above
    return False, None


def _leads_to(held_below: dict[int, int | None], node: int | None, target: int) -> bool:
    """Tell whether an entry would be held by another one that it holds itself."""
    for _ in range(_MOST_NESTED):
        if node == target:
            return True
        if node is None or node not in held_below:
            return False
        node = held_below[node]
    return True


__all__ = ["LISTS", "edges_to_held_by_page"]
