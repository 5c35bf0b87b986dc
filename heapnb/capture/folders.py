"""Folders that recordings write their snapshots into."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from heapnb.errors import HeapnbError

# Snapshots without a named folder are deleted when Python exits.
_temporary: list[tempfile.TemporaryDirectory[str]] = []


def target_folder(out: str | os.PathLike[str] | None) -> Path:
    """Return the folder for the snapshots of one recording, created if it does not exist.

    Parameters
    ----------
    out : str, PathLike or None
        None for a temporary folder that is deleted when Python exits.

    Returns
    -------
    Path

    Raises
    ------
    HeapnbError
        If it cannot be created or written, or contains snapshots of a recording already.
    """
    if out is None:
        _temporary.append(tempfile.TemporaryDirectory(prefix="heapnb-"))
        return Path(_temporary[-1].name)
    from heapnb.format.writer import check_folder

    target = Path(out)
    check_folder(target)
    target.mkdir(exist_ok=True)
    if numbered_snapshots(target):
        raise HeapnbError(
            f"{target}: already contains snapshots of a recording.", hint="name another folder."
        )
    return target


@contextmanager
def workplace(target: Path) -> Iterator[Path]:
    """Create a folder inside the target, so that the target never holds half-written files."""
    with tempfile.TemporaryDirectory(prefix=".recording-", dir=target) as name:
        yield Path(name)


def snapshot_name(number: int) -> str:
    """Return the file name of a recording's snapshot, counted from 1."""
    return f"snapshot-{number}.heapsnapshot"


def numbered_snapshots(folder: Path) -> list[Path]:
    """Return the snapshots of a recording, in order."""
    files = folder.glob("snapshot-*.heapsnapshot")
    return sorted(files, key=lambda file: (len(file.name), file.name))
