"""Kernels that attribute nodes to native contexts.

Source: *calculateNativeContextAttribution* of the heap snapshot engine of
``chrome-devtools-frontend`` 1.0.1705227.
"""

from __future__ import annotations

from heapnb._typing import BoolArray, ByteArray, DistanceArray, NodeArray, OffsetArray
from heapnb.kernels._jit import kernel

NONE = -1
"""Owner of a node that no native context reaches."""

SHARED = -2
"""Owner of a node that several native contexts reach."""

_UNKNOWN = -3


@kernel
def first_target(
    first_edge: OffsetArray,
    edge_type: ByteArray,
    edge_name: NodeArray,
    edge_to: NodeArray,
    wanted_type: int,
    is_wanted_name: BoolArray,
    node: int,
) -> int:
    """Follow a node's first edge with a wanted type and name.

    Parameters
    ----------
    first_edge, edge_type, edge_name, edge_to
        The edges.
    wanted_type : int
        An edge type that has names.
    is_wanted_name : bool[n_strings]
        The wanted names.
    node : int
        Ordinal.

    Returns
    -------
    int
        The target's ordinal, -1 if the node has no such edge.
    """
    for edge in range(first_edge[node], first_edge[node + 1]):
        if edge_type[edge] == wanted_type and is_wanted_name[edge_name[edge]]:
            return int(edge_to[edge])
    return -1


@kernel
def own_contexts(
    first_edge: OffsetArray,
    edge_type: ByteArray,
    edge_name: NodeArray,
    edge_to: NodeArray,
    internal_type: int,
    is_map: BoolArray,
    is_native_context: BoolArray,
    row: DistanceArray,
    of_map: DistanceArray,
    owner: DistanceArray,
) -> None:
    """Find the native context that a node's map names: object, map, map of the map, context.

    Parameters
    ----------
    first_edge, edge_type, edge_name, edge_to
        The edges.
    internal_type : int
        The type of these edges.
    is_map, is_native_context : bool[n_strings]
        The strings ``map`` and ``native_context``.
    row : int32[n_nodes]
        For each native context its number from 0, -1 for other nodes.
    of_map : int32[n_nodes]
        Scratch: the answer for objects with this map.
    owner : int32[n_nodes]
        Receives numbers of native contexts: a context's own, or `NONE` without a map that says.
    """
    n_nodes = owner.shape[0]
    for node in range(n_nodes):
        of_map[node] = _UNKNOWN
    for node in range(n_nodes):
        owner[node] = row[node]
        if row[node] >= 0:
            continue
        its_map = first_target(
            first_edge, edge_type, edge_name, edge_to, internal_type, is_map, node
        )
        if its_map < 0:
            continue
        if of_map[its_map] == _UNKNOWN:
            of_map[its_map] = NONE
            meta = first_target(
                first_edge, edge_type, edge_name, edge_to, internal_type, is_map, its_map
            )
            if meta >= 0:
                for edge in range(first_edge[meta], first_edge[meta + 1]):
                    if (
                        edge_type[edge] == internal_type
                        and is_native_context[edge_name[edge]]
                        and row[edge_to[edge]] >= 0
                    ):
                        of_map[its_map] = row[edge_to[edge]]
                        break
        owner[node] = of_map[its_map]


@kernel
def spread_owners(
    first_edge: OffsetArray,
    edge_to: NodeArray,
    edge_type: ByteArray,
    weak_type: int,
    shortcut_type: int,
    owner: DistanceArray,
    is_fixed: BoolArray,
    is_pending: BoolArray,
    stack: NodeArray,
) -> None:
    """Pass owners on along edges; a node that two owners reach becomes `SHARED`.

    The result does not depend on the order, as an owner only ever changes from `NONE` to one
    context and from that to `SHARED`.

    Parameters
    ----------
    first_edge, edge_to, edge_type
        The edges.
    weak_type, shortcut_type : int
        Types of edges that pass nothing on; -1 if the file has no such type.
    owner : int32[n_nodes]
        The owners of fixed nodes, `NONE` for others; changed in place.
    is_fixed : bool[n_nodes]
        Nodes whose owner does not change.
    is_pending : bool[n_nodes]
        All False; scratch.
    stack : uint32[n_nodes]
        Scratch.
    """
    depth = 0
    for node in range(owner.shape[0]):
        if is_fixed[node]:
            stack[depth] = node
            depth += 1
            is_pending[node] = True
    while depth > 0:
        depth -= 1
        node = stack[depth]
        is_pending[node] = False
        passed = owner[node]
        for edge in range(first_edge[node], first_edge[node + 1]):
            if edge_type[edge] == weak_type or edge_type[edge] == shortcut_type:
                continue
            target = edge_to[edge]
            if is_fixed[target] or owner[target] == SHARED or owner[target] == passed:
                continue
            owner[target] = passed if owner[target] == NONE else SHARED
            if not is_pending[target]:
                is_pending[target] = True
                stack[depth] = target
                depth += 1


__all__ = ["NONE", "SHARED", "first_target", "own_contexts", "spread_owners"]
