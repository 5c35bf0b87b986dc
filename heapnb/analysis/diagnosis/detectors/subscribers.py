"""Functions that are called at an event by something other than Node's emitters."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import LISTS, SETS, Cause, growth, subject_text
from heapnb.analysis.diagnosis.detectors.callbacks import function_below, user_location
from heapnb.analysis.diagnosis.detectors.event_listeners import EMITTER_SLOT
from heapnb.analysis.diagnosis.evidence import Evidence, Step, article
from heapnb.graph.places import child

_NAMES: Final = re.compile(
    r"^[_#$]*(?:<symbol )?\w*(observers|subscribers|subscriptions|listeners|callbacks|watchers)>?$",
    re.IGNORECASE,
)
"""Names of what is called when something happens."""


class Subscribers:
    """Observers, subscribers or callbacks in a list or set of the program or of a library."""

    kind: ClassVar[str] = "event-listeners"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        place = evidence.place_of_holder
        accumulation = evidence.accumulation
        if place < 1 or accumulation.is_content or accumulation.is_list:
            return None
        holder = evidence.steps[place]
        if holder.class_name not in {*LISTS, *SETS} or not _is_called_so(evidence, place):
            return None
        if child(evidence.graph, accumulation.example, EMITTER_SLOT) is not None:
            # A socket, say: whatever its list is called, it is no function to be called.
            return None
        function = function_below(evidence, [accumulation.example])
        if function is None:
            return None
        owner = evidence.steps[place - 1]
        source = _name(owner)
        anchor = evidence.anchor
        return Cause(
            self.kind,
            anchor,
            f"{source} lives long, and nobody unsubscribes: {subject_text(evidence)} pile up in "
            f"{anchor.text} ({growth(evidence)}). Each keeps all variables that it closes over, "
            "and all of them are called each time.",
            "Unsubscribe when the work is done or its owner is closed (the function or object "
            "that subscribing returns, `takeUntil` and the like in RxJS), or subscribe only once, "
            "where the program starts.",
            user_location(evidence.graph, function),
        )


def _is_called_so(evidence: Evidence, place: int) -> bool:
    """Tell from the name of the collection, or of what has one for each event, what it is for."""
    return any(_NAMES.match(step.label) for step in evidence.steps[place - 1 : place + 1])


def _name(owner: Step) -> str:
    if owner.class_name.startswith("system / "):
        return "What they subscribe to"
    what = article(owner.class_name)
    return f"{what[:1].upper()}{what[1:]}"
