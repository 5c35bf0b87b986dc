"""Listeners that are added repeatedly and not removed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import Cause, growth, removals, subject_text
from heapnb.analysis.diagnosis.detectors.callbacks import function_behind, user_location
from heapnb.analysis.diagnosis.evidence import Anchor, Evidence, Step
from heapnb.analysis.diagnosis.short_names import article, clipped
from heapnb.graph import HeapGraph
from heapnb.graph.edges import child
from heapnb.graph.references import attached

EMITTER_SLOT: Final = "_events"
"""Where Node's EventEmitter keeps its listeners, by event."""

TARGET_SLOTS: Final = ("<symbol kEvents>", "<symbol events>", "kEvents")
"""Where an EventTarget keeps its listeners."""

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
    place : int
        The step of the path that is the emitter's slot for listeners.
    is_target : bool
        Whether it is an EventTarget.
    """

    event: str
    emitter: Step
    class_name: str
    place: int
    is_target: bool


class EventListeners:
    """Listeners of an EventEmitter or an EventTarget."""

    kind: ClassVar[str] = "event-listeners"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        found = listeners(evidence)
        if found is None:
            return None
        graph = evidence.graph
        function = function_behind(graph, evidence.accumulation.example)
        location = None if function is None else user_location(graph, function)
        name = _names(evidence, found)
        return Cause(
            self.kind,
            _anchor(evidence, found),
            f"{_emitter(found)} accumulates {name}listeners: {growth(evidence)} "
            f"{subject_text(evidence, location)}.{removals(evidence)} Each retains all variables "
            f"that it closes over.{_once(evidence, found)}{_warned(evidence, found)}",
            _fix(found, name),
            location,
        )


def _emitter(found: Listeners) -> str:
    """Begin a sentence with the emitter; there is only one `process`."""
    is_instance = found.class_name != PROCESS
    return f"A long-lived {found.class_name}" if is_instance else f"`{PROCESS}`"


def listeners(evidence: Evidence) -> Listeners | None:
    """Find the emitter whose listeners accumulate."""
    steps = evidence.steps
    # From the objects upwards: the slot, the list of one event, perhaps the links of that list.
    for place in range(evidence.place_of_holder, 0, -1):
        step = steps[place]
        emitter = steps[place - 1]
        if step.label == EMITTER_SLOT and step.is_named:
            after = steps[place + 1] if place + 1 < len(steps) else None
            event = after.label if after is not None and after.is_named else ""
            return Listeners(event, emitter, emitter.class_name, place, is_target=False)
        if step.label in TARGET_SLOTS:
            event = _event_of_target(evidence, place)
            class_name = class_of_target(evidence.graph, emitter.node)
            return Listeners(event, emitter, class_name, place, is_target=True)
        if evidence.is_closure(step.node):
            # These objects are held by a single listener; they are not listeners themselves.
            return None
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


def _event_of_target(evidence: Evidence, place: int) -> str:
    """Name the event: the string before the list in the target's Map."""
    graph = evidence.graph
    if place + 1 >= len(evidence.steps):
        return ""
    listeners = evidence.steps[place + 1].node
    edge = int(evidence.tree.parent_edge[listeners])
    table = int(evidence.tree.parent[listeners])
    slot = graph.edge_label(edge)
    for key in range(*graph.edges_of(table)):
        is_before = slot.isdecimal() and graph.edge_label(key) == str(int(slot) - 1)
        if is_before and graph.class_name(int(graph.edge_to[key])) == "(string)":
            return graph.name(int(graph.edge_to[key]))
    return ""


def _anchor(evidence: Evidence, found: Listeners) -> Anchor:
    anchor = evidence.anchor_at(found.place)
    step = evidence.steps[found.place]
    own = attached(step.edge_type, step.label)
    path = anchor.expression
    if found.class_name == PROCESS:
        path = PROCESS + own
    if anchor.name == EMITTER_SLOT:
        path += attached("property", found.event)
    elif path != anchor.name:
        # The symbol of the slot tells a reader nothing; its owner does.
        path = path.removesuffix(own)
    names = _names(evidence, found)
    return replace(
        anchor,
        name=found.event or anchor.name,
        text=f"the {names}listeners of {article(found.class_name)} (`{clipped(path)}`)",
        held_by=found.class_name,
    )


def _names(evidence: Evidence, found: Listeners) -> str:
    """Name the event, and others with as many listeners, which were added together."""
    if not found.event:
        return ""
    others = [] if found.is_target else _events_alike(evidence, found)
    names = [f"`{clipped(event)}`" for event in (found.event, *others)]
    return f"{', '.join(names[:-1])}{' and ' if others else ''}{names[-1]} "


def _events_alike(evidence: Evidence, found: Listeners) -> list[str]:
    graph = evidence.graph
    slot = evidence.steps[found.place].node
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


def _once(evidence: Evidence, found: Listeners) -> str:
    """Add a sentence if the listeners were added with ``once``."""
    graph, example = evidence.graph, evidence.accumulation.example
    if not evidence.is_closure(example) or child(graph, example, _WRAPPED) is None:
        return ""
    return f" `once` would remove them, but `{found.event}` has not fired since."


def _warned(evidence: Evidence, found: Listeners) -> str:
    """Add a sentence if Node has printed a warning."""
    graph = evidence.graph
    for step in evidence.steps[found.place - 1 :]:
        mark = child(graph, step.node, *_WARNED)
        if mark is not None and _ODDBALL_TRUE in {
            graph.name(int(graph.edge_to[edge])) for edge in range(*graph.edges_of(mark))
        }:
            return " Node has reported a MaxListenersExceededWarning."
    return ""


def _fix(found: Listeners, name: str) -> str:
    if found.class_name == SIGNAL_CLASS:
        return (
            f"Remove the {name}listener when the operation ends: `removeEventListener` in a "
            "`finally`. `{ once: true }` removes it only when the signal is aborted. Or give "
            "each operation a signal of its own."
        )
    if found.class_name == PROCESS:
        return (
            f"Add one {name}listener at startup that handles everything still open. Or remove "
            "each listener when its work ends: `process.off` in a `finally`."
        )
    off = "`off` in a `finally`, or add it with `once` if one event is enough"
    if found.is_target:
        off = "`removeEventListener` in a `finally`, or pass `{ signal }` when you add it"
    return (
        f"Remove the {name}listener when its work ends: {off}. Or add one listener where the "
        f"{found.class_name} is created."
    )
