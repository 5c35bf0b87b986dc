"""Kernels that decode V8's objects: the names that refer to them, linked lists, elements."""

from __future__ import annotations

from heapnb._typing import (
    AnyArray,
    BoolArray,
    ByteArray,
    DistanceArray,
    IntArray,
    NodeArray,
    OffsetArray,
)
from heapnb.kernels._jit import kernel


@kernel
def nearest_names(
    first_edge: OffsetArray,
    edge_type: ByteArray,
    edge_name: NodeArray,
    edge_to: NodeArray,
    is_name_type: BoolArray,
    is_no_name: BoolArray,
    distance: DistanceArray,
    row_of_node: AnyArray,
    edges: IntArray,
    source: IntArray,
) -> None:
    """Find, for some nodes, the named edge whose source has the least distance.

    Parameters
    ----------
    first_edge, edge_type, edge_name, edge_to
        The edges.
    is_name_type : bool[n_edge_types]
        Types of edges that are named by the program.
    is_no_name : bool[n_strings]
        Names to ignore.
    distance : int32[n_nodes]
        Distances; a negative one counts as farther than all others.
    row_of_node : int32[n_nodes]
        Row of each wanted node, -1 for other nodes.
    edges : int64[k]
        Receives edge ordinals, -1 if the node has no such edge. If several sources have the same
        distance, the first edge wins.
    source : int64[k]
        Receives the sources of these edges.
    """
    edges[:] = -1
    source[:] = -1
    for node in range(first_edge.shape[0] - 1):
        own = distance[node]
        for edge in range(first_edge[node], first_edge[node + 1]):
            row = row_of_node[edge_to[edge]]
            if row < 0:
                continue
            if not is_name_type[edge_type[edge]] or is_no_name[edge_name[edge]]:
                continue
            if edges[row] >= 0:
                best = distance[source[row]]
                if own < 0 or (best >= 0 and best <= own):
                    continue
            edges[row] = edge
            source[row] = node


@kernel
def walk_lists(following: IntArray, starts: IntArray, list_of: IntArray) -> None:
    """Find the linked list that each element belongs to.

    Parameters
    ----------
    following : int64[k]
        The next element, -1 at the end.
    starts : int64[m]
        The first element of each list, -1 for an empty list.
    list_of : int64[k]
        Receives the number of the list, -1 for elements outside all lists. An element shared by
        two lists belongs to the first of them; a list with a cycle ends at its first repetition.
    """
    list_of[:] = -1
    for number in range(starts.shape[0]):
        element = starts[number]
        while element >= 0 and list_of[element] < 0:
            list_of[element] = number
            element = following[element]


@kernel
def sum_up_elements(
    first_edge: OffsetArray,
    edge_type: ByteArray,
    edge_name: NodeArray,
    element_type: int,
    nodes: IntArray,
    count: IntArray,
    highest: IntArray,
) -> None:
    """Count the elements of some nodes, and find the highest index of each.

    Parameters
    ----------
    first_edge, edge_type, edge_name
        The edges.
    element_type : int
        Type of the edges to elements.
    nodes : int64[k]
        Ordinals.
    count : int64[k]
        Receives the number of elements.
    highest : int64[k]
        Receives the highest index, -1 for a node without elements.
    """
    for i in range(nodes.shape[0]):
        count[i] = 0
        highest[i] = -1
        for edge in range(first_edge[nodes[i]], first_edge[nodes[i] + 1]):
            if edge_type[edge] == element_type:
                count[i] += 1
                highest[i] = max(highest[i], edge_name[edge])
