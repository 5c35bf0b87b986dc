"""The interface of a detector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from heapnb.analysis.diagnosis.accumulation import Alternative, Members
from heapnb.analysis.diagnosis.facts import Facts, Remark
from heapnb.analysis.diagnosis.names import Anchor
from heapnb.analysis.diagnosis.site import Site
from heapnb.decode.additions import Addition

LISTS = ("Array", "(array)")
MAPS = ("Map",)
SETS = ("Set",)

# How strongly a finding speaks for a cause, from 1 down to 0. Where several detectors recognise one
# site, the strongest explains it.

REFINED: Final = 0.98
"""A structure of the runtime, and what it belongs to: the listeners of a connection."""

RUNTIME: Final = 0.95
"""A structure of the runtime or a library that has one purpose: an EventEmitter's listeners."""

ROLE: Final = 0.9
"""What a structure is for, by what it holds and by a name that a library gives it."""

LINKS: Final = 0.85
"""How the members refer to each other, or how they come and go."""

CHAIN: Final = 0.84
"""Members that form a linked list."""

NAMED: Final = 0.82
"""What the members are, and a name by which libraries call such a list."""

REFERENCE: Final = 0.8
"""By what kind of reference the program holds the collection: a global, an entry of a WeakMap."""

KEYS: Final = 0.78
"""What the keys of the entries say."""

WRAPPER: Final = 0.76
"""The function that the collection belongs to."""

MEASURED: Final = 0.75
"""What most of the retained bytes are."""

CONTENT: Final = 0.74
"""What the members are: errors, suspended calls, compiled functions."""

CONTEXT: Final = 0.7
"""What the members were created in."""

SUPPOSED: Final = 0.6
"""What the members are, in a collection that suits them: functions in a Set."""

HOLDER: Final = 0.5
"""The class of the holder."""

GUESS: Final = 0.4
"""A name that the program chose."""

FALLBACK: Final = 0.1
"""Nothing but that objects accumulate."""


@dataclass(frozen=True)
class Cause:
    """Why objects accumulate.

    Parameters
    ----------
    kind : str
        The cause, as programs read it.
    facts : Facts
        What was found, with what accumulates and the name that holds it.
    location : str, optional
        The place in the source, if the detector knows a better one than the site.
    subject : int, optional
        Ordinal in the last snapshot of the object to show, if it is not the example: the
        socket instead of the list that holds it, for instance.
    members : {"kept", "queued", "renewed"}, default: "kept"
        What becomes of the objects. The verdict goes by this, never by `kind`.
    strength : float, default 0
        How strongly the site speaks for this cause, up to 1; 0 stands for that of the detector.
    alternatives : tuple of Alternative
        Other causes that it speaks for nearly as strongly, the strongest first.
    remarks : tuple of Remark
        What else there is to know about the objects.
    addition : Addition or None
        The call that adds the objects, if the detector knows it.
    counts : tuple of int
        How many there are in each snapshot, if these are not the members; else empty.
    """

    kind: str
    facts: Facts
    location: str | None = None
    subject: int | None = None
    members: Members = "kept"
    strength: float = 0.0
    alternatives: tuple[Alternative, ...] = ()
    remarks: tuple[Remark, ...] = ()
    addition: Addition | None = None
    counts: tuple[int, ...] = ()

    @property
    def anchor(self) -> Anchor:
        """The name that holds the objects."""
        return self.facts.anchor


class Detector(Protocol):
    """Recognises one cause of leaks.

    ``strength`` is that of its findings, or of the strongest ones: see `REFINED` to `FALLBACK`.
    """

    @property
    def kind(self) -> str:
        """The cause, as programs read it."""

    @property
    def strength(self) -> float:
        """How strongly its findings speak for the cause."""

    def recognise(self, site: Site) -> Cause | None:
        """Explain the accumulation if this is its cause.

        A detector goes by what is at the site, never by how the program gets there: the path above
        shows whether a timer or a suspended `main` runs the program, not why something leaks.

        Parameters
        ----------
        site : Site
            Where the objects accumulate.

        Returns
        -------
        Cause or None
        """
