"""What no detector knows."""

from __future__ import annotations

from typing import ClassVar

from heapnb.analysis.diagnosis.detectors.base import Cause, capitalised, growth, subject_text
from heapnb.analysis.diagnosis.evidence import Evidence


class Other:
    """Says what there is to say about any pile."""

    kind: ClassVar[str] = "accumulation"

    def recognise(self, evidence: Evidence) -> Cause:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        anchor = evidence.anchor
        what = subject_text(evidence)
        grows = "grow" if evidence.accumulation.is_content else f"pile up ({growth(evidence)})"
        return Cause(
            self.kind,
            anchor,
            f"{capitalised(what)} {grows}, held by {anchor.text}.",
            f"Find out who adds to `{anchor.name}`, and let go of what is done.",
        )
