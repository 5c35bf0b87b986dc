"""Signals that follow a signal which lives for ever."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import Cause, growth
from heapnb.analysis.diagnosis.evidence import Anchor, Evidence
from heapnb.graph.places import child

DEPENDANTS: Final = "<symbol kDependantSignals>"
"""A signal's set of weak references to those that follow it."""

SOURCES: Final = "<symbol kSourceSignals>"
"""A signal's set of weak references to those that it follows."""

PERSISTENT: Final = "gcPersistentSignals"
"""Node's own set of signals that somebody listens to and that another one may still abort."""

_MOST_LOOKED_AT: Final = 16


class AbortSignals:
    """What `AbortSignal.any` leaves on the signals that it was given."""

    kind: ClassVar[str] = "abort-signals"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        labels = [step.label for step in evidence.steps[: evidence.place_of_holder + 1]]
        if DEPENDANTS in labels:
            anchor = evidence.anchor_at(labels.index(DEPENDANTS))
            anchor = replace(anchor, expression=anchor.expression.removesuffix(f".{DEPENDANTS}"))
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
            "`AbortSignal.any` makes a new signal that follows one which lives long, and is "
            "listened to: Node keeps each until one of its sources is aborted. "
            f"{growth(evidence)} of them wait for `{anchor.expression}`, with all that their "
            "listeners close over.",
            "Take the listeners off when the operation is over, or pass the long-lived signal on "
            "as it is and check `signal.aborted`; newer versions of Node forget a composite "
            "signal to which nobody listens.",
        )


def _source(evidence: Evidence) -> Anchor | None:
    """Find the signal that the example follows and that the program holds by a name."""
    graph = evidence.graph
    sources = child(graph, evidence.accumulation.example, SOURCES)
    table = None if sources is None else child(graph, sources, "table")
    if table is None:
        return None
    for edge in list(range(*graph.edges_of(table)))[:_MOST_LOOKED_AT]:
        signal = child(graph, int(graph.edge_to[edge]), "target")
        if signal is not None and evidence.tree.path(signal)[0] == graph.root:
            anchor = evidence.about(signal).anchor
            if anchor.name not in {PERSISTENT, SOURCES}:
                return anchor
    return None
