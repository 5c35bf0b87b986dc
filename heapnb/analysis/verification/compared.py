"""What the answers about two series share: both diagnoses, the leaks, and their table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from heapnb._showing import port
from heapnb.analysis.diagnosis.suspects import Diagnosis, Suspect
from heapnb.analysis.verification.changes import (
    Changes,
    LeakChange,
    Measure,
    Obstacle,
    rate_dict,
)
from heapnb.analysis.verification.rates import GrowthRate

if TYPE_CHECKING:
    import pandas as pd

_Row: TypeAlias = tuple[Suspect, str, GrowthRate | None, GrowthRate | None, Measure]


@dataclass(frozen=True, repr=False, eq=False)
class ComparedSeries:
    """An answer about two series of one program.

    Parameters
    ----------
    changes : Changes
        What the two series differ in.
    verdict : str
        The answer.
    obstacle : Obstacle or None
        Why the series cannot tell.
    """

    changes: Changes
    verdict: str
    obstacle: Obstacle | None

    @property
    def before(self) -> Diagnosis:
        """The diagnosis of the earlier series."""
        return self.changes.before

    @property
    def after(self) -> Diagnosis:
        """The diagnosis of the later one."""
        return self.changes.after

    @property
    def leaks(self) -> tuple[LeakChange, ...]:
        """What became of each leak of the earlier series."""
        return self.changes.leaks

    @property
    def new(self) -> tuple[Suspect, ...]:
        """Leaks that only the later series has."""
        return self.changes.new

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should know."""
        return self.changes.warnings

    @cached_property
    def reason(self) -> str:
        """Why, in a few sentences."""
        return port().reason(self)

    @cached_property
    def leak_table(self) -> pd.DataFrame:
        """One row a leak of either series.

        ``class_name``, ``anchor``, ``fix_verdict`` (``"new"`` for a leak that only the later
        series has), ``rate_before``, ``rate_after``, ``rate_low``, ``rate_high``: growth for each
        unit, with the later rate's interval; missing where it is not known; ``measure``: what
        grows; ``fingerprint``.
        """
        import pandas as pd

        columns = self.leak_columns()
        rates = [name for name in columns if name.startswith("rate")]
        return pd.DataFrame(columns).astype(dict.fromkeys(rates, "float64"))

    def leak_columns(self) -> dict[str, list[Any]]:
        """Return the columns of `leak_table` as lists; new leaks are last."""
        changes = self.changes
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

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as the commands print it with ``--json``.

        Returns
        -------
        dict
            ``verdict``, ``reason``, ``per``, ``leaks``, ``new``, ``heap``, ``warnings``.
        """
        changes = self.changes
        return {
            "verdict": self.verdict,
            "reason": self.reason,
            "per": changes.axis.per,
            "leaks": [one.to_dict() for one in changes.leaks],
            "new": [one.to_dict() for one in changes.new],
            "heap": {
                "rate_before": rate_dict(changes.heap_before),
                "rate_after": rate_dict(changes.heap_after),
            },
            "warnings": list(self.warnings),
        }


__all__ = ["ComparedSeries"]
