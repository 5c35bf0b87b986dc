"""Listeners that every request leaves on a reused connection."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import REFINED, Cause
from heapnb.analysis.diagnosis.detectors.event_listeners import (
    EMITTER_SLOT,
    EventListeners,
    Listeners,
    listeners,
)
from heapnb.analysis.diagnosis.detectors.http_agent import AGENT_LISTS
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.names import Anchor
from heapnb.analysis.diagnosis.site import Site
from heapnb.graph.edges import child

SOCKET_CLASSES: Final = ("Socket", "TLSSocket")

_EVENT_OF_AGENTS: Final = "agentRemove"
"""Only a connection that an agent keeps for later requests has a listener for this event."""


@dataclass(frozen=True)
class KeepAliveFacts(Facts):
    """Listeners on a connection that an HTTP agent reuses.

    Parameters
    ----------
    event : str
        For which they are.
    location : str or None
        Where one of them is defined.
    """

    event: str
    location: str | None


class KeepAliveListeners:
    """Listeners on the socket of an HTTP agent."""

    kind: ClassVar[str] = "keep-alive-listeners"
    strength: ClassVar[float] = REFINED

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        found = listeners(site)
        if found is None or not is_of_agent(site, found):
            return None
        cause = EventListeners().recognise(site)
        if cause is None:
            return None
        return Cause(
            self.kind,
            KeepAliveFacts(
                Group.of(site), _with_agent(site, found, cause.anchor), found.event, cause.location
            ),
            cause.location,
        )


def is_of_agent(site: Site, found: Listeners) -> bool:
    """Tell whether listeners are on a connection that an HTTP agent keeps.

    Parameters
    ----------
    site : Site
        Where they accumulate.
    found : Listeners
        The listeners.

    Returns
    -------
    bool
    """
    if found.class_name not in SOCKET_CLASSES:
        return False
    events = child(site.graph, found.emitter.node, EMITTER_SLOT)
    return events is not None and child(site.graph, events, _EVENT_OF_AGENTS) is not None


def _with_agent(site: Site, found: Listeners, anchor: Anchor) -> Anchor:
    """Name the list of the agent that holds the socket, if one does."""
    socket = found.distance + 1
    for distance, step in enumerate(site.around[socket:], socket):
        if step.label in AGENT_LISTS:
            pool = site.anchor_above(distance).expression
            return replace(anchor, text=f"{anchor.text} in `{pool}`")
    return anchor
