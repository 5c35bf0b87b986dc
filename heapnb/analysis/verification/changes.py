"""What two series of one program differ in: its leaks, new ones, and the heap as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

from heapnb.analysis.diagnosis.confidence import CONFIDENT, SNAPSHOTS_FOR_VERDICT
from heapnb.analysis.diagnosis.suspects import Diagnosis, Suspect
from heapnb.analysis.series.series import Series
from heapnb.analysis.series.trend import n_late_intervals
from heapnb.analysis.verification.matching import Match, Matched, match_leaks
from heapnb.analysis.verification.rates import INTERVAL, Axis, GrowthRate

if TYPE_CHECKING:
    import pandas as pd

FixVerdict = Literal["fixed", "improved", "not-fixed", "cannot-tell"]
Measure = Literal["objects", "bytes"]

FIXED_SHARE: Final = 0.05
"""A leak is fixed if the last third grows by at most this share of its earlier rate."""

IMPROVED_SHARE: Final = 0.8
"""A leak is improved if its rate is at most this share of the earlier, beyond both intervals."""

LEAST_EXPECTED: Final = 8
"""Objects that the unfixed program would have added in the last third of the later series. Fewer
would not show whether they are kept."""

LEAST_EXPECTED_BYTES: Final = 4096
"""The same for a leak that is measured in bytes."""

EXPLAINS: Final = 0.5
"""The number of objects of a class measures a leak if the leak is this share of the class's growth
or more."""


class Obstacle(Enum):
    """Why two series do not show whether a leak is fixed."""

    NO_LEAK = "no-leak-before"
    UNDECIDED = "undecided-before"
    TOO_FEW_SNAPSHOTS = "too-few-snapshots"
    SEVERAL_PROCESSES = "several-processes"
    TOO_LITTLE_WORK = "too-little-work"


@dataclass(frozen=True)
class LeakChange:
    """A leak of the earlier series, and what the later one has of it.

    Parameters
    ----------
    before : Suspect
        The leak.
    after : Suspect or None
        The same leak in the later series; None if nothing grows there.
    matched : Matched or None
        By what it was recognised.
    verdict : {"fixed", "improved", "not-fixed", "cannot-tell"}
        What became of it.
    measure : {"objects", "bytes"}
        What the rates count.
    rate_before : GrowthRate
        In the earlier series.
    rate_after : GrowthRate or None
        In the later one: of the suspect, or else of all objects of its class. None if the leak is
        too small a part of its class for that.
    values_after : tuple of int or None
        The numbers that ``rate_after`` goes by.
    expected : float
        By how much the unfixed program would have grown in the last third of the later series.
    """

    before: Suspect
    after: Suspect | None
    matched: Matched | None
    verdict: FixVerdict
    measure: Measure
    rate_before: GrowthRate
    rate_after: GrowthRate | None
    values_after: tuple[int, ...] | None
    expected: float

    @property
    def values_before(self) -> tuple[int, ...]:
        """The numbers that ``rate_before`` goes by."""
        return _values(self.before, self.measure)

    @property
    def ratio(self) -> float:
        """The later rate by the earlier one; 0 if nothing grows any more."""
        if self.rate_after is None or self.rate_before.value <= 0:
            return 0.0
        return max(self.rate_after.value, 0.0) / self.rate_before.value

    @property
    def is_faster(self) -> bool:
        """Whether it grows faster than before, beyond both intervals."""
        after = self.rate_after
        return after is not None and self.rate_before.is_below(after, IMPROVED_SHARE)

    def to_dict(self) -> dict[str, Any]:
        """Return the change as ``heapnb verify-fix --json`` prints it."""
        return {
            "fingerprint": self.before.fingerprint,
            "class_name": self.before.class_name,
            "kind": self.before.kind,
            "anchor": self.before.anchor,
            "location": self.before.location,
            "verdict": self.verdict,
            "measure": self.measure,
            "values_before": list(self.values_before),
            "values_after": None if self.values_after is None else list(self.values_after),
            "rate_before": rate_dict(self.rate_before),
            "rate_after": rate_dict(self.rate_after),
            "matched": None if self.matched is None else self.matched.value,
            "anchor_after": None if self.after is None else self.after.anchor,
        }


@dataclass(frozen=True)
class Changes:
    """What two series of one program differ in.

    Parameters
    ----------
    before, after : Diagnosis
        Of the earlier and the later build.
    axis : Axis
        The unit that both series share.
    leaks : tuple of LeakChange
        The leaks of the earlier series.
    new : tuple of Suspect
        Leaks that only the later one has.
    heap_before, heap_after : GrowthRate or None
        Growth of the whole heap in bytes; None for a single snapshot.
    """

    before: Diagnosis
    after: Diagnosis
    axis: Axis
    leaks: tuple[LeakChange, ...]
    new: tuple[Suspect, ...]
    heap_before: GrowthRate | None
    heap_after: GrowthRate | None

    @classmethod
    def of(cls, before: Diagnosis, after: Diagnosis) -> Changes:
        """Compare two series.

        Parameters
        ----------
        before, after : Diagnosis
            Of the earlier and the later build.

        Returns
        -------
        Changes
        """
        axis = Axis.of(before.series, after.series)
        matches, new = match_leaks(before, after)
        leaks = tuple(_leak_change(before, after, axis, match) for match in matches)
        heaps = [
            _heap_rate(series, at, axis.per)
            for series, at in ((before.series, axis.before), (after.series, axis.after))
        ]
        return cls(before, after, axis, leaks, new, *heaps)

    @property
    def obstacle(self) -> Obstacle | None:
        """Why the series do not show whether a leak is fixed; None if they do."""
        series = self.after.series
        if len(series) < SNAPSHOTS_FOR_VERDICT:
            return Obstacle.TOO_FEW_SNAPSHOTS
        return None if series.one_process else Obstacle.SEVERAL_PROCESSES

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should know of both series, and of the unit that they share."""
        found = [f"before: {text}" for text in self.before.warnings]
        found += [f"after: {text}" for text in self.after.warnings]
        if self.axis.per == INTERVAL:
            found.append(
                "Units of work and times are not known in both series: every interval counts as "
                "the same amount of work. --work says how much was done at each snapshot."
            )
        return tuple(found)

    def rate_of_new(self, suspect: Suspect) -> tuple[GrowthRate, Measure]:
        """Measure a suspect of the later series, and say what its rate counts."""
        measure = _measure(suspect)
        rate = GrowthRate.of(_values(suspect, measure), self.axis.after, self.axis.per)
        return rate, measure

    @cached_property
    def classes(self) -> pd.DataFrame:
        """One row a class; the largest difference between the rates first.

        ``class_name``; ``bytes_rate_before``, ``bytes_rate_after``, ``bytes_rate_delta``: shallow
        bytes that the class grows by for each unit of work; ``count_before``, ``count_after``,
        ``size_before``, ``size_after``: objects and shallow bytes in the last snapshot of each
        series.
        """
        import pandas as pd

        sums = []
        parts = (
            ("before", self.before.series, self.axis.before),
            ("after", self.after.series, self.axis.after),
        )
        for suffix, series, at in parts:
            first, last = (series.snapshots[number].classes.by_name() for number in (0, -1))
            both = last.join(first.add_suffix("_first"), how="outer").fillna(0)
            grown = both["size"] - both["size_first"]
            rate = grown / (at[-1] - at[0]) if len(at) > 1 else grown * float("nan")
            columns = {"bytes_rate": rate, "count": both["count"], "size": both["size"]}
            sums.append(pd.DataFrame(columns).add_suffix(f"_{suffix}"))
        table = sums[0].join(sums[1], how="outer").fillna(0)
        table["bytes_rate_delta"] = table["bytes_rate_after"] - table["bytes_rate_before"]
        pairs = [f"{name}_{suffix}" for name in ("count", "size") for suffix in ("before", "after")]
        rates = [f"bytes_rate_{suffix}" for suffix in ("before", "after", "delta")]
        order = table["bytes_rate_delta"].abs().sort_values(ascending=False, kind="stable").index
        ordered = table.loc[order, [*rates, *pairs]].rename_axis("class_name").reset_index()
        ordered = ordered.astype(dict.fromkeys(pairs, "int64"))
        return ordered.astype({"class_name": "str"})


