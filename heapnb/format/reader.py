"""Read the bytes of a ``.heapsnapshot`` into columns."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from heapnb._typing import ProgressCallback
from heapnb.errors import SnapshotFormatError, SnapshotTooLargeError
from heapnb.format.assembly import Assembly
from heapnb.format.raw import RawSnapshot
from heapnb.format.sections import Sections
from heapnb.format.source import SnapshotSource, open_source
from heapnb.format.unfinished import explained
from heapnb.format.window import Window

BLOCK_BYTES = 8 << 20
"""Bytes of text read at a time."""

_WORKERS = 2


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
        gzip or zstd is detected.
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
    opened = open_source(source)
    try:
        opened.limit.check(opened.info.name, opened.info.size_bytes, None)
    except SnapshotTooLargeError:
        opened.close()
        raise
    window = Window(opened, block_bytes, progress, salvage=salvage)
    with ThreadPoolExecutor(_WORKERS, "heapnb-parse") as workers:
        sections = Sections(window, workers, salvage=salvage)
        try:
            sections.read()
        except SnapshotFormatError as error:
            raise explained(error, opened.info) from None
        finally:
            window.close()
    return Assembly(sections).result()
