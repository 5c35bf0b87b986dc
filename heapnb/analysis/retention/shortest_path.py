"""Search for paths of the fewest edges, and for the retainers that are closest to a root."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from heapnb import vocab
from heapnb._typing import AnyArray, BoolArray, IntArray
from heapnb.analysis.retention.retaining_path import RetainingPath
from heapnb.analysis.retention.weak_tables import are_from_table
from heapnb.graph import HeapGraph, derived
from heapnb.kernels import paths as kernels

# The edge types that say most about how a program holds something come first.
_PREFERRED_TYPES: Final = ("property", "context", "element", "internal", "hidden", "shortcut")

_OTHER_RANK: Final = 50

_N_EDGE_TYPES: Final = 256

_NOTHING: Final = np.empty(0, np.int64)


_MAX_RETAINERS: Final = 1_000
"""Retainers of one node among which alternatives are searched."""


def shortest_path(graph: HeapGraph, node: int) -> RetainingPath | None:
    """Find the shortest path from the root to a node."""
    edges = PathSearch(graph).edges_to(int(node))
    return None if edges is None else RetainingPath.from_edges(graph, edges)


def closest_retainers(graph: HeapGraph, node: int, limit: int) -> tuple[IntArray, int]:
    """Find the retainers of a node that lie closest to a root."""
    found = [edge for edge, _ in PathSearch(graph).retainers(int(node))]
    return np.array(found[:limit], np.int64), len(found)


class PathSearch:
    """Searches for paths of the fewest edges; owns the arrays that the search needs.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    """

    def __init__(self, graph: HeapGraph) -> None:
        self.graph = graph
        self.columns = kernels.Columns(
            graph.root,
            graph.first_edge,
            graph.edge_to,
            graph.edge_type,
            graph.edge_name,
            graph.first_retainer,
            graph.retaining_edge,
            graph.node_id,
            graph.distance,
            _ranks(graph),
            graph.edge_type_index("internal"),
            _table_of_string(graph),
        )
        # Memory that is not touched costs nothing, so it has room for the longest path.
        self.path = np.empty(graph.n_nodes, np.int64)

    def edges_to(self, node: int) -> IntArray | None:
        """Return the edges of the shortest path, from the root on; None if there is none."""
        length = kernels.climb(self.columns, node, self.path)
        if length < 0:
            length = self.search_up(node)
        return self._found(length)

    def search_up(self, node: int, closed: IntArray = _NOTHING) -> int:
        """Write a path that avoids some nodes to ``self.path``, upwards; return its length."""
        n_nodes = self.graph.n_nodes
        return kernels.search_up(
            self.columns,
            node,
            closed,
            np.zeros(n_nodes, np.uint64),
            np.empty(n_nodes, np.uint32),
            self.path,
        )

    def _found(self, length: int) -> IntArray | None:
        return None if length < 0 else self.path[:length][::-1].copy()

    def alternatives(self, below: IntArray, start: int, used: BoolArray) -> Iterator[IntArray]:
        """Go through the paths that reach a node from retainers that were not used yet.

        Parameters
        ----------
        below : int64[k]
            The edges from that node to the end of the path.
        start : int
            The node.
        used : bool[n_nodes]
            Nodes of the paths found so far. The caller adds to them.

        Yields
        ------
        int64[m]
            Edges of a whole path.
        """
        passed = np.unique([start, *self.graph.edge_to[below].tolist()]).astype(np.int64)
        for edge, source in self.retainers(start):
            if used[source]:
                continue
            upper = self._edges_avoiding(source, passed)
            if upper is None or used[self._holder(upper)]:
                continue
            yield np.concatenate([upper, [edge], below])

    def retainers(self, node: int) -> Iterator[tuple[int, int]]:
        """Go through the edges that retain a node, one from each retainer, closest first."""
        graph = self.graph
        edges = graph.retaining_edges_of(node).astype(np.int64)
        edges = edges[self.columns.rank_of_type[graph.edge_type[edges]] != kernels.NEVER]
        sources = graph.edge_from(edges)
        keeps = ~are_from_table(graph, edges)
        edges, sources = edges[keeps], sources[keeps]
        distances = graph.distance[sources].astype(np.int64)
        distances[distances < 0] = np.iinfo(np.int64).max
        if len(edges) > _MAX_RETAINERS:
            # Some nodes have millions, which would take long to sort.
            closest = np.argpartition(distances, _MAX_RETAINERS)[:_MAX_RETAINERS]
            edges, sources, distances = edges[closest], sources[closest], distances[closest]
        ranks = self.columns.rank_of_type[graph.edge_type[edges]]
        order = np.lexsort((edges, ranks, sources, distances))
        edges, sources = edges[order], sources[order]
        is_first = np.ones(len(edges), np.bool_)
        is_first[1:] = sources[1:] != sources[:-1]
        yield from zip(edges[is_first].tolist(), sources[is_first].tolist(), strict=True)

    def _edges_avoiding(self, node: int, closed: IntArray) -> IntArray | None:
        """Return the edges of a path to a node that does not pass some others."""
        graph = self.graph
        edges = self._found(kernels.climb(self.columns, node, self.path))
        if edges is not None and not np.isin(graph.edge_to[edges], closed).any():
            return edges
        if kernels.is_dominated_by_any(graph.dominator, graph.root, node, closed):
            return None
        return self._found(self.search_up(node, closed))

    def _holder(self, edges: IntArray) -> int:
        """Return the last node of a path that is not a backing store."""
        graph = self.graph
        for edge in edges[::-1].tolist():
            node = int(graph.edge_to[edge])
            if graph.node_type_names[int(graph.node_type[node])] not in vocab.ENGINE_TYPES:
                return node
        return int(graph.edge_to[edges[-1]])


def _ranks(graph: HeapGraph) -> AnyArray:
    ranks = np.full(_N_EDGE_TYPES, _OTHER_RANK, np.uint8)
    for rank, name in enumerate(_PREFERRED_TYPES):
        if name in graph.edge_type_names:
            ranks[graph.edge_type_index(name)] = rank
    if "weak" in graph.edge_type_names:
        ranks[graph.edge_type_index("weak")] = kernels.NEVER
    return ranks


@derived(name="table_of_string")
def _table_of_string(graph: HeapGraph) -> IntArray:
    return graph.ephemerons.table_of_string
