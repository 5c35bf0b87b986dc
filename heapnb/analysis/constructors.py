"""Count and size of each class, as in DevTools' Summary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from heapnb._typing import BoolArray, IntArray, NodeArray, SizeArray
from heapnb.graph import HeapGraph, derived
from heapnb.graph.locations import location_text
from heapnb.kernels import summary as kernels

if TYPE_CHECKING:
    import pandas as pd

# Rows of the array that is cached with the snapshot.
_KEY, _COUNT, _SHALLOW, _RETAINED, _DISTANCE = range(5)
_N_SUMS: Final = 5


@dataclass(frozen=True)
class ClassSums:
    """Sums over the nodes of each class, one entry for each row of ``graph.class_keys``.

    Parameters
    ----------
    key : int64[k]
        Rows of ``graph.class_keys`` with members, ascending.
    count : int64[k]
        Number of members; nodes with a shallow size of 0 do not count.
    shallow_size, retained_size : int64[k]
        Bytes, each byte once.
    distance : int64[k]
        The minimum over the members.
    """

    key: IntArray
    count: IntArray
    shallow_size: IntArray
    retained_size: IntArray
    distance: IntArray

    def __len__(self) -> int:
        return len(self.key)


def class_sums(graph: HeapGraph, chosen: BoolArray | None = None) -> ClassSums:
    """Sum the nodes of each class, as DevTools' Summary does.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    chosen : bool[n_nodes], optional
        The nodes to count; all by default.

    Returns
    -------
    ClassSums

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> graph = SnapshotBuilder.from_edges("root>a a>b", size=8).graph()
    >>> class_sums(graph, np.array([False, True, True])).retained_size.tolist()
    [16, 8]
    """
    if chosen is None:
        sums = _sums_by_key(graph)
    else:
        graph.prepare_sizes()
        n_keys = len(graph.class_keys)
        group = np.where(chosen, graph.class_key, np.uint32(n_keys))
        sums = _add_up(graph, group, n_keys + 1).reshape(_N_SUMS, -1)
        sums = sums[:, sums[_KEY] < n_keys]
    return ClassSums(*(sums[row] for row in (_KEY, _COUNT, _SHALLOW, _RETAINED, _DISTANCE)))


def constructors(graph: HeapGraph, *, by_name: bool = False) -> pd.DataFrame:
    """Count the nodes of each class and sum their sizes, as DevTools' Summary does.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    by_name : bool, default False
        Whether to sum the rows of one name. Bytes that an object of one row retains of
        another row's objects then count in both.

    Returns
    -------
    pandas.DataFrame
        ``class_name``; ``location``, the definition site as ``file.js:12:5``, or missing (not
        with ``by_name``); ``count``; ``shallow_size`` and ``retained_size`` in bytes, each byte
        once; ``distance``, the minimum over the members, ``<NA>`` if the program's roots reach
        none of them. Largest retained size first.

    Notes
    -----
    Nodes with a shallow size of 0 do not count.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>a a>b b>c", size=8)
    >>> _ = builder.node("a", name="List").node("b", name="List")
    >>> constructors(builder.graph(), by_name=True)
      class_name  count  shallow_size  retained_size  distance
    0       List      2            16             24         1
    1          c      1             8              8         3
    """
    import pandas as pd

    from heapnb.frames import distances, texts

    sums = _sums_by_key(graph)
    if by_name:
        sums = _by_class(graph, sums)
    sums = sums[:, np.argsort(-sums[_RETAINED], kind="stable")]
    class_index, location_row = graph.class_keys[sums[_KEY]].T
    columns: dict[str, Any] = {"class_name": texts(graph.class_names.take(pa.array(class_index)))}
    if not by_name:
        places = [location_text(graph, row) for row in location_row.tolist()]
        columns["location"] = texts(pa.array(places, pa.large_string()))
    columns |= {
        "count": sums[_COUNT],
        "shallow_size": sums[_SHALLOW],
        "retained_size": sums[_RETAINED],
        "distance": distances(sums[_DISTANCE]),
    }
    return pd.DataFrame(columns)


@derived(title="Adding up classes", name="constructor_sums", shape=(_N_SUMS, -1))
def _sums_by_key(graph: HeapGraph) -> IntArray:
    """Return the sums of each class key with members, one column for each key."""
    graph.prepare_sizes()
    return _add_up(graph, graph.class_key, len(graph.class_keys))


def _by_class(graph: HeapGraph, sums: IntArray) -> IntArray:
    """Sum the columns of each class; the first keys are the classes themselves."""
    classes, row = np.unique(graph.class_keys[sums[_KEY], 0], return_inverse=True)
    merged = np.zeros((_N_SUMS, len(classes)), np.int64)
    merged[_KEY] = classes
    for column in (_COUNT, _SHALLOW, _RETAINED):
        np.add.at(merged[column], row, sums[column])
    merged[_DISTANCE] = np.iinfo(np.int64).max
    np.minimum.at(merged[_DISTANCE], row, sums[_DISTANCE])
    return merged


def _add_up(graph: HeapGraph, group: NodeArray, n_groups: int) -> IntArray:
    sums = np.zeros((_N_SUMS, n_groups), np.int64)
    least_distance = np.full(n_groups, np.iinfo(np.int32).max, np.int32)
    total = np.zeros(n_groups, np.uint64)
    kernels.add_up_groups(
        group, graph.shallow_size, graph.distance, sums[_COUNT], total, least_distance
    )
    sums[_KEY] = np.arange(n_groups)
    sums[_SHALLOW] = total
    sums[_RETAINED] = retained_by_group(graph, group, n_groups)
    sums[_DISTANCE] = least_distance
    return sums[:, sums[_COUNT] > 0].reshape(-1)


def retained_by_group(graph: HeapGraph, group: NodeArray, n_groups: int) -> SizeArray:
    """Sum the bytes that the members of each group retain, each byte once.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    group : uint32[n_nodes]
        The group of each node.
    n_groups : int
        Number of groups.

    Returns
    -------
    uint64[n_groups]
        Bytes. Nodes with a shallow size of 0 do not count.
    """
    total = np.zeros(n_groups, np.uint64)
    kernels.add_up_outermost(
        graph.first_dominated,
        graph.dominated,
        graph.root,
        group,
        graph.shallow_size,
        graph.retained_size,
        np.zeros(n_groups, np.uint32),
        np.empty(graph.n_nodes, np.uint32),
        np.empty(graph.n_nodes, np.uint32),
        total,
    )
    return total
