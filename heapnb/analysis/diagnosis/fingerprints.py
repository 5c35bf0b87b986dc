"""A name for a leak that stays the same from build to build."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Final

from heapnb.graph.references import raw_step

FINGERPRINT_LENGTH: Final = 16
"""Hexadecimal digits: 64 bits, so two leaks of one program do not share a name by chance."""

_LONGEST_TURN: Final = 8
_LONGEST_STEP: Final = 200
_INDEX: Final = re.compile(r"\.\d+")
# What differs from run to run: uuids, digests, counters, times.
_VARIABLE: Final = re.compile(
    r"""
    [0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}
    | \b(?=[a-fA-F]*\d)[0-9a-fA-F]{8,}\b
    | \d+
    """,
    re.VERBOSE,
)


def fingerprint(class_name: str, chain: Sequence[str]) -> str:
    """Name a leak by the class that grows and the retaining path.

    Parameters
    ----------
    class_name : str
        The class of the objects that grow in number.
    chain : sequence of str
        The path from the root, as in `Suspect.chain`.

    Returns
    -------
    str
        Hexadecimal digits: those of another snapshot, another build, and another order of
        loading, as long as the same variables and classes hold the objects.

    Examples
    --------
    >>> before = fingerprint("Entry", ["(GC roots)", "global", ".cache", "Array", ".7", "Entry"])
    >>> after = fingerprint("Entry", ["(GC roots)", "global", ".cache", "Array", ".812", "Entry"])
    >>> before == after
    True
    >>> before == fingerprint("Entry", ["(GC roots)", "global", ".queue", "Array", ".7", "Entry"])
    False
    """
    text = "\0".join((class_name, *normalised_chain(chain)))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:FINGERPRINT_LENGTH]


def normalised_chain(chain: Sequence[str]) -> tuple[str, ...]:
    """Leave out of a chain what differs between two runs of a program.

    Parameters
    ----------
    chain : sequence of str
        The path from the root, as in `Suspect.chain`.

    Returns
    -------
    tuple of str
        Without indices, numbers and digests in names; of steps that repeat (modules that load
        modules, links of a list) the first round only.

    Examples
    --------
    >>> normalised_chain(["Module", ".children", "Array", ".0", "Module", ".children", "Array",
    ...                   ".3", "Module", ".exports"])
    ('Module', '.children', 'Array', '[]', 'Module', '.exports')
    """
    kept: list[str] = []
    for step in chain:
        kept.append(_normalised(step))
        _drop_repetition(kept)
    return tuple(kept)


def _normalised(step: str) -> str:
    # By the raw names, so that fingerprints do not depend on how references are written.
    step = raw_step(step)
    if _INDEX.fullmatch(step):
        return "[]"
    return _VARIABLE.sub("#", step[:_LONGEST_STEP])


def _drop_repetition(steps: list[str]) -> None:
    """Drop the last steps if they are those before them once more."""
    for length in range(1, min(_LONGEST_TURN, len(steps) // 2) + 1):
        if steps[-length:] == steps[-2 * length : -length]:
            del steps[-length:]
            return
