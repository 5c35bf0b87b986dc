"""The names that DevTools shows: ``Detached`` passed on, ropes joined, objects as ``{a, b}``."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from heapnb._typing import BoolArray, ByteArray
from heapnb.format.arrow import to_numpy, to_text
from heapnb.graph.classes import format_property_name
from heapnb.graph.columns import Columns, string_buffers
from heapnb.graph.derivation import derived
from heapnb.kernels import classes as kernels
from heapnb.kernels import ropes

_PLAIN_OBJECT_NAME_LENGTH = 100
_CONS_STRING_NAME_LENGTH = 1024
# A code unit of UTF-16 takes three bytes of UTF-8 at the most.
_CONS_STRING_NAME_BYTES = 3 * _CONS_STRING_NAME_LENGTH


def pass_on_detachedness(graph: Columns) -> tuple[ByteArray, BoolArray] | None:
    """Pass detachedness on between native nodes, and find the nodes that it renames.

    Parameters
    ----------
    graph : Columns
        The heap.

    Returns
    -------
    state : uint8[n_nodes]
        0 unknown, 1 attached, 2 detached.
    renamed : bool[n_nodes]
        Nodes whose name DevTools puts ``Detached`` before.
        None in place of both where the file does not carry detachedness.
    """
    if graph.raw.detachedness is None:
        return None
    state = graph.raw.detachedness & np.uint8(3)
    renamed = np.zeros(graph.n_nodes, np.bool_)
    if state.any():
        kernels.propagate_detachedness(
            graph.first_edge,
            graph.edge_to,
            graph.edge_type,
            ~np.isin(graph.edge_type_names, ("hidden", "invisible", "weak")),
            graph.node_type == graph.node_type_index("native"),
            state,
            renamed,
        )
    return state, renamed


def rope_text(graph: Columns, node: int) -> str:
    """Join the parts of a concatenated string, as far as DevTools shows them."""
    offsets, _ = string_buffers(graph.strings)
    leaves = np.empty(_CONS_STRING_NAME_BYTES, np.uint32)
    n_leaves = ropes.list_leaves(
        graph.first_edge,
        graph.edge_type,
        graph.edge_name,
        graph.edge_to,
        graph.node_type,
        graph.node_name,
        graph.node_type_index("concatenated string"),
        graph.edge_type_index("internal"),
        _half_of_string(graph),
        offsets,
        node,
        leaves,
    )
    text = ""
    n_units = 0
    for leaf in leaves[:n_leaves].tolist():
        if n_units >= _CONS_STRING_NAME_LENGTH:
            break
        part = graph.string(graph.node_name[leaf])
        text += part
        n_units += len(part) + sum(character > "\uffff" for character in part)
    return text


@derived(keep=False, name="half_of_string")
def _half_of_string(graph: Columns) -> ByteArray:
    """Which half of a rope an edge of this name leads to; see `heapnb.kernels.ropes`."""
    halves = np.zeros(len(graph.strings), np.uint8)
    for name, half in (("first", ropes.FIRST), ("second", ropes.SECOND)):
        halves[to_numpy(pc.equal(graph.strings, to_text(name)))] = half
    return halves


def plain_object_name(graph: Columns, node: int) -> str:
    """Name an object by its properties, from both ends until the name is long enough."""
    property_type = graph.edge_type_index("property")
    start, stop = graph.edges_of(node)
    head, tail = "{", "}"
    from_end = False
    stop -= 1
    while start <= stop:
        edge = stop if from_end else start
        shown = graph.edge_type[edge] == property_type and graph.edge_label(edge) != "__proto__"
        if shown:
            formatted = format_property_name(graph.edge_label(edge))
            length = len(head) + len(tail) + len(formatted)
            if len(head) > 1 and length > _PLAIN_OBJECT_NAME_LENGTH:
                break
            if from_end:
                tail = formatted + (", " if len(tail) > 1 else "") + tail
            else:
                head += (", " if len(head) > 1 else "") + formatted
        if from_end:
            stop -= 1
        else:
            start += 1
        if shown:
            from_end = not from_end
    if start <= stop:
        head += ", …"
    return head + (", " if len(tail) > 1 else "") + tail


__all__ = ["pass_on_detachedness", "plain_object_name", "rope_text"]
