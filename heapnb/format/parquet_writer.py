"""Write a snapshot as a folder of Parquet tables, a batch of rows at a time."""

from __future__ import annotations

import itertools
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from heapnb._typing import AnyArray, IntArray
from heapnb._version import __version__
from heapnb.errors import HeapnbError
from heapnb.format import parquet_layout as layout
from heapnb.format.arrow import string_buffers, to_arrow, to_texts
from heapnb.format.raw import Locations, RawSnapshot, Scopes
from heapnb.format.traces import FIELDS_OF_FUNCTIONS, FIELDS_OF_SAMPLES, listed_fields
from heapnb.format.writer import PRIVATE, check_folder
from heapnb.progress import stage

ROWS_PER_BATCH: Final = 1 << 20
"""Rows in memory at a time, and rows of a row group."""

_TEXT_PER_BATCH: Final = 64 << 20
_PART_BYTES: Final = 16 << 20
_PRIVATE_FOLDER: Final = 0o700
_COMPRESSION_LEVEL: Final = 3
_ASCENDING: Final = ("node_ordinal", "string_index", "from_ordinal", "node_id")
"""Columns whose values grow: differences take less space than values."""

_CODED: Final = frozenset(("node_type", "edge_type", "detachedness", "self_size", "edge_count"))
"""Columns of few values, which are written as numbers of a dictionary."""

Column = Callable[[slice], AnyArray | pa.Array]
"""Gives some rows of a column."""


