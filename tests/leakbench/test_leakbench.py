"""Some of the programs of the leak bench; `python -m tests.leakbench.run` runs all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.leakbench.capture import DIRECTORY_VARIABLE, directory
from tests.leakbench.cases import CASES, PROGRAMS, Case
from tests.leakbench.matrix import expected, judged, pairs, rotating
from tests.leakbench.score import Answer, Report, Score, ask_heapnb, compare_classes
from tests.leakbench.variants import ALL, SHAPES, WRITTEN, Variant, is_possible
from tests.variants.forms import FORMS
from tests.variants.results import week

QUICK = [case for case in CASES if case.is_quick]

ROTATING = rotating(week(), 6)
"""Other programs in other variants each week."""


@pytest.mark.slow
@pytest.mark.parametrize("case", QUICK, ids=lambda case: case.name)
def test_a_program(case: Case) -> None:
    score = Score(case, ask_heapnb(case))
    assert score.is_right(1), score.described()
    assert not score.is_false_alarm
    assert case.is_healthy or score.has_kind(1), score.described()


@pytest.mark.slow
@pytest.mark.node
@pytest.mark.parametrize(("case", "variant"), ROTATING, ids=str)
def test_a_program_in_a_variant(case: Case, variant: Variant) -> None:
    result = judged(case, variant)
    assert result.could_run, result.reason
    # The adding line is scored by the command: some packages hide it.
    assert not set(result.wrong) - {"line"}, result.described()


def test_in_time_every_program_takes_its_turn() -> None:
    n_weeks = -(-len(CASES) // len(ROTATING))
    turns = [case.name for number in range(n_weeks) for case, _ in rotating(number, len(ROTATING))]
    assert set(turns) == {case.name for case in CASES}


def test_every_shape_and_form_is_possible() -> None:
    chosen = list(pairs(CASES, ALL))
    assert {variant.shape for _, variant in chosen} == set(SHAPES)
    assert {variant.form for _, variant in chosen} == set(FORMS)
    for case in CASES:
        assert is_possible(case, WRITTEN), case.name


def test_names_of_a_minified_file_are_right() -> None:
    case = Case("invented", "main.mjs", "", ("leak",), ("Page",), ("#pages", "pages"), ("set",))
    names = {"_Page": ("e",), "#pages": ("#t",), "other": ("o",)}
    wanted = expected(case, "minified", names)
    assert {"Page", "_Page", "e"} < set(wanted.classes)
    assert {"#pages", "pages", "#t"} < set(wanted.anchors)
    assert "o" not in (*wanted.classes, *wanted.anchors)


def test_private_fields_of_typescript_are_right() -> None:
    case = Case("invented", "main.mjs", "", ("leak",), ("Page",), ("#pages",), ("set",))
    answer = Answer(("Page",), ("_Book_pages",), "set")
    assert Score(expected(case, "ts-es5", {}), Report("leak", (answer,))).is_right(1)
    assert not Score(expected(case, "esm", {}), Report("leak", (answer,))).is_right(1)


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
