"""The verdict on a series, with the facts that it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from heapnb.analysis.diagnosis.accumulation import Accumulation, Accumulations
from heapnb.analysis.diagnosis.confidence import CONFIDENT, SNAPSHOTS_FOR_VERDICT
from heapnb.analysis.diagnosis.doubts import Doubt
from heapnb.analysis.diagnosis.evidence import Evidence
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
        Whether later objects replace the earlier ones; otherwise the growth stopped.
    """

    class_name: str
    count_per_snapshot: tuple[int, ...]
    is_replaced: bool


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
    loaded : tuple of str
        What grew only because code was loaded.
    settled : Settled or None
        What else grew most.
    """

    ground: Ground
    n_intervals: int = 0
    n_grown: int = 0
    n_leaks: int = 0
    doubt: Doubt | None = None
    loaded: tuple[str, ...] = ()
    settled: Settled | None = None


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
    series: Series, ratings: Sequence[Rating], found: Accumulations, loaded: Sequence[str]
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
    loaded : sequence of str
        What grew only because code was loaded, for a sentence.

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
    if not ratings:
        settled = None if loaded else _settled(series, found)
        basis = Basis(Ground.NO_GROWTH, n_intervals, loaded=tuple(loaded), settled=settled)
        return "no-leak", basis
    first = ratings[0]
    n_grown = first.accumulation.n_grown_intervals
    if len(series) < SNAPSHOTS_FOR_VERDICT:
        return "undecided", Basis(Ground.TWO_SNAPSHOTS, n_intervals, n_grown)
    n_leaks = sum(rating.confidence >= CONFIDENT for rating in ratings)
    if n_leaks:
        return "leak", Basis(Ground.GROWTH, n_intervals, n_grown, n_leaks)
    if first.doubts:
        return "undecided", Basis(Ground.DOUBT, n_intervals, n_grown, doubt=first.doubts[0])
    return "undecided", Basis(Ground.TOO_LITTLE, n_intervals, n_grown)


def _settled(series: Series, found: Accumulations) -> Settled | None:
    """Describe what grew most at first and then stopped, or grew by replacing its members."""
    for accumulation in found.levelled_off + found.growing:
        if accumulation.count_delta >= LEAST_SETTLED and not accumulation.is_content:
            counts = tuple(int(count) for count in accumulation.count)
            name = Evidence(series, accumulation).class_name
            return Settled(name, counts, accumulation not in found.levelled_off)
    return None


__all__ = ["Basis", "Ground", "Rating", "Settled", "Verdict", "judge"]
