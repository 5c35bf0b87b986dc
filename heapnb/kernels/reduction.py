"""Kernels that reduce a snapshot to what comparisons over time need, and compare by node id."""

from __future__ import annotations

import numpy as np

from heapnb._typing import (
    AnyArray,
    BoolArray,
    ByteArray,
    IntArray,
    NodeArray,
    OffsetArray,
    SizeArray,
)
from heapnb.kernels._jit import kernel

NO_NODE = 0xFFFF_FFFF
"""Stands for "none" among node ordinals, like `heapnb.vocab.NO_ORDINAL`."""


@kernel
def mark_labels(
    nodes: NodeArray,
    parent_edge: OffsetArray,
    edge_type: ByteArray,
    edge_name: NodeArray,
    is_indexed: BoolArray,
    property_type: int,
    wanted: BoolArray,
    is_property: BoolArray,
) -> None:
    """Mark the strings that name the edges of a tree, and the nodes that a property leads to.

    Parameters
    ----------
    nodes : uint32[k]
        Nodes of the tree, without its root.
    parent_edge : unsigned[n_nodes]
        The edge that leads to each.
    edge_type, edge_name
        Columns of the edges.
    is_indexed : bool[…]
        Edge types whose names are indices.
    property_type : int
        The type of properties.
    wanted : bool[n_strings]
        Receives True for names.
    is_property : bool[n_nodes]
        Receives True for nodes that a property leads to.
    """
    for i in range(nodes.shape[0]):
        node = nodes[i]
        edge = parent_edge[node]
        kind = edge_type[edge]
        if not is_indexed[kind]:
            wanted[edge_name[edge]] = True
        if kind == property_type:
            is_property[node] = True


@kernel
def mark_parts_of_strings(
    order: NodeArray,
    parent: NodeArray,
    node_type: ByteArray,
    is_composed: BoolArray,
    string_type: int,
    is_storage: BoolArray,
    is_part: BoolArray,
) -> None:
    """Mark the pieces of ropes and the strings that slices are cut from.

    A rope that has been copied into one string is storage of that string: what is below it is a
    part if the rope itself is one.

    Parameters
    ----------
    order : uint32[k]
        The nodes of a tree, each after its parent.
    parent : uint32[n_nodes]
        The tree.
    node_type : uint8[n_nodes]
        Types.
    is_composed : bool[256]
        Types of ropes and slices.
    string_type : int
        The type of other strings.
    is_storage : bool[n_nodes]
        Backing stores.
    is_part : bool[n_nodes]
        All False; receives True for parts.
    """
    for i in range(order.shape[0]):
        node = order[i]
        if is_composed[node_type[node]] or node_type[node] == string_type:
            above = parent[node]
            if is_composed[node_type[above]] and not is_storage[above]:
                is_part[node] = True
    # From below, so that a node sees what its parent was before.
    for i in range(order.shape[0] - 1, -1, -1):
        node = order[i]
        if is_composed[node_type[node]] or node_type[node] == string_type:
            above = parent[node]
            if is_storage[above] and is_part[above]:
                is_part[node] = True


@kernel
def last_of_each(group: NodeArray, last: NodeArray) -> None:
    """Find the last member of each group.

    Parameters
    ----------
    group : uint32[n]
        The group of each member.
    last : uint32[n_groups]
        Receives a member; unchanged for groups without members.
    """
    for i in range(group.shape[0]):
        last[group[i]] = i


@kernel
def count_snapshots(node_id: SizeArray, number: AnyArray, before: int, seen_in: NodeArray) -> None:
    """Note for objects that were in all snapshots before that one more has them.

    Parameters
    ----------
    node_id : unsigned[n_nodes]
        Node ids; only odd ones are of objects.
    number : unsigned or int64[n_nodes]
        A number for each object, the same in all snapshots; anything for other nodes.
    before : int
        Number of snapshots before.
    seen_in : uint32[n_numbers]
        In how many of the snapshots so far, up to the first without it, each object is; changed
        in place.
    """
    for node in range(node_id.shape[0]):
        if (node_id[node] & 1) != 0 and seen_in[number[node]] == before:
            seen_in[number[node]] = before + 1


@kernel
def mark_seen(
    node_id: SizeArray, number: AnyArray, wanted: int, seen_in: NodeArray, marks: BoolArray
) -> None:
    """Mark the objects that so many snapshots have.

    Parameters
    ----------
    node_id, number, seen_in
        See `count_snapshots`.
    wanted : int
        Number of snapshots.
    marks : bool[n_nodes]
        Receives whether each node is such an object.
    """
    for node in range(node_id.shape[0]):
        marks[node] = (node_id[node] & 1) != 0 and seen_in[number[node]] == wanted


@kernel
def first_births(
    node_id: SizeArray, number: AnyArray, snapshot: int, born: AnyArray, births: AnyArray
) -> None:
    """Find in which snapshot objects are first seen.

    Parameters
    ----------
    node_id, number
        See `count_snapshots`.
    snapshot : int
        Place of the snapshot in the series.
    born : unsigned[n_numbers]
        Where each object was first seen so far, a larger number for others; changed in place.
    births : unsigned[n_nodes]
        Receives the same for each node; ``snapshot`` for others than objects.
    """
    for node in range(node_id.shape[0]):
        births[node] = snapshot
        if (node_id[node] & 1) != 0:
            born[number[node]] = min(born[number[node]], snapshot)
            births[node] = born[number[node]]


