"""Kernels that recognise objects by the names of their properties."""

from __future__ import annotations

import numpy as np

from heapnb._typing import ByteArray, IntArray, NodeArray, OffsetArray
from heapnb.kernels._jit import kernel


@kernel
def match_names(
    first_edge: OffsetArray,
    edge_type: ByteArray,
    edge_name: NodeArray,
    property_type: int,
    number_of: IntArray,
    first_use: IntArray,
    use: IntArray,
    n_names: IntArray,
    nodes: IntArray,
    found: IntArray,
) -> None:
    """Find, for some nodes, the first of some sets of names all of which the node has.

    Parameters
    ----------
    first_edge, edge_type, edge_name
        The edges.
    property_type : int
        The edge type of properties.
    number_of : int64[n_strings]
        A number for each name that occurs in a set, -1 for all other strings. Equal strings have
        equal numbers.
    first_use : int64[n_numbers + 1]
        Offsets into `use` for each number.
    use : int64[n_uses]
        The sets in which the names occur.
    n_names : int64[n_sets]
        How many names each set has.
    nodes : int64[k]
        Ordinals; a negative one has no names.
    found : int64[k]
        Receives the lowest number of a set whose names the node has, -1 if there is none.

    Notes
    -----
    A node has each name once: V8 writes one edge for each property.
    """
    count = np.zeros(n_names.shape[0], np.int64)
    touched = np.empty(use.shape[0] + 1, np.int64)
    for i in range(nodes.shape[0]):
        found[i] = -1
        node = nodes[i]
        if node < 0:
            continue
        n_touched = 0
        for edge in range(first_edge[node], first_edge[node + 1]):
            if edge_type[edge] != property_type:
                continue
            number = number_of[edge_name[edge]]
            if number < 0:
                continue
            for place in range(first_use[number], first_use[number + 1]):
                which = use[place]
                if count[which] == 0:
                    touched[n_touched] = which
                    n_touched += 1
                count[which] += 1
                if count[which] >= n_names[which] and (found[i] < 0 or which < found[i]):
                    found[i] = which
        for place in range(n_touched):
            count[touched[place]] = 0
