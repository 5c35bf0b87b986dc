"""Text to which more is added for ever."""

from __future__ import annotations

from typing import ClassVar

from heapnb.analysis.diagnosis.detectors.base import Cause, capitalised
from heapnb.analysis.diagnosis.evidence import Evidence


class GrowingString:
    """One string that gets longer."""

    kind: ClassVar[str] = "growing-string"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        if not evidence.accumulation.is_content or "string" not in evidence.class_name:
            return None
        anchor = evidence.anchor
        return Cause(
            self.kind,
            anchor,
            f"{capitalised(anchor.text)} is a text to which more and more is added.",
            f"Write the text out and begin anew, or cut `{anchor.name}` to a bound.",
        )
