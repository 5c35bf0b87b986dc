"""WeakRefs that accumulate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from heapnb.analysis.diagnosis.detectors.abort_signals import AbortSignals
from heapnb.analysis.diagnosis.detectors.contents import instances
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.facts import Remark

REFERENCE_CLASS: Final = "WeakRef"


@dataclass(frozen=True)
class WeakReferenceRemark(Remark):
    """WeakRefs that accumulate."""


class WeakReferences:
    """WeakRefs that accumulate although their targets may be collected."""

    def remark(self, evidence: Evidence, kind: str, /) -> Remark | None:
        """See `heapnb.analysis.diagnosis.detectors.remarks.remark.Remark`."""
        if kind == AbortSignals.kind:
            # These WeakRefs are Node's own.
            return None
        references = instances(evidence.graph, evidence.held, [REFERENCE_CLASS])
        if evidence.accumulation.is_content or len(references) < len(evidence.accumulation.members):
            return None
        return WeakReferenceRemark()
