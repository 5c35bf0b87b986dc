"""Sentences about two series: which leaks are fixed, which are new, how the heap grows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from heapnb.analysis.diagnosis.short_names import clipped
from heapnb.analysis.diagnosis.suspects import Suspect
from heapnb.analysis.series.trend import n_late_intervals
from heapnb.analysis.verification.changes import Changes, LeakChange, Obstacle
from heapnb.analysis.verification.fixes import FixVerification
from heapnb.analysis.verification.matching import Matched
from heapnb.analysis.verification.rates import GrowthRate
from heapnb.analysis.verification.versions import VersionComparison
from heapnb.views import fmt
from heapnb.views.wording.phrases import capitalised, objects, series

_MOST_LEAKS: Final = 3
"""Leaks that sentences name; the table has all."""

_OBSTACLES: Final = {
    Obstacle.NO_LEAK: "The series before the change shows no leak, so there is nothing to verify. "
    "Take it under the load that leaks.",
    Obstacle.UNDECIDED: "The series before the change does not show whether there is a leak: "
    "{before} Take it again, under the load that leaks.",
    Obstacle.TOO_FEW_SNAPSHOTS: "The later series has {n_after}. Take three or more, with the same "
    "work before each.",
    Obstacle.SEVERAL_PROCESSES: "The snapshots of the later series are of different processes. "
    "Take all of them of one process.",
    Obstacle.TOO_LITTLE_WORK: "The later series did too little work to show the leak. "
    "Take it again after as much work as before.",
}

_RECOGNISED: Final = {
    Matched.ANCHOR: "the same class and holder",
    Matched.CLASS: "the same class",
    Matched.KIND: "the same cause and a similar growth",
}


def reason_of_fix(found: FixVerification) -> str:
    """Say whether the leaks are fixed, and what else grows."""
    changes = found.changes
    said = [_told(found.obstacle, changes)] if found.obstacle is not None else []
    if found.obstacle is None:
        said.append(_about_leaks(changes))
    return " ".join([*said, *_about_new(changes, "change")])


def reason_of_versions(found: VersionComparison) -> str:
    """Say what the later build does better and worse."""
    changes = found.changes
    said = [_told(found.obstacle, changes)] if found.obstacle is not None else []
    if found.obstacle is None and changes.leaks:
        said.append(_about_leaks(changes))
    elif found.obstacle is None and not changes.new:
        said.append("Neither build leaks.")
    return " ".join([*said, *_about_new(changes, "later build")])


def details_of(changes: Changes) -> tuple[str, ...]:
    """Say of each leak, the worst first, and of the whole heap how they grow in both series."""
    leaks = sorted(changes.leaks, key=lambda leak: _ORDER.index(leak.verdict))
    said = [leak_text(leak, changes) for leak in leaks[:_MOST_LEAKS]]
    sizes = [
        fmt.format_bytes(one.series.snapshots[-1].total_size)
        for one in (changes.before, changes.after)
    ]
    rates = changes.heap_before, changes.heap_after
    heap = f"Whole heap: {sizes[0]} in the last snapshot before, {sizes[1]} after."
    if rates[0] is not None and rates[1] is not None:
        per = fmt.clean(changes.axis.per)
        both = [rate_text(rate, fmt.format_bytes) for rate in rates if rate is not None]
        heap += f" Growth per {per}: {both[0]} before, {both[1]} after."
    busy = [one for diagnosis in (changes.before, changes.after) for one in diagnosis.series.busy]
    if busy:
        released = sum(one.released_size for one in busy) / len(busy)
        heap += (
            f" {fmt.plural(len(busy), 'busy snapshot')} do not count: until the next one, at rest,"
            f" {fmt.format_bytes(released)} of work under way were released on average."
        )
    return (*said, heap)


def _told(obstacle: Obstacle, changes: Changes) -> str:
    n_after = fmt.plural(len(changes.after.series), "snapshot")
    return _OBSTACLES[obstacle].format(before=changes.before.reason, n_after=n_after)


def _about_leaks(changes: Changes) -> str:
    """Name the leaks by what became of them."""
    leaks = changes.leaks
    said = []
    for verdict, words in _VERDICTS.items():
        names = [_named(leak.before) for leak in leaks if leak.verdict == verdict]
        if names:
            more = len(names) - _MOST_LEAKS
            listed = "; ".join(names[:_MOST_LEAKS]) + (f"; {more:,} more" if more > 0 else "")
            said.append(f"{words}: {listed}.")
    return " ".join(said)


_VERDICTS: Final = {
    "not-fixed": "Still growing",
    "improved": "Growing slower",
    "cannot-tell": "Unknown",
    "fixed": "Fixed",
}
_ORDER: Final = tuple(_VERDICTS)


def leak_text(leak: LeakChange, changes: Changes) -> str:
    """Say how a leak grows in both series.

    Parameters
    ----------
    leak : LeakChange
        The leak.
    changes : Changes
        What it is one of.

    Returns
    -------
    str
        Two or three sentences.
    """
    name = _named(leak.before)
    is_bytes = leak.measure == "bytes"
    unit = " bytes" if is_bytes else ""
    write = fmt.format_bytes if is_bytes else _number
    before = f"{series(leak.values_before)}{unit} before"
    per = fmt.clean(changes.axis.per)
    rate = f"Growth per {per}: {rate_text(leak.rate_before, write)} before"
    if leak.values_after is None or leak.rate_after is None:
        return f"{name}: {before}; after, no group of objects grows there. {rate}."
    counted = "" if leak.after is not None else ", all objects of the class"
    late = ""
    if leak.verdict == "fixed":
        n_late = n_late_intervals(len(changes.after.series) - 1)
        when = "the last interval" if n_late == 1 else f"the last {n_late} intervals"
        late = f", {write(max(leak.rate_after.late, 0))} in {when}"
    return (
        f"{name}: {before}; {series(leak.values_after)}{unit} after{counted}. "
        f"{rate}, {rate_text(leak.rate_after, write)} after{late}.{_moved(leak)}"
    )


def _moved(leak: LeakChange) -> str:
    """Say where the leak is now, if that is not where it was."""
    if leak.after is None or leak.matched is None or leak.matched not in _RECOGNISED:
        return ""
    return f" It is now in {leak.after.anchor}, recognised by {_RECOGNISED[leak.matched]}."


def _named(suspect: Suspect) -> str:
    what = objects(clipped(suspect.class_name), suspect.title)
    return f"{capitalised(what)} in {suspect.anchor}"


def rate_text(rate: GrowthRate, write: Callable[[float], str]) -> str:
    """Write a rate with its interval, such as "675 (450 to 900)"."""
    low, high = write(rate.low), write(rate.high)
    return write(rate.value) if low == high else f"{write(rate.value)} ({low} to {high})"


def _number(value: float) -> str:
    """Write a rate of objects with two digits."""
    return f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.2g}"  # noqa: PLR2004


def _about_new(changes: Changes, what: str) -> list[str]:
    new = changes.new
    if not new:
        return []
    listed = "; ".join(
        f"{_named(one)} ({series(one.count_per_snapshot)})" for one in new[:_MOST_LEAKS]
    )
    more = f"; {len(new) - _MOST_LEAKS:,} more" if len(new) > _MOST_LEAKS else ""
    leaks = "a leak" if len(new) == 1 else f"{len(new)} leaks"
    return [f"The {what} adds {leaks}: {listed}{more}."]


__all__ = ["details_of", "leak_text", "rate_text", "reason_of_fix", "reason_of_versions"]
