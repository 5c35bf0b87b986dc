"""Subscribers of a diagnostics channel that accumulate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import RUNTIME, Cause
from heapnb.analysis.diagnosis.detectors.callbacks import function_behind, user_location
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.site import Site
from heapnb.graph.edges import child

CHANNEL_CLASSES: Final = ("ActiveChannel", "Channel", "TracingChannel")
SLOTS: Final = ("_subscribers", "_stores")


@dataclass(frozen=True)
class ChannelFacts(Facts):
    """Subscribers of a diagnostics channel.

    Parameters
    ----------
    channel : str
        Its name; empty if unknown.
    """

    channel: str


class DiagnosticsChannel:
    """Functions that subscribe to a channel of `node:diagnostics_channel`."""

    kind: ClassVar[str] = "diagnostics-channel"
    strength: ClassVar[float] = RUNTIME

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        slot, channel = site.holder, site.above(1)
        if channel is None:
            return None
        if slot.label not in SLOTS or channel.class_name not in CHANNEL_CLASSES:
            return None
        graph = site.graph
        name_node = child(graph, channel.node, "name")
        name = "" if name_node is None else graph.display_name(name_node)
        anchor = site.anchor_above(0)
        called = f" `{name}`" if name else ""
        function = function_behind(graph, site.example)
        return Cause(
            self.kind,
            ChannelFacts(
                Group.of(site),
                replace(
                    anchor,
                    text=f"the subscribers of the diagnostics channel{called} "
                    f"(`{anchor.expression}`)",
                ),
                name,
            ),
            None if function is None else user_location(graph, function),
        )
