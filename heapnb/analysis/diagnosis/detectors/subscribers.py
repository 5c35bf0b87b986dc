"""Callbacks of events that do not come from Node's emitters."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import (
    LISTS,
    SETS,
    Cause,
    capitalised,
    growth,
    removals,
    subject_text,
)
from heapnb.analysis.diagnosis.detectors.callbacks import function_below, user_location
from heapnb.analysis.diagnosis.detectors.event_listeners import EMITTER_SLOT
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.graph.edges import child

_NAMES: Final = re.compile(
    r"^[_#$]*(?:<symbol )?\w*(observers|subscribers|subscriptions|listeners|callbacks|watchers)>?$",
    re.IGNORECASE,
)
"""Names of collections of callbacks."""


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
            # An emitter such as a socket is not a callback, whatever the name of its list.
            return None
        function = function_below(evidence, [accumulation.example])
        if function is None:
            return None
        anchor = evidence.anchor
        return Cause(
            self.kind,
            anchor,
            f"{capitalised(anchor.text)} accumulates subscribers, by its name: "
            f"{growth(evidence)} {subject_text(evidence)}.{removals(evidence)} Each retains all "
            "variables that it closes over, and every event calls all of them.",
            "Unsubscribe when the work ends or its owner closes: call what subscribing returned, "
            "or use `takeUntil` in RxJS. Or subscribe once, at startup.",
            user_location(evidence.graph, function),
        )


def _is_called_so(evidence: Evidence, place: int) -> bool:
    """Tell whether the name of the collection, or of its owner, stands for callbacks."""
    return any(_NAMES.match(step.label) for step in evidence.steps[place - 1 : place + 1])
