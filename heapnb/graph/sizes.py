"""Shallow sizes, and the edges that count for retained sizes, as in DevTools."""

from __future__ import annotations

import numpy as np

from heapnb import vocab
from heapnb._typing import BoolArray, SizeArray
from heapnb.graph.columns import Columns
from heapnb.kernels import traverse

_UINT32_MAX = 0xFFFF_FFFF


def shallow_sizes(graph: Columns, renamed: BoolArray | None) -> SizeArray:
    """Add to each node's size what it alone owns, such as the backing store of an array.

    Parameters
    ----------
    graph : Columns
        The heap.
    renamed : bool[n_nodes] or None
        Nodes whose name DevTools puts ``Detached`` before; these keep their size.

    Returns
    -------
    uint32 or uint64[n_nodes]
        Bytes; their sum is that of the file's sizes.
    """
    if len(graph.user_roots) == 0:
        # The snapshot shows V8's internals on purpose: nothing is re-attributed.
        return graph.self_size.copy()
    kinds = graph.node_type
    can_be_owned = np.isin(kinds, [graph.node_type_index(name) for name in vocab.BACKING_TYPES])
    natives = np.flatnonzero(kinds == graph.node_type_index("native"))
    can_be_owned[natives[graph.is_named(natives, vocab.EXTERNAL_STRING_DATA)]] = True
    if renamed is not None:
        can_be_owned &= ~renamed
    owner = np.empty(graph.n_nodes, np.uint32)
    traverse.owners(
        graph.first_edge,
        graph.edge_to,
        graph.edge_type,
        graph.edge_type_index("weak"),
        can_be_owned,
        owner,
        np.empty(2 * graph.n_nodes, np.uint32),
    )
    takes_no_size = kinds == graph.node_type_index("synthetic")
    takes_no_size[graph.root] = True
    # One owner could hold more than 32 bits count, though no single node does.
    total = int(graph.self_size.sum(dtype=np.uint64))
    dtype = graph.self_size.dtype if total <= _UINT32_MAX else np.dtype(np.uint64)
    sizes = graph.self_size.astype(dtype)
    traverse.transfer_sizes(owner, takes_no_size, graph.self_size, sizes)
    return sizes


def mark_page_owned(graph: Columns) -> BoolArray:
    """Mark the nodes that the program's globals or the document's nodes reach.

    Parameters
    ----------
    graph : Columns
        The heap.

    Returns
    -------
    bool[n_nodes]
    """
    start, stop = graph.edges_of(graph.root)
    targets = graph.edge_to[start:stop]
    kinds = graph.edge_type[start:stop]
    dom_trees = (
        (kinds == graph.edge_type_index("element"))
        & (graph.node_type[targets] == graph.node_type_index("synthetic"))
        & graph.is_named(targets, vocab.DOCUMENT_DOM_TREES)
    )
    entries = targets[dom_trees | (kinds == graph.edge_type_index("shortcut"))]
    marked = np.zeros(graph.n_nodes, np.bool_)
    traverse.mark_reachable(
        graph.first_edge,
        graph.edge_to,
        graph.edge_type,
        graph.edge_type_index("weak"),
        entries,
        marked,
        np.empty(graph.n_nodes, np.uint32),
    )
    return marked


def mark_essential_edges(graph: Columns, page_owned: BoolArray) -> BoolArray:
    """Mark the edges that count for dominators.

    Parameters
    ----------
    graph : Columns
        The heap.
    page_owned : bool[n_nodes]
        See `mark_page_owned`.

    Returns
    -------
    bool[n_edges]
    """
    essential = np.empty(graph.n_edges, np.bool_)
    traverse.essential_edges(
        graph.first_edge,
        graph.edge_to,
        graph.edge_type,
        graph.edge_type_index("weak"),
        graph.edge_type_index("shortcut"),
        graph.root,
        page_owned,
        essential,
    )
    if graph.ephemerons.n_pairs:
        traverse.drop_table_edges(
            graph.first_edge,
            graph.edge_type,
            graph.edge_name,
            graph.edge_type_index("internal"),
            graph.node_id,
            graph.ephemerons.table_of_string,
            essential,
        )
    return essential


__all__ = ["mark_essential_edges", "mark_page_owned", "shallow_sizes"]
