"""The sections of an allocation time line: call stacks, functions and samples, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NoReturn

import numpy as np

from heapnb._typing import AnyArray, IntArray
from heapnb.errors import SnapshotFormatError
from heapnb.format.meta import SnapshotMeta
from heapnb.format.raw import RawSnapshot
from heapnb.kernels import traces as kernels
from heapnb.kernels.parse import OK

_FUNCTION_FIELDS: Final = ("name", "script_name", "script_id", "line", "column")
_TRACE_FIELDS: Final = ("id", "function_info_index", "count", "size")
_CHILDREN: Final = "children"
_MAX_ID: Final = 0xFFFF_FFFF
_MAX_TOTAL: Final = 2**63 - 1

FIELDS_OF_FUNCTIONS: Final = ("function_id", *_FUNCTION_FIELDS)
"""The fields of ``trace_function_infos`` where the header does not list them."""

FIELDS_OF_SAMPLES: Final = ("timestamp_us", "last_assigned_id")
"""The fields of ``samples`` where the header does not list them."""

_DAMAGED: Final = "the file was damaged or changed."


@dataclass(frozen=True)
class TracedFunctions:
    """Functions that occur in call stacks, in the order of the file.

    Parameters
    ----------
    name, script_name : int64[k]
        Indices into the string table.
    script_id : int64[k]
        0 for functions of the engine.
    line, column : int64[k]
        Where the function begins, from 1; 0 is unknown.
    """

    name: IntArray
    script_name: IntArray
    script_id: IntArray
    line: IntArray
    column: IntArray

    def __len__(self) -> int:
        return len(self.name)


@dataclass(frozen=True)
class TraceTree:
    """Call stacks that allocated, merged from the outermost caller: each row after its caller.

    Parameters
    ----------
    trace_id : int64[k]
        What ``trace_node_id`` of an object refers to; each once, from 1.
    function : int64[k]
        Row of the `TracedFunctions`.
    count, size : int64[k]
        Objects and bytes that this call itself allocated, collected ones included.
    parent : int64[k]
        Row of the caller, -1 for the outermost.
    """

    trace_id: IntArray
    function: IntArray
    count: IntArray
    size: IntArray
    parent: IntArray

    def __len__(self) -> int:
        return len(self.trace_id)


@dataclass(frozen=True)
class Samples:
    """When which ids were given: the bars of DevTools' time line.

    Parameters
    ----------
    time : int64[k]
        Microseconds since the recording began, at the end of each interval.
    last_id : int64[k]
        The largest node id at that time; ascending.
    """

    time: IntArray
    last_id: IntArray

    def __len__(self) -> int:
        return len(self.time)


def listed_fields(meta: SnapshotMeta, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of a section's fields from the header, or else the default."""
    listed = meta.header.get("meta", {}).get(key)
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        return default
    return tuple(listed) or default


def has_traces(raw: RawSnapshot) -> bool:
    """Tell whether a file has call stacks of allocations."""
    infos = raw.trace_function_infos
    return infos is not None and len(infos) > 0 and raw.trace_tree is not None


def has_samples(raw: RawSnapshot) -> bool:
    """Tell whether a file says when its objects were allocated."""
    return raw.samples is not None and len(raw.samples) > 0


def read_functions(raw: RawSnapshot) -> TracedFunctions:
    """Read the functions of a file with `has_traces`.

    Parameters
    ----------
    raw : RawSnapshot
        The file's columns.

    Returns
    -------
    TracedFunctions

    Raises
    ------
    SnapshotFormatError
        If the section has the wrong length, or names no string of the table.
    """
    section = "trace_function_infos"
    infos = raw.trace_function_infos
    assert infos is not None  # noqa: S101  the caller has looked
    columns = _records(raw, section, infos, "trace_function_info_fields", FIELDS_OF_FUNCTIONS)
    taken = {name: _column(section, columns, name) for name in _FUNCTION_FIELDS}
    for name in ("name", "script_name"):
        _check_range(section, name, taken[name], len(raw.strings), "not an index of a string")
    return TracedFunctions(**taken)


