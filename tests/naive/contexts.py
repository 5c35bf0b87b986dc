"""Contexts, closures and native contexts, as plainly as can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Edge = tuple[int, int, str]
"""From, to, type."""


def chain(outer: Sequence[int], context: int) -> list[int]:
    """List a context and those around it; stops where a cycle closes."""
    found: list[int] = []
    while context >= 0 and context not in found:
        found.append(context)
        context = outer[context]
    return found


def is_in_cycle_or_inside(outer: Sequence[int], context: int) -> bool:
    """Tell whether the way outwards never ends."""
    return outer[chain(outer, context)[-1]] >= 0


def scopes_around(parent: Sequence[int], scope: int) -> set[int]:
    """List a scope and those around it."""
    found = set()
    while scope >= 0:
        found.add(scope)
        scope = parent[scope]
    return found


def is_readable(
    outer: Sequence[int],
    parent: Sequence[int],
    closures: Sequence[tuple[int, int]],
    context: int,
    uses: Sequence[int],
) -> bool:
    """Tell whether a closure, as function's scope and context, can read a variable."""
    readers = {scope for use in uses for scope in scopes_around(parent, use)}
    return any(
        scope in readers and context in chain(outer, its_context) for scope, its_context in closures
    )


def owners(n_nodes: int, edges: Sequence[Edge], fixed: Mapping[int, int]) -> list[int]:
    """Pass owners on until nothing changes: -1 none, -2 several."""
    reached: list[set[int]] = [set() for _ in range(n_nodes)]
    for node, owner in fixed.items():
        reached[node] = {owner}
    is_changing = True
    while is_changing:
        is_changing = False
        for source, target, kind in edges:
            if kind in {"weak", "shortcut"} or target in fixed:
                continue
            if not reached[source] <= reached[target]:
                reached[target] |= reached[source]
                is_changing = True
    return [-1 if not one else next(iter(one)) if len(one) == 1 else -2 for one in reached]
