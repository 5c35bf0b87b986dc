"""Sentences about verdicts and doubts: the one place that writes them.

Analyses return facts, and this module is the bridge to `Diagnosis.reason` and
`Suspect.explanation`, which are part of the JSON that ``heapnb diagnose`` prints. Its functions
take facts and nothing of the heap. What a cause says is written by its detector.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, assert_never

from heapnb.analysis.diagnosis.doubts import Doubt, Objection
from heapnb.analysis.diagnosis.short_names import clipped
from heapnb.analysis.diagnosis.verdicts import Basis, Ground, Settled
from heapnb.analysis.packages import Package

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.suspects import Suspect

_IF_IT_GROWS: Final = "This is large, but a single snapshot cannot tell whether it grows. If so:"


def reason_of(basis: Basis, suspects: Sequence[Suspect]) -> str:
    """Say why the verdict is what it is.

    Parameters
    ----------
    basis : Basis
        The facts.
    suspects : sequence of Suspect
        The most likely culprit first; may be empty.

    Returns
    -------
    str
        A sentence or two.
    """
    first = suspects[0] if suspects else None
    named = "" if first is None else _named(first)
    match basis.ground:
        case Ground.SINGLE_SNAPSHOT:
            listed = " The suspects are the largest accumulations in it." if first else ""
            return (
                f"A single snapshot shows what is large, not what grows.{listed} Take two more "
                "of the same process, with the same work before each."
            )
        case Ground.SEVERAL_PROCESSES if first is None:
            return (
                "Nothing stands out, but the snapshots are of different processes: what grew "
                "cannot be told from what differs. Take all snapshots of one process."
            )
        case Ground.SEVERAL_PROCESSES:
            return (
                "The snapshots are of different processes: what is larger in one need not have "
                f"grown. The largest difference is {named}. Take all snapshots of one process."
            )
        case Ground.TWO_SNAPSHOTS:
            return (
                f"{named} grew between the two snapshots, but two cannot tell whether the growth "
                "goes on. Take a third one after the same work again."
            )
        case Ground.GROWTH if first is not None:
            return f"{named} {_grew(basis, first)}{_share(first)}.{_others(basis.n_leaks - 1)}"
        case Ground.DOUBT if basis.doubt is not None:
            return f"{named} grew {_intervals(basis)}, but {_doubt(basis.doubt)}"
        case Ground.TOO_LITTLE:
            return (
                f"{named} grew {_intervals(basis)}, but by too little, or with too many of the "
                "earlier objects gone, to call it a leak. Take another snapshot after more work."
            )
        case _:
            settled = "" if basis.settled is None else _settled(basis.settled)
            return f"Nothing grew through the whole series.{_loaded(basis.loaded) or settled}"


def explanation_of(
    text: str, package: Package | None, *, grows: bool, within: int | None = None
) -> str:
    """Complete what a detector says about a cause.

    Parameters
    ----------
    text : str
        The detector's explanation.
    package : Package or None
        Whose code it is.
    grows : bool
        Whether the growth was seen: not so in a single snapshot.
    within : int, optional
        Rank of the suspect whose size includes this one's.

    Returns
    -------
    str
    """
    if package is not None and package.kind == "npm":
        text = f"{text} The code belongs to the npm package `{clipped(str(package))}`."
    if within is not None:
        text = f"{text} The size of suspect {within} includes these bytes: do not add the two."
    return text if grows else f"{_IF_IT_GROWS} {text}"


def _named(suspect: Suspect) -> str:
    """Name a suspect, with its counts where they grew."""
    if suspect.count_delta == 0:
        return f"The {suspect.subject} in {suspect.anchor}"
    comma = "," if "," in suspect.title else ""
    return f"{suspect.subject}{comma} in {suspect.anchor} ({_counts(suspect.count_per_snapshot)})"


def _counts(counts: Sequence[int]) -> str:
    return " → ".join(f"{count:,}" for count in counts)


def _intervals(basis: Basis) -> str:
    """Say in how many intervals it grew."""
    if basis.n_grown == basis.n_intervals:
        return "in every interval"
    return f"in {basis.n_grown} of {basis.n_intervals} intervals"


def _grew(basis: Basis, suspect: Suspect) -> str:
    """Say that it grew, and what became of what was added."""
    grew = f"grew {_intervals(basis)}"
    match suspect.members:
        case "queued":
            return f"{grew}, because items are added faster than they are processed"
        case "kept":
            survival = suspect.survival
            if survival is None:
                return grew
            n_released, n_before = suspect.released or (0, 0)
            if survival == 1 and n_released:
                were = "was" if n_released == 1 else "were"
                return f"{grew}, although {n_released:,} of {n_before:,} {were} released"
            if survival == 1:
                return f"{grew}, and none of the earlier ones was released"
            return f"{grew}, and {whole_percent(survival)}% of the earlier ones were not released"
        case _:
            assert_never(suspect.members)


def _share(suspect: Suspect) -> str:
    return f": {suspect.share:.0%} of the heap's growth"


def _others(n_others: int) -> str:
    if n_others == 0:
        return ""
    return f" {n_others} more suspect{' is a leak' if n_others == 1 else 's are leaks'}, too."


def _doubt(doubt: Doubt) -> str:
    """Say what speaks against a leak, and what further capture would decide."""
    match doubt.objection:
        case Objection.SLOWS_DOWN:
            return (
                f"the growth slows down: in the end it is {doubt.share:.0%} of what it was at "
                "first. Take one more snapshot after the same work: a cache that fills up will "
                "have stopped growing, a leak will not."
            )
        case Objection.SUDDEN:
            return (
                "nearly all of the growth is in the last interval, as in a burst or a batch. Take "
                "one more snapshot when the program is at rest: unfinished work will be gone, a "
                "leak will not."
            )
        case Objection.REPLACED:
            return (
                f"only {doubt.share:.0%} of the objects added in between survived. Take one more "
                "snapshot after more work: a leak will have grown, unfinished work will not."
            )
        case Objection.SPARE_ROOM:
            return (
                f"the array that holds them was made with room for {doubt.n_places:,}, as a ring "
                "buffer is. Take one more snapshot after enough work to exceed "
                f"{doubt.n_places:,}: a leak will."
            )
        case Objection.LIMIT:
            return (
                f"the container has a `{doubt.limit}`, as a bounded cache does. Take one more "
                f"snapshot after enough work to reach `{doubt.limit}`: a leak will exceed it."
            )
        case _:
            assert_never(doubt.objection)


def _loaded(loaded: Sequence[str]) -> str:
    """Mention what grew only because code was loaded."""
    return f" What grew will stop by itself: {', '.join(loaded)}." if loaded else ""


def _settled(settled: Settled) -> str:
    """Mention what stopped growing, or grew by replacing its members."""
    how = "replaces its earlier objects" if settled.is_replaced else "levelled off"
    counts = _counts(settled.count_per_snapshot)
    return f" {settled.class_name} grew most, but {how} ({counts})."


def whole_percent(survival: float) -> int:
    """Return a share in percent, rounded down: 100 says that all survived."""
    return math.floor(100 * survival)


__all__ = ["explanation_of", "reason_of", "whole_percent"]
