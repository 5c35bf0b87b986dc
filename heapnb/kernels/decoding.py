"""Kernels that read what V8's objects mean: who holds them, lists of links, counts of elements."""

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
    """Find, for each of some nodes, the named edge that comes from nearest to the roots.

    Parameters
    ----------
    first_edge, edge_type, edge_name, edge_to
        The edges.
    is_name_type : bool[n_edge_types]
        Types of edges that the program gives names to.
    is_no_name : bool[n_strings]
        Names that do not count.
    distance : int32[n_nodes]
        Distances; negative ones are beyond all others.
    row_of_node : int32[n_nodes]
        Row of each wanted node, -1 for others.
    edges : int64[k]
        Receives edge ordinals, -1 where no such edge leads to the node. Of several that come from
        equally near the first is taken.
    source : int64[k]
        Receives the nodes that these edges leave.
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
    """Tell which list each element of linked lists belongs to.

    Parameters
    ----------
    following : int64[k]
        The next element, -1 at the end.
    starts : int64[m]
        The first element of each list, -1 for an empty one.
    list_of : int64[k]
        Receives the number of the list, -1 for elements of none. An element that two lists share
        belongs to the first of them; a list that runs in a circle ends there.
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
    """Count the elements of each of some nodes, and find the highest index.

    Parameters
    ----------
    first_edge, edge_type, edge_name
        The edges.
    element_type : int
        The type of edges that lead to elements.
    nodes : int64[k]
        Ordinals.
    count : int64[k]
        Receives how many there are.
    highest : int64[k]
        Receives their highest index, -1 where there is none.
    """
    for i in range(nodes.shape[0]):
        count[i] = 0
        highest[i] = -1
        for edge in range(first_edge[nodes[i]], first_edge[nodes[i] + 1]):
            if edge_type[edge] == element_type:
                count[i] += 1
                highest[i] = max(highest[i], edge_name[edge])
