"""The on-disk cache: columns and derived arrays as memory-mapped Arrow files.

A snapshot's entry is a directory in the user's cache directory, with one file per array. Each file
is written under a temporary name and then renamed, so that neither a killed process nor two
processes at once leave an incomplete array. The description that completes an entry is written
last; its time is that of the last use. When an entry has been written, those that were not used for
longest go until the others fit into the limit.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from heapnb._typing import AnyArray, ProgressCallback
from heapnb.errors import HeapnbError
from heapnb.format.arrow import to_arrow, to_numpy
from heapnb.format.meta import SnapshotMeta
from heapnb.format.raw import Locations, RawSnapshot, Scopes, SourceInfo
from heapnb.format.reader import read_snapshot
from heapnb.format.source import SnapshotSource

FORMAT_VERSION = 3
"""Part of each key: a release with another format ignores old entries."""

ENVIRONMENT_VARIABLE = "HEAPNB_CACHE_DIR"
SIZE_VARIABLE = "HEAPNB_CACHE_SIZE"
"""Environment variable with the most bytes that the cache may take, such as ``5GB``."""

_LARGEST = 20_000_000_000
_LARGEST_SHARE = 0.2
_SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>k|M|G|T)?B?", re.IGNORECASE)
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
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
_SCOPE_COLUMNS = tuple(field.name for field in fields(Scopes))
_META = tuple(field.name for field in fields(SnapshotMeta))


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
    used : float
        Time of the last use, in seconds since 1970.
    """

    key: str
    name: str
    path: str | None
    size_bytes: int
    used: float


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
        array: AnyArray = to_numpy(batch.column(0))
        if batch.schema.field(0).name == "bool":
            array = array.view(np.bool_)
        return array

    def save(self, name: str, array: AnyArray) -> None:
        """Write a one-dimensional array in the background."""
        self._submit(lambda: self._write(name, array))

    def save_snapshot(self, raw: RawSnapshot) -> None:
        """Write all columns of a snapshot in the background."""
        limit = size_limit()
        self._submit(remove_stale_parts)
        self._submit(lambda: self._write_snapshot(raw))
        self._submit(lambda: _ignore(evict(limit, keep=self.directory.name)))

    def load_snapshot(self) -> RawSnapshot | None:
        """Map a snapshot's columns into memory; return None if the entry is incomplete."""
        try:
            path = self.directory / _DESCRIPTION
            raw = self._assemble(orjson.loads(path.read_bytes()))
        except (OSError, KeyError, TypeError, orjson.JSONDecodeError):
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return raw

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
        batch = pa.record_batch([to_arrow(values)], [column])

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
        if raw.trace_tree is not None:
            self._write("trace_tree", np.frombuffer(raw.trace_tree, np.uint8))
        if raw.scopes is not None:
            for name in _SCOPE_COLUMNS:
                self._write(f"scope_{name}", getattr(raw.scopes, name))
        _, offsets, text = raw.strings.buffers()
        self._write("string_offsets", np.frombuffer(offsets, np.int64))
        self._write("string_text", np.frombuffer(text, np.uint8))
        description = {
            "meta": {name: getattr(raw.meta, name) for name in _META},
            "optional": optional,
            "has_locations": raw.locations is not None,
            "has_trace_tree": raw.trace_tree is not None,
            "has_scopes": raw.scopes is not None,
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
            trace_tree=column("trace_tree").tobytes() if description["has_trace_tree"] else None,
            scopes=(
                Scopes(**{name: column(f"scope_{name}") for name in _SCOPE_COLUMNS})
                if description["has_scopes"]
                else None
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
    """List the entries of the cache, the last used first."""
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
                    used=max((file.st_mtime for file in files), default=0.0),
                )
            )
    return sorted(entries, key=lambda entry: -entry.used)


def clear() -> int:
    """Delete all entries, and return the number of bytes freed."""
    freed = sum(entry.size_bytes for entry in list_entries())
    for directory in _entry_directories():
        shutil.rmtree(directory, ignore_errors=True)
    return freed


def size_limit() -> int:
    """Return how many bytes the cache may take.

    Returns
    -------
    int
        What ``HEAPNB_CACHE_SIZE`` says, else 20 GB, but at most a fifth of the disk.

    Raises
    ------
    HeapnbError
        If the variable has no size.
    """
    wanted = os.environ.get(SIZE_VARIABLE, "").strip()
    if wanted:
        size = _SIZE.fullmatch(wanted)
        if size is None:
            raise HeapnbError(f"{SIZE_VARIABLE}={wanted} is not a size.", hint="write it as 5GB.")
        return int(float(size["number"]) * _UNITS[(size["unit"] or "").lower()])
    directory = cache_directory()
    while not directory.exists():
        directory = directory.parent
    return min(_LARGEST, int(_LARGEST_SHARE * shutil.disk_usage(directory).total))


def evict(limit: int, keep: str = "") -> int:
    """Delete the entries that were not used for longest until the others fit into the limit.

    A process that has mapped the arrays of a deleted entry keeps them, as POSIX systems do.

    Parameters
    ----------
    limit : int
        The most bytes that stay.
    keep : str
        Key of an entry that stays in any case.

    Returns
    -------
    int
        How many bytes were freed.
    """
    total = freed = 0
    for entry in sorted(list_entries(), key=lambda entry: entry.key != keep):
        total += entry.size_bytes
        if total > limit and entry.key != keep:
            shutil.rmtree(cache_directory() / entry.key, ignore_errors=True)
            total -= entry.size_bytes
            freed += entry.size_bytes
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
