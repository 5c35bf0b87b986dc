"""Generators and async functions that stay suspended."""

from __future__ import annotations

from typing import ClassVar

from heapnb.analysis.diagnosis.detectors.base import Cause, growth, removals
from heapnb.analysis.diagnosis.detectors.callbacks import (
    described,
    function_behind,
    is_suspended,
    user_location,
)
from heapnb.analysis.diagnosis.evidence import Evidence


class SuspendedCalls:
    """Generators and async functions that started and have not finished."""

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
            f"Suspended calls of {who}: {growth(evidence)}, held by {anchor.text}."
            f"{removals(evidence)} They started and have not finished; each retains its "
            "variables and arguments.",
            "Finish each call: use `return()`, or leave its loop with `break`. Remove it from "
            f"`{anchor.name}`. Make sure that whatever it awaits always settles.",
            None if function is None else user_location(graph, function),
        )
