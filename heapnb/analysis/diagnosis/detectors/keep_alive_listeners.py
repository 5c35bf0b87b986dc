"""Listeners that every request leaves on a reused connection."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import Cause, growth, removals, subject_text
from heapnb.analysis.diagnosis.detectors.event_listeners import (
    EMITTER_SLOT,
    EventListeners,
    listeners,
)
from heapnb.analysis.diagnosis.detectors.http_agent import AGENT_LISTS
from heapnb.analysis.diagnosis.evidence import Anchor, Evidence
from heapnb.graph.edges import child

SOCKET_CLASSES: Final = ("Socket", "TLSSocket")

_EVENT_OF_AGENTS: Final = "agentRemove"
"""Only a connection that an agent keeps for later requests has a listener for this event."""


class KeepAliveListeners:
    """Listeners on the socket of an HTTP agent."""

    kind: ClassVar[str] = "keep-alive-listeners"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        found = listeners(evidence)
        if found is None or found.class_name not in SOCKET_CLASSES:
            return None
        events = child(evidence.graph, found.emitter.node, EMITTER_SLOT)
        if events is None or child(evidence.graph, events, _EVENT_OF_AGENTS) is None:
            return None
        cause = EventListeners().recognise(evidence)
        if cause is None:
            return None
        return Cause(
            self.kind,
            _with_agent(evidence, cause.anchor),
            f"A connection of an HTTP agent accumulates `{found.event}` listeners: "
            f"{growth(evidence)} {subject_text(evidence, cause.location)}.{removals(evidence)} "
            "Probably every request adds one: the agent reuses its connections (keep-alive). "
            "Each listener retains the variables of its request.",
            "Listen on the request or the response instead of the socket: `request.setTimeout`, "
            f"`request.on('error')`. Or add the `{found.event}` listener only to a new socket "
            "(`if (!request.reusedSocket)`), or remove it when the response ends.",
            cause.location,
        )


def _with_agent(evidence: Evidence, anchor: Anchor) -> Anchor:
    """Name the list of the agent that holds the socket, if one does."""
    for place in range(1, anchor.place):
        if evidence.steps[place].label in AGENT_LISTS:
            pool = evidence.anchor_at(place).expression
            return replace(anchor, text=f"{anchor.text} in `{pool}`")
    return anchor
