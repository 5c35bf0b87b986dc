"""Leaks that shipped; `python -m tests.shipped.run` runs all of them, and prints a table."""

from __future__ import annotations

import pytest

from tests.shipped.cases import PROGRAMS, Shipped, shipped_cases
from tests.shipped.run import result_of

CASES = shipped_cases()


def test_every_reproduction_has_a_program_and_a_control() -> None:
    assert {case.leak.id for case in CASES} == {
        path.name for path in PROGRAMS.iterdir() if path.is_dir()
    }
    for case in CASES:
        assert case.main.is_file()
        assert case.control is None or not case.leak.affects(case.control)


@pytest.mark.slow
@pytest.mark.node
@pytest.mark.parametrize("case", CASES[::7], ids=lambda case: case.leak.id)
def test_a_leak_that_shipped(case: Shipped) -> None:
    result = result_of(case)
    assert result.is_right, (result.affected.described(), result.control)
