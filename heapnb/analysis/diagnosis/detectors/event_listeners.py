"""Listeners that are added repeatedly and not removed."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import RUNTIME, Cause
from heapnb.analysis.diagnosis.detectors.callbacks import function_behind, user_location
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.names import Anchor, Step
from heapnb.analysis.diagnosis.short_names import article, clipped, listed
from heapnb.analysis.diagnosis.site import Site
from heapnb.graph import HeapGraph
from heapnb.graph.edges import child
from heapnb.graph.references import attached

EMITTER_SLOT: Final = "_events"
"""Where Node's EventEmitter keeps its listeners, by event."""

TARGET_SLOTS: Final = ("<symbol kEvents>", "<symbol events>", "kEvents")
"""Where an EventTarget keeps its listeners."""

DEEPEST_SLOT: Final = 3
"""Listeners hang in the slot itself, in the list of an event in it, or in a link of that list."""

TARGET_CLASS: Final = "EventTarget"
SIGNAL_CLASS: Final = "AbortSignal"
PROCESS: Final = "process"

_WARNED: Final = ("warned", "<symbol events.maxEventTargetListenersWarned>")
_ODDBALL_TRUE: Final = "true"
_WRAPPED: Final = "listener"
_MOST_EVENTS: Final = 64
_MOST_NAMED: Final = 3
_FEWEST: Final = 10
_ALIKE: Final = 0.9


@dataclass(frozen=True)
class ListenerFacts(Facts):
    """Listeners of one emitter.

    Parameters
    ----------
    emitter : str
        Class of the emitter.
    events : tuple of str
        The event, and others with as many listeners, which were added together; none if unknown.
    expression : str
        How the program refers to the emitter; empty if no name leads to it.
    location : str or None
        Where one of the listeners is defined.
    is_target : bool
        Whether the emitter is an EventTarget.
    is_once : bool
        Whether they were added with ``once``.
    is_warned : bool
        Whether Node has printed a warning.
    is_lasting : bool
        Whether the emitter was there in the first of several snapshots.
    """

    emitter: str
    events: tuple[str, ...]
    expression: str
    location: str | None
    is_target: bool
    is_once: bool
    is_warned: bool
    is_lasting: bool = False

    @property
    def event(self) -> str:
        """The event; empty if unknown."""
        return self.events[0] if self.events else ""


@dataclass(frozen=True)
class Listeners:
    """The listeners of one emitter for one event.

    Parameters
    ----------
    event : str
        Its name; empty if unknown.
    emitter : Step
        The EventEmitter or EventTarget.
    class_name : str
        Its class as the program knows it: Node makes an AbortSignal of an EventTarget.
    slot : Step
        What the emitter keeps its listeners in.
    distance : int
        Objects between the slot and the holder of the listeners.
    is_target : bool
        Whether it is an EventTarget.
    """

    event: str
    emitter: Step
    class_name: str
    slot: Step
    distance: int
    is_target: bool


class EventListeners:
    """Listeners of an EventEmitter or an EventTarget."""

    kind: ClassVar[str] = "event-listeners"
    strength: ClassVar[float] = RUNTIME

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        found = listeners(site)
        if found is None:
            return None
        graph = site.graph
        function = function_behind(graph, site.example)
        location = None if function is None else user_location(graph, function)
        return Cause(
            self.kind,
            ListenerFacts(
                Group.of(site),
                _anchor(site, found),
                found.class_name,
                _events(site, found),
                _emitter(site, found),
                location,
                is_target=found.is_target,
                is_once=_is_once(site),
                is_warned=_is_warned(site, found),
                is_lasting=site.is_lasting(found.emitter.node),
            ),
            location,
        )


def _emitter(site: Site, found: Listeners) -> str:
    """Write how the program refers to the emitter."""
    if found.class_name == PROCESS:
        return PROCESS
    own = attached(found.slot.edge_type, found.slot.label)
    path = site.anchor_above(found.distance).expression
    return path.removesuffix(own) if path.endswith(own) else ""


