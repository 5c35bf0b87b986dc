"""Closures that share variables, and so keep what only one of them mentions."""

from __future__ import annotations

from typing import ClassVar

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.base import Cause, growth
from heapnb.analysis.diagnosis.evidence import Evidence, short_location


class SharedClosureContext:
    """A chain in which every closure's context holds the generation before."""

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
        function = evidence.function_of_scope(evidence.steps[place - 1].node)
        owner = f"`{function}`" if function else "one function"
        where = f" ({short_location(evidence.location)})" if evidence.location else ""
        reached = f", reached from {start.text}" if start.name != anchor.name else ""
        return Cause(
            self.kind,
            type(anchor)(
                anchor.name, anchor.text + reached, anchor.held_by, anchor.expression, place
            ),
            f"All closures that a call of {owner} makes share one context, with every variable "
            f"that any of them mentions. So each closure{where} also keeps `{anchor.name}`, the "
            f"generation before, and that keeps the one before it: a chain that only grows "
            f"({growth(evidence)}), starting at `{start.name}`.",
            f"Do not let the closures of {owner} share a scope with `{anchor.name}`: move the "
            f"closure that needs it into a function of its own that gets it as an argument, or "
            f"set `{anchor.name} = null` when it has been used.",
        )
