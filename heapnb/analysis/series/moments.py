"""When the snapshots of a series were taken, and how much work the program had done by then."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from heapnb.errors import HeapnbError
from heapnb.timeline.side_files import SideFile, SideFileError, side_file_of

WorkOption: TypeAlias = Sequence[float | None] | None
"""Units of work that were done when each snapshot was taken, in the order of the snapshots."""

_MS_PER_HOUR: Final = 3_600_000.0
_UNIT: Final = "unit"
_IDLE_SHARE: Final = 0.05
"""An interval with less than this share of the average interval's work is idle."""


@dataclass(frozen=True)
class Moment:
    """What is known about the moment of one snapshot.

    Parameters
    ----------
    side_file : SideFile or None
        What lies beside the snapshot.
    given_work : float or None
        The units of work that the user named.
    """

    side_file: SideFile | None = None
    given_work: float | None = None

    @property
    def time(self) -> datetime | None:
        """When the snapshot was begun, UTC."""
        return None if self.side_file is None else self.side_file.taken_at


@dataclass(frozen=True)
class Span:
    """From the first to the last snapshot of a series.

    Parameters
    ----------
    amount : float
        Units of work, or hours.
    per : str
        What one is: ``"request"``, ``"unit"``, ``"hour"``.
    """

    amount: float
    per: str


def find_moment(
    path: str | None, given_work: float | None, name: str, warnings: list[str]
) -> Moment:
    """Read the side file beside a snapshot; one that cannot be read becomes a warning."""
    side_file = None
    if path is not None:
        try:
            side_file = side_file_of(path)
        except (SideFileError, OSError) as error:
            warnings.append(f"{name}: its side file is ignored. {error}")
        if side_file is not None and side_file.problems:
            problems = ", ".join(side_file.problems)
            warnings.append(f"{name}: its side file has values of wrong types: {problems}.")
    return Moment(side_file, given_work)


def check_work(work: WorkOption, n_snapshots: int) -> Sequence[float | None]:
    """Return one value for each snapshot.

    Raises
    ------
    HeapnbError
        If there are more or fewer values than snapshots, or one is negative or not a number.
    """
    if work is None:
        return [None] * n_snapshots
    values = list(work)
    if len(values) != n_snapshots:
        raise HeapnbError(
            f"work has {len(values)} values for {n_snapshots} snapshots.",
            hint="name the units that were done when each snapshot was taken: 100, 200, 400.",
        )
    for value in values:
        if value is not None and not (math.isfinite(value) and value >= 0):
            raise HeapnbError(f"Units of work must be 0 or more (got {value:g}).")
    return [None if value is None else float(value) for value in values]


def work_of(moments: Sequence[Moment]) -> tuple[tuple[float | None, ...], str]:
    """Return the units of work at each snapshot, and the word for one unit.

    What the user names counts. Counters of side files start with their process, so they are
    compared only within one isolate.
    """
    if any(moment.given_work is not None for moment in moments):
        return tuple(moment.given_work for moment in moments), _UNIT
    found = [None if one.side_file is None else one.side_file.units_of_work for one in moments]
    series = {one.side_file.series for one in moments if one.side_file is not None}
    names = {one[0] for one in found if one is not None}
    if len(series) != 1 or len(names) != 1:
        return (None,) * len(moments), _UNIT
    units = tuple(None if one is None else float(one[1]) for one in found)
    return units, _singular(names.pop())


def span_of(
    times: Sequence[datetime | None], work: Sequence[float | None], unit: str
) -> Span | None:
    """Return how much work a series spans, or else how long it lasted; None if neither is known."""
    if len(work) > 1 and _never_falls(work) and work[0] is not None and work[-1] is not None:
        amount = work[-1] - work[0]
        if amount > 0:
            return Span(amount, unit)
    if len(times) > 1 and times[0] is not None and times[-1] is not None:
        hours = (times[-1] - times[0]).total_seconds() * 1000 / _MS_PER_HOUR
        if hours > 0:
            return Span(hours, "hour")
    return None


def idle_snapshots(moments: Sequence[Moment]) -> list[int]:
    """Find the snapshots after which the program did next to no work until the next one.

    Growth that stops while nothing is done says nothing, so these intervals must not count.

    Returns
    -------
    list of int
        Indexes; none where the work is not known throughout, or falls.
    """
    work = [value for value in work_of(moments)[0] if value is not None]
    if len(work) < max(len(moments), 2) or not _never_falls(work):
        return []
    least = _IDLE_SHARE * (work[-1] - work[0]) / (len(work) - 1)
    return [
        i for i, (before, after) in enumerate(itertools.pairwise(work)) if after - before < least
    ]


def strange_series(moments: Sequence[Moment]) -> str | None:
    """Say that side files name several series, which are not one; None if they do not."""
    counts: dict[str, int] = {}
    for moment in moments:
        if moment.side_file is not None and moment.side_file.series is not None:
            counts[moment.side_file.series] = counts.get(moment.side_file.series, 0) + 1
    if len(counts) < 2:  # noqa: PLR2004  one series is as it should be
        return None
    listed = ", ".join(f"{name} ({count})" for name, count in itertools.islice(counts.items(), 4))
    return (
        f"The side files name {len(counts)} series, of different processes or threads: {listed}. "
        "Diagnose the snapshots of each on their own."
    )


def _never_falls(work: Sequence[float | None]) -> bool:
    known = [value for value in work if value is not None]
    return all(before <= after for before, after in itertools.pairwise(known))


def _singular(name: str) -> str:
    """Return the word for one of the things that a plural names."""
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


__all__ = [
    "Moment",
    "Span",
    "WorkOption",
    "check_work",
    "find_moment",
    "idle_snapshots",
    "span_of",
    "strange_series",
    "work_of",
]
