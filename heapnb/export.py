"""Export nodes and edges as Arrow batches and Parquet files, batch by batch."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb._typing import AnyArray
from heapnb.format.writer import replacing
from heapnb.frames import edge_labels, node_columns

if TYPE_CHECKING:
    from heapnb.graph import HeapGraph

ROWS_PER_BATCH: Final = 1 << 20
"""Rows in memory at a time, and rows of a row group in a Parquet file."""

NODE_SCHEMA: Final = pa.schema(
    [
        ("node_id", pa.int64()),
        ("node_type", pa.string()),
        ("name", pa.large_string()),
        ("class_name", pa.large_string()),
        ("self_size", pa.int64()),
        ("shallow_size", pa.int64()),
        ("retained_size", pa.int64()),
        ("distance", pa.int32()),
        ("dominator_id", pa.int64()),
        ("detachedness", pa.int16()),
        ("edge_count", pa.int64()),
    ]
)
"""One row per node, in ordinal order; sizes in bytes. Null: values that the file lacks, and the
distance of nodes that the program's roots do not reach."""

EDGE_SCHEMA: Final = pa.schema(
    [
        ("from_id", pa.int64()),
        ("to_id", pa.int64()),
        ("edge_type", pa.string()),
        ("name", pa.large_string()),
    ]
)
"""One row per edge, in the file's order; the names of indexed edges are decimal numbers."""


def node_batches(
    graph: HeapGraph, rows_per_batch: int = ROWS_PER_BATCH
) -> Iterator[pa.RecordBatch]:
    """Yield the nodes of a heap in batches of `NODE_SCHEMA`."""
    for start in range(0, graph.n_nodes, rows_per_batch):
        yield _batch(node_columns(graph, slice(start, start + rows_per_batch)), NODE_SCHEMA)


def edge_batches(
    graph: HeapGraph, rows_per_batch: int = ROWS_PER_BATCH
) -> Iterator[pa.RecordBatch]:
    """Yield the edges of a heap in batches of `EDGE_SCHEMA`."""
    kinds = pa.array(graph.edge_type_names, pa.string())
    for start in range(0, graph.n_edges, rows_per_batch):
        edges = np.arange(start, min(start + rows_per_batch, graph.n_edges))
        columns = {
            "from_id": graph.node_id[graph.edge_from(edges)],
            "to_id": graph.node_id[graph.edge_to[edges]],
            "edge_type": kinds.take(pa.array(graph.edge_type[edges])),
            "name": edge_labels(graph, edges),
        }
        yield _batch(columns, EDGE_SCHEMA)


def write_parquet(
    batches: Iterable[pa.RecordBatch], schema: pa.Schema, target: str | os.PathLike[str]
) -> int:
    """Write batches to a Parquet file that appears under its name only when it is complete.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
        See `node_batches` and `edge_batches`.
    schema : pyarrow.Schema
        Schema of the batches.
    target : str or PathLike
        The file; an existing one is replaced.

    Returns
    -------
    int
        Number of rows.
    """
    from pyarrow import parquet

    rows = 0
    with (
        replacing(Path(target), force=True) as stream,
        parquet.ParquetWriter(stream, schema, compression="zstd") as writer,
    ):
        for batch in batches:
            writer.write_batch(batch, row_group_size=max(batch.num_rows, 1))
            rows += batch.num_rows
    return rows


def _batch(columns: dict[str, AnyArray | pa.Array], schema: pa.Schema) -> pa.RecordBatch:
    arrays = [pc.cast(pa.array(columns[field.name]), field.type) for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