def listeners(site: Site) -> Listeners | None:
    """Find the emitter whose listeners accumulate."""
    # From the objects upwards: the list of one event, the slot. What a single listener holds are
    # not listeners: a function ends the site.
    owners = list(itertools.pairwise(site.around))[:DEEPEST_SLOT]
    for distance, (step, emitter) in enumerate(owners):
        below = site.above(distance - 1) if distance else next(iter(site.inside), None)
        if step.label == EMITTER_SLOT and step.is_named:
            event = below.label if below is not None and below.is_named else ""
            name = emitter.class_name
            return Listeners(event, emitter, name, step, distance, is_target=False)
        if step.label in TARGET_SLOTS:
            event = "" if below is None else _event_of_target(site, below)
            name = class_of_target(site.graph, emitter.node)
            return Listeners(event, emitter, name, step, distance, is_target=True)
    return None


def class_of_target(graph: HeapGraph, node: int) -> str:
    """Name the class of an EventTarget, which Node may have made an AbortSignal.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal.

    Returns
    -------
    str
        The name of its prototype's constructor, if an EventTarget has one of its own.
    """
    name = graph.class_name(node)
    prototype = child(graph, node, "__proto__")
    maker = None if prototype is None else child(graph, prototype, "constructor")
    return graph.name(maker) or name if name == TARGET_CLASS and maker is not None else name


def _event_of_target(site: Site, below: Step) -> str:
    """Name the event: the string before the list in the target's Map."""
    graph = site.graph
    edge = int(site.tree.parent_edge[below.node])
    table = int(site.tree.parent[below.node])
    slot = graph.edge_label(edge)
    for key in range(*graph.edges_of(table)):
        is_before = slot.isdecimal() and graph.edge_label(key) == str(int(slot) - 1)
        if is_before and graph.class_name(int(graph.edge_to[key])) == "(string)":
            return graph.name(int(graph.edge_to[key]))
    return ""


def _anchor(site: Site, found: Listeners) -> Anchor:
    anchor = site.anchor_above(found.distance)
    own = attached(found.slot.edge_type, found.slot.label)
    path = anchor.expression
    if found.class_name == PROCESS:
        path = PROCESS + own
    if anchor.name == EMITTER_SLOT:
        path += attached("property", found.event)
    elif path != anchor.name:
        # The symbol of the slot tells a reader nothing; its owner does.
        path = path.removesuffix(own)
    events = _events(site, found)
    what = f"{listed(events)} listeners" if events else "listeners"
    return replace(
        anchor,
        name=found.event or anchor.name,
        text=f"the {what} of {article(found.class_name)} (`{clipped(path)}`)",
        held_by=found.class_name,
    )


def _events(site: Site, found: Listeners) -> tuple[str, ...]:
    """Name the event, and others with as many listeners, which were added together."""
    if not found.event:
        return ()
    others = [] if found.is_target else _events_alike(site, found)
    return (found.event, *others)


def _events_alike(site: Site, found: Listeners) -> list[str]:
    graph = site.graph
    slot = found.slot.node
    lists = {
        graph.edge_label(edge): int(graph.edge_to[edge])
        for edge in list(range(*graph.edges_of(slot)))[:_MOST_EVENTS]
        if graph.edge_type[edge] == graph.edge_type_index("property")
    }
    if found.event not in lists:
        return []
    least = _ALIKE * _n_elements(graph, lists.pop(found.event))
    alike = [event for event, node in lists.items() if _n_elements(graph, node) >= least]
    return alike[:_MOST_NAMED] if least >= _FEWEST else []


def _n_elements(graph: HeapGraph, node: int) -> int:
    start, stop = graph.edges_of(node)
    return int((graph.edge_type[start:stop] == graph.edge_type_index("element")).sum())


def _is_once(site: Site) -> bool:
    """Tell whether all listeners were added with ``once``."""
    return all(
        site.is_closure(node) and child(site.graph, node, _WRAPPED) is not None
        for node in site.sample
    )


def _is_warned(site: Site, found: Listeners) -> bool:
    """Tell whether Node has printed a warning."""
    graph = site.graph
    for step in (found.emitter, *site.around[: found.distance + 1], *site.inside):
        mark = child(graph, step.node, *_WARNED)
        if mark is not None and _ODDBALL_TRUE in {
            graph.name(int(graph.edge_to[edge])) for edge in range(*graph.edges_of(mark))
        }:
            return True
    return False
