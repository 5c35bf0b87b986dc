"""Whether the numbers of columns lie where kernels, which do not check, may read.

The reader and the cache ask the same questions: the reader names the byte that is wrong, the cache
discards its entry. What reading a file makes right by itself, such as the types of the columns,
only the cache has to ask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

from heapnb._typing import AnyArray, BoolArray
from heapnb.errors import SnapshotFormatError
from heapnb.format.meta import SnapshotMeta
from heapnb.format.raw import Locations, RawSnapshot, Scopes
from heapnb.kernels.check import first_bad_name, is_ascending
from heapnb.vocab import INDEXED_EDGE_TYPES

LARGEST_TOTAL: Final = 2**63 - 1
"""The sizes of all nodes together are at most so many bytes."""

_LARGEST_COUNT: Final = 1 << 40
"""Counts of a scope above this are damage: their sum must not overflow."""

_ROWS_AT_ONCE: Final = 1 << 22
"""Rows of a column that are checked before their pages are released."""

Release = Callable[[], None]

_CODE: Final = ("uint8",)
_INDEX: Final = ("uint32",)
_WIDE: Final = ("uint32", "uint64")
_SIGNED: Final = ("int64",)
_NODE_COLUMNS: Final = {
    "node_type": _CODE,
    "node_name": _INDEX,
    "node_id": _WIDE,
    "self_size": _WIDE,
    "detachedness": _CODE,
    "trace_node_id": _INDEX,
}
_EDGE_COLUMNS: Final = {"edge_type": _CODE, "edge_name": _INDEX, "edge_to": _INDEX}
_FLAT_COLUMNS: Final = ("samples", "trace_function_infos")
_OF_VARIABLES: Final = ("variable_name",)
_OF_USES: Final = ("use_scope_id", "use_slot")


class Fault(NamedTuple):
    """A value that is out of range.

    Parameters
    ----------
    section, field : str
        Where it is, as the file calls them.
    row : int
        The record.
    value : int
        The column's value.
    what : str
        What it is not.
    """

    section: str
    field: str
    row: int
    value: int
    what: str


def is_indexed(meta: SnapshotMeta) -> BoolArray:
    """Tell for each edge type whether its edges have an index in place of a name."""
    return np.array([name in INDEXED_EDGE_TYPES for name in meta.edge_types], np.bool_)


def check_totals(meta: SnapshotMeta, n_nodes: int, total_size: float) -> None:
    """Check that the root is a node, and that sizes add up.

    Parameters
    ----------
    meta : SnapshotMeta
        The header.
    n_nodes : int
        Number of nodes.
    total_size : float
        Sum of their sizes.

    Raises
    ------
    SnapshotFormatError
        If not.
    """
    stride = len(meta.node_fields)
    if meta.root_offset % stride or meta.root_offset // stride >= n_nodes:
        raise SnapshotFormatError(
            f"root_index is not the offset of a node: {meta.root_offset}", section="snapshot"
        )
    # Ids and single sizes have at most 18 digits; only sums could exceed 63 bits.
    if total_size >= LARGEST_TOTAL:
        raise SnapshotFormatError(
            "The sizes of the nodes add up to more than 2^63 - 1 bytes",
            section="nodes",
            hint="the file was damaged or changed.",
        )


def first_fault(raw: RawSnapshot, release: Release | None = None) -> Fault | None:
    """Find a type, a name or a target of nodes and edges that does not exist.

    Parameters
    ----------
    raw : RawSnapshot
        Columns of the right types and lengths.
    release : callable, optional
        Called after each part of a column.

    Returns
    -------
    Fault or None

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> first_fault(SnapshotBuilder.from_edges("root.cache>Map").snapshot().raw)
    """
    meta, n_strings = raw.meta, len(raw.strings)
    for section, field, column, bound, what in (
        ("nodes", "type", raw.node_type, len(meta.node_types), "not a node type"),
        ("edges", "type", raw.edge_type, len(meta.edge_types), "not an edge type"),
        ("edges", "to_node", raw.edge_to, len(raw.node_type), "not the offset of a node"),
        ("nodes", "name", raw.node_name, n_strings, "not an index of a string"),
    ):
        for rows in _parts(len(column), release):
            if int(column[rows].max()) >= bound:
                row = rows.start + int(np.argmax(column[rows] >= bound))
                return Fault(section, field, row, int(column[row]), what)
    has_index, field = is_indexed(meta), "name_or_index"
    for rows in _parts(len(raw.edge_type), release):
        row = first_bad_name(raw.edge_type[rows], raw.edge_name[rows], has_index, n_strings)
        if row >= 0:
            row += rows.start
            value = int(raw.edge_name[row])
            return Fault("edges", field, row, value, "not an index of a string")
    return None


def first_scope_fault(scopes: Scopes, n_nodes: int) -> Fault | None:
    """Find a script, a depth or a count of scopes that cannot be.

    Parameters
    ----------
    scopes : Scopes
        Columns of the right types.
    n_nodes : int
        Number of nodes.

    Returns
    -------
    Fault or None
    """
    script, depth = scopes.script, scopes.depth
    before = np.append(-1, depth[:-1])
    before[1:][script[1:] != script[:-1]] = -1
    is_misplaced = (depth < 0) | (depth > before + 1)
    for field, column, bad, what in (
        ("script_node_index", script, _outside(script, n_nodes), "not the offset of a node"),
        ("depth", depth, is_misplaced, "not the depth of a scope in its place"),
        *(
            (field, count, _outside(count, _LARGEST_COUNT + 1), "not a count")
            for field, count in (
                ("scope_context_vars_count", scopes.variable_count),
                ("scope_uses_count", scopes.use_count),
            )
        ),
    ):
        if bad.any():
            row = int(np.argmax(bad))
            return Fault("scopes", field, row, int(column[row]), what)
    return None


def is_sound(raw: RawSnapshot, release: Release | None = None) -> bool:
    """Tell whether columns that did not come from a file could have come from one.

    Parameters
    ----------
    raw : RawSnapshot
        Columns of any content.
    release : callable, optional
        Called after each part of a column, to take mapped pages from the process.

    Returns
    -------
    bool

    Examples
    --------
    >>> from dataclasses import replace
    >>> from heapnb.testing import SnapshotBuilder
    >>> raw = SnapshotBuilder.from_edges("root.cache>Map").snapshot().raw
    >>> is_sound(raw), is_sound(replace(raw, edge_to=raw.edge_to + np.uint32(2)))
    (True, False)
    """
    n_nodes, n_edges = len(raw.node_type), len(raw.edge_type)
    has_shape = (
        n_nodes > 0
        and _have_types(raw, _NODE_COLUMNS, n_nodes)
        and _have_types(raw, _EDGE_COLUMNS, n_edges)
        and _are_offsets(raw.first_edge, n_nodes, n_edges, release)
        and all(_is(getattr(raw, name), _SIGNED) for name in _FLAT_COLUMNS)
    )
    if not has_shape or not _are_texts(raw.strings, release):
        return False
    try:
        parts = _parts(n_nodes, release)
        total = sum(float(raw.self_size[rows].sum(dtype=np.float64)) for rows in parts)
        check_totals(raw.meta, n_nodes, total)
    except SnapshotFormatError:
        return False
    return (
        first_fault(raw, release) is None
        and (raw.locations is None or _are_locations(raw.locations, n_nodes))
        and (raw.scopes is None or _are_scopes(raw.scopes, n_nodes, len(raw.strings)))
    )


def _is(column: AnyArray | None, dtypes: tuple[str, ...], length: int | None = None) -> bool:
    if column is None:
        return True
    return column.dtype.name in dtypes and length in (None, len(column))


def _have_types(raw: RawSnapshot, columns: Mapping[str, tuple[str, ...]], length: int) -> bool:
    return all(_is(getattr(raw, name), dtypes, length) for name, dtypes in columns.items())


def _are_offsets(
    offsets: AnyArray, n_rows: int, total: int, release: Release | None = None
) -> bool:
    if not _is(offsets, _WIDE, n_rows + 1):
        return False
    return (
        int(offsets[0]) == 0
        and int(offsets[-1]) == total
        and all(_is_rising(offsets[rows.start : rows.stop + 1]) for rows in _parts(n_rows, release))
    )


def _is_rising(offsets: AnyArray) -> bool:
    # What is below the first one wraps around to more than the total.
    return is_ascending(offsets - offsets[0], int(offsets[-1]) - int(offsets[0]))


def _are_texts(strings: pa.LargeStringArray, release: Release | None) -> bool:
    try:
        strings.validate()
        for rows in _parts(len(strings), release):
            strings.slice(rows.start, rows.stop - rows.start).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _parts(n_rows: int, release: Release | None) -> Iterator[slice]:
    """Divide rows into parts, after each of which pages are released."""
    for start in range(0, n_rows, _ROWS_AT_ONCE):
        yield slice(start, min(start + _ROWS_AT_ONCE, n_rows))
        if release is not None and n_rows > _ROWS_AT_ONCE:
            release()


def _are_locations(locations: Locations, n_nodes: int) -> bool:
    length = len(locations.node)
    return (
        _is(locations.node, _INDEX)
        and not _outside(locations.node, n_nodes).any()
        and all(
            _is(column, _SIGNED, length)
            for column in (locations.script_id, locations.line, locations.column)
        )
    )


def _are_scopes(scopes: Scopes, n_nodes: int, n_strings: int) -> bool:
    lengths = dict.fromkeys((field.name for field in fields(Scopes)), len(scopes.script))
    lengths |= dict.fromkeys(_OF_VARIABLES, len(scopes.variable_name))
    lengths |= dict.fromkeys(_OF_USES, len(scopes.use_slot))
    return (
        all(
            _is(getattr(scopes, name), _INDEX if name in _OF_VARIABLES else _SIGNED, length)
            for name, length in lengths.items()
        )
        and first_scope_fault(scopes, n_nodes) is None
        and int(scopes.variable_count.sum()) == len(scopes.variable_name)
        and int(scopes.use_count.sum()) == len(scopes.use_slot)
        and not _outside(scopes.variable_name, n_strings).any()
    )


def _outside(values: AnyArray, bound: int) -> BoolArray:
    outside: BoolArray = (values < 0) | (values >= bound)
    return outside


__all__ = [
    "LARGEST_TOTAL",
    "Fault",
    "check_totals",
    "first_fault",
    "first_scope_fault",
    "is_indexed",
    "is_sound",
]
