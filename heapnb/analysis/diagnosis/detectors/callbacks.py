"""The program's own functions behind listeners, timers and suspended calls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from heapnb.analysis.diagnosis.functions_behind import (
    REACTIONS,
    function_behind,
    user_location,
)
from heapnb.analysis.diagnosis.original_names import original_names
from heapnb.analysis.diagnosis.site import Site
from heapnb.analysis.packages import PACKAGES_FOLDER
from heapnb.graph import HeapGraph
from heapnb.graph.locations import location_of

_MOST_BELOW: Final = 256


def function_below(site: Site, nodes: Iterable[int]) -> int | None:
    """Find a function from a file of the program itself that some objects hold.

    Parameters
    ----------
    site : Site
        The accumulated objects.
    nodes : iterable of int
        Ordinals, in the order of the search.

    Returns
    -------
    int or None
        Ordinal of a closure. Functions of packages do not count: many objects refer to one
        without being made by it.
    """
    for node in nodes:
        for inner in [node, *site.below(node)[:_MOST_BELOW]]:
            location = user_location(site.graph, inner)
            if location is None or PACKAGES_FOLDER in location:
                continue
            if site.is_closure(inner):
                return inner
    return None


@dataclass(frozen=True)
class Callback:
    """A function.

    Parameters
    ----------
    name : str
        Empty if it has none.
    location : str or None
        Where it is defined.
    """

    name: str
    location: str | None

    @classmethod
    def of(cls, graph: HeapGraph, function: int) -> Callback:
        """Describe a closure."""
        return cls(original_names(graph).function(function), location_of(graph, function))


__all__ = ["REACTIONS", "Callback", "function_behind", "function_below", "user_location"]
