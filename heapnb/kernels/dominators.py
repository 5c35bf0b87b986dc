"""Immediate dominators and retained sizes.

The algorithm is SEMI-NCA (Georgiadis, "Linear-Time Algorithms for Dominators and Related
Problems", Princeton 2005, section 2.3): it computes semidominators like Lengauer and Tarjan, then
the nearest common ancestor of parent and semidominator in place of their buckets. It uses
depth-first numbers, so that related nodes are close in memory.
"""

from __future__ import annotations

import numpy as np

from heapnb._typing import BoolArray, NodeArray, OffsetArray, SizeArray
from heapnb.kernels._jit import kernel
from heapnb.kernels.csr import unsigned_offsets

UNNUMBERED = 0xFFFF_FFFF


def compute_dominators(
    first_edge: OffsetArray, edge_to: NodeArray, essential: BoolArray, root: int
) -> tuple[NodeArray, NodeArray]:
    """Compute every node's immediate dominator.

    Parameters
    ----------
    first_edge : unsigned[n_nodes + 1]
        CSR offsets of the edges.
    edge_to : uint32[n_edges]
        Target ordinals.
    essential : bool[n_edges]
        Edges that count; never an edge from a node to itself.
    root : int
        Ordinal of the root.

    Returns
    -------
    dominator : uint32[n_nodes]
        Ordinals. The root dominates itself and the nodes that it does not reach: a node without
        incoming essential edges counts as a child of the root.
    order : uint32[n_nodes]
        The root, then every node after its dominator.

    Notes
    -----
    O(m log n) time in the worst case, next to linear on heaps.

    Examples
    --------
    >>> first_edge = np.array([0, 2, 3, 4, 4], np.uint32)  # a diamond
    >>> edge_to = np.array([1, 2, 3, 3], np.uint32)
    >>> compute_dominators(first_edge, edge_to, np.ones(4, np.bool_), 0)[0].tolist()
    [0, 0, 0, 0]
    """
    n_nodes = len(first_edge) - 1
    number: NodeArray = np.full(n_nodes, UNNUMBERED, np.uint32)
    vertex = np.empty(n_nodes, np.uint32)
    parent = np.empty(n_nodes, np.uint32)
    # Memory that numpy allocates comes in large pages, unlike that which kernels allocate.
    reached = number_depth_first(
        first_edge,
        edge_to,
        essential,
        root,
        number,
        vertex,
        parent,
        np.empty(n_nodes, first_edge.dtype),
        np.zeros(n_nodes, np.bool_),
    )
    counts = np.zeros(n_nodes, np.uint32)
    total = count_predecessors(
        first_edge, edge_to, essential, number, vertex, parent, reached, counts
    )
    first = unsigned_offsets(counts, total)
    del counts
    predecessor = np.empty(total, np.uint32)
    fill_predecessors(
        first_edge,
        edge_to,
        essential,
        number,
        vertex,
        parent,
        reached,
        first.copy(),
        predecessor,
    )
    # Memory peaks in the next step, which does not need this array.
    del number
    by_number, semi, best, stack = (np.empty(n_nodes, np.uint32) for _ in range(4))
    semi_nca(parent, first, predecessor, reached, by_number, semi, best, stack)
    del parent, first, predecessor, semi, best, stack
    dominator = np.empty(n_nodes, np.uint32)
    to_ordinals(by_number, vertex, dominator)
    return dominator, vertex


