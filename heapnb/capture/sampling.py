"""Take a sampling heap profile: which functions allocated what is still alive."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson

from heapnb.capture import resting
from heapnb.capture.chunks import private_file
from heapnb.capture.processes import ProcessReader
from heapnb.capture.targets import Target, open_targets
from heapnb.errors import CaptureError, HeapnbError
from heapnb.format import writer
from heapnb.progress import ProgressOption, reporter_of, reporting

SUFFIX: Final = ".heapprofile"
DEFAULT_INTERVAL: Final = 32_768
"""Bytes between two samples, on average; V8's own default."""

_STOP_SECONDS: Final = 120.0


def sample_heap(
    pid: int | None = None,
    *,
    seconds: float,
    port: int | None = None,
    url: str | None = None,
    page: str | None = None,
    out: str | os.PathLike[str] | None = None,
    interval: int = DEFAULT_INTERVAL,
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
        The profile of the main thread or page, for DevTools' Memory panel.

    Raises
    ------
    CaptureError
        If the process cannot be reached, or ends meanwhile.
    HeapnbError
        If an argument is invalid.
    """
    if not seconds > 0:
        raise HeapnbError(f"seconds must be greater than 0 (got {seconds:g}).")
    processes = ProcessReader()
    with (
        reporting(reporter_of(progress)),
        open_targets(
            pid=pid, port=port, url=url, page=page, allow_remote=allow_remote, processes=processes
        ) as targets,
    ):
        path = _path(out, targets[0])
        profile = _sampled(targets[0], seconds, interval, processes)
    with private_file(path) as stream:
        stream.write(orjson.dumps(profile))
    return path


def _sampled(
    target: Target, seconds: float, interval: int, processes: ProcessReader
) -> dict[str, Any]:
    target.call("HeapProfiler.startSampling", {"samplingInterval": interval})
    try:
        resting.wait_for_time(seconds, target.local_pid, processes)
    finally:
        answer = target.call("HeapProfiler.stopSampling", timeout=_STOP_SECONDS)
    profile = answer.get("profile")
    if not isinstance(profile, dict):
        raise CaptureError(f"{target.label} returned no profile.")
    return profile


def _path(out: str | os.PathLike[str] | None, target: Target) -> Path:
    path = Path(out or ".")
    if path.name.endswith(SUFFIX):
        writer.check_target(path, force=False)
        return path
    if path.suffix and not path.is_dir():
        raise CaptureError(
            f"{path}: the name of a profile ends in {SUFFIX}.",
            hint=f"write to {path.with_suffix(SUFFIX)}, or name a folder.",
        )
    writer.check_folder(path)
    path.mkdir(exist_ok=True)
    start = f"Heap.{datetime.now().astimezone():%Y%m%d.%H%M%S}.{target.pid or 0}"
    names = (path / f"{start}.{target.thread_id or 0}.{n:03}{SUFFIX}" for n in range(1, 1000))
    return next(one for one in names if not one.exists())
