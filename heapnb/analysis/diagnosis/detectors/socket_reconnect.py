"""A socket that reconnects, each time with one more listener."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from heapnb.analysis.diagnosis.detectors.base import REFINED, Cause
from heapnb.analysis.diagnosis.detectors.event_listeners import EventListeners, listeners
from heapnb.analysis.diagnosis.detectors.keep_alive_listeners import is_of_agent
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.site import Site

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


@dataclass(frozen=True)
class ReconnectFacts(Facts):
    """Listeners for an event that fires once for each connection.

    Parameters
    ----------
    event : str
        The event.
    socket : str
        Class of the object that outlives the connections.
    """

    event: str
    socket: str


class SocketReconnect:
    """Listeners for connection events, on an object that outlives the connection."""

    kind: ClassVar[str] = "socket-reconnect"
    strength: ClassVar[float] = REFINED

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        found = listeners(site)
        if found is None or found.event not in CONNECTION_EVENTS or is_of_agent(site, found):
            # An agent's connection is made once, and reused: see `KeepAliveListeners`.
            return None
        cause = EventListeners().recognise(site)
        if cause is None:
            return None
        return Cause(
            self.kind,
            ReconnectFacts(Group.of(site), cause.anchor, found.event, found.class_name),
            cause.location,
        )
