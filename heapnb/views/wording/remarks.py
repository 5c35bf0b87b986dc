"""Remarks on an accumulation, whatever its cause."""

from __future__ import annotations

from heapnb.analysis.diagnosis.detectors.remarks.duplicate_texts import DuplicateRemark
from heapnb.analysis.diagnosis.detectors.remarks.hidden_classes import HiddenClassRemark
from heapnb.analysis.diagnosis.detectors.remarks.in_common import (
    Difference,
    OthersRemark,
    ReleasedRemark,
)
from heapnb.analysis.diagnosis.detectors.remarks.log_buffer import LogRemark
from heapnb.analysis.diagnosis.detectors.remarks.outside_heap import OutsideRemark
from heapnb.analysis.diagnosis.detectors.remarks.ropes import RopeRemark
from heapnb.analysis.diagnosis.detectors.remarks.spare_capacity import SpareRemark
from heapnb.analysis.diagnosis.detectors.remarks.weak_keys import WeakKeyRemark
from heapnb.analysis.diagnosis.detectors.remarks.weak_references import WeakReferenceRemark
from heapnb.analysis.diagnosis.short_names import article, clipped
from heapnb.views.wording.phrases import the_weak_map
from heapnb.views.wording.registry import sentence_for


@sentence_for.register(DuplicateRemark)
def _duplicates(remark: DuplicateRemark) -> str:
    return (
        f"{remark.share:.0%} of the bytes are duplicates: {remark.n_copies:,} strings repeat "
        "another one. Interning (a Map from each text to one copy) would save these bytes."
    )


@sentence_for.register(HiddenClassRemark)
def _hidden_classes(remark: HiddenClassRemark) -> str:
    return (
        f"V8 has {remark.n_classes:,} hidden classes for {remark.n_objects:,} objects, so "
        "probably their property names come from data. The sizes here exclude hidden classes. A "
        "Map does not need them."
    )


@sentence_for.register(OthersRemark)
def _others(remark: OthersRemark) -> str:
    return (
        f"All {remark.n_leaked:,} `{clipped(remark.class_name)}` objects attributed to this "
        f"suspect {_property(remark.difference, 'have', 'lack')}; {remark.difference.count:,} of "
        f"the other {remark.n_others:,} do."
    )


@sentence_for.register(ReleasedRemark)
def _released(remark: ReleasedRemark) -> str:
    return (
        f"In the previous snapshot, all {remark.n_kept:,} that are still here "
        f"{_property(remark.difference, 'had', 'lacked')}; {remark.difference.count:,} of the "
        f"{remark.n_released:,} released since did."
    )


def _property(difference: Difference, have: str, lack: str) -> str:
    """Say what the leaked objects have or lack."""
    label = clipped(difference.label)
    if difference.value:
        return f"{have} `{label}: {difference.value}`"
    return f"{lack} the field `{label}`"


@sentence_for.register(LogRemark)
def _log(remark: LogRemark) -> str:
    return (
        f"By its name, `{remark.name}` is a log: flush it regularly, or keep only the last entries."
    )


@sentence_for.register(OutsideRemark)
def _outside(remark: OutsideRemark) -> str:
    return (
        f"{remark.share:.0%} of the bytes belong to {remark.n_stores:,} ArrayBuffers outside "
        "V8's heap."
    )


@sentence_for.register(RopeRemark)
def _ropes(remark: RopeRemark) -> str:
    return (
        f"{remark.n_ropes:,} of its strings are ropes: concatenations that retain all their "
        "parts until V8 flattens them. `Buffer.from(text).toString()` or `parts.join('')` "
        "makes one flat string."
    )


@sentence_for.register(SpareRemark)
def _spare(remark: SpareRemark) -> str:
    return (
        f"Its backing store has {remark.size:,} bytes for {remark.n_entries:,} entries: it has "
        "room for many more, unless it holds small integers, which are not in the file."
    )


@sentence_for.register(WeakKeyRemark)
def _weak_keys(remark: WeakKeyRemark) -> str:
    return (
        f"{remark.n_keys:,} of them are keys of {the_weak_map(remark.weak_map)}, which keeps "
        f"{article(remark.value)} for each until the key is released."
    )


@sentence_for.register(WeakReferenceRemark)
def _weak_references(_remark: WeakReferenceRemark) -> str:
    return (
        "A WeakRef does not keep its target alive, but the entry that holds the WeakRef "
        "stays. Delete the entry in the callback of a FinalizationRegistry, or when "
        "`deref()` returns `undefined`."
    )
