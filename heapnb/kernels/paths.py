"""Kernels for retaining paths: the tree of shortest paths, and the part that some nodes use."""

from __future__ import annotations

import numpy as np

from heapnb._typing import (
    BoolArray,
    ByteArray,
    DistanceArray,
    IntArray,
    NodeArray,
    OffsetArray,
    SizeArray,
)
from heapnb.kernels._jit import kernel
from heapnb.kernels.traverse import RULE_MAP_DESCRIPTORS, RULE_NATIVE_CONTEXT

NO_RANK = 255
LAST_RESORT = np.uint8(100)


@kernel
def closest_edges(
    first_edge: OffsetArray,
    edge_to: NodeArray,
    edge_type: ByteArray,
    edge_name: NodeArray,
    rank_of_type: ByteArray,
    weak_type: int,
    internal_type: int,
    is_indexed_type: BoolArray,
    node_rule: ByteArray,
    sloppy_name: BoolArray,
    table_of_string: IntArray,
    node_id: SizeArray,
    distance: DistanceArray,
    rank: ByteArray,
    parent_edge: OffsetArray,
) -> None:
    """Choose for each node an edge from a node that is one step closer to the roots.

    Of several the type with the least rank wins, then the first in the file. The two edges to
    the value of a WeakMap's entry differ: that of the key is preferred.

    Parameters
    ----------
    first_edge, edge_to, edge_type, edge_name
        The edges.
    rank_of_type : uint8[n_edge_types]
        Which types to prefer: lower ones, below ``LAST_RESORT``.
    weak_type, internal_type : int
        Edge types, -1 if there is none.
    is_indexed_type : bool[n_edge_types]
        Types whose name is an index.
    node_rule : uint8[n_nodes]
        ``RULE_…`` of `heapnb.kernels.traverse`.
    sloppy_name : bool[n_strings]
        Which strings are ``sloppy_function_map``.
    table_of_string : int64[n_strings] or int64[0]
        For the name of a WeakMap entry's edge the id of the table, else -1.
    node_id : unsigned[n_nodes]
        V8's ids.
    distance : int32[n_nodes]
        As DevTools counts them.
    rank : uint8[n_nodes]
        All ``NO_RANK``; scratch.
    parent_edge : unsigned[n_nodes]
        Receives edge ordinals; others stay as they are.
    """
    has_ephemerons = table_of_string.shape[0] > 0
    for node in range(first_edge.shape[0] - 1):
        if distance[node] == -5:
            continue
        next_distance = distance[node] + 1
        rule = node_rule[node]
        for edge in range(first_edge[node], first_edge[node + 1]):
            target = edge_to[edge]
            if distance[target] != next_distance:
                continue
            kind = edge_type[edge]
            if kind == weak_type:
                continue
            name = edge_name[edge]
            # Edges that the search for distances does not follow are a last resort.
            mine = rank_of_type[kind]
            if rule == RULE_MAP_DESCRIPTORS:
                mine = LAST_RESORT
            if rule == RULE_NATIVE_CONTEXT and not is_indexed_type[kind] and sloppy_name[name]:
                mine = LAST_RESORT
            if has_ephemerons and kind == internal_type:
                table = table_of_string[name]
                if table >= 0 and table == np.int64(node_id[node]):
                    mine = LAST_RESORT
            if mine < rank[target]:
                rank[target] = mine
                parent_edge[target] = edge


@kernel
def adopt_unreached(
    first_edge: OffsetArray,
    edge_to: NodeArray,
    edge_type: ByteArray,
    weak_type: int,
    reached: BoolArray,
    parent_edge: OffsetArray,
    queue: NodeArray,
) -> int:
    """Search on, breadth first, from everything reached so far.

    Parameters
    ----------
    first_edge, edge_to, edge_type
        The edges.
    weak_type : int
        An edge type that does not count; -1 if all count.
    reached : bool[n_nodes]
        Changed in place.
    parent_edge : unsigned[n_nodes]
        Receives the edge by which each further node is reached.
    queue : uint32[n_nodes]
        Receives the further nodes.

    Returns
    -------
    int
        How many they are.
    """
    tail = 0
    pending = np.zeros(reached.shape[0], np.bool_)
    for node in range(reached.shape[0]):
        if not reached[node]:
            continue
        for edge in range(first_edge[node], first_edge[node + 1]):
            target = edge_to[edge]
            if not reached[target] and not pending[target] and edge_type[edge] != weak_type:
                pending[target] = True
                parent_edge[target] = edge
                queue[tail] = target
                tail += 1
    for i in range(tail):
        reached[queue[i]] = True
    head = 0
    while head < tail:
        node = queue[head]
        head += 1
        for edge in range(first_edge[node], first_edge[node + 1]):
            target = edge_to[edge]
            if not reached[target] and edge_type[edge] != weak_type:
                reached[target] = True
                parent_edge[target] = edge
                queue[tail] = target
                tail += 1
    return tail


