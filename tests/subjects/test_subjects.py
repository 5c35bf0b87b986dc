"""The subject of each suspect is what a person recognises, and one leak is one suspect."""

from __future__ import annotations

import pytest

from tests.subjects.cases import CASES, PROGRAMS, Case
from tests.subjects.conftest import Diagnose

SURE = 0.5


def test_each_program_has_a_case() -> None:
    assert {case.name for case in CASES} == {path.name for path in PROGRAMS.iterdir()}


@pytest.mark.slow
@pytest.mark.node
@pytest.mark.parametrize("case", CASES, ids=str)
class TestProgram:
    """What is said about each program."""

    def test_subject(self, case: Case, diagnosed: Diagnose) -> None:
        first = diagnosed(case.name).suspects[0]
        said = (first.class_name, first.title, first.count_per_snapshot)
        assert said == (case.class_name, case.title, case.counts)

    def test_cause_and_anchor(self, case: Case, diagnosed: Diagnose) -> None:
        first = diagnosed(case.name).suspects[0]
        assert first.kind == case.kind
        assert case.anchor in first.anchor

    def test_one_leak_is_one_suspect(self, case: Case, diagnosed: Diagnose) -> None:
        diagnosis = diagnosed(case.name)
        assert diagnosis.verdict == "leak"
        assert len(diagnosis.suspects) == case.n_suspects
        assert all(suspect.confidence >= SURE for suspect in diagnosis.suspects)

    def test_consequences(self, case: Case, diagnosed: Diagnose) -> None:
        found = diagnosed(case.name).suspects[0].consequences
        assert len(found) == len(case.grows)
        for one, expected in zip(found, case.grows, strict=True):
            assert (one.relation, one.class_name) == (expected.relation, expected.class_name)
            assert expected.anchor in one.anchor
            assert expected.anchor in diagnosed(case.name).suspects[0].explanation

    def test_text(self, case: Case, diagnosed: Diagnose) -> None:
        first = diagnosed(case.name).suspects[0]
        text = first.explanation
        assert case.advised in first.fix
        assert all(part in text for part in case.said)
        assert not any(part in text for part in case.unsaid)
