"""Subscribers of a diagnostics channel that accumulate."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import Cause, growth, removals, subject_text
from heapnb.analysis.diagnosis.detectors.callbacks import function_behind, user_location
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.graph.edges import child

CHANNEL_CLASSES: Final = ("ActiveChannel", "Channel", "TracingChannel")
SLOTS: Final = ("_subscribers", "_stores")


class DiagnosticsChannel:
    """Functions that subscribe to a channel of `node:diagnostics_channel`."""

    kind: ClassVar[str] = "diagnostics-channel"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        place = evidence.place_of_holder
        if place < 1:
            return None
        slot, channel = evidence.steps[place], evidence.steps[place - 1]
        if slot.label not in SLOTS or channel.class_name not in CHANNEL_CLASSES:
            return None
        graph = evidence.graph
        name_node = child(graph, channel.node, "name")
        name = "" if name_node is None else graph.display_name(name_node)
        anchor = evidence.anchor_at(place)
        called = f" `{name}`" if name else ""
        function = function_behind(graph, evidence.accumulation.example)
        return Cause(
            self.kind,
            replace(
                anchor,
                text=f"the subscribers of the diagnostics channel{called} (`{anchor.expression}`)",
            ),
            f"The diagnostics channel{called} accumulates subscribers: {growth(evidence)} "
            f"{subject_text(evidence)}.{removals(evidence)} Every message calls all of them, "
            "and each retains what it closes over. A channel with subscribers lives as long as "
            "the process.",
            "Subscribe once, when the program or the module starts. Or call `unsubscribe` with "
            "the same function when its owner closes.",
            None if function is None else user_location(graph, function),
        )
