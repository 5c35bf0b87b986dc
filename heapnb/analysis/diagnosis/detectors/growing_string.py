"""A string to which the program keeps appending."""

from __future__ import annotations

from typing import ClassVar

from heapnb.analysis.diagnosis.detectors.base import Cause, capitalised, growth_in_bytes
from heapnb.analysis.diagnosis.evidence import Evidence


class GrowingString:
    """One string that grows."""

    kind: ClassVar[str] = "growing-string"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        if not evidence.accumulation.is_content or "string" not in evidence.class_name:
            return None
        anchor = evidence.anchor
        return Cause(
            self.kind,
            anchor,
            f"{capitalised(anchor.text)} is a string that grows: {growth_in_bytes(evidence)}.",
            f"Write the text to a file or a stream and start a new string, or limit the length "
            f"of `{anchor.name}`.",
        )
