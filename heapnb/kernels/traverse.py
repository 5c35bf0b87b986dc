"""Kernels that traverse the graph: page-owned nodes, distances, owners of shallow sizes."""

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

# The search rule for the outgoing edges of a node; see `distances`.
RULE_NONE = 0
RULE_MAP_DESCRIPTORS = 1
RULE_NATIVE_CONTEXT = 2

UNVISITED_OWNER = 0xFFFF_FFFF
MULTIPLE_OWNERS = 0xFFFF_FFFE


@kernel
def push_unmarked(start: NodeArray, marked: BoolArray, stack: NodeArray) -> int:
    """Mark some nodes, and push those that were unmarked.

    Parameters
    ----------
    start : uint32[k]
        Node ordinals.
    marked : bool[n_nodes]
        Changed in place.
    stack : uint32[n_nodes]
        Receives the nodes, from index 0 on.

    Returns
    -------
    int
        The depth of the stack.
    """
    depth = 0
    for i in range(start.shape[0]):
        if not marked[start[i]]:
            marked[start[i]] = True
            stack[depth] = start[i]
            depth += 1
    return depth


@kernel
def mark_reachable(
    first_edge: OffsetArray,
    edge_to: NodeArray,
    edge_type: ByteArray,
    weak_type: int,
    start: NodeArray,
    marked: BoolArray,
    stack: NodeArray,
) -> None:
    """Mark all nodes that are reachable from some nodes through edges that are not weak.

    Parameters
    ----------
    first_edge : unsigned[n_nodes + 1]
        CSR offsets of the edges.
    edge_to : uint32[n_edges]
        Target ordinals.
    edge_type : uint8[n_edges]
        Edge types.
    weak_type : int
        The edge type to ignore; -1 if the file has no such type.
    start : uint32[k]
        Start nodes.
    marked : bool[n_nodes]
        All False; receives the marks.
    stack : uint32[n_nodes]
        Scratch.
    """
    depth = push_unmarked(start, marked, stack)
    while depth > 0:
        depth -= 1
        node = stack[depth]
        for edge in range(first_edge[node], first_edge[node + 1]):
            target = edge_to[edge]
            if not marked[target] and edge_type[edge] != weak_type:
                marked[target] = True
                stack[depth] = target
                depth += 1


@kernel
def essential_edges(
    first_edge: OffsetArray,
    edge_to: NodeArray,
    edge_type: ByteArray,
    weak_type: int,
    shortcut_type: int,
    root: int,
    page_owned: BoolArray,
    essential: BoolArray,
) -> None:
    """Mark the edges that count for dominators, without regard to ephemerons.

    Weak edges and edges from a node to itself never count. All other edges of the root count. From
    other nodes, shortcuts do not count, nor do edges from nodes outside the page (the program) to
    nodes of the page.

    Parameters
    ----------
    first_edge, edge_to, edge_type
        The edges.
    weak_type, shortcut_type : int
        Edge types, -1 if the file has no such type.
    root : int
        Ordinal of the root.
    page_owned : bool[n_nodes]
        See `mark_reachable`.
    essential : bool[n_edges]
        Receives the marks.

    Notes
    -----
    DevTools: ``computeIsEssentialEdge``.
    """
    for node in range(page_owned.shape[0]):
        is_root = node == root
        inside = page_owned[node]
        for edge in range(first_edge[node], first_edge[node + 1]):
            kind = edge_type[edge]
            target = edge_to[edge]
            essential[edge] = (
                kind != weak_type
                and target != node
                and (is_root or (kind != shortcut_type and (inside or not page_owned[target])))
            )


