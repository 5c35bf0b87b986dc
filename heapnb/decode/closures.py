"""Closures: where each function is written, and which variables it captures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb.decode.links import edges_of_type, places_in
from heapnb.frames import masked, node_names, signed, texts
from heapnb.graph.block_scopes import block_variables
from heapnb.graph.edges import children_of
from heapnb.graph.locations import script_name, script_names, scripts_of, site_place
from heapnb.kernels.chains import chain_lengths

if TYPE_CHECKING:
    import pandas as pd

    from heapnb._typing import AnyArray, BoolArray, IntArray
    from heapnb.graph import HeapGraph


def closures(graph: HeapGraph) -> pd.DataFrame:
    """List the functions of a heap.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    pandas.DataFrame
        One row a closure, in ordinal order; the index holds ordinals.

        ``node_id``

        ``function``
            Its name, empty for a function without one.
        ``location``
            Where it is written, as ``file.js:12:5``; ``<NA>`` where the file does not say.
        ``script``, ``line``, ``column``
            The same in parts; lines and columns count from 1.
        ``variables``
            List of the variables that its own context holds for it. All closures made in the
            same scope share one context, so some of them may be used by a sibling only.
            Variables with small integers are not in the file, unless it was taken with numbers.
        ``context_id``
            Node id of that context; ``<NA>`` for functions of the global scope.
        ``outer_contexts``
            How many contexts of functions enclose that one: all of them are kept alive.
        ``shallow_size``, ``retained_size``
            Of the closure, in bytes.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges(
    ...     "root>f f/context>own own/previous>outer own:cache>map own:key>text "
    ...     "f/shared>info info/script>script"
    ... )
    >>> for key, kind, name in [
    ...     ("f", "closure", "lookUp"),
    ...     ("own", "object", "system / Context"),
    ...     ("outer", "object", "system / Context"),
    ...     ("script", "code", "lib/memo.js"),
    ... ]:
    ...     _ = builder.node(key, type=kind, name=name)
    >>> builder.node("f", location=(7, 11, 4))
    SnapshotBuilder(8 nodes, 7 edges)
    >>> row = closures(builder.graph()).iloc[0]
    >>> row.function, row.location, row.variables, int(row.outer_contexts)
    ('lookUp', 'lib/memo.js:12:5', ['cache', 'key'], 1)
    """
    import pandas as pd

    nodes = np.flatnonzero(graph.node_type == graph.node_type_index("closure"))
    columns = {
        "node_id": signed(graph.node_id[nodes]),
        "function": texts(node_names(graph, nodes)),
        **_places(graph, nodes),
        **_contexts(graph, nodes),
        "shallow_size": signed(graph.shallow_size[nodes]),
        "retained_size": signed(graph.retained_size[nodes]),
    }
    return pd.DataFrame(columns, index=nodes, copy=False)


def _places(graph: HeapGraph, nodes: IntArray) -> dict[str, Any]:
    rows = graph.location_of[nodes].astype(np.int64)
    line = np.zeros(len(nodes), np.int64)
    column = np.zeros(len(nodes), np.int64)
    script_id = np.full(len(nodes), vocab.NO_INDEX, np.int64)
    has_place = rows >= 0
    locations = graph.raw.locations
    if locations is not None:
        rows = rows[has_place]
        script_id[has_place] = locations.script_id[rows]
        line[has_place] = locations.line[rows] + 1
        column[has_place] = locations.column[rows] + 1
    script = _script_column(graph, nodes, script_id, has_place)
    if graph.source_files is not None:
        script, line, column = _as_written(graph, script, script_id, line, column)
    known_as = pc.coalesce(
        script, _join("script ", pc.cast(pa.array(script_id), pa.large_string()))
    )
    place = _join(
        known_as, *(part for number in (line, column) for part in (":", _decimal(number)))
    )
    return {
        "location": texts(pc.if_else(pa.array(has_place), place, None)),
        "script": texts(script),
        "line": masked(line, ~has_place),
        "column": masked(column, ~has_place),
    }


def _as_written(
    graph: HeapGraph,
    script: pa.LargeStringArray,
    script_id: IntArray,
    line: IntArray,
    column: IntArray,
) -> tuple[pa.LargeStringArray, IntArray, IntArray]:
    """Put the places of source maps in place of those in bundles."""
    sites, which = np.unique(
        np.column_stack([script_id, line, column]), axis=0, return_inverse=True
    )
    which = which.ravel()
    places = [site_place(graph, i, row - 1, place - 1) for i, row, place in sites.tolist()]
    files = pa.array([place.file for place in places], pa.large_string()).take(pa.array(which))
    lines = np.array([place.line for place in places], np.int64)
    columns = np.array([place.column for place in places], np.int64)
    # What has no place keeps the name of its script, or stays without one.
    is_placed = pc.and_(pa.array(script_id >= 0), pc.is_valid(script))
    return pc.if_else(is_placed, files, script), lines[which], columns[which]


def _script_column(
    graph: HeapGraph, nodes: IntArray, script_id: IntArray, has_place: BoolArray
) -> pa.LargeStringArray:
    """Name scripts by the id of the place; closures without one by what their copies share."""
    by_id = script_names(graph)
    ids, which = np.unique(script_id, return_inverse=True)
    names = pa.array([by_id.get(i) for i in ids.tolist()], pa.large_string())
    found = names.take(pa.array(which))
    scripts = scripts_of(graph, nodes)
    scripts[has_place] = vocab.NO_INDEX
    distinct, which = np.unique(scripts, return_inverse=True)
    named = [script_name(graph, node) if node >= 0 else None for node in distinct.tolist()]
    return pc.coalesce(found, pa.array(named, pa.large_string()).take(pa.array(which)))


def _contexts(graph: HeapGraph, nodes: IntArray) -> dict[str, Any]:
    is_context = _is_context_name(graph)
    context = children_of(graph, nodes, ["context"])
    context[~is_context[graph.node_name[context]]] = vocab.NO_INDEX
    is_global = context < 0
    distinct, which = np.unique(context[~is_global], return_inverse=True)
    # Row 0 is the global scope, whose names no function captures.
    row = np.zeros(len(nodes), np.int64)
    row[~is_global] = which + 1
    return {
        "variables": _wrapped(_variables(graph, distinct).take(pa.array(row))),
        "context_id": masked(graph.node_id[np.where(is_global, 0, context)], is_global),
        "outer_contexts": np.append(0, _enclosing(graph, distinct, is_context))[row],
    }


def _is_context_name(graph: HeapGraph) -> BoolArray:
    # Newer versions put the id of the scope behind it.
    marked: BoolArray = pc.starts_with(graph.strings, vocab.CONTEXT_NAME).to_numpy(
        zero_copy_only=False
    )
    return marked


def _variables(graph: HeapGraph, contexts: IntArray) -> pa.LargeListArray:
    """List the variables of contexts, after an empty list."""
    empty = pa.array([[]], pa.large_list(pa.large_string()))
    return pa.concat_arrays([empty, variables_of_contexts(graph, contexts)])


def variables_of_contexts(graph: HeapGraph, contexts: IntArray) -> pa.LargeListArray:
    """List the variables that contexts hold.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    contexts : int64[k]
        Ordinals.

    Returns
    -------
    pyarrow.LargeListArray
        Names, one list a context.
    """
    row, edges = edges_of_type(graph, contexts, "context")
    names = graph.strings.take(pa.array(graph.edge_name[edges]))
    blocks = block_variables(graph)
    block = places_in(contexts, graph.edge_from(blocks.edge))
    is_wanted = np.flatnonzero(block >= 0)
    if len(is_wanted):
        of_blocks = [blocks.name_of(edge) for edge in blocks.edge[is_wanted].tolist()]
        row = np.concatenate([row, block[is_wanted]])
        order = np.argsort(row, kind="stable")
        row = row[order]
        names = pa.concat_arrays([names, pa.array(of_blocks, names.type)]).take(pa.array(order))
    first = np.searchsorted(row, np.arange(len(contexts) + 1))
    return pa.LargeListArray.from_arrays(pa.array(first.astype(np.int64)), names)


def _enclosing(graph: HeapGraph, contexts: IntArray, is_context: BoolArray) -> IntArray:
    """Count the contexts of functions around each of some contexts."""
    everything = np.flatnonzero(is_context[graph.node_name])
    previous = children_of(graph, everything, ["previous"])
    length = np.empty(len(everything), np.int64)
    chain_lengths(places_in(everything, previous), length)
    return length[places_in(everything, contexts)]


def _wrapped(values: pa.Array) -> Any:
    import pandas as pd

    return pd.array(values, dtype=pd.ArrowDtype(values.type))


def _decimal(values: AnyArray) -> pa.LargeStringArray:
    return pc.cast(pa.array(values), pa.large_string())


def _join(*parts: str | pa.LargeStringArray) -> pa.LargeStringArray:
    kind = pa.large_string()
    whole = [pa.scalar(part, kind) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*whole, pa.scalar("", kind))
