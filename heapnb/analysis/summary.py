"""Totals of a snapshot: its source, size and content."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from heapnb._showing import Shown
from heapnb._typing import IntArray
from heapnb.analysis.statistics import Statistics, size_by_type, statistics
from heapnb.decode.native_contexts import find_native_contexts
from heapnb.format.salvage import MISSING_STRING
from heapnb.graph import HeapGraph
from heapnb.graph.edges import is_string
from heapnb.graph.native_contexts import native_contexts
from heapnb.table_origin import of_heap

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.analysis.retention.big_drops import Columns

SUSPICIOUS_SHARE: Final = 0.05
"""From this share of the heap on, an object is listed as a suspect."""

SUSPECT_COLUMNS: Final = (
    "node_id",
    "class_name",
    "name",
    "holder",
    "holder_id",
    "child_count",
    "retained_size",
    "share",
    "content_class",
    "content_count",
)

MARKS: Final = {
    "Node.js (V8)": ("Node / Environment", "internal/bootstrap/node.js", "bootstrap_node.js"),
    "Deno (V8)": ("ext:core/00_primordials.js", "ext:core/01_core.js"),
    "Chromium (V8)": ("HTMLDocument", "InternalNode"),
}
"""Strings that occur only in the heaps of one producer, the most reliable first."""

_V8: Final = "V8"
_V8_FIRST_STRING: Final = "<dummy>"
_JSC: Final = "Bun (JavaScriptCore)"
_HERMES: Final = "Hermes"
_UNKNOWN: Final = "unknown"


@dataclass(frozen=True, repr=False)
class Summary(Shown):
    """The totals of a snapshot.

    Parameters
    ----------
    name : str
        Name of the snapshot.
    path : str or None
        Path of the file.
    file_size : int
        Bytes of the uncompressed file.
    producer : str
        The program that probably wrote it.
    node_count, edge_count, string_count : int
        Number of nodes, edges and strings.
    gc_root_count : int
        Nodes held by the root lists of the engine and the embedder, and globals.
    total_shallow_size : int
        Shallow bytes of all nodes.
    unreachable_count : int
        Nodes that no path from the roots reaches.
    statistics : Statistics
        Bytes by kind.
    warnings : tuple of str
        Warnings from reading the file.
    """

    name: str
    path: str | None
    file_size: int
    producer: str
    node_count: int
    edge_count: int
    string_count: int
    gc_root_count: int
    unreachable_count: int
    total_shallow_size: int
    statistics: Statistics
    warnings: tuple[str, ...]
    _heap: HeapGraph = field(repr=False, compare=False, kw_only=True)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each node type: ``node_type``, ``count``, ``shallow_size``; largest first."""
        import pandas as pd

        return pd.DataFrame(self._columns)

    @cached_property
    def _columns(self) -> dict[str, list[Any]]:
        """The columns of `table`."""
        types = self._heap.node_type_names
        count = np.bincount(self._heap.node_type, minlength=len(types))
        size = size_by_type(self._heap)
        order = np.argsort(-size, kind="stable")
        order = order[count[order] > 0]
        return {
            "node_type": [types[place] for place in order.tolist()],
            "count": count[order].tolist(),
            "shallow_size": size[order].tolist(),
        }

    @cached_property
    def suspects(self) -> pd.DataFrame:
        """Objects that retain a large share of the heap; see `Snapshot.big_drops`."""
        from heapnb.analysis.retention.big_drops import big_drop_frame

        return of_heap(big_drop_frame(*self._big_drops), self._heap)

    @cached_property
    def suspect_columns(self) -> dict[str, list[Any]]:
        """The columns of `suspects` that say most, by name."""
        _, columns = self._big_drops
        return {name: columns[name].tolist() for name in SUSPECT_COLUMNS}

    @cached_property
    def _big_drops(self) -> tuple[IntArray, Columns]:
        """The ordinals of `suspects`, and all columns."""
        from heapnb.analysis.retention.big_drops import big_drop_columns

        return big_drop_columns(self._heap, min_share=SUSPICIOUS_SHARE)

    @cached_property
    def native_context_columns(self) -> dict[str, list[Any]]:
        """The columns of `Snapshot.native_contexts`; empty unless there are several contexts."""
        if len(native_contexts(self._heap)) <= 1:
            return {}
        return find_native_contexts(self._heap).rows

    def to_dict(self) -> dict[str, Any]:
        """Return the totals as plain data.

        Returns
        -------
        dict
            The fields by name; ``node_types``, the rows of `table`; ``suspects``, the rows of
            `suspects` with ``node_id``, ``class_name``, ``name``, ``holder``, ``holder_id``,
            ``child_count``, ``retained_size``, ``share``, ``content_class``, ``content_count``;
            ``native_contexts``, the rows of `Snapshot.native_contexts` where there are several.
        """
        return {
            "name": self.name,
            "path": self.path,
            "file_size": self.file_size,
            "producer": self.producer,
            "node_count": self.node_count,
            "edge_count": self.edge_count,
            "string_count": self.string_count,
            "gc_root_count": self.gc_root_count,
            "unreachable_count": self.unreachable_count,
            "total_shallow_size": self.total_shallow_size,
            "statistics": self.statistics.to_dict(),
            "node_types": _records(self._columns),
            "suspects": _records(self.suspect_columns),
            "native_contexts": _records(self.native_context_columns),
            "warnings": list(self.warnings),
        }


