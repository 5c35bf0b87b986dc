"""Accumulations that no detector recognises."""

from __future__ import annotations

from typing import ClassVar

from heapnb.analysis.diagnosis.detectors.base import (
    Cause,
    capitalised,
    counted,
    growth_in_bytes,
    removals,
    subject_text,
)
from heapnb.analysis.diagnosis.evidence import Evidence


class Other:
    """Explains any accumulation in general terms."""

    kind: ClassVar[str] = "accumulation"

    def recognise(self, evidence: Evidence) -> Cause:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        anchor = evidence.anchor
        what = counted(evidence)
        if evidence.accumulation.is_content:
            what = f"{capitalised(subject_text(evidence))} that grow: {growth_in_bytes(evidence)}"
        return Cause(
            self.kind,
            anchor,
            f"{what}, held by {anchor.text}.{removals(evidence)}",
            f"Find the code that adds to `{anchor.name}`, and remove what is no longer needed.",
        )
