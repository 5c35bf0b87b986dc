"""Native contexts: the JavaScript worlds of a process, and which nodes belong to each.

A page, each of its frames, a worker, a `vm` context and an extension have a native context of their
own: a global object, and their own `Object` and `Array`.
"""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from heapnb import vocab
from heapnb._typing import BoolArray, DistanceArray, IntArray
from heapnb.format.arrow import to_numpy
from heapnb.graph.derivation import derived
from heapnb.graph.edges import is_string
from heapnb.graph.heap import HeapGraph
from heapnb.kernels import native_contexts as kernels

NONE = kernels.NONE
"""Owner of a node that no native context reaches."""

SHARED = kernels.SHARED
"""Owner of a node that several native contexts reach."""

_NAME = f"^(Detached )?{vocab.NATIVE_CONTEXT}( / |$)"


@derived(keep=False)
def native_contexts(graph: HeapGraph) -> IntArray:
    """Find the native contexts.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    int64[k]
        Ordinals, ascending.
    """
    is_name: BoolArray = to_numpy(pc.match_substring_regex(graph.strings, _NAME))
    if not is_name.any():
        return np.empty(0, np.int64)
    return np.flatnonzero(is_name[graph.node_name])


@derived(title="Attributing nodes to contexts", name="native_context_of")
def native_context_of(graph: HeapGraph) -> DistanceArray:
    """Attribute every node to the native context that it belongs to.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    int32[n_nodes]
        Rows of `native_contexts`; `SHARED` for nodes that several contexts reach, `NONE` for nodes
        that none reaches.

    Notes
    -----
    As in DevTools: a node belongs to the context that the map of its map names. Every other
    node belongs to the only context whose nodes reach it over edges that are neither weak nor
    shortcuts. O(nodes + edges). Source: *calculateNativeContextAttribution* in
    HeapSnapshot.ts of ``chrome-devtools-frontend`` 1.0.1705227.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>one root>two one>a two>b one>c two>c root>d")
    >>> for key in ("one", "two"):
    ...     _ = builder.node(key, type="hidden", name="system / NativeContext")
    >>> graph = builder.graph()
    >>> native_context_of(graph)[[builder.ordinal(key) for key in "abcd"]].tolist()
    [0, 1, -2, -1]
    """
    contexts = native_contexts(graph)
    owner = np.full(graph.n_nodes, NONE, np.int32)
    if not len(contexts):
        return owner
    row = np.full(graph.n_nodes, NONE, np.int32)
    row[contexts] = np.arange(len(contexts))
    kernels.own_contexts(
        graph.first_edge,
        graph.edge_type,
        graph.edge_name,
        graph.edge_to,
        graph.edge_type_index("internal"),
        is_string(graph, ["map"]),
        is_string(graph, ["native_context"]),
        row,
        np.empty(graph.n_nodes, np.int32),
        owner,
    )
    kernels.spread_owners(
        graph.first_edge,
        graph.edge_to,
        graph.edge_type,
        graph.edge_type_index("weak"),
        graph.edge_type_index("shortcut"),
        owner,
        owner >= 0,
        np.zeros(graph.n_nodes, np.bool_),
        np.empty(graph.n_nodes, np.uint32),
    )
    return owner


__all__ = ["NONE", "SHARED", "native_context_of", "native_contexts"]