def write_parquet_snapshot(
    raw: RawSnapshot, target: str | os.PathLike[str], *, force: bool = False
) -> Path:
    """Write all of a snapshot as Parquet.

    Parameters
    ----------
    raw : RawSnapshot
        The snapshot.
    target : str or PathLike
        The folder, which appears under its name only when it is complete. Only its owner may
        read it.
    force : bool, default False
        Replace a folder that heapnb has written.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    HeapnbError
        If the folder exists or cannot be written.
    """
    folder = Path(target)
    check_parquet_target(folder, force=force)
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    part.mkdir(mode=_PRIVATE_FOLDER)
    try:
        _write_tables(raw, part)
        _put(part, folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return folder


def check_parquet_target(folder: Path, *, force: bool) -> None:
    """Refuse a folder that cannot be written, before any work is done.

    Parameters
    ----------
    folder : Path
        The target.
    force : bool
        Whether to replace what heapnb has written.

    Raises
    ------
    HeapnbError
        If it exists and ``force`` is False, if it contains anything else than a snapshot in
        Parquet, or if its directory is missing or cannot be written.
    """
    check_folder(folder)
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not layout.is_parquet_snapshot(folder):
        raise HeapnbError(
            f"{folder} exists, and is not a snapshot in Parquet.", hint="choose another name."
        )
    if not force:
        raise HeapnbError(f"{folder} exists.", hint="choose another name, or force (--force).")


def _put(part: Path, folder: Path) -> None:
    """Give a complete folder its name; the one that had it goes last."""
    old = None
    if folder.exists():
        old = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.old")
        folder.replace(old)
    try:
        part.replace(folder)
    except OSError:
        if old is not None:
            old.replace(folder)
        raise
    if old is not None:
        shutil.rmtree(old, ignore_errors=True)


def _write_tables(raw: RawSnapshot, folder: Path) -> None:
    tables = {}
    for name, (n_rows, columns) in _tables_of(raw).items():
        batches = _batches(n_rows, columns, _string_slices(raw) if name == layout.STRINGS else None)
        tables[name] = _write_table(folder, name, batches, n_rows)
    sections = _section_batches(raw)
    if sections:
        n_rows = sum(batch.num_rows for batch in sections)
        tables[layout.SECTIONS] = _write_table(folder, layout.SECTIONS, iter(sections), n_rows)
    offsets, _ = string_buffers(raw.strings)
    description = layout.Description(
        meta=raw.meta,
        tables=tables,
        text_bytes=int(offsets[-1] - offsets[0]),
        size_bytes=raw.source.size_bytes,
        warnings=raw.warnings,
    )
    layout.write_description(folder, description, __version__)
    (folder / layout.DESCRIPTION).chmod(PRIVATE)


def _write_table(
    folder: Path, name: str, batches: Iterator[pa.RecordBatch], n_rows: int
) -> layout.Table:
    from pyarrow import parquet

    path = layout.table_path(folder, name)
    first = next(batches)
    columns = first.schema.names
    done = 0
    with (
        stage(f"Writing {path.name}") as advance,
        open(path, "xb", opener=lambda file, flags: os.open(file, flags, PRIVATE)) as file,
        parquet.ParquetWriter(
            file,
            first.schema,
            compression="zstd",
            compression_level=_COMPRESSION_LEVEL,
            use_dictionary=[column for column in columns if column in _CODED],
            column_encoding={
                column: "DELTA_BINARY_PACKED" for column in columns if column in _ASCENDING
            },
            write_page_checksum=True,
        ) as writer,
    ):
        writer.add_key_value_metadata(layout.file_metadata(name, __version__))
        for batch in itertools.chain([first], batches):
            writer.write_batch(batch, row_group_size=max(batch.num_rows, 1))
            done += batch.num_rows
            advance(done, n_rows)
    return layout.describe_table(path, n_rows)


def _batches(
    n_rows: int, columns: Mapping[str, Column], slices: Iterator[slice] | None
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a table; at least one batch, which may be empty."""
    if slices is None:
        starts = range(0, max(n_rows, 1), ROWS_PER_BATCH)
        slices = (slice(start, min(start + ROWS_PER_BATCH, n_rows)) for start in starts)
    for rows in slices:
        arrays = [
            values if isinstance(values, pa.Array) else to_arrow(values)
            for values in (column(rows) for column in columns.values())
        ]
        schema = pa.schema(
            [layout.field_of(name, array.type) for name, array in zip(columns, arrays, strict=True)]
        )
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _string_slices(raw: RawSnapshot) -> Iterator[slice]:
    """Cut the string table so that no part is too large for a page of Parquet."""
    offsets, _ = string_buffers(raw.strings)
    n_strings, start = len(raw.strings), 0
    while True:
        most = np.searchsorted(offsets, offsets[start] + _TEXT_PER_BATCH, side="right") - 1
        stop = min(max(int(most), start + 1), start + ROWS_PER_BATCH, n_strings)
        yield slice(start, stop)
        start = stop
        if start >= n_strings:
            return


def _tables_of(raw: RawSnapshot) -> dict[str, tuple[int, dict[str, Column]]]:
    """List the tables of a snapshot that have numbers and texts, with their columns."""
    tables: dict[str, tuple[int, dict[str, Column]]] = {
        layout.NODES: (raw.n_nodes, _node_columns(raw)),
        layout.EDGES: (raw.n_edges, _edge_columns(raw)),
        layout.STRINGS: (
            len(raw.strings),
            {
                "string_index": _ordinals,
                "text": lambda rows: raw.strings[rows.start : rows.stop],
            },
        ),
    }
    if raw.locations is not None:
        tables[layout.LOCATIONS] = _columns_of(
            raw.locations, [field.name for field in fields(Locations)], {"node": "node_ordinal"}
        )
    if raw.scopes is not None:
        names = [field.name for field in fields(Scopes)]
        renamed = {"script": "script_ordinal", "variable_name": "name_index"}
        tables[layout.SCOPES] = _columns_of(raw.scopes, names[:5], renamed)
        tables[layout.VARIABLES] = _columns_of(raw.scopes, names[5:6], renamed)
        tables[layout.USES] = _columns_of(raw.scopes, names[6:], renamed)
    for name, values, key, default in (
        (layout.SAMPLES, raw.samples, "sample_fields", FIELDS_OF_SAMPLES),
        (
            layout.FUNCTIONS,
            raw.trace_function_infos,
            "trace_function_info_fields",
            FIELDS_OF_FUNCTIONS,
        ),
    ):
        if values is not None:
            tables[name] = _flat(values, listed_fields(raw.meta, key, default))
    return tables


def _columns_of(
    columns: Locations | Scopes, names: list[str], renamed: Mapping[str, str]
) -> tuple[int, dict[str, Column]]:
    arrays = {renamed.get(name, name): getattr(columns, name) for name in names}
    length = len(next(iter(arrays.values())))
    return length, {name: array.__getitem__ for name, array in arrays.items()}


def _flat(values: IntArray, names: tuple[str, ...]) -> tuple[int, dict[str, Column]]:
    """Make columns of records; numbers that are not records become one column."""
    if len(set(names)) != len(names) or len(values) % len(names):
        names = ("value",)
    records = values.reshape(-1, len(names))

    def column(position: int) -> Column:
        return lambda rows: np.ascontiguousarray(records[rows, position])

    return len(records), {name: column(position) for position, name in enumerate(names)}


def _node_columns(raw: RawSnapshot) -> dict[str, Column]:
    columns: dict[str, Column] = {
        "node_ordinal": _ordinals,
        "node_id": lambda rows: raw.node_id[rows],
        "node_type": _labels(raw.node_type, raw.meta.node_types),
        "name_index": lambda rows: raw.node_name[rows],
        "self_size": lambda rows: raw.self_size[rows],
        "edge_count": lambda rows: np.diff(raw.first_edge[rows.start : rows.stop + 1]),
    }
    for name in ("detachedness", "trace_node_id"):
        values = getattr(raw, name)
        if values is not None:
            columns[name] = values.__getitem__
    return columns


def _edge_columns(raw: RawSnapshot) -> dict[str, Column]:
    def sources(rows: slice) -> AnyArray:
        first, last = np.searchsorted(raw.first_edge, [rows.start, rows.stop - 1], "right") - 1
        ends = np.clip(raw.first_edge[first : last + 2], rows.start, rows.stop)
        return np.repeat(np.arange(first, last + 1, dtype=np.uint32), np.diff(ends))

    return {
        "from_ordinal": lambda rows: sources(rows) if rows.stop > rows.start else _ordinals(rows),
        "to_ordinal": lambda rows: raw.edge_to[rows],
        "edge_type": _labels(raw.edge_type, raw.meta.edge_types),
        "name_or_index": lambda rows: raw.edge_name[rows],
    }


def _ordinals(rows: slice) -> AnyArray:
    return np.arange(rows.start, rows.stop, dtype=np.uint32)


def _labels(codes: AnyArray, names: tuple[str, ...]) -> Column:
    """Write the names of types; Parquet keeps each of them once."""
    labels = to_texts(layout.distinct(names)).cast(pa.string())
    return lambda rows: pa.DictionaryArray.from_arrays(
        to_arrow(codes[rows].astype(np.int16)), labels
    )


def _section_batches(raw: RawSnapshot) -> list[pa.RecordBatch]:
    """Give the sections that are JSON, in parts that Parquet can hold."""
    texts = {} if raw.trace_tree is None else {"trace_tree": raw.trace_tree}
    schema = pa.schema(
        [
            layout.field_of("section", pa.string()),
            layout.field_of("part", pa.uint32()),
            layout.field_of("json", pa.large_binary()),
        ]
    )
    batches = []
    for name, text in (*texts.items(), *raw.extra_sections.items()):
        for part, start in enumerate(range(0, max(len(text), 1), _PART_BYTES)):
            some = text[start : start + _PART_BYTES]
            ends = pa.py_buffer(np.array([0, len(some)], np.int64))
            arrays = [
                to_texts([name]).cast(pa.string()),
                to_arrow(np.array([part], np.uint32)),
                pa.Array.from_buffers(pa.large_binary(), 1, [None, ends, pa.py_buffer(some)]),
            ]
            batches.append(pa.RecordBatch.from_arrays(arrays, schema=schema))
    return batches


__all__ = ["check_parquet_target", "write_parquet_snapshot"]