@kernel
def number_depth_first(
    first_edge: OffsetArray,
    edge_to: NodeArray,
    essential: BoolArray,
    root: int,
    number: NodeArray,
    vertex: NodeArray,
    parent: NodeArray,
    next_edge: OffsetArray,
    has_retainer: BoolArray,
) -> int:
    """Number the nodes in depth-first pre-order over the essential edges.

    The search starts at the root, then at each node without incoming essential edges ("orphan"),
    which becomes a child of the root. Nodes that neither reaches (a clique whose nodes retain only
    each other) get the last numbers, as children of the root; no search starts from them.

    Parameters
    ----------
    first_edge : unsigned[n_nodes + 1]
        CSR offsets of the edges.
    edge_to : uint32[n_edges]
        Target ordinals.
    essential : bool[n_edges]
        Edges that count.
    root : int
        Ordinal of the root.
    number : uint32[n_nodes]
        Filled with ``UNNUMBERED``; receives each node's number.
    vertex : uint32[n_nodes]
        Receives the node with each number.
    parent : uint32[n_nodes]
        Receives, by number, the number of the parent in the depth-first tree.
    next_edge : unsigned[n_nodes]
        Scratch.
    has_retainer : bool[n_nodes]
        All False; scratch.

    Returns
    -------
    int
        Number of nodes that the searches reached; higher numbers belong to cliques.

    Notes
    -----
    DevTools: the depth-first search of ``calculateDominatorsAndRetainedSizes``.
    """
    n_nodes = number.shape[0]
    knows_retainers = False
    done = 0
    start = root
    orphan = 0
    while True:
        number[start] = done
        vertex[done] = start
        parent[done] = 0
        current = done
        done += 1
        next_edge[current] = first_edge[start]
        # The parents form the path from the start to the current node, so no stack is needed.
        while True:
            node = vertex[current]
            # Signed: numba would make the sum of an unsigned 64-bit offset and 1 a float.
            edge = np.int64(next_edge[current])
            end = np.int64(first_edge[node + 1])
            child = -1
            while edge < end:
                if essential[edge]:
                    target = edge_to[edge]
                    if number[target] == UNNUMBERED:
                        child = np.int64(target)
                        edge += 1
                        break
                edge += 1
            next_edge[current] = edge
            if child >= 0:
                number[child] = done
                vertex[done] = child
                parent[done] = current
                next_edge[done] = first_edge[child]
                current = done
                done += 1
            elif node == start:
                break
            else:
                current = np.int64(parent[current])
        if done == n_nodes:
            return done
        if not knows_retainers:
            knows_retainers = True
            for edge in range(edge_to.shape[0]):
                if essential[edge]:
                    has_retainer[edge_to[edge]] = True
        while orphan < n_nodes and (number[orphan] != UNNUMBERED or has_retainer[orphan]):
            orphan += 1
        if orphan == n_nodes:
            break
        start = orphan
    reached = done
    for node in range(n_nodes):
        if number[node] == UNNUMBERED:
            number[node] = done
            vertex[done] = node
            parent[done] = 0
            done += 1
    return reached


@kernel
def count_predecessors(
    first_edge: OffsetArray,
    edge_to: NodeArray,
    essential: BoolArray,
    number: NodeArray,
    vertex: NodeArray,
    parent: NodeArray,
    reached: int,
    counts: NodeArray,
) -> int:
    """Count the predecessors of each depth-first number, without parents and unreached nodes.

    Parameters
    ----------
    first_edge, edge_to, essential
        The edges.
    number, vertex, parent, reached
        See `number_depth_first`.
    counts : uint32[n_nodes]
        Zeros; receives the counts.

    Returns
    -------
    int
        Sum of the counts.
    """
    total = 0
    for v in range(reached):
        node = vertex[v]
        for edge in range(first_edge[node], first_edge[node + 1]):
            if essential[edge]:
                w = number[edge_to[edge]]
                if parent[w] != v and w < reached:
                    counts[w] += np.uint32(1)
                    total += 1
    return total


