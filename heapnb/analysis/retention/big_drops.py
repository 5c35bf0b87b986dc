"""Find where memory gathers: objects that retain much more than any of their children."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import pyarrow as pa

from heapnb import vocab
from heapnb._typing import AnyArray, BoolArray, IntArray
from heapnb.analysis.retention.dominators import (
    child_count,
    dominated_by,
    largest_first,
    share_of_heap,
)
from heapnb.format.arrow import to_arrow, to_texts
from heapnb.graph import HeapGraph
from heapnb.kernels import dominated as kernels

if TYPE_CHECKING:
    import pandas as pd


Columns: TypeAlias = "dict[str, AnyArray | pa.Array]"
"""The columns of a table by name."""

_MANY: Final = 10
"""So many objects of a class make it a suspect."""


# -- where memory gathers -----------------------------------------------------------------------


def big_drops(graph: HeapGraph, *, min_share: float = 0.01, max_ratio: float = 0.5) -> pd.DataFrame:
    """Find where much memory is held by one object, but by none of its children.

    These are the places where small things gather, wherever in the heap they are.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    min_share : float, default 0.01
        Share of the heap that such an object retains at least.
    max_ratio : float, default 0.5
        Share of it that its largest child retains at most.

    Returns
    -------
    pandas.DataFrame
        ``node_id``, ``class_name``, ``name``; ``holder`` and ``holder_id``, class and id of the
        program's object that it belongs to: itself, or that which dominates a store of the
        engine's; ``child_count``, ``retained_size``, ``share``; ``largest_child_size`` and
        ``drop`` (bytes between the two); ``content_class``, ``content_count``,
        ``content_size`` (the class that makes up most of its children: how many of it, what
        they retain); ``location`` (where it, or its class, is defined). The
        index holds ordinals; the largest retained size first.

    Notes
    -----
    The root and the engine's lists of roots do not count.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>app app>list list[0]>a list[1]>b list[2]>c")
    >>> for key in "abc":
    ...     _ = builder.node(key, name="Job", size=100)
    >>> found = big_drops(builder.graph())
    >>> found[["class_name", "content_class", "content_count", "content_size"]]
      class_name content_class  content_count  content_size
    2       list           Job              3           300
    """
    return big_drop_frame(*big_drop_columns(graph, min_share=min_share, max_ratio=max_ratio))


def big_drop_columns(
    graph: HeapGraph, *, min_share: float = 0.01, max_ratio: float = 0.5
) -> tuple[IntArray, Columns]:
    """Find what `big_drops` lists, without pandas.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    min_share, max_ratio : float
        As for `big_drops`.

    Returns
    -------
    int64[k]
        Ordinals.
    dict of str to array
        The columns of `big_drops`: Arrow arrays of texts, numpy arrays of numbers.
    """
    # At least one byte, or a heap of nothing would be full of them.
    threshold = max(min_share * int(graph.retained_size[graph.root]), 1)
    is_synthetic = graph.node_type == graph.node_type_index("synthetic")
    large = np.flatnonzero((graph.retained_size >= threshold) & ~is_synthetic)
    large = large[(large != graph.root) & (child_count(graph, large) > 0)]
    largest = np.empty(len(large), np.int64)
    kernels.largest_children(
        graph.first_dominated, graph.dominated, graph.retained_size, large, largest
    )
    is_drop = graph.retained_size[largest] <= max_ratio * graph.retained_size[large]
    order = np.argsort(-graph.retained_size[large[is_drop]].astype(np.int64), kind="stable")
    nodes = large[is_drop][order]
    of_child = graph.retained_size[largest[is_drop][order]]
    contents = [_content(graph, node) for node in nodes.tolist()]
    return nodes, _columns(graph, nodes, graph.retained_size[nodes], of_child, contents)


def big_drop_frame(nodes: IntArray, columns: Columns) -> pd.DataFrame:
    """Make the DataFrame of `big_drops` from what `big_drop_columns` returns."""
    import pandas as pd

    from heapnb.frames import texts

    wrapped = {
        name: texts(values) if isinstance(values, pa.Array) else values
        for name, values in columns.items()
    }
    return pd.DataFrame(wrapped, index=nodes)


def _columns(
    graph: HeapGraph,
    nodes: IntArray,
    retained: AnyArray,
    largest: AnyArray,
    contents: Sequence[tuple[str, int, int]],
) -> Columns:
    from heapnb.frames import display_names, signed
    from heapnb.graph.locations import location_of

    retained, largest = signed(retained), signed(largest)
    holders = np.array([_holder(graph, node) for node in nodes.tolist()], np.int64)
    places = [location_of(graph, node) for node in nodes.tolist()]
    return {
        "node_id": signed(graph.node_id[nodes]),
        "class_name": graph.class_names.take(to_arrow(graph.class_index[nodes])),
        "name": display_names(graph, nodes),
        "holder": graph.class_names.take(to_arrow(graph.class_index[holders])),
        "holder_id": signed(graph.node_id[holders]),
        "child_count": child_count(graph, nodes),
        "retained_size": retained,
        "share": share_of_heap(graph, retained),
        "largest_child_size": largest,
        "drop": retained - largest,
        "content_class": to_texts([class_name for class_name, _, _ in contents]),
        "content_count": np.array([count for _, count, _ in contents], np.int64),
        "content_size": np.array([size for _, _, size in contents], np.int64),
        "location": to_texts(places),
    }


def _holder(graph: HeapGraph, node: int) -> int:
    """Return the nearest dominator that is not the engine's own, beginning with a node itself."""
    other_types = {graph.node_type_index(name) for name in vocab.OTHER_TYPES}
    holder = node
    while int(graph.node_type[holder]) in other_types and holder != graph.root:
        holder = int(graph.dominator[holder])
    return node if holder == graph.root else holder


