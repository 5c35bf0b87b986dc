"""Count and size of each class, as in DevTools' Summary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from heapnb import vocab
from heapnb._typing import BoolArray, IntArray, NodeArray
from heapnb.analysis.filters import filtered_nodes
from heapnb.format.arrow import to_arrow
from heapnb.graph import HeapGraph, derived
from heapnb.graph.group_sizes import retained_by_group
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

    @classmethod
    def of(cls, sums: IntArray) -> ClassSums:
        """Name the rows of the cached array."""
        return cls(*(sums[row] for row in (_KEY, _COUNT, _SHALLOW, _RETAINED, _DISTANCE)))

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
    return ClassSums.of(_sums_by_key(graph) if chosen is None else _sums_of(graph, chosen))


def _sums_of(graph: HeapGraph, chosen: BoolArray) -> IntArray:
    """Return the sums of each class key over chosen nodes, one column for each key."""
    graph.prepare_sizes()
    n_keys = len(graph.class_keys)
    group = np.where(chosen, graph.class_key, np.uint32(n_keys))
    sums = _add_up(graph, group, n_keys + 1).reshape(_N_SUMS, -1)
    return sums[:, sums[_KEY] < n_keys]


def constructors(
    graph: HeapGraph, *, by_name: bool = False, only: str | None = None
) -> pd.DataFrame:
    """Count the nodes of each class and sum their sizes, as DevTools' Summary does.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    by_name : bool, default False
        Whether to sum the rows of one name. Bytes that an object of one row retains of
        another row's objects then count in both.
    only : str, optional
        Count only the nodes that a filter leaves; see `heapnb.analysis.filters.filtered_nodes`.

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

    rows = constructor_rows(graph, by_name=by_name, only=only)
    columns: dict[str, Any] = {"class_name": texts(rows.class_name)}
    if rows.location is not None:
        columns["location"] = texts(pa.array(rows.location, pa.large_string()))
    columns |= {
        "count": rows.sums.count,
        "shallow_size": rows.sums.shallow_size,
        "retained_size": rows.sums.retained_size,
        "distance": distances(rows.sums.distance),
    }
    return pd.DataFrame(columns)


@dataclass(frozen=True)
class ConstructorRows:
    """The columns of `constructors`, without pandas.

    Parameters
    ----------
    class_name : pyarrow.LargeStringArray
        Class names.
    location : list of str or None, optional
        Definition sites; None if the rows are those of names.
    sums : ClassSums
        The numbers of each row.
    """

    class_name: pa.LargeStringArray
    location: list[str | None] | None
    sums: ClassSums

    def columns(self) -> dict[str, list[Any]]:
        """Return plain values by the names of their columns; None where one is missing."""
        distances = self.sums.distance.tolist()
        location = {} if self.location is None else {"location": self.location}
        return {
            "class_name": self.class_name.to_pylist(),
            **location,
            "count": self.sums.count.tolist(),
            "shallow_size": self.sums.shallow_size.tolist(),
            "retained_size": self.sums.retained_size.tolist(),
            "distance": [
                one if 0 <= one < vocab.BASE_SYSTEM_DISTANCE else None for one in distances
            ],
        }


def constructor_rows(
    graph: HeapGraph, *, by_name: bool = False, only: str | None = None
) -> ConstructorRows:
    """Count the nodes of each class and sum their sizes; see `constructors`.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    by_name : bool, default False
        Whether to sum the rows of one name.
    only : str, optional
        Count only the nodes that a filter leaves.

    Returns
    -------
    ConstructorRows
        Largest retained size first.
    """
    sums = _sums_by_key(graph) if only is None else _sums_of(graph, filtered_nodes(graph, only))
    if by_name:
        sums = _by_class(graph, sums)
    sums = sums[:, np.argsort(-sums[_RETAINED], kind="stable")]
    class_index, location_row = graph.class_keys[sums[_KEY]].T
    places = None if by_name else [location_text(graph, row) for row in location_row.tolist()]
    return ConstructorRows(
        graph.class_names.take(to_arrow(class_index)), places, ClassSums.of(sums)
    )


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
