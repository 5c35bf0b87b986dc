"""Kernels for strings: group them by text, find the targets of named edges."""

from __future__ import annotations

from heapnb._typing import BoolArray, ByteArray, IntArray, NodeArray, SizeArray
from heapnb.kernels._jit import kernel


@kernel
def count_texts(
    strings: IntArray,
    node_name: NodeArray,
    shallow_size: SizeArray,
    retained_size: SizeArray,
    first: IntArray,
    size: IntArray,
    count: IntArray,
    retained: IntArray,
    others: IntArray,
) -> int:
    """Group strings by text and size; list those that differ in size from the first with the text.

    Parameters
    ----------
    strings : int64[k]
        Ordinals of strings.
    node_name, shallow_size, retained_size
        Columns of the nodes.
    first : int64[n_strings]
        Receives the first node with each text.
    size : int64[n_strings]
        Receives the shallow size of that node in bytes.
    count, retained : int64[n_strings]
        Zeros; receive the number of strings with that text and size, and their retained bytes.
    others : int64[k]
        Receives the strings that differ in size from the first string with their text.

    Returns
    -------
    int
        Number of other strings.
    """
    n_others = 0
    for node in strings:
        text = node_name[node]
        if count[text] == 0:
            first[text] = node
            size[text] = shallow_size[node]
        elif size[text] != shallow_size[node]:
            others[n_others] = node
            n_others += 1
            continue
        count[text] += 1
        retained[text] += retained_size[node]
    return n_others


@kernel
def mark_named(
    edge_type: ByteArray,
    edge_name: NodeArray,
    edge_to: NodeArray,
    is_type: BoolArray,
    is_name: BoolArray,
    is_marked: BoolArray,
) -> None:
    """Mark the targets of edges with some types and names.

    Parameters
    ----------
    edge_type, edge_name, edge_to
        Columns of the edges.
    is_type : bool[256]
        Edge types to include; all of them have names.
    is_name : bool[n_strings]
        Names to include.
    is_marked : bool[n_nodes]
        Receives True for the targets.
    """
    for edge in range(edge_to.shape[0]):
        if is_type[edge_type[edge]] and is_name[edge_name[edge]]:
            is_marked[edge_to[edge]] = True
