"""Listeners that every request leaves on a connection that is used again."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import Cause, growth, subject_text
from heapnb.analysis.diagnosis.detectors.event_listeners import (
    EMITTER_SLOT,
    EventListeners,
    listeners,
)
from heapnb.analysis.diagnosis.detectors.http_agent import AGENT_LISTS
from heapnb.analysis.diagnosis.evidence import Anchor, Evidence
from heapnb.graph.places import child

SOCKET_CLASSES: Final = ("Socket", "TLSSocket")

_EVENT_OF_AGENTS: Final = "agentRemove"
"""Only a connection that an agent keeps for later requests has a listener for it."""


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
            "An HTTP agent uses a connection again for the next request (keep-alive), but every "
            f"request adds another `{found.event}` listener to it: "
            f"{subject_text(evidence, cause.location)} pile up ({growth(evidence)}). Each keeps "
            "the variables of a request that is over.",
            "Listen to the request or the response in place of the socket (`request.setTimeout`, "
            f"`request.on('error')`), add the `{found.event}` listener only if the socket is new "
            "(`request.reusedSocket` is false), or take it off when the response ends.",
            cause.location,
        )


def _with_agent(evidence: Evidence, anchor: Anchor) -> Anchor:
    """Say in which list of its agent the socket is, if that is how it is held."""
    for place in range(1, anchor.place):
        if evidence.steps[place].label in AGENT_LISTS:
            pool = evidence.anchor_at(place).expression
            return replace(anchor, text=f"{anchor.text} in `{pool}`")
    return anchor
