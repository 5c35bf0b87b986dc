"""Which function writes about which facts."""

from __future__ import annotations

from functools import singledispatch
from typing import NamedTuple

from heapnb.analysis.diagnosis.facts import Facts, Remark


class Words(NamedTuple):
    """What is said about a cause."""

    explanation: str
    """What happens."""

    fix: str
    """What to change, the most likely first."""


@singledispatch
def words_for(facts: Facts) -> Words:
    """Write about a cause.

    Parameters
    ----------
    facts : Facts
        What its detector found; its class says which function writes.

    Returns
    -------
    Words
    """
    raise NotImplementedError(type(facts).__name__)


@singledispatch
def sentence_for(remark: Remark) -> str:
    """Write a remark on an accumulation, whatever its cause.

    Parameters
    ----------
    remark : Remark
        The facts; their class says which function writes.

    Returns
    -------
    str
        One or two sentences.
    """
    raise NotImplementedError(type(remark).__name__)


__all__ = ["Words", "sentence_for", "words_for"]
