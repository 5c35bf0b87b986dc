"""Accumulations that no detector recognises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from heapnb.analysis.diagnosis.detectors.base import FALLBACK, Cause
from heapnb.analysis.diagnosis.facts import Facts, Group
from heapnb.analysis.diagnosis.site import Site


@dataclass(frozen=True)
class OtherFacts(Facts):
    """Nothing but that objects accumulate."""


class Other:
    """Explains any accumulation in general terms."""

    kind: ClassVar[str] = "accumulation"
    strength: ClassVar[float] = FALLBACK

    def recognise(self, site: Site) -> Cause:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        return Cause(self.kind, OtherFacts(Group.of(site), site.anchor))
