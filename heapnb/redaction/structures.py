"""Secrets that are held in pieces: a name and its value in one object, arrays of characters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow.compute as pc

from heapnb.graph.edges import children_of, is_string

if TYPE_CHECKING:
    from collections.abc import Iterator

    from heapnb._typing import BoolArray, IntArray
    from heapnb.graph import HeapGraph

_EDGES_AT_ONCE: Final = 1 << 22
_NAMES: Final = ("name", "key", "field", "header", "k", "id")
_VALUES: Final = ("value", "val", "v", "data", "content", "text")
_FEWEST_CHARACTERS: Final = 4
_MOST_ARRAYS: Final = 20_000
_LONGEST: Final = 10_000


def described_values(graph: HeapGraph, is_secret: BoolArray) -> tuple[IntArray, IntArray]:
    """Find values beside a name, such as ``{name: "password", value: "x"}``.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    is_secret : bool[n_strings]
        The names of secrets.

    Returns
    -------
    node : int64[k]
        Ordinals of the values.
    name : int64[k]
        String indices of their names.
    """
    is_name = is_string(graph, _NAMES)
    is_string_node = graph.node_type == graph.node_type_index("string")
    property_type = graph.edge_type_index("property")
    found = []
    for start in range(0, graph.n_edges, _EDGES_AT_ONCE):
        stop = min(start + _EDGES_AT_ONCE, graph.n_edges)
        edges = start + np.flatnonzero(graph.edge_type[start:stop] == property_type)
        edges = edges[is_name[graph.edge_name[edges]]]
        target = graph.edge_to[edges]
        found.append(edges[is_string_node[target] & is_secret[graph.node_name[target]]])
    edges = np.concatenate([np.empty(0, np.int64), *found])
    owner = graph.edge_from(edges)
    name = graph.node_name[graph.edge_to[edges]].astype(np.int64)
    nodes, names = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for label in _VALUES:
        value = children_of(graph, owner, [label], edge_type="property")
        nodes.append(value[value >= 0])
        names.append(name[value >= 0])
    return np.concatenate(nodes), np.concatenate(names)


@dataclass(frozen=True)
class CharacterArray:
    """An array whose elements are single characters.

    Parameters
    ----------
    node : int
        Ordinal of the array.
    text : str
        The characters, joined.
    strings : tuple of int
        String index of each character.
    """

    node: int
    text: str
    strings: tuple[int, ...]


def character_arrays(graph: HeapGraph) -> Iterator[CharacterArray]:
    """Yield arrays of four characters and more; of very many, the first."""
    is_one = pc.equal(pc.utf8_length(graph.strings), 1).fill_null(False)
    is_character = np.array(is_one.to_numpy(zero_copy_only=False), np.bool_)
    is_character = is_character[graph.node_name]
    is_character &= graph.node_type == graph.node_type_index("string")
    element = graph.edge_type_index("element")
    found = [np.empty(0, np.int64)]
    for start in range(0, graph.n_edges, _EDGES_AT_ONCE):
        stop = min(start + _EDGES_AT_ONCE, graph.n_edges)
        edges = start + np.flatnonzero(graph.edge_type[start:stop] == element)
        found.append(edges[is_character[graph.edge_to[edges]]])
    edges = np.concatenate(found)
    owner, first, count = np.unique(graph.edge_from(edges), return_index=True, return_counts=True)
    order = np.argsort(edges[first], kind="stable")
    wanted = [i for i in order.tolist() if _FEWEST_CHARACTERS <= count[i] <= _LONGEST]
    for i in wanted[:_MOST_ARRAYS]:
        node = int(owner[i])
        start, stop = graph.edges_of(node)
        is_element = graph.edge_type[start:stop] == element
        targets = graph.edge_to[start:stop][is_element]
        if not is_character[targets].all():
            continue
        strings = tuple(graph.node_name[targets].tolist())
        yield CharacterArray(node, "".join(map(graph.string, strings)), strings)
