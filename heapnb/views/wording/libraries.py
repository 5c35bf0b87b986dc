"""What is said about objects of well-known libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heapnb.analysis.diagnosis.detectors.event_listeners import ListenerFacts
from heapnb.analysis.diagnosis.short_names import article

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.suspects import Suspect
    from heapnb.analysis.known_shapes import KnownShape


def library_text(shape: KnownShape, class_name: str) -> str:
    """Say what an object of a library is.

    Parameters
    ----------
    shape : KnownShape
        The class of the library.
    class_name : str
        What the heap calls the class, which a minifier may have shortened.

    Returns
    -------
    str
        Such as "a `Chart` of chart.js"; "of chart.js" where the heap says `Chart`, too.
    """
    whose = f"of {shape.package}"
    return whose if class_name == shape.class_name else f"{_named(shape)} {whose}"


def called(suspect: Suspect) -> str:
    """Name what a suspect's objects are, for a heading.

    Parameters
    ----------
    suspect : Suspect
        The facts.

    Returns
    -------
    str
        The subject without backquotes, such as "T (a Chart of chart.js)".
    """
    name = suspect.subject
    if suspect.shape is not None:
        name = f"{name} ({library_text(suspect.shape, suspect.class_name)})"
    return name.replace("`", "")


def library_advice(suspect: Suspect) -> str:
    """Say how objects of a library, or what they hold, are released.

    Parameters
    ----------
    suspect : Suspect
        The facts.

    Returns
    -------
    str
        Markdown; empty where the catalogue does not know.
    """
    if suspect.shape is not None and suspect.shape.release:
        return suspect.shape.release
    if isinstance(suspect.facts, ListenerFacts):
        # What removes a listener is known, and what the holder is for need not be listeners.
        return ""
    return "" if suspect.shape_of_holder is None else suspect.shape_of_holder.holding


def holder_sentence(suspect: Suspect) -> str:
    """Say what a holder is, where that is an object of a library.

    Parameters
    ----------
    suspect : Suspect
        The facts.

    Returns
    -------
    str
        Such as "A `QueryCache` of @tanstack/query-core, a cache of queries, holds them."; empty
        if the holder is not recognised.
    """
    shape = suspect.shape_of_holder
    if shape is None:
        return ""
    what = _named(shape)
    role = f"{'an' if shape.role[0] in 'aeiou' else 'a'} {shape.role}"
    return f"{what[:1].upper()}{what[1:]} of {shape.package}, {role}, holds them."


def _named(shape: KnownShape) -> str:
    before = article(shape.class_name).removesuffix(shape.class_name)
    return f"{before}`{shape.class_name}`"


__all__ = ["called", "holder_sentence", "library_advice", "library_text"]
