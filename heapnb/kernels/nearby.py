"""Kernels that update distances after some nodes were left out, around these nodes only."""

from __future__ import annotations

import numpy as np

from heapnb._typing import (
    BoolArray,
    ByteArray,
    DistanceArray,
    IntArray,
    NodeArray,
    OffsetArray,
)
from heapnb.kernels._jit import kernel
from heapnb.kernels.paths import source_of
from heapnb.kernels.traverse import RULE_MAP_DESCRIPTORS, RULE_NATIVE_CONTEXT, leading_integer

NOT_FOLLOWED = 0
FOLLOWED = 1
WITH_A_KEY = 2

UNSEEN = 0
QUEUED = 1
FARTHER = 2
AVOIDED = 3
AS_BEFORE = 4
"""States of nodes; see `find_farther`."""

GAVE_UP = -1


@kernel
def is_followed(
    edge: int,
    rule: int,
    edge_type: ByteArray,
    edge_name: NodeArray,
    edge_rules: tuple[int, int, int, int],
    sloppy_name: BoolArray,
    ephemeron_pair: IntArray,
    string_offsets: IntArray,
    string_bytes: ByteArray,
) -> int:
    """Tell whether `heapnb.kernels.traverse.distances` follows an edge.

    Parameters
    ----------
    edge : int
        Edge ordinal.
    rule : int
        ``RULE_…`` of the node that it leaves.
    edge_type, edge_name, edge_rules, sloppy_name, ephemeron_pair, string_offsets, string_bytes
        As there.

    Returns
    -------
    int
        ``FOLLOWED``, ``NOT_FOLLOWED``, or ``WITH_A_KEY`` for one of the two edges to a WeakMap's
        value, which count together.
    """
    weak_type, internal_type, element_type, hidden_type = edge_rules
    kind = edge_type[edge]
    if kind == weak_type:
        return NOT_FOLLOWED
    is_indexed = kind == element_type or kind == hidden_type
    name = edge_name[edge]
    if rule == RULE_MAP_DESCRIPTORS:
        if is_indexed:
            index = np.int64(name)
        else:
            found, index = leading_integer(
                string_bytes, string_offsets[name], string_offsets[name + 1]
            )
            if not found:
                index = 0
        return NOT_FOLLOWED if index >= 2 and index % 3 == 1 else FOLLOWED
    if rule == RULE_NATIVE_CONTEXT and not is_indexed and sloppy_name[name]:
        return NOT_FOLLOWED
    if ephemeron_pair.shape[0] > 0 and kind == internal_type and ephemeron_pair[name] >= 0:
        return WITH_A_KEY
    return FOLLOWED


