"""Kernels that validate what other kernels rely on."""

from __future__ import annotations

from heapnb._typing import BoolArray, ByteArray, NodeArray, OffsetArray
from heapnb.kernels._jit import kernel


@kernel
def first_bad_name(
    edge_type: ByteArray, edge_name: NodeArray, is_indexed: BoolArray, n_strings: int
) -> int:
    """Find the first edge whose name index is outside the string table.

    Parameters
    ----------
    edge_type : uint8[n_edges]
        Index into the edge types.
    edge_name : uint32[n_edges]
        String index; for edge types in ``is_indexed``, an element index.
    is_indexed : bool[n_edge_types]
        Types whose edges have an index in place of a name.
    n_strings : int
        Length of the string table.

    Returns
    -------
    int
        The edge's ordinal, -1 if all names are valid.
    """
    for edge in range(edge_type.shape[0]):
        if edge_name[edge] >= n_strings and not is_indexed[edge_type[edge]]:
            return edge
    return -1


@kernel
def is_ascending(offsets: OffsetArray, total: int) -> bool:
    """Tell whether offsets divide a total into ranges: from 0 to it, none below the one before.

    Parameters
    ----------
    offsets : unsigned[n_rows + 1]
        Where the range of each row begins, and where the last one ends.
    total : int
        Number of what the ranges divide.

    Returns
    -------
    bool
    """
    n_falls = 0
    for row in range(offsets.shape[0] - 1):
        n_falls += offsets[row] > offsets[row + 1]
    return n_falls == 0 and offsets[0] == 0 and offsets[offsets.shape[0] - 1] == total
