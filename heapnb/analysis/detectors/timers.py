"""Timers that run for ever."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from heapnb.analysis.detectors.base import Cause, growth
from heapnb.analysis.evidence import Evidence, short_location

TIMER_CLASSES = ("Timeout", "Immediate")


class Timers:
    """Timeouts and intervals that nobody clears."""

    kind: ClassVar[str] = "timers"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.detectors.base.Detector`."""
        if evidence.class_name not in TIMER_CLASSES:
            return None
        anchor = evidence.anchor
        where = f" ({short_location(evidence.location)})" if evidence.location else ""
        return Cause(
            self.kind,
            replace(anchor, text=f"Node's list of running timers (`{anchor.name}`)"),
            f"Timers are started and never cleared: {growth(evidence)} of them wait. Each keeps "
            f"its callback{where} and all that the callback closes over.",
            "Keep what `setInterval` or `setTimeout` returns, and clear it when the work is done "
            "or its owner is closed.",
        )
