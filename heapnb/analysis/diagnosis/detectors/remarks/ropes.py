"""Concatenated strings that V8 has not flattened."""

from __future__ import annotations

from typing import Final

from heapnb.analysis.diagnosis.detectors.contents import of_types, size_of
from heapnb.analysis.diagnosis.evidence import Evidence

LEAST_ROPES: Final = 16
LEAST_SHARE: Final = 0.3


class Ropes:
    """Concatenated strings, which retain all their parts."""

    def remark(self, evidence: Evidence, _kind: str, /) -> str | None:
        """See `heapnb.analysis.diagnosis.detectors.remarks.remark.Remark`."""
        graph, held = evidence.graph, evidence.held
        ropes = of_types(graph, held, "concatenated string")
        if len(ropes) < LEAST_ROPES or size_of(graph, ropes) < LEAST_SHARE * size_of(graph, held):
            return None
        return (
            f"{len(ropes):,} of its strings are ropes: concatenations that retain all their "
            "parts until V8 flattens them. `Buffer.from(text).toString()` or `parts.join('')` "
            "makes one flat string."
        )
