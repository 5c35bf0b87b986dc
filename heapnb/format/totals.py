"""Totals of a file that is read once, in memory that does not depend on its size."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pyarrow as pa

from heapnb._typing import IntArray, ProgressCallback
from heapnb.format.assembly import Assembly
from heapnb.format.counting import MOST_OF_SCOPES, Counts, FoundError, Search
from heapnb.format.meta import SnapshotMeta
from heapnb.format.ranges import Fault
from heapnb.format.raw import SourceInfo
from heapnb.format.reader import read_sections
from heapnb.format.source import SnapshotSource
from heapnb.format.streaming import Consumer, StreamedSections

BLOCK_BYTES: Final = 1 << 20
"""Bytes of text read at a time: ten blocks and their numbers are in memory."""


@dataclass(frozen=True)
class FileTotals:
    """What one pass over a file can add up.

    Parameters
    ----------
    source : SourceInfo
        The file; ``size_bytes`` is that of its text.
    meta : SnapshotMeta
        Header and field lists.
    n_nodes, n_edges, n_strings : int
        Number of records and of strings.
    string_bytes : int
        Bytes of all strings in UTF-8.
    type_count : int64[n_node_types]
        Nodes of each type.
    type_sized : int64[n_node_types]
        Those of them whose size is not 0.
    type_size : int64[n_node_types]
        Bytes of each type, as the file has them.
    names : pyarrow.LargeStringArray
        Names of the nodes whose class is their name; a name may occur twice.
    name_count, name_size : int64[k]
        Number and bytes of the nodes with each name and a size other than 0.
    unnamed_count, unnamed_size : int
        Nodes whose names were not told apart any more, and their bytes.
    n_gc_roots : int or None
        See `heapnb.analysis.summary.gc_roots`; None if there are too many lists of roots.
    first_string : str or None
        The first string of the table.
    found_strings : frozenset of str
        Those of the strings to look for that the table has.
    lengths : dict of str to int
        Numbers, or bytes of text, of the other sections.
    warnings : tuple of str
        Problems of the file.
    """

    source: SourceInfo
    meta: SnapshotMeta
    n_nodes: int
    n_edges: int
    n_strings: int
    string_bytes: int
    type_count: IntArray
    type_sized: IntArray
    type_size: IntArray
    names: pa.LargeStringArray
    name_count: IntArray
    name_size: IntArray
    unnamed_count: int
    unnamed_size: int
    n_gc_roots: int | None
    first_string: str | None
    found_strings: frozenset[str]
    lengths: dict[str, int]
    warnings: tuple[str, ...]


def read_totals(
    source: SnapshotSource,
    *,
    named_by_node: Collection[str],
    look_for: Collection[str] = (),
    progress: ProgressCallback | None = None,
    block_bytes: int = BLOCK_BYTES,
) -> FileTotals:
    """Add up a snapshot while it is read, and keep nothing of it.

    Parameters
    ----------
    source : str, PathLike, binary file or bytes
        See `heapnb.format.read_snapshot`.
    named_by_node : collection of str
        The node types whose nodes have their class as name.
    look_for : collection of str
        Strings to look for.
    progress : callable, optional
        Called with (stage, bytes done, total bytes).
    block_bytes : int, optional
        Bytes read at a time.

    Returns
    -------
    FileTotals

    Raises
    ------
    SnapshotFormatError, TruncatedSnapshotError, SnapshotTooLargeError
        As `heapnb.format.read_snapshot`.
    UnusualOrderError
        If the sections are in an order that no engine writes.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> data = SnapshotBuilder.from_edges("root>a a>b").to_bytes()
    >>> found = read_totals(data, named_by_node=["object"])
    >>> found.n_nodes, found.names.to_pylist(), found.name_size.tolist()
    (3, ['a', 'b'], [16, 16])
    """
    counts = Counts(named_by_node, look_for)
    sections = _read(source, counts, progress, block_bytes)
    _check(source, sections, counts, block_bytes)
    meta = counts.meta
    n_types = len(meta.node_types)
    names, name_count, name_size = counts.named.found()
    unnamed = counts.named.others()
    size = sections.window.base + sections.window.stop
    return FileTotals(
        source=replace(sections.window.source.info, size_bytes=size),
        meta=meta,
        n_nodes=counts.n_nodes,
        n_edges=counts.n_edges,
        n_strings=counts.n_strings,
        string_bytes=counts.string_bytes,
        type_count=counts.type_count[:n_types],
        type_sized=counts.type_sized[:n_types],
        type_size=counts.type_size[:n_types].astype(np.int64),
        names=names,
        name_count=name_count,
        name_size=name_size,
        unnamed_count=unnamed[0],
        unnamed_size=unnamed[1],
        n_gc_roots=counts.lists.n_held(),
        first_string=counts.first_string,
        found_strings=frozenset(counts.found_strings),
        lengths={name: n for name, n in sections.lengths.items() if name != "strings"},
        warnings=tuple(sections.warnings),
    )


def _read(
    source: SnapshotSource,
    consumer: Consumer,
    progress: ProgressCallback | None,
    block_bytes: int,
) -> StreamedSections:
    """Give the contents of a file to a consumer."""
    sections = read_sections(
        source,
        lambda window, workers: StreamedSections(window, workers, salvage=False, consumer=consumer),
        progress=progress,
        salvage=False,
        block_bytes=block_bytes,
        is_streamed=True,
    )
    sections.drain()
    return sections


def _check(
    source: SnapshotSource, sections: StreamedSections, counts: Counts, block_bytes: int
) -> None:
    """Check what `Assembly.result` checks, in the same order."""
    assembly = Assembly(sections)
    meta = sections.meta
    if meta is None:
        raise assembly.missing("snapshot")
    assembly.records("nodes", meta)
    assembly.records("edges", meta)
    if "strings" not in sections.lengths:
        raise assembly.missing("strings")
    assembly.check_edge_total(counts.n_declared_edges, counts.n_edges)
    assembly.check_nodes(meta, counts.n_nodes, counts.size_as_float)
    for section, name, largest, bound, what in counts.bounds():
        if largest >= bound:
            fault = Fault(section, name, 0, largest, what)
            if sections.window.source.reopen is not None:
                # Now that the bound is known, another pass finds the first value beyond it.
                fault = _first(source, fault, bound, block_bytes)
            raise assembly.bad_value(meta, fault)
    if meta.location_fields and "locations" in sections.lengths:
        stride = len(meta.location_fields)
        if sections.lengths["locations"] % stride:
            raise assembly.partial_records("locations", sections.lengths["locations"], stride)
        if counts.bad_location is not None:
            raise assembly.bad_location(*counts.bad_location)
    if sum(map(len, counts.of_scopes.values())) <= MOST_OF_SCOPES:
        sections.flat.update(counts.of_scopes)
        assembly.scopes(meta, counts.n_nodes, counts.n_strings)


def _first(source: SnapshotSource, fault: Fault, bound: int, block_bytes: int) -> Fault:
    """Find the first value of a field that is not below a bound."""
    try:
        _read(source, Search(fault, bound), None, block_bytes)
    except FoundError as found:
        return found.fault
    return fault


__all__ = ["BLOCK_BYTES", "FileTotals", "read_totals"]
