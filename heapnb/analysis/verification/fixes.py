"""Whether a change of the program fixed its leaks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from heapnb._showing import Charted, port
from heapnb.analysis.diagnosis.suspects import Diagnosis, Suspect
from heapnb.analysis.series.moments import WorkOption
from heapnb.analysis.verification.cases import Options, SeriesSource, both_diagnoses
from heapnb.analysis.verification.changes import (
    Changes,
    FixVerdict,
    LeakChange,
    Measure,
    Obstacle,
    rate_dict,
)
from heapnb.analysis.verification.rates import GrowthRate
from heapnb.graph.source_files import Folders
from heapnb.progress import ProgressOption

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False, eq=False)
class FixVerification(Charted):
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

    changes: Changes
    verdict: FixVerdict
    obstacle: Obstacle | None

    @property
    def before(self) -> Diagnosis:
        """The diagnosis of the series before the change."""
        return self.changes.before

    @property
    def after(self) -> Diagnosis:
        """The diagnosis of the series after it."""
        return self.changes.after

    @property
    def leaks(self) -> tuple[LeakChange, ...]:
        """What became of each leak."""
        return self.changes.leaks

    @property
    def new(self) -> tuple[Suspect, ...]:
        """Leaks that only the later series has."""
        return self.changes.new

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should know."""
        return self.changes.warnings

    @property
    def is_proven(self) -> bool:
        """Whether all leaks are fixed and the change added none."""
        return self.verdict == "fixed" and not self.new

    @cached_property
    def reason(self) -> str:
        """Why, in a few sentences."""
        return port().reason(self)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a leak of either series.

        ``class_name``, ``anchor``, ``fix_verdict`` (``"new"`` for a leak that only the later
        series has), ``rate_before``, ``rate_after``, ``rate_low``, ``rate_high``: growth for each
        unit, with the later rate's interval; missing where it is not known; ``measure``: what
        grows; ``fingerprint``.
        """
        import pandas as pd

        columns = leak_columns(self.changes)
        rates = [name for name in columns if name.startswith("rate")]
        return pd.DataFrame(columns).astype(dict.fromkeys(rates, "float64"))

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as ``heapnb verify-fix --json`` prints it.

        Returns
        -------
        dict
            ``verdict``, ``reason``, ``per``, ``leaks``, ``new``, ``heap``, ``warnings``.
        """
        return {"verdict": self.verdict, "reason": self.reason, **changes_dict(self.changes)}


_Row: TypeAlias = tuple[Suspect, str, GrowthRate | None, GrowthRate | None, Measure]


def leak_columns(changes: Changes) -> dict[str, list[Any]]:
    """Return the columns of the table of leaks, new ones last."""
    rows: list[_Row] = [
        (leak.before, leak.verdict, leak.rate_before, leak.rate_after, leak.measure)
        for leak in changes.leaks
    ]
    for suspect in changes.new:
        rate, measure = changes.rate_of_new(suspect)
        rows.append((suspect, "new", None, rate, measure))
    after = [rate for _, _, _, rate, _ in rows]
    return {
        "class_name": [suspect.class_name for suspect, *_ in rows],
        "anchor": [suspect.anchor for suspect, *_ in rows],
        "fix_verdict": [verdict for _, verdict, *_ in rows],
        "rate_before": [None if rate is None else rate.value for _, _, rate, _, _ in rows],
        "rate_after": [None if rate is None else rate.value for rate in after],
        "rate_low": [None if rate is None else rate.low for rate in after],
        "rate_high": [None if rate is None else rate.high for rate in after],
        "measure": [measure for *_, measure in rows],
        "fingerprint": [suspect.fingerprint for suspect, *_ in rows],
    }


def changes_dict(changes: Changes) -> dict[str, Any]:
    """Return what two series differ in as JSON has it."""
    return {
        "per": changes.axis.per,
        "leaks": [one.to_dict() for one in changes.leaks],
        "new": [one.to_dict() for one in changes.new],
        "heap": {
            "rate_before": rate_dict(changes.heap_before),
            "rate_after": rate_dict(changes.heap_after),
        },
        "warnings": list(changes.warnings),
    }


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
    progress, cache, salvage, source_root, source_maps
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
    options: Options = {
        "progress": progress,
        "cache": cache,
        "salvage": salvage,
        "source_root": source_root,
        "source_maps": source_maps,
    }
    changes = Changes.of(*both_diagnoses(before, after, work, work_after, **options))
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


__all__ = ["FixVerification", "changes_dict", "leak_columns", "verify_fix"]
