"""Collections into which things are put and never taken out."""

from __future__ import annotations

from typing import ClassVar

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.base import (
    LISTS,
    MAPS,
    SETS,
    Cause,
    capitalised,
    growth,
    subject_text,
)
from heapnb.analysis.diagnosis.evidence import Evidence, article


class _Collection:
    """What the collections have in common."""

    kind: ClassVar[str]
    fix: ClassVar[str]

    def recognise(self, evidence: Evidence) -> Cause | None:
        """See `heapnb.analysis.diagnosis.detectors.base.Detector`."""
        if evidence.accumulation.is_list or not self._is_collection(evidence):
            return None
        anchor = evidence.anchor
        n_holders = evidence.accumulation.n_holders
        many = f" (and {n_holders - 1:,} more like it)" if n_holders > 1 else ""
        if evidence.accumulation.is_content:
            what = "it gets larger and larger"
        else:
            what = f"{subject_text(evidence)} pile up ({growth(evidence)})"
        return Cause(
            self.kind,
            anchor,
            f"{capitalised(anchor.text)} holds {article(evidence.holder.class_name)}{many} into "
            f"which things are put and never taken out: {what}.",
            f"Give `{anchor.name}` a bound, and take out what has expired or been dealt with. "
            + self.fix,
        )

    def _is_collection(self, evidence: Evidence) -> bool:
        raise NotImplementedError


class UnboundedArray(_Collection):
    """An Array to which things are appended."""

    kind: ClassVar[str] = "unbounded-array"
    fix: ClassVar[str] = (
        "If it is a cache, use a Map by key that drops its oldest entries (LRU); if it is a "
        "queue or a log, shift or flush it."
    )

    def _is_collection(self, evidence: Evidence) -> bool:
        return evidence.holder.class_name in LISTS


class UnboundedMap(_Collection):
    """A Map whose entries stay."""

    kind: ClassVar[str] = "unbounded-map"
    fix: ClassVar[str] = (
        "Delete an entry when what it stands for ends, drop the oldest ones (LRU) or those past "
        "their time, or use a WeakMap if the keys are objects."
    )

    def _is_collection(self, evidence: Evidence) -> bool:
        return evidence.holder.class_name in MAPS


class UnboundedSet(_Collection):
    """A Set whose members stay."""

    kind: ClassVar[str] = "unbounded-set"
    fix: ClassVar[str] = (
        "Delete a member on every way out, errors included (`finally`), or use a WeakSet."
    )

    def _is_collection(self, evidence: Evidence) -> bool:
        return evidence.holder.class_name in SETS


class UnboundedDictionary(_Collection):
    """A plain object that is used as a dictionary."""

    kind: ClassVar[str] = "unbounded-dictionary"
    fix: ClassVar[str] = (
        "A Map with a bound (LRU, or a time to live) does what a plain object cannot."
    )

    def _is_collection(self, evidence: Evidence) -> bool:
        # Keys that are whole numbers are elements.
        is_by_key = evidence.steps[-1].is_named or evidence.steps[-1].edge_type == "element"
        if evidence.accumulation.is_content or not is_by_key:
            return False
        return evidence.graph.name(evidence.holder.node) == vocab.CLASS_OBJECT
