"""The interface of a remark."""

from __future__ import annotations

from typing import Protocol

from heapnb.analysis.diagnosis.evidence import Evidence


class Remark(Protocol):
    """Makes one remark beside the cause."""

    def remark(self, evidence: Evidence, kind: str, /) -> str | None:
        """Make the remark if it is true."""
