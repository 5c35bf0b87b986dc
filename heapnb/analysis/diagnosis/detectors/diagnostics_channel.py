"""Subscribers of a diagnostics channel that stay."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import Cause, growth, subject_text
from heapnb.analysis.diagnosis.detectors.callbacks import function_behind, user_location
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.graph.places import child

CHANNEL_CLASSES: Final = ("ActiveChannel", "Channel", "TracingChannel")
SLOTS: Final = ("_subscribers", "_stores")


class DiagnosticsChannel:
    """Functions that listen to a channel of `node:diagnostics_channel`."""

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
            f"The diagnostics channel{called} lives as long as the process, and nobody "
            f"unsubscribes: {subject_text(evidence)} pile up ({growth(evidence)}). All of them "
            "are called for each message, and each keeps what it closes over.",
            "Subscribe once, where the program or the module starts; or `unsubscribe` with the "
            "same function when what it serves is closed.",
            None if function is None else user_location(graph, function),
        )
