"""Closures that share a context, so that each retains what only one of them uses."""

from __future__ import annotations

from typing import ClassVar

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.base import Cause, growth
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.short_names import short_location
from heapnb.graph.scopes import function_of_scope


class SharedClosureContext:
    """A chain in which the context of every closure holds the previous generation."""

    kind: ClassVar[str] = "shared-closure-context"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        link = evidence.link
        if not any(evidence.is_closure(step.node) for step in link):
            return None
        first = len(evidence.steps) - len(link)
        variables = [
            place
            for place, step in enumerate(evidence.steps[first:], first)
            if step.edge_type == "context"
            and evidence.graph.name(evidence.steps[place - 1].node).startswith(vocab.CONTEXT_NAME)
        ]
        if not variables:
            return None
        place = variables[0]
        anchor = evidence.anchor_at(place)
        start = evidence.anchor
        function = function_of_scope(evidence.graph, evidence.steps[place - 1].node)
        owner = f"`{function}`" if function else "one function"
        where = f" ({short_location(evidence.location)})" if evidence.location else ""
        reached = f", reached from {start.text}" if start.name != anchor.name else ""
        return Cause(
            self.kind,
            type(anchor)(
                anchor.name, anchor.text + reached, anchor.held_by, anchor.expression, place
            ),
            f"Closures{where}: {growth(evidence)}, in a chain that starts at `{start.name}`. "
            f"All closures created by one call of {owner} share one context, which holds every "
            f"variable that any of them uses. So each retains `{anchor.name}`, the previous "
            "generation, which retains the one before it.",
            f"Move the closure that needs `{anchor.name}` out of {owner}, into a function that "
            f"takes it as an argument. Or set `{anchor.name} = null` after its last use.",
        )
