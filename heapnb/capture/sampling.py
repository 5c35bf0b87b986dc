"""Take a sampling heap profile: which functions allocated what is still alive."""

from __future__ import annotations

import os
from pathlib import Path

from heapnb.capture.capturing import capture
from heapnb.capture.kinds import DEFAULT_SAMPLING
from heapnb.errors import HeapnbError
from heapnb.progress import ProgressOption


def sample_heap(
    pid: int | None = None,
    *,
    seconds: float,
    port: int | None = None,
    url: str | None = None,
    page: str | None = None,
    out: str | os.PathLike[str] | None = None,
    interval: int = DEFAULT_SAMPLING,
    allow_remote: bool = False,
    progress: ProgressOption = None,
) -> Path:
    """Sample the allocations of a running process.

    The profile has the functions that allocated, with their call stacks, and how many bytes of it
    are still alive. It has no retaining paths. The process keeps running, and needs a few MB.

    Parameters
    ----------
    pid, port, url : optional
        The process, as in `capture`; exactly one of them.
    seconds : float
        How long.
    page : str, optional
        The title or URL of a page, or a part of it.
    out : str or PathLike, optional
        A name that ends in ``.heapprofile``, or a folder; by default the working directory.
    interval : int, default 32768
        Bytes between two samples, on average.
    allow_remote : bool, default False
        Accept inspectors of other machines.
    progress : callable or bool, optional
        As in `load`.

    Returns
    -------
    Path
        The profile of the main thread or page, for DevTools' Memory panel. `capture` with
        ``kind="heap-profile"`` takes those of workers, too, and several in a row.

    Raises
    ------
    CaptureError
        If the process cannot be reached, or ends meanwhile.
    HeapnbError
        If an argument is invalid.
    """
    if not seconds > 0:
        raise HeapnbError(f"seconds must be greater than 0 (got {seconds:g}).")
    return capture(
        pid,
        kind="heap-profile",
        seconds=seconds,
        port=port,
        url=url,
        page=page,
        out=out,
        workers=False,
        sampling=interval,
        allow_remote=allow_remote,
        progress=progress,
    ).files[0]
