"""Linked lists."""

from __future__ import annotations

from typing import ClassVar

from heapnb.analysis.diagnosis.accumulation import KEPT
from heapnb.analysis.diagnosis.detectors.base import Cause, counted, removals
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.graph.references import attached


class LinkedList:
    """Objects that each refer to the next one."""

    kind: ClassVar[str] = "linked-list"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        if not evidence.accumulation.is_list:
            return None
        anchor = evidence.anchor
        links = "".join(
            attached(step.edge_type, step.label) for step in evidence.link if step.label
        )
        survival = evidence.accumulation.lowest_survival
        if survival is not None and survival < KEPT:
            return _queue(self.kind, evidence, links or ".next")
        return Cause(
            self.kind,
            anchor,
            f"{counted(evidence)}, linked by `{links or '.next'}` in a list that starts at "
            f"{anchor.text}.{removals(evidence)}",
            f"Cut the list: drop the part of `{anchor.name}` that is no longer needed, or unlink "
            "each member once it is processed.",
        )


def _queue(kind: str, evidence: Evidence, links: str) -> Cause:
    """Describe a list that loses members, but gains more."""
    anchor = evidence.anchor
    return Cause(
        kind,
        anchor,
        f"{counted(evidence)}, waiting in a list linked by `{links}` that starts at "
        f"{anchor.text}.{removals(evidence)} This is an unbounded backlog: items are added "
        "faster than they are processed.",
        f"Bound `{anchor.name}`: reject or delay new work when it is full. Process more items at "
        "the same time, or find out why each takes so long.",
        members="queued",
    )
