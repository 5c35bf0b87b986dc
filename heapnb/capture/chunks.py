"""Stream the chunks of a snapshot into a file that appears only when it is complete."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from heapnb.capture.targets import Target
from heapnb.errors import CaptureError
from heapnb.format.writer import replacing

DEFAULT_SILENCE: Final = 120.0
"""Seconds without any message after which a capture is given up."""

CHUNK: Final = "HeapProfiler.addHeapSnapshotChunk"
PROGRESS: Final = "HeapProfiler.reportHeapSnapshotProgress"

_NO_SPACE: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True)
class Written:
    """A snapshot whose text is complete.

    Parameters
    ----------
    raw_bytes : int
        Size of its text before compression.
    n_nodes : int or None
        Number of nodes, as V8 announced it while it built the snapshot.
    """

    raw_bytes: int
    n_nodes: int | None


@dataclass(frozen=True)
class SnapshotOptions:
    """What V8 is asked to put into a snapshot.

    Parameters
    ----------
    numeric_values : bool, default False
        The values of numbers, as nodes of their own.
    internals : bool, default False
        Objects of the engine that V8 otherwise leaves out.
    """

    numeric_values: bool = False
    internals: bool = False

    def params(self) -> dict[str, bool]:
        """Return the parameters of the command."""
        return {
            "reportProgress": True,
            "captureNumericValue": self.numeric_values,
            "exposeInternals": self.internals,
        }


def write_chunks(
    target: Target,
    stream: BinaryIO,
    options: SnapshotOptions,
    *,
    silence: float,
    is_working: Callable[[], bool],
    on_building: Callable[[int, int], None],
    on_writing: Callable[[int], None],
) -> Written:
    """Take a snapshot and write its text to a stream as it arrives.

    Parameters
    ----------
    target : Target
        The isolate.
    stream : binary file
        Gets the text as UTF-8.
    options : SnapshotOptions
        What the snapshot contains.
    silence : float
        Seconds without any message after which the capture is given up.
    is_working : callable
        Asked then whether the process works all the same.
    on_building : callable
        Called with (done, total) while V8 builds the snapshot.
    on_writing : callable
        Called with the bytes that have arrived.

    Returns
    -------
    Written

    Raises
    ------
    CaptureError
        If the text is not complete; `InspectorError` if the target is gone or silent.
    """
    n_bytes, n_nodes, last = 0, None, b""
    for event in target.stream(
        "HeapProfiler.takeHeapSnapshot",
        options.params(),
        events=(CHUNK, PROGRESS),
        silence=silence,
        is_working=is_working,
    ):
        if event.method == PROGRESS:
            n_nodes = int(event.params.get("total", 0))
            on_building(int(event.params.get("done", 0)), n_nodes)
            continue
        data = str(event.params.get("chunk", "")).encode("utf-8", "surrogatepass")
        stream.write(data)
        n_bytes += len(data)
        last = data.rstrip()[-1:] or last
        on_writing(n_bytes)
    if last != b"}":
        raise CaptureError(
            f"The snapshot of {target.label} is not complete: {n_bytes:,} bytes arrived.",
            hint="take it again.",
        )
    return Written(n_bytes, n_nodes)


@contextmanager
def private_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that only this user may read, and that appears when it is complete.

    A name that ends in ``.zst`` or ``.gz`` is compressed.

    Raises
    ------
    CaptureError
        If the disk is full.
    HeapnbError
        If the file exists or its folder cannot be written.
    """
    try:
        with replacing(path, force=False, mode=0o600) as stream:
            yield stream
    except OSError as error:
        if error.errno not in _NO_SPACE:
            raise
        raise CaptureError(
            f"Cannot write {path}: {os.strerror(error.errno or errno.ENOSPC)}. The incomplete file"
            " was removed.",
            hint="free space, or write to another disk with out=… (--out).",
        ) from None
