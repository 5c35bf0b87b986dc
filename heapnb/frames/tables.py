"""The tables of nodes, edges and strings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb.format.arrow import to_arrow
from heapnb.frames.columns import by_type, distances, masked, named, signed, texts
from heapnb.frames.labels import display_names, edge_labels, node_names
from heapnb.kernels.csr import count_targets

if TYPE_CHECKING:
    import pandas as pd

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
        One row per node; the index is the node ordinal. ``node_id``; ``node_type``, ``name`` and
        ``class_name`` as strings; ``self_size`` (the file's), ``shallow_size`` (with what only
        this node owns) and ``retained_size`` in bytes; ``distance``, ``<NA>`` where the
        program's roots do not reach the node; ``dominator_id``; ``detachedness`` (0 unknown, 1
        attached, 2 detached, ``<NA>`` if the file does not say); ``edge_count``.

    Notes
    -----
    Ids, sizes and counts are ``int64``, so that a difference is negative where it should be.
    ``graph.distance`` has the numbers that DevTools computes with.

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
    import pandas as pd

    graph.prepare_sizes()
    columns = {name: _column(values) for name, values in node_columns(graph, slice(None)).items()}
    return pd.DataFrame(columns, copy=False)


def nodes_at(graph: HeapGraph, nodes: AnyArray) -> pd.DataFrame:
    """Make the table of some nodes."""
    import pandas as pd

    chosen = np.asarray(nodes, np.int64)
    columns = {name: _column(values) for name, values in node_columns(graph, chosen).items()}
    return pd.DataFrame(columns, index=chosen, copy=False)


def node_columns(graph: HeapGraph, rows: Any) -> dict[str, Any]:
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
        By the names of `NODE_COLUMNS` and in their order: Arrow arrays of texts, numpy arrays
        of ``int64``, and pandas arrays where values may be missing.
    """
    ids = graph.node_id[rows]
    states = graph.detachedness
    return {
        "node_id": signed(ids),
        "node_type": named(graph.node_type_names, graph.node_type[rows]),
        "name": node_names(graph, rows),
        "class_name": graph.class_names.take(to_arrow(graph.class_index[rows])),
        "self_size": signed(graph.self_size[rows]),
        "shallow_size": signed(graph.shallow_size[rows]),
        "retained_size": signed(graph.retained_size[rows]),
        "distance": distances(graph.distance[rows]),
        "dominator_id": signed(graph.node_id[graph.dominator[rows]]),
        "detachedness": masked(
            np.zeros(len(ids), np.int16) if states is None else states[rows].astype(np.int16),
            np.full(len(ids), states is None),
        ),
        "edge_count": signed(graph.edge_count[rows]),
    }


def edges_frame(graph: HeapGraph) -> pd.DataFrame:
    """Make the table of all edges.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    pandas.DataFrame
        One row per edge; the index is the edge ordinal. ``from_id`` and ``to_id``; ``edge_type``
        and ``name`` as strings, ``name`` missing for element and hidden edges; ``index`` for
        these, ``<NA>`` for the others.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> edges_frame(SnapshotBuilder.from_edges("root.cache>a a[7]>b").graph())
       from_id  to_id edge_type   name  index
    0        1      3  property  cache   <NA>
    1        3      5   element   <NA>      7
    """
    import pandas as pd

    is_indexed = by_type(graph.is_indexed_edge_type)[graph.edge_type]
    columns = {
        "from_id": np.repeat(signed(graph.node_id), graph.edge_count),
        "to_id": signed(graph.node_id)[graph.edge_to],
        "edge_type": texts(named(graph.edge_type_names, graph.edge_type)),
        "name": texts(graph.strings.take(pa.array(graph.edge_name, mask=is_indexed))),
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
    import pandas as pd

    columns = {
        "edge_type": texts(named(graph.edge_type_names, graph.edge_type[edges])),
        "edge_name": texts(edge_labels(graph, edges)),
        "node_id": signed(graph.node_id[ends]),
        "class_name": texts(graph.class_names.take(pa.array(graph.class_index[ends]))),
        "name": texts(display_names(graph, ends)),
        "distance": distances(graph.distance[ends]),
        "shallow_size": signed(graph.shallow_size[ends]),
        "retained_size": signed(graph.retained_size[ends]),
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
    import pandas as pd

    counts = np.zeros(len(graph.strings), np.uint32)
    count_targets(graph.node_name, counts)
    columns = {
        "string": texts(graph.strings),
        "length": signed(pc.utf8_length(graph.strings).to_numpy()),
        "node_count": signed(counts),
    }
    return pd.DataFrame(columns, copy=False)


def _column(values: Any) -> Any:
    return texts(values) if isinstance(values, pa.LargeStringArray) else values
