"""The same text many times."""

from __future__ import annotations

from typing import Final

from heapnb.analysis.diagnosis.detectors.contents import repeated_texts, size_of
from heapnb.analysis.diagnosis.evidence import Evidence

LEAST_SHARE: Final = 0.2
"""Copies that take less of a pile are not worth a word."""

LEAST_BYTES: Final = 1024


class DuplicateTexts:
    """Strings of equal text that are objects of their own."""

    def remark(self, evidence: Evidence, _kind: str, /) -> str | None:
        """See `heapnb.analysis.diagnosis.detectors.remarks.base.Remark`."""
        n_copies, wasted = repeated_texts(evidence.graph, evidence.held)
        held = size_of(evidence.graph, evidence.held)
        if wasted < max(LEAST_BYTES, LEAST_SHARE * held):
            return None
        return (
            f"{wasted / held:.0%} of the bytes are texts that are there more than once: "
            f"{n_copies:,} strings repeat another one. A Map from each text to one copy of it "
            "(interning) would spare them."
        )