def read_trace_tree(raw: RawSnapshot, n_functions: int) -> TraceTree:
    """Parse the call stacks of a file with `has_traces`.

    Parameters
    ----------
    raw : RawSnapshot
        The file's columns.
    n_functions : int
        Number of functions that a stack can name.

    Returns
    -------
    TraceTree

    Raises
    ------
    SnapshotFormatError
        If the section is not a tree of nodes, or a value is out of range.
    """
    section = "trace_tree"
    fields = listed_fields(raw.meta, "trace_node_fields", (*_TRACE_FIELDS, _CHILDREN))
    if _CHILDREN not in fields or any(name not in fields for name in _TRACE_FIELDS):
        _fail(section, f"meta.trace_node_fields lacks one of {', '.join(_TRACE_FIELDS)}")
    slots = {name: slot for slot, name in enumerate(_TRACE_FIELDS)} | {_CHILDREN: kernels.CHILDREN}
    slot_of = np.array([slots.get(name, kernels.UNKNOWN) for name in fields], np.int64)
    text = np.frombuffer(raw.trace_tree or b"", np.uint8)
    capacity = kernels.count_lists(text)
    values = np.zeros((len(_TRACE_FIELDS), capacity), np.int64)
    parent = np.empty(capacity, np.int64)
    position, n_rows, status = kernels.parse_trace_tree(text, slot_of, values, parent)
    if status != OK:
        _fail(section, f"It is not a tree of call stacks at its byte {position}")
    trace_id, function, count, size = (np.ascontiguousarray(row[:n_rows]) for row in values)
    _check_range(section, "id", trace_id, _MAX_ID + 1, "not an id")
    _check_range(section, "function_info_index", function, n_functions, "not a function")
    if len(np.unique(trace_id)) != n_rows:
        _fail(section, "Two call stacks have the same id")
    for name, column in (("count", count), ("size", size)):
        if float(column.sum(dtype=np.float64)) >= _MAX_TOTAL:
            _fail(section, f"The values of {name} add up to more than 2^63 - 1")
    return TraceTree(trace_id, function, count, size, parent[:n_rows].copy())


def read_samples(raw: RawSnapshot) -> Samples:
    """Read when the objects of a file with `has_samples` were allocated.

    Parameters
    ----------
    raw : RawSnapshot
        The file's columns.

    Returns
    -------
    Samples

    Raises
    ------
    SnapshotFormatError
        If the section has the wrong length, or its ids are not in ascending order.
    """
    assert raw.samples is not None  # noqa: S101  the caller has looked
    columns = _records(raw, "samples", raw.samples, "sample_fields", FIELDS_OF_SAMPLES)
    time, last_id = (_column("samples", columns, name) for name in FIELDS_OF_SAMPLES)
    if (np.diff(last_id) < 0).any() or int(last_id.min()) < 0:
        _fail("samples", "The ids are not in ascending order")
    return Samples(time, last_id)


def _records(
    raw: RawSnapshot, section: str, values: IntArray, key: str, default: tuple[str, ...]
) -> dict[str, AnyArray]:
    """Split a flat section into its columns."""
    fields = listed_fields(raw.meta, key, default)
    if len(values) % len(fields):
        message = f"{len(values)} values are not a multiple of the record size {len(fields)}"
        _fail(section, message)
    rows = values.reshape(-1, len(fields))
    return {name: rows[:, place] for place, name in enumerate(fields)}


def _column(section: str, columns: dict[str, AnyArray], name: str) -> IntArray:
    if name not in columns:
        _fail(section, f"The header lists no field {name}")
    return np.ascontiguousarray(columns[name], np.int64)


def _check_range(section: str, name: str, values: IntArray, stop: int, what: str) -> None:
    bad = (values < 0) | (values >= stop)
    if bad.any():
        _fail(section, f"{name} is {what}: {values[np.argmax(bad)]}")


def _fail(section: str, message: str) -> NoReturn:
    raise SnapshotFormatError(message, section=section, hint=_DAMAGED)


__all__ = [
    "Samples",
    "TraceTree",
    "TracedFunctions",
    "has_samples",
    "has_traces",
    "listed_fields",
    "read_functions",
    "read_samples",
    "read_trace_tree",
]
