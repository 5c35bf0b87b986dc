"""The paths that users see: the preferred one to a node, several distinct ones, many merged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from heapnb import vocab
from heapnb._typing import AnyArray, IntArray
from heapnb.analysis.retention.kept_paths import kept_path_edges
from heapnb.analysis.retention.retaining_path import PathGraph, RetainingPath
from heapnb.analysis.retention.retaining_tree import path_from_root, retaining_tree
from heapnb.analysis.retention.shortest_path import PathSearch, shortest_path
from heapnb.graph import HeapGraph
from heapnb.kernels import paths as kernels
from heapnb.kernels import trees

_MAX_EXPANDED: Final = 1_000
"""Nodes at which alternatives are searched."""


def preferred_path(graph: HeapGraph, node: int) -> RetainingPath | None:
    """Find the path from the root to a node that explains best what retains it.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal.

    Returns
    -------
    RetainingPath or None
        None if nothing retains the node.

    Notes
    -----
    Every view and every command shows this path. It is the path in `retaining_tree`: it prefers
    what the program wrote to the engine's own objects, and uses functions that write snapshots,
    the runtime's own functions and the stack only where no other path exists. It can have more
    edges than DevTools' distance.
    """
    edges = kept_path_edges(graph, int(node))
    return shortest_path(graph, int(node)) if edges is None else path_from_root(graph, edges)


def distinct_paths(graph: HeapGraph, node: int, k: int = 5) -> list[RetainingPath]:
    """Find several paths from the root to a node, through different retainers.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal.
    k : int, default 5
        How many at most.

    Returns
    -------
    list of RetainingPath
        The preferred one first, then those that differ nearest to the node. None passes a node
        twice, and each has a retainer that none before it has. Another path through the backing
        store of the same retainer does not count.
    """
    first = preferred_path(graph, int(node)) if k > 0 else None
    if first is None:
        return []
    search = PathSearch(graph)
    found = [first.edges]
    used = np.zeros(graph.n_nodes, np.bool_)
    used[graph.root] = True
    used[first.nodes] = True
    expanded: set[int] = set()
    # Positions count from the node upwards: where a path may continue to another retainer.
    position = 0
    while len(found) < k and len(expanded) < _MAX_EXPANDED:
        open_paths = [path for path in found if position < len(path)]
        if not open_paths:
            break
        for path in open_paths:
            cut = len(path) - position
            turn = int(graph.edge_to[path[cut - 1]])
            if turn in expanded or len(found) == k:
                continue
            expanded.add(turn)
            for other in search.alternatives(path[cut:], turn, used):
                found.append(other)
                used[graph.edge_to[other]] = True
                if len(found) == k:
                    break
        position += 1
    return [RetainingPath.from_edges(graph, edges) for edges in found]


def merged_paths(graph: HeapGraph, nodes: AnyArray | Sequence[int]) -> PathGraph:
    """Merge the preferred paths to some nodes into a tree.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : integer[k]
        Ordinals.

    Returns
    -------
    PathGraph
        Parents come before children; ``edges[i]`` leads to ``nodes[i + 1]``. Nodes that
        nothing retains are left out of the targets.
    """
    tree = retaining_tree(graph)
    targets = np.unique(np.asarray(nodes, np.int64))
    is_in_tree = tree.parent[targets] != vocab.NO_ORDINAL
    below = np.zeros(graph.n_nodes, np.uint64)
    below[targets[is_in_tree]] = 1
    trees.add_up_tree(tree.order, tree.parent, below)
    below[graph.root] = 1
    passed = tree.order[below[tree.order] > 0][1:].astype(np.int64)
    edges = tree.parent_edge[passed].astype(np.int64)
    # The tree begins with the variables of classic scripts, whatever leads to them.
    starts = np.unique(graph.edge_from(edges[tree.parent[passed] == graph.root]))
    ahead = _edges_of_shortest(graph, starts[starts != graph.root], np.empty(0, np.int64))
    edges = np.concatenate([ahead, edges[~np.isin(passed, graph.edge_to[ahead])]])
    edges = np.concatenate([edges, _edges_of_shortest(graph, targets[~is_in_tree], edges)])
    row = np.full(graph.n_nodes, -1, np.int64)
    row[graph.root] = 0
    row[graph.edge_to[edges]] = np.arange(1, len(edges) + 1)
    targets = targets[row[targets] >= 0]
    parent_row = np.zeros(len(edges) + 1, np.int64)
    parent_row[1:] = row[graph.edge_from(edges)]
    count = np.zeros(len(parent_row), np.int64)
    count[row[targets]] = 1
    order = np.empty(len(parent_row), np.int64)
    kernels.count_through(parent_row, np.zeros_like(count), count, order)
    ends = np.concatenate([[graph.root], graph.edge_to[edges]]).astype(np.uint32)
    return PathGraph(
        graph, ends[order], edges[order[1:] - 1], count[order], targets.astype(np.uint32)
    )


def _edges_of_shortest(graph: HeapGraph, nodes: IntArray, known: IntArray) -> IntArray:
    """List the edges of the shortest paths to some nodes that lead to nodes not yet known."""
    seen = {graph.root, *graph.edge_to[known].tolist()} if len(nodes) else set()
    found: list[int] = []
    for node in nodes.tolist():
        path = shortest_path(graph, node)
        for edge in () if path is None else path.edges.tolist():
            target = int(graph.edge_to[edge])
            if target not in seen:
                seen.add(target)
                found.append(edge)
    return np.array(found, np.int64)


def path_graph_of(paths: Sequence[RetainingPath]) -> PathGraph:
    """Merge given paths.

    Parameters
    ----------
    paths : sequence of RetainingPath
        At least one; all of one heap.

    Returns
    -------
    PathGraph
        Nodes and edges in the order in which the paths first pass them. A node can have
        several edges that lead to it.

    Raises
    ------
    ValueError
        If there are no paths.
    """
    if not paths:
        raise ValueError("There are no paths to merge.")
    heap = paths[0].heap
    passed: dict[int, set[int]] = {}
    edges: dict[int, None] = {}
    for path in paths:
        edges.update(dict.fromkeys(path.edges.tolist()))
        for node in path.nodes.tolist():
            passed.setdefault(node, set()).add(path.target)
    return PathGraph(
        heap,
        np.array(list(passed), np.uint32),
        np.array(list(edges), np.int64),
        np.array([len(targets) for targets in passed.values()], np.int64),
        np.array(list(dict.fromkeys(path.target for path in paths)), np.uint32),
    )
