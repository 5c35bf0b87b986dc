"""What an upgrade changed: two builds under the same load."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from heapnb._showing import Charted
from heapnb.analysis.series.moments import WorkOption
from heapnb.analysis.verification.cases import SeriesSource, both_diagnoses
from heapnb.analysis.verification.changes import Changes, Obstacle
from heapnb.analysis.verification.compared import ComparedSeries
from heapnb.format.limits import bounded
from heapnb.graph.source_files import Folders
from heapnb.progress import ProgressOption

if TYPE_CHECKING:
    import pandas as pd

VersionVerdict = Literal["better", "worse", "mixed", "same", "cannot-tell"]


@dataclass(frozen=True, repr=False, eq=False)
class VersionComparison(ComparedSeries, Charted):
    """What two builds under the same load differ in; see `heapnb.compare_versions`.

    Parameters
    ----------
    changes : Changes
        The leaks of both, and the heap as a whole.
    verdict : {"better", "worse", "mixed", "same", "cannot-tell"}
        Whether the later build leaks less, more, less here and more there, or as much.
    obstacle : Obstacle or None
        Why the series cannot tell.
    """

    verdict: VersionVerdict

    @property
    def size_delta(self) -> int:
        """Bytes of the last snapshot, the later build's minus the earlier's."""
        last = [int(one.series.snapshots[-1].total_size) for one in (self.before, self.after)]
        return last[1] - last[0]

    @property
    def table(self) -> pd.DataFrame:
        """One row a class, the largest difference between the rates first.

        ``class_name``; ``bytes_rate_before``, ``bytes_rate_after``, ``bytes_rate_delta``: shallow
        bytes that the class grows by for each unit of work; ``count_before``, ``count_after``,
        ``size_before``, ``size_after``: objects and shallow bytes in the last snapshot of each
        build.
        """
        return self.changes.classes

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as ``heapnb compare-versions --json`` prints it.

        Returns
        -------
        dict
            As `FixVerification.to_dict`, and ``size_delta``.
        """
        return super().to_dict() | {"size_delta": self.size_delta}


@bounded
def compare_versions(
    before: SeriesSource,
    after: SeriesSource,
    *,
    work: WorkOption = None,
    work_after: WorkOption = None,
    progress: ProgressOption = None,
    cache: bool = True,
    salvage: bool = False,
    source_root: Folders = None,
    source_maps: Folders = None,
    max_size: int | None = None,  # noqa: ARG001  `bounded` reads it
) -> VersionComparison:
    """Say what an upgrade changed: of a dependency, of the runtime, or of the program.

    Parameters
    ----------
    before, after : folder, pattern, sequence of snapshots, Series, or Diagnosis
        Three or more snapshots of one process of each build, under the same load.
    work, work_after : sequence of float or None, optional
        Units of work; see `heapnb.verify_fix`.
    progress, cache, salvage, source_root, source_maps, max_size
        How files are opened; see `heapnb.load`.

    Returns
    -------
    VersionComparison

    Raises
    ------
    HeapnbError or OSError
        If a series cannot be read.

    Notes
    -----
    "worse": the later build has a leak that the earlier one lacks, or one that grows faster,
    beyond both intervals. "better": a leak is fixed or slower. Leaks are recognised, and rates
    measured, as `heapnb.verify_fix` does.

    Examples
    --------
    >>> import heapnb as hn
    >>> hn.compare_versions("express-4", "express-5").verdict  # doctest: +SKIP
    'same'
    """
    both = both_diagnoses(
        before,
        after,
        work,
        work_after,
        progress=progress,
        cache=cache,
        salvage=salvage,
        source_root=source_root,
        source_maps=source_maps,
    )
    changes = Changes.of(*both)
    verdict, obstacle = _judge(changes)
    return VersionComparison(changes, verdict, obstacle)


def _judge(changes: Changes) -> tuple[VersionVerdict, Obstacle | None]:
    """Weigh what is better against what is worse."""
    if changes.before.verdict == "undecided":
        return "cannot-tell", Obstacle.UNDECIDED
    if changes.obstacle is not None:
        return "cannot-tell", changes.obstacle
    if any(leak.verdict == "cannot-tell" for leak in changes.leaks):
        return "cannot-tell", Obstacle.TOO_LITTLE_WORK
    is_better = any(leak.verdict in {"fixed", "improved"} for leak in changes.leaks)
    is_worse = bool(changes.new) or any(leak.is_faster for leak in changes.leaks)
    if is_better and is_worse:
        return "mixed", None
    if is_worse:
        return "worse", None
    return ("better" if is_better else "same"), None


__all__ = ["VersionComparison", "compare_versions"]
