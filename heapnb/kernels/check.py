"""Kernels that validate what other kernels rely on."""

from __future__ import annotations

from heapnb._typing import BoolArray, ByteArray, NodeArray
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
