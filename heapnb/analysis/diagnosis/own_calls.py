"""Calls in the program's own scripts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from heapnb.analysis.packages import package_of
from heapnb.decode.additions import Addition, calls_in_scripts

if TYPE_CHECKING:
    from heapnb.graph import HeapGraph


def only_own_call(graph: HeapGraph, pattern: re.Pattern[str]) -> Addition | None:
    """Find the only call of a kind in a page's own scripts, without those of packages.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    pattern : re.Pattern
        What to look for, with a group ``call``.

    Returns
    -------
    Addition or None
        See `heapnb.decode.additions.calls_in_scripts`; None if there is no such call, or several.
    """
    found = [
        one
        for one in calls_in_scripts(graph, pattern)
        if one.location is not None and package_of(one.location).kind == "own"
    ]
    return found[0] if len(found) == 1 else None


__all__ = ["only_own_call"]
