"""Whether a change of the program fixed its leaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from heapnb._showing import Charted
from heapnb.analysis.series.moments import WorkOption
from heapnb.analysis.verification.cases import SeriesSource, both_diagnoses
from heapnb.analysis.verification.changes import Changes, FixVerdict, Obstacle
from heapnb.analysis.verification.compared import ComparedSeries
from heapnb.format.limits import bounded
from heapnb.graph.source_files import Folders
from heapnb.progress import ProgressOption

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False, eq=False)
class FixVerification(ComparedSeries, Charted):
    """Whether a change of the program fixed its leaks; see `heapnb.verify_fix`.

    Parameters
    ----------
    changes : Changes
        What the two series differ in.
    verdict : {"fixed", "improved", "not-fixed", "cannot-tell"}
        The answer for all leaks of the earlier series together.
    obstacle : Obstacle or None
        Why the series cannot tell.
    """

    verdict: FixVerdict

    @property
    def is_proven(self) -> bool:
        """Whether all leaks are fixed and the change added none."""
        return self.verdict == "fixed" and not self.new

    @property
    def table(self) -> pd.DataFrame:
        """One row a leak of either series; columns as in `leak_table`."""
        return self.leak_table


@bounded
def verify_fix(
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
) -> FixVerification:
    """Say whether a change of the program fixed its leaks.

    Parameters
    ----------
    before, after : folder, pattern, sequence of snapshots, Series, or Diagnosis
        Three or more snapshots of one process before the change, and of another process after it,
        under the same load.
    work, work_after : sequence of float or None, optional
        Units of work, such as requests, that were done when each snapshot was taken; see
        `heapnb.load_series`. ``work`` is that of both series unless ``work_after`` is given.
    progress, cache, salvage, source_root, source_maps, max_size
        How files are opened; see `heapnb.load`.

    Returns
    -------
    FixVerification

    Raises
    ------
    HeapnbError or OSError
        If a series cannot be read.

    Notes
    -----
    The process, and usually the build, differ, so objects cannot be compared by id. A leak is
    recognised by its fingerprint (class and retaining path), or else by holder, class, or cause.
    Its growth for each unit of work is the median slope between all pairs of snapshots (Theil and
    Sen); its interval is that of Sen (1968), and the range of these slopes where the snapshots are
    too few for that. "fixed": the last third of the later series grows by at most 5 % of the
    earlier rate. "improved": the later interval lies below the earlier one.

    Examples
    --------
    >>> import heapnb as hn
    >>> hn.verify_fix("before-the-fix", "after-the-fix").verdict  # doctest: +SKIP
    'fixed'
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
    return FixVerification(changes, verdict, obstacle)


def _judge(changes: Changes) -> tuple[FixVerdict, Obstacle | None]:
    """Decide for all leaks together."""
    if changes.before.verdict != "leak":
        is_clean = changes.before.verdict == "no-leak"
        return "cannot-tell", Obstacle.NO_LEAK if is_clean else Obstacle.UNDECIDED
    if changes.obstacle is not None:
        return "cannot-tell", changes.obstacle
    verdicts = {leak.verdict for leak in changes.leaks}
    if "not-fixed" in verdicts:
        return ("improved" if verdicts & {"fixed", "improved"} else "not-fixed"), None
    if "cannot-tell" in verdicts:
        return "cannot-tell", Obstacle.TOO_LITTLE_WORK
    return ("improved" if "improved" in verdicts else "fixed"), None


__all__ = ["FixVerification", "verify_fix"]