def rate_dict(rate: GrowthRate | None) -> dict[str, Any] | None:
    """Return a rate as JSON has it."""
    if rate is None:
        return None
    return {"value": rate.value, "low": rate.low, "high": rate.high, "per": rate.per}


def _heap_rate(series: Series, at: Sequence[float], per: str) -> GrowthRate | None:
    if len(series) < 2:  # noqa: PLR2004  growth needs two
        return None
    return GrowthRate.of([int(one.total_size) for one in series.snapshots], at, per)


def _class_counts(series: Series, class_name: str) -> tuple[int, ...]:
    """Count the objects of a class in each snapshot."""
    import pyarrow.compute as pc

    counts = []
    for snapshot in series.snapshots:
        classes = snapshot.classes
        chosen = pc.equal(classes.name, class_name).to_numpy(zero_copy_only=False)
        counts.append(int(classes.count[chosen].sum()))
    return tuple(counts)


def _measure(suspect: Suspect) -> Measure:
    return "objects" if suspect.count_delta > 0 else "bytes"


def _values(suspect: Suspect, measure: Measure) -> tuple[int, ...]:
    return suspect.count_per_snapshot if measure == "objects" else suspect.retained_per_snapshot


def _leak_change(before: Diagnosis, after: Diagnosis, axis: Axis, match: Match) -> LeakChange:
    """Measure a leak in both series."""
    leak = match.before
    measure = _measure(leak)
    rate_before = GrowthRate.of(_values(leak, measure), axis.before, axis.per)
    values: tuple[int, ...] | None = None
    if match.after is not None:
        values = _values(match.after, measure)
    elif measure == "objects":
        grown = _class_counts(before.series, leak.class_name)
        if leak.count_delta >= EXPLAINS * (grown[-1] - grown[0]) > 0:
            values = _class_counts(after.series, leak.class_name)
    few = values is None or len(values) < 2  # noqa: PLR2004  growth needs two
    rate_after = None if values is None or few else GrowthRate.of(values, axis.after, axis.per)
    expected = rate_before.value * _late_work(axis.after)
    verdict = _verdict(match, rate_before, rate_after)
    least = LEAST_EXPECTED if measure == "objects" else LEAST_EXPECTED_BYTES
    if verdict == "fixed" and expected < least:
        verdict = "cannot-tell"
    return LeakChange(
        leak, match.after, match.by, verdict, measure, rate_before, rate_after, values, expected
    )


def _late_work(at: Sequence[float]) -> float:
    """Return how much of the axis the last third of a series spans."""
    n_intervals = len(at) - 1
    return at[-1] - at[-1 - n_late_intervals(n_intervals)] if n_intervals else 0.0


def _verdict(match: Match, before: GrowthRate, after: GrowthRate | None) -> FixVerdict:
    is_suspect = match.after is not None and match.after.confidence >= CONFIDENT
    if after is None:
        return "not-fixed" if is_suspect else "fixed"
    if not is_suspect and after.late <= FIXED_SHARE * before.value:
        return "fixed"
    return "improved" if after.is_below(before, IMPROVED_SHARE) else "not-fixed"


__all__ = ["Changes", "FixVerdict", "LeakChange", "Measure", "Obstacle", "rate_dict"]
