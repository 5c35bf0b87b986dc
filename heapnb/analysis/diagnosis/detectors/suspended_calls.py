"""Generators and async functions that stay where they were suspended."""

from __future__ import annotations

from typing import ClassVar

from heapnb.analysis.diagnosis.detectors.base import Cause, growth
from heapnb.analysis.diagnosis.detectors.callbacks import (
    described,
    function_behind,
    is_suspended,
    user_location,
)
from heapnb.analysis.diagnosis.evidence import Evidence


class SuspendedCalls:
    """Generators and async functions that were begun and never finished."""

    kind: ClassVar[str] = "suspended-calls"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        graph = evidence.graph
        example = evidence.accumulation.example
        if evidence.accumulation.is_content or not is_suspended(graph, example):
            return None
        function = function_behind(graph, example)
        who = described(graph, function) or "a function"
        anchor = evidence.anchor
        return Cause(
            self.kind,
            anchor,
            f"Calls of {who} were begun and never finished: {growth(evidence)} of them are "
            f"suspended, held by {anchor.text}. Each keeps its variables and arguments.",
            f"Finish each (`return()`, or leave its loop with `break`), take it out of "
            f"`{anchor.name}`, and see to it that what it waits for always comes.",
            None if function is None else user_location(graph, function),
        )
