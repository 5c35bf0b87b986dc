"""Sentences about where objects were allocated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from heapnb.analysis.diagnosis.short_names import clipped, short_location
from heapnb.graph.traces import ANONYMOUS
from heapnb.views import fmt

if TYPE_CHECKING:
    from heapnb.analysis.allocation.allocated_at import AllocatedAt
    from heapnb.graph.traces import Frame

_MOST_CALLERS: Final = 2
_ALL: Final = 0.995
_NOTABLE: Final = 0.01


def allocated_sentence(found: AllocatedAt) -> str:
    """Say which function allocated the objects, and what called it.

    Parameters
    ----------
    found : AllocatedAt
        The facts.

    Returns
    -------
    str
        Such as "98% of them were allocated in `makeSession()` (`lib/shop.js:17`), called by
        `login()`."
    """
    many = "All" if found.share >= _ALL else fmt.format_percent(found.share)
    place = ""
    if found.file is not None:
        location = short_location(f"{found.file}:{found.line}:0").rpartition(":")[0]
        place = f" (`{clipped(location if found.line else found.file)}`)"
    named = [name for name in found.callers if name != ANONYMOUS][:_MOST_CALLERS]
    called = f", called by {' in '.join(map(_named, named))}" if named else ""
    inlined = ""
    if found.inlined_share >= _NOTABLE:
        inlined = (
            f"; {fmt.format_percent(found.inlined_share)} in functions that call it, into which "
            "V8 has probably inlined it"
        )
    return f"{many} of them were allocated in {_named(found.function)}{place}{called}{inlined}."


def stack_words(stack: tuple[Frame, ...]) -> list[str]:
    """Write a call stack, what allocated first: ``"makeSession (lib/shop.js:17:21)"``."""
    return [
        frame.function if frame.location is None else f"{frame.function} ({frame.location})"
        for frame in stack
    ]


def _named(function: str) -> str:
    if function == ANONYMOUS:
        return "an anonymous function"
    return f"`{clipped(function)}()`"


__all__ = ["allocated_sentence", "stack_words"]
