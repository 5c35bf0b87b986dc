"""Closures that share a context, so that each retains what only one of them uses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.base import ROLE, Cause
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.site import Site
from heapnb.decode.dead_variables import Evidence, dead_fields
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
    """

    start: str
    function: str
    dead: DeadVariable | None = None


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
        return Cause(
            self.kind,
            SharedContextFacts(
                Group.of(site),
                replace(anchor, text=anchor.text + reached),
                start.name,
                function,
                _dead_variable(site.graph, steps[place - 1].node, steps[place].node),
            ),
        )


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
