"""Names of snapshots: those of Node itself, or what the user asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from heapnb.errors import CaptureError
from heapnb.format import writer
from heapnb.timeline.side_files import side_file_path

SNAPSHOT: Final = ".heapsnapshot"
"""The ending of the names of plain snapshots."""

_COMPRESSED: Final = ("", ".zst", ".gz")


@dataclass(frozen=True)
class Place:
    """Where the snapshots of one capture go.

    Parameters
    ----------
    folder : Path
        The folder.
    stem : str or None
        The beginning of the names, if the user gave one.
    suffix : str
        Their end, which says how they are compressed.
    """

    folder: Path
    stem: str | None
    suffix: str

    def path(
        self, pid: int | None, thread: int, index: int, *, is_only: bool, time: datetime
    ) -> Path:
        """Return the name of one snapshot, which does not exist yet.

        Parameters
        ----------
        pid : int or None
            The process; None for pages.
        thread : int
            Node's number of the thread, or what else tells isolates apart.
        index : int
            Its number in the series.
        is_only : bool
            Whether it is the only snapshot of the capture.
        time : datetime
            When it is taken.
        """
        if self.stem is not None and is_only:
            return self.folder / f"{self.stem}{self.suffix}"
        if self.stem is not None:
            name = f"{self.stem}.{thread}.{index:03}{self.suffix}"
            return self.folder / name
        start = f"Heap.{time:%Y%m%d.%H%M%S}.{pid or 0}.{thread}"
        # A capture of another kind can have left a side file of this name in the same second.
        return next(
            path
            for path in self._numbered(start, index)
            if not os.path.lexists(path) and not os.path.lexists(side_file_path(path))
        )

    def _numbered(self, start: str, index: int) -> Iterator[Path]:
        """Yield names as Node numbers them; captures of one second get different numbers."""
        while True:
            yield self.folder / f"{start}.{index:03}{self.suffix}"
            index += 1


def place_of(
    out: str | os.PathLike[str] | None, *, compress: bool, ending: str = SNAPSHOT
) -> Place:
    """Return where snapshots go.

    Parameters
    ----------
    out : str or PathLike or None
        A folder, which is created; a name with the ending, also with ``.zst`` or ``.gz`` after it;
        None for the working directory.
    compress : bool
        Whether files without a given name are compressed with zstd.
    ending : str
        What the names end in, such as ``.heapsnapshot``.

    Returns
    -------
    Place

    Raises
    ------
    CaptureError
        If the name has another ending.
    HeapnbError
        If the folder cannot be written.
    """
    suffix = f"{ending}.zst" if compress else ending
    if out is None:
        writer.check_folder(Path())
        return Place(Path(), None, suffix)
    path = Path(out)
    for known in (ending + compressed for compressed in _COMPRESSED):
        if path.name.endswith(known):
            writer.check_target(path, force=False)
            return Place(path.parent, path.name.removesuffix(known), known)
    if path.suffix and not path.is_dir():
        raise CaptureError(
            f"{path}: the name of this file ends in {ending} or {ending}.zst.",
            hint=f"write to {path.with_suffix(suffix)}, or name a folder.",
        )
    writer.check_folder(path)
    path.mkdir(exist_ok=True)
    return Place(path, None, suffix)
