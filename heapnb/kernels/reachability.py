"""Kernels that compute which nodes are reachable without some edges.

A WeakMap's value is reachable only through two edges together: the one from the map's table and the
one from the key. Roles tell these edges apart.
"""

from __future__ import annotations

import numpy as np

from heapnb._typing import BoolArray, ByteArray, IntArray, NodeArray, OffsetArray, SizeArray
from heapnb.kernels._jit import kernel
from heapnb.kernels.traverse import push_unmarked

IGNORED = 0
"""Role of an edge that does not count."""

HOLDS = 1
"""Role of an edge that holds its target."""

FROM_TABLE = 2
"""Role of the edge from a WeakMap's table to a value."""

FROM_KEY = 3
"""Role of the edge from a WeakMap's key to the value."""

_BOTH = 3

ENGINE = 0
"""Kind of a node that is the engine's own."""

PROGRAM = 1
"""Kind of a node that a program sees."""

STORAGE = 2
"""Kind of a backing store, or a cell, of something that a program sees."""

VALUE = 3
"""Kind of a node that a program sees, but that refers to nothing by name, such as a string."""


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
    """Tell the two edges of a WeakMap's entry from others.

    Parameters
    ----------
    first_edge, edge_type, edge_name
        The edges.
    internal_type : int
        The edge type of such edges.
    node_id : unsigned[n_nodes]
        V8's ids.
    pair_of_string, table_of_string : int64[n_strings]
        For the name of such an edge the number of the entry and the id of the table, else -1.
    has_table : bool[n_pairs]
        All False; scratch.
    role : uint8[n_edges]
        `HOLDS` or `IGNORED`; changed in place. An entry whose table the file leaves out is held
        by its key alone.
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
def mark_targets(edge_to: NodeArray, role: ByteArray, marked: BoolArray) -> None:
    """Mark what some edge leads to that counts.

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
        if role[edge] == HOLDS or role[edge] == FROM_KEY:
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
    """Mark everything that some nodes hold; a WeakMap's value is held by map and key together.

    Parameters
    ----------
    first_edge, edge_to, edge_name
        The edges.
    role : uint8[n_edges]
        See `assign_roles`; edges that are taken out are `IGNORED`.
    pair_of_string : int64[n_strings] or int64[0]
        For the name of a WeakMap entry's edge the number of the entry, else -1.
    start : uint32[k]
        Where to begin.
    pair_state : uint8[n_pairs]
        Zeros; scratch: which of the two edges of an entry were met.
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
    """Find the backing stores of what a program sees.

    Parameters
    ----------
    first_edge, edge_to, role
        The edges.
    is_storage : bool[n_nodes]
        Nodes that are part of another one: elements, properties, tables, cells.
    kind : uint8[n_nodes]
        `PROGRAM`, `VALUE` or `ENGINE`; what is storage of the program becomes `STORAGE`.
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
