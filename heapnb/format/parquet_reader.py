"""Read a snapshot from the folder of Parquet tables that heapnb has written.

The tables are untrusted, as every file is: their hashes find damage, and what they contain goes
through the same checks as the columns of the cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from heapnb._typing import AnyArray, IntArray, ProgressCallback
from heapnb.errors import SnapshotFormatError
from heapnb.format import parquet_layout as layout
from heapnb.format.arrow import string_buffers, to_numpy
from heapnb.format.limits import SizeLimit
from heapnb.format.ranges import is_sound
from heapnb.format.raw import Locations, RawSnapshot, Scopes, SourceInfo
from heapnb.kernels.csr import unsigned_offsets

_ROWS_AT_ONCE: Final = 1 << 18
_BYTES: Final = 8
"""No column of numbers has more for each row."""

_LABEL: Final = "label"
_WIDE: Final = ("uint32", "uint64")
_INDEX: Final = ("uint32",)
_SIGNED: Final = ("int64",)
_TYPES: Final = {
    "node_id": _WIDE,
    "self_size": _WIDE,
    "edge_count": _WIDE,
    "name_index": _INDEX,
    "trace_node_id": _INDEX,
    "node_ordinal": _INDEX,
    "to_ordinal": _INDEX,
    "name_or_index": _INDEX,
    "detachedness": ("uint8",),
    "node_type": (_LABEL,),
    "edge_type": (_LABEL,),
}
"""Which types a column may have; what is not listed here is `_SIGNED`."""

_NODE_COLUMNS: Final = ("node_id", "node_type", "name_index", "self_size", "edge_count")
_OPTIONAL: Final = ("detachedness", "trace_node_id")
_EDGE_COLUMNS: Final = ("to_ordinal", "edge_type", "name_or_index")


def read_parquet_snapshot(folder: Path, *, progress: ProgressCallback | None = None) -> RawSnapshot:
    """Read a snapshot that `heapnb.format.parquet_writer` has written.

    Parameters
    ----------
    folder : Path
        The folder.
    progress : callable, optional
        Called with (stage, rows done, rows in all).

    Returns
    -------
    RawSnapshot
        Equal to the one that was written, except for its ``source``.

    Raises
    ------
    HeapnbError
        If the folder is not a snapshot.
    SnapshotFormatError
        If it is damaged, or a newer heapnb wrote it.
    TruncatedSnapshotError
        If a table was cut off.
    SnapshotTooLargeError
        If it unpacks to more bytes than `heapnb.format.limits` allows.
    """
    description = layout.read_description(folder)
    for name, table in description.tables.items():
        layout.check_table(folder, name, table)
    raw = _Reading(folder, description, progress).result()
    if not is_sound(raw):
        raise SnapshotFormatError(
            f"The tables in {folder.name} contradict each other",
            section=layout.DESCRIPTION,
            hint="heapnb did not write them like this: export the snapshot again.",
        )
    return raw


class _Reading:
    """Fills the columns of a snapshot, one table after the other."""

    def __init__(
        self, folder: Path, description: layout.Description, progress: ProgressCallback | None
    ) -> None:
        self._folder = folder
        self._description = description
        self._progress = progress
        self._done = 0
        self._all = sum(table.rows for table in description.tables.values())
        self._packed = sum(table.size_bytes for table in description.tables.values())
        self._limit = SizeLimit()
        self._unpacked = 0

    def result(self) -> RawSnapshot:
        """Read all tables; what they contain is still to be checked."""
        meta = self._description.meta
        nodes = self._columns(layout.NODES, _NODE_COLUMNS, _OPTIONAL, meta.node_types)
        edges = self._columns(layout.EDGES, _EDGE_COLUMNS, (), meta.edge_types)
        counts, n_edges = nodes.pop("edge_count"), len(edges["to_ordinal"])
        # Numbers that are too large for any array must not wrap around in the sum.
        if float(counts.sum(dtype=np.float64)) != n_edges:
            raise layout.damaged("nodes.parquet", "its nodes have other edges than there are")
        columns: dict[str, Any] = {
            "node_type": nodes["node_type"],
            "node_name": nodes["name_index"],
            "node_id": nodes["node_id"],
            "self_size": nodes["self_size"],
            "first_edge": unsigned_offsets(counts, n_edges),
            "detachedness": nodes.get("detachedness"),
            "trace_node_id": nodes.get("trace_node_id"),
            "edge_type": edges["edge_type"],
            "edge_name": edges["name_or_index"],
            "edge_to": edges["to_ordinal"],
        }
        for column in columns.values():
            if column is not None:
                column.flags.writeable = False
        sections = self._sections()
        return RawSnapshot(
            meta=meta,
            **columns,
            strings=self._strings(),
            locations=self._locations(),
            scopes=self._scopes(),
            samples=self._flat(layout.SAMPLES),
            trace_function_infos=self._flat(layout.FUNCTIONS),
            trace_tree=sections.pop("trace_tree", None),
            extra_sections=sections,
            source=SourceInfo(
                name=self._folder.name,
                path=str(self._folder.resolve()),
                size_bytes=self._description.size_bytes,
                file_bytes=self._packed,
                compression="parquet",
            ),
            warnings=self._description.warnings,
        )

    def _has(self, name: str) -> bool:
        return name in self._description.tables

    def _open(self, name: str) -> parquet.ParquetFile:
        path = layout.table_path(self._folder, name)
        try:
            file = parquet.ParquetFile(path, pre_buffer=False, page_checksum_verification=True)
        except (pa.ArrowException, OSError) as error:
            raise layout.damaged(path.name, _first_line(error)) from None
        rows = file.metadata.num_rows
        if rows != self._description.tables[name].rows:
            raise layout.damaged(path.name, f"it has {rows:,} rows, which are not those described")
        # A few bytes of Parquet can stand for any number of equal values.
        self._allow(rows * len(file.schema_arrow) * _BYTES)
        return file

    def _allow(self, n_bytes: int) -> None:
        self._unpacked += n_bytes
        self._limit.check(self._folder.name, self._unpacked, self._packed)

    def _batches(self, name: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        with self._open(name) as file:
            file_name = layout.table_path(self._folder, name).name
            try:
                for batch in file.iter_batches(_ROWS_AT_ONCE, columns=list(columns)):
                    if any(column.null_count for column in batch.columns):
                        raise layout.damaged(file_name, "values are missing")
                    yield batch
                    self._done += batch.num_rows
                    if self._progress is not None:
                        self._progress(f"Reading {file_name}", self._done, self._all)
            except (pa.ArrowException, OSError) as error:
                raise layout.damaged(file_name, _first_line(error)) from None

    def _schema(self, name: str) -> pa.Schema:
        with self._open(name) as file:
            return file.schema_arrow

    def _columns(
        self,
        name: str,
        columns: Sequence[str],
        optional: Sequence[str] = (),
        labels: tuple[str, ...] = (),
    ) -> dict[str, AnyArray]:
        """Read the columns of a table that has numbers and names of types."""
        file = layout.table_path(self._folder, name).name
        schema = self._schema(name)
        there = [*columns, *(column for column in optional if column in schema.names)]
        arrays: dict[str, AnyArray] = {}
        n_rows = self._description.tables[name].rows
        for column in there:
            kind = _type_name(schema, column)
            if kind not in _TYPES.get(column, _SIGNED):
                raise layout.damaged(file, f"its column {column} has another type: {kind}")
            arrays[column] = np.empty(n_rows, np.uint8 if kind == _LABEL else kind)
        codes = {label: code for code, label in enumerate(layout.distinct(labels))}
        start = 0
        for batch in self._batches(name, there):
            for column, values in zip(there, batch.columns, strict=True):
                place = arrays[column][start : start + len(values)]
                if pa.types.is_dictionary(values.type):
                    place[:] = _codes(values, codes, file)
                else:
                    place[:] = to_numpy(values)
            start += batch.num_rows
        return arrays

    def _strings(self) -> pa.LargeStringArray:
        n_bytes, n_rows = (
            self._description.text_bytes,
            self._description.tables[layout.STRINGS].rows,
        )
        self._allow(n_bytes)
        if _type_name(self._schema(layout.STRINGS), "text") != "large_string":
            raise layout.damaged("strings.parquet", "its column text has another type")
        offsets, text = np.zeros(n_rows + 1, np.int64), np.empty(n_bytes, np.uint8)
        row = used = 0
        for batch in self._batches(layout.STRINGS, ["text"]):
            ends, part = string_buffers(batch.column(0))
            part = part[ends[0] : ends[-1]]
            if used + len(part) > n_bytes:
                raise layout.damaged("strings.parquet", "its texts are longer than described")
            text[used : used + len(part)] = part
            offsets[row + 1 : row + len(ends)] = ends[1:] - ends[0] + used
            row, used = row + batch.num_rows, used + len(part)
        if used != n_bytes:
            raise layout.damaged("strings.parquet", "its texts are shorter than described")
        return pa.LargeStringArray.from_buffers(n_rows, pa.py_buffer(offsets), pa.py_buffer(text))

    def _locations(self) -> Locations | None:
        if not self._has(layout.LOCATIONS):
            return None
        found = self._columns(layout.LOCATIONS, ("node_ordinal", "script_id", "line", "column"))
        return Locations(node=found.pop("node_ordinal"), **found)

    def _scopes(self) -> Scopes | None:
        if not self._has(layout.SCOPES):
            return None
        if not (self._has(layout.VARIABLES) and self._has(layout.USES)):
            raise layout.damaged(layout.DESCRIPTION, "it lacks tables of scopes")
        scopes = self._columns(
            layout.SCOPES,
            ("script_ordinal", "scope_id", "depth", "variable_count", "use_count"),
        )
        return Scopes(
            script=scopes.pop("script_ordinal"),
            variable_name=self._columns(layout.VARIABLES, ("name_index",))["name_index"],
            **scopes,
            **self._columns(layout.USES, ("use_scope_id", "use_slot")),
        )

    def _flat(self, name: str) -> IntArray | None:
        """Read records as the flat array of numbers that the file has."""
        if not self._has(name):
            return None
        names = self._schema(name).names
        columns = self._columns(name, names)
        flat: IntArray = np.stack([columns[one] for one in names], axis=1).reshape(-1)
        return flat

    def _sections(self) -> dict[str, bytes]:
        found: dict[str, list[bytes]] = {}
        if not self._has(layout.SECTIONS):
            return {}
        schema = self._schema(layout.SECTIONS)
        if [_type_name(schema, name) for name in ("section", "json")] != ["string", "large_binary"]:
            raise layout.damaged("sections.parquet", "its columns have other types")
        for batch in self._batches(layout.SECTIONS, ["section", "json"]):
            for name, part in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                self._allow(len(part))
                found.setdefault(name, []).append(part)
        return {name: b"".join(parts) for name, parts in found.items()}


def _type_name(schema: pa.Schema, column: str) -> str:
    if schema.names.count(column) != 1:
        return "missing"
    kind = schema.field(column).type
    return _LABEL if pa.types.is_dictionary(kind) else str(kind)


def _codes(values: pa.DictionaryArray, codes: Mapping[str, int], file: str) -> AnyArray:
    """Turn names of types into their indices."""
    try:
        of_value = np.array([codes[name] for name in values.dictionary.to_pylist()], np.uint8)
    except (KeyError, TypeError, OverflowError):
        raise layout.damaged(file, "it names a type that the header does not list") from None
    found: AnyArray = of_value[to_numpy(values.indices)]
    return found


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


__all__ = ["read_parquet_snapshot"]
