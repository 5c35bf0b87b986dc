"""Memory of ArrayBuffers that the objects retain."""

from __future__ import annotations

from dataclasses import dataclass

from heapnb.analysis.diagnosis.detectors.buffers import MOST_OF_IT, Buffers, outside_memory
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.facts import Remark
from heapnb.analysis.diagnosis.site import Site


@dataclass(frozen=True)
class OutsideRemark(Remark):
    """ArrayBuffers outside V8's heap.

    Parameters
    ----------
    n_stores : int
        How many.
    share : float
        Of the bytes that the objects retain.
    """

    n_stores: int
    share: float


class OutsideHeap:
    """Bytes outside V8's heap."""

    def remark(self, evidence: Evidence, kind: str, /) -> Remark | None:
        """See `heapnb.analysis.diagnosis.detectors.remarks.remark.Remark`."""
        memory = None if kind == Buffers.kind else outside_memory(Site(evidence))
        if memory is None or memory.share < MOST_OF_IT:
            return None
        return OutsideRemark(memory.n_stores, memory.share)
