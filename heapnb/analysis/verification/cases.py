"""The snapshots of one series from a folder, a pattern, or a list."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias, TypedDict, Unpack

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.suspects import Diagnosis
from heapnb.analysis.series.moments import WorkOption
from heapnb.analysis.series.series import Series, load_series
from heapnb.errors import HeapnbError, SnapshotNotFoundError
from heapnb.format.parquet_layout import is_parquet_snapshot
from heapnb.graph.source_files import Folders
from heapnb.graph.sources import HeapSource
from heapnb.progress import ProgressOption
from heapnb.timeline.side_files import SNAPSHOT_SUFFIXES

SeriesSource: TypeAlias = Diagnosis | Series | str | os.PathLike[str] | Sequence[HeapSource]
"""A diagnosis, a series, a folder or pattern of snapshots, or the snapshots."""


class Options(TypedDict, total=False):
    """How the files of a series are opened; see `heapnb.load`."""

    progress: ProgressOption
    cache: bool
    salvage: bool
    source_root: Folders
    source_maps: Folders


_WILDCARDS: Final = re.compile(r"[*?[]")
_DIGITS: Final = re.compile(r"(\d+)")


def snapshots_of(source: str | os.PathLike[str]) -> list[str]:
    """List the snapshots of a folder, or those that a pattern matches.

    Parameters
    ----------
    source : str or PathLike
        A folder, whose subfolders are not searched; or a pattern such as ``"run-1/*.zst"``.

    Returns
    -------
    list of str
        In the order of their names, numbers by value.

    Raises
    ------
    HeapnbError
        If the folder has no snapshots, the pattern matches none, or a file is named.
    """
    text = os.path.expanduser(os.fspath(source))  # noqa: PTH111  patterns are not paths
    if os.path.isdir(text) and not is_parquet_snapshot(text):  # noqa: PTH112
        found = [str(path) for path in Path(text).iterdir() if _is_snapshot(path.name)]
        if not found:
            raise HeapnbError(
                f"{text}: the folder contains no snapshots.",
                hint=f"snapshots are files that end with {', '.join(SNAPSHOT_SUFFIXES)}.",
            )
    elif _WILDCARDS.search(text):
        found = glob.glob(text)  # noqa: PTH207  absolute patterns
        if not found:
            raise HeapnbError(f"{text}: no file matches the pattern.")
    elif os.path.exists(text):  # noqa: PTH110
        raise HeapnbError(
            f"{text} is one file, not a series.",
            hint="name a folder with three or more snapshots of one process, or a quoted pattern.",
        )
    else:
        raise SnapshotNotFoundError(text)
    return sorted(found, key=_by_numbers)


def both_diagnoses(
    before: SeriesSource,
    after: SeriesSource,
    work: WorkOption,
    work_after: WorkOption,
    **options: Unpack[Options],
) -> tuple[Diagnosis, Diagnosis]:
    """Open and diagnose the two series that are compared.

    Parameters
    ----------
    before, after : Diagnosis, Series, folder, pattern, or sequence of snapshots
        The series.
    work, work_after : sequence of float or None
        Units of work done at each snapshot; ``work`` is that of both unless the other is given.
    **options
        See `heapnb.load_series`; not for a `Diagnosis` or a `Series`.

    Returns
    -------
    before, after : Diagnosis
    """
    # A name that does not exist is worth knowing before a large heap is read.
    cases = [_Case.of(source) for source in (before, after)]
    works = work, work if work_after is None else work_after
    first, second = (case.diagnosis(done, options) for case, done in zip(cases, works, strict=True))
    return first, second


@dataclass(frozen=True)
class _Case:
    """One of the series: opened, or the files to open."""

    source: Diagnosis | Series | Sequence[HeapSource]
    in_order: bool

    @classmethod
    def of(cls, source: SeriesSource) -> _Case:
        if isinstance(source, str | os.PathLike):
            return cls(snapshots_of(source), in_order=False)
        return cls(source, in_order=True)

    def diagnosis(self, work: WorkOption, options: Options) -> Diagnosis:
        source = self.source
        if not isinstance(source, Diagnosis | Series):
            return diagnose(load_series(source, work=work, in_order=self.in_order, **options))
        if work is not None:
            raise HeapnbError("A series has its own units of work.", hint="load_series(…, work=…)")
        return source if isinstance(source, Diagnosis) else diagnose(source)


def _is_snapshot(name: str) -> bool:
    return name.endswith(SNAPSHOT_SUFFIXES) and not name.startswith(".")


def _by_numbers(path: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in _DIGITS.split(path)]


__all__ = ["Options", "SeriesSource", "both_diagnoses", "snapshots_of"]
