"""Search for the paths that retain a node: the shortest one, several distinct ones, many merged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from heapnb import vocab
from heapnb._typing import AnyArray, BoolArray, IntArray
from heapnb.analysis.retention.retaining_path import PathGraph, RetainingPath
from heapnb.graph import HeapGraph, derived
from heapnb.kernels import paths as kernels

# The edge types that say most about how a program holds something come first.
_PREFERRED_TYPES: Final = ("property", "context", "element", "internal", "hidden", "shortcut")

_OTHER_RANK: Final = 50

_N_EDGE_TYPES: Final = 256

_NOTHING: Final = np.empty(0, np.int64)


# Search for alternatives at so many nodes, and among so many retainers of each.
_MAX_EXPANDED: Final = 1_000

_MAX_RETAINERS: Final = 1_000


def shortest_path(graph: HeapGraph, node: int) -> RetainingPath | None:
    """Find the shortest path from the root to a node.

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
    It starts at the program's globals where it can: the length is DevTools' distance. A value
    in a WeakMap is shown as held by its key. Nodes without a distance are searched over all
    edges that are not weak.
    """
    edges = _Search(graph).edges_to(int(node))
    return None if edges is None else RetainingPath.from_edges(graph, edges)


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
        The shortest first, then those that differ nearest to the node. None passes a node
        twice, and each has a retainer that none before it has. Another path through the backing
        store of the same retainer does not count.
    """
    search = _Search(graph)
    first = search.edges_to(int(node))
    if first is None or k < 1:
        return []
    found = [first]
    used = np.zeros(graph.n_nodes, np.bool_)
    used[graph.root] = True
    used[graph.edge_to[first]] = True
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
    """Merge the shortest paths to some nodes into a tree.

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
    search = _Search(graph)
    targets = np.unique(np.asarray(nodes, np.int64))
    row = np.zeros(graph.n_nodes, np.uint32)
    tree_nodes = np.empty(graph.n_nodes, np.uint32)
    tree_edges = np.empty(graph.n_nodes, np.int64)
    tree = (row, tree_nodes, tree_edges)
    is_dead_end = np.zeros(len(targets), np.bool_)
    n_rows = kernels.merge(search.columns, targets, search.path, *tree, is_dead_end)
    for target in targets[is_dead_end].tolist():
        length = search.search_up(target)
        if length > 0:
            n_rows = kernels.add_to_tree(search.columns, search.path, length, *tree, n_rows)
    targets = targets[row[targets] != 0]
    edges = tree_edges[:n_rows]
    parent_row = np.zeros(n_rows, np.int64)
    parent_row[1:] = row[graph.edge_from(edges[1:])].astype(np.int64) - 1
    count = np.zeros(n_rows, np.int64)
    count[row[targets] - 1] = 1
    order = np.empty(n_rows, np.int64)
    kernels.count_through(parent_row, np.zeros(n_rows, np.int64), count, order)
    return PathGraph(
        graph,
        tree_nodes[order],
        edges[order[1:]],
        count[order],
        targets.astype(np.uint32),
    )


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


def closest_retainers(graph: HeapGraph, node: int, limit: int) -> tuple[IntArray, int]:
    """Find the retainers of a node that lie closest to a root.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal.
    limit : int
        How many at most.

    Returns
    -------
    edges : int64[k]
        One retaining edge for each, the closest first. Weak edges do not count, nor does a
        WeakMap's table as a retainer of its values.
    n_all : int
        How many retainers there are; of very many, only so many as are looked at.
    """
    found = [edge for edge, _ in _Search(graph).retainers(int(node))]
    return np.array(found[:limit], np.int64), len(found)


class _Search:
    """Looks for paths; owns the arrays that this takes."""

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

    def alternatives(self, below: IntArray, turn: int, used: BoolArray) -> Iterator[IntArray]:
        """Go through the paths that reach a node from retainers that were not used yet.

        Parameters
        ----------
        below : int64[k]
            The edges from that node to the end of the path.
        turn : int
            The node.
        used : bool[n_nodes]
            Nodes of the paths found so far. The caller adds to them.

        Yields
        ------
        int64[m]
            Edges of a whole path.
        """
        passed = np.unique([turn, *self.graph.edge_to[below].tolist()]).astype(np.int64)
        for edge, source in self.retainers(turn):
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
        keeps = ~self._is_from_table(edges, sources)
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

    def _is_from_table(self, edges: IntArray, sources: IntArray) -> BoolArray:
        """Tell which edges lead from a WeakMap's table to a value."""
        graph = self.graph
        tables = np.full(len(edges), vocab.NO_INDEX, np.int64)
        if len(self.columns.table_of_string):
            internal = graph.edge_type[edges] == self.columns.internal_type
            tables[internal] = self.columns.table_of_string[graph.edge_name[edges[internal]]]
        is_from_table: BoolArray = (tables >= 0) & (tables == graph.node_id[sources])
        return is_from_table

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


@derived(keep=False, name="table_of_string")
def _table_of_string(graph: HeapGraph) -> IntArray:
    return graph.ephemerons.table_of_string
