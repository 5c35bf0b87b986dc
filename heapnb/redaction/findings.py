"""Table of the secrets in a heap: kinds, locations and counts, without the secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from heapnb.redaction.plan import Found, text_nodes, with_tokens
from heapnb.redaction.roles import PLACES, Role

if TYPE_CHECKING:
    import pandas as pd

    from heapnb._typing import AnyArray, BoolArray, IntArray
    from heapnb.graph import HeapGraph
    from heapnb.redaction.tokens import Tokens

_EDGES_AT_ONCE: Final = 1 << 22
_UNNAMED: Final = -1


def findings_table(graph: HeapGraph, roles: AnyArray, found: Found, tokens: Tokens) -> pd.DataFrame:
    """List the locations of secrets.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    roles : uint16[n_strings]
        See `heapnb.redaction.roles`.
    found : Found
        The secrets.
    tokens : Tokens
        Replaces secrets in names.

    Returns
    -------
    pandas.DataFrame
        One row per kind, place and name, most frequent first.

        ``kind``
            Kind of secret.
        ``place``
            Role of the string: ``"string"``, ``"property name"`` …
        ``name``
            Name of a property or variable that refers to the string, else ``<NA>``. Tokens replace
            secrets in it.
        ``count``
            Number of strings, or of edges or nodes with that name.
        ``node_id``
            One of the strings, or of the nodes with such a name or property.
    """
    import pandas as pd

    kinds, kind_in_texts, kind_everywhere = _kinds(len(roles), found)
    rows: list[tuple[Any, Any, Any, int, int]] = []
    is_text = text_nodes(graph)
    nodes = np.flatnonzero(is_text & (kind_in_texts[graph.node_name] >= 0))
    called = _names_of(graph, nodes)
    _add(rows, kind_in_texts[graph.node_name[nodes]], "string", called, graph.node_id[nodes])
    others = np.flatnonzero(~is_text & (kind_everywhere[graph.node_name] >= 0))
    place = np.array([_place_of(roles[name]) for name in graph.node_name[others]], object)
    for one in np.unique(place.astype(str)).tolist():
        some = others[place == one]
        nothing = np.full(len(some), _UNNAMED)
        _add(rows, kind_everywhere[graph.node_name[some]], one, nothing, graph.node_id[some])
    for edge_type, role in (("property", Role.PROPERTY), ("context", Role.VARIABLE)):
        edges = _edges_with(graph, edge_type, kind_everywhere >= 0)
        owner = graph.edge_from(edges)
        nothing = np.full(len(edges), _UNNAMED)
        kind = kind_everywhere[graph.edge_name[edges]]
        _add(rows, kind, PLACES[role], nothing, graph.node_id[owner])
    rows.sort(key=lambda row: -row[3])

    def name_of(index: int) -> str | None:
        if index == _UNNAMED:
            return None
        return with_tokens(graph.string(index), found.everywhere.get(index, ()), tokens)

    return pd.DataFrame(
        {
            "kind": [kinds[row[0]] for row in rows],
            "place": [row[1] for row in rows],
            "name": pd.array([name_of(row[2]) for row in rows], "string"),
            "count": np.array([row[3] for row in rows], np.int64),
            "node_id": np.array([row[4] for row in rows], np.int64),
        }
    )


def _kinds(n_strings: int, found: Found) -> tuple[list[str], IntArray, IntArray]:
    """Number the kinds, and return the kind of each string as a text and as a name."""
    number: dict[str, int] = {}
    in_texts = np.full(n_strings, -1)
    everywhere = np.full(n_strings, -1)
    for index, findings in found.in_texts.items():
        in_texts[index] = number.setdefault(findings[0].kind, len(number))
    for index, findings in found.everywhere.items():
        if findings:
            everywhere[index] = number.setdefault(findings[0].kind, len(number))
            if in_texts[index] < 0:
                in_texts[index] = everywhere[index]
    return list(number), in_texts, everywhere


def _place_of(roles: int) -> str:
    for role in (Role.CLASS, Role.CODE, Role.NATIVE, Role.SYMBOL):
        if int(roles) & int(role):
            return PLACES[role]
    return PLACES[Role.OWN]


def _names_of(graph: HeapGraph, nodes: IntArray) -> IntArray:
    """Return the string index of a property or variable that refers to each node."""
    name = np.full(graph.n_nodes, _UNNAMED, np.int64)
    is_wanted = np.zeros(graph.n_nodes, np.bool_)
    is_wanted[nodes] = True
    is_named = np.zeros(256, np.bool_)
    for edge_type in ("property", "context"):
        if graph.edge_type_index(edge_type) >= 0:
            is_named[graph.edge_type_index(edge_type)] = True
    for start in range(0, graph.n_edges, _EDGES_AT_ONCE):
        stop = min(start + _EDGES_AT_ONCE, graph.n_edges)
        wanted = is_wanted[graph.edge_to[start:stop]] & is_named[graph.edge_type[start:stop]]
        # In reverse order, so that the first edge wins.
        edges = start + np.flatnonzero(wanted)[::-1]
        edges = edges[name[graph.edge_to[edges]] == _UNNAMED]
        name[graph.edge_to[edges]] = graph.edge_name[edges]
    return name[nodes]


def _edges_with(graph: HeapGraph, edge_type: str, is_wanted_name: BoolArray) -> IntArray:
    index = graph.edge_type_index(edge_type)
    found = []
    for start in range(0, graph.n_edges, _EDGES_AT_ONCE):
        stop = min(start + _EDGES_AT_ONCE, graph.n_edges)
        edges = start + np.flatnonzero(graph.edge_type[start:stop] == index)
        found.append(edges[is_wanted_name[graph.edge_name[edges]]])
    return np.concatenate([np.empty(0, np.int64), *found])


def _add(
    rows: list[tuple[Any, Any, Any, int, int]],
    kind: IntArray,
    place: str,
    name: IntArray,
    node_id: AnyArray,
) -> None:
    """Add a row for each pair of kind and name."""
    if not len(kind):
        return
    pairs = np.stack([kind.astype(np.int64), name.astype(np.int64)], axis=1)
    distinct, first, count = np.unique(pairs, axis=0, return_index=True, return_counts=True)
    for (one, called), row, n in zip(distinct.tolist(), first, count, strict=True):
        rows.append((one, place, called, int(n), int(node_id[row])))
