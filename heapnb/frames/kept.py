"""Decoded tables that outlive the process: as Arrow in an array of the on-disk cache."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from heapnb._typing import ByteArray, IntArray
from heapnb._version import __version__
from heapnb.frames.columns import texts
from heapnb.graph import HeapGraph

if TYPE_CHECKING:
    import pandas as pd

_CODE: Final = b"code"
_ORDINALS: Final = "(ordinals)"
_ROOMS: Final = (
    *("analysis", "decode", "format", "frames", "graph"),
    *("kernels", "redaction", "secrets", "views", "workbench"),
)
_LEAST_NODES: Final = 200_000
"""Tables of smaller heaps are made faster than they are read."""


def kept_frame(
    heap: HeapGraph, name: str, make: Callable[[], pd.DataFrame]
) -> tuple[pd.DataFrame, IntArray | None]:
    """Return a table of a heap from the cache, or make and keep it.

    Parameters
    ----------
    heap : HeapGraph
        Whose table.
    name : str
        What it is called in the cache.
    make : callable
        Makes it; what it returns follows from the heap and from the code of heapnb alone.

    Returns
    -------
    frame : DataFrame
        Numbered from 0.
    ordinals : int64[n_rows] or None
        Of the column ``node_id``, -1 where it is missing; None if the frame was not kept.

    Notes
    -----
    The cache is untrusted: types, offsets, texts and ordinals are checked. Other code than that
    which made the table makes it again.
    """
    store = heap.results.store
    if store is None or heap.n_nodes < _LEAST_NODES:
        return make(), None
    key = f"table_{name}"
    stored = store.load(key)
    found = None if stored is None else _read(heap, stored)
    if found is None:
        store.check()
        frame = make().reset_index(drop=True)
        found = frame, ordinals_of(heap, frame)
        written = _written(*found)
        if written is not None:
            store.save(key, written)
    return found


def ordinals_of(heap: HeapGraph, frame: pd.DataFrame) -> IntArray:
    """Return the ordinals of a table's ``node_id`` as ``int64[n_rows]``, -1 where it is missing."""
    nodes = np.full(len(frame), -1, np.int64)
    if "node_id" in frame:
        known = np.flatnonzero(~frame["node_id"].isna().to_numpy())
        ids = frame["node_id"].iloc[known].to_numpy().astype(np.uint64)
        nodes[known] = heap.ordinals_of(ids)
    return nodes


def _written(frame: pd.DataFrame, ordinals: IntArray) -> ByteArray | None:
    """Write a table as Arrow's stream; None if a column is of a type that is not kept."""
    columns: dict[str, pa.Array] = {}
    kinds: dict[bytes, bytes] = {_CODE: _code()}
    for name, values in frame.items():
        dtype = values.dtype
        if str(dtype) in {"string", "str"}:
            columns[str(name)] = pa.array(values.array, pa.large_string())
        elif isinstance(dtype, np.dtype) and dtype.kind in "biuf":
            columns[str(name)] = pa.array(values.to_numpy(), from_pandas=False)
        elif str(dtype) in _MASKED:
            columns[str(name)] = pa.array(values.array)
        else:
            return None
        kinds[str(name).encode()] = str(dtype).encode()
    columns[_ORDINALS] = pa.array(ordinals)
    table = pa.table(columns).replace_schema_metadata(kinds).combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return np.frombuffer(sink.getvalue(), np.uint8)


_MASKED: Final = ("Int64", "Int32", "Float64", "boolean")


def _read(heap: HeapGraph, stored: Any) -> tuple[pd.DataFrame, IntArray] | None:
    """Read a table; None if other code wrote it, or it is not what it must be."""
    import pandas as pd

    if stored.dtype != np.uint8:
        return None
    try:
        with pa.ipc.open_stream(pa.py_buffer(stored)) as reader:
            table = reader.read_all().combine_chunks()
        kinds = dict(table.schema.metadata or {})
        if kinds.pop(_CODE, None) != _code():
            return None
        table.validate(full=True)
        columns = {
            name: _column(table.column(name), kinds[name.encode()].decode())
            for name in table.column_names
            if name != _ORDINALS
        }
        ordinals = table.column(_ORDINALS).to_numpy()
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError):
        return None
    is_ordinals = ordinals.dtype == np.int64 and (
        not len(ordinals) or (ordinals.min() >= -1 and ordinals.max() < heap.n_nodes)
    )
    return (pd.DataFrame(columns, copy=False), ordinals) if is_ordinals else None


def _column(values: pa.ChunkedArray, kind: str) -> Any:
    """Make a column of a frame, without copying its values where they have no gaps."""
    import pandas as pd

    whole = values.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks or [pa.array([], values.type)])
    if kind in {"string", "str"}:
        if whole.type != pa.large_string():
            raise ValueError(kind)
        return texts(whole) if kind == "string" else pd.array(whole, dtype="str")
    if kind in _MASKED:
        dtype: Any = pd.api.types.pandas_dtype(kind)
        return dtype.__from_arrow__(whole)
    return whole.to_numpy(zero_copy_only=False).astype(kind, copy=False)


@cache
def _code() -> bytes:
    """Name the code that makes tables: a version, and what of it was changed since."""
    digest = hashlib.blake2b(__version__.encode(), digest_size=16)
    root = Path(__file__).parents[1]
    for room in _ROOMS:
        for file in sorted((root / room).rglob("*.py")):
            status = file.stat()
            digest.update(f"{file.name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest().encode()


__all__ = ["kept_frame", "ordinals_of"]
