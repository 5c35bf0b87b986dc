"""Connections and requests that accumulate in the pool of an HTTP client."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from heapnb.analysis.diagnosis.detectors.base import RUNTIME, Cause
from heapnb.analysis.diagnosis.detectors.callbacks import function_behind, user_location
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.names import Step
from heapnb.analysis.diagnosis.site import Site
from heapnb.graph import HeapGraph
from heapnb.graph.edges import child

USED: Final = "sockets"
FREE: Final = "freeSockets"
WAITING: Final = "requests"

AGENT_LISTS: Final = (USED, FREE, WAITING)
"""Properties of Node's `http.Agent`."""

DEEPEST_LIST: Final = 1
"""Connections are in the list of a host, which is a property of such an object. What one of them
holds does not accumulate in the agent."""

_UNDICI_QUEUE: Final = "<symbol queue>"
"""Where a client or pool of undici keeps requests that wait."""

_UNDICI: Final = ("<symbol clients>", _UNDICI_QUEUE, "<symbol pool>")
_UNDICI_OWNERS: Final = ("Agent", "BalancedPool", "Client", "Dispatcher", "Pool", "ProxyAgent")
_CONNECTIONS: Final = ("Socket", "TLSSocket", "ClientRequest", "Client", "Pool", "Request")
_MOST_LOOKED_AT: Final = 64

Use = Literal["waiting", "hosts", "connections"]
"""What of an agent accumulates."""


@dataclass(frozen=True)
class AgentFacts(Facts):
    """Connections or requests in the pool of an HTTP client.

    Parameters
    ----------
    agent : str
        Class of the agent or the pool.
    use : {"waiting", "hosts", "connections"}
        What accumulates: requests that wait for a connection, connections or lists of them by host,
        or connections of one host.
    """

    agent: str
    use: Use


class HttpAgent:
    """The lists of Node's `http.Agent` and of undici's clients."""

    kind: ClassVar[str] = "http-agent"
    strength: ClassVar[float] = RUNTIME

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        found = _pool(site)
        if found is None:
            return None
        graph = site.graph
        distance, name, agent = found
        subject = _connection(site)
        use: Use = "connections"
        if name in {WAITING, _UNDICI_QUEUE}:
            use = "waiting"
        elif distance == 0 or name in _UNDICI:
            # Either one list of connections for each host, or one long list of one host.
            use = "hosts"
        return Cause(
            self.kind,
            AgentFacts(Group.of(site), site.anchor_above(distance), agent.class_name, use),
            None if subject is None else _location(graph, subject),
            subject,
            "queued" if use == "waiting" else "kept",
        )


def _pool(site: Site) -> tuple[int, str, Step] | None:
    """Find the list of an agent that the objects are in: its distance, its name, the agent."""
    for distance, (step, owner) in enumerate(itertools.pairwise(site.around)):
        is_near = distance <= DEEPEST_LIST
        if is_near and step.label in AGENT_LISTS and _is_agent(site.graph, owner.node):
            return distance, step.label, owner
        if step.label in _UNDICI and owner.class_name in _UNDICI_OWNERS:
            return distance, step.label, owner
    return None


def _is_agent(graph: HeapGraph, node: int) -> bool:
    return all(child(graph, node, name) is not None for name in AGENT_LISTS)


def _connection(site: Site) -> int | None:
    """Find a connection or a request: the example, or one inside it."""
    graph = site.graph
    example = site.example
    for node in [example, *site.below(example)[:_MOST_LOOKED_AT]]:
        if graph.class_name(node) in _CONNECTIONS:
            return node
    return None


def _location(graph: HeapGraph, node: int) -> str | None:
    function = function_behind(graph, node)
    return None if function is None else user_location(graph, function)
