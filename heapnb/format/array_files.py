"""One array in one file, checked as a whole before anything reads a value of it.

A file begins with the digest of all that follows, and a description of fixed length: which array
of which entry it is, its type and its length. So a file that was cut, changed, or taken from
another place is noticed by reading it once, at the speed of memory.
"""

from __future__ import annotations

import ctypes
import os
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Final, cast

import numpy as np
import orjson
import pyarrow as pa
import xxhash

from heapnb._typing import AnyArray

_DIGEST_BYTES: Final = 16
_HEADER_BYTES: Final = 256
_MAPPED_FROM: Final = 1 << 20
"""Smaller files are read: memory of our own cannot change."""

_MADV_DONTNEED: Final = 4
"""Linux's; the pages of a file stay in the memory of the system."""

_CHUNK_BYTES: Final = 1 << 18
"""Bytes read and hashed at a time: they stay in the CPU's cache in between."""

_DTYPES: Final = frozenset(
    ("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "float64")
)


class DamagedArrayError(ValueError):
    """A file does not contain the array that was written to it."""


@dataclass(frozen=True)
class StoredArray:
    """An array, and the file that its memory depends on.

    Parameters
    ----------
    values : array
        Read-only, with one dimension.
    path : Path
        The file.
    status : os.stat_result or None
        That of a file which is mapped; None if the values were read.
    """

    values: AnyArray
    path: Path
    status: os.stat_result | None

    def is_intact(self) -> bool:
        """Tell whether a mapped file still is as it was checked; a removed one is."""
        if self.status is None:
            return True
        try:
            now = self.path.stat()
        except OSError:
            return True
        if (now.st_dev, now.st_ino) != (self.status.st_dev, self.status.st_ino):
            return True
        return _state(now) == _state(self.status)

    def release(self) -> None:
        """Take the pages of a mapped file from the process; reading a value brings its page back.

        Does nothing to values that were read, and on systems other than Linux.
        """
        if self.status is None or _madvise is None:
            return
        address = self.values.ctypes.data - _HEADER_BYTES
        _madvise(address, self.values.nbytes + _HEADER_BYTES, _MADV_DONTNEED)


def _find_madvise() -> Callable[[int, int, int], int] | None:
    """Return the function of the C library."""
    if not sys.platform.startswith("linux"):
        return None
    function = ctypes.CDLL(None, use_errno=True).madvise
    function.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    return cast("Callable[[int, int, int], int]", function)


_madvise = _find_madvise()


def write_array(path: str, entry: str, name: str, values: AnyArray) -> os.stat_result:
    """Write an array to a file.

    Parameters
    ----------
    path : str
        The file, which is replaced.
    entry, name : str
        What the array belongs to, and what it is called there.
    values : array
        One dimension.

    Returns
    -------
    os.stat_result
        That of the complete file, for `map_written`.
    """
    about = {"entry": entry, "name": name, "dtype": values.dtype.name, "length": len(values)}
    header = orjson.dumps(about).ljust(_HEADER_BYTES - _DIGEST_BYTES)
    content = np.ascontiguousarray(values).view(np.uint8).data
    digest = xxhash.xxh3_128(header)
    digest.update(content)
    with Path(path).open("wb", buffering=0) as file:
        for part in (digest.digest(), header, content):
            _write_all(file, part)
        return os.fstat(file.fileno())


def map_written(path: Path, status: os.stat_result, values: AnyArray) -> StoredArray:
    """Map an array from the file that it was just written to, so that its memory can be freed.

    Parameters
    ----------
    path : Path
        Where the file is by now.
    status : os.stat_result
        See `write_array`.
    values : array
        What was written.

    Returns
    -------
    StoredArray
        Small arrays stay as they are.

    Raises
    ------
    DamagedArrayError
        If the file is another one by now.
    OSError
        If it cannot be read.
    """
    if status.st_size < _MAPPED_FROM:
        return StoredArray(values, path, None)
    return StoredArray(_map(path, status)[_HEADER_BYTES:].view(values.dtype), path, status)


def read_array(path: Path, entry: str, name: str) -> StoredArray:
    """Check a file, and read it or map it into memory.

    Parameters
    ----------
    path : Path
        The file.
    entry, name : str
        As it was written.

    Returns
    -------
    StoredArray

    Raises
    ------
    DamagedArrayError
        If the file has another content, or belongs to somebody else.
    OSError
        If it cannot be read.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise DamagedArrayError(f"{path} is not a file")
    with path.open("rb", buffering=0) as file:
        status = os.fstat(file.fileno())
        if not is_own(status):
            raise DamagedArrayError(f"{path} belongs to another user")
        is_mapped = status.st_size >= _MAPPED_FROM
        data = np.empty(_CHUNK_BYTES if is_mapped else status.st_size, np.uint8)
        if status.st_size < _HEADER_BYTES or not _is_whole(file, status.st_size, data):
            raise DamagedArrayError(f"{path} was changed")
        if is_mapped:
            data = _map(path, status)
    header = data[_DIGEST_BYTES:_HEADER_BYTES].tobytes()
    about = orjson.loads(header)
    if (about["entry"], about["name"]) != (entry, name) or about["dtype"] not in _DTYPES:
        raise DamagedArrayError(f"{path} is {about['name']} of {about['entry']}")
    values: AnyArray = data[_HEADER_BYTES:].view(about["dtype"])
    if len(values) != about["length"]:
        raise DamagedArrayError(f"{path} has {len(values)} values, not {about['length']}")
    values.flags.writeable = False
    return StoredArray(values, path, status if is_mapped else None)


def digest_of(content: bytes) -> bytes:
    """Return the hexadecimal digest of a text that is stored beside the arrays."""
    return xxhash.xxh3_128_hexdigest(content).encode()


def is_own(status: os.stat_result) -> bool:
    """Tell whether a file belongs to the user, whom alone the cache trusts."""
    return not hasattr(os, "geteuid") or status.st_uid == os.geteuid()


def _is_whole(file: FileIO, size: int, data: AnyArray) -> bool:
    """Compare a file with its digest, through ``data``, which is left with its last part."""
    expected = b""
    digest = xxhash.xxh3_128()
    done = 0
    while done < size:
        place = data[done:] if len(data) == size else data[: size - done]
        got = file.readinto(place.data) or 0
        if got == 0:
            return False
        part = place[:got]
        if done == 0:
            expected = part[:_DIGEST_BYTES].tobytes()
            part = part[_DIGEST_BYTES:]
        digest.update(part.data)
        done += got
    return digest.digest() == expected


def _map(path: Path, status: os.stat_result) -> AnyArray:
    """Map a whole file, if its state is still the given one."""
    with pa.memory_map(str(path)) as mapped:
        if _state(os.fstat(mapped.fileno())) != _state(status):
            raise DamagedArrayError(f"{path} was changed")
        return np.frombuffer(mapped.read_buffer(status.st_size), np.uint8)


def _write_all(file: FileIO, content: bytes | memoryview) -> None:
    """Write more bytes than a single call may take."""
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]


def _state(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


__all__ = [
    "DamagedArrayError",
    "StoredArray",
    "digest_of",
    "is_own",
    "map_written",
    "read_array",
    "write_array",
]
