"""Sentences about verdicts and doubts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, assert_never

from heapnb.analysis.diagnosis.accumulation import KEPT, REPLACED
from heapnb.analysis.diagnosis.apart import Apart, Keeper
from heapnb.analysis.diagnosis.doubts import Doubt, Objection
from heapnb.analysis.diagnosis.facts import Loaded
from heapnb.analysis.diagnosis.known_leaks import RUNTIMES
from heapnb.analysis.diagnosis.runtime_bounds import RuntimeBound
from heapnb.analysis.diagnosis.short_names import clipped
from heapnb.analysis.diagnosis.suspects import Suspect
from heapnb.analysis.diagnosis.verdicts import Basis, Ground, Settled
from heapnb.views.wording.phrases import capitalised, objects, series, were, whole_percent

_STOPS: Final = {
    Loaded.BESIDE_MODULES: "objects of the runtime for each module",
    Loaded.MODULES: "modules loaded on first use",
    Loaded.NAMES: "names in loaded code",
    Loaded.RUNTIME: "parts of the runtime loaded on first use",
}
"""What grows only until all code that is needed has been loaded."""

_KEEPERS: Final[dict[Keeper, str]] = {
    "extension": " A browser extension{source}, not the page, keeps {what}: take snapshots in a "
    "window without extensions.",
    "devtools": " A hook of DevTools, not the page, keeps {what}: close DevTools, or disable its "
    "extension, before you take snapshots.",
    "hot-reload": " Hot reload, not the page, keeps {what}, for each version of a module that was "
    "edited: reload the page, or measure a production build.",
}
"""By what keeps objects beside the page."""


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
    return _reason(basis, suspects[0] if suspects else None) + _apart(basis.apart)


def _reason(basis: Basis, first: Suspect | None) -> str:
    """Say what the verdict rests on."""
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
            return f"{named} grew {_intervals(basis)}, but {_doubt(basis.doubt, basis.unit)}"
        case Ground.TOO_LITTLE:
            return (
                f"{named} grew {_intervals(basis)}, but {_too_little(first)}. Take another "
                "snapshot after more work."
            )
        case _:
            settled = "" if basis.settled is None else _settled(basis.settled, basis.unit)
            by_itself = _loaded(basis.loaded) + _bounded(basis.bounded)
            grew = "Nothing else" if basis.bounded or basis.apart else "Nothing"
            more = by_itself or ("" if basis.apart else settled)
            return f"{grew} grew through the whole series.{more}"


def _named(suspect: Suspect) -> str:
    """Name a suspect, with its counts where they grew."""
    what = objects(clipped(suspect.class_name), suspect.title)
    if suspect.count_delta == 0:
        return f"The {what} in {suspect.anchor}"
    comma = "," if "," in suspect.title else ""
    counts = series(suspect.count_per_snapshot)
    return f"{capitalised(what)}{comma} in {suspect.anchor} ({counts})"


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
        case "renewed":
            return f"{grew}, because each asks for the next one and nothing ends the loops"
        case "kept":
            survival = suspect.survival
            if survival is None or survival < REPLACED:
                return grew
            n_released, n_before = suspect.released or (0, 0)
            if survival == 1 and n_released:
                return (
                    f"{grew}, although {n_released:,} of {n_before:,} {were(n_released)} released"
                )
            if survival == 1:
                return f"{grew}, and none of the earlier ones was released"
            return f"{grew}, and {whole_percent(survival)}% of the earlier ones were not released"
        case _:
            assert_never(suspect.members)


def _too_little(suspect: Suspect | None) -> str:
    """Say why growth is not enough to call it a leak."""
    survival = None if suspect is None else suspect.survival
    if survival is None or survival >= KEPT:
        return "by too little to call it a leak"
    return (
        f"only {whole_percent(survival)}% of the earlier ones are still there: they may be work in "
        "progress"
    )


def _share(suspect: Suspect) -> str:
    return f": {suspect.share:.0%} of the heap's growth"


def _others(n_others: int) -> str:
    if n_others == 0:
        return ""
    return f" {n_others} more suspect{' is a leak' if n_others == 1 else 's are leaks'}, too."


def _doubt(doubt: Doubt, unit: str | None) -> str:
    """Say what speaks against a leak, and what further capture would decide."""
    match doubt.objection:
        case Objection.SLOWS_DOWN:
            return (
                f"{_rate(unit)} slows down: at the end it is {doubt.share:.0%} of what it was "
                f"before.{_assumption(unit)} Take one more snapshot after the same work: a cache "
                "that fills up will have stopped growing, a leak will not."
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


def _loaded(loaded: Sequence[Loaded]) -> str:
    """Mention what grew only because code was loaded, and what the browser records."""
    stops = sorted(_STOPS[what] for what in loaded if what in _STOPS)
    ending = f" What grew will stop by itself: {', '.join(stops)}." if stops else ""
    if Loaded.BY_BROWSER in loaded:
        ending += " The browser, not the page, adds entries to its performance timeline."
    if Loaded.INSIDE_BROWSER in loaded:
        ending += " Objects of the browser itself grew, which hold nothing of the page."
    if Loaded.OF_CLIENT in loaded:
        ending += " DevTools, or a test driver, has handles to ever more texts or elements."
    return ending


def _apart(apart: Sequence[Apart]) -> str:
    """Mention what something beside the page keeps."""
    return "".join(_KEEPERS[one.keeper].format(**_described(one)) for one in apart)


def _described(one: Apart) -> dict[str, str]:
    what = objects(clipped(one.class_name))
    source = f" (`{clipped(one.source)}`)" if one.source else ""
    return {"what": f"{series(one.counts)} {what}", "source": source}


def _bounded(bounds: Sequence[RuntimeBound]) -> str:
    """Mention what the runtime keeps by itself up to a bound."""
    return "".join(
        f" {RUNTIMES.get(bound.runtime, bound.runtime)} keeps {bound.what}, by default at most "
        f"{bound.limit:,}."
        for bound in bounds
    )


def _settled(settled: Settled, unit: str | None) -> str:
    """Mention what stopped growing, slowed down, or grew by replacing its members."""
    numbers = settled.count_per_snapshot
    most = f" The largest growth: {series(numbers)} {objects(clipped(settled.class_name))}."
    if settled.is_replaced:
        return f"{most} Later ones replace the earlier ones."
    if any(after < before for before, after in pairwise(numbers)):
        return f"{most} Their number rises and falls."
    if settled.is_slowing:
        return f"{most} {capitalised(_rate(unit))} nearly stopped.{_assumption(unit)}"
    return f"{most} It levelled off."


def _rate(unit: str | None) -> str:
    """Name what is compared between intervals."""
    return "the growth" if unit is None else f"the growth per {unit}"


def _assumption(unit: str | None) -> str:
    """Say what is supposed of intervals whose work is not known."""
    if unit is not None:
        return ""
    return " This takes the intervals as equal work; `--work` says how much each was."


__all__ = ["reason_of"]
