"""A string to which the program keeps appending."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from heapnb.analysis.diagnosis.detectors.base import CONTENT, Cause
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.site import Site


@dataclass(frozen=True)
class StringFacts(Facts):
    """One string that grows."""


class GrowingString:
    """One string that grows."""

    kind: ClassVar[str] = "growing-string"
    strength: ClassVar[float] = CONTENT

    def recognise(self, site: Site) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        if not site.accumulation.is_content or "string" not in site.class_name:
            return None
        return Cause(self.kind, StringFacts(Group.of(site), site.anchor))