@kernel
def fill_predecessors(
    first_edge: OffsetArray,
    edge_to: NodeArray,
    essential: BoolArray,
    number: NodeArray,
    vertex: NodeArray,
    parent: NodeArray,
    reached: int,
    next_slot: OffsetArray,
    predecessor: NodeArray,
) -> None:
    """List the predecessors that `count_predecessors` counts.

    Parameters
    ----------
    first_edge, edge_to, essential, number, vertex, parent, reached
        See `count_predecessors`.
    next_slot : unsigned[n_nodes + 1]
        First slot of each number; consumed.
    predecessor : uint32[total]
        Receives depth-first numbers.
    """
    for v in range(reached):
        node = vertex[v]
        for edge in range(first_edge[node], first_edge[node + 1]):
            if essential[edge]:
                w = number[edge_to[edge]]
                if parent[w] != v and w < reached:
                    slot = next_slot[w]
                    predecessor[slot] = v
                    next_slot[w] = slot + 1


@kernel
def semi_nca(
    parent: NodeArray,
    first_predecessor: OffsetArray,
    predecessor: NodeArray,
    reached: int,
    dominator: NodeArray,
    semi: NodeArray,
    best: NodeArray,
    stack: NodeArray,
) -> None:
    """Compute immediate dominators on depth-first numbers.

    Parameters
    ----------
    parent : uint32[n_nodes]
        Parent of each number; 0 is its own parent.
    first_predecessor : unsigned[n_nodes + 1]
        CSR offsets of the predecessors.
    predecessor : uint32[m]
        Predecessors other than the parent.
    reached : int
        The root alone dominates the numbers from ``reached`` on.
    dominator : uint32[n_nodes]
        Receives the immediate dominator of each number; 0 dominates itself.
    semi, best, stack : uint32[n_nodes]
        Scratch.
    """
    n_nodes = parent.shape[0]
    # Step 2 overwrites the ancestors from the front, when step 1 is done with them.
    ancestor = dominator
    # ``best`` is the least semidominator on the compressed path above and including each number.
    for w in range(n_nodes):
        ancestor[w] = semi[w] = best[w] = parent[w]

    # Step 1: semidominators, last number first. Numbers above w are linked to their parents.
    for w in range(reached - 1, 0, -1):
        least = parent[w]
        for slot in range(first_predecessor[w], first_predecessor[w + 1]):
            v = predecessor[slot]
            if v > w:
                # Step 1a: compress the path from v up to the first number that is not linked.
                depth = 0
                u = v
                while ancestor[u] > w:
                    stack[depth] = u
                    depth += 1
                    u = ancestor[u]
                while depth > 0:
                    depth -= 1
                    x = stack[depth]
                    above = ancestor[x]
                    best[x] = min(best[x], best[above])
                    ancestor[x] = ancestor[above]
                least = min(least, best[v])
            else:
                least = min(least, v)
        semi[w] = least
        best[w] = least

    # Step 2: the dominator is the nearest ancestor, along dominators, not below the
    # semidominator.
    dominator[0] = 0
    for w in range(1, reached):
        d = parent[w]
        while d > semi[w]:
            d = dominator[d]
        dominator[w] = d
    for w in range(reached, n_nodes):
        dominator[w] = 0


@kernel
def to_ordinals(dominator_number: NodeArray, vertex: NodeArray, dominator: NodeArray) -> None:
    """Convert dominators by depth-first number to dominators by node ordinal.

    Parameters
    ----------
    dominator_number : uint32[n_nodes]
        See `semi_nca`.
    vertex : uint32[n_nodes]
        The node with each number.
    dominator : uint32[n_nodes]
        Receives ordinals.
    """
    for w in range(vertex.shape[0]):
        dominator[vertex[w]] = vertex[dominator_number[w]]


@kernel
def add_up_dominated(dominator: NodeArray, order: NodeArray, retained_size: SizeArray) -> None:
    """Add each node's size to its dominator's size, last node first.

    Parameters
    ----------
    dominator : uint32[n_nodes]
        Immediate dominators.
    order : uint32[n_nodes]
        The root first, each node after its dominator.
    retained_size : uint64[n_nodes]
        Shallow sizes; receives the retained sizes.
    """
    for i in range(order.shape[0] - 1, 0, -1):
        node = order[i]
        retained_size[dominator[node]] += retained_size[node]
