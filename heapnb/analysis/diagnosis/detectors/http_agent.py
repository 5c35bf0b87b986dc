"""Connections and requests that accumulate in the pool of an HTTP client."""

from __future__ import annotations

from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import Cause, capitalised, growth
from heapnb.analysis.diagnosis.detectors.callbacks import function_behind, user_location
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.short_names import article
from heapnb.graph import HeapGraph
from heapnb.graph.edges import child

USED: Final = "sockets"
FREE: Final = "freeSockets"
WAITING: Final = "requests"

AGENT_LISTS: Final = (USED, FREE, WAITING)
"""Properties of Node's `http.Agent`."""

_UNDICI_QUEUE: Final = "<symbol queue>"
"""Where a client or pool of undici keeps requests that wait."""

_UNDICI: Final = ("<symbol clients>", _UNDICI_QUEUE, "<symbol pool>")
_UNDICI_OWNERS: Final = ("Agent", "BalancedPool", "Client", "Dispatcher", "Pool", "ProxyAgent")
_CONNECTIONS: Final = ("Socket", "TLSSocket", "ClientRequest", "Client", "Pool", "Request")
_MOST_LOOKED_AT: Final = 64


class HttpAgent:
    """The lists of Node's `http.Agent` and of undici's clients."""

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
        # Either one list of connections for each host, or one long list of one host.
        by_host = place == evidence.place_of_holder
        whose = article(agent.class_name)
        is_waiting = name in {WAITING, _UNDICI_QUEUE}
        if is_waiting:
            explanation = (
                f"Requests waiting in {whose} (`{anchor.expression}`) for a free connection: "
                f"{growth(evidence)}. This is an unbounded backlog: requests start faster than "
                "its connections finish them, or the connections hang."
            )
            fix = (
                "Give each request a timeout (`timeout`, `signal`). Read every response to its "
                "end, or discard it with `response.resume()`. Start fewer requests at the same "
                "time, or allow more connections (`maxSockets`, in undici `connections`)."
            )
        elif by_host or name in _UNDICI:
            explanation = (
                f"{capitalised(whose)} keeps separate connections for each host, and the number "
                f"of hosts in `{anchor.expression}` grows: {growth(evidence)}."
            )
            fix = (
                "Close idle connections: set `timeout`, `maxFreeSockets` or `maxTotalSockets`. "
                "Use an agent without keep-alive for hosts that are called once; each such call "
                "then costs a new connection. If each tenant has an agent, destroy it with the "
                "tenant."
            )
        else:
            explanation = (
                f"Connections in {whose} (`{anchor.expression}`): {growth(evidence)}. A "
                "connection becomes free only after its response has been read to the end."
            )
            fix = (
                "Read every response to its end, or discard it with `response.resume()`. Give "
                "each request a timeout. Bound the connections with `maxSockets`."
            )
        return Cause(
            self.kind,
            anchor,
            explanation,
            fix,
            None if subject is None else _location(graph, subject),
            subject,
            "queued" if is_waiting else "kept",
        )


def _pool(evidence: Evidence) -> int | None:
    """Return which step is a list of an agent, if the objects are in one."""
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
    """Find a connection or a request: the example, or one inside it."""
    graph = evidence.graph
    example = evidence.accumulation.example
    for node in [example, *evidence.below(example)[:_MOST_LOOKED_AT]]:
        if graph.class_name(node) in _CONNECTIONS:
            return node
    return None


def _location(graph: HeapGraph, node: int) -> str | None:
    function = function_behind(graph, node)
    return None if function is None else user_location(graph, function)
