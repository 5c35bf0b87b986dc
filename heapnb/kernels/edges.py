"""Kernels that find edges by type and name."""

from __future__ import annotations

from heapnb._typing import BoolArray, ByteArray, IntArray, NodeArray, OffsetArray
from heapnb.kernels._jit import kernel


@kernel
def follow(
    first_edge: OffsetArray,
    edge_type: ByteArray,
    edge_name: NodeArray,
    edge_to: NodeArray,
    wanted_type: int,
    is_wanted_name: BoolArray,
    nodes: IntArray,
    targets: IntArray,
) -> None:
    """Find, for some nodes, the target of the first edge with a wanted type and name.

    Parameters
    ----------
    first_edge, edge_type, edge_name, edge_to
        The edges.
    wanted_type : int
        An edge type that has names.
    is_wanted_name : bool[n_strings]
        The wanted names.
    nodes : int64[k]
        Ordinals; a negative one has no target.
    targets : int64[k]
        Receives ordinals, -1 if the node has no such edge.
    """
    for i in range(nodes.shape[0]):
        targets[i] = -1
        node = nodes[i]
        if node < 0:
            continue
        for edge in range(first_edge[node], first_edge[node + 1]):
            if edge_type[edge] == wanted_type and is_wanted_name[edge_name[edge]]:
                targets[i] = edge_to[edge]
                break


@kernel
def count_of_type(
    first_edge: OffsetArray,
    edge_type: ByteArray,
    wanted_type: int,
    nodes: IntArray,
    first: IntArray,
) -> None:
    """Count the outgoing edges of one type of some nodes, as CSR offsets.

    Parameters
    ----------
    first_edge, edge_type
        The edges.
    wanted_type : int
        An edge type.
    nodes : int64[k]
        Ordinals.
    first : int64[k + 1]
        Receives running totals that start with 0.
    """
    first[0] = 0
    for i in range(nodes.shape[0]):
        count = 0
        for edge in range(first_edge[nodes[i]], first_edge[nodes[i] + 1]):
            if edge_type[edge] == wanted_type:
                count += 1
        first[i + 1] = first[i] + count


@kernel
def list_of_type(
    first_edge: OffsetArray,
    edge_type: ByteArray,
    wanted_type: int,
    nodes: IntArray,
    edges: IntArray,
) -> None:
    """List the outgoing edges of one type of some nodes.

    Parameters
    ----------
    first_edge, edge_type
        The edges.
    wanted_type : int
        An edge type.
    nodes : int64[k]
        Ordinals.
    edges : int64[m]
        Receives edge ordinals; m is the total of `count_of_type`.
    """
    n_listed = 0
    for i in range(nodes.shape[0]):
        for edge in range(first_edge[nodes[i]], first_edge[nodes[i] + 1]):
            if edge_type[edge] == wanted_type:
                edges[n_listed] = edge
                n_listed += 1


@kernel
def count_named(
    edge_type: ByteArray, edge_name: NodeArray, wanted_type: int, is_wanted_name: BoolArray
) -> int:
    """Count the edges with a wanted type and name.

    Parameters
    ----------
    edge_type, edge_name
        The edges.
    wanted_type : int
        An edge type that has names.
    is_wanted_name : bool[n_strings]
        The wanted names.

    Returns
    -------
    int
        The count.
    """
    count = 0
    for edge in range(edge_type.shape[0]):
        if edge_type[edge] == wanted_type and is_wanted_name[edge_name[edge]]:
            count += 1
    return count


@kernel
def list_named(
    edge_type: ByteArray,
    edge_name: NodeArray,
    wanted_type: int,
    is_wanted_name: BoolArray,
    edges: IntArray,
) -> None:
    """List the edges with a wanted type and name.

    Parameters
    ----------
    edge_type, edge_name, wanted_type, is_wanted_name
        See `count_named`.
    edges : int64[k]
        Receives ordinals, ascending; k is the result of `count_named`.
    """
    n_listed = 0
    for edge in range(edge_type.shape[0]):
        if n_listed == edges.shape[0]:
            break
        if edge_type[edge] == wanted_type and is_wanted_name[edge_name[edge]]:
            edges[n_listed] = edge
            n_listed += 1


@kernel
def count_leading_to(edge_to: NodeArray, is_wanted: BoolArray) -> int:
    """Count the edges that lead to some nodes.

    Parameters
    ----------
    edge_to : uint32[n_edges]
        Targets.
    is_wanted : bool[n_nodes]
        The nodes.

    Returns
    -------
    int
    """
    count = 0
    for edge in range(edge_to.shape[0]):
        if is_wanted[edge_to[edge]]:
            count += 1
    return count


@kernel
def list_leading_to(edge_to: NodeArray, is_wanted: BoolArray, edges: IntArray) -> None:
    """List the edges that lead to some nodes, ascending.

    Parameters
    ----------
    edge_to, is_wanted
        See `count_leading_to`.
    edges : int64[k]
        Receives the edges; as long as there are of them.
    """
    count = 0
    for edge in range(edge_to.shape[0]):
        if is_wanted[edge_to[edge]]:
            edges[count] = edge
            count += 1
