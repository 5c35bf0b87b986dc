"""Kernels that prove what the others rely on."""

from __future__ import annotations

from heapnb._typing import BoolArray, ByteArray, NodeArray
from heapnb.kernels._jit import kernel


@kernel
def first_bad_name(
    edge_type: ByteArray, edge_name: NodeArray, is_indexed: BoolArray, n_strings: int
) -> int:
    """Find the first edge whose name lies outside the string table.

    Parameters
    ----------
    edge_type : uint8[n_edges]
        Index into the edge types.
    edge_name : uint32[n_edges]
        String index, or an index where ``is_indexed``.
    is_indexed : bool[n_edge_types]
        Types whose edges carry an index.
    n_strings : int
        Length of the string table.

    Returns
    -------
    int
        The edge's ordinal, -1 if all are right.
    """
    for edge in range(edge_type.shape[0]):
        if edge_name[edge] >= n_strings and not is_indexed[edge_type[edge]]:
            return edge
    return -1
