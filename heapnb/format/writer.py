"""Write columns to a ``.heapsnapshot`` file: the inverse of reading."""

from __future__ import annotations

import gzip
import io
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import orjson

from heapnb._typing import AnyArray, IntArray
from heapnb.errors import HeapnbError
from heapnb.format.raw import RawSnapshot
from heapnb.kernels.write import MAX_TEXT, format_integers

PRIVATE = 0o600
"""Permissions of files with data of a program: only their owner may read them."""

_RECORDS_AT_ONCE = 1 << 16
_STRINGS_AT_ONCE = 1 << 16


def write_snapshot(
    raw: RawSnapshot,
    target: str | os.PathLike[str] | BinaryIO,
    *,
    force: bool = False,
    mode: int = 0o666,
) -> None:
    """Write a snapshot that heapnb, DevTools and other readers of the format can open.

    Parameters
    ----------
    raw : RawSnapshot
        The snapshot.
    target : path or binary file
        A name that ends in ``.gz`` or ``.zst`` is compressed. The file appears under its name
        only when it is complete.
    force : bool, default False
        Replace an existing file.
    mode : int, default 0o666
        Permissions of the file, as far as the process's umask allows them.

    Raises
    ------
    HeapnbError
        If the target exists or cannot be written.

    Examples
    --------
    >>> import io
    >>> from heapnb.format import read_snapshot
    >>> from heapnb.testing import SnapshotBuilder
    >>> raw = SnapshotBuilder.from_edges("root>a a>b").raw()
    >>> out = io.BytesIO()
    >>> write_snapshot(raw, out)
    >>> read_snapshot(out.getvalue()).edge_to.tolist()
    [1, 2]
    """
    if not isinstance(target, str | os.PathLike):
        for text in _sections(raw):
            target.write(text)
        return
    with replacing(Path(target), force=force, mode=mode) as stream:
        for text in _sections(raw):
            stream.write(text)


@contextmanager
def replacing(path: Path, *, force: bool, mode: int = 0o666) -> Iterator[BinaryIO]:
    """Open a temporary file for writing, and rename it to ``path`` when it is complete.

    Names that end in ``.gz`` or ``.zst`` are compressed. ``mode`` are the permissions of the file,
    as far as the process's umask allows them.

    Raises
    ------
    HeapnbError
        If the file exists and ``force`` is False, or the directory cannot be written.
    """
    check_target(path, force=force)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        file = open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, mode))  # noqa: SIM115
    except OSError as error:
        raise HeapnbError(f"Cannot write {path}: {error.strerror}.") from None
    try:
        with file, _compressing(path, file) as stream:
            yield stream
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def check_target(
    path: Path, *, force: bool, sources: Iterable[str | os.PathLike[str]] = ()
) -> None:
    """Refuse a target that cannot be written, before any work is done.

    Parameters
    ----------
    path : Path
        The target.
    force : bool
        Whether to replace an existing file.
    sources : iterable of str or PathLike, optional
        Input files, which are never replaced.

    Raises
    ------
    HeapnbError
        If the file is one of the sources, exists and ``force`` is False, is a directory, or its
        directory is missing or cannot be written.
    """
    if path.is_dir():
        raise HeapnbError(f"{path} is a directory.", hint="name a file in it.")
    _check_parent(path)
    if path.exists() and any(Path(one).exists() and path.samefile(one) for one in sources):
        raise HeapnbError(f"{path} is one of the snapshots.", hint="choose another name.")
    if path.exists() and not force:
        raise HeapnbError(f"{path} exists.", hint="choose another name, or force (--force).")


def check_folder(path: Path) -> None:
    """Refuse a folder that could not be created or written to, before work is spent on it.

    Parameters
    ----------
    path : Path
        The folder, which need not exist.

    Raises
    ------
    HeapnbError
        If it is a file, or it or the directory that it would be in is missing or read-only.
    """
    if path.is_dir():
        _check_writable(path)
        return
    if path.exists():
        raise HeapnbError(f"{path} is a file, not a folder.", hint="name a folder.")
    _check_parent(path)


def _check_parent(path: Path) -> None:
    if not path.parent.is_dir():
        raise HeapnbError(
            f"Cannot write {path}: there is no directory {path.parent}.", hint="create it first."
        )
    _check_writable(path.parent)


def _check_writable(folder: Path) -> None:
    if not os.access(folder, os.W_OK):
        raise HeapnbError(
            f"Cannot write to {folder}: it is read-only.",
            hint="check its permissions, or name another place.",
        )


@contextmanager
def _compressing(path: Path, file: BinaryIO) -> Iterator[BinaryIO]:
    if path.suffix == ".gz":
        with gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as stream:
            yield cast("BinaryIO", stream)
    elif path.suffix == ".zst":
        import zstandard

        with zstandard.ZstdCompressor().stream_writer(file, closefd=False) as compressed:
            yield cast("BinaryIO", compressed)
    else:
        yield file