def _content(graph: HeapGraph, node: int) -> tuple[str, int, int]:
    """Return the class that most of a node's children's bytes belong to, its count and size."""
    children = dominated_by(graph, node)
    classes, which = np.unique(graph.class_index[children], return_inverse=True)
    sizes = np.bincount(which, weights=graph.retained_size[children])
    most = int(sizes.argmax())
    return (
        graph.class_names[int(classes[most])].as_py(),
        int(np.count_nonzero(which == most)),
        int(sizes[most]),
    )


def leak_suspects(graph: HeapGraph, *, min_share: float = 0.05) -> pd.DataFrame:
    """Find what holds a large part of the heap: objects, and classes of which there are many.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    min_share : float, default 0.05
        Share of the heap from which on something is suspicious.

    Returns
    -------
    pandas.DataFrame
        ``kind``: ``object`` for rows of `big_drops`, ``class`` for at least ten objects of a
        class of the program's that together retain that much, though nothing but the roots
        dominates any of them; then ``node_id`` and ``holder_id`` are those of the largest. The
        columns of `big_drops`; and
        ``chain``, what holds the object, or the largest one: a list from the GC roots down,
        names of edges with a leading dot.

    Notes
    -----
    One snapshot shows what is large, not what grows: `heapnb.diagnose` with several tells leaks
    from caches that are just large.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>x root>y")
    >>> for number in range(12):
    ...     _ = builder.node(f"job{number}", name="Job", size=100, location=(7, 1, 1))
    ...     _ = builder.edge("x", f"job{number}", "a").edge("y", f"job{number}", "b")
    >>> leak_suspects(builder.graph())[["kind", "class_name", "content_count"]]
        kind class_name  content_count
    3  class        Job             12
    """
    import pandas as pd

    from heapnb.analysis.retention.paths import preferred_path

    found = pd.concat(
        [
            big_drops(graph, min_share=min_share).assign(kind="object"),
            _large_groups(graph, min_share).assign(kind="class"),
        ]
    ).sort_values("retained_size", ascending=False, kind="stable")
    paths = [preferred_path(graph, node) for node in found.index.tolist()]
    chains = pa.array(
        [None if path is None else path.chain for path in paths], pa.list_(pa.string())
    )
    found.insert(0, "kind", found.pop("kind").astype("str"))
    return found.assign(chain=pd.array(chains, dtype=pd.ArrowDtype(chains.type)))


def nodes_below_roots(graph: HeapGraph) -> IntArray:
    """Find the nodes that nothing but the roots and the engine's lists of them dominates.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    int64[k]
        Ordinals, ascending.
    """
    is_list: BoolArray = graph.node_type == graph.node_type_index("synthetic")
    is_list[graph.root] = True
    nodes: IntArray = np.flatnonzero(is_list[graph.dominator] & ~is_list)
    return nodes


def _large_groups(graph: HeapGraph, min_share: float) -> pd.DataFrame:
    """Group the objects below the roots by class, as far as the program defines their classes."""
    from heapnb.frames import texts_matching

    nodes = nodes_below_roots(graph)
    is_defined = graph.class_keys[:, 1] >= 0
    is_defined |= texts_matching(graph.class_names, r"^\{")[graph.class_keys[:, 0]]
    is_object = graph.node_type[nodes] == graph.node_type_index("object")
    nodes = largest_first(graph, nodes[is_object & is_defined[graph.class_key[nodes]]])
    keys, first, which, count = np.unique(
        graph.class_key[nodes], return_index=True, return_inverse=True, return_counts=True
    )
    # What nothing but the roots dominates does not dominate one another.
    retained = np.bincount(which, weights=graph.retained_size[nodes], minlength=len(keys))
    is_large = (share_of_heap(graph, retained) >= min_share) & (count >= _MANY)
    examples, count, retained = nodes[first[is_large]], count[is_large], retained[is_large]
    columns = _columns(
        graph,
        examples,
        retained.astype(np.uint64),
        graph.retained_size[examples],
        [
            (graph.class_name(node), n, int(size))
            for node, n, size in zip(
                examples.tolist(), count.tolist(), retained.tolist(), strict=True
            )
        ],
    )
    return big_drop_frame(examples, columns)
