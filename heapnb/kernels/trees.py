"""Kernels for spanning trees of a heap: build a tree, group nodes by their path, add up sizes."""

from __future__ import annotations

import numpy as np

from heapnb._typing import BoolArray, ByteArray, IntArray, NodeArray, OffsetArray, SizeArray
from heapnb.kernels._jit import kernel
from heapnb.kernels.hashing import GOLDEN, HashArray, mix

NO_NODE = 0xFFFF_FFFF
"""Stands for "none" among node ordinals, like `heapnb.vocab.NO_ORDINAL`."""


NEVER = 0
"""An edge that a tree does not grow over."""
ALWAYS = 1
"""An edge that a tree may grow over at any time."""
NOT_NOW = 2
"""An edge that a tree may grow over at some times, but not now."""
NOW = 3
"""The same, and now it may."""


@kernel
def grow_tree(
    first_edge: OffsetArray,
    edge_to: NodeArray,
    usable: ByteArray,
    blocked: BoolArray,
    parent: NodeArray,
    parent_edge: OffsetArray,
    queue: NodeArray,
    head: int,
    tail: int,
    waiting: tuple[OffsetArray, NodeArray, BoolArray],
    n_waiting: int,
) -> tuple[int, int]:
    """Search breadth first, and store the edge that first reaches each node.

    Each position of the queue is searched once. What could not be entered then waits: when other
    nodes are blocked, `enter_waiting` goes on there, in the order of the search.

    Parameters
    ----------
    first_edge : unsigned[n_nodes + 1]
        CSR offsets of the edges.
    edge_to : uint32[n_edges]
        Target ordinals.
    usable : uint8[n_edges]
        `NEVER`, `ALWAYS`, `NOT_NOW` or `NOW`.
    blocked : bool[n_nodes]
        Nodes that the search must not enter.
    parent : uint32[n_nodes]
        `NO_NODE` for unreached nodes; changed in place.
    parent_edge : unsigned[n_nodes]
        The edge from the parent; changed in place.
    queue : uint32[n_nodes]
        Reached nodes, in order; changed in place.
    head, tail : int
        The search continues from the nodes ``queue[head:tail]``.
    waiting : unsigned[…], uint32[…], bool[n_nodes]
        Edges that could not be used, in the order of the search, where they start, and the nodes
        that one of them leads to that is usable at any time; changed in place.
    n_waiting : int
        How many there are.

    Returns
    -------
    tail : int
        The new tail.
    n_waiting : int
        How many edges wait.
    """
    edges, sources, is_awaited = waiting
    while head < tail:
        node = queue[head]
        head += 1
        for edge in range(first_edge[node], first_edge[node + 1]):
            target = edge_to[edge]
            if parent[target] != NO_NODE or usable[edge] == NEVER:
                continue
            if usable[edge] != NOT_NOW and not blocked[target]:
                parent[target] = node
                parent_edge[target] = edge
                queue[tail] = target
                tail += 1
            elif usable[edge] != ALWAYS or not is_awaited[target]:
                # Of the edges that are always usable, the first will reach the target.
                if usable[edge] == ALWAYS:
                    is_awaited[target] = True
                edges[n_waiting] = edge
                sources[n_waiting] = node
                n_waiting += 1
    return tail, n_waiting


@kernel
def enter_waiting(
    edge_to: NodeArray,
    usable: ByteArray,
    blocked: BoolArray,
    parent: NodeArray,
    parent_edge: OffsetArray,
    queue: NodeArray,
    tail: int,
    waiting: tuple[OffsetArray, NodeArray, BoolArray],
    n_waiting: int,
) -> tuple[int, int]:
    """Enter the nodes that waiting edges lead to, as far as that is possible now.

    Parameters
    ----------
    edge_to, usable, blocked, parent, parent_edge, queue, tail, waiting, n_waiting
        See `grow_tree`.

    Returns
    -------
    tail : int
        The new tail: the search continues from the nodes up to it.
    n_waiting : int
        How many edges go on waiting.
    """
    edges, sources, _ = waiting
    kept = 0
    for i in range(n_waiting):
        edge = edges[i]
        target = edge_to[edge]
        if parent[target] != NO_NODE:
            continue
        if usable[edge] != NOT_NOW and not blocked[target]:
            parent[target] = sources[i]
            parent_edge[target] = edge
            queue[tail] = target
            tail += 1
        else:
            edges[kept] = edge
            sources[kept] = sources[i]
            kept += 1
    return tail, kept


