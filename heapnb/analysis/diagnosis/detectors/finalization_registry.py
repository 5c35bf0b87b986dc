"""Objects whose own registration for finalization keeps them alive."""

from __future__ import annotations

from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import Cause, capitalised, growth
from heapnb.analysis.diagnosis.evidence import Evidence

REGISTRY_CLASS: Final = "FinalizationRegistry"


class FinalizationRegistryHeld:
    """Held values of a FinalizationRegistry, and what they refer to."""

    kind: ClassVar[str] = "finalization-registry"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        # What a finalizer itself closes over is held by the registry, too, but under a name.
        place = evidence.anchor.place
        above = [step.class_name for step in evidence.steps[place:]]
        if REGISTRY_CLASS not in above:
            return None
        anchor = evidence.anchor
        return Cause(
            self.kind,
            anchor,
            f"{capitalised(anchor.text)} is a FinalizationRegistry. It holds the "
            "second argument of `register` until the first one is collected; here the second one "
            f"leads to the first, which therefore never is: `{evidence.class_name}` objects pile "
            f"up ({growth(evidence)}), and the callback never runs.",
            f"Register with `{anchor.name}` a held value that does not refer to the object (a "
            "number, a path, a handle of its own), and look out for functions as held values that "
            "close over it.",
        )
