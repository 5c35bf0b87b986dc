"""What a detector gets, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from heapnb import vocab
from heapnb.analysis.diagnosis.evidence import Anchor, Evidence, short_location

LISTS = ("Array", "(array)")
MAPS = ("Map",)
SETS = ("Set",)


@dataclass(frozen=True)
class Cause:
    """Why objects pile up.

    Parameters
    ----------
    kind : str
        The cause, for programs.
    anchor : Anchor
        What holds the objects.
    explanation, fix : str
        What happens and what to change, for people.
    location : str, optional
        Where the program does it, if that is more exact than what the pile tells.
    subject : int, optional
        The object that the pile is about, as an ordinal in the last snapshot, if it is not the
        pile's example: a socket in place of the list that it is in, say.
    """

    kind: str
    anchor: Anchor
    explanation: str
    fix: str
    location: str | None = None
    subject: int | None = None


class Detector(Protocol):
    """Knows one cause of leaks."""

    kind: ClassVar[str]

    def recognise(self, evidence: Evidence) -> Cause | None:
        """Say whether this is the cause, and if so explain it.

        Parameters
        ----------
        evidence : Evidence
            A pile of objects.

        Returns
        -------
        Cause or None
        """


def subject_text(evidence: Evidence, location: str | None = None) -> str:
    """Name the objects of a pile in a sentence.

    Parameters
    ----------
    evidence : Evidence
        The pile.
    location : str, optional
        Where they come from, if that is known better than the evidence knows it.

    Returns
    -------
    str
        Such as "`Session` objects" or "functions defined at lib/feed.js:12:5".
    """
    location = location or evidence.location
    where = f" ({short_location(location)})" if location else ""
    if evidence.class_name == vocab.CLASS_FUNCTION:
        return f"functions{where}"
    if evidence.class_name in {"(string)", "(concatenated string)", "(sliced string)"}:
        return "strings"
    if evidence.class_name in (*MAPS, *SETS, *LISTS) and evidence.content:
        where = f" of `{evidence.content}` objects{where}"
    return f"`{evidence.class_name}` objects{where}"


def growth(evidence: Evidence) -> str:
    """Say how many there were in each snapshot.

    Parameters
    ----------
    evidence : Evidence
        The pile.

    Returns
    -------
    str
        Such as "20 → 100 → 260".
    """
    return " → ".join(f"{count:,}" for count in evidence.counts)


def capitalised(text: str) -> str:
    """Begin a text with a capital letter, leaving the rest as it is.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
    """
    return text[:1].upper() + text[1:]
