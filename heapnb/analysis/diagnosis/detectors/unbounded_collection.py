"""Collections without a bound."""

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
    growth_in_bytes,
    removals,
    subject_text,
)
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.short_names import article


class _Collection:
    """Common part of the collections."""

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
            what = f"that grows: {growth_in_bytes(evidence)}"
        else:
            what = f"that accumulates {subject_text(evidence)}: {growth(evidence)}"
        return Cause(
            self.kind,
            anchor,
            f"{capitalised(anchor.text)} holds {article(evidence.holder.class_name)}{many} "
            f"{what}.{removals(evidence)}",
            f"Remove from `{anchor.name}` what is no longer needed, or bound it. {self.fix}",
        )

    def _is_collection(self, evidence: Evidence) -> bool:
        raise NotImplementedError


class UnboundedArray(_Collection):
    """An Array to which the program appends."""

    kind: ClassVar[str] = "unbounded-array"
    fix: ClassVar[str] = (
        "For a cache, use a Map that evicts its oldest entries (LRU). For a queue or a log, call "
        "`shift()` or flush it."
    )

    def _is_collection(self, evidence: Evidence) -> bool:
        return evidence.holder.class_name in LISTS


class UnboundedMap(_Collection):
    """A Map whose entries stay."""

    kind: ClassVar[str] = "unbounded-map"
    fix: ClassVar[str] = (
        "Call `delete` when the owner of an entry ends. For a cache, evict the oldest entries "
        "(LRU) or expire them (TTL). If the keys are objects that live elsewhere, use a WeakMap."
    )

    def _is_collection(self, evidence: Evidence) -> bool:
        return evidence.holder.class_name in MAPS


class UnboundedSet(_Collection):
    """A Set whose members stay."""

    kind: ClassVar[str] = "unbounded-set"
    fix: ClassVar[str] = (
        "Call `delete` on every exit path, errors included: in a `finally`. If the members are "
        "objects, a WeakSet does not keep them alive; it cannot be iterated."
    )

    def _is_collection(self, evidence: Evidence) -> bool:
        return evidence.holder.class_name in SETS


class UnboundedDictionary(_Collection):
    """A plain object that is used as a dictionary."""

    kind: ClassVar[str] = "unbounded-dictionary"
    fix: ClassVar[str] = (
        "Use a bounded Map instead of a plain object: evict the oldest entries (LRU) or expire "
        "them (TTL)."
    )

    def _is_collection(self, evidence: Evidence) -> bool:
        # V8 stores keys that are integers as elements.
        is_by_key = evidence.steps[-1].is_named or evidence.steps[-1].edge_type == "element"
        if evidence.accumulation.is_content or not is_by_key:
            return False
        return evidence.graph.name(evidence.holder.node) == vocab.CLASS_OBJECT
