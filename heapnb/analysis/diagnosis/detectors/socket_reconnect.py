"""A socket that is connected again and again, each time with one more listener."""

from __future__ import annotations

from typing import ClassVar

from heapnb.analysis.diagnosis.detectors.base import Cause, growth, subject_text
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
"""Events that a connection has once each time that it is made."""


class SocketReconnect:
    """Listeners for the moment of connection, on a connection that outlives it."""

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
            f"One {socket} connects again and again, and each time it gets another "
            f"`{event}` listener: {subject_text(evidence)} pile up ({growth(evidence)}). All "
            "of them run at every connection, and each keeps the variables of its session.",
            f"Add the `{event}` listener once, where the {socket} is made, or add it "
            f"with `once`, so that it goes away when it has run; or make a new "
            f"{socket} for each connection.",
            cause.location,
        )
