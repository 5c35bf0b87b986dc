"""Some of the programs of the leak bench; `python -m tests.leakbench.run` runs all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.leakbench.capture import DIRECTORY_VARIABLE, directory
from tests.leakbench.cases import CASES, PROGRAMS, Case
from tests.leakbench.score import Answer, Report, Score, ask_heapnb, compare_classes

QUICK = [case for case in CASES if case.is_quick]


@pytest.mark.slow
@pytest.mark.parametrize("case", QUICK, ids=lambda case: case.name)
def test_a_program(case: Case) -> None:
    score = Score(case, ask_heapnb(case))
    assert score.is_right(1), score.described()
    assert not score.is_false_alarm
    assert case.is_healthy or score.has_kind(1), score.described()


@pytest.mark.slow
def test_classes_that_grow_name_what_leaks() -> None:
    case = next(case for case in QUICK if case.name == "private_map_sessions")
    report = compare_classes(case)
    assert "UploadSession" in {name for answer in report.answers for name in answer.classes}


def test_every_program_has_its_case() -> None:
    assert sorted(case.name for case in CASES) == sorted(
        path.name for path in PROGRAMS.iterdir() if path.is_dir()
    )
    assert all((case.folder / case.main).is_file() for case in CASES)


def test_there_is_something_to_find_in_every_leaking_program() -> None:
    for case in CASES:
        assert case.is_healthy or (case.classes and case.anchors and case.kinds), case.name


@pytest.fixture
def leaking() -> Case:
    return Case(
        "invented", "main.cjs", "", ("leak",), ("Page", "{id, *"), ("pages",), ("unbounded-map",)
    )


def test_an_answer_has_to_name_class_and_anchor_together(leaking: Case) -> None:
    first, second = Answer(("Page",), ("other",)), Answer(("{id, text}",), ("pages",), "timers")
    score = Score(leaking, Report("leak", (first, second)))
    assert score.has_class(1)
    assert not score.has_anchor(1)
    assert not score.is_right(1)
    assert score.is_right(2)
    assert not score.has_kind(2)


def test_the_verdict_counts(leaking: Case) -> None:
    answer = Answer(("Page",), ("pages",), "unbounded-map")
    assert Score(leaking, Report("leak", (answer,))).is_right(1)
    assert not Score(leaking, Report("undecided", (answer,))).is_right(1)


def test_a_false_alarm() -> None:
    healthy = Case("invented", "main.cjs", "", ("no-leak", "undecided"))
    assert Score(healthy, Report("leak", ())).is_false_alarm
    assert not Score(healthy, Report("undecided", ())).is_false_alarm


def test_captures_can_be_kept_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path))
    assert directory() == tmp_path
