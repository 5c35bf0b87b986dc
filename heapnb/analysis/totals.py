"""Totals of a file that is too large to compute its whole heap: read once, and not kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from heapnb import vocab
from heapnb._showing import Shown
from heapnb._typing import ProgressCallback
from heapnb.analysis.summary import MARKS, producer_by
from heapnb.format.arrow import to_numpy, to_texts
from heapnb.format.source import SnapshotSource
from heapnb.format.totals import FileTotals, read_totals
from heapnb.graph.classes import classes_of_types, tag_only

if TYPE_CHECKING:
    import pandas as pd

LARGEST_CLASSES: Final = 100
"""So many classes are listed."""

OTHER_NAMES: Final = "(other names)"
"""The class of nodes in a file with more names than are told apart."""

LEFT_OUT: Final = ("unreachable_count", "statistics", "suspects", "native_contexts")
"""What `heapnb.analysis.summary.Summary` has in addition: it needs the whole graph."""


@dataclass(frozen=True, repr=False)
class Totals(Shown):
    """The totals of a file that was read once, in bounded memory.

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
    string_bytes : int
        Bytes of all strings, in UTF-8.
    gc_root_count : int or None
        Nodes held by the root lists of the engine and the embedder, and globals; None if
        there are too many lists to tell.
    total_shallow_size : int
        Bytes of all nodes.
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
    string_bytes: int
    gc_root_count: int | None
    total_shallow_size: int
    warnings: tuple[str, ...]
    _file: FileTotals = field(repr=False, compare=False, kw_only=True)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each node type: ``node_type``, ``count``, ``self_size``; largest first."""
        import pandas as pd

        return pd.DataFrame(self._columns)

    @cached_property
    def _columns(self) -> dict[str, list[Any]]:
        """The columns of `table`."""
        types, count, size = self._file.meta.node_types, self._file.type_count, self._file.type_size
        order = np.argsort(-size, kind="stable")
        order = order[count[order] > 0]
        return {
            "node_type": [types[place] for place in order.tolist()],
            "count": count[order].tolist(),
            "self_size": size[order].tolist(),
        }

    @cached_property
    def class_columns(self) -> dict[str, list[Any]]:
        """The largest classes: ``class_name``, ``count``, ``self_size``, largest first.

        Sizes are those of the file. Plain objects are called ``Object``: their properties, by
        which DevTools names them, are edges.
        """
        file = self._file
        is_type = np.array(
            [
                name not in vocab.NAMED_BY_CLASS or i >= file.meta.n_listed_node_types
                for i, name in enumerate(file.meta.node_types)
            ],
            np.bool_,
        )
        of_types = to_texts(classes_of_types(file.meta)).filter(pa.array(is_type.tolist()))
        names = pa.concat_arrays([of_types, tag_only(file.names), to_texts([OTHER_NAMES])])
        encoded = names.dictionary_encode()
        codes = to_numpy(encoded.indices)
        sums = []
        for parts in (
            (file.type_sized[is_type], file.name_count, [file.unnamed_count]),
            (file.type_size[is_type], file.name_size, [file.unnamed_size]),
        ):
            total = np.zeros(len(encoded.dictionary), np.int64)
            np.add.at(total, codes, np.concatenate(parts))
            sums.append(total)
        count, size = sums
        order = np.argsort(-size, kind="stable")
        order = order[count[order] > 0][:LARGEST_CLASSES]
        return {
            "class_name": [encoded.dictionary[place].as_py() for place in order.tolist()],
            "count": count[order].tolist(),
            "self_size": size[order].tolist(),
        }

    @property
    def sections(self) -> dict[str, int]:
        """Other sections that the file has: their numbers, or bytes of JSON where it is none."""
        return {name: length for name, length in self._file.lengths.items() if length}

    def to_dict(self) -> dict[str, Any]:
        """Return the totals as plain data.

        Returns
        -------
        dict
            The keys of `heapnb.analysis.summary.Summary.to_dict`, null for what needs the whole
            graph, which ``left_out`` lists; rows of ``node_types`` have ``self_size``. In
            addition ``string_bytes``, ``classes`` and ``sections``.
        """
        return {
            "name": self.name,
            "path": self.path,
            "file_size": self.file_size,
            "producer": self.producer,
            "node_count": self.node_count,
            "edge_count": self.edge_count,
            "string_count": self.string_count,
            "string_bytes": self.string_bytes,
            "gc_root_count": self.gc_root_count,
            "total_shallow_size": self.total_shallow_size,
            "node_types": _records(self._columns),
            "classes": _records(self.class_columns),
            "sections": self.sections,
            **dict.fromkeys(LEFT_OUT),
            "left_out": list(LEFT_OUT),
            "warnings": list(self.warnings),
        }


def totals(source: SnapshotSource, *, progress: ProgressCallback | None = None) -> Totals:
    """Add up a file while it is read, in memory that does not depend on its size.

    Parameters
    ----------
    source : str, PathLike, binary file or bytes
        See `heapnb.format.read_snapshot`.
    progress : callable, optional
        Called with (stage, bytes done, total bytes).

    Returns
    -------
    Totals

    Raises
    ------
    SnapshotFormatError, TruncatedSnapshotError, SnapshotTooLargeError, UnusualOrderError
        See `heapnb.format.totals.read_totals`.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> found = totals(SnapshotBuilder.from_edges("root>a a>b").to_bytes())
    >>> found.node_count, found.gc_root_count, found.total_shallow_size
    (3, 1, 32)
    """
    file = read_totals(
        source,
        named_by_node=vocab.NAMED_BY_CLASS,
        look_for=list(chain.from_iterable(MARKS.values())),
        progress=progress,
    )
    return Totals(
        name=file.source.name,
        path=file.source.path,
        file_size=file.source.size_bytes,
        producer=producer_by(
            file.meta.declared_node_count,
            file.first_string,
            lambda marks: not file.found_strings.isdisjoint(marks),
        ),
        node_count=file.n_nodes,
        edge_count=file.n_edges,
        string_count=file.n_strings,
        string_bytes=file.string_bytes,
        gc_root_count=file.n_gc_roots,
        total_shallow_size=int(file.type_size.sum()),
        warnings=file.warnings,
        _file=file,
    )


def _records(columns: Mapping[str, list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


__all__ = ["LARGEST_CLASSES", "LEFT_OUT", "OTHER_NAMES", "Totals", "totals"]
