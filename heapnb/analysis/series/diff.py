"""Objects added and removed between two snapshots: DevTools' Comparison."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa

from heapnb._showing import Browsed
from heapnb._typing import BoolArray, IntArray, NodeArray
from heapnb.analysis.series.series_data import Opening
from heapnb.format.limits import bounded
from heapnb.graph import HeapGraph
from heapnb.graph.class_keys import group_by_class_and_site
from heapnb.graph.classes import distinct_rows
from heapnb.graph.locations import definition_sites, location_text
from heapnb.graph.source_files import Folders, find_sources
from heapnb.graph.sources import HeapSource
from heapnb.kernels import series as kernels
from heapnb.progress import ProgressOption, reporter_of
from heapnb.table_origin import of_heap

if TYPE_CHECKING:
    import pandas as pd


JSON_COLUMNS = (
    "class_name",
    "added_count",
    "removed_count",
    "count_delta",
    "added_size",
    "removed_size",
    "size_delta",
)


@dataclass(frozen=True, repr=False)
class Diff(Browsed):
    """The nodes that two snapshots do not share.

    Parameters
    ----------
    before, after : HeapGraph
        The snapshots.
    added_nodes, removed_nodes : uint32[…]
        Ordinals in ``after`` and in ``before``.
    warnings : tuple of str
        What a reader should know.
    """

    _first_view: ClassVar = "comparison"

    before: HeapGraph
    after: HeapGraph
    added_nodes: NodeArray
    removed_nodes: NodeArray
    warnings: tuple[str, ...] = ()
    _classes: _CommonClasses = field(repr=False, kw_only=True)

    def constructors(self) -> pd.DataFrame:
        """Count added and removed objects by class, as DevTools' Comparison does.

        Returns
        -------
        pandas.DataFrame
            ``class_name``, ``location`` (where the class is defined, or missing),
            ``added_count``, ``removed_count``, ``count_delta``, ``added_size``,
            ``removed_size``, ``size_delta`` (bytes, shallow); the largest growth first.
        """
        return self.table.copy()

    @cached_property
    def table(self) -> pd.DataFrame:
        """The same as `constructors` returns."""
        import pandas as pd

        changed, columns = self._changed_classes, self._sums_by_class
        names, locations = self._classes.describe(changed)
        return pd.DataFrame(
            {"class_name": names, "location": locations}
            | {name: columns[name][changed] for name in JSON_COLUMNS[1:]}
        )

    @cached_property
    def _changed_classes(self) -> IntArray:
        """The numbers of the classes in the rows of `table`."""
        columns = self._sums_by_class
        changed = np.flatnonzero(columns["added_count"] + columns["removed_count"])
        return changed[np.argsort(-columns["size_delta"][changed], kind="stable")]

    @cached_property
    def _sums_by_class(self) -> dict[str, IntArray]:
        classes = self._classes
        added = classes.after.of_node[self.added_nodes]
        removed = classes.before.of_node[self.removed_nodes]
        columns = {
            "added_count": _count(added, classes.n),
            "removed_count": _count(removed, classes.n),
            "added_size": _add_up(added, self.after, self.added_nodes, classes.n),
            "removed_size": _add_up(removed, self.before, self.removed_nodes, classes.n),
        }
        columns["count_delta"] = columns["added_count"] - columns["removed_count"]
        columns["size_delta"] = columns["added_size"] - columns["removed_size"]
        return columns

    def added_in(self, row: int) -> NodeArray:
        """Return the nodes that came, of one row of `table`.

        Parameters
        ----------
        row : int
            Its place in the table.

        Returns
        -------
        uint32[k]
            Ordinals in ``after``, ascending.
        """
        return self._added_by_row.of(row)

    def removed_in(self, row: int) -> NodeArray:
        """Return the nodes that went, of one row of `table`; ordinals in ``before``."""
        return self._removed_by_row.of(row)

    def row_of_added(self, node: int) -> int | None:
        """Return the row of `table` in which a node counts as added, or None."""
        at = int(np.searchsorted(self.added_nodes, node))
        if at == len(self.added_nodes) or self.added_nodes[at] != node:
            return None
        return int(self._row_of_class[self._classes.after.of_node[node]])

    @cached_property
    def _row_of_class(self) -> IntArray:
        rows = np.full(self._classes.n, -1, np.int64)
        rows[self._changed_classes] = np.arange(len(self._changed_classes))
        return rows

    @cached_property
    def _added_by_row(self) -> _Grouped:
        classes = self._classes.after.of_node[self.added_nodes]
        return _Grouped.by(self._row_of_class[classes], self.added_nodes, len(self.table))

    @cached_property
    def _removed_by_row(self) -> _Grouped:
        classes = self._classes.before.of_node[self.removed_nodes]
        return _Grouped.by(self._row_of_class[classes], self.removed_nodes, len(self.table))

    @cached_property
    def added(self) -> pd.DataFrame:
        """The nodes that only ``after`` has."""
        of_node = self._classes.after.of_node
        frame = _node_frame(self.after, self.added_nodes, of_node, self._classes)
        return of_heap(frame, self.after)

    @cached_property
    def removed(self) -> pd.DataFrame:
        """The nodes that only ``before`` has."""
        of_node = self._classes.before.of_node
        frame = _node_frame(self.before, self.removed_nodes, of_node, self._classes)
        return of_heap(frame, self.before)

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain data.

        Returns
        -------
        dict
            ``constructors``, a list of rows as ``heapnb diff --json`` prints them; ``warnings``.
        """
        rows = self.table[list(JSON_COLUMNS)].to_dict("records")
        return {"constructors": rows, "warnings": list(self.warnings)}

    def to_memwatch(self) -> dict[str, Any]:
        """Return the comparison as memwatch's ``HeapDiff`` prints it.

        Returns
        -------
        dict
            ``before`` and ``after`` with ``nodes``, ``time`` (of the file, or None),
            ``size_bytes`` and ``size``; ``change`` with ``size_bytes``, ``size``,
            ``freed_nodes``, ``allocated_nodes`` and ``details``, a list of ``what``,
            ``size_bytes``, ``size``, ``+`` and ``-``.

        Notes
        -----
        memwatch counts otherwise than DevTools: nodes are told apart by id alone, whatever
        their size, and all that are not objects are named after their type.
        """
        from heapnb.analysis.series.memwatch import compare_as_memwatch

        return compare_as_memwatch(self.before, self.after).to_dict()


