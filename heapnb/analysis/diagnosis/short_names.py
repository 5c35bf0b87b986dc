"""Names short enough for a sentence: class names, scripts, locations."""

from __future__ import annotations

from collections.abc import Sequence

from heapnb.graph.locations import short_script
from heapnb.graph.references import LONGEST_NAME
from heapnb.literals import cut


def clipped(text: str) -> str:
    """Cut a name that would drown a sentence."""
    return cut(text, LONGEST_NAME)


def short_location(location: str) -> str:
    """Keep the end of a location."""
    script, *place = location.rsplit(":", 2)
    return ":".join([short_script(script), *place])


def article(noun: str) -> str:
    """Put an article before a class name.

    Parameters
    ----------
    noun : str
        The class.

    Returns
    -------
    str

    Examples
    --------
    >>> article("Array"), article("Map"), article("process")
    ('an Array', 'a Map', 'process')
    """
    if noun[:1].islower():
        # Such as `process`: there is only one.
        return noun
    return f"an {noun}" if noun[:1].upper() in {"A", "E", "I", "O"} else f"a {noun}"


def listed(names: Sequence[str]) -> str:
    """Quote names and put commas between them.

    Parameters
    ----------
    names : sequence of str
        Events, say.

    Returns
    -------
    str

    Examples
    --------
    >>> listed(["open"]), listed(["open", "data", "end"])
    ('`open`', '`open`, `data` and `end`')
    """
    quoted = [f"`{clipped(name)}`" for name in names]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), *quoted[-1:]]))


__all__ = ["article", "clipped", "listed", "short_location", "short_script"]
