"""Kernels for retaining paths: the path from a node up to the root, and trees of such paths."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from heapnb._typing import (
    ByteArray,
    DistanceArray,
    IntArray,
    NodeArray,
    OffsetArray,
    SizeArray,
)
from heapnb.kernels._jit import kernel

NEVER = 255
"""Rank of edges that do not retain their targets."""

KEY_RANK = 100
"""Rank of the edge from a WeakMap's key to the value: it retains only while the map is alive."""


class Columns(NamedTuple):
    """The columns of a heap that the search for paths reads.

    Parameters
    ----------
    root : int
        Ordinal of the root.
    first_edge : unsigned[n_nodes + 1]
        CSR offsets of the edges.
    edge_to, edge_type, edge_name
        The edges.
    first_retainer : unsigned[n_nodes + 1]
        CSR offsets into ``retaining_edge``.
    retaining_edge : unsigned[n_edges]
        Incoming edges of each node, ascending.
    node_id : unsigned[n_nodes]
        V8's ids.
    distance : int32[n_nodes]
        Distances as in DevTools.
    rank_of_type : uint8[256]
        Rank of each edge type; lower ranks are preferred, ``NEVER`` for weak edges.
    internal_type : int
        Edge type of WeakMap entries.
    table_of_string : int64[n_strings] or int64[0]
        For the name of a WeakMap entry's edge the id of the map's table, else -1.
    """

    root: int
    first_edge: OffsetArray
    edge_to: NodeArray
    edge_type: ByteArray
    edge_name: NodeArray
    first_retainer: OffsetArray
    retaining_edge: OffsetArray
    node_id: SizeArray
    distance: DistanceArray
    rank_of_type: ByteArray
    internal_type: int
    table_of_string: IntArray


@kernel
def source_of(first_edge: OffsetArray, edge: int, low: int) -> int:
    """Find the source of an edge.

    Parameters
    ----------
    first_edge : unsigned[n_nodes + 1]
        CSR offsets of the edges.
    edge : int
        Edge ordinal.
    low : int
        A node at or before the source. The closer it is, the shorter the search.

    Returns
    -------
    int
        Node ordinal.
    """
    # Nodes without edges share their offset with the next node; the last such node owns the edge.
    last = first_edge.shape[0] - 1
    step = 1
    while low + step < last and np.int64(first_edge[low + step]) <= edge:
        low += step
        step *= 2
    high = min(low + step, last)
    while high - low > 1:
        middle = (low + high) // 2
        if np.int64(first_edge[middle]) <= edge:
            low = middle
        else:
            high = middle
    return low


@kernel
def table_of_entry(columns: Columns, edge: int) -> int:
    """Return the WeakMap to whose entry an edge belongs.

    Parameters
    ----------
    columns : Columns
        The heap.
    edge : int
        Edge ordinal.

    Returns
    -------
    int
        Node id of the map's table; -1 if the edge is not one of the two edges to an entry's value.
    """
    if columns.table_of_string.shape[0] == 0 or columns.edge_type[edge] != columns.internal_type:
        return -1
    return columns.table_of_string[columns.edge_name[edge]]


@kernel
def closest_retainer(columns: Columns, node: int) -> tuple[int, int]:
    """Choose the preferred retaining edge of a node.

    Its source is one step closer to the root. Of several edges, the type with the lowest rank
    wins, then the first in the file. A WeakMap's value uses the edge from its key if it has no
    other; the edge from the map never counts.

    Parameters
    ----------
    columns : Columns
        The heap.
    node : int
        Node ordinal.

    Returns
    -------
    edge : int
        Edge ordinal, -1 if no edge qualifies.
    source : int
        Source of the edge.
    """
    distance = columns.distance[node]
    best_edge = np.int64(-1)
    best_source = np.int64(-1)
    best_rank = NEVER
    source = np.int64(0)
    for place in range(columns.first_retainer[node], columns.first_retainer[node + 1]):
        edge = np.int64(columns.retaining_edge[place])
        rank = np.int64(columns.rank_of_type[columns.edge_type[edge]])
        if rank >= best_rank:
            continue
        source = source_of(columns.first_edge, edge, source)
        there = columns.distance[source]
        if source == columns.root and distance == 1:
            # The program's roots have distance 1, whatever the distance of the root itself.
            there = 0
        if there < 0 or there >= distance:
            continue
        table = table_of_entry(columns, edge)
        if table >= 0:
            if table == np.int64(columns.node_id[source]):
                continue
            # The value's distance is that of its map plus 1, if the map is farther than the key.
            rank = KEY_RANK
        elif there != distance - 1:
            continue
        if rank < best_rank:
            best_edge = edge
            best_source = source
            best_rank = rank
    return best_edge, best_source


