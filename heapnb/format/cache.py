"""The on-disk cache: columns and derived arrays as memory-mapped Arrow files.

A snapshot's entry is a directory in the user's cache directory, with one file per array. Each file
is written under a temporary name and then renamed, so that neither a killed process nor two
processes at once leave an incomplete array. The description that completes an entry is written
last.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from heapnb._typing import AnyArray, ProgressCallback
from heapnb.format.meta import SnapshotMeta
from heapnb.format.raw import Locations, RawSnapshot, SourceInfo
from heapnb.format.reader import read_snapshot
from heapnb.format.source import SnapshotSource

FORMAT_VERSION = 1
"""Part of each key: a release with another format ignores old entries."""

ENVIRONMENT_VARIABLE = "HEAPNB_CACHE_DIR"
_DESCRIPTION = "snapshot.json"
_HASHED_BYTES = 1 << 16
_MAX_AGE_OF_PARTS = 24 * 3600

_NODE_COLUMNS = (
    "node_type",
    "node_name",
    "node_id",
    "self_size",
    "first_edge",
    "edge_type",
    "edge_name",
    "edge_to",
)
_OPTIONAL_COLUMNS = ("detachedness", "trace_node_id", "samples", "trace_function_infos")
_LOCATION_COLUMNS = ("node", "script_id", "line", "column")


@dataclass(frozen=True)
class CacheEntry:
    """One cached snapshot.

    Parameters
    ----------
    key : str
        Name of its directory.
    name, path : str
        The snapshot file it was made from.
    size_bytes : int
        Size of the entry on disk.
    modified : float
        Time of the last change, in seconds since 1970.
    """

    key: str
    name: str
    path: str | None
    size_bytes: int
    modified: float


def cache_directory() -> Path:
    """Return the cache directory of the user, or ``HEAPNB_CACHE_DIR`` if it is set."""
    override = os.environ.get(ENVIRONMENT_VARIABLE)
    if override:
        return Path(override)
    import platformdirs

    return Path(platformdirs.user_cache_dir("heapnb"))


def cache_key(path: Path) -> str:
    """Return a hexadecimal key of a file's content: its size, time, and a hash of both ends."""
    stat = path.stat()
    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"{FORMAT_VERSION} {stat.st_size} {stat.st_mtime_ns}".encode())
    with path.open("rb") as file:
        digest.update(file.read(_HASHED_BYTES))
        file.seek(max(stat.st_size - _HASHED_BYTES, 0))
        digest.update(file.read(_HASHED_BYTES))
    return digest.hexdigest()


class CacheStore:
    """The arrays of one snapshot on disk; also a `heapnb.graph.DerivedStore`.

    A background thread writes the arrays; the interpreter waits for it at exit. With a full or
    read-only disk nothing is cached, but results are the same.

    Parameters
    ----------
    directory : Path
        The entry.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._writer = ThreadPoolExecutor(1, "heapnb-cache")
        self._pending: list[Future[None]] = []

    def load(self, name: str) -> AnyArray | None:
        """Map an array into memory, read-only; return None if it is missing or unreadable."""
        path = self._path(name)
        try:
            with pa.memory_map(str(path)) as source:
                batch = pa.ipc.open_file(source).get_batch(0)
        except (OSError, pa.ArrowInvalid):
            return None
        array: AnyArray = batch.column(0).to_numpy(zero_copy_only=batch.num_rows > 0)
        if batch.schema.field(0).name == "bool":
            array = array.view(np.bool_)
        return array

    def save(self, name: str, array: AnyArray) -> None:
        """Write a one-dimensional array in the background."""
        self._submit(lambda: self._write(name, array))

    def save_snapshot(self, raw: RawSnapshot) -> None:
        """Write all columns of a snapshot in the background."""
        self._submit(remove_stale_parts)
        self._submit(lambda: self._write_snapshot(raw))

    def load_snapshot(self) -> RawSnapshot | None:
        """Map a snapshot's columns into memory; return None if the entry is incomplete."""
        try:
            description = orjson.loads((self.directory / _DESCRIPTION).read_bytes())
            return self._assemble(description)
        except (OSError, KeyError, TypeError, orjson.JSONDecodeError):
            return None

    def wait(self) -> None:
        """Wait until all arrays are written."""
        for future in self._pending:
            future.result()
        self._pending.clear()

    def _submit(self, work: Callable[[], None]) -> None:
        def attempt() -> None:
            with contextlib.suppress(OSError):
                work()

        self._pending = [future for future in self._pending if not future.done()]
        self._pending.append(self._writer.submit(attempt))

    def _path(self, name: str) -> Path:
        return self.directory / f"{name}.arrow"

    def _write(self, name: str, array: AnyArray) -> None:
        values = array.view(np.uint8) if array.dtype == np.bool_ else array
        column = "bool" if array.dtype == np.bool_ else "values"
        batch = pa.record_batch([pa.array(np.ascontiguousarray(values))], [column])

        def fill(temporary: str) -> None:
            with pa.OSFile(temporary, "wb") as sink, pa.ipc.new_file(sink, batch.schema) as out:
                out.write_batch(batch)

        self._put(self._path(name), fill)

    def _put(self, path: Path, fill: Callable[[str], None]) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=path.name, suffix=".part", dir=self.directory)
        os.close(handle)
        try:
            fill(temporary)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def _write_snapshot(self, raw: RawSnapshot) -> None:
        for name in _NODE_COLUMNS:
            self._write(name, getattr(raw, name))
        optional = [name for name in _OPTIONAL_COLUMNS if getattr(raw, name) is not None]
        for name in optional:
            self._write(name, getattr(raw, name))
        if raw.locations is not None:
            for name in _LOCATION_COLUMNS:
                self._write(f"location_{name}", getattr(raw.locations, name))
        _, offsets, text = raw.strings.buffers()
        self._write("string_offsets", np.frombuffer(offsets, np.int64))
        self._write("string_text", np.frombuffer(text, np.uint8))
        description = {
            "meta": {
                name: getattr(raw.meta, name)
                for name in (
                    "node_fields",
                    "node_types",
                    "edge_fields",
                    "edge_types",
                    "location_fields",
                    "header",
                )
            },
            "optional": optional,
            "has_locations": raw.locations is not None,
            "trace_tree": None if raw.trace_tree is None else raw.trace_tree.decode(),
            "extra_sections": {
                name: text.decode("utf-8", "surrogateescape")
                for name, text in raw.extra_sections.items()
            },
            "source": asdict(raw.source),
            "warnings": raw.warnings,
        }
        content = orjson.dumps(description)
        self._put(
            self.directory / _DESCRIPTION,
            lambda temporary: _ignore(Path(temporary).write_bytes(content)),
        )

    def _assemble(self, description: dict[str, Any]) -> RawSnapshot:
        def column(name: str) -> Any:
            array = self.load(name)
            if array is None:
                raise KeyError(name)
            return array

        columns: dict[str, Any] = {name: column(name) for name in _NODE_COLUMNS}
        for name in _OPTIONAL_COLUMNS:
            columns[name] = column(name) if name in description["optional"] else None
        meta = description["meta"]
        offsets = column("string_offsets")
        header = meta.pop("header")
        return RawSnapshot(
            meta=SnapshotMeta(
                **{name: tuple(value) for name, value in meta.items()}, header=header
            ),
            **columns,
            strings=pa.LargeStringArray.from_buffers(
                len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(column("string_text"))
            ),
            locations=(
                Locations(**{name: column(f"location_{name}") for name in _LOCATION_COLUMNS})
                if description["has_locations"]
                else None
            ),
            trace_tree=(
                None if description["trace_tree"] is None else description["trace_tree"].encode()
            ),
            extra_sections={
                name: text.encode("utf-8", "surrogateescape")
                for name, text in description["extra_sections"].items()
            },
            source=SourceInfo(**description["source"]),
            warnings=tuple(description["warnings"]),
        )


