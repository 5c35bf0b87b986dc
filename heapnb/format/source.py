"""Open snapshots from files, streams, bytes and URLs; plain, gzip or zstd."""

from __future__ import annotations

import gzip
import io
import os
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TypeAlias, cast

from heapnb.errors import (
    HeapnbError,
    MissingExtraError,
    SnapshotFormatError,
    SnapshotNotFoundError,
    TruncatedSnapshotError,
)
from heapnb.format.limits import SizeLimit
from heapnb.format.raw import SourceInfo

SnapshotSource: TypeAlias = str | os.PathLike[str] | BinaryIO | bytes | bytearray | memoryview
"""A path, ``"-"`` for stdin, a URL, an open binary file, or bytes."""

_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_PARQUET_MAGIC = b"PAR1"
_MAGIC_LENGTH = 4
_UNPACKED_AT_ONCE = 1 << 14
"""Bytes unpacked by one call: damage loses what its own call has unpacked."""


@dataclass
class OpenSource:
    """An open, decompressed input.

    Parameters
    ----------
    stream : binary stream
        Uncompressed bytes.
    info : SourceInfo
        Facts known before reading; ``size_bytes`` is 0 for compressed input and streams.
    reopen : callable or None
        Opens the same input again, to find the byte offset of an error.
    damage_errors : tuple of exception types
        Errors of the decompressor for damaged data.
    file : binary stream, optional
        The underlying file, if `close` has to close it.
    packed : _Prefixed, optional
        The compressed bytes, if the input is compressed.
    limit : SizeLimit
        How much may be read.
    is_streamed : bool
        Whether what is read is not kept, so that the memory of the machine does not limit it.
    """

    stream: BinaryIO
    info: SourceInfo
    reopen: Callable[[], OpenSource] | None
    damage_errors: tuple[type[Exception], ...] = ()
    file: BinaryIO | None = None
    packed: _Prefixed | None = None
    limit: SizeLimit = field(default_factory=SizeLimit)
    is_streamed: bool = False
    _n_read: int = 0
    _damage: SnapshotFormatError | None = None

    def close(self) -> None:
        """Close the input, unless the caller passed it as an open stream."""
        if self.file is not None:
            self.file.close()

    def read_into(self, buffer: memoryview) -> int:
        """Fill a buffer, and return the bytes read: fewer than its size only at the input's end.

        Raises
        ------
        SnapshotFormatError
            If compressed data is damaged or truncated, after the bytes before that were returned.
        SnapshotTooLargeError
            If there is more than the limit allows.
        """
        filled = 0
        while filled < len(buffer) and self._damage is None:
            got = self._read_part(buffer[filled:])
            if got == 0:
                break
            filled += got
            self._count(got)
        if filled == 0 and self._damage is not None:
            raise self._damage
        return filled

    def read(self, size: int) -> bytes:
        """Return some bytes that are not kept, at most ``size``; none at the end.

        Raises
        ------
        SnapshotTooLargeError
            If there is more than the limit allows.
        EOFError, one of damage_errors
            If compressed data is truncated or damaged.
        """
        # A raw stream that has nothing yet counts as ended.
        data = self.stream.read(size) or b""
        self._count(len(data), is_streamed=True)
        return data

    def _count(self, got: int, *, is_streamed: bool = False) -> None:
        self._n_read += got
        n_packed = None if self.packed is None else self.packed.n_read
        self.limit.check(
            self.info.name, self._n_read, n_packed, is_streamed=is_streamed or self.is_streamed
        )

    def _read_part(self, buffer: memoryview) -> int:
        """Read some bytes; 0 at the end, and where damage begins, which is remembered."""
        if self.packed is None:
            return _read_some(self.stream, buffer)
        try:
            return self.stream.readinto1(buffer[:_UNPACKED_AT_ONCE])  # type: ignore[attr-defined,no-any-return]
        except EOFError:
            self._damage = TruncatedSnapshotError(
                f"{self.info.name}: the compressed data ends too early",
                section="compression",
                hint="copy the file again, or read its intact part with salvage.",
            )
        except self.damage_errors as error:
            self._damage = SnapshotFormatError(
                f"{self.info.name}: the compressed data is damaged: {error}",
                section="compression",
                hint="copy the file again, or read the part before the damage with salvage.",
            )
        return 0


def _read_some(stream: BinaryIO, buffer: memoryview) -> int:
    if hasattr(stream, "readinto"):
        return stream.readinto(buffer) or 0
    data = stream.read(len(buffer))
    buffer[: len(data)] = data
    return len(data)