@kernel
def source_of(first_edge: OffsetArray, edge: int) -> int:
    """Find the node that an edge leaves, by bisection.

    Parameters
    ----------
    first_edge : unsigned[n_nodes + 1]
        CSR offsets of the edges.
    edge : int
        Edge ordinal.

    Returns
    -------
    int
        Node ordinal.
    """
    low = 0
    high = first_edge.shape[0] - 1
    while high - low > 1:
        middle = (low + high) // 2
        if np.int64(first_edge[middle]) <= edge:
            low = middle
        else:
            high = middle
    # Nodes without edges share an offset; the last of them that has it owns the edge.
    return low


@kernel
def climb(
    first_edge: OffsetArray,
    parent_edge: OffsetArray,
    no_edge: int,
    start: int,
    path: IntArray,
) -> int:
    """List the edges from a node up to where its path begins.

    Parameters
    ----------
    first_edge : unsigned[n_nodes + 1]
        CSR offsets of the edges.
    parent_edge : unsigned[n_nodes]
        The tree.
    no_edge : int
        Marks a node without a parent.
    start : int
        Node ordinal.
    path : int64[k]
        Receives edge ordinals, the last step first; what does not fit is left out.

    Returns
    -------
    int
        How many edges the path has.
    """
    node = start
    length = 0
    while True:
        edge = np.int64(parent_edge[node])
        if edge == no_edge:
            return length
        if length < path.shape[0]:
            path[length] = edge
        length += 1
        node = source_of(first_edge, edge)


@kernel
def merge(
    first_edge: OffsetArray,
    parent_edge: OffsetArray,
    no_edge: int,
    targets: IntArray,
    row: DistanceArray,
    nodes: NodeArray,
    parent: NodeArray,
) -> int:
    """List the nodes on the paths to some targets, each once.

    Parameters
    ----------
    first_edge : unsigned[n_nodes + 1]
        CSR offsets of the edges.
    parent_edge : unsigned[n_nodes]
        The tree.
    no_edge : int
        Marks a node without a parent.
    targets : int64[k]
        Node ordinals.
    row : int32[n_nodes]
        All -1; receives each listed node's place in the list.
    nodes : uint32[n_nodes]
        Receives ordinals in the order of discovery.
    parent : uint32[n_nodes]
        Receives the ordinal of the node before it, at the same place; itself where none is.

    Returns
    -------
    int
        How many nodes there are.
    """
    n = 0
    for i in range(targets.shape[0]):
        node = targets[i]
        while row[node] < 0:
            row[node] = n
            nodes[n] = node
            edge = np.int64(parent_edge[node])
            if edge == no_edge:
                parent[n] = node
                n += 1
                break
            above = source_of(first_edge, edge)
            parent[n] = above
            n += 1
            node = above
    return n


@kernel
def count_through(
    parent_row: IntArray,
    n_pending: IntArray,
    count: IntArray,
    order: IntArray,
) -> None:
    """Add up how many targets lie at or below each node of a merged tree.

    Parameters
    ----------
    parent_row : int64[n]
        The tree; a root is its own parent.
    n_pending : int64[n]
        Zeros; scratch.
    count : int64[n]
        Targets at each node; receives the sums.
    order : int64[n]
        Receives the rows, parents before children.
    """
    n = parent_row.shape[0]
    for i in range(n):
        if parent_row[i] != i:
            n_pending[parent_row[i]] += 1
    # Filled from the end, leaves first; `at` is the next row whose parent to look at.
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
def are_dominated_by(
    dominator: NodeArray, root: int, nodes: IntArray, ancestor: int, answer: BoolArray
) -> None:
    """Tell which nodes a given node dominates, itself included.

    Parameters
    ----------
    dominator : uint32[n_nodes]
        Immediate dominators.
    root : int
        Ordinal of the root.
    nodes : int64[k]
        Node ordinals.
    ancestor : int
        Node ordinal.
    answer : bool[k]
        Receives the answers.
    """
    for i in range(nodes.shape[0]):
        node = nodes[i]
        while node != root and node != ancestor:
            node = np.int64(dominator[node])
        answer[i] = node == ancestor
