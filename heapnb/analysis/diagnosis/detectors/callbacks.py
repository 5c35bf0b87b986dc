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
from heapnb.graph.edges import child
from heapnb.graph.locations import location_of
from heapnb.graph.scopes import is_module_scope

_MOST_BELOW: Final = 256
_MOST_CAPTURED: Final = 64
_MOST_OF_SCOPE: Final = 24
_MOST_SCOPES: Final = 4


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
        for inner in [node, *_captured(site, node), *site.below(node)[:_MOST_BELOW]]:
            location = user_location(site.graph, inner)
            if location is None or PACKAGES_FOLDER in location:
                continue
            if site.is_closure(inner):
                return inner
    return None


def _captured(site: Site, node: int) -> list[int]:
    """List functions that an object's functions can call: those that they close over."""
    found: dict[int, None] = dict.fromkeys(_closures(site, node, "property"))
    queue = list(found)
    for closure in queue:
        scope = child(site.graph, closure, "context")
        for _ in range(_MOST_SCOPES):
            if scope is None or is_module_scope(site.graph, scope):
                break
            more = [one for one in _closures(site, scope, "context") if one not in found]
            if len(more) > _MOST_OF_SCOPE:
                # The scope of a bundle, with the functions of all its modules.
                break
            found.update(dict.fromkeys(more))
            queue += more[: _MOST_CAPTURED - len(queue)]
            scope = child(site.graph, scope, "previous")
    return list(found)


def _closures(site: Site, node: int, edge_type: str) -> list[int]:
    """List the functions that a node refers to by edges of a type."""
    graph = site.graph
    first, end = graph.edges_of(node)
    is_wanted = graph.edge_type[first:end] == graph.edge_type_index(edge_type)
    return [one for one in graph.edge_to[first:end][is_wanted].tolist() if site.is_closure(one)]


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