def _sections(raw: RawSnapshot) -> Iterator[bytes]:
    meta = raw.meta
    header = {**meta.header, "node_count": raw.n_nodes, "edge_count": raw.n_edges}
    yield b'{"snapshot":' + orjson.dumps(header)
    yield b',\n"nodes":['
    yield from _records(raw.n_nodes, meta.node_fields, _node_columns(raw))
    yield b'],\n"edges":['
    yield from _records(raw.n_edges, meta.edge_fields, _edge_columns(raw))
    yield b"],\n"
    yield from _flat(b"trace_function_infos", raw.trace_function_infos)
    if raw.trace_tree is not None:
        yield b'"trace_tree":' + raw.trace_tree + b",\n"
    yield from _flat(b"samples", raw.samples)
    if raw.locations is not None:
        yield b'"locations":['
        yield from _records(len(raw.locations.node), meta.location_fields, _location_columns(raw))
        yield b"],\n"
    yield from _scopes(raw)
    for name, text in raw.extra_sections.items():
        yield orjson.dumps(name) + b":" + text + b",\n"
    yield b'"strings":['
    for start in range(0, len(raw.strings), _STRINGS_AT_ONCE):
        some = raw.strings[start : start + _STRINGS_AT_ONCE].to_pylist()
        # Only between texts is a line break: those within texts are escaped, unlike `","`.
        lines = orjson.dumps(some, option=orjson.OPT_INDENT_2)[2:-2].replace(b"\n  ", b"\n")
        yield (b",\n" if start else b"") + lines.removeprefix(b"  ")
    yield b"]}"


def _node_columns(raw: RawSnapshot) -> Mapping[str, Callable[[slice], AnyArray]]:
    detachedness, trace_node_id = raw.detachedness, raw.trace_node_id
    return {
        "type": lambda rows: raw.node_type[rows],
        "name": lambda rows: raw.node_name[rows],
        "id": lambda rows: raw.node_id[rows],
        "self_size": lambda rows: raw.self_size[rows],
        "edge_count": lambda rows: np.diff(raw.first_edge[rows.start : rows.stop + 1]),
        "detachedness": lambda rows: _or_zero(detachedness, rows),
        "trace_node_id": lambda rows: _or_zero(trace_node_id, rows),
    }


def _edge_columns(raw: RawSnapshot) -> Mapping[str, Callable[[slice], AnyArray]]:
    node_stride = len(raw.meta.node_fields)
    return {
        "type": lambda rows: raw.edge_type[rows],
        "name_or_index": lambda rows: raw.edge_name[rows],
        "to_node": lambda rows: raw.edge_to[rows].astype(np.int64) * node_stride,
    }


def _location_columns(raw: RawSnapshot) -> Mapping[str, Callable[[slice], AnyArray]]:
    locations = raw.locations
    assert locations is not None  # noqa: S101  the caller has looked
    node_stride = len(raw.meta.node_fields)
    return {
        "object_index": lambda rows: locations.node[rows].astype(np.int64) * node_stride,
        "script_id": lambda rows: locations.script_id[rows],
        "line": lambda rows: locations.line[rows],
        "column": lambda rows: locations.column[rows],
    }


def _scopes(raw: RawSnapshot) -> Iterator[bytes]:
    scopes, meta = raw.scopes, raw.meta
    if scopes is None:
        return
    node_stride = len(meta.node_fields)
    tables: list[tuple[bytes, int, tuple[str, ...], dict[str, AnyArray]]] = [
        (
            b"scopes",
            len(scopes.script),
            meta.scope_fields,
            {
                "script_node_index": scopes.script * node_stride,
                "scope_id": scopes.scope_id,
                "depth": scopes.depth,
                "scope_context_vars_count": scopes.variable_count,
                "scope_uses_count": scopes.use_count,
            },
        ),
        (
            b"scope_context_vars",
            len(scopes.variable_name),
            meta.scope_context_var_fields,
            {"name": scopes.variable_name},
        ),
        (
            b"scope_uses",
            len(scopes.use_slot),
            meta.scope_use_fields,
            {"declaring_scope_id": scopes.use_scope_id, "slot_index": scopes.use_slot},
        ),
    ]
    for name, n_rows, fields, columns in tables:
        yield b'"' + name + b'":['
        parts: dict[str, Callable[[slice], AnyArray]] = {
            field: values.__getitem__ for field, values in columns.items()
        }
        yield from _records(n_rows, fields, parts)
        yield b"],\n"


def _or_zero(column: AnyArray | None, rows: slice) -> AnyArray:
    return np.zeros(rows.stop - rows.start, np.int64) if column is None else column[rows]


def _records(
    n_rows: int, fields: tuple[str, ...], columns: Mapping[str, Callable[[slice], AnyArray]]
) -> Iterator[bytes]:
    """Interleave columns to records; a field that heapnb does not know becomes 0."""
    stride = len(fields)
    out = np.empty(_RECORDS_AT_ONCE * (MAX_TEXT * stride + 1), np.uint8)
    for start in range(0, n_rows, _RECORDS_AT_ONCE):
        rows = slice(start, min(start + _RECORDS_AT_ONCE, n_rows))
        block = np.zeros((rows.stop - rows.start, stride), np.int64)
        for position, name in enumerate(fields):
            if name in columns:
                block[:, position] = columns[name](rows)
        n_bytes = format_integers(block.reshape(-1), stride, out)
        # The last record of the section ends without comma and newline.
        last = rows.stop == n_rows
        yield out[: n_bytes - 2 if last else n_bytes].tobytes()


def _flat(name: bytes, values: IntArray | None) -> Iterator[bytes]:
    if values is not None:
        out = np.empty(len(values) * (MAX_TEXT + 1) + 1, np.uint8)
        n_bytes = format_integers(values, 1, out)
        text = out[: max(n_bytes - 2, 0)].tobytes()
        yield b'"' + name + b'":[' + text + b"],\n"


def to_bytes(raw: RawSnapshot) -> bytes:
    """Return the bytes of the file that `write_snapshot` writes."""
    out = io.BytesIO()
    write_snapshot(raw, out)
    return out.getvalue()
