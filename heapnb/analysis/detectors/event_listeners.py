"""Listeners that are added again and again and never taken off."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from heapnb.analysis.detectors.base import Cause, growth, what_piles_up
from heapnb.analysis.evidence import Evidence, Step, article

EMITTER_SLOT = "_events"
"""Where Node's EventEmitter keeps its listeners, by event."""

TARGET_SLOTS = ("<symbol kEvents>", "<symbol events>", "kEvents")
"""Where an EventTarget keeps them."""


class EventListeners:
    """Listeners of an EventEmitter or an EventTarget."""

    kind: ClassVar[str] = "event-listeners"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.detectors.base.Detector`."""
        found = listeners(evidence)
        if found is None:
            return None
        event, emitter, place = found
        anchor = evidence.anchor_at(place)
        path = f"{EMITTER_SLOT}.{event}" if anchor.name == EMITTER_SLOT else anchor.name
        name = f"`{event}` " if event else ""
        anchor = replace(
            anchor,
            name=event or anchor.name,
            text=f"the {name}listeners of {article(emitter.class_name)} (`{path}`)",
            held_by=emitter.class_name,
        )
        return Cause(
            self.kind,
            anchor,
            f"One {emitter.class_name} lives long and gets {name}listeners that nobody takes "
            f"off: {what_piles_up(evidence)} pile up ({growth(evidence)}). Each keeps all "
            "variables that it closes over.",
            f"Take the {name}listener off when its work is done "
            f"(`{_off(emitter)}` in a `finally`, or add it with `once` or an AbortSignal), or add "
            f"one listener only once, where the {emitter.class_name} is made.",
        )


def listeners(evidence: Evidence) -> tuple[str, Step, int] | None:
    """Find the emitter whose listeners pile up.

    Parameters
    ----------
    evidence : Evidence
        The pile.

    Returns
    -------
    tuple of (str, Step, int), or None
        The event's name, the emitter, and which step of the path is its slot for listeners.
    """
    steps = evidence.steps
    # From the pile upwards: the slot, the list of one event, perhaps the links of that list.
    for place in range(evidence.place_of_holder, 0, -1):
        step = steps[place]
        if step.label == EMITTER_SLOT and step.is_named:
            after = steps[place + 1] if place + 1 < len(steps) else None
            event = after.label if after is not None and after.is_named else ""
            return event, steps[place - 1], place
        if step.label in TARGET_SLOTS:
            return _event_of_target(evidence, place), steps[place - 1], place
        if evidence.is_closure(step.node):
            # What a single listener holds is no pile of listeners.
            return None
    return None


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


def _off(emitter: Step) -> str:
    return "removeEventListener" if "Target" in emitter.class_name else "off"