@bounded
def diff(
    before: HeapSource,
    after: HeapSource,
    *,
    progress: ProgressOption = None,
    cache: bool = True,
    salvage: bool = False,
    source_root: Folders = None,
    source_maps: Folders = None,
    max_size: int | None = None,  # noqa: ARG001  `bounded` reads it
) -> Diff:
    """Compare two snapshots of one process by node id.

    Parameters
    ----------
    before, after : Snapshot, HeapGraph, or anything that `heapnb.load` takes
        The earlier and the later snapshot.
    progress, cache, salvage, source_root, source_maps, max_size
        How files are opened; see `heapnb.load`.

    Returns
    -------
    Diff

    Notes
    -----
    As in DevTools, plain objects of both snapshots are named after the later one's shapes, an
    object that changed its class went in one row and came in another, and nodes without a
    shallow size do not count.

    Examples
    --------
    >>> import heapnb as hn
    >>> comparison = hn.diff("before.heapsnapshot", "after.heapsnapshot")  # doctest: +SKIP
    >>> comparison.constructors().head()  # doctest: +SKIP
    """
    opening = Opening(cache, salvage, find_sources(source_root, source_maps))
    first, second = (opening.graph_of(one, reporter_of(progress)) for one in (before, after))
    classes = _CommonClasses.of(first, second)
    is_removed = first.shallow_size > 0
    is_added = second.shallow_size > 0
    kernels.unmatched(
        _id_order(first, classes.before.of_node),
        first.node_id,
        classes.before.of_node,
        _id_order(second, classes.after.of_node),
        second.node_id,
        classes.after.of_node,
        is_removed,
        is_added,
    )
    return Diff(
        first,
        second,
        _ordinals(is_added),
        _ordinals(is_removed),
        _classes=classes,
    )


