"""Nodes and edges as Arrow batches and Parquet files, a part at a time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb._typing import AnyArray

if TYPE_CHECKING:
    from heapnb.graph import HeapGraph

ROWS_PER_BATCH: Final = 1 << 20
"""What is in memory at a time, and how many rows a row group of a Parquet file has."""

NODE_SCHEMA: Final = pa.schema(
    [
        ("node_id", pa.uint64()),
        ("node_type", pa.string()),
        ("name", pa.large_string()),
        ("class_name", pa.large_string()),
        ("self_size", pa.uint64()),
        ("shallow_size", pa.uint64()),
        ("retained_size", pa.uint64()),
        ("distance", pa.int32()),
        ("dominator_id", pa.uint64()),
        ("detachedness", pa.uint8()),
        ("edge_count", pa.uint32()),
    ]
)
"""One row a node, in ordinal order; sizes in bytes, null for what the file does not say."""

EDGE_SCHEMA: Final = pa.schema(
    [
        ("from_id", pa.uint64()),
        ("to_id", pa.uint64()),
        ("edge_type", pa.string()),
        ("name", pa.large_string()),
    ]
)
"""One row an edge, in the file's order; the names of indexed edges are decimal."""


def node_batches(
    graph: HeapGraph, rows_per_batch: int = ROWS_PER_BATCH
) -> Iterator[pa.RecordBatch]:
    """Return the nodes of a heap, a part at a time.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    rows_per_batch : int
        How many nodes at a time.

    Yields
    ------
    pyarrow.RecordBatch
        See `NODE_SCHEMA`.
    """
    type_names = pa.array(graph.node_type_names, pa.string())
    for start in range(0, graph.n_nodes, rows_per_batch):
        part = slice(start, min(start + rows_per_batch, graph.n_nodes))
        columns = {
            "node_id": graph.node_id[part],
            "node_type": _take(type_names, graph.node_type[part]),
            "name": _names(graph, part),
            "class_name": _take(graph.class_names, graph.class_index[part]),
            "self_size": graph.self_size[part],
            "shallow_size": graph.shallow_size[part],
            "retained_size": graph.retained_size[part],
            "distance": graph.distance[part],
            "dominator_id": graph.node_id[graph.dominator[part]],
            "detachedness": (
                pa.nulls(part.stop - part.start, pa.uint8())
                if graph.detachedness is None
                else graph.detachedness[part]
            ),
            "edge_count": graph.edge_count[part],
        }
        yield _batch(columns, NODE_SCHEMA)


def edge_batches(
    graph: HeapGraph, rows_per_batch: int = ROWS_PER_BATCH
) -> Iterator[pa.RecordBatch]:
    """Return the edges of a heap, a part at a time.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    rows_per_batch : int
        How many edges at a time.

    Yields
    ------
    pyarrow.RecordBatch
        See `EDGE_SCHEMA`.
    """
    type_names = pa.array(graph.edge_type_names, pa.string())
    for start in range(0, graph.n_edges, rows_per_batch):
        part = slice(start, min(start + rows_per_batch, graph.n_edges))
        sources = graph.edge_from(np.arange(part.start, part.stop))
        columns = {
            "from_id": graph.node_id[sources],
            "to_id": graph.node_id[graph.edge_to[part]],
            "edge_type": _take(type_names, graph.edge_type[part]),
            "name": _edge_names(graph, part),
        }
        yield _batch(columns, EDGE_SCHEMA)


def write_parquet(
    batches: Iterable[pa.RecordBatch], schema: pa.Schema, target: str | os.PathLike[str]
) -> int:
    """Write batches to a Parquet file, which appears under its name only when it is complete.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
        See `node_batches` and `edge_batches`.
    schema : pyarrow.Schema
        Theirs.
    target : str or PathLike
        The file; an existing one is replaced.

    Returns
    -------
    int
        Rows written.
    """
    from pyarrow import parquet

    path = Path(target)
    unfinished = path.with_name(f"{path.name}.part")
    rows = 0
    try:
        with parquet.ParquetWriter(unfinished, schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch, row_group_size=max(batch.num_rows, 1))
                rows += batch.num_rows
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return rows


def _take(values: pa.Array, indices: AnyArray) -> pa.Array:
    return values.take(pa.array(indices))


def _batch(columns: dict[str, AnyArray | pa.Array], schema: pa.Schema) -> pa.RecordBatch:
    arrays = [pc.cast(pa.array(columns[field.name]), field.type) for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _names(graph: HeapGraph, part: slice) -> pa.Array:
    names = _take(graph.strings, graph.node_name[part])
    if graph.renamed is None or not graph.renamed[part].any():
        return names
    prefixed = pc.binary_join_element_wise(
        pa.scalar(vocab.DETACHED_PREFIX, pa.large_string()), names, pa.scalar("", pa.large_string())
    )
    return pc.if_else(pa.array(graph.renamed[part]), prefixed, names)


def _edge_names(graph: HeapGraph, part: slice) -> pa.Array:
    is_indexed = graph.is_indexed_edge_type[graph.edge_type[part]]
    names = graph.edge_name[part]
    texts = _take(graph.strings, np.where(is_indexed, 0, names))
    if not is_indexed.any():
        return texts
    numbers = pc.cast(pa.array(names), pa.large_string())
    return pc.if_else(pa.array(is_indexed), numbers, texts)
