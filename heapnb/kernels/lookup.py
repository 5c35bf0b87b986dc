"""Kernels that find nodes by id."""

from __future__ import annotations

from heapnb._typing import IntArray, NodeArray, SizeArray
from heapnb.kernels._jit import kernel


@kernel
def find_ids(node_id: SizeArray, order: NodeArray, wanted: SizeArray, ordinals: IntArray) -> None:
    """Look up node ids by binary search, without a copy of the columns.

    Parameters
    ----------
    node_id : unsigned[n_nodes]
        Ids.
    order : uint32[n_nodes]
        Ordinals in ascending order of the ids.
    wanted : uint64[k]
        Ids to look up.
    ordinals : int64[k]
        Receives ordinals, -1 if no node has the id. Of equal ids, the first in ``order`` wins.
    """
    n_nodes = order.shape[0]
    for i in range(wanted.shape[0]):
        low, high = 0, n_nodes
        while low < high:
            middle = (low + high) // 2
            if node_id[order[middle]] < wanted[i]:
                low = middle + 1
            else:
                high = middle
        ordinals[i] = -1
        if low < n_nodes and node_id[order[low]] == wanted[i]:
            ordinals[i] = order[low]
