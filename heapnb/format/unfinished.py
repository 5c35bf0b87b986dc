"""Why a snapshot ends too early: its process was killed, or is still writing it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from heapnb.errors import SnapshotFormatError, TruncatedSnapshotError
from heapnb.format.raw import SourceInfo

_RECENT_SECONDS: Final = 30.0
"""A file that was changed more recently may still grow."""

_WATCH_SECONDS: Final = 1.0
_BUILDING_SECONDS: Final = 600.0
"""So long may V8 build a snapshot before it writes the first byte."""

_KILLED: Final = (
    "the process may have been killed, or its disk was full, while it wrote; salvage=True"
    " (--salvage) reads the intact part."
)
_PLAN: Final = "`heapnb capture --pid PID --plan` says whether a process would survive a snapshot."


def explained(error: SnapshotFormatError, info: SourceInfo) -> SnapshotFormatError:
    """Find out why a file is empty or ends too early.

    Waits a second if it was changed lately, to see whether it grows.

    Parameters
    ----------
    error : SnapshotFormatError
        What reading it raised.
    info : SourceInfo
        The file; sizes are those at the time of opening.

    Returns
    -------
    SnapshotFormatError
        An error that says more, or the same one if it has another reason.
    """
    is_empty = info.path is not None and info.file_bytes == 0
    if info.path is None or not (is_empty or isinstance(error, TruncatedSnapshotError)):
        return error
    path = Path(info.path)
    try:
        age = time.time() - path.stat().st_mtime
        before = path.stat().st_size
        if before == info.file_bytes and age < _RECENT_SECONDS:
            time.sleep(_WATCH_SECONDS)
        after = path.stat().st_size
    except OSError:
        return error
    if after != info.file_bytes:
        return TruncatedSnapshotError(
            f"{info.name} is still being written: it grew from {info.file_bytes:,} to {after:,}"
            " bytes in the last second",
            section=error.section,
            byte_offset=error.byte_offset,
            hint="wait until it no longer grows.",
        )
    if not is_empty:
        return TruncatedSnapshotError(
            f"{info.name} ends too early: {info.file_bytes:,} bytes, and it no longer grows",
            section=error.section,
            byte_offset=error.byte_offset,
            hint=error.hint and _KILLED,
        )
    if age < _BUILDING_SECONDS:
        why = f"its process began to write it {age:,.0f} s ago, and may still build the snapshot"
        hint = "check whether the process runs; if it was killed, " + _PLAN
    else:
        why = "its process was killed, or its disk was full, before it wrote anything"
        hint = _PLAN
    return TruncatedSnapshotError(
        f"{info.name} is empty: {why}", section=error.section, byte_offset=0, hint=hint
    )
