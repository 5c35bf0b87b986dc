"""Connections and requests that pile up in the pool of an HTTP client."""

from __future__ import annotations

from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import Cause, growth
from heapnb.analysis.diagnosis.detectors.callbacks import function_behind, user_location
from heapnb.analysis.diagnosis.evidence import Evidence, article
from heapnb.graph import HeapGraph
from heapnb.graph.places import child

USED: Final = "sockets"
FREE: Final = "freeSockets"
WAITING: Final = "requests"

AGENT_LISTS: Final = (USED, FREE, WAITING)
"""Properties of Node's `http.Agent`."""

_UNDICI: Final = ("<symbol clients>", "<symbol queue>", "<symbol pool>")
_UNDICI_OWNERS: Final = ("Agent", "BalancedPool", "Client", "Dispatcher", "Pool", "ProxyAgent")
_CONNECTIONS: Final = ("Socket", "TLSSocket", "ClientRequest", "Client", "Pool", "Request")
_MOST_LOOKED_AT: Final = 64


class HttpAgent:
    """The lists of Node's `http.Agent`, and those of undici."""

    kind: ClassVar[str] = "http-agent"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        place = _pool(evidence)
        if place is None:
            return None
        graph = evidence.graph
        name = evidence.steps[place].label
        agent = evidence.steps[place - 1]
        anchor = evidence.anchor_at(place)
        subject = _connection(evidence)
        # One list of connections for each host, or many in the list of one.
        by_host = place == evidence.place_of_holder
        whose = article(agent.class_name)
        if name == WAITING:
            explanation = (
                f"Requests wait in {whose} (`{anchor.expression}`) for a connection that becomes "
                f"free: {growth(evidence)}. More are begun than its connections (`maxSockets`) "
                "can finish, or those hang: this is a backlog, and it stays for as long as that "
                "is so."
            )
            fix = (
                "Give each request a time-out (`timeout`, `signal`), read every response to its "
                "end (`response.resume()`), begin no more than can be served, or raise "
                "`maxSockets`."
            )
        elif by_host or name in _UNDICI:
            explanation = (
                f"{whose[:1].upper()}{whose[1:]} keeps connections by host, and there come to be "
                f"more and more hosts in `{anchor.expression}`: {growth(evidence)}."
            )
            fix = (
                "Let idle connections end (`timeout`, `keepAliveMsecs`, `maxTotalSockets`, "
                "`maxFreeSockets`), use an agent without keep-alive for hosts that are called "
                "once, or destroy the agent of a tenant with it."
            )
        else:
            explanation = (
                f"Connections pile up in {whose} (`{anchor.expression}`): {growth(evidence)}. "
                "One becomes free only when its response has been read to the end."
            )
            fix = (
                "Read or discard every response (`response.resume()`), give requests a time-out, "
                "and set a bound (`maxSockets`)."
            )
        return Cause(
            self.kind,
            anchor,
            explanation,
            fix,
            None if subject is None else _location(graph, subject),
            subject,
        )


def _pool(evidence: Evidence) -> int | None:
    """Return which step is a list of an agent, if the pile lies in one."""
    graph = evidence.graph
    for place in range(min(evidence.place_of_holder, len(evidence.steps) - 1), 0, -1):
        step, owner = evidence.steps[place], evidence.steps[place - 1]
        if evidence.is_closure(step.node):
            return None
        if step.label in AGENT_LISTS and _is_agent(graph, owner.node):
            return place
        if step.label in _UNDICI and owner.class_name in _UNDICI_OWNERS:
            return place
    return None


def _is_agent(graph: HeapGraph, node: int) -> bool:
    return all(child(graph, node, name) is not None for name in AGENT_LISTS)


def _connection(evidence: Evidence) -> int | None:
    """Find a connection or request in the example, or the example if it is one."""
    graph = evidence.graph
    example = evidence.accumulation.example
    for node in [example, *evidence.below(example)[:_MOST_LOOKED_AT]]:
        if graph.class_name(node) in _CONNECTIONS:
            return node
    return None


def _location(graph: HeapGraph, node: int) -> str | None:
    function = function_behind(graph, node)
    return None if function is None else user_location(graph, function)
