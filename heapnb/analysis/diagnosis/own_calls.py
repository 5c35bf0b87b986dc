"""Calls in the program's own scripts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from heapnb.analysis.packages import package_of
from heapnb.decode.additions import Addition, calls_in_scripts

if TYPE_CHECKING:
    from heapnb.graph import HeapGraph


def own_calls(graph: HeapGraph, pattern: re.Pattern[str]) -> list[Addition]:
    """Find calls in the source texts of a page's own scripts, without those of packages.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    pattern : re.Pattern
        What to look for, with a group ``call``.

    Returns
    -------
    list of Addition
        See `heapnb.decode.additions.calls_in_scripts`.
    """
    return [
        one
        for one in calls_in_scripts(graph, pattern)
        if one.location is not None and package_of(one.location).kind == "own"
    ]


__all__ = ["own_calls"]
