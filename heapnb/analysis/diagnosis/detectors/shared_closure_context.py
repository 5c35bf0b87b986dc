"""Closures that share a context, so that each retains what only one of them uses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.base import ROLE, Cause
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.site import Site
from heapnb.decode.additions import Addition
from heapnb.decode.dead_variables import Evidence, dead_fields
from heapnb.decode.global_object import builtin_globals
from heapnb.graph.edges import child
from heapnb.graph.locations import location_of
from heapnb.graph.scopes import function_of_scope

if TYPE_CHECKING:
    from heapnb.graph import HeapGraph


@dataclass(frozen=True)
class DeadVariable:
    """A variable that no living closure reads, and the closure that keeps it.

    Parameters
    ----------
    keeper : str
        Name of a function that keeps the context; empty if it has none.
    location : str or None
        Where that function is written.
    evidence : {"scopes", "source text"}
        How that is known; see `heapnb.decode.dead_variables.DeadVariables`.
    """

    keeper: str
    location: str | None
    evidence: Evidence


@dataclass(frozen=True)
class SharedContextFacts(Facts):
    """Closures of one call, which share one context.

    Parameters
    ----------
    start : str
        The name at which the chain starts.
    function : str
        The function that creates them; empty if unknown.
    dead : DeadVariable or None
        Set if the variable is dead; None if it is read, or nothing is known.
    wrapped : str
        The browser's function that each of them wraps, such as ``History.pushState``; empty if
        the chain does not start at one.
    """

    start: str
    function: str
    dead: DeadVariable | None = None
    wrapped: str = ""


class SharedClosureContext:
    """A chain in which the context of every closure holds the previous generation."""

    kind: ClassVar[str] = "shared-closure-context"
    strength: ClassVar[float] = ROLE

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        link = site.link
        if not any(site.is_closure(step.node) for step in link):
            return None
        steps = site.evidence.steps
        first = len(steps) - len(link)
        variables = [
            place
            for place, step in enumerate(steps[first:], first)
            if step.edge_type == "context"
            and site.graph.name(steps[place - 1].node).startswith(vocab.CONTEXT_NAME)
        ]
        if not variables:
            return None
        place = variables[0]
        anchor = site.evidence.anchor_at(place)
        start = site.anchor
        function = function_of_scope(site.graph, steps[place - 1].node)
        reached = f", reached from {start.text}" if start.name != anchor.name else ""
        wrapped = _wrapped(site, place)
        closure = next((one.node for one in link if site.is_closure(one.node)), None)
        return Cause(
            self.kind,
            SharedContextFacts(
                Group.of(site),
                replace(anchor, text=anchor.text + reached),
                start.name,
                function,
                _dead_variable(site.graph, steps[place - 1].node, steps[place].node),
                wrapped,
            ),
            addition=(
                Addition(f"{wrapped} =", "", function, location_of(site.graph, closure))
                if wrapped and closure is not None
                else None
            ),
        )


def _wrapped(site: Site, place: int) -> str:
    """Name the function of the browser in whose place the first closure of the chain is."""
    graph, steps = site.graph, site.evidence.steps
    for number in range(place - 1, 0, -1):
        step, owner = steps[number], steps[number - 1].node
        if step.edge_type != "property" or not site.is_closure(step.node):
            continue
        prototype = child(graph, owner, "__proto__")
        is_builtin = prototype is not None and child(graph, prototype, step.label) is not None
        is_builtin |= step.label in builtin_globals(graph)
        if graph.node_type[owner] == graph.node_type_index("native") and is_builtin:
            return f"{graph.class_name(owner)}.{step.label}"
    return ""


def _dead_variable(graph: HeapGraph, context: int, value: int) -> DeadVariable | None:
    """Look a variable of a context up among the dead ones."""
    found = dead_fields(graph)
    rows = np.flatnonzero((found.context == context) & (found.value == value))
    if not len(rows) or found.evidence is None:
        return None
    keeper = int(found.keeper[rows[0]])
    if keeper < 0:
        return None
    return DeadVariable(graph.name(keeper), location_of(graph, keeper), found.evidence)
