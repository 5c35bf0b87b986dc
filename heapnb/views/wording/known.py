"""What is said about leaks that were reported in public, and about whose leak a suspect is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from heapnb.analysis.diagnosis.short_names import clipped
from heapnb.analysis.packages import RUNTIME_NAME
from heapnb.views.wording.phrases import nearest

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.known_leaks import Known
    from heapnb.analysis.diagnosis.names import Anchor
    from heapnb.analysis.diagnosis.suspects import Suspect

_NUMBER: Final = re.compile(r"/(?:issues|pull)/(?P<number>\d+)")


def known_text(known: Known) -> str:
    """Say which known leak it is, in one line.

    Parameters
    ----------
    known : Known
        The leak.

    Returns
    -------
    str
        Such as "`undici` #939, fixed in 5.26.0; you run 5.25.0".
    """
    found = _NUMBER.search(known.issue)
    number = f" #{found['number']}" if found else ""
    name = f"`{known.owner}`{number}"
    fixed = "not fixed yet" if known.fixed_in is None else f"fixed in {known.fixed_in}"
    if known.version is not None:
        return f"{name}, {fixed}; you run {clipped(known.version)}"
    return (
        f"{name}, {fixed}; affected versions: {known.versions}; your version is not in the snapshot"
    )


def known_sentences(known: Known) -> str:
    """Say which known leak it is, what happens, and where to read about it.

    Parameters
    ----------
    known : Known
        The leak.

    Returns
    -------
    str
    """
    begin = "Known leak" if known.version is not None else "Probably a known leak"
    title = known.title if known.title.endswith((".", "…")) else f"{known.title}."
    return f"{begin}: {known_text(known)}. {title} See {known.issue}."


def origin_text(suspect: Suspect) -> str:
    """Say whose leak it is.

    Parameters
    ----------
    suspect : Suspect
        The facts.

    Returns
    -------
    str
        Such as "the program" or "the npm package `undici`".
    """
    if suspect.origin == "program":
        return "the program"
    package = suspect.package
    if suspect.origin == "runtime":
        owner = RUNTIME_NAME if suspect.known is None else suspect.known.owner
        return f"the runtime ({owner})"
    if suspect.known is not None:
        return f"the npm package `{suspect.known.owner}`"
    if package is not None and package.kind == "npm":
        return f"the npm package `{clipped(str(package))}`"
    return "an npm package"


def fix_for_user(suspect: Suspect, fix: str) -> str:
    """Say what the user of a package or a runtime can do.

    Parameters
    ----------
    suspect : Suspect
        The facts.
    fix : str
        What to change where the objects accumulate.

    Returns
    -------
    str
        The advice for a known leak; both where it depends on the version.
    """
    known = suspect.known
    if known is not None:
        if known.version is not None:
            return known.advice
        return f"If you run `{known.owner}` {known.versions}: {known.advice} Otherwise: {fix}"
    if suspect.origin == "program":
        return f"{fix}{_of_package(suspect.facts.anchor, fix)}"
    return (
        f"{fix} Code of {origin_text(suspect)} adds or holds the objects: look for a version that "
        "releases them, or for a call that does."
    ).strip()


def _of_package(anchor: Anchor, fix: str) -> str:
    """Point to the methods of a package's class where the advice is about a property of it."""
    if not anchor.package or nearest(anchor.expression) not in fix:
        return ""
    return (
        f" `{anchor.name}` is a property of `{anchor.held_by}` in the npm package "
        f"`{clipped(anchor.package)}`: prefer a method of that class that removes entries, or an "
        "option that bounds them, to the property itself."
    )


__all__ = ["fix_for_user", "known_sentences", "known_text", "origin_text"]
