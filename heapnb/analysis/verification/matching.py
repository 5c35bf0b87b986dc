"""Recognise a leak of one build among the suspects of another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from heapnb.analysis.diagnosis.suspects import Diagnosis, Suspect

SIMILAR_GROWTH: Final = 0.5
"""Two leaks of one kind and of different names count as one if the smaller growth is this share of
the larger, or more."""


class Matched(Enum):
    """By what a leak was recognised in the other series, the surest first."""

    FINGERPRINT = "fingerprint"
    ANCHOR = "anchor"
    CLASS = "class"
    KIND = "kind"


@dataclass(frozen=True)
class Match:
    """A leak of the earlier series, and the suspect of the later one that is the same.

    Parameters
    ----------
    before : Suspect
        The leak.
    after : Suspect or None
        None if the later series has no such suspect.
    by : Matched or None
        By what it was recognised.
    """

    before: Suspect
    after: Suspect | None = None
    by: Matched | None = None


def match_leaks(before: Diagnosis, after: Diagnosis) -> tuple[list[Match], tuple[Suspect, ...]]:
    """Find the leaks of one series among the suspects of another.

    Parameters
    ----------
    before, after : Diagnosis
        Of the earlier and the later build.

    Returns
    -------
    matches : list of Match
        One for each leak of the earlier series, in its order.
    new : tuple of Suspect
        The leaks of the later series that are none of these.

    Notes
    -----
    The same fingerprint first: class and retaining path. A change of the code can rename a
    variable, hold the objects elsewhere, or, in a minified build, rename the class; so then the
    same class and holder, the same class, and last the same cause with a similar growth.
    """
    found: dict[int, Match] = {}
    free = list(after.suspects)
    for by, is_same in _RULES:
        for number, leak in enumerate(before.leaks):
            if number in found:
                continue
            same = next((one for one in free if is_same(leak, one)), None)
            if same is not None:
                found[number] = Match(leak, same, by)
                free.remove(same)
    matches = [found.get(number, Match(leak)) for number, leak in enumerate(before.leaks)]
    known = {id(one) for one in free}
    return matches, tuple(one for one in after.leaks if id(one) in known)


def _has_telling_class(suspect: Suspect) -> bool:
    """Whether the class tells these objects from others; a title says what the class does not."""
    return not suspect.title


def _same_class(leak: Suspect, other: Suspect) -> bool:
    return leak.class_name == other.class_name and _has_telling_class(leak)


def _same_holder(leak: Suspect, other: Suspect) -> bool:
    return leak.class_name == other.class_name and leak.anchor == other.anchor


def _same_kind(leak: Suspect, other: Suspect) -> bool:
    growths = sorted(abs(one.retained_delta) for one in (leak, other))
    return leak.kind == other.kind and growths[0] >= SIMILAR_GROWTH * growths[1] > 0


_RULES: Final[tuple[tuple[Matched, Callable[[Suspect, Suspect], bool]], ...]] = (
    (Matched.FINGERPRINT, lambda leak, other: leak.fingerprint == other.fingerprint),
    (Matched.ANCHOR, _same_holder),
    (Matched.CLASS, _same_class),
    (Matched.KIND, _same_kind),
)

__all__ = ["Match", "Matched", "match_leaks"]
