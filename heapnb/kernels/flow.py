"""Kernels for maximum flows and minimum cuts: Dinic's algorithm, searching from the sink.

Source: E. A. Dinic, "Algorithm for solution of a problem of maximum flow in networks with power
estimation", 1970. A caller that increases capacities can continue with the existing flow.
"""

from __future__ import annotations

import numpy as np

from heapnb._typing import IntArray
from heapnb.kernels._jit import kernel

ENDLESS = 1 << 60
"""Capacity of an arc that is never part of a cut."""

UNREACHED = -1
"""Level of a node from which no more flow can reach the sink."""


@kernel
def index_arcs(tail: IntArray, head: IntArray, first: IntArray, arcs: IntArray) -> None:
    """List the outgoing arcs of each node, and the reverse arcs that undo a flow.

    Parameters
    ----------
    tail, head : int64[k]
        The arcs. Arc i is number 2 i, its reverse 2 i + 1.
    first : int64[n + 1]
        Zeros; receives CSR offsets into ``arcs``.
    arcs : int64[2 k]
        Receives numbers of arcs grouped by source.
    """
    for i in range(tail.shape[0]):
        first[tail[i] + 1] += 1
        first[head[i] + 1] += 1
    for node in range(first.shape[0] - 1):
        first[node + 1] += first[node]
    free = first.copy()
    for i in range(tail.shape[0]):
        arcs[free[tail[i]]] = 2 * i
        free[tail[i]] += 1
        arcs[free[head[i]]] = 2 * i + 1
        free[head[i]] += 1


@kernel
def push(
    tail: IntArray,
    head: IntArray,
    first: IntArray,
    arcs: IntArray,
    capacity: IntArray,
    source: int,
    sink: int,
    level: IntArray,
    most_steps: int,
) -> int:
    """Send the maximum flow from the source to the sink.

    Parameters
    ----------
    tail, head, first, arcs
        See `index_arcs`.
    capacity : int64[2 k]
        Residual capacity of each arc and its reverse; changed in place.
    source, sink : int
        Nodes.
    level : int64[n]
        Receives the number of steps from each node to the sink along arcs with residual capacity,
        or `UNREACHED`. The arcs from unreached to reached nodes form the minimum cut nearest to
        the sink.
    most_steps : int
        The kernel gives up after this number of steps.

    Returns
    -------
    int
        The flow; -1 if the kernel gave up.
    """
    n_nodes = level.shape[0]
    queue = np.empty(n_nodes, np.int64)
    at = np.empty(n_nodes, np.int64)
    path = np.empty(n_nodes, np.int64)
    total = np.int64(0)
    n_steps = np.int64(0)
    while True:
        # In loops, as array assignments would need numba's runtime when they fail.
        for node in range(n_nodes):
            level[node] = UNREACHED
        level[sink] = 0
        queue[0] = sink
        done = 0
        n_queued = 1
        while done < n_queued:
            node = queue[done]
            done += 1
            if level[source] != UNREACHED and level[node] >= level[source]:
                # A node farther than the source is not on a shortest path.
                break
            for place in range(first[node], first[node + 1]):
                # The arc to this node is the reverse of one of its outgoing arcs.
                arc = arcs[place]
                other = head[arc >> 1] if arc & 1 == 0 else tail[arc >> 1]
                if capacity[arc ^ 1] > 0 and level[other] == UNREACHED:
                    level[other] = level[node] + 1
                    queue[n_queued] = other
                    n_queued += 1
        n_steps += n_queued
        if level[source] == UNREACHED:
            return total
        for node in range(n_nodes):
            at[node] = first[node]
        length = 0
        node = source
        while True:
            if node == sink:
                amount = np.int64(ENDLESS)
                for i in range(length):
                    amount = min(amount, capacity[path[i]])
                turn = length
                for i in range(length - 1, -1, -1):
                    capacity[path[i]] -= amount
                    capacity[path[i] ^ 1] += amount
                    if capacity[path[i]] == 0:
                        turn = i
                total += amount
                n_steps += length
                # Continue at the first arc without residual capacity.
                length = turn
                arc = path[turn]
                node = tail[arc >> 1] if arc & 1 == 0 else head[arc >> 1]
                continue
            n_steps += 1
            if n_steps > most_steps:
                return -1
            found = False
            while at[node] < first[node + 1]:
                arc = arcs[at[node]]
                other = head[arc >> 1] if arc & 1 == 0 else tail[arc >> 1]
                if capacity[arc] > 0 and level[other] == level[node] - 1:
                    found = True
                    break
                at[node] += 1
            if found:
                path[length] = arc
                length += 1
                node = other
            elif length == 0:
                break
            else:
                length -= 1
                arc = path[length]
                node = tail[arc >> 1] if arc & 1 == 0 else head[arc >> 1]
                at[node] += 1
