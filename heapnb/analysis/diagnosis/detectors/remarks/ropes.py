"""Concatenated strings that V8 has not flattened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from heapnb.analysis.diagnosis.detectors.contents import of_types, size_of
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.facts import Remark

LEAST_ROPES: Final = 16
LEAST_SHARE: Final = 0.3


@dataclass(frozen=True)
class RopeRemark(Remark):
    """Concatenated strings that V8 has not flattened.

    Parameters
    ----------
    n_ropes : int
        How many.
    """

    n_ropes: int


class Ropes:
    """Concatenated strings, which retain all their parts."""

    def remark(self, evidence: Evidence, _kind: str, /) -> Remark | None:
        """See `heapnb.analysis.diagnosis.detectors.remarks.remark.Remark`."""
        graph, held = evidence.graph, evidence.held
        ropes = of_types(graph, held, "concatenated string")
        if len(ropes) < LEAST_ROPES or size_of(graph, ropes) < LEAST_SHARE * size_of(graph, held):
            return None
        return RopeRemark(len(ropes))
