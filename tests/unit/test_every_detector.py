"""No detector is without a test, and none is tested that does not exist."""

from __future__ import annotations

from heapnb.analysis.diagnosis.detectors import DETECTORS
from tests.detectors import test_node_mechanisms
from tests.unit import (
    test_detectors,
    test_node_detectors,
    test_page_detectors,
    test_shape_detectors,
)

ELSEWHERE = {"linked-list", "attached-dom"}
"""Tested in `test_diagnosis` and `test_page_library_records`."""


def test_every_detector_is_tested() -> None:
    tested = {
        *test_detectors.CASES,
        *test_node_detectors.CASES,
        *test_shape_detectors.CASES,
        *test_node_mechanisms.KINDS,
        *test_page_detectors.KINDS,
        *ELSEWHERE,
    }
    assert {detector.kind for detector in DETECTORS} == tested
