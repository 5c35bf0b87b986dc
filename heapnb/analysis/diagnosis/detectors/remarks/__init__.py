"""Remarks on an accumulation, whatever its cause; each is a class of its own.

A remark is not a cause: it says why the objects take so much memory, or what else to know.
"""

from __future__ import annotations

from typing import Final

from heapnb.analysis.diagnosis.detectors.remarks.detached_trees import DetachedTrees
from heapnb.analysis.diagnosis.detectors.remarks.duplicate_texts import DuplicateTexts
from heapnb.analysis.diagnosis.detectors.remarks.hidden_classes import HiddenClasses
from heapnb.analysis.diagnosis.detectors.remarks.in_common import InCommon
from heapnb.analysis.diagnosis.detectors.remarks.log_buffer import LogBuffer
from heapnb.analysis.diagnosis.detectors.remarks.outside_heap import OutsideHeap
from heapnb.analysis.diagnosis.detectors.remarks.remark import Remarker
from heapnb.analysis.diagnosis.detectors.remarks.ropes import Ropes
from heapnb.analysis.diagnosis.detectors.remarks.spare_capacity import SpareCapacity
from heapnb.analysis.diagnosis.detectors.remarks.unmounted_components import UnmountedComponents
from heapnb.analysis.diagnosis.detectors.remarks.weak_keys import WeakKeys
from heapnb.analysis.diagnosis.detectors.remarks.weak_references import WeakReferences
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.facts import Remark

REMARKS: Final[tuple[Remarker, ...]] = (
    UnmountedComponents(),
    DetachedTrees(),
    InCommon(),
    LogBuffer(),
    WeakKeys(),
    WeakReferences(),
    OutsideHeap(),
    DuplicateTexts(),
    Ropes(),
    HiddenClasses(),
    SpareCapacity(),
)
"""In the order of the explanation."""


def remarks_on(evidence: Evidence, kind: str) -> tuple[Remark, ...]:
    """Collect the remarks on an accumulation."""
    found = (remarker.remark(evidence, kind) for remarker in REMARKS)
    return tuple(remark for remark in found if remark is not None)


__all__ = ["REMARKS", "Remarker", "remarks_on"]
