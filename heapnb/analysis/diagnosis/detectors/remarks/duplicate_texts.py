"""Duplicate strings."""

from __future__ import annotations

from typing import Final

from heapnb.analysis.diagnosis.detectors.contents import repeated_texts, size_of
from heapnb.analysis.diagnosis.evidence import Evidence

LEAST_SHARE: Final = 0.2
"""A smaller share of the bytes is not worth a remark."""

LEAST_BYTES: Final = 1024


class DuplicateTexts:
    """Separate string objects with equal text."""

    def remark(self, evidence: Evidence, _kind: str, /) -> str | None:
        """See `heapnb.analysis.diagnosis.detectors.remarks.remark.Remark`."""
        n_copies, wasted = repeated_texts(evidence.graph, evidence.held)
        held = size_of(evidence.graph, evidence.held)
        if wasted < max(LEAST_BYTES, LEAST_SHARE * held):
            return None
        return (
            f"{wasted / held:.0%} of the bytes are duplicates: {n_copies:,} strings repeat "
            "another one. Interning (a Map from each text to one copy) would save these bytes."
        )
