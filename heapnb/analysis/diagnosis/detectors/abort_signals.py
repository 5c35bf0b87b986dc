"""Composite abort signals that follow a long-lived signal."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import Cause, growth
from heapnb.analysis.diagnosis.evidence import Anchor, Evidence
from heapnb.graph.edges import child
from heapnb.graph.references import attached, spelled

DEPENDANTS: Final = "<symbol kDependantSignals>"
"""A signal's set of weak references to the signals that follow it."""

SOURCES: Final = "<symbol kSourceSignals>"
"""A signal's set of weak references to the signals that it follows."""

PERSISTENT: Final = "gcPersistentSignals"
"""Node's own set of signals that have a listener and a source that may still abort them."""

_MOST_LOOKED_AT: Final = 16


class AbortSignals:
    """Signals that `AbortSignal.any` creates and Node retains."""

    kind: ClassVar[str] = "abort-signals"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        labels = [step.label for step in evidence.steps[: evidence.place_of_holder + 1]]
        if DEPENDANTS in labels:
            anchor = evidence.anchor_at(labels.index(DEPENDANTS))
            anchor = replace(
                anchor, expression=anchor.expression.removesuffix(attached("property", DEPENDANTS))
            )
        elif PERSISTENT in labels:
            anchor = _source(evidence) or evidence.anchor_at(labels.index(PERSISTENT))
        else:
            return None
        anchor = replace(
            anchor,
            text=f"the dependent signals of the AbortSignal `{anchor.expression}`",
            held_by="AbortSignal",
        )
        return Cause(
            self.kind,
            anchor,
            f"Signals from `AbortSignal.any`: {growth(evidence)}, which follow "
            f"`{anchor.expression}`. While such a signal has a listener, Node keeps it until one "
            "of its source signals is aborted. Each retains everything that its listeners close "
            "over.",
            "Remove the listener when the operation ends: `removeEventListener` in a `finally`. "
            "Or pass the long-lived signal itself and check `signal.aborted`. Newer versions of "
            "Node release a composite signal once it has no listeners.",
        )


def _source(evidence: Evidence) -> Anchor | None:
    """Find a signal that the example follows and that the program holds by name."""
    graph = evidence.graph
    sources = child(graph, evidence.accumulation.example, SOURCES)
    table = None if sources is None else child(graph, sources, "table")
    if table is None:
        return None
    for edge in list(range(*graph.edges_of(table)))[:_MOST_LOOKED_AT]:
        signal = child(graph, int(graph.edge_to[edge]), "target")
        if signal is not None and evidence.tree.path(signal)[0] == graph.root:
            anchor = evidence.about(signal).anchor
            if anchor.name not in {PERSISTENT, spelled("property", SOURCES)}:
                return anchor
    return None
