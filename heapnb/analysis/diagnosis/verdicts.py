"""The verdict on a series, with the facts that it rests on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from heapnb.analysis.diagnosis.accumulation import KEPT, Accumulation, Accumulations
from heapnb.analysis.diagnosis.apart import Apart
from heapnb.analysis.diagnosis.confidence import CONFIDENT, SNAPSHOTS_FOR_VERDICT
from heapnb.analysis.diagnosis.doubts import Doubt
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.facts import Loaded
from heapnb.analysis.diagnosis.runtime_bounds import RuntimeBound
from heapnb.analysis.series.series import Series

Verdict = Literal["leak", "no-leak", "undecided"]

LEAST_SETTLED: Final = 8
"""Objects that what stopped growing must have gained for the verdict to mention it.

Bench: no program moves between 4 and 16; it changes the sentence only.
"""


class Ground(Enum):
    """What a verdict rests on."""

    SINGLE_SNAPSHOT = "single-snapshot"
    SEVERAL_PROCESSES = "several-processes"
    TWO_SNAPSHOTS = "two-snapshots"
    GROWTH = "growth"
    DOUBT = "doubt"
    TOO_LITTLE = "too-little"
    NO_GROWTH = "no-growth"


@dataclass(frozen=True)
class Settled:
    """The class that grew most without being a suspect.

    Parameters
    ----------
    class_name : str
        Class of the objects.
    count_per_snapshot : tuple of int
        How many there were.
    is_replaced : bool
        Whether later objects replace the earlier ones.
    is_slowing : bool
        Whether the growth slows down; it stopped if the objects are not replaced either.
    """

    class_name: str
    count_per_snapshot: tuple[int, ...]
    is_replaced: bool
    is_slowing: bool = False


@dataclass(frozen=True)
class Basis:
    """The facts that a verdict rests on.

    Parameters
    ----------
    ground : Ground
        What decided.
    n_intervals, n_grown : int
        Intervals of the series, and those in which the first suspect grew.
    n_leaks : int
        Suspects whose confidence is enough for a leak.
    doubt : Doubt or None
        The strongest doubt about the first suspect.
    loaded : tuple of Loaded
        What grew only because code was loaded.
    settled : Settled or None
        What else grew most.
    bounded : tuple of RuntimeBound
        What the runtime keeps, and has not reached the bound of.
    apart : tuple of Apart
        What an extension, hot reload or the hooks of DevTools keep.
    unit : str or None
        What one unit of work is called; None where the work of an interval is not known, so that
        all intervals count as the same amount.
    """

    ground: Ground
    n_intervals: int = 0
    n_grown: int = 0
    n_leaks: int = 0
    doubt: Doubt | None = None
    loaded: tuple[Loaded, ...] = ()
    settled: Settled | None = None
    bounded: tuple[RuntimeBound, ...] = ()
    apart: tuple[Apart, ...] = ()
    unit: str | None = None


@dataclass(frozen=True)
class Rating:
    """A suspect as far as the verdict asks.

    Parameters
    ----------
    confidence : float
        0 to 1, doubts included.
    accumulation : Accumulation
        What grows.
    doubts : tuple of Doubt
        The strongest first.
    """

    confidence: float
    accumulation: Accumulation
    doubts: tuple[Doubt, ...]


def judge(
    series: Series,
    ratings: Sequence[Rating],
    found: Accumulations,
    loaded: Collection[Loaded],
    bounded: Collection[RuntimeBound] = (),
) -> tuple[Verdict, Basis]:
    """Decide whether a series shows a leak.

    Parameters
    ----------
    series : Series
        The snapshots.
    ratings : sequence of Rating
        Those of the suspects, the most likely culprit first.
    found : Accumulations
        All that grew or stopped growing.
    loaded : collection of Loaded
        What grew only because code was loaded.
    bounded : collection of RuntimeBound, default ()
        The bounds of what the runtime keeps by itself, where they are not reached.

    Returns
    -------
    verdict : {"leak", "no-leak", "undecided"}
    basis : Basis
    """
    n_intervals = len(series) - 1
    if n_intervals == 0:
        return "undecided", Basis(Ground.SINGLE_SNAPSHOT)
    if not series.one_process:
        return "undecided", Basis(Ground.SEVERAL_PROCESSES, n_intervals)
    unit = None if series.steady_work is None else series.unit
    if not ratings:
        settled = None if loaded or bounded else _settled(series, found)
        basis = Basis(
            Ground.NO_GROWTH,
            n_intervals,
            loaded=tuple(sorted(loaded, key=lambda one: one.value)),
            settled=settled,
            bounded=tuple(sorted(bounded, key=lambda one: one.id)),
            unit=unit,
        )
        return "no-leak", basis
    first = ratings[0]
    n_grown = first.accumulation.n_grown_intervals
    if len(series) < SNAPSHOTS_FOR_VERDICT:
        return "undecided", Basis(Ground.TWO_SNAPSHOTS, n_intervals, n_grown)
    n_leaks = sum(rating.confidence >= CONFIDENT for rating in ratings)
    if n_leaks:
        return "leak", Basis(Ground.GROWTH, n_intervals, n_grown, n_leaks)
    if first.doubts:
        basis = Basis(Ground.DOUBT, n_intervals, n_grown, doubt=first.doubts[0], unit=unit)
        return "undecided", basis
    return "undecided", Basis(Ground.TOO_LITTLE, n_intervals, n_grown)


def _settled(series: Series, found: Accumulations) -> Settled | None:
    """Describe what grew most at first and then stopped, slowed down, or replaced its members."""
    for accumulation in found.levelled_off + found.growing:
        if accumulation.count_delta >= LEAST_SETTLED and not accumulation.is_content:
            counts = tuple(int(count) for count in accumulation.count)
            name = Evidence(series, accumulation).class_name
            goes_on = accumulation not in found.levelled_off
            survival = accumulation.lowest_survival
            is_replaced = goes_on and (survival is None or survival < KEPT)
            return Settled(name, counts, is_replaced, goes_on and not is_replaced)
    return None


__all__ = ["Basis", "Ground", "Rating", "Settled", "Verdict", "judge"]
