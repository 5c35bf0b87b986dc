"""How often a diagnosis is right that is so and so sure: ``python -m tests.leakbench.calibration``.

With ``--results FILE``, a file that ``tests.leakbench.run --shapes … --json FILE`` wrote, it counts
by shape, form and version of Node.js. Without, every program is looked at with all its snapshots
and with the first two only; the samples of the repository take part. A diagnosis counts as right if
the program leaks, and its first suspect is what leaks and holds it.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import click

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.suspects import Diagnosis
from tests.benchmarks.compare import render
from tests.conftest import ROOT, sample_cases, sample_series
from tests.leakbench.capture import snapshots_of
from tests.leakbench.cases import Case, choose
from tests.leakbench.score import Score, report_of
from tests.variants.results import Result, read

BINS: Final = (0.0, 0.2, 0.4, 0.5, 0.7, 0.9, 1.0)
"""Bounds of the rows of the table."""

_LEAK: Final = "leak"
_ALL: Final = "all"


@dataclass(frozen=True)
class Outcome:
    """How sure a diagnosis was, and whether it was right.

    Parameters
    ----------
    name : str
        The program.
    confidence : float
        Of the first suspect; 0 without any.
    is_right : bool
        Whether there is a leak, and it is that.
    n_snapshots : int
        How many it was told from.
    """

    name: str
    confidence: float
    is_right: bool
    n_snapshots: int = 3


@dataclass(frozen=True)
class Row:
    """The diagnoses of about the same confidence.

    Parameters
    ----------
    low, high : float
        Bounds; the upper one belongs to the next row, except in the last.
    n_cases, n_right : int
        How many there are, and how many of them are right.
    mean_confidence : float
        What they say of themselves.
    """

    low: float
    high: float
    n_cases: int
    n_right: int
    mean_confidence: float


def calibration(outcomes: Iterable[Outcome]) -> list[Row]:
    """Compare how sure diagnoses are with how often they are right.

    Parameters
    ----------
    outcomes : iterable of Outcome
        Any number.

    Returns
    -------
    list of Row
        Rows without cases are left out.
    """
    known = list(outcomes)
    rows = []
    for low, high in itertools.pairwise(BINS):
        inside = [
            outcome
            for outcome in known
            if low <= outcome.confidence < high or high == outcome.confidence == BINS[-1]
        ]
        if inside:
            mean = sum(outcome.confidence for outcome in inside) / len(inside)
            n_right = sum(outcome.is_right for outcome in inside)
            rows.append(Row(low, high, len(inside), n_right, mean))
    return rows


def markdown(rows: Sequence[Row]) -> str:
    """Write the table for the documentation."""
    lines = [
        "| confidence of the first suspect | diagnoses | right | share right | mean confidence |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {row.low:.1f} to {row.high:.1f} | {row.n_cases} | {row.n_right} "
        f"| {row.n_right / row.n_cases:.0%} | {row.mean_confidence:.2f} |"
        for row in rows
    ]
    return "\n".join(lines)


def by_axis(axis: str, results: Sequence[Result]) -> str:
    """Write a table of kept results, a row for each shape, form or version of Node.js.

    Parameters
    ----------
    axis : {'shape', 'form', 'node'}
        What the rows are.
    results : sequence of Result
        Those of the leak bench.

    Returns
    -------
    str
        Markdown: how many first suspects of each confidence are right, of how many.
    """
    known = [result for result in results if result.could_run]
    values = dict.fromkeys(getattr(result, axis) for result in known)
    pairs = list(itertools.pairwise(BINS))
    header = [axis, *(f"{low:.1f} to {high:.1f}" for low, high in pairs)]
    rows = []
    for value in [*sorted(values), _ALL]:
        some = [one for one in known if value in (getattr(one, axis), _ALL)]
        found = {row.low: row for row in calibration(map(_outcome_of_result, some))}
        cells = [
            f"{row.n_right} of {row.n_cases}" if row else "–"
            for row in (found.get(low) for low, _ in pairs)
        ]
        rows.append([value, *cells])
    return render(header, rows, markdown=True)


def _outcome_of_result(result: Result) -> Outcome:
    is_right = not (result.is_healthy or {"class", "anchor"}.intersection(result.wrong))
    return Outcome(result.program, result.confidence, is_right)


def _outcomes_of_program(case: Case) -> Iterator[Outcome]:
    paths = snapshots_of(case)
    for used in (paths, paths[:2]):
        diagnosis = diagnose(used)
        score = Score(case, replace(report_of(diagnosis), verdict=_LEAK))
        is_right = not case.is_healthy and score.is_right(1)
        yield _outcome(case.name, diagnosis, is_right=is_right)


def _outcomes_of_sample(name: str) -> Iterator[Outcome]:
    text = (ROOT / "sample_snapshots" / name / "case.json").read_text(encoding="utf-8")
    expected: dict[str, Any] = json.loads(text)["expected"]
    classes = {leaked["class_name"] for leaked in expected.get("leaked", [])}
    paths = sample_series(name)
    for used in (paths, paths[:2]):
        diagnosis = diagnose(used)
        first = diagnosis.suspects[0] if diagnosis.suspects else None
        is_right = first is not None and first.class_name in classes
        yield _outcome(name, diagnosis, is_right=is_right)


def _outcome(name: str, diagnosis: Diagnosis, *, is_right: bool) -> Outcome:
    confidence = diagnosis.suspects[0].confidence if diagnosis.suspects else 0.0
    return Outcome(name, confidence, is_right, len(diagnosis.series))


@click.command()
@click.option("--cases", default="*", show_default=True, help="Patterns, with commas.")
@click.option(
    "--results",
    "file",
    type=click.Path(exists=True, path_type=Path),
    help="Answers of tests.leakbench.run to count instead.",
)
@click.option("--wrong", is_flag=True, help="List what is sure but wrong, or right but unsure.")
def main(cases: str, file: Path | None, wrong: bool) -> None:
    """Print how often diagnoses are right, by how sure they are."""
    if file is not None:
        kept = read(file)
        click.echo("\n\n".join(by_axis(axis, kept) for axis in ("shape", "form", "node")))
        return
    outcomes = [outcome for case in choose(cases) for outcome in _outcomes_of_program(case)]
    outcomes += [outcome for name in sample_cases() for outcome in _outcomes_of_sample(name)]
    for n_snapshots in (3, 2):
        click.echo(f"With {n_snapshots} snapshots:\n")
        some = [outcome for outcome in outcomes if outcome.n_snapshots == n_snapshots]
        click.echo(f"{markdown(calibration(some))}\n")
    if wrong:
        for outcome in outcomes:
            if outcome.is_right != (outcome.confidence >= BINS[3]):
                said = "right" if outcome.is_right else "wrong"
                click.echo(f"{outcome.confidence:.2f} {said} {outcome.name}")


if __name__ == "__main__":
    main()