@dataclass(frozen=True)
class _Grouped:
    """Nodes by the row that they count in."""

    first: IntArray
    nodes: NodeArray

    @classmethod
    def by(cls, rows: IntArray, nodes: NodeArray, n_rows: int) -> _Grouped:
        """Group nodes, those of a row in their order."""
        counts = np.bincount(rows, minlength=n_rows)
        order = np.argsort(rows, kind="stable")
        return cls(np.concatenate([[0], np.cumsum(counts)]), nodes[order])

    def of(self, row: int) -> NodeArray:
        """Return the nodes of one row."""
        return self.nodes[self.first[row] : self.first[row + 1]]


@dataclass(frozen=True)
class _CommonClasses:
    """The class keys of two snapshots, numbered alike."""

    n: int
    before: _ClassesOfOne
    after: _ClassesOfOne

    @classmethod
    def of(cls, before: HeapGraph, after: HeapGraph) -> _CommonClasses:
        table = before.classes_under(after.interface_definitions)
        before_key, before_keys = group_by_class_and_site(before, table)
        after_keys = after.class_keys
        names = pa.concat_arrays(
            [
                table.names.take(pa.array(before_keys[:, 0])),
                after.class_names.take(pa.array(after_keys[:, 0])),
            ]
        )
        sites = np.concatenate(
            [
                definition_sites(before, before_keys[:, 1]),
                definition_sites(after, after_keys[:, 1]),
            ]
        )
        name_codes = names.dictionary_encode().indices.to_numpy()
        first, number = distinct_rows(name_codes, *sites.T)
        of_before, of_after = np.split(number, [len(before_keys)])
        return cls(
            len(first),
            _ClassesOfOne(
                before,
                table.names,
                before_keys,
                of_before,
                of_before.astype(np.uint32)[before_key],
            ),
            _ClassesOfOne(
                after,
                after.class_names,
                after_keys,
                of_after,
                of_after.astype(np.uint32)[after.class_key],
            ),
        )

    def describe(self, numbers: IntArray) -> tuple[list[str], list[str | None]]:
        """Name some classes, and say where they are defined."""
        described: dict[int, tuple[str, str | None]] = {}
        for side in (self.before, self.after):
            for row in np.flatnonzero(np.isin(side.number_of_key, numbers)).tolist():
                class_index, location = side.keys[row].tolist()
                described[int(side.number_of_key[row])] = (
                    side.names[class_index].as_py(),
                    location_text(side.graph, location),
                )
        rows = [described[number] for number in numbers.tolist()]
        return [name for name, _ in rows], [place for _, place in rows]


@dataclass(frozen=True)
class _ClassesOfOne:
    """The classes of one of two snapshots: its own keys, and their common numbers."""

    graph: HeapGraph
    names: pa.LargeStringArray
    keys: IntArray
    number_of_key: IntArray
    of_node: NodeArray


def _node_frame(
    graph: HeapGraph, nodes: NodeArray, class_of_node: NodeArray, classes: _CommonClasses
) -> pd.DataFrame:
    """List nodes with their class under the comparison's names."""
    import pandas as pd

    from heapnb.frames import named, signed, texts

    numbers, which = np.unique(class_of_node[nodes], return_inverse=True)
    names, places = classes.describe(numbers.astype(np.int64))
    return pd.DataFrame(
        {
            "node_id": signed(graph.node_id[nodes]),
            "class_name": texts(named(names, which)),
            "location": texts(named(places, which)),
            "shallow_size": signed(graph.shallow_size[nodes]),
            "retained_size": signed(graph.retained_size[nodes]),
        }
    )


def _id_order(graph: HeapGraph, classes: NodeArray) -> NodeArray:
    """Sort nodes by id, and by class where an id comes more than once."""
    order = graph.id_order
    ids = graph.node_id[order]
    if np.any(ids[1:] == ids[:-1]):
        return np.lexsort((classes, graph.node_id)).astype(np.uint32)
    return order


def _ordinals(mask: BoolArray) -> NodeArray:
    return np.flatnonzero(mask).astype(np.uint32)


def _count(classes: NodeArray, n: int) -> IntArray:
    return np.bincount(classes, minlength=n).astype(np.int64)


def _add_up(classes: NodeArray, graph: HeapGraph, nodes: NodeArray, n: int) -> IntArray:
    # Weights are doubles, exact below 2 ** 53 bytes.
    return np.bincount(classes, weights=graph.shallow_size[nodes], minlength=n).astype(np.int64)
