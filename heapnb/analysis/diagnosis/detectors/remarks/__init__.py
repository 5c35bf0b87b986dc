"""What else there is to say about a pile, whatever its cause: each remark is a class of its own.

A remark is not the reason why objects pile up; it says why they take so much, or what makes them
worse.
"""

from __future__ import annotations

from typing import Final

from heapnb.analysis.diagnosis.detectors.remarks.base import Remark
from heapnb.analysis.diagnosis.detectors.remarks.duplicate_texts import DuplicateTexts
from heapnb.analysis.diagnosis.detectors.remarks.hidden_classes import HiddenClasses
from heapnb.analysis.diagnosis.detectors.remarks.log_buffer import LogBuffer
from heapnb.analysis.diagnosis.detectors.remarks.outside_heap import OutsideHeap
from heapnb.analysis.diagnosis.detectors.remarks.ropes import Ropes
from heapnb.analysis.diagnosis.detectors.remarks.spare_capacity import SpareCapacity
from heapnb.analysis.diagnosis.detectors.remarks.weak_keys import WeakKeys
from heapnb.analysis.diagnosis.detectors.remarks.weak_references import WeakReferences
from heapnb.analysis.diagnosis.evidence import Evidence

REMARKS: Final[tuple[Remark, ...]] = (
    LogBuffer(),
    WeakKeys(),
    WeakReferences(),
    OutsideHeap(),
    DuplicateTexts(),
    Ropes(),
    HiddenClasses(),
    SpareCapacity(),
)
"""In the order in which they are made."""


def remarks_on(evidence: Evidence, kind: str) -> str:
    """Say what else is known about a pile.

    Parameters
    ----------
    evidence : Evidence
        The pile.
    kind : str
        Its cause, which has been explained.

    Returns
    -------
    str
        Sentences, each with a blank before it; empty if there is nothing to say.
    """
    said = (remark.remark(evidence, kind) for remark in REMARKS)
    return "".join(f" {sentence}" for sentence in said if sentence is not None)


__all__ = ["REMARKS", "Remark", "remarks_on"]
