"""Contexts: the variables of a scope, which all closures made in it share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow.compute as pc

from heapnb import vocab
from heapnb.decode.closures import variables_of_contexts
from heapnb.decode.links import (
    edges_named,
    edges_of_type,
    has_name,
    has_type,
    ids_of,
    locations_of,
    names_of,
    places_in,
    property_of,
    sizes_of,
)
from heapnb.frames import signed

if TYPE_CHECKING:
    import pandas as pd

    from heapnb._typing import IntArray
    from heapnb.graph import HeapGraph

# Newer versions put it before the function's name.
_SHARED_PREFIX: Final = "system / SharedFunctionInfo / "
_SCOPE_INFO: Final = "system / ScopeInfo"
_MOST_BLOCKS: Final = 16


def contexts(graph: HeapGraph) -> pd.DataFrame:
    """List the contexts of functions: each holds the variables of one scope, once for each run.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    pandas.DataFrame
        One row a context, in ordinal order; the index holds ordinals.

        ``node_id``

        ``function``
            The function whose scope it is, or that has the block whose scope it is; empty for
            one without a name, ``<NA>`` where the file does not tell.
        ``location``
            Where that function is written, as ``file.js:12:5``; ``<NA>`` where no closure of it
            is left.
        ``variables``
            List of the variables, but for those with small integers.
        ``variable_count``
            How many these are.
        ``closure_count``
            How many closures share it. What only one of them uses, all of them keep alive.
        ``function_count``
            How many different functions these are closures of.
        ``outer_id``
            Node id of the context around it; ``<NA>`` where that is the global scope.
        ``shallow_size``, ``retained_size``
            In bytes.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>f root>g f/context>c g/context>c c:cache>map")
    >>> for key, kind, name in [
    ...     ("f", "closure", "get"),
    ...     ("g", "closure", "set"),
    ...     ("c", "object", "system / Context"),
    ... ]:
    ...     _ = builder.node(key, type=kind, name=name)
    >>> row = contexts(builder.graph()).iloc[0]
    >>> row.variables, int(row.closure_count)
    (['cache'], 2)
    """
    import pandas as pd

    node = find_contexts(graph)
    closure, place = _closures(graph, node)
    shared = property_of(graph, closure, "shared", edge_type="internal")
    pair = np.unique(np.stack([place, shared]), axis=1)
    function = _functions(graph, node)
    outer = property_of(graph, node, "previous", edge_type="internal")
    outer = np.where(places_in(node, outer) >= 0, outer, vocab.NO_INDEX)
    variables = variables_of_contexts(graph, node)
    columns = {
        "node_id": signed(graph.node_id[node]),
        "function": pd.Series(names_of(graph, function)).str.removeprefix(_SHARED_PREFIX).array,
        "location": locations_of(graph, _closure_of(graph, function)),
        "variables": pd.array(variables, dtype=pd.ArrowDtype(variables.type)),
        "variable_count": signed(pc.list_value_length(variables).to_numpy()),
        "closure_count": np.bincount(place, minlength=len(node)),
        "function_count": np.bincount(pair[0], minlength=len(node)),
        "outer_id": ids_of(graph, outer),
        **sizes_of(graph, node),
    }
    return pd.DataFrame(columns, index=node, copy=False)


def find_contexts(graph: HeapGraph) -> IntArray:
    """Find the contexts of functions and blocks.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    int64[k]
        Ordinals, ascending.
    """
    # Newer versions put the id of the scope behind it.
    is_name = pc.starts_with(graph.strings, vocab.CONTEXT_NAME).to_numpy(zero_copy_only=False)
    is_object = graph.node_type == graph.node_type_index("object")
    return np.flatnonzero(is_object & is_name[graph.node_name])


def _closures(graph: HeapGraph, contexts: IntArray) -> tuple[IntArray, IntArray]:
    """Return the closures that have one of some contexts, and the place of that."""
    edges = edges_named(graph, "context", "internal")
    closure = graph.edge_from(edges)
    place = places_in(contexts, graph.edge_to[edges].astype(np.int64))
    is_wanted = has_type(graph, closure, "closure") & (place >= 0)
    return closure[is_wanted], place[is_wanted]


def _functions(graph: HeapGraph, contexts: IntArray) -> IntArray:
    """Find the SharedFunctionInfo of the function of each context."""
    edges = edges_named(graph, "name_or_scope_info", "internal")
    scope = graph.edge_to[edges].astype(np.int64)
    is_scope = has_name(graph, scope, _SCOPE_INFO)
    scope, first = np.unique(scope[is_scope], return_index=True)
    function_of_scope = graph.edge_from(edges[is_scope][first])
    info = property_of(graph, contexts, "scope_info", edge_type="internal")
    # A block's scope knows the one around it, until that is a function's.
    distinct, which = np.unique(info, return_inverse=True)
    current = distinct.copy()
    by_scope = np.full(len(distinct), vocab.NO_INDEX, np.int64)
    for _ in range(_MOST_BLOCKS):
        place = places_in(scope, current)
        is_new = (by_scope < 0) & (place >= 0)
        by_scope[is_new] = function_of_scope[place[is_new]]
        current = np.where(by_scope < 0, _outer_scopes(graph, current), vocab.NO_INDEX)
        if not (current >= 0).any():
            break
    return by_scope[which]


def _outer_scopes(graph: HeapGraph, scopes: IntArray) -> IntArray:
    known = np.flatnonzero(scopes >= 0)
    outer = np.full(len(scopes), vocab.NO_INDEX, np.int64)
    for kind in ("hidden", "internal"):
        row, edges = edges_of_type(graph, scopes[known], kind)
        target = graph.edge_to[edges].astype(np.int64)
        is_scope = has_name(graph, target, _SCOPE_INFO)
        outer[known[row[is_scope]]] = target[is_scope]
    return outer


def _closure_of(graph: HeapGraph, functions: IntArray) -> IntArray:
    """Find one closure of each function."""
    edges = edges_named(graph, "shared", "internal")
    shared, first = np.unique(graph.edge_to[edges], return_index=True)
    closure = graph.edge_from(edges[first])
    place = places_in(shared.astype(np.int64), functions)
    return np.where(place >= 0, closure[np.maximum(place, 0)], -1) if len(closure) else place