@kernel
def skip_storage(
    order: NodeArray,
    parent: NodeArray,
    is_storage: BoolArray,
    keeps_label: BoolArray,
    label: NodeArray,
    owner: NodeArray,
) -> None:
    """Find the owner of each node: its nearest ancestor that is not a backing store.

    Parameters
    ----------
    order : uint32[k]
        The nodes of the tree, each after its parent.
    parent : uint32[n_nodes]
        The tree.
    is_storage : bool[n_nodes]
        Nodes that are part of another object: elements, properties, tables, cells.
    keeps_label : bool[n_nodes]
        Storage of a single value (a cell): the value takes the label of the cell.
    label : uint32[n_nodes]
        Label of the edge from each node's parent; changed in place.
    owner : uint32[n_nodes]
        Receives the nearest ancestor that is not storage.
    """
    for i in range(order.shape[0]):
        node = order[i]
        above = parent[node]
        if is_storage[above] and owner[above] != above:
            if keeps_label[above]:
                label[node] = label[above]
            above = owner[above]
        owner[node] = above


@kernel
def find_repetitions(
    order: NodeArray,
    owner: NodeArray,
    kind: NodeArray,
    label: NodeArray,
    is_storage: BoolArray,
    longest_cycle: int,
    shortest_chain: int,
    follows: NodeArray,
) -> None:
    """Find linked lists: chains that repeat the same steps.

    A node repeats its nearest ancestor of the same kind and label. If exactly one node repeats a
    node, the two are linked. Trees branch, so they do not count as lists. The first link of a list
    is not longer than the second one.

    Parameters
    ----------
    order : uint32[k]
        The nodes of the tree, each after its owner.
    owner : uint32[n_nodes]
        The tree.
    kind, label : uint32[n_nodes]
        Kind of each node, and label of the edge to it.
    is_storage : bool[n_nodes]
        Nodes to skip.
    longest_cycle : int
        Maximum number of steps between two repeating nodes.
    shortest_chain : int
        Minimum number of nodes of a list.
    follows : uint32[n_nodes]
        Receives the node that each node of a list repeats, else `NO_NODE`.
    """
    n_successors = np.zeros(owner.shape[0], np.uint32)
    n_steps = np.zeros(owner.shape[0], np.uint32)
    for i in range(order.shape[0]):
        node = order[i]
        follows[node] = NO_NODE
        if is_storage[node]:
            continue
        above = node
        for step in range(longest_cycle):
            higher = owner[above]
            if higher == above:
                break
            above = higher
            if kind[above] == kind[node] and label[above] == label[node]:
                follows[node] = above
                n_successors[above] += np.uint32(1)
                n_steps[node] = np.uint32(step + 1)
                break
    for i in range(order.shape[0]):
        node = order[i]
        if follows[node] != NO_NODE and n_successors[follows[node]] != 1:
            follows[node] = NO_NODE
    for i in range(order.shape[0]):
        node = order[i]
        first = follows[node]
        if first == NO_NODE or follows[first] == NO_NODE or follows[follows[first]] != NO_NODE:
            continue
        # What is further above the first member than the members are apart only looks alike.
        if n_steps[first] > n_steps[node]:
            follows[first] = NO_NODE
    # The length of the chain that ends in a node, later of the whole chain.
    length = np.ones(owner.shape[0], np.uint32)
    for i in range(order.shape[0]):
        node = order[i]
        if follows[node] != NO_NODE:
            length[node] = length[follows[node]] + np.uint32(1)
    for i in range(order.shape[0] - 1, -1, -1):
        node = order[i]
        before = follows[node]
        if before != NO_NODE and length[before] < length[node]:
            length[before] = length[node]
    for i in range(order.shape[0]):
        node = order[i]
        if length[node] < shortest_chain:
            follows[node] = NO_NODE


@kernel
def group_nodes(
    order: NodeArray,
    owner: NodeArray,
    kind_hash: HashArray,
    label_hash: HashArray,
    kind: NodeArray,
    label: NodeArray,
    is_storage: BoolArray,
    identity: HashArray,
    follows: NodeArray,
    group: HashArray,
    route: HashArray,
) -> None:
    """Give nodes with the same owner, label and kind the same hash.

    Parameters
    ----------
    order : uint32[k]
        The nodes of the tree, the root first, each after its owner.
    owner : uint32[n_nodes]
        The tree.
    kind_hash, label_hash : uint64[…]
        Hashes of the kinds and labels.
    kind, label : uint32[n_nodes]
        Kind of each node and label of the edge to it, as indices into the hashes.
    is_storage : bool[n_nodes]
        Nodes that count as their owner.
    identity : uint64[n_nodes]
        A hash of the node's id if the same object is in every snapshot, else 0.
    follows : uint32[n_nodes]
        See `find_repetitions`.
    group : uint64[n_nodes]
        Receives a hash of the owner's identity, the label and the kind. For an owner without
        identity, the hash uses the owner's group.
    route : uint64[n_nodes]
        Receives a hash of the labels and kinds along the whole path from the root.
    """
    for i in range(order.shape[0]):
        node = order[i]
        above = owner[node]
        if above == node:
            group[node] = GOLDEN
            route[node] = GOLDEN
            continue
        if is_storage[node]:
            group[node] = group[above]
            route[node] = route[above]
            continue
        before = follows[node]
        if before != NO_NODE:
            group[node] = group[before]
            route[node] = route[before]
            continue
        step = mix(label_hash[label[node]], kind_hash[kind[node]])
        holder = identity[above]
        if holder == 0:
            holder = group[above]
        group[node] = mix(holder, step)
        route[node] = mix(route[above], step)


