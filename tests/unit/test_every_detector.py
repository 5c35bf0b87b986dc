"""No detector is without a test, and none is tested that does not exist."""

from __future__ import annotations

from heapnb.analysis.diagnosis.detectors import DETECTORS
from tests.unit import test_detectors, test_node_detectors, test_shape_detectors

ELSEWHERE = {
    "abort-signals",
    "async-hooks",
    "async-local-storage",
    "backlog",
    "diagnostics-channel",
    "event-listeners",
    "http-agent",
    "keep-alive-listeners",
    "linked-list",
    "middleware-stack",
    "native-handles",
    "socket-reconnect",
    "suspended-calls",
}
"""Tested on captured programs."""


def test_every_detector_is_tested() -> None:
    tested = {
        *test_detectors.CASES,
        *test_node_detectors.CASES,
        *test_shape_detectors.CASES,
        *ELSEWHERE,
    }
    assert {detector.kind for detector in DETECTORS} == tested
