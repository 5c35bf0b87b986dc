"""Duplicate strings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from heapnb.analysis.diagnosis.detectors.contents import repeated_texts, size_of
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.facts import Remark

LEAST_SHARE: Final = 0.2
"""A smaller share of the bytes is not worth a remark."""

LEAST_BYTES: Final = 1024


@dataclass(frozen=True)
class DuplicateRemark(Remark):
    """Strings that repeat another one.

    Parameters
    ----------
    n_copies : int
        How many.
    share : float
        Of the bytes that the objects retain.
    """

    n_copies: int
    share: float


class DuplicateTexts:
    """Separate string objects with equal text."""

    def remark(self, evidence: Evidence, _kind: str, /) -> Remark | None:
        """See `heapnb.analysis.diagnosis.detectors.remarks.remark.Remark`."""
        n_copies, wasted = repeated_texts(evidence.graph, evidence.held)
        held = size_of(evidence.graph, evidence.held)
        if wasted < max(LEAST_BYTES, LEAST_SHARE * held):
            return None
        return DuplicateRemark(n_copies, wasted / held)
