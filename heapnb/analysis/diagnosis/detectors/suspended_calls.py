"""Generators and async functions that stay suspended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from heapnb.analysis.diagnosis.detectors.base import CONTENT, Cause
from heapnb.analysis.diagnosis.detectors.callbacks import Callback, function_behind, user_location
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.site import Site
from heapnb.graph.scopes import is_suspended


@dataclass(frozen=True)
class SuspendedFacts(Facts):
    """Calls of generators and async functions that have not finished.

    Parameters
    ----------
    function : Callback or None
        The function of one of them.
    """

    function: Callback | None


class SuspendedCalls:
    """Generators and async functions that started and have not finished."""

    kind: ClassVar[str] = "suspended-calls"
    strength: ClassVar[float] = CONTENT

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        graph = site.graph
        example = site.example
        if site.accumulation.is_content or not is_suspended(graph, example):
            return None
        function = function_behind(graph, example)
        return Cause(
            self.kind,
            SuspendedFacts(
                Group.of(site),
                site.anchor,
                None if function is None else Callback.of(graph, function),
            ),
            None if function is None else user_location(graph, function),
        )
