"""Memory of ArrayBuffers that the objects retain."""

from __future__ import annotations

from heapnb.analysis.diagnosis.detectors.buffers import MOST_OF_IT, Buffers, outside_memory
from heapnb.analysis.diagnosis.evidence import Evidence


class OutsideHeap:
    """Bytes outside V8's heap."""

    def remark(self, evidence: Evidence, kind: str, /) -> str | None:
        """See `heapnb.analysis.diagnosis.detectors.remarks.remark.Remark`."""
        memory = None if kind == Buffers.kind else outside_memory(evidence)
        if memory is None or memory.share < MOST_OF_IT:
            return None
        return (
            f"{memory.share:.0%} of the bytes belong to {memory.n_stores:,} ArrayBuffers outside "
            "V8's heap."
        )
