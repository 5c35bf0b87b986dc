"""The preferred path to every node in one array, which the cache keeps.

The retaining tree takes seconds on a large heap. A reader who looks at single nodes needs only the
edges of their paths.
"""

from __future__ import annotations

import numpy as np

from heapnb import vocab
from heapnb._typing import IntArray, OffsetArray
from heapnb.analysis.retention.retaining_tree import retaining_tree
from heapnb.graph import HeapGraph, derived
from heapnb.kernels.chains import edges_up


@derived(name="path_edge", title="Finding retaining paths")
def path_edge(graph: HeapGraph) -> OffsetArray:
    """``unsigned[n_nodes]``: the last edge of the tree's path to each node.

    The number of all edges for the root, and for nodes that nothing retains.
    """
    tree = retaining_tree(graph)
    edges = tree.parent_edge.copy()
    edges[tree.parent == vocab.NO_ORDINAL] = graph.n_edges
    edges[graph.root] = graph.n_edges
    return edges


@derived(name="path_first_edges")
def path_first_edges(graph: HeapGraph) -> IntArray:
    """``int64[k]``: edges with which the tree's paths begin, ascending.

    They leave the root, or lead to the variables of classic scripts.
    """
    tree = retaining_tree(graph)
    # The tree says that these nodes are below the root, wherever the edge comes from.
    nodes = tree.order[tree.parent[tree.order] == graph.root]
    nodes = nodes[nodes != graph.root]
    return np.sort(tree.parent_edge[nodes].astype(np.int64))


def kept_path_edges(graph: HeapGraph, node: int) -> IntArray | None:
    """Return the edges of the path to a node in the retaining tree.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal.

    Returns
    -------
    int64[k] or None
        As of `heapnb.analysis.retention.retaining_tree.RetainingTree.path`, the root's first;
        None if nothing retains the node.
    """
    edges = path_edge(graph)
    if node != graph.root and int(edges[node]) >= graph.n_edges:
        return None
    # Memory that is not touched costs nothing, and a path may have millions of edges.
    path = np.empty(graph.n_nodes, np.int64)
    length = edges_up(graph.first_edge, edges, path_first_edges(graph), node, path)
    return path[:length][::-1].copy()


__all__ = ["kept_path_edges", "path_edge", "path_first_edges"]
