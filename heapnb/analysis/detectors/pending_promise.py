"""Work that waits for a promise that is never settled."""

from __future__ import annotations

from typing import ClassVar

from heapnb.analysis.detectors.base import Cause, growth
from heapnb.analysis.evidence import Evidence, short_location

REACTIONS = "reactions_or_result"
"""V8's edge from a pending promise to what waits for it."""


class PendingPromise:
    """Reactions that pile up on one promise."""

    kind: ClassVar[str] = "pending-promise"

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.detectors.base.Detector`."""
        if not any(step.label == REACTIONS for step in evidence.steps):
            return None
        anchor = evidence.anchor
        where = f" at {short_location(evidence.location)}" if evidence.location else ""
        return Cause(
            self.kind,
            anchor,
            f"The promise in {anchor.text} stays pending, and more and more wait for it "
            f"({growth(evidence)}): each keeps the function{where} that was suspended, with its "
            "variables.",
            f"See to it that `{anchor.name}` is always resolved or rejected, if only after a "
            "time-out; do not let every request await one promise that lives for ever "
            "(`Promise.race` with one does the same).",
        )
