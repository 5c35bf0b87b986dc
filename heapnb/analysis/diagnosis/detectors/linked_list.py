"""Lists whose members hold each other."""

from __future__ import annotations

from typing import ClassVar

from heapnb.analysis.diagnosis.detectors.base import Cause, capitalised, growth, subject_text
from heapnb.analysis.diagnosis.evidence import Evidence


class LinkedList:
    """Objects that are linked one to the next."""

    kind: ClassVar[str] = "linked-list"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        if not evidence.accumulation.is_list:
            return None
        anchor = evidence.anchor
        links = "".join(f".{step.label}" for step in evidence.link if step.label)
        return Cause(
            self.kind,
            anchor,
            f"{capitalised(subject_text(evidence))} hold each other through "
            f"`{links or '.next'}`; the list begins at {anchor.text} and only grows "
            f"({growth(evidence)}).",
            f"Cut the list: drop what lies behind the part of `{anchor.name}` that is still "
            "needed, or unlink members when they have been dealt with.",
        )
