"""The table that compares confidence with what is right."""

from __future__ import annotations

from tests.leakbench.calibration import Outcome, calibration, markdown


def test_outcomes_are_counted_by_confidence() -> None:
    outcomes = [
        Outcome("a", 0.0, is_right=False),
        Outcome("b", 0.45, is_right=True),
        Outcome("c", 0.45, is_right=False),
        Outcome("d", 0.9, is_right=True),
        Outcome("e", 1.0, is_right=True),
    ]
    rows = calibration(outcomes)
    assert [(row.low, row.n_cases, row.n_right) for row in rows] == [
        (0.0, 1, 0),
        (0.4, 2, 1),
        (0.9, 2, 2),
    ]
    assert "| 0.4 to 0.5 | 2 | 1 | 50% | 0.45 |" in markdown(rows)
