"""Kernels that say by what each node is held, and group nodes that are held alike.

Hashes are unsigned 64-bit numbers that depend on texts and node ids only, so that groups can be
found again in another snapshot.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from heapnb._typing import BoolArray, ByteArray, IntArray, NodeArray, OffsetArray, SizeArray
from heapnb.kernels._jit import kernel

NO_NODE = 0xFFFF_FFFF
"""Marks "none" among node ordinals; the same as `heapnb.vocab.NO_ORDINAL`."""

HashArray = npt.NDArray[np.uint64]

_FNV_OFFSET = np.uint64(0xCBF29CE484222325)
_FNV_PRIME = np.uint64(0x100000001B3)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFT_27 = np.uint64(27)
_SHIFT_30 = np.uint64(30)
_SHIFT_31 = np.uint64(31)


@kernel
def mix(first: np.uint64, second: np.uint64) -> np.uint64:
    """Combine two hashes; the order matters.

    Parameters
    ----------
    first, second : uint64
        Hashes.

    Returns
    -------
    uint64
    """
    value = (first * _MIX_1 ^ (first >> _SHIFT_31)) + _GOLDEN + second
    value = (value ^ (value >> _SHIFT_30)) * _MIX_1
    value = (value ^ (value >> _SHIFT_27)) * _MIX_2
    return value ^ (value >> _SHIFT_31)


@kernel
def mix_arrays(first: HashArray, second: HashArray, mixed: HashArray) -> None:
    """Combine hashes element by element.

    Parameters
    ----------
    first, second : uint64[n]
        Hashes.
    mixed : uint64[n]
        Receives the combinations; may be ``first``.
    """
    for i in range(first.shape[0]):
        mixed[i] = mix(first[i], second[i])


@kernel
def hash_strings(
    offsets: IntArray,
    text: ByteArray,
    wanted: BoolArray,
    hashes: HashArray,
    is_decimal: BoolArray,
) -> None:
    """Hash the strings that are wanted, and note which are decimal numbers.

    Parameters
    ----------
    offsets : int64[n + 1]
        String i is ``text[offsets[i]:offsets[i + 1]]``.
    text : uint8[m]
        UTF-8.
    wanted : bool[n]
        Which to look at.
    hashes : uint64[n]
        Receives the hashes; others stay.
    is_decimal : bool[n]
        Receives True for strings of digits only.

    Notes
    -----
    FNV-1a, followed by a finalizer.
    """
    for i in range(wanted.shape[0]):
        if not wanted[i]:
            continue
        value = _FNV_OFFSET
        only_digits = offsets[i + 1] > offsets[i]
        for position in range(offsets[i], offsets[i + 1]):
            byte = text[position]
            value = (value ^ np.uint64(byte)) * _FNV_PRIME
            only_digits = only_digits and 0x30 <= byte <= 0x39
        hashes[i] = mix(value, _GOLDEN)
        is_decimal[i] = only_digits


@kernel
def mark_target_names(
    first_edge: OffsetArray,
    edge_to: NodeArray,
    node_name: NodeArray,
    nodes: NodeArray,
    wanted: BoolArray,
) -> None:
    """Mark the names of what some nodes refer to.

    Parameters
    ----------
    first_edge, edge_to
        The edges.
    node_name : uint32[n_nodes]
        String indices.
    nodes : uint32[k]
        Whose edges to look at.
    wanted : bool[n_strings]
        Changed in place.
    """
    for i in range(nodes.shape[0]):
        for edge in range(first_edge[nodes[i]], first_edge[nodes[i] + 1]):
            wanted[node_name[edge_to[edge]]] = True


@kernel
def hash_target_names(
    first_edge: OffsetArray,
    edge_to: NodeArray,
    node_name: NodeArray,
    string_hash: HashArray,
    nodes: NodeArray,
    hashes: HashArray,
) -> None:
    """Hash the names of all that a node refers to, in order.

    Parameters
    ----------
    first_edge, edge_to
        The edges.
    node_name : uint32[n_nodes]
        String indices.
    string_hash : uint64[n_strings]
        Hashes of the names.
    nodes : uint32[k]
        Whose edges to look at.
    hashes : uint64[k]
        Receives the hashes.
    """
    for i in range(nodes.shape[0]):
        value = _GOLDEN
        for edge in range(first_edge[nodes[i]], first_edge[nodes[i] + 1]):
            value = mix(value, string_hash[node_name[edge_to[edge]]])
        hashes[i] = value


@kernel
def grow_tree(
    first_edge: OffsetArray,
    edge_to: NodeArray,
    usable: BoolArray,
    blocked: BoolArray,
    parent: NodeArray,
    parent_edge: OffsetArray,
    queue: NodeArray,
    head: int,
    tail: int,
) -> int:
    """Search breadth first, noting by which edge each node is first reached.

    Parameters
    ----------
    first_edge : unsigned[n_nodes + 1]
        CSR offsets of the edges.
    edge_to : uint32[n_edges]
        Target ordinals.
    usable : bool[n_edges]
        Edges that may be walked.
    blocked : bool[n_nodes]
        Nodes not to enter.
    parent : uint32[n_nodes]
        `NO_NODE` where a node has not been reached; changed in place.
    parent_edge : unsigned[n_nodes]
        The edge from the parent; changed in place.
    queue : uint32[n_nodes]
        Nodes reached so far, in order; changed in place.
    head, tail : int
        The nodes ``queue[head:tail]`` are the ones to go on from.

    Returns
    -------
    int
        The new tail.
    """
    while head < tail:
        node = queue[head]
        head += 1
        for edge in range(first_edge[node], first_edge[node + 1]):
            target = edge_to[edge]
            if parent[target] == NO_NODE and usable[edge] and not blocked[target]:
                parent[target] = node
                parent_edge[target] = edge
                queue[tail] = target
                tail += 1
    return tail


@kernel
def skip_storage(
    order: NodeArray,
    parent: NodeArray,
    is_storage: BoolArray,
    keeps_label: BoolArray,
    label: NodeArray,
    owner: NodeArray,
) -> None:
    """Let what lies in a backing store belong to the object whose store it is.

    Parameters
    ----------
    order : uint32[k]
        The nodes of the tree, each after its parent.
    parent : uint32[n_nodes]
        The tree.
    is_storage : bool[n_nodes]
        Nodes that are part of another object: elements, properties, tables, cells.
    keeps_label : bool[n_nodes]
        Storage of a single value (a cell): what is in it has the label of the cell.
    label : uint32[n_nodes]
        How each node is reached from its parent; changed in place.
    owner : uint32[n_nodes]
        Receives the nearest ancestor that is no storage.
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
    """Find linked lists: chains in which the same steps come again and again.

    A node repeats its nearest ancestor that has the same kind and was reached by the same
    label. Where just one node repeats a node, the two are linked; trees branch and are left
    alone.

    Parameters
    ----------
    order : uint32[k]
        The nodes of the tree, each after its owner.
    owner : uint32[n_nodes]
        The tree.
    kind, label : uint32[n_nodes]
        What a node is and how it is reached.
    is_storage : bool[n_nodes]
        Nodes that are looked through.
    longest_cycle : int
        How many steps up to look.
    shortest_chain : int
        Chains of fewer nodes are left alone.
    follows : uint32[n_nodes]
        Receives the node that a node of a list repeats, else `NO_NODE`.
    """
    n_successors = np.zeros(owner.shape[0], np.uint32)
    for i in range(order.shape[0]):
        node = order[i]
        follows[node] = NO_NODE
        if is_storage[node]:
            continue
        above = node
        for _ in range(longest_cycle):
            higher = owner[above]
            if higher == above:
                break
            above = higher
            if kind[above] == kind[node] and label[above] == label[node]:
                follows[node] = above
                n_successors[above] += np.uint32(1)
                break
    # The length of the chain that ends in a node, then of the whole chain that it is part of.
    length = np.ones(owner.shape[0], np.uint32)
    for i in range(order.shape[0]):
        node = order[i]
        before = follows[node]
        if before != NO_NODE:
            if n_successors[before] == 1:
                length[node] = length[before] + np.uint32(1)
            else:
                follows[node] = NO_NODE
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
    """Give nodes that are held alike the same hash.

    Parameters
    ----------
    order : uint32[k]
        The nodes of the tree, the root first, each after its owner.
    owner : uint32[n_nodes]
        The tree.
    kind_hash, label_hash : uint64[…]
        Hashes of the kinds and labels.
    kind, label : uint32[n_nodes]
        What a node is and how it is reached, as rows of the above.
    is_storage : bool[n_nodes]
        Nodes that count as their owner.
    identity : uint64[n_nodes]
        A hash of the node's id where it is the same object in every snapshot, else 0.
    follows : uint32[n_nodes]
        See `find_repetitions`.
    group : uint64[n_nodes]
        Receives a hash of the holder's identity, the label and the kind. Where the holder has
        no identity, its own group stands for it.
    route : uint64[n_nodes]
        Receives a hash of labels and kinds only, all the way from the root.
    """
    for i in range(order.shape[0]):
        node = order[i]
        above = owner[node]
        if above == node:
            group[node] = _GOLDEN
            route[node] = _GOLDEN
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
def add_up_tree(order: NodeArray, owner: NodeArray, total: SizeArray) -> None:
    """Add to every node what lies below it.

    Parameters
    ----------
    order : uint32[k]
        The nodes of the tree, the root first, each after its owner.
    owner : uint32[n_nodes]
        The tree.
    total : uint64[n_nodes]
        Sizes; changed into totals in place.
    """
    for i in range(order.shape[0] - 1, 0, -1):
        node = order[i]
        total[owner[node]] += total[node]


@kernel
def mark_below(order: NodeArray, parent: NodeArray, marked: BoolArray) -> None:
    """Mark all that a tree has below marked nodes.

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
