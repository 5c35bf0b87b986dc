"""Objects that their own registration in a FinalizationRegistry keeps alive."""

from __future__ import annotations

from typing import ClassVar, Final

from heapnb.analysis.diagnosis.detectors.base import Cause, growth, removals
from heapnb.analysis.diagnosis.evidence import Evidence

REGISTRY_CLASS: Final = "FinalizationRegistry"


class FinalizationRegistryHeld:
    """Held values of a FinalizationRegistry, and the objects they refer to."""

    kind: ClassVar[str] = "finalization-registry"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        # The registry also holds what its callback closes over, but through a name.
        place = evidence.anchor.place
        above = [step.class_name for step in evidence.steps[place:]]
        if REGISTRY_CLASS not in above:
            return None
        anchor = evidence.anchor
        return Cause(
            self.kind,
            anchor,
            f"`{evidence.class_name}` objects: {growth(evidence)}, held by {anchor.text}, a "
            f"FinalizationRegistry.{removals(evidence)} The registry retains the second argument "
            "of `register`, the held value, until the first argument is collected. Probably the "
            "held value refers to that first argument: then neither is ever collected, and the "
            "callback never runs.",
            f"Register with `{anchor.name}` a held value that does not refer to the object: a "
            "number, a path, its own handle. A function as held value must not close over the "
            "object.",
        )
