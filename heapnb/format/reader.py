"""Read the bytes of a ``.heapsnapshot`` into columns."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from heapnb._typing import ProgressCallback
from heapnb.errors import SnapshotFormatError, SnapshotTooLargeError
from heapnb.format.assembly import Assembly
from heapnb.format.raw import RawSnapshot
from heapnb.format.sections import Sections
from heapnb.format.source import SnapshotSource, folder_of, open_source
from heapnb.format.unfinished import explained
from heapnb.format.window import Window

BLOCK_BYTES = 8 << 20
"""Bytes of text read at a time."""

_WORKERS = 2

_SectionsT = TypeVar("_SectionsT", bound=Sections)


def read_snapshot(
    source: SnapshotSource,
    *,
    progress: ProgressCallback | None = None,
    salvage: bool = False,
    block_bytes: int = BLOCK_BYTES,
) -> RawSnapshot:
    """Read a heap snapshot.

    Parameters
    ----------
    source : str, PathLike, binary file or bytes
        A path, ``"-"`` for stdin, a URL, an open binary file, or bytes. Content compressed with
        gzip or zstd is detected. A folder is a snapshot in Parquet.
    progress : callable, optional
        Called with (stage, bytes done, total bytes).
    salvage : bool, default False
        Read the intact part of a truncated file; ``warnings`` says what is missing.
    block_bytes : int, optional
        Bytes read at a time.

    Returns
    -------
    RawSnapshot

    Raises
    ------
    SnapshotFormatError
        If the input is not a valid snapshot; the error names the section and the byte offset.
    TruncatedSnapshotError
        If the input ends too early; the error says whether the file still grows.
    SnapshotTooLargeError
        If it has more bytes than `heapnb.format.limits` allows.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> data = SnapshotBuilder.from_edges("root>a a>b").to_bytes()
    >>> read_snapshot(data).n_nodes
    3
    """
    folder = folder_of(source)
    if folder is not None:
        # pyarrow.parquet is loaded only for those who need it.
        from heapnb.format.parquet_reader import read_parquet_snapshot

        return read_parquet_snapshot(folder, progress=progress)
    sections = read_sections(
        source,
        lambda window, workers: Sections(window, workers, salvage=salvage),
        progress=progress,
        salvage=salvage,
        block_bytes=block_bytes,
    )
    return Assembly(sections).result()


def read_sections(
    source: SnapshotSource,
    make: Callable[[Window, ThreadPoolExecutor], _SectionsT],
    *,
    progress: ProgressCallback | None,
    salvage: bool,
    block_bytes: int,
    is_streamed: bool = False,
) -> _SectionsT:
    """Read the sections of a file with a reader.

    Parameters
    ----------
    source, progress, salvage, block_bytes
        See `read_snapshot`.
    make : callable
        Makes the reader for a window on the file and threads for its work.
    is_streamed : bool, default False
        Whether the reader keeps nothing, so that the file may be larger than the memory.

    Returns
    -------
    Sections
        What ``make`` made; some of its work may not be done yet.
    """
    opened = open_source(source)
    opened.is_streamed = is_streamed
    try:
        opened.limit.check(opened.info.name, opened.info.size_bytes, None, is_streamed=is_streamed)
    except SnapshotTooLargeError:
        opened.close()
        raise
    window = Window(opened, block_bytes, progress, salvage=salvage)
    with ThreadPoolExecutor(_WORKERS, "heapnb-parse") as workers:
        sections = make(window, workers)
        try:
            sections.read()
        except SnapshotFormatError as error:
            raise explained(error, opened.info) from None
        finally:
            window.close()
    return sections