@kernel
def drop_table_edges(
    first_edge: OffsetArray,
    edge_type: ByteArray,
    edge_name: NodeArray,
    internal_type: int,
    node_id: SizeArray,
    table_of_string: IntArray,
    essential: BoolArray,
) -> None:
    """Unmark the edges from a WeakMap's table to its values.

    Table and key retain a value together: the value is released with either. Users look for the
    key, so only the key's edge counts.

    Parameters
    ----------
    first_edge, edge_type, edge_name
        The edges.
    internal_type : int
        The type of these edges.
    node_id : unsigned[n_nodes]
        V8's ids.
    table_of_string : int64[n_strings]
        For the name of a WeakMap entry's edge the id of the table, else -1.
    essential : bool[n_edges]
        Changed in place.
    """
    for node in range(first_edge.shape[0] - 1):
        for edge in range(first_edge[node], first_edge[node + 1]):
            if edge_type[edge] == internal_type:
                table = table_of_string[edge_name[edge]]
                if table >= 0 and table == np.int64(node_id[node]):
                    essential[edge] = False


@kernel
def leading_integer(text: ByteArray, start: int, stop: int) -> tuple[bool, int]:
    """Parse the integer at the start of a string like JavaScript's ``parseInt``.

    Parameters
    ----------
    text : uint8[n]
        UTF-8.
    start, stop : int
        The string's range.

    Returns
    -------
    found : bool
        Whether the string starts with an integer.
    value : int
        The integer; digits beyond 18 are ignored.
    """
    position = start
    while position < stop and (text[position] == 0x20 or 0x09 <= text[position] <= 0x0D):
        position += 1
    negative = False
    if position < stop and (text[position] == 0x2D or text[position] == 0x2B):
        negative = text[position] == 0x2D
        position += 1
    value = np.int64(0)
    n_digits = 0
    while position < stop and 0x30 <= text[position] <= 0x39 and n_digits < 18:
        value = value * 10 + np.int64(text[position]) - 0x30
        position += 1
        n_digits += 1
    return n_digits > 0, (-value if negative else value)


@kernel
def distances(
    first_edge: OffsetArray,
    edge_to: NodeArray,
    edge_type: ByteArray,
    edge_name: NodeArray,
    edge_rules: tuple[int, int, int, int],
    node_rule: ByteArray,
    sloppy_name: BoolArray,
    ephemeron_pair: IntArray,
    string_offsets: IntArray,
    string_bytes: ByteArray,
    queue: NodeArray,
    n_queued: int,
    pending: BoolArray,
    distance: DistanceArray,
) -> None:
    """Search breadth first from nodes that already have a distance.

    Weak edges do not count. Three rules ignore more edges: a native context's
    ``sloppy_function_map``; the descriptor links of a descriptor array, which maps share; and the
    first of the two edges to a WeakMap's value, so that its distance is one more than that of the
    farther of its map and its key.

    Parameters
    ----------
    first_edge, edge_to, edge_type, edge_name
        The edges.
    edge_rules : tuple of 4 int
        The edge types weak, internal, element and hidden; -1 for a type that the file lacks.
    node_rule : uint8[n_nodes]
        ``RULE_…`` of the node's outgoing edges.
    sloppy_name : bool[n_strings] or bool[0]
        True for the string ``sloppy_function_map``.
    ephemeron_pair : int64[n_strings] or int64[0]
        For the name of a WeakMap entry's edge the number of the entry, else -1; empty if no
        edge has such a name.
    string_offsets, string_bytes
        Arrow's buffers of the string table.
    queue : uint32[n_nodes + k]
        The first ``n_queued`` are the start nodes.
    n_queued : int
        Number of nodes in the queue.
    pending : bool[n_pairs]
        Entries of which the search has passed one edge; kept between calls.
    distance : int32[n_nodes]
        -5 for unknown distances; receives the distances of reached nodes.

    Notes
    -----
    DevTools: ``calculateDistances`` and ``bfs``. The search order decides which of the two edges
    of a WeakMap entry is first, so it must be the same as in DevTools.
    """
    weak_type, internal_type, element_type, hidden_type = edge_rules
    has_ephemerons = ephemeron_pair.shape[0] > 0
    head = 0
    while head < n_queued:
        node = queue[head]
        head += 1
        next_distance = distance[node] + 1
        rule = node_rule[node]
        for edge in range(first_edge[node], first_edge[node + 1]):
            kind = edge_type[edge]
            if kind == weak_type:
                continue
            target = edge_to[edge]
            if distance[target] != -5:
                continue
            if rule == RULE_MAP_DESCRIPTORS:
                if kind == element_type or kind == hidden_type:
                    found = True
                    index = np.int64(edge_name[edge])
                else:
                    name = edge_name[edge]
                    found, index = leading_integer(
                        string_bytes, string_offsets[name], string_offsets[name + 1]
                    )
                # JavaScript's % keeps the sign, but the rule excludes indices below 2.
                if found and index >= 2 and index % 3 == 1:
                    continue
            else:
                if (
                    rule == RULE_NATIVE_CONTEXT
                    and kind != element_type
                    and kind != hidden_type
                    and sloppy_name[edge_name[edge]]
                ):
                    continue
                if has_ephemerons and kind == internal_type:
                    pair = ephemeron_pair[edge_name[edge]]
                    if pair >= 0:
                        pending[pair] = not pending[pair]
                        if pending[pair]:
                            continue
            distance[target] = next_distance
            queue[n_queued] = target
            n_queued += 1


