"""Kernels that compare the contents of objects."""

from __future__ import annotations

import numpy as np

from heapnb._typing import BoolArray, ByteArray, IntArray, NodeArray, OffsetArray
from heapnb.kernels._jit import kernel
from heapnb.kernels.hashing import HashArray, mix


@kernel
def hash_contents(
    first_edge: OffsetArray,
    edge_type: ByteArray,
    edge_name: NodeArray,
    edge_to: NodeArray,
    is_named_type: BoolArray,
    weak_type: int,
    internal_type: int,
    is_layout: BoolArray,
    is_inherited: BoolArray,
    stands_for: NodeArray,
    nodes: IntArray,
    hashes: HashArray,
    n_fields: IntArray,
) -> None:
    """Hash the names and targets of the edges of some objects.

    Parameters
    ----------
    first_edge, edge_type, edge_name, edge_to
        The edges.
    is_named_type : bool[256]
        Edge types whose edges have names, not indices.
    weak_type, internal_type : int
        Edge types; weak edges are ignored.
    is_layout : bool[n_strings]
        Names of internal edges to ignore: those to an object's own backing stores.
    is_inherited : bool[n_strings]
        Names of properties that are hashed but are not fields.
    stands_for : uint32[n_nodes]
        For each node, the first node with equal contents.
    nodes : int64[k]
        Ordinals.
    hashes : uint64[k]
        Initial hashes; receives the hashes that include the contents.
    n_fields : int64[k]
        Receives the number of fields and elements of each object.
    """
    for i in range(nodes.shape[0]):
        code = hashes[i]
        n_fields[i] = 0
        for edge in range(first_edge[nodes[i]], first_edge[nodes[i] + 1]):
            kind = edge_type[edge]
            name = edge_name[edge]
            if kind == weak_type or (kind == internal_type and is_layout[name]):
                continue
            code = mix(code, np.uint64(kind))
            code = mix(code, np.uint64(name))
            code = mix(code, np.uint64(stands_for[edge_to[edge]]))
            if kind != internal_type and not (is_named_type[kind] and is_inherited[name]):
                n_fields[i] += 1
        hashes[i] = code
