"""What a browser keeps for a page: listeners, timers, observers, channels, workers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

import numpy as np

from heapnb.analysis.diagnosis.detectors.base import REFINED, Cause
from heapnb.analysis.diagnosis.detectors.callbacks import Callback
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.names import Anchor
from heapnb.analysis.diagnosis.site import Site
from heapnb.decode.additions import Addition, addition_of, addition_of_object
from heapnb.decode.frameworks import Framework, framework_of, hook_of
from heapnb.decode.links import unbound
from heapnb.decode.native_listeners import (
    INTERNAL_PREFIX,
    callback_of,
    called,
    native_listeners,
)
from heapnb.decode.package_records import library_record
from heapnb.decode.page_records import Family, PageRecord, record_named
from heapnb.graph import HeapGraph

_MOST_BELOW: Final = 12
_KINDS: Final[dict[Family, str]] = {
    "listener": "event-listeners",
    "timer": "timers",
    "observer": "observers",
    "connection": "workers-channels-sockets",
    "database": "database-connections",
}


@dataclass(frozen=True)
class PageFacts(Facts):
    """What a browser keeps for a page until the page releases it.

    Parameters
    ----------
    record : PageRecord
        What it is.
    target : str
        What emits the event, as a page writes it; empty for other records.
    n_targets : int
        How many targets there are.
    event : str
        The event; empty if unknown, and for other records.
    callback : Callback or None
        The function that the browser calls.
    is_object : bool
        Whether it is an object with ``handleEvent`` instead.
    addition : Addition or None
        The call that handed it over.
    framework : Framework or None
        The framework that renders the page.
    hook : str
        The hook of the framework in which the call is made; empty if unknown.
    """

    record: PageRecord
    target: str
    n_targets: int
    event: str
    callback: Callback | None
    is_object: bool
    addition: Addition | None
    framework: Framework | None
    hook: str


class _PageObjects:
    """Common part of the detectors."""

    kind: ClassVar[str]
    strength: ClassVar[float] = REFINED
    family: ClassVar[Family]

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        found = _record(site)
        if found is None or found.record.family != self.family:
            return None
        graph, node, record, function = site.graph, found.node, found.record, found.function
        # Whatever else the record is, functions of a page are behind it.
        target, n_targets = _targets(site) if record.family == "listener" else ("", 0)
        is_object = function is not None and not site.is_closure(function)
        addition = None
        if function is not None and is_object:
            addition = addition_of_object(graph, function, record.adds, target)
        elif function is not None:
            addition = addition_of(graph, function, record.adds)
        event = found.event or ("" if addition is None else addition.argument)
        about = site.about(node) if record.family == "observer" and node != site.example else site
        facts = PageFacts(
            replace(Group.of(about), counts=site.counts, is_content=False),
            _anchor(site, record, target, event),
            record,
            target,
            n_targets,
            event if record.family == "listener" else "",
            None if function is None else _callback(graph, function, is_object=is_object),
            is_object,
            addition,
            framework_of(graph),
            "" if addition is None else hook_of((*addition.hooks, addition.function)),
        )
        location = None if facts.callback is None else facts.callback.location
        return Cause(
            self.kind,
            facts,
            location,
            node if about is not site else None,
            members="renewed" if record.is_once else "kept",
            addition=addition,
        )


class PageListeners(_PageObjects):
    """Listeners of windows, documents, elements and other native targets."""

    kind: ClassVar[str] = _KINDS["listener"]
    family: ClassVar[Family] = "listener"


class PageTimers(_PageObjects):
    """Intervals, timeouts and frame callbacks of a page."""

    kind: ClassVar[str] = _KINDS["timer"]
    family: ClassVar[Family] = "timer"


class PageObservers(_PageObjects):
    """Observers of mutations, sizes, intersections and so on."""

    kind: ClassVar[str] = _KINDS["observer"]
    family: ClassVar[Family] = "observer"


class PageDatabases(_PageObjects):
    """Connections to databases of the browser."""

    kind: ClassVar[str] = _KINDS["database"]
    family: ClassVar[Family] = "database"


class PageConnections(_PageObjects):
    """Channels, workers and sockets of a page."""

    kind: ClassVar[str] = _KINDS["connection"]
    family: ClassVar[Family] = "connection"


@dataclass(frozen=True)
class _Found:
    """What the browser, or a library in its place, keeps."""

    node: int
    record: PageRecord
    function: int | None
    event: str = ""


def _record(site: Site) -> _Found | None:
    """Find what is kept: the members themselves, or what holds each of them."""
    if site.accumulation.is_content:
        return None
    graph = site.graph
    kept = library_record(graph, site.example)
    if kept is not None:
        return _Found(site.example, kept.record, _unbound(graph, kept.function), kept.event)
    native = graph.node_type_index("native")
    if graph.node_type[site.example] != native or site.last.is_named:
        return None
    nodes = [site.example]
    if graph.name(site.example).startswith(INTERNAL_PREFIX):
        nodes += site.below(site.example)[:_MOST_BELOW]
    for node in nodes:
        record = record_named(graph.name(node)) if graph.node_type[node] == native else None
        if record is not None:
            owner = _observer_of(graph, node, record)
            return _Found(owner, record, _function(graph, owner))
    return None


def _observer_of(graph: HeapGraph, node: int, record: PageRecord) -> int:
    """Return the observer of a registration; other records as they are."""
    if record.family != "observer" or graph.name(node) == record.api:
        return node
    for edge in range(*graph.edges_of(node)):
        target = int(graph.edge_to[edge])
        if graph.name(target) == record.api:
            return target
    return node


def _function(graph: HeapGraph, node: int) -> int | None:
    """Find the function that the browser calls."""
    found = callback_of(graph, node)
    if found is None:
        listeners = native_listeners(graph)
        own = listeners.callback[listeners.target == node]
        if not len(own):
            return None
        found = int(own[0])
    return _unbound(graph, found)


def _callback(graph: HeapGraph, function: int, *, is_object: bool) -> Callback:
    """Describe what the browser calls; an object by its class only, which is not its name."""
    found = Callback.of(graph, function)
    return replace(found, name="") if is_object else found


def _unbound(graph: HeapGraph, function: int) -> int:
    """Return what a bound function calls; others as they are."""
    return int(unbound(graph, np.array([function], np.int64))[0])


def _targets(site: Site) -> tuple[str, int]:
    """Name the target of the listeners, and count how many there are."""
    graph, found = site.graph, native_listeners(site.graph)
    is_member = np.isin(found.registration, site.accumulation.members)
    targets = np.unique(found.target[is_member])
    targets = targets[targets >= 0]
    if not len(targets):
        return _target_above(site), 1
    name = graph.name(int(targets[0]))
    return called(graph.class_name(int(targets[0])) if len(targets) > 1 else name), len(targets)


def _target_above(site: Site) -> str:
    """Name the nearest object of the page that has the list; empty if there is none."""
    native = site.graph.node_type_index("native")
    nodes = (step.node for step in site.around if site.graph.node_type[step.node] == native)
    return next((called(site.graph.name(node)) for node in nodes), "")


def _anchor(site: Site, record: PageRecord, target: str, argument: str) -> Anchor:
    """Describe what holds the records."""
    anchor = site.anchor
    match record.family:
        case "listener":
            event = f"`{argument}` " if argument else ""
            # A library's list of listeners has names of its own.
            is_named = anchor.is_code and anchor.name not in {"window", "document"}
            is_named = is_named and record.keeper == "browser"
            owner = anchor.expression if is_named else target or anchor.name
            whose = anchor.text if is_named else f"`{owner}`"
            text = f"the {event}listeners of {whose}"
            return replace(anchor, name=owner, text=text, expression=owner)
        case "timer":
            call = record.api
            name = "frame callbacks" if call.startswith("request") else "timers"
            text = f"the browser's list of running {name} (`{call}`)"
            return replace(anchor, name=call, text=text, held_by="window", is_code=False)
        case "observer":
            watched = f" of `{anchor.name}`" if anchor.name not in {"window", "browser"} else ""
            text = f"the browser's list of active `{record.api}` objects{watched}"
            return replace(anchor, name=record.api, text=text, is_code=False)
        case _:
            text = f"the browser, which keeps each open `{record.api}`"
            return replace(anchor, name=record.api, text=text, is_code=False)


__all__ = [
    "PageConnections",
    "PageDatabases",
    "PageFacts",
    "PageListeners",
    "PageObservers",
    "PageTimers",
]
