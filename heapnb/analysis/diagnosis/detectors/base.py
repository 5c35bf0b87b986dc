"""The interface of a detector, and wording that detectors share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple, Protocol

from heapnb import vocab
from heapnb.analysis.diagnosis.accumulation import Members
from heapnb.analysis.diagnosis.evidence import Anchor, Evidence
from heapnb.analysis.diagnosis.short_names import short_location
from heapnb.analysis.diagnosis.wording import whole_percent

LISTS = ("Array", "(array)")
MAPS = ("Map",)
SETS = ("Set",)
HALF: Final = 50
"""Percent; from this survival on, a sentence stresses survivors, below it removals."""


@dataclass(frozen=True)
class Cause:
    """Why objects accumulate.

    Parameters
    ----------
    kind : str
        The cause, as programs read it.
    anchor : Anchor
        The name that holds the objects.
    explanation, fix : str
        What happens and what to change, as people read it.
    location : str, optional
        The place in the source, if the detector knows a better one than the evidence.
    subject : int, optional
        Ordinal in the last snapshot of the object to show, if it is not the example: the
        socket instead of the list that holds it, for instance.
    members : {"kept", "queued"}, default: "kept"
        What becomes of the objects. The verdict goes by this, never by `kind`.
    """

    kind: str
    anchor: Anchor
    explanation: str
    fix: str
    location: str | None = None
    subject: int | None = None
    members: Members = "kept"


class Detector(Protocol):
    """Recognises one cause of leaks."""

    kind: ClassVar[str]

    def recognise(self, evidence: Evidence) -> Cause | None:
        """Explain the accumulation if this is its cause.

        Parameters
        ----------
        evidence : Evidence
            The accumulated objects.

        Returns
        -------
        Cause or None
        """


class Precedence(NamedTuple):
    """Of two detectors that recognise the same objects, the one that is asked first.

    Parameters
    ----------
    first, second : type
        The detectors.
    why : str
        What the first one knows better.
    """

    first: type[Detector]
    second: type[Detector]
    why: str


def subject_text(evidence: Evidence, location: str | None = None) -> str:
    """Name the accumulated objects, for a sentence.

    Parameters
    ----------
    evidence : Evidence
        The accumulated objects.
    location : str, optional
        Where they are created, if the detector knows a better place than the evidence.

    Returns
    -------
    str
        Such as "`Session` objects" or "`cancel` closures, each retaining a `CallContext`".
    """
    location = location or evidence.location
    where = f" ({short_location(location)})" if location else ""
    if evidence.class_name == vocab.CLASS_FUNCTION:
        return f"{evidence.title}{where}"
    if evidence.class_name in {"(string)", "(concatenated string)", "(sliced string)"}:
        return "strings"
    if evidence.class_name in (*MAPS, *SETS, *LISTS) and evidence.content:
        where = f" of `{evidence.content}` objects{where}"
    return f"`{evidence.class_name}` objects{where}"


def growth(evidence: Evidence) -> str:
    """Return the number of objects in each snapshot, such as "20 → 100 → 260"."""
    return " → ".join(f"{count:,}" for count in evidence.counts)


def growth_in_bytes(evidence: Evidence) -> str:
    """Return the size in each snapshot, such as "1,024 → 4,096 bytes"."""
    return " → ".join(f"{size:,}" for size in evidence.accumulation.size) + " bytes"


def counted(evidence: Evidence) -> str:
    """Name the objects and their number, such as "`Session` objects: 20 → 100 → 260"."""
    return f"{capitalised(subject_text(evidence))}: {growth(evidence)}"


def removals(evidence: Evidence) -> str:
    """Say how many objects of the previous snapshot were released since, as node ids show.

    Objects that came and went within one interval are in no snapshot, so nothing is said of them.

    Returns
    -------
    str
        A sentence after a blank; empty if the snapshots do not tell, or if one object grows.
    """
    survival = evidence.accumulation.lowest_survival
    if survival is None:
        return ""
    if evidence.released is not None:
        n_released, n_before = evidence.released
        if n_released:
            were = "was" if n_released == 1 else "were"
            return f" In the last interval, {n_released:,} of the {n_before:,} {were} released."
        if survival == 1 and n_before:
            return f" None of the {n_before:,} in the previous snapshot has been released."
    percent = whole_percent(survival)
    least = f"at least {percent}%" if percent >= HALF else f"as few as {percent}%"
    return f" Of those in each earlier snapshot, {least} are still in the last one."


def capitalised(text: str) -> str:
    """Capitalise the first letter and leave the rest as it is."""
    return text[:1].upper() + text[1:]