@kernel
def compare_owners(
    node_id: SizeArray,
    number: AnyArray,
    is_everywhere: BoolArray,
    owner: NodeArray,
    snapshot: int,
    compared: NodeArray,
    owner_id: SizeArray,
    is_moved: BoolArray,
) -> None:
    """Mark objects that have another owner in a snapshot than in the first one.

    Parameters
    ----------
    node_id, number
        See `count_snapshots`.
    is_everywhere : bool[n_nodes]
        Objects that all snapshots have.
    owner : uint32[n_nodes]
        What holds each node; `NO_NODE` if nothing does.
    snapshot : int
        Place of the snapshot in the series, from 0.
    compared : uint32[n_numbers]
        Number of snapshots in which each object was compared; changed in place. Of several nodes
        with one id, in a strange file, the first counts.
    owner_id : uint64[n_numbers]
        Node id of each object's owner in the first snapshot, 0 for none; changed in place.
    is_moved : bool[n_numbers]
        Receives True for objects whose owner differs.
    """
    for node in range(node_id.shape[0]):
        if not is_everywhere[node] or compared[number[node]] != snapshot:
            continue
        at = number[node]
        compared[at] = snapshot + 1
        above = owner[node]
        found = np.uint64(0) if above == NO_NODE else np.uint64(node_id[above])
        if snapshot == 0:
            owner_id[at] = found
        elif owner_id[at] != found:
            is_moved[at] = True


@kernel
def disown_moved(
    node_id: SizeArray,
    number: AnyArray,
    is_everywhere: BoolArray,
    is_moved: BoolArray,
    is_link: BoolArray,
    root: int,
    is_done: BoolArray,
    owner: NodeArray,
) -> None:
    """Give objects that had several owners to the root.

    Parameters
    ----------
    node_id, number, is_everywhere, is_moved
        See `compare_owners`.
    is_link : bool[n_nodes]
        Members of linked lists, which keep their owner.
    root : int
        Ordinal of the root.
    is_done : bool[n_numbers]
        All False; changed in place.
    owner : uint32[n_nodes]
        What holds each node; changed in place.
    """
    for node in range(node_id.shape[0]):
        if not is_everywhere[node] or not is_moved[number[node]] or is_done[number[node]]:
            continue
        is_done[number[node]] = True
        if not is_link[node] and owner[node] != NO_NODE:
            owner[node] = root


@kernel
def label_keys(
    is_held: BoolArray,
    is_property: BoolArray,
    owner: NodeArray,
    is_dictionary: BoolArray,
    key: int,
    label: NodeArray,
) -> None:
    """Give the entries of dictionaries one label.

    Parameters
    ----------
    is_held, is_property : bool[n_nodes]
        What the program holds; what a property leads to.
    owner : uint32[n_nodes]
        What holds each node.
    is_dictionary : bool[n_nodes]
        Objects whose properties are keys.
    key : int
        The label.
    label : uint32[n_nodes]
        Changed in place.
    """
    for node in range(label.shape[0]):
        if is_held[node] and is_property[node] and is_dictionary[owner[node]]:
            label[node] = key


@kernel
def look_up(values: SizeArray, is_known: BoolArray, found: BoolArray) -> None:
    """Look small numbers up.

    Parameters
    ----------
    values : unsigned[n]
        Numbers.
    is_known : bool[k]
        Which of the first k numbers are known; none of the others are.
    found : bool[n]
        Receives whether each value is known.
    """
    for i in range(values.shape[0]):
        found[i] = values[i] < is_known.shape[0] and is_known[values[i]]


@kernel
def count_members(group: NodeArray, place_of_group: IntArray, counts: IntArray) -> None:
    """Count the nodes of merged groups.

    Parameters
    ----------
    group : uint32[n_nodes]
        The group of each node; `NO_NODE` without one.
    place_of_group : int64[n_groups]
        Where each group belongs, -1 for groups that are left out.
    counts : int64[n_places]
        Zeros; receives the numbers of nodes.
    """
    for node in range(group.shape[0]):
        if group[node] != NO_NODE and place_of_group[group[node]] >= 0:
            counts[place_of_group[group[node]]] += 1


@kernel
def list_members(
    group: NodeArray, place_of_group: IntArray, start: IntArray, nodes: NodeArray
) -> None:
    """List the nodes of merged groups, those of each in ascending order.

    Parameters
    ----------
    group, place_of_group
        See `count_members`.
    start : int64[n_places]
        Where the nodes of each begin in ``nodes``; changed in place.
    nodes : uint32[k]
        Receives ordinals.
    """
    for node in range(group.shape[0]):
        if group[node] != NO_NODE and place_of_group[group[node]] >= 0:
            place = place_of_group[group[node]]
            nodes[start[place]] = node
            start[place] += 1