def read_cached(
    source: SnapshotSource,
    *,
    cache: bool = True,
    progress: ProgressCallback | None = None,
    salvage: bool = False,
) -> tuple[RawSnapshot, CacheStore | None]:
    """Read a snapshot from the cache, or from its file if it is not cached.

    Parameters
    ----------
    source : str, PathLike, binary file or bytes
        See `heapnb.format.read_snapshot`; only files on disk are cached.
    cache : bool, default True
        Whether to read and write the cache.
    progress : callable, optional
        Called with (stage, bytes done, total bytes).
    salvage : bool, default False
        Read the intact part of a truncated file; the result is not cached.

    Returns
    -------
    raw : RawSnapshot
        The snapshot.
    store : CacheStore or None
        Cache of the derived arrays; None if the snapshot is not cached.
    """
    path = _path_of(source)
    if not cache or salvage or path is None:
        return read_snapshot(source, progress=progress, salvage=salvage), None
    store = CacheStore(cache_directory() / cache_key(path))
    raw = store.load_snapshot()
    if raw is None:
        raw = read_snapshot(source, progress=progress)
        store.save_snapshot(raw)
    return raw, store


def list_entries() -> list[CacheEntry]:
    """List the entries of the cache, newest first."""
    entries = []
    for directory in _entry_directories():
        source: dict[str, Any] = {}
        with contextlib.suppress(OSError, orjson.JSONDecodeError):
            source = orjson.loads((directory / _DESCRIPTION).read_bytes())["source"]
        with contextlib.suppress(OSError):
            files = [file.stat() for file in directory.iterdir()]
            entries.append(
                CacheEntry(
                    key=directory.name,
                    name=source.get("name", "(incomplete)"),
                    path=source.get("path"),
                    size_bytes=sum(file.st_size for file in files),
                    modified=max((file.st_mtime for file in files), default=0.0),
                )
            )
    return sorted(entries, key=lambda entry: -entry.modified)


def clear() -> int:
    """Delete all entries, and return the number of bytes freed."""
    freed = sum(entry.size_bytes for entry in list_entries())
    for directory in _entry_directories():
        shutil.rmtree(directory, ignore_errors=True)
    return freed


def remove_stale_parts() -> None:
    """Delete incomplete files of processes that were killed while they wrote."""
    for directory in _entry_directories():
        for part in directory.glob("*.part"):
            with contextlib.suppress(OSError):
                if time.time() - part.stat().st_mtime > _MAX_AGE_OF_PARTS:
                    part.unlink()


def _entry_directories() -> list[Path]:
    root = cache_directory()
    return [path for path in root.iterdir() if path.is_dir()] if root.is_dir() else []


def _path_of(source: SnapshotSource) -> Path | None:
    if isinstance(source, str | os.PathLike):
        text = os.fspath(source)
        if text != "-" and "://" not in text and Path(text).is_file():
            return Path(text)
    return None


def _ignore(_: object) -> None:
    """Discard a result."""
