"""What keeps what alive alone: the dominator tree, where it branches, what gathers below it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from heapnb import vocab
from heapnb._typing import AnyArray, BoolArray, IntArray, NodeArray
from heapnb.graph import HeapGraph
from heapnb.kernels import dominated as kernels

if TYPE_CHECKING:
    import pandas as pd


DEFAULT_TOP: Final = 50
"""How many children of each node the dominator tree shows."""


def dominating_edges(graph: HeapGraph, nodes: AnyArray | Sequence[int]) -> IntArray:
    """Find the edges of the dominator tree that are edges of the heap.

    A dominator need not refer to what it dominates: two of its properties may do so, each by a
    way of its own.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : integer[k]
        Ordinals.

    Returns
    -------
    int64[k]
        The first edge by which each node's dominator refers to it, weak edges aside; -1 where
        there is none.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> graph = SnapshotBuilder.from_edges("root>a root>b a>c b>c").graph()
    >>> dominating_edges(graph, [1, 2, 3]).tolist()
    [0, 1, -1]
    """
    wanted = np.ascontiguousarray(nodes, np.int64)
    edges = np.empty(len(wanted), np.int64)
    kernels.dominating_edges(
        graph.first_edge,
        graph.edge_type,
        graph.first_retainer,
        graph.retaining_edge,
        graph.dominator,
        graph.edge_type_index("weak"),
        wanted,
        edges,
    )
    return edges


def dominators(
    graph: HeapGraph, node: int | None = None, *, top: int | None = DEFAULT_TOP, depth: int = 1
) -> pd.DataFrame:
    """List the dominator tree below a node.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int, optional
        Ordinal; the root by default.
    top : int or None
        How many children of each node, those first that retain most; None for all.
    depth : int, default 1
        How many levels.

    Returns
    -------
    pandas.DataFrame
        One row a node, each before what is below it: ``level`` (1 for children of ``node``),
        ``node_id``, ``class_name``, ``name``, ``is_edge`` (whether its dominator refers to it
        directly), ``edge_name`` (of that edge, else missing), ``child_count``,
        ``shallow_size``, ``retained_size``, ``share`` (of the heap), ``share_of_dominator``,
        ``dominator_id``. The index holds ordinals.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> graph = SnapshotBuilder.from_edges("root.x>a root>b a>c a>d c>e d>e", size=10).graph()
    >>> dominators(graph, depth=2)[["level", "class_name", "is_edge", "edge_name", "share"]]
       level class_name  is_edge edge_name  share
    1      1          a     True         x    0.8
    3      2          c     True         c    0.2
    4      2          d     True         d    0.2
    5      2          e    False      <NA>    0.2
    2      1          b     True         b    0.2
    """
    pending = [(graph.root if node is None else node, 0)]
    rows: list[tuple[int, int]] = []
    while pending:
        current, level = pending.pop()
        if level:
            rows.append((current, level))
        if level < depth:
            children = largest_first(graph, dominated_by(graph, current))[:top]
            pending += [(child, level + 1) for child in children[::-1].tolist()]
    nodes, levels = np.array(rows, np.int64).reshape(-1, 2).T
    return tree_frame(graph, nodes, levels)


def largest_first(graph: HeapGraph, nodes: AnyArray) -> AnyArray:
    """Sort nodes by what they retain; of equal ones the first stays first, as ``integer[k]``."""
    sizes = graph.retained_size[nodes].astype(np.int64)
    return nodes[np.argsort(-sizes, kind="stable")]


def dominated_by(graph: HeapGraph, node: int) -> NodeArray:
    """Return the children of a node in the dominator tree."""
    return graph.dominated[int(graph.first_dominated[node]) : int(graph.first_dominated[node + 1])]


def tree_frame(graph: HeapGraph, nodes: AnyArray, levels: IntArray) -> pd.DataFrame:
    """Make a table of nodes of the dominator tree.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : integer[k]
        Ordinals, in the order of the rows.
    levels : int64[k]
        Values of the column ``level``.

    Returns
    -------
    pandas.DataFrame
        Columns and index as `dominators` has them.
    """
    import pandas as pd

    from heapnb.frames import display_names, edge_labels, signed, texts

    nodes = np.asarray(nodes, np.int64)
    edges = dominating_edges(graph, nodes)
    is_edge = edges >= 0
    labels = edge_labels(graph, edges[is_edge])
    place = pa.array(np.cumsum(is_edge) - 1, mask=~is_edge)
    dominator = graph.dominator[nodes]
    return pd.DataFrame(
        {
            "level": levels,
            "node_id": signed(graph.node_id[nodes]),
            "class_name": texts(graph.class_names.take(pa.array(graph.class_index[nodes]))),
            "name": texts(display_names(graph, nodes)),
            "is_edge": is_edge,
            "edge_name": texts(labels.take(place)),
            "child_count": child_count(graph, nodes),
            "shallow_size": signed(graph.shallow_size[nodes]),
            "retained_size": signed(graph.retained_size[nodes]),
            "share": share_of_heap(graph, graph.retained_size[nodes]),
            "share_of_dominator": graph.retained_size[nodes]
            / np.maximum(graph.retained_size[dominator], 1),
            "dominator_id": signed(graph.node_id[dominator]),
        },
        index=nodes,
    )


def child_count(graph: HeapGraph, nodes: IntArray) -> IntArray:
    """Count the children of each node in the dominator tree."""
    first = graph.first_dominated
    return first[nodes + 1].astype(np.int64) - first[nodes]


def share_of_heap(graph: HeapGraph, sizes: AnyArray) -> AnyArray:
    """Divide sizes by that of the whole heap, as ``float64[k]``."""
    shares: AnyArray = sizes / max(int(graph.retained_size[graph.root]), 1)
    return shares


# -- what dominates some objects ----------------------------------------------------------------


def immediate_dominators(
    graph: HeapGraph, nodes: AnyArray | Sequence[int], *, skip: str | re.Pattern[str] | None = None
) -> pd.DataFrame:
    """Tell which classes dominate some objects: whose fault it is that they are alive.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : integer[k]
        Ordinals of the objects.
    skip : str or compiled pattern, optional
        Dominators to skip: those in whose class name this regular expression is found.
        The engine's own objects, such as the tables of Maps, always are.

    Returns
    -------
    pandas.DataFrame
        One row a class of dominators: ``class_name``, ``location`` (of its definition, or
        missing), ``count`` (dominators), ``dominated_count`` (of the objects),
        ``dominated_size`` (their bytes, shallow), ``retained_size`` (of the dominators, each
        byte once), ``share`` (of the heap), ``node_id`` (a dominator). What dominates most
        objects first.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>Map Map/table>t t/1>a t/2>b root>c", size=8)
    >>> _ = builder.node("t", type="array")
    >>> graph = builder.graph()
    >>> immediate_dominators(graph, [3, 4, 5])[["class_name", "count", "dominated_count"]]
        class_name  count  dominated_count
    0          Map      1                2
    1  (synthetic)      1                1
    """
    import pandas as pd

    from heapnb.frames import signed, texts
    from heapnb.graph.group_sizes import retained_by_group
    from heapnb.graph.locations import location_text

    wanted = np.asarray(nodes, np.int64)
    nearest = np.empty(graph.n_nodes, np.uint32)
    kernels.nearest_unskipped(
        graph.dominator, graph.dominator_order, _is_skipped(graph, skip), nearest
    )
    holders = nearest[wanted]
    keys, which = np.unique(graph.class_key[holders], return_inverse=True)
    count = np.bincount(which, minlength=len(keys))
    size = np.bincount(which, weights=graph.shallow_size[wanted], minlength=len(keys))
    distinct, example_of = np.unique(holders, return_index=True)
    # Everything that dominates none of the objects is of one more group, which is left out.
    group = np.full(graph.n_nodes, len(keys), np.uint32)
    group[distinct] = which[example_of]
    retained = retained_by_group(graph, group, len(keys) + 1)[:-1].astype(np.int64)
    example = np.zeros(len(keys), np.int64)
    example[which[::-1]] = holders[::-1]
    order = np.argsort(-count, kind="stable")
    class_index, location = graph.class_keys[keys[order]].T
    places = [location_text(graph, row) for row in location.tolist()]
    return pd.DataFrame(
        {
            "class_name": texts(graph.class_names.take(pa.array(class_index))),
            "location": texts(pa.array(places, pa.large_string())),
            "count": np.bincount(group[distinct], minlength=len(keys))[order],
            "dominated_count": count[order],
            "dominated_size": size[order].astype(np.int64),
            "retained_size": retained[order],
            "share": share_of_heap(graph, retained[order]),
            "node_id": signed(graph.node_id[example[order]]),
        }
    )


def _is_skipped(graph: HeapGraph, skip: str | re.Pattern[str] | None) -> BoolArray:
    from heapnb.frames import texts_matching

    types = [graph.node_type_index(name) for name in vocab.OTHER_TYPES]
    skipped: BoolArray = np.isin(graph.node_type, [t for t in types if t != vocab.NO_INDEX])
    if skip is not None:
        skipped |= texts_matching(graph.class_names, skip)[graph.class_index]
    return skipped
