"""References that hold nothing, but are themselves never let go of."""

from __future__ import annotations

from typing import Final

from heapnb.analysis.diagnosis.detectors.contents import named
from heapnb.analysis.diagnosis.evidence import Evidence

REFERENCE_CLASS: Final = "WeakRef"


class WeakReferences:
    """WeakRefs that pile up though their targets may be gone."""

    def remark(self, evidence: Evidence, _kind: str, /) -> str | None:
        """See `heapnb.analysis.diagnosis.detectors.remarks.base.Remark`."""
        references = named(evidence.graph, evidence.held, [REFERENCE_CLASS])
        if evidence.accumulation.is_content or len(references) < len(evidence.accumulation.members):
            return None
        return (
            "A WeakRef lets its target go, but the entry that has the WeakRef stays: delete it in "
            "the callback of a FinalizationRegistry, or when `deref()` says `undefined`."
        )