@kernel
def owners(
    first_edge: OffsetArray,
    edge_to: NodeArray,
    edge_type: ByteArray,
    weak_type: int,
    can_be_owned: BoolArray,
    owner: NodeArray,
    stack: NodeArray,
) -> None:
    """Find, for each node that can be owned, the single owner of all its retainers.

    Parameters
    ----------
    first_edge, edge_to, edge_type
        The edges.
    weak_type : int
        The edge type to ignore; -1 if the file has no such type.
    can_be_owned : bool[n_nodes]
        Arrays, hidden nodes and external string data; other nodes own themselves.
    owner : uint32[n_nodes]
        Receives the owner's ordinal, ``UNVISITED_OWNER`` or ``MULTIPLE_OWNERS``.
    stack : uint32[2 * n_nodes]
        Scratch; each node is pushed at most twice.

    Notes
    -----
    DevTools: ``calculateShallowSizes``. A node's state changes only from unvisited to one owner to
    several owners, so the result does not depend on the order of the visits.
    """
    n_nodes = can_be_owned.shape[0]
    for node in range(n_nodes):
        owner[node] = UNVISITED_OWNER if can_be_owned[node] else node
    for start in range(n_nodes):
        if can_be_owned[start]:
            continue
        stack[0] = start
        depth = 1
        while depth > 0:
            depth -= 1
            node = stack[depth]
            mine = owner[node]
            for edge in range(first_edge[node], first_edge[node + 1]):
                target = edge_to[edge]
                if not can_be_owned[target] or edge_type[edge] == weak_type:
                    continue
                now = owner[target]
                if now == UNVISITED_OWNER:
                    owner[target] = mine
                elif now == mine or now == MULTIPLE_OWNERS:
                    continue
                else:
                    owner[target] = MULTIPLE_OWNERS
                stack[depth] = target
                depth += 1


@kernel
def transfer_sizes(
    owner: NodeArray, takes_no_size: BoolArray, self_size: SizeArray, shallow_size: SizeArray
) -> None:
    """Move the sizes of owned nodes to their owners.

    Parameters
    ----------
    owner : uint32[n_nodes]
        See `owners`.
    takes_no_size : bool[n_nodes]
        Synthetic nodes and the root: nodes that they own keep their sizes.
    self_size : unsigned[n_nodes]
        Bytes as in the file.
    shallow_size : unsigned[n_nodes]
        A copy of ``self_size``; receives the result.
    """
    for node in range(owner.shape[0]):
        holder = owner[node]
        if holder == node or holder >= MULTIPLE_OWNERS or takes_no_size[holder]:
            continue
        shallow_size[holder] += self_size[node]
        shallow_size[node] -= self_size[node]
