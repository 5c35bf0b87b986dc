"""Strings that are secrets because of the name that refers to them, such as ``password``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from heapnb import vocab
from heapnb.graph.edges import children_of, is_string
from heapnb.kernels.redaction import pairs_in_rows
from heapnb.redaction.roles import NAMES
from heapnb.redaction.structures import described_values
from heapnb.secrets import (
    ENVIRONMENT,
    ENVIRONMENT_NAMES,
    PERSON,
    is_personal_name,
    is_secret_name,
    kind_of_name,
)
from heapnb.sifting import secret_names

if TYPE_CHECKING:
    from heapnb._typing import AnyArray, BoolArray, IntArray
    from heapnb.graph import HeapGraph

_EDGES_AT_ONCE: Final = 1 << 22
_MIN_ENVIRONMENT_NAMES: Final = 3
_FOLDERS_TO_OPEN: Final = 2
_COLLECTIVE: Final = re.compile(
    r"(?:auth|authorization|cookie|headers?|.*(?:credential|secret|cookie|token|password|key)s)$",
    re.IGNORECASE,
)
"""Names of objects in which all texts are secrets."""


@dataclass(frozen=True)
class Values:
    """Nodes with names of secrets.

    Parameters
    ----------
    node : int64[k]
        Ordinals of strings, or of objects that may contain strings.
    name : int64[k]
        String index of the name that refers to each node.
    kind : tuple of str
        Kind of each secret.
    folder : int64[m]
        Ordinals of objects and arrays with names of secrets.
    """

    node: IntArray
    name: IntArray
    kind: tuple[str, ...]
    folder: IntArray


def secret_values(graph: HeapGraph, roles: AnyArray, *, personal: bool = False) -> Values:
    """Find the strings to which names of secrets refer.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    roles : uint16[n_strings]
        See `heapnb.redaction.roles`.
    personal : bool, default False
        Whether names of a person's data count too.

    Returns
    -------
    Values
        Strings, ropes and slices: values of properties, variables, Map entries, headers and pairs
        in arrays with such a name or key; the contents of arrays, Maps, Sets and objects with such
        a name; the variables of an environment.
    """
    is_secret = secret_names(graph.strings, personal=personal)
    node, name = _named_targets(graph, is_secret)
    paired, keys = _paired_targets(graph, roles, is_secret)
    described, their_names = described_values(graph, is_secret)
    node = np.concatenate([node, paired, described])
    name = np.concatenate([name, keys, their_names])
    folder = node
    node, name = _opened(graph, node, name)
    variables, their_names = _environment(graph)
    kinds = {int(one): _kind(graph.string(one)) for one in np.unique(name)}
    kind = [kinds[one] for one in name.tolist()] + [ENVIRONMENT] * len(variables)
    node, name = np.concatenate([node, variables]), np.concatenate([name, their_names])
    # The first name of a node with several names wins.
    _, first = np.unique(node, return_index=True)
    first.sort()
    kinds_of_first = tuple(kind[i] for i in first.tolist())
    return Values(node[first], name[first], kinds_of_first, folder)


def _kind(name: str) -> str:
    return PERSON if is_personal_name(name) and not is_secret_name(name) else kind_of_name(name)


def _named_targets(graph: HeapGraph, is_secret: BoolArray) -> tuple[IntArray, IntArray]:
    """Return the targets of properties and variables with some names, and the names."""
    is_named = np.zeros(256, np.bool_)
    for edge_type in ("property", "context"):
        index = graph.edge_type_index(edge_type)
        if index >= 0:
            is_named[index] = True
    found = []
    for start in range(0, graph.n_edges, _EDGES_AT_ONCE):
        stop = min(start + _EDGES_AT_ONCE, graph.n_edges)
        edges = start + np.flatnonzero(is_named[graph.edge_type[start:stop]])
        found.append(edges[is_secret[graph.edge_name[edges]]])
    edges = np.concatenate([np.empty(0, np.int64), *found])
    return graph.edge_to[edges].astype(np.int64), graph.edge_name[edges].astype(np.int64)


def _paired_targets(
    graph: HeapGraph, roles: AnyArray, is_secret: BoolArray
) -> tuple[IntArray, IntArray]:
    """Return the values after a secret's name in a table or an array, and the names.

    In tables of Maps and large objects, in raw headers and in pairs, each value follows its key.
    """
    is_string_node = graph.node_type == graph.node_type_index("string")
    is_key = is_string_node & is_secret[graph.node_name]
    is_pair_type = np.zeros(256, np.bool_)
    for edge_type in ("element", "internal"):
        index = graph.edge_type_index(edge_type)
        if index >= 0:
            is_pair_type[index] = True
    edges = _wanted_pairs(graph, is_pair_type, is_key)
    # The constants of a function are not pairs.
    owner = graph.edge_from(edges)
    is_table = np.isin(
        graph.node_type[owner],
        [graph.node_type_index("object"), graph.node_type_index("array")],
    )
    edges = edges[is_table]
    keys, values = _places(graph, edges), _places(graph, edges + 1)
    edges = edges[(keys >= 0) & (values == keys + 1)]
    owner = graph.edge_from(edges)
    target = graph.edge_to[edges + 1].astype(np.int64)
    key = graph.node_name[graph.edge_to[edges]].astype(np.int64)
    # In a list of names, such as headers or constants, the next item is another name, not a value.
    # In the table of a Map, the value always follows the key.
    is_name = (roles[graph.node_name[target]] & int(NAMES)) != 0
    is_name |= is_secret[graph.node_name[target]]
    is_value = ~(is_string_node[target] & is_name) | _is_table_of_map(graph, owner)
    return target[is_value], key[is_value]


def _is_table_of_map(graph: HeapGraph, nodes: IntArray) -> BoolArray:
    is_map = is_string(graph, ["Map"])[graph.node_name]
    maps = np.flatnonzero(is_map & (graph.node_type == graph.node_type_index("object")))
    found: BoolArray = np.isin(nodes, children_of(graph, maps, ["table"]))
    return found


def _wanted_pairs(graph: HeapGraph, is_pair_type: BoolArray, is_key: BoolArray) -> IntArray:
    columns = (graph.first_edge, graph.edge_type, graph.edge_to, is_pair_type, is_key)
    room = np.empty(1 << 16, np.int64)
    n_found = pairs_in_rows(*columns, room, 0)
    if n_found > len(room):
        room = np.empty(n_found, np.int64)
        pairs_in_rows(*columns, room, 0)
    return room[:n_found]


def _places(graph: HeapGraph, edges: IntArray) -> IntArray:
    """Return the index of each edge in its table or array, -1 for other edges."""
    places = graph.edge_name[edges].astype(np.int64)
    is_internal = graph.edge_type[edges] == graph.edge_type_index("internal")
    if is_internal.any():
        # The engine names the slots of its own tables with decimal numbers.
        names, row = np.unique(places[is_internal], return_inverse=True)
        texts = [graph.string(name) for name in names.tolist()]
        numbers = [int(text) if text.isdecimal() and len(text) < 12 else -1 for text in texts]  # noqa: PLR2004
        places[is_internal] = np.array(numbers, np.int64)[row]
    return places


def _opened(graph: HeapGraph, node: IntArray, name: IntArray) -> tuple[IntArray, IntArray]:
    """Replace arrays, and objects and collections of secrets, by their strings."""
    string_types = [graph.node_type_index(one) for one in vocab.STRING_TYPES]
    found_nodes, found_names = [], []
    for depth in range(_FOLDERS_TO_OPEN + 1):
        is_text = np.isin(graph.node_type[node], string_types)
        found_nodes.append(node[is_text])
        found_names.append(name[is_text])
        if depth < _FOLDERS_TO_OPEN:
            node, name = _contents(graph, node[~is_text], name[~is_text])
    return np.concatenate(found_nodes), np.concatenate(found_names)


def _contents(graph: HeapGraph, node: IntArray, name: IntArray) -> tuple[IntArray, IntArray]:
    is_object = graph.node_type[node] == graph.node_type_index("object")
    pairs = set(zip(node[is_object].tolist(), name[is_object].tolist(), strict=True))
    inside: list[tuple[int, int]] = []
    for owner, called in pairs:
        kind = graph.string(graph.node_name[owner])
        is_collective = _COLLECTIVE.match(graph.string(called)) is not None
        if kind == "Array":
            inside += [(target, called) for target in _targets(graph, owner, "element")]
        elif kind == vocab.CLASS_OBJECT and is_collective:
            inside += [(target, called) for target in _targets(graph, owner, "property")]
        elif kind in {"Map", "Set"} and is_collective:
            for table in _targets(graph, owner, "internal", "table"):
                inside += [(target, called) for target in _targets(graph, table, "internal")]
    both = np.array(inside, np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _targets(graph: HeapGraph, node: int, edge_type: str, label: str | None = None) -> list[int]:
    wanted = graph.edge_type_index(edge_type)
    return [
        int(graph.edge_to[edge])
        for edge in range(*graph.edges_of(node))
        if graph.edge_type[edge] == wanted
        and (graph.edge_label(edge) == label if label else graph.edge_label(edge) != "__proto__")
    ]


def _environment(graph: HeapGraph) -> tuple[IntArray, IntArray]:
    """Return the variables of environments: values and names."""
    is_typical = is_string(graph, ENVIRONMENT_NAMES)
    property_type = graph.edge_type_index("property")
    found = []
    for start in range(0, graph.n_edges, _EDGES_AT_ONCE):
        stop = min(start + _EDGES_AT_ONCE, graph.n_edges)
        edges = start + np.flatnonzero(graph.edge_type[start:stop] == property_type)
        found.append(edges[is_typical[graph.edge_name[edges]]])
    edges = np.concatenate([np.empty(0, np.int64), *found])
    owner, count = np.unique(graph.edge_from(edges), return_counts=True)
    nodes: list[int] = []
    names: list[int] = []
    is_string_type = {graph.node_type_index(one) for one in vocab.STRING_TYPES}
    for one in owner[count >= _MIN_ENVIRONMENT_NAMES].tolist():
        for edge in range(*graph.edges_of(one)):
            target = int(graph.edge_to[edge])
            if (
                graph.edge_type[edge] == property_type
                and int(graph.node_type[target]) in is_string_type
            ):
                nodes.append(target)
                names.append(int(graph.edge_name[edge]))
    return np.array(nodes, np.int64), np.array(names, np.int64)
