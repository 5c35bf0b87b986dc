"""Kernels that compute which nodes remain reachable without some edges.

A WeakMap's value is reachable only if both the map's table and the key are: each has an edge to the
value. Roles distinguish these edges from others.
"""

from __future__ import annotations

import numpy as np

from heapnb._typing import BoolArray, ByteArray, IntArray, NodeArray, OffsetArray, SizeArray
from heapnb.kernels._jit import kernel
from heapnb.kernels.traverse import push_unmarked

IGNORED = 0
"""Role of an edge that does not retain its target, or that is removed."""

HOLDS = 1
"""Role of an edge that retains its target."""

FROM_TABLE = 2
"""Role of the edge from a WeakMap's table to a value."""

FROM_KEY = 3
"""Role of the edge from a WeakMap's key to the value."""

_BOTH = 3

ENGINE = 0
"""Kind of an internal node of the engine."""

PROGRAM = 1
"""Kind of a node that is visible to the program."""

STORAGE = 2
"""Kind of a backing store or a cell of a node that is visible to the program."""

VALUE = 3
"""Kind of a visible node without named references, such as a string."""


@kernel
def assign_roles(
    first_edge: OffsetArray,
    edge_type: ByteArray,
    edge_name: NodeArray,
    internal_type: int,
    node_id: SizeArray,
    pair_of_string: IntArray,
    table_of_string: IntArray,
    has_table: BoolArray,
    role: ByteArray,
) -> None:
    """Assign roles to the two edges of each WeakMap entry.

    Parameters
    ----------
    first_edge, edge_type, edge_name
        The edges.
    internal_type : int
        The type of these edges.
    node_id : unsigned[n_nodes]
        V8's ids.
    pair_of_string, table_of_string : int64[n_strings]
        For the name of such an edge the number of the entry and the id of the table, else -1.
    has_table : bool[n_pairs]
        All False; scratch.
    role : uint8[n_edges]
        `HOLDS` or `IGNORED`; changed in place. If the file lacks the table of an entry, the key
        alone retains the value.
    """
    for node in range(first_edge.shape[0] - 1):
        for edge in range(first_edge[node], first_edge[node + 1]):
            if edge_type[edge] == internal_type and table_of_string[edge_name[edge]] >= 0:
                if table_of_string[edge_name[edge]] == np.int64(node_id[node]):
                    role[edge] = FROM_TABLE
                    has_table[pair_of_string[edge_name[edge]]] = True
                elif role[edge] == HOLDS:
                    role[edge] = FROM_KEY
    for edge in range(role.shape[0]):
        if role[edge] == FROM_KEY and not has_table[pair_of_string[edge_name[edge]]]:
            role[edge] = HOLDS


@kernel
def is_holding(role: int) -> bool:
    """Return whether an edge of some role alone suffices to lead back to its source.

    Parameters
    ----------
    role : int
        See `assign_roles`.

    Returns
    -------
    bool
        False also for the table's edge to a value, which counts as one with the key's.
    """
    return role == HOLDS or role == FROM_KEY


@kernel
def mark_targets(edge_to: NodeArray, role: ByteArray, marked: BoolArray) -> None:
    """Mark the targets of retaining edges.

    Parameters
    ----------
    edge_to : uint32[n_edges]
        Target ordinals.
    role : uint8[n_edges]
        See `assign_roles`.
    marked : bool[n_nodes]
        All False; receives the marks.
    """
    for edge in range(edge_to.shape[0]):
        if is_holding(role[edge]):
            marked[edge_to[edge]] = True


@kernel
def mark_held(
    first_edge: OffsetArray,
    edge_to: NodeArray,
    edge_name: NodeArray,
    role: ByteArray,
    pair_of_string: IntArray,
    start: NodeArray,
    pair_state: ByteArray,
    held: BoolArray,
    stack: NodeArray,
) -> None:
    """Mark all nodes reachable from some nodes; a WeakMap's value needs both its map and its key.

    Parameters
    ----------
    first_edge, edge_to, edge_name
        The edges.
    role : uint8[n_edges]
        See `assign_roles`; removed edges are `IGNORED`.
    pair_of_string : int64[n_strings] or int64[0]
        For the name of a WeakMap entry's edge the number of the entry, else -1.
    start : uint32[k]
        Start nodes.
    pair_state : uint8[n_pairs]
        Zeros; scratch: which of the two edges of each entry the search has passed.
    held : bool[n_nodes]
        All False; receives the marks.
    stack : uint32[n_nodes]
        Scratch.
    """
    depth = push_unmarked(start, held, stack)
    while depth > 0:
        depth -= 1
        node = stack[depth]
        for edge in range(first_edge[node], first_edge[node + 1]):
            part = role[edge]
            if part == IGNORED:
                continue
            if part != HOLDS:
                pair = pair_of_string[edge_name[edge]]
                pair_state[pair] |= np.uint8(part - 1)
                if pair_state[pair] != _BOTH:
                    continue
            target = edge_to[edge]
            if not held[target]:
                held[target] = True
                stack[depth] = target
                depth += 1


@kernel
def mark_storage(
    first_edge: OffsetArray,
    edge_to: NodeArray,
    role: ByteArray,
    is_storage: BoolArray,
    kind: ByteArray,
    stack: NodeArray,
) -> None:
    """Find the backing stores of nodes that are visible to the program.

    Parameters
    ----------
    first_edge, edge_to, role
        The edges.
    is_storage : bool[n_nodes]
        Nodes that are part of another node: elements, properties, tables, cells.
    kind : uint8[n_nodes]
        `PROGRAM`, `VALUE` or `ENGINE`; the program's backing stores become `STORAGE`.
    stack : uint32[n_nodes]
        Scratch.
    """
    for start in range(kind.shape[0]):
        if kind[start] != PROGRAM:
            continue
        stack[0] = start
        depth = 1
        while depth > 0:
            depth -= 1
            node = stack[depth]
            for edge in range(first_edge[node], first_edge[node + 1]):
                target = edge_to[edge]
                if role[edge] == HOLDS and is_storage[target] and kind[target] == ENGINE:
                    kind[target] = STORAGE
                    stack[depth] = target
                    depth += 1
