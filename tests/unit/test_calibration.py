"""The table that compares confidence with what is right."""

from __future__ import annotations

from dataclasses import replace

from tests.leakbench.calibration import Outcome, by_axis, calibration, markdown
from tests.variants.results import Result


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


def test_kept_results_are_counted_by_shape() -> None:
    right = Result("a", "events", "esm", "22", confidence=0.99, checked=("class", "anchor"))
    results = [
        right,
        replace(right, wrong=("class",)),
        replace(right, shape="worker", wrong=("cause",)),
        replace(right, shape="worker", is_healthy=True, confidence=0.3),
        replace(right, reason="SyntaxError"),
    ]
    rows = [line.strip("| ").split(" | ") for line in by_axis("shape", results).splitlines()]
    cells = {row[0].strip(): [cell.strip() for cell in row[1:]] for row in rows}
    assert cells["events"] == ["–", "–", "–", "–", "–", "1 of 2"]
    assert cells["worker"] == ["–", "0 of 1", "–", "–", "–", "1 of 1"]
    assert cells["all"][-1] == "2 of 3"
