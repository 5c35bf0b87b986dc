"""Memory of ArrayBuffers that a pile keeps besides."""

from __future__ import annotations

from heapnb.analysis.diagnosis.detectors.buffers import MOST_OF_IT, Buffers, outside_memory
from heapnb.analysis.diagnosis.evidence import Evidence


class OutsideHeap:
    """Bytes that no limit on V8's heap counts."""

    def remark(self, evidence: Evidence, kind: str, /) -> str | None:
        """See `heapnb.analysis.diagnosis.detectors.remarks.base.Remark`."""
        memory = None if kind == Buffers.kind else outside_memory(evidence)
        if memory is None or memory.share < MOST_OF_IT:
            return None
        return (
            f"{memory.share:.0%} of the bytes are those of {memory.n_stores:,} ArrayBuffers, "
            "outside of V8's heap."
        )