class _Prefixed(io.RawIOBase):
    """A stream whose first bytes were already read to detect compression."""

    def __init__(self, prefix: bytes, stream: BinaryIO) -> None:
        self._prefix = prefix
        self._stream = stream
        self.n_read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        if self._prefix:
            got = min(len(view), len(self._prefix))
            view[:got] = self._prefix[:got]
            self._prefix = self._prefix[got:]
        else:
            got = _read_some(self._stream, view)
        self.n_read += got
        return got


def open_source(source: SnapshotSource) -> OpenSource:
    """Open any kind of input; compression is detected by content, not by name.

    Raises
    ------
    HeapnbError
        If the file does not exist or cannot be read.

    Examples
    --------
    >>> open_source(b'{"snapshot": {}}').info.name
    '<bytes>'
    """
    if isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source) if isinstance(source, memoryview) else source
        return _unpack(
            io.BytesIO(data),
            SourceInfo("<bytes>", file_bytes=len(data)),
            reopen=lambda: open_source(data),
        )
    if isinstance(source, str) and source == "-":
        return _unpack(sys.stdin.buffer, SourceInfo("<stdin>"), reopen=None)
    if isinstance(source, str) and "://" in source:
        url_file = _open_url(source)
        info = SourceInfo(source)
        return _unpack(url_file, info, reopen=lambda: open_source(source), file=url_file)
    if isinstance(source, str | os.PathLike):
        return _open_path(Path(source))
    if not hasattr(source, "read"):
        raise HeapnbError(
            f"Cannot read a snapshot from {type(source).__name__}.",
            hint="pass a path, a URL, bytes or a file opened in binary mode.",
        )
    if isinstance(source, io.TextIOBase):
        raise HeapnbError("The file is opened in text mode.", hint='open it with mode "rb".')
    return _unpack(source, SourceInfo(str(getattr(source, "name", "<stream>"))), reopen=None)


def folder_of(source: object) -> Path | None:
    """Return the folder that a source names; None for files, streams, bytes and URLs."""
    if isinstance(source, str | os.PathLike):
        text = os.fspath(source)
        if text != "-" and "://" not in text and os.path.isdir(text):  # noqa: PTH112
            return Path(text)
    return None


def _open_path(path: Path) -> OpenSource:
    try:
        stream = path.open("rb", buffering=0)
        size = path.stat().st_size
    except FileNotFoundError:
        raise SnapshotNotFoundError(path) from None
    except OSError as error:
        raise HeapnbError(
            f"Cannot read {path}: {error.strerror}.", hint="check the path and its permissions."
        ) from None
    info = SourceInfo(path.name, path=str(path.resolve()), file_bytes=size)
    file = cast("BinaryIO", stream)
    return _unpack(file, info, reopen=lambda: _open_path(path), file=file)


def _open_url(url: str) -> BinaryIO:
    try:
        import fsspec
    except ImportError:
        raise MissingExtraError(f"Reading {url}", "remote") from None
    try:
        return cast("BinaryIO", fsspec.open(url, "rb").open())
    except (OSError, ValueError, ImportError) as error:
        raise HeapnbError(f"Cannot open {url}: {error}.", hint="check the URL.") from None


def _unpack(
    stream: BinaryIO,
    info: SourceInfo,
    reopen: Callable[[], OpenSource] | None,
    file: BinaryIO | None = None,
) -> OpenSource:
    try:
        magic = stream.read(_MAGIC_LENGTH) or b""
    except OSError as error:
        if file is not None:
            file.close()
        raise HeapnbError(f"Cannot read {info.name}: {error.strerror}.") from None
    if magic == _PARQUET_MAGIC:
        if file is not None:
            file.close()
        raise SnapshotFormatError(
            f"{info.name} is one table in Parquet",
            section="snapshot",
            byte_offset=0,
            hint="name the folder that `heapnb export --parquet` wrote, not a file of it.",
        )
    joined = _Prefixed(magic, stream)
    # Not compressed: large reads go to the file without a buffer.
    unpacked: object = joined
    compression: str | None = None
    damage_errors: tuple[type[Exception], ...] = ()
    if magic.startswith(_GZIP_MAGIC):
        compression = "gzip"
        unpacked = gzip.GzipFile(fileobj=io.BufferedReader(joined, 1 << 20))
        damage_errors = (gzip.BadGzipFile, zlib.error)
    elif magic == _ZSTD_MAGIC:
        import zstandard

        compression = "zstd"
        unpacked = zstandard.ZstdDecompressor().stream_reader(
            cast("BinaryIO", joined), read_across_frames=True
        )
        damage_errors = (zstandard.ZstdError,)
    known = SourceInfo(
        name=info.name,
        path=info.path,
        size_bytes=0 if compression else info.file_bytes,
        file_bytes=info.file_bytes,
        compression=compression,
    )
    packed = joined if compression else None
    return OpenSource(cast("BinaryIO", unpacked), known, reopen, damage_errors, file, packed)