@kernel
def hash_labels(
    order: NodeArray,
    parent: NodeArray,
    parent_edge: OffsetArray,
    edge_type: ByteArray,
    edge_name: NodeArray,
    is_indexed_type: BoolArray,
    types: tuple[int, int],
    string_hash: HashArray,
    is_decimal: BoolArray,
    special: HashArray,
    is_storage: BoolArray,
    constants: tuple[int, int, int, int],
    labels: HashArray,
) -> None:
    """Hash how each node of a tree is referred to.

    Parameters
    ----------
    order : uint32[k]
        The nodes of the tree, the root first.
    parent : uint32[n_nodes]
        The tree.
    parent_edge : unsigned[n_nodes]
        The edge from each node's parent.
    edge_type, edge_name
        The edges.
    is_indexed_type : bool[n_edge_types]
        Edge types that carry an index in place of a name.
    types : (int, int)
        The types of internal and of hidden edges.
    string_hash : uint64[n_strings]
        Hashes of the names.
    is_decimal : bool[n_strings]
        Names of internal edges that count as an index.
    special : uint64[n_strings]
        Labels of the names that have one of their own, else 0.
    is_storage : bool[n_nodes]
        Backing stores: hidden edges from others are fields.
    constants : (int, int, int, int)
        The label of all indices; the number added to a field's index for its label; the index from
        which on hidden edges count as indices; the number added to a type before it is mixed in.
    labels : uint64[n_nodes]
        Receives the labels; that of the root keeps its value.
    """
    internal, hidden = types
    of_index, of_field, n_fields, first_type = constants
    for i in range(1, order.shape[0]):
        node = order[i]
        edge = parent_edge[node]
        kind = np.int64(edge_type[edge])
        name = np.int64(edge_name[edge])
        if kind == hidden and name < n_fields and not is_storage[parent[node]]:
            labels[node] = np.uint64(name + of_field)
        elif is_indexed_type[kind]:
            labels[node] = np.uint64(of_index)
        elif special[name] != 0:
            labels[node] = special[name]
        elif kind == internal and is_decimal[name]:
            labels[node] = np.uint64(of_index)
        else:
            labels[node] = mix(string_hash[name], np.uint64(kind + first_type))


@kernel
def describe_groups(
    order: NodeArray,
    owner: NodeArray,
    is_storage: BoolArray,
    size: SizeArray,
    total: SizeArray,
    identity: HashArray,
    follows: NodeArray,
    group: NodeArray,
    sums: IntArray,
    head: NodeArray,
) -> None:
    """Count the members of groups of nodes, and add up their bytes.

    Parameters
    ----------
    order : uint32[k]
        The nodes of the tree, the root first, each after its owner.
    owner : uint32[n_nodes]
        The tree.
    is_storage : bool[n_nodes]
        Nodes that count as their owner.
    size, total : unsigned[n_nodes]
        Bytes of each node, and of all below it.
    identity, follows
        See `group_nodes`.
    group : uint32[n_nodes]
        The group of each node, `NO_NODE` without one.
    sums : int64[n_groups, 5]
        Zeros; receives the number of members; the bytes of all below its heads, that is, of those
        members which do not follow another one; the bytes of its members with their storage; the
        members without an identity; those that follow another one.
    head : uint32[n_groups]
        Receives the head with the highest ordinal.
    """
    for i in range(1, order.shape[0]):
        node = order[i]
        holder = node
        if is_storage[node]:
            holder = owner[node]
        g = group[holder]
        if g == NO_NODE:
            continue
        row = sums[g]
        row[2] += np.int64(size[node])
        if is_storage[node]:
            continue
        row[0] += 1
        row[3] += identity[node] == 0
        if follows[node] != NO_NODE:
            row[4] += 1
            continue
        if row[0] - row[4] == 1 or node > head[g]:
            head[g] = node
        row[1] += np.int64(total[node])


@kernel
def add_up_tree(order: NodeArray, owner: NodeArray, total: SizeArray) -> None:
    """Add the sizes of all descendants to each node.

    Parameters
    ----------
    order : uint32[k]
        The nodes of the tree, the root first, each after its owner.
    owner : uint32[n_nodes]
        The tree.
    total : uint64[n_nodes]
        Sizes in bytes; changed to totals in place.
    """
    for i in range(order.shape[0] - 1, 0, -1):
        node = order[i]
        total[owner[node]] += total[node]


@kernel
def mark_below(order: NodeArray, parent: NodeArray, marked: BoolArray) -> None:
    """Mark all descendants of marked nodes.

    Parameters
    ----------
    order : uint32[k]
        The nodes of the tree, the root first, each after its parent.
    parent : uint32[n_nodes]
        The tree.
    marked : bool[n_nodes]
        Changed in place.
    """
    for i in range(1, order.shape[0]):
        node = order[i]
        marked[node] = marked[node] or marked[parent[node]]
