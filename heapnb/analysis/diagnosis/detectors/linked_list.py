"""Linked lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from heapnb.analysis.diagnosis.accumulation import KEPT
from heapnb.analysis.diagnosis.detectors.base import CHAIN, Cause
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.site import Site
from heapnb.graph.references import attached


@dataclass(frozen=True)
class ListFacts(Facts):
    """A linked list.

    Parameters
    ----------
    links : str
        How a member refers to the next one.
    is_queue : bool
        Whether members leave it.
    starts_at_anchor : bool
        Whether the anchor is the name of the first member.
    """

    links: str
    is_queue: bool
    starts_at_anchor: bool


class LinkedList:
    """Objects that each refer to the next one."""

    kind: ClassVar[str] = "linked-list"
    strength: ClassVar[float] = CHAIN

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        if not site.accumulation.is_list:
            return None
        links = "".join(attached(step.edge_type, step.label) for step in site.link if step.label)
        survival = site.accumulation.lowest_survival
        is_queue = survival is not None and survival < KEPT
        named = site.evidence.steps[site.anchor.place : site.anchor.place + 1]
        starts = any(step.class_name == site.graph.class_name(site.example) for step in named)
        return Cause(
            self.kind,
            ListFacts(Group.of(site), site.anchor, links or ".next", is_queue, starts),
            members="queued" if is_queue else "kept",
        )