def _records(columns: Mapping[str, list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def summary(graph: HeapGraph) -> Summary:
    """Collect the totals of a snapshot.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    Summary

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> found = summary(SnapshotBuilder.from_edges("root>a a>b").graph())
    >>> found.node_count, found.gc_root_count, found.total_shallow_size
    (3, 1, 32)
    """
    source = graph.raw.source
    return Summary(
        name=source.name,
        path=source.path,
        file_size=source.size_bytes,
        producer=producer_of(graph),
        node_count=graph.n_nodes,
        edge_count=graph.n_edges,
        string_count=len(graph.strings),
        gc_root_count=len(gc_roots(graph)),
        unreachable_count=int(np.count_nonzero(graph.distance < 0)),
        total_shallow_size=int(graph.retained_size[graph.root]),
        statistics=statistics(graph),
        warnings=graph.raw.warnings,
        _heap=graph,
    )


def gc_roots(graph: HeapGraph) -> IntArray:
    """Find the nodes that the root lists hold.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    int64[k]
        Ordinals, ascending: targets of non-weak edges from the root or from one of its lists,
        which are the synthetic nodes below it.
    """
    weak, synthetic = graph.edge_type_index("weak"), graph.node_type_index("synthetic")
    seen = {graph.root}
    pending = [graph.root]
    held: list[IntArray] = []
    while pending:
        start, stop = graph.edges_of(pending.pop())
        targets = np.unique(graph.edge_to[start:stop][graph.edge_type[start:stop] != weak])
        is_list = graph.node_type[targets] == synthetic
        held.append(targets[~is_list].astype(np.int64))
        lists = set(targets[is_list].tolist()) - seen
        seen |= lists
        pending += lists
    return np.unique(np.concatenate(held))


def producer_of(graph: HeapGraph) -> str:
    """Guess the program that wrote a snapshot.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    str
        Such as ``Node.js (V8)``; ``V8`` if nothing more is known.
    """
    return producer_by(
        graph.raw.meta.declared_node_count,
        graph.string(0) if len(graph.strings) else None,
        lambda marks: bool(is_string(graph, marks).any()),
    )


def producer_by(
    declared_node_count: int, first_string: str | None, has_any: Callable[[Sequence[str]], bool]
) -> str:
    """Guess a producer by the header and the strings.

    Parameters
    ----------
    declared_node_count : int
        The number of nodes that the header declares.
    first_string : str or None
        The first string of the table.
    has_any : callable
        Tells whether the table has any of some strings, each in `MARKS`.

    Returns
    -------
    str
        See `producer_of`.
    """
    # Hermes leaves the counts in the header at 0; the first string of V8 is its own.
    if declared_node_count == 0:
        return _HERMES
    if first_string == MISSING_STRING:
        return _UNKNOWN
    if first_string != _V8_FIRST_STRING:
        return _JSC
    return next((producer for producer, marks in MARKS.items() if has_any(marks)), _V8)
