"""The tables of nodes, edges and strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from heapnb.frames.columns import by_type, categorical, masked, name_table, texts
from heapnb.frames.labels import display_names, edge_labels, node_names
from heapnb.kernels.csr import count_targets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from heapnb._typing import AnyArray
    from heapnb.graph import HeapGraph


NODE_COLUMNS = (
    "node_id",
    "node_type",
    "name",
    "class_name",
    "self_size",
    "shallow_size",
    "retained_size",
    "distance",
    "dominator_id",
    "detachedness",
    "edge_count",
)
"""Columns of every table with one row a node."""


def nodes_frame(graph: HeapGraph) -> pd.DataFrame:
    """Make the table of all nodes.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    pandas.DataFrame
        One row a node; the index is the node ordinal. ``node_id``; ``node_type``, ``name`` and
        ``class_name`` as categories; ``self_size`` (the file's), ``shallow_size`` (with what
        only this node owns) and ``retained_size`` in bytes; ``distance`` (-5 unreached, from
        100,000,000 on reached by the engine only); ``dominator_id``; ``detachedness`` (0
        unknown, 1 attached, 2 detached); ``edge_count``.

    Notes
    -----
    Columns of the graph are not copied, so they are read-only: make a copy to change them.
    Categories are in the order of the file's string table; to sort by name, sort
    ``name.astype("str")``.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> frame = nodes_frame(SnapshotBuilder.from_edges("root>a a>b").graph())
    >>> frame[["node_id", "class_name", "retained_size"]]
       node_id   class_name  retained_size
    0        1  (synthetic)             32
    1        3            a             32
    2        5            b             16
    """
    graph.prepare_sizes()
    everything = slice(None)
    columns = {
        "node_type": categorical(graph.node_type, pa.array(graph.node_type_names)),
        "name": name_table(graph).categorical(graph.node_name, graph.renamed),
        "class_name": categorical(graph.class_index, graph.class_names),
        **{name: _integers(values) for name, values in _node_numbers(graph, everything).items()},
    }
    return pd.DataFrame(columns, columns=list(NODE_COLUMNS), copy=False)


def nodes_at(graph: HeapGraph, nodes: AnyArray) -> pd.DataFrame:
    """Make the table of some nodes.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : integer[k]
        Ordinals, in the order of the rows.

    Returns
    -------
    pandas.DataFrame
        Columns and values as in `nodes_frame`, texts as such; the index holds the ordinals.
    """
    chosen = np.asarray(nodes, np.int64)
    columns = {
        name: texts(values) if _is_text(values) else _integers(values)
        for name, values in node_columns(graph, chosen).items()
    }
    return pd.DataFrame(columns, index=chosen, copy=False)


def node_columns(graph: HeapGraph, rows: Any) -> dict[str, AnyArray | pa.Array]:
    """Collect the columns of some nodes.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    rows : slice or integer[k]
        Which nodes: ordinals, in the order of the rows.

    Returns
    -------
    dict of str to array
        By the names of `NODE_COLUMNS` and in their order. Texts are Arrow arrays, and so is
        columns that a file may lack; other numbers are numpy arrays, not copied where ``rows`` is
        a slice.
    """
    columns = {
        "node_type": _named(graph.node_type_names, graph.node_type[rows]),
        "name": node_names(graph, rows),
        "class_name": graph.class_names.take(pa.array(graph.class_index[rows])),
        **_node_numbers(graph, rows),
    }
    return {name: columns[name] for name in NODE_COLUMNS}


def _node_numbers(graph: HeapGraph, rows: Any) -> dict[str, AnyArray | pa.Array]:
    ids = graph.node_id[rows]
    states = graph.detachedness
    return {
        "node_id": ids,
        "self_size": graph.self_size[rows],
        "shallow_size": graph.shallow_size[rows],
        "retained_size": graph.retained_size[rows],
        "distance": graph.distance[rows],
        "dominator_id": graph.node_id[graph.dominator[rows]],
        "detachedness": pa.nulls(len(ids), pa.uint8())
        if states is None
        else pa.array(states[rows]),
        "edge_count": graph.edge_count[rows],
    }


def _named(names: Sequence[str], codes: AnyArray) -> pa.LargeStringArray:
    return pa.array(names, pa.large_string()).take(pa.array(codes))


def edges_frame(graph: HeapGraph) -> pd.DataFrame:
    """Make the table of all edges.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    pandas.DataFrame
        One row an edge; the index is the edge ordinal. ``from_id`` and ``to_id``;
        ``edge_type`` as a category; ``name`` as a category, missing for element and hidden
        edges; ``index`` for these, ``<NA>`` for the others.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> edges_frame(SnapshotBuilder.from_edges("root.cache>a a[7]>b").graph())
       from_id  to_id edge_type   name  index
    0        1      3  property  cache   <NA>
    1        3      5   element   <NA>      7
    """
    is_indexed = by_type(graph.is_indexed_edge_type)[graph.edge_type]
    # An index may lie beyond the string table.
    strings = np.where(is_indexed, np.uint32(0), graph.edge_name)
    columns = {
        "from_id": np.repeat(graph.node_id, graph.edge_count),
        "to_id": graph.node_id[graph.edge_to],
        "edge_type": categorical(graph.edge_type, pa.array(graph.edge_type_names)),
        "name": name_table(graph).categorical(strings, is_missing=is_indexed),
        "index": masked(graph.edge_name, ~is_indexed),
    }
    return pd.DataFrame(columns, copy=False)


def edges_at(graph: HeapGraph, edges: AnyArray, ends: AnyArray) -> pd.DataFrame:
    """Make a table of some edges together with the node at one of their ends.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    edges : integer[k]
        Edge ordinals, in the order of the rows.
    ends : integer[k]
        The node to show for each: where it comes from, or where it leads.

    Returns
    -------
    pandas.DataFrame
        ``edge_type``, ``edge_name``, and of the node ``node_id``, ``class_name``, ``name`` (as
        DevTools shows it), ``distance``, ``shallow_size`` and ``retained_size``.
    """
    columns = {
        "edge_type": texts(_named(graph.edge_type_names, graph.edge_type[edges])),
        "edge_name": texts(edge_labels(graph, edges)),
        "node_id": graph.node_id[ends],
        "class_name": texts(graph.class_names.take(pa.array(graph.class_index[ends]))),
        "name": texts(display_names(graph, ends)),
        "distance": graph.distance[ends],
        "shallow_size": graph.shallow_size[ends],
        "retained_size": graph.retained_size[ends],
    }
    return pd.DataFrame(columns, copy=False)


def strings_frame(graph: HeapGraph) -> pd.DataFrame:
    """Make the table of the file's string table.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    pandas.DataFrame
        One row a string; the index is its number in the file. ``string``; ``length`` in
        characters (V8 cuts strings at 1,024); ``node_count``: how many nodes have it as their
        name.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> strings_frame(SnapshotBuilder.from_edges("root.cache>Map").graph())
        string  length  node_count
    0  <dummy>       7           0
    1                0           1
    2      Map       3           1
    3    cache       5           0
    """
    counts = np.zeros(len(graph.strings), np.uint32)
    count_targets(graph.node_name, counts)
    columns = {
        "string": texts(graph.strings),
        "length": pc.utf8_length(graph.strings).to_numpy().astype(np.uint32),
        "node_count": counts,
    }
    return pd.DataFrame(columns, copy=False)


def _is_text(values: AnyArray | pa.Array) -> bool:
    return isinstance(values, pa.LargeStringArray)


def _integers(values: AnyArray | pa.Array) -> Any:
    if isinstance(values, np.ndarray):
        return values
    is_missing = values.is_null().to_numpy(zero_copy_only=False)
    return masked((values.fill_null(0) if values.null_count else values).to_numpy(), is_missing)