@kernel
def find_farther(
    first_edge: OffsetArray,
    edge_to: NodeArray,
    edge_type: ByteArray,
    edge_name: NodeArray,
    first_retainer: OffsetArray,
    retaining_edge: OffsetArray,
    edge_rules: tuple[int, int, int, int],
    node_rule: ByteArray,
    sloppy_name: BoolArray,
    ephemeron_pair: IntArray,
    string_offsets: IntArray,
    string_bytes: ByteArray,
    distance: DistanceArray,
    avoided: NodeArray,
    most_edges: int,
    state: ByteArray,
    queue: NodeArray,
    farther: NodeArray,
    nearest: DistanceArray,
) -> int:
    """Find the nodes whose distance grows if some nodes have no edges.

    Parameters
    ----------
    first_edge, edge_to, edge_type, edge_name
        The edges.
    first_retainer, retaining_edge
        The edges by target.
    edge_rules, node_rule, sloppy_name, ephemeron_pair, string_offsets, string_bytes
        As of `heapnb.kernels.traverse.distances`.
    distance : int32[n_nodes]
        Distances with all nodes; -5 for nodes that nothing reaches.
    avoided : uint32[k]
        The nodes, all reached, by distance.
    most_edges : int
        Edges to look at before giving up.
    state : uint8[n_nodes]
        Zeros; receives ``FARTHER`` for the nodes found, and ``AVOIDED``.
    queue : uint32[n_nodes]
        Scratch.
    farther : uint32[n_nodes]
        Receives the nodes, the nearest first.
    nearest : int32[n_nodes]
        Receives for each of them the distance by way of nodes that keep theirs; -5 for none.

    Returns
    -------
    int
        Number of nodes, or ``GAVE_UP`` after too many edges, or where an edge counts only together
        with another one.

    Notes
    -----
    A node keeps its distance if a node that keeps its own, one nearer, has an edge to it. So only
    nodes below others that lose theirs are looked at, level by level.
    """
    for i in range(avoided.shape[0]):
        state[avoided[i]] = AVOIDED
    n_seen = 0
    n_farther = 0
    next_avoided = 0
    head = 0
    tail = 0
    while head < tail or next_avoided < avoided.shape[0]:
        # Whatever comes from nodes of a level is queued before the level below is looked at.
        if next_avoided < avoided.shape[0] and (
            head == tail or distance[avoided[next_avoided]] <= distance[queue[head]]
        ):
            node = np.int64(avoided[next_avoided])
            next_avoided += 1
        else:
            node = np.int64(queue[head])
            head += 1
            is_kept = False
            source = np.int64(0)
            for slot in range(first_retainer[node], first_retainer[node + 1]):
                n_seen += 1
                edge = np.int64(retaining_edge[slot])
                source = source_of(first_edge, edge, source)
                if distance[source] != distance[node] - 1:
                    continue
                if state[source] == FARTHER or state[source] == AVOIDED:
                    continue
                how = is_followed(
                    edge, node_rule[source], edge_type, edge_name, edge_rules, sloppy_name,
                    ephemeron_pair, string_offsets, string_bytes,
                )  # fmt: skip
                if how == WITH_A_KEY:
                    return GAVE_UP
                if how == FOLLOWED:
                    is_kept = True
                    break
            if n_seen > most_edges:
                return GAVE_UP
            if is_kept:
                state[node] = AS_BEFORE
                continue
            state[node] = FARTHER
            farther[n_farther] = node
            n_farther += 1
        for edge in range(np.int64(first_edge[node]), np.int64(first_edge[node + 1])):
            n_seen += 1
            how = is_followed(
                edge, node_rule[node], edge_type, edge_name, edge_rules, sloppy_name,
                ephemeron_pair, string_offsets, string_bytes,
            )  # fmt: skip
            if how == WITH_A_KEY:
                return GAVE_UP
            target = edge_to[edge]
            if (
                how == FOLLOWED
                and distance[target] == distance[node] + 1
                and state[target] == UNSEEN
            ):
                state[target] = QUEUED
                queue[tail] = target
                tail += 1
        if n_seen > most_edges:
            return GAVE_UP
    for i in range(n_farther):
        node = np.int64(farther[i])
        nearest[i] = -5
        source = np.int64(0)
        for slot in range(first_retainer[node], first_retainer[node + 1]):
            n_seen += 1
            edge = np.int64(retaining_edge[slot])
            source = source_of(first_edge, edge, source)
            if state[source] == FARTHER or state[source] == AVOIDED or distance[source] == -5:
                continue
            if nearest[i] != -5 and nearest[i] <= distance[source] + 1:
                continue
            how = is_followed(
                edge, node_rule[source], edge_type, edge_name, edge_rules, sloppy_name,
                ephemeron_pair, string_offsets, string_bytes,
            )  # fmt: skip
            if how == WITH_A_KEY:
                return GAVE_UP
            if how == FOLLOWED:
                nearest[i] = distance[source] + 1
        if n_seen > most_edges:
            return GAVE_UP
    return n_farther


@kernel
def measure_farther(
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
    seeds: NodeArray,
    nearest: DistanceArray,
    state: ByteArray,
    queue: NodeArray,
    measured: DistanceArray,
) -> None:
    """Measure the new distances of nodes that are farther away.

    Parameters
    ----------
    first_edge, edge_to, edge_type, edge_name
        The edges.
    edge_rules, node_rule, sloppy_name, ephemeron_pair, string_offsets, string_bytes
        As of `find_farther`.
    seeds : uint32[k]
        Those of its nodes that a node leads to which keeps its distance, the nearest first.
    nearest : int32[k]
        Their distances by way of such nodes.
    state : uint8[n_nodes]
        As `find_farther` left it; consumed.
    queue : uint32[n_nodes]
        Scratch.
    measured : int32[n_nodes]
        Zeros; receives the distances of the nodes that are still reached.

    Notes
    -----
    Breadth first: of the seeds and of what was reached from them, the nearest is next.
    """
    next_seed = 0
    head = 0
    tail = 0
    while next_seed < seeds.shape[0] or head < tail:
        # What is in the queue has the distance at which it was put there.
        if head == tail or (
            next_seed < seeds.shape[0] and nearest[next_seed] <= measured[queue[head]]
        ):
            node = np.int64(seeds[next_seed])
            far = nearest[next_seed]
            next_seed += 1
            if measured[node] != 0 and measured[node] <= far:
                continue
            measured[node] = far
        else:
            node = np.int64(queue[head])
            far = measured[node]
            head += 1
        if state[node] != FARTHER:
            continue
        state[node] = AS_BEFORE
        for edge in range(np.int64(first_edge[node]), np.int64(first_edge[node + 1])):
            target = edge_to[edge]
            if state[target] != FARTHER or measured[target] != 0:
                continue
            how = is_followed(
                edge, node_rule[node], edge_type, edge_name, edge_rules, sloppy_name,
                ephemeron_pair, string_offsets, string_bytes,
            )  # fmt: skip
            if how == FOLLOWED:
                measured[target] = far + 1
                queue[tail] = target
                tail += 1
