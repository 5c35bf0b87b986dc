"""From the bytes of a ``.heapsnapshot`` to its columns."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from heapnb._typing import ProgressCallback
from heapnb.format.assembly import Assembly
from heapnb.format.raw import RawSnapshot
from heapnb.format.sections import Sections
from heapnb.format.source import SnapshotSource, open_source
from heapnb.format.window import Window

BLOCK_BYTES = 8 << 20
"""Text read at a time."""

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
        A path, ``"-"`` for stdin, a URL, an open binary file, or the bytes themselves; gzip
        and zstd are recognised by their content.
    progress : callable, optional
        Called with (stage, bytes done, bytes in all).
    salvage : bool, default False
        Read what a truncated file still holds, and say in ``warnings`` what is missing.
    block_bytes : int, optional
        Bytes read at a time.

    Returns
    -------
    RawSnapshot

    Raises
    ------
    SnapshotFormatError
        If the input is not a valid snapshot; names the section and the byte offset.
    TruncatedSnapshotError
        If it ends too early.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> data = SnapshotBuilder.from_edges("root>a a>b").to_bytes()
    >>> read_snapshot(data).n_nodes
    3
    """
    opened = open_source(source)
    with ThreadPoolExecutor(_WORKERS, "heapnb-parse") as workers:
        sections = Sections(Window(opened, block_bytes, progress), workers, salvage=salvage)
        try:
            sections.read()
        finally:
            sections.window.close()
    return Assembly(sections).result()
