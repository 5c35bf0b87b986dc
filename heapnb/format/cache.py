"""The on-disk cache: columns and derived arrays as memory-mapped files.

A snapshot's entry is a directory in the user's cache directory, with one file per array. Each file
is written under a temporary name and then renamed, so that neither a killed process nor two
processes at once leave an incomplete array. The description that completes an entry is written
last; its time is that of the last use. Each file is checked before anything relies on it. When an
entry has been written, those that were not used for longest go until the others fit into the limit.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from heapnb._typing import ProgressCallback
from heapnb.errors import HeapnbError
from heapnb.format.cache_store import DESCRIPTION, CacheStore, read_description, source_of
from heapnb.format.limits import parse_size
from heapnb.format.parquet_layout import is_parquet_snapshot
from heapnb.format.raw import RawSnapshot, SourceInfo
from heapnb.format.reader import read_snapshot
from heapnb.format.source import SnapshotSource

FORMAT_VERSION = 5
"""Part of each key: a release with another format ignores old entries."""

ENVIRONMENT_VARIABLE = "HEAPNB_CACHE_DIR"
SIZE_VARIABLE = "HEAPNB_CACHE_SIZE"
"""Environment variable with the most bytes that the cache may take, such as ``5GB``."""

_LARGEST = 20_000_000_000
_LARGEST_SHARE = 0.2
_HASHED_BYTES = 1 << 14
_SAMPLES = 16
_CLOCK_TICK_NS = 20_000_000
_MAX_AGE_OF_PARTS = 24 * 3600


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
    created, used : float
        Times of its first array and of the last use, in seconds since 1970.
    """

    key: str
    name: str
    path: str | None
    size_bytes: int
    created: float
    used: float


def cache_directory() -> Path:
    """Return the cache directory of the user, or ``HEAPNB_CACHE_DIR`` if it is set."""
    override = os.environ.get(ENVIRONMENT_VARIABLE)
    if override:
        return Path(override)
    import platformdirs

    return Path(platformdirs.user_cache_dir("heapnb"))


def cache_key(path: Path) -> str:
    """Return a hexadecimal key of a file's content: its size, its times, and a hash of samples.

    Who writes into a file can set the time of its change back, but not the time at which its
    state changed (POSIX's ctime); where systems lack that, the samples remain. The key of a folder
    is made of those of its files.
    """
    if path.is_dir():
        keys = [f"{one.name} {cache_key(one)}" for one in sorted(path.iterdir()) if one.is_file()]
        return hashlib.blake2b("\n".join(keys).encode(), digest_size=16).hexdigest()
    with path.open("rb") as file:
        stat = os.fstat(file.fileno())
        age = time.time_ns() - stat.st_ctime_ns
        if 0 <= age < _CLOCK_TICK_NS:
            # A change within the same tick of the clock would not show.
            time.sleep(_CLOCK_TICK_NS / 1e9)
        digest = hashlib.blake2b(digest_size=16)
        times = f"{stat.st_mtime_ns} {stat.st_ctime_ns}"
        digest.update(f"{FORMAT_VERSION} {stat.st_size} {times}".encode())
        last = max(stat.st_size - _HASHED_BYTES, 0)
        for number in range(_SAMPLES + 1):
            file.seek(last * number // _SAMPLES)
            digest.update(file.read(_HASHED_BYTES))
    return digest.hexdigest()


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
    key = None if not cache or salvage or path is None else _key_if_readable(path)
    if path is None or key is None:
        return read_snapshot(source, progress=progress, salvage=salvage), None
    store = CacheStore(cache_directory() / key)
    raw = store.load_snapshot()
    if raw is not None:
        # A copy may have filled the cache.
        opened = replace(raw.source, name=path.name, path=str(path.resolve()))
        return replace(raw, source=opened), store
    limit = size_limit()
    raw = read_snapshot(source, progress=progress)
    if _key_if_readable(path) != key:
        # It was changed meanwhile.
        return raw, None
    store.do_later(remove_stale_parts)
    store.save_snapshot(raw)
    store.do_later(lambda: evict(limit, keep=key))
    return raw, store


def is_cached(path: Path, derived: str) -> bool:
    """Tell whether the cache has a file with some derived array, which may be damaged."""
    key = _key_if_readable(path)
    if key is None:
        return False
    store = CacheStore(cache_directory() / key)
    return (store.directory / DESCRIPTION).is_file() and store.has(derived)


def list_entries() -> list[CacheEntry]:
    """List the entries of the cache, the last used first."""
    entries = []
    for directory in _entry_directories():
        try:
            source = source_of(read_description(directory))
        except (OSError, KeyError, TypeError, ValueError):
            source = SourceInfo("(incomplete)")
        with contextlib.suppress(OSError):
            files = list(_statuses(directory))
            entries.append(
                CacheEntry(
                    key=directory.name,
                    name=source.name,
                    path=source.path,
                    size_bytes=sum(file.st_size for file in files),
                    created=min((file.st_mtime for file in files), default=0.0),
                    used=max((file.st_mtime for file in files), default=0.0),
                )
            )
    return sorted(entries, key=lambda entry: -entry.used)


def _statuses(directory: Path) -> Iterator[os.stat_result]:
    """Give the status of each file; one that another process renames meanwhile is left out."""
    for file in directory.iterdir():
        with contextlib.suppress(FileNotFoundError):
            yield file.stat()


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
        size = parse_size(wanted)
        if size is None:
            raise HeapnbError(f"{SIZE_VARIABLE}={wanted} is not a size.", hint="write it as 5GB.")
        return size
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


def _key_if_readable(path: Path) -> str | None:
    """Return the key of a file; None if reading the file will say what is wrong with it."""
    try:
        return cache_key(path)
    except OSError:
        return None


def _path_of(source: SnapshotSource) -> Path | None:
    if isinstance(source, str | os.PathLike):
        text = os.fspath(source)
        if text != "-" and "://" not in text:
            path = Path(text)
            return path if path.is_file() or is_parquet_snapshot(path) else None
    return None
