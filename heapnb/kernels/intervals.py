"""Kernels that number a tree so that what is below a node is a range of numbers."""

from __future__ import annotations

from heapnb._typing import BoolArray, IntArray, NodeArray, SizeArray
from heapnb.kernels._jit import kernel


@kernel
def number_tree(order: NodeArray, parent: NodeArray, number: NodeArray, stop: NodeArray) -> None:
    """Number the nodes of a tree, each before the nodes below it.

    Parameters
    ----------
    order : uint32[n_nodes]
        The nodes of the tree, the root first, each after its parent.
    parent : uint32[n_nodes]
        The tree.
    number : uint32[n_nodes]
        Receives the number of each node; the root's is 0.
    stop : uint32[n_nodes]
        Ones; receives the number after the last one below each node, so that the nodes of a
        subtree have the numbers from ``number`` to ``stop - 1``.
    """
    n_nodes = order.shape[0]
    # First the nodes of each subtree.
    for i in range(n_nodes - 1, 0, -1):
        node = order[i]
        stop[parent[node]] += stop[node]
    if n_nodes:
        number[order[0]] = 0
        stop[order[0]] = 1
    # Then the next free number below each node, which ends as the number after the last one.
    for i in range(1, n_nodes):
        node = order[i]
        above = parent[node]
        size = stop[node]
        number[node] = stop[above]
        stop[node] = stop[above] + 1
        stop[above] += size


@kernel
def add_up_outermost_rows(
    rows: IntArray,
    node: IntArray,
    number: NodeArray,
    stop: NodeArray,
    retained_size: SizeArray,
    has_size: BoolArray,
    group: IntArray,
    group_stop: NodeArray,
    total: SizeArray,
) -> None:
    """Add up the retained sizes of groups of rows, each byte once.

    A row counts if no row of its group has a node that dominates its node, as in
    `heapnb.kernels.summary.add_up_outermost`, but only the rows are looked at.

    Parameters
    ----------
    rows : int64[k]
        The rows by the numbers of their nodes; those of one node in ascending order.
    node : int64[n_rows]
        The node of each row; negative for none.
    number, stop : uint32[n_rows]
        As `number_tree` has them for the rows' nodes.
    retained_size : uint64[n_rows]
        Bytes of the rows' nodes.
    has_size : bool[n_rows]
        Whether the rows' nodes have a shallow size above 0; others are ignored.
    group : int64[n_rows]
        The group of each row; negative for rows to leave out. A node in several rows belongs to
        the group of the last one.
    group_stop : uint32[n_groups]
        Zeros; scratch.
    total : uint64[n_groups]
        Zeros; receives the bytes.
    """
    n_rows = rows.shape[0]
    i = 0
    while i < n_rows:
        first = rows[i]
        last = -1
        # Rows without a node may have the number of any.
        while i < n_rows and number[rows[i]] == number[first]:
            if node[rows[i]] >= 0 and group[rows[i]] >= 0:
                last = rows[i]
            i += 1
        if last < 0 or not has_size[last]:
            continue
        g = group[last]
        if number[last] >= group_stop[g]:
            total[g] += retained_size[last]
            group_stop[g] = stop[last]
