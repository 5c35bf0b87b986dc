"""A socket that reconnects, each time with one more listener."""

from __future__ import annotations

from typing import ClassVar

from heapnb.analysis.diagnosis.detectors.base import Cause, growth, removals, subject_text
from heapnb.analysis.diagnosis.detectors.event_listeners import EventListeners, listeners
from heapnb.analysis.diagnosis.evidence import Evidence

CONNECTION_EVENTS = (
    "connect",
    "lookup",
    "open",
    "ready",
    "reconnect",
    "secure",
    "secureConnect",
    "session",
)
"""Events that fire once for each connection."""


class SocketReconnect:
    """Listeners for connection events, on an object that outlives the connection."""

    kind: ClassVar[str] = "socket-reconnect"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        found = listeners(evidence)
        if found is None or found.event not in CONNECTION_EVENTS:
            return None
        cause = EventListeners().recognise(evidence)
        if cause is None:
            return None
        event, socket = found.event, found.class_name
        return Cause(
            self.kind,
            cause.anchor,
            f"A long-lived {socket} accumulates `{event}` listeners: {growth(evidence)} "
            f"{subject_text(evidence)}.{removals(evidence)} Probably each reconnect adds one: "
            f"`{event}` fires once for each connection. Every connection calls all of them, and "
            "each retains the variables of its session.",
            f"Add the `{event}` listener once, where the {socket} is created. Or add it with "
            f"`once`, which removes it after it has run. Or create a new {socket} for each "
            "connection.",
            cause.location,
        )
