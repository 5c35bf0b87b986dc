"""Kernels that find a program's references to nodes, and build the flow network of a cut."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from heapnb._typing import BoolArray, ByteArray, IntArray, NodeArray, OffsetArray
from heapnb.kernels._jit import kernel
from heapnb.kernels.paths import source_of
from heapnb.kernels.reachability import FROM_KEY, HOLDS, PROGRAM, STORAGE, VALUE, is_holding
from heapnb.kernels.traverse import push_unmarked

_DEEPEST_STORAGE = 3
_MOST_HOLDERS = 64


class ReferenceColumns(NamedTuple):
    """The columns of a heap that the kernels read.

    Parameters
    ----------
    first_edge : unsigned[n_nodes + 1]
        CSR offsets of the edges.
    edge_to, edge_type, edge_name
        The edges.
    first_retainer : unsigned[n_nodes + 1]
        CSR offsets into ``retaining_edge``.
    retaining_edge : unsigned[n_edges]
        Incoming edges of each node, ascending.
    role : uint8[n_edges]
        See `heapnb.kernels.reachability.assign_roles`.
    kind : uint8[n_nodes]
        See `heapnb.kernels.reachability.mark_storage`.
    is_name_type : bool[256]
        Edge types that a program creates: properties, variables, elements.
    is_indexed_type : bool[256]
        Edge types with an index in place of a name.
    is_fixed_name : bool[n_strings]
        Names of properties that the engine sets, such as ``__proto__``.
    """

    first_edge: OffsetArray
    edge_to: NodeArray
    edge_type: ByteArray
    edge_name: NodeArray
    first_retainer: OffsetArray
    retaining_edge: OffsetArray
    role: ByteArray
    kind: ByteArray
    is_name_type: BoolArray
    is_indexed_type: BoolArray
    is_fixed_name: BoolArray


@kernel
def can_let_go(heap: ReferenceColumns, edge: int, source: int) -> bool:
    """Return whether a program can remove an edge: set a variable, delete an entry.

    Parameters
    ----------
    heap : ReferenceColumns
        The heap.
    edge : int
        Edge ordinal.
    source : int
        Source of the edge.

    Returns
    -------
    bool
    """
    if heap.role[edge] == FROM_KEY:
        return True
    kind = heap.edge_type[edge]
    target = heap.kind[heap.edge_to[edge]]
    if heap.kind[source] == STORAGE:
        return target == PROGRAM or target == VALUE
    if heap.kind[source] != PROGRAM or not heap.is_name_type[kind]:
        return False
    return heap.is_indexed_type[kind] or not heap.is_fixed_name[heap.edge_name[edge]]


@kernel
def belongs_to(heap: ReferenceColumns, storage: int, owner: int, scratch: IntArray) -> bool:
    """Return whether a node is a backing store of another node.

    Parameters
    ----------
    heap : ReferenceColumns
        The heap.
    storage : int
        A node of kind `STORAGE`.
    owner : int
        A node.
    scratch : int64[k]
        Scratch: the stores that may contain it.

    Returns
    -------
    bool
        True also for a store inside a store, up to three levels.
    """
    scratch[0] = storage
    first = 0
    end = 1
    for _ in range(_DEEPEST_STORAGE):
        last = end
        for i in range(first, last):
            start = np.int64(heap.first_retainer[scratch[i]])
            stop = np.int64(heap.first_retainer[scratch[i] + 1])
            source = np.int64(0)
            for place in range(start, min(stop, start + _MOST_HOLDERS)):
                edge = np.int64(heap.retaining_edge[place])
                if heap.role[edge] != HOLDS:
                    continue
                source = source_of(heap.first_edge, edge, source)
                if source == owner:
                    return True
                if heap.kind[source] == STORAGE and end < scratch.shape[0]:
                    scratch[end] = source
                    end += 1
        first = last
    return False


@kernel
def list_stores(heap: ReferenceColumns, node: int, stores: IntArray) -> int:
    """List the backing stores that refer to a node.

    Parameters
    ----------
    heap : ReferenceColumns
        The heap.
    node : int
        Ordinal.
    stores : int64[k]
        Receives up to k ordinals.

    Returns
    -------
    int
        Number of ordinals in ``stores``.
    """
    n_stores = 0
    source = np.int64(0)
    for place in range(heap.first_retainer[node], heap.first_retainer[node + 1]):
        edge = np.int64(heap.retaining_edge[place])
        if heap.role[edge] != HOLDS:
            continue
        source = source_of(heap.first_edge, edge, source)
        if heap.kind[source] == STORAGE:
            if n_stores == stores.shape[0]:
                break
            stores[n_stores] = source
            n_stores += 1
    return n_stores


@kernel
def is_copied(
    heap: ReferenceColumns, stores: IntArray, n_stores: int, source: int, scratch: IntArray
) -> bool:
    """Return whether a named edge has a copy in a backing store of its source.

    Parameters
    ----------
    heap : ReferenceColumns
        The heap.
    stores : int64[k]
        Stores that refer to the edge's target; see `list_stores`.
    n_stores : int
        Number of stores.
    source : int
        Source of the edge.
    scratch : int64[m]
        See `belongs_to`.

    Returns
    -------
    bool
    """
    for i in range(n_stores):
        if belongs_to(heap, stores[i], source, scratch):
            return True
    return False


@kernel
def sole_references(
    heap: ReferenceColumns,
    enter: NodeArray,
    leave: NodeArray,
    held: BoolArray,
    nodes: IntArray,
    references: IntArray,
) -> None:
    """Find the nodes to which a program has exactly one reference, and that reference.

    Parameters
    ----------
    heap : ReferenceColumns
        The heap.
    enter, leave : uint32[n_nodes]
        See `number_subtrees`.
    held : bool[n_nodes]
        See `mark_held`.
    nodes : int64[k]
        Ordinals.
    references : int64[k]
        Receives edge ordinals; -1 if a node has several references, or if the engine retains it.
        A property and its copy in a backing store count as one reference.
    """
    stores = np.empty(_MOST_HOLDERS, np.int64)
    scratch = np.empty(_MOST_HOLDERS, np.int64)
    for i in range(nodes.shape[0]):
        node = nodes[i]
        n_stores = list_stores(heap, node, stores)
        references[i] = -1
        found = np.int64(-1)
        is_sole = True
        # First the edges from stores, then the named edges without a copy in a store.
        for turn in range(2):
            source = np.int64(0)
            for place in range(heap.first_retainer[node], heap.first_retainer[node + 1]):
                edge = np.int64(heap.retaining_edge[place])
                if not is_holding(heap.role[edge]):
                    continue
                source = source_of(heap.first_edge, edge, source)
                is_inside = enter[source] >= enter[node] and enter[source] < leave[node]
                if is_inside or not held[source] or (heap.kind[source] == STORAGE) != (turn == 0):
                    continue
                if not can_let_go(heap, edge, source):
                    is_sole = False
                elif (
                    turn == 1 and found >= 0 and is_copied(heap, stores, n_stores, source, scratch)
                ):
                    continue
                elif found >= 0:
                    is_sole = False
                else:
                    found = edge
                if not is_sole:
                    break
            if not is_sole:
                break
        if is_sole:
            references[i] = found


@kernel
def mark_fixed(
    heap: ReferenceColumns, held: BoolArray, is_large: BoolArray, start: NodeArray, fixed: BoolArray
) -> None:
    """Mark the nodes that a program cannot release, because the engine itself retains them.

    Parameters
    ----------
    heap : ReferenceColumns
        The heap.
    held : bool[n_nodes]
        See `mark_held`.
    is_large : bool[n_nodes]
        Nodes that retain too much to be a useful answer: they count as fixed.
    start : uint32[k]
        Start nodes.
    fixed : bool[n_nodes]
        All False; receives the marks.
    """
    stack = np.empty(held.shape[0], np.uint32)
    depth = push_unmarked(start, fixed, stack)
    while depth > 0:
        depth -= 1
        node = stack[depth]
        for edge in range(heap.first_edge[node], heap.first_edge[node + 1]):
            target = heap.edge_to[edge]
            if heap.role[edge] != HOLDS or fixed[target]:
                continue
            if not is_large[target] and can_let_go(heap, edge, node):
                continue
            fixed[target] = True
            stack[depth] = target
            depth += 1


@kernel
def is_within(source: int, member: int, node: int, inner: int) -> bool:
    """Return whether an edge stays within what one collected node stands for.

    Parameters
    ----------
    source, node : int
        The edge's source and target.
    member, inner : int
        Entries of ``member_at`` for the two; see `gather_holders`.

    Returns
    -------
    bool
    """
    return source == node or (member != 0 and member == inner)


@kernel
def gather_holders(
    heap: ReferenceColumns,
    held: BoolArray,
    fixed: BoolArray,
    enter: NodeArray,
    member_at: NodeArray,
    row: NodeArray,
    nodes: NodeArray,
    n_nodes: int,
) -> int:
    """Collect the nodes from which some nodes are reachable without passing a fixed node.

    Parameters
    ----------
    heap : ReferenceColumns
        The heap.
    held, fixed : bool[n_nodes]
        See `mark_held` and `mark_fixed`.
    enter : uint32[n_nodes]
        See `number_subtrees`.
    member_at : uint32[n_nodes]
        By number in the dominator tree: 1 + the index in ``nodes`` of the start node that
        dominates it, else 0. Nodes that a start node dominates count as part of it.
    row : uint32[n_nodes]
        For each start node 1 + its index in ``nodes``, else 0; changed in place.
    nodes : uint32[n]
        The start nodes; receives the collected nodes after them, n at most.
    n_nodes : int
        Number of start nodes.

    Returns
    -------
    int
        Number of edges to the collected nodes; -1 if there are more than n nodes.
    """
    n_edges = 0
    done = 0
    while done < n_nodes:
        node = nodes[done]
        done += 1
        inner = member_at[enter[node]]
        source = np.int64(0)
        for place in range(heap.first_retainer[node], heap.first_retainer[node + 1]):
            edge = np.int64(heap.retaining_edge[place])
            if not is_holding(heap.role[edge]):
                continue
            source = source_of(heap.first_edge, edge, source)
            member = member_at[enter[source]]
            if not held[source] or is_within(source, member, node, inner):
                continue
            n_edges += 1
            if member == 0 and not fixed[source] and row[source] == 0:
                if n_nodes == nodes.shape[0]:
                    return -1
                nodes[n_nodes] = source
                n_nodes += 1
                row[source] = n_nodes
    return n_edges


@kernel
def list_arcs(
    heap: ReferenceColumns,
    held: BoolArray,
    fixed: BoolArray,
    enter: NodeArray,
    member_at: NodeArray,
    row: NodeArray,
    nodes: NodeArray,
    n_nodes: int,
    tail: IntArray,
    head: IntArray,
    edge_of_arc: IntArray,
    is_removable: BoolArray,
) -> int:
    """List the edges between collected nodes, and the edges from fixed nodes to them.

    Parameters
    ----------
    heap, held, fixed, enter, member_at, row, nodes, n_nodes
        See `gather_holders`.
    tail, head : int64[n_edges]
        Receive rows, that is 1 + indices in ``nodes``; row 0 stands for all fixed nodes.
    edge_of_arc : int64[n_edges]
        Receives edge ordinals.
    is_removable : bool[n_edges]
        Receives whether the program can remove the edge. A named edge with a copy in a backing
        store is not listed: the copy stands for both.

    Returns
    -------
    int
        Number of listed edges.
    """
    stores = np.empty(_MOST_HOLDERS, np.int64)
    scratch = np.empty(_MOST_HOLDERS, np.int64)
    n_arcs = 0
    for i in range(n_nodes):
        node = nodes[i]
        n_stores = list_stores(heap, node, stores)
        inner = member_at[enter[node]]
        source = np.int64(0)
        for place in range(heap.first_retainer[node], heap.first_retainer[node + 1]):
            edge = np.int64(heap.retaining_edge[place])
            if not is_holding(heap.role[edge]):
                continue
            source = source_of(heap.first_edge, edge, source)
            member = member_at[enter[source]]
            if not held[source] or is_within(source, member, node, inner):
                continue
            removable = can_let_go(heap, edge, source)
            is_name = removable and heap.kind[source] == PROGRAM
            if is_name and is_copied(heap, stores, n_stores, source, scratch):
                continue
            tail[n_arcs] = 0 if fixed[source] else member if member != 0 else row[source]
            head[n_arcs] = row[node]
            edge_of_arc[n_arcs] = edge
            is_removable[n_arcs] = removable
            n_arcs += 1
    return n_arcs