@kernel
def climb(columns: Columns, start: int, path: IntArray) -> int:
    """List the edges of the shortest path from a node up to the root.

    Parameters
    ----------
    columns : Columns
        The heap.
    start : int
        Node ordinal.
    path : int64[n_nodes]
        Receives edge ordinals, the edge to ``start`` first.

    Returns
    -------
    int
        Length of the path; -1 if it does not reach the root.
    """
    node = np.int64(start)
    length = 0
    while node != columns.root:
        edge, source = closest_retainer(columns, node)
        if edge < 0:
            return -1
        path[length] = edge
        length += 1
        node = source
    return length


@kernel
def search_up(
    columns: Columns,
    start: int,
    closed: IntArray,
    onward: OffsetArray,
    queue: NodeArray,
    path: IntArray,
) -> int:
    """Search breadth first along incoming edges, from a node up to the root.

    Parameters
    ----------
    columns : Columns
        The heap. Distances are not used.
    start : int
        Node ordinal.
    closed : int64[k]
        Nodes that the path must not contain.
    onward : unsigned[n_nodes]
        Zeros; scratch: 1 + the edge from a node towards ``start``.
    queue : uint32[n_nodes]
        Scratch.
    path : int64[n_nodes]
        Receives edge ordinals, the edge to ``start`` first.

    Returns
    -------
    int
        Length of the path; -1 if no path exists.
    """
    if start == columns.root:
        return 0
    onward[start] = 1
    for i in range(closed.shape[0]):
        onward[closed[i]] = 1
    queue[0] = start
    head = 0
    tail = 1
    while head < tail and onward[columns.root] == 0:
        node = queue[head]
        head += 1
        source = np.int64(0)
        for place in range(columns.first_retainer[node], columns.first_retainer[node + 1]):
            edge = np.int64(columns.retaining_edge[place])
            if columns.rank_of_type[columns.edge_type[edge]] == NEVER:
                continue
            source = source_of(columns.first_edge, edge, source)
            if onward[source] != 0:
                continue
            table = table_of_entry(columns, edge)
            if table >= 0 and table == np.int64(columns.node_id[source]):
                continue
            onward[source] = edge + 1
            queue[tail] = source
            tail += 1
    if onward[columns.root] == 0:
        return -1
    length = 0
    at = np.int64(columns.root)
    while at != start:
        edge = np.int64(onward[at]) - 1
        path[length] = edge
        length += 1
        at = np.int64(columns.edge_to[edge])
    for i in range(length // 2):
        path[i], path[length - 1 - i] = path[length - 1 - i], path[i]
    return length


@kernel
def count_through(
    parent_row: IntArray, n_pending: IntArray, count: IntArray, order: IntArray
) -> None:
    """Count the targets at or below each node of a tree.

    Parameters
    ----------
    parent_row : int64[n]
        The tree; the root is its own parent.
    n_pending : int64[n]
        Zeros; scratch.
    count : int64[n]
        Number of targets at each node; receives the totals.
    order : int64[n]
        Receives the rows, parents before children.
    """
    n = parent_row.shape[0]
    for i in range(n):
        if parent_row[i] != i:
            n_pending[parent_row[i]] += 1
    # `order` fills from the end, leaves first; `at` is the next row to add to its parent.
    free = n
    for i in range(n):
        if n_pending[i] == 0:
            free -= 1
            order[free] = i
    at = n
    while at > free:
        at -= 1
        i = order[at]
        above = parent_row[i]
        if above == i:
            continue
        count[above] += count[i]
        n_pending[above] -= 1
        if n_pending[above] == 0:
            free -= 1
            order[free] = above


@kernel
def is_dominated_by_any(dominator: NodeArray, root: int, node: int, others: IntArray) -> bool:
    """Return whether all paths from the root to a node contain one of some nodes.

    Parameters
    ----------
    dominator : uint32[n_nodes]
        Immediate dominators.
    root, node : int
        Node ordinals.
    others : int64[k]
        Node ordinals, ascending.

    Returns
    -------
    bool
        True also if the node is one of ``others``.
    """
    at = np.int64(node)
    while True:
        place = np.searchsorted(others, at)
        if place < others.shape[0] and others[place] == at:
            return True
        if at == root:
            return False
        at = np.int64(dominator[at])
