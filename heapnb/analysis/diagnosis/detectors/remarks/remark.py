"""The interface of what makes a remark."""

from __future__ import annotations

from typing import Protocol

from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.facts import Remark


class Remarker(Protocol):
    """Makes one remark beside the cause."""

    def remark(self, evidence: Evidence, kind: str, /) -> Remark | None:
        """Make the remark if it is true."""
