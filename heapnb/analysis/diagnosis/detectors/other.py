"""What no detector knows."""

from __future__ import annotations

from typing import ClassVar

from heapnb.analysis.diagnosis.detectors.base import Cause, capitalised, growth, what_piles_up
from heapnb.analysis.diagnosis.evidence import Evidence


class Other:
    """Says what there is to say about any pile."""

    kind: ClassVar[str] = "accumulation"

    def recognise(self, evidence: Evidence) -> Cause:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        anchor = evidence.anchor
        what = what_piles_up(evidence)
        grows = "grow" if evidence.pile.is_content else f"pile up ({growth(evidence)})"
        return Cause(
            self.kind,
            anchor,
            f"{capitalised(what)} {grows}, held by {anchor.text}.",
            f"Find out who adds to `{anchor.name}`, and let go of what is done.",
        )
