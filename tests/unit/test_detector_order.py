"""Where two detectors recognise the same objects, it is stated which one is asked first."""

from __future__ import annotations

import itertools

import pytest

from heapnb.analysis.diagnosis import diagnose as diagnosing
from heapnb.analysis.diagnosis.detectors import (
    DETECTORS,
    GENERAL,
    PRECEDENCE,
    SPECIFIC,
    Cause,
    cause_of,
)
from heapnb.analysis.diagnosis.detectors.base import Precedence
from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.evidence import Evidence
from tests.unit import test_detectors, test_node_detectors, test_shape_detectors
from tests.unit.test_detectors import SIZES, Fill, heap

ORDER = [type(detector) for detector in DETECTORS]
STATED = {(one.first, one.second) for one in PRECEDENCE}
IS_GENERAL = {type(detector) for detector in GENERAL}


def test_the_order_follows_what_is_stated() -> None:
    assert len(set(ORDER)) == len(ORDER)
    assert len(STATED) == len(PRECEDENCE)
    wrong = [one for one in PRECEDENCE if ORDER.index(one.first) > ORDER.index(one.second)]
    assert wrong == []
    assert [type(detector) for detector in (*SPECIFIC, *GENERAL)] == ORDER


@pytest.mark.parametrize("one", PRECEDENCE, ids=lambda one: one.first.kind)
def test_only_specific_detectors_need_a_statement(one: Precedence) -> None:
    assert not IS_GENERAL & {one.first, one.second}
    assert one.why


@pytest.mark.parametrize(
    "fill",
    [
        case[0]
        for module in (test_detectors, test_node_detectors, test_shape_detectors)
        for cases in module.CASES.values()
        for case in cases
    ],
)
def test_every_overlap_is_stated(fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    recognised = []

    def ask_all(evidence: Evidence) -> Cause:
        recognised.append([type(one) for one in DETECTORS if one.recognise(evidence) is not None])
        return cause_of(evidence)

    monkeypatch.setattr(diagnosing, "cause_of", ask_all)
    diagnose([heap(fill, n) for n in SIZES])
    assert recognised
    for found in recognised:
        specific = [one for one in found if one not in IS_GENERAL]
        overlaps = set(itertools.product(specific[:1], specific[1:]))
        assert overlaps - STATED == set(), "state in PRECEDENCE which of the two comes first"
        assert len(found) - len(specific) <= 1
