"""Score heapnb on leaks that shipped in npm packages and Node.js, beside their fixed versions.

    python -m tests.shipped.run [--leaks PATTERNS] [--jobs 2] [--markdown]

Each entry of ``heapnb/known_leaks`` with ``reproduced_with`` has a program in ``programs``. It runs
with the affected version and with the fixed one. The entry, written from the report and from the
source of the package, says what is right.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase

import click

from heapnb.analysis.diagnosis.diagnose import diagnose
from heapnb.analysis.diagnosis.suspects import Diagnosis
from tests.benchmarks.compare import render
from tests.leakbench.run import NOT_ASKED, mark
from tests.leakbench.score import Score, full_report_of
from tests.shipped.cases import Shipped, captured_with, shipped_cases
from tests.variants.forms import NotPossibleError

_COMMAND_NAME = "python -m tests.shipped.run"
_LONGEST_ERROR = 200


@dataclass(frozen=True)
class Result:
    """What heapnb says about a program with the affected and with the fixed version.

    Parameters
    ----------
    case : Shipped
        The program.
    affected : Score
        With the version that leaks.
    control : Score or None
        With the version that does not; None if there is none.
    known_affected, known_control : frozenset of str
        Entries of the catalogue that suspects were taken for.
    """

    case: Shipped
    affected: Score
    control: Score | None
    known_affected: frozenset[str]
    known_control: frozenset[str] = frozenset()

    @property
    def is_known(self) -> bool:
        """Whether the leak was recognised, and nothing else."""
        return self.known_affected == {self.case.leak.id}

    @property
    def is_silent(self) -> bool:
        """Whether nothing is claimed of the fixed version."""
        is_claimed = self.case.leak.id in self.known_control
        return self.control is None or not (self.control.is_false_alarm or is_claimed)

    @property
    def is_right(self) -> bool:
        """Whether all of it is right."""
        score = self.affected
        return score.is_right(1) and score.has_kind(1) and self.is_known and self.is_silent


def result_of(case: Shipped) -> Result:
    """Diagnose a program with both versions.

    Parameters
    ----------
    case : Shipped
        The program.

    Returns
    -------
    Result
    """
    affected = _diagnosed(case, case.affected)
    score = Score(case.leaking_case, full_report_of(affected))
    if case.control is None:
        return Result(case, score, None, _known(affected))
    control = _diagnosed(case, case.control)
    healthy = Score(case.healthy_case, full_report_of(control))
    return Result(case, score, healthy, _known(affected), _known(control))


def _diagnosed(case: Shipped, version: str) -> Diagnosis:
    found = captured_with(case, version)
    return diagnose(found.snapshots, source_root=found.program)


def _known(diagnosis: Diagnosis) -> frozenset[str]:
    return frozenset(one.known.id for one in diagnosis.suspects if one.known is not None)


def choose(patterns: str) -> list[Shipped]:
    """Return the leaks whose ids or packages match one of some patterns, with commas between."""
    wanted = [pattern.strip() for pattern in patterns.split(",")]
    chosen = [
        case
        for case in shipped_cases()
        if any(
            fnmatchcase(name, one) for name in (case.leak.id, case.leak.package) for one in wanted
        )
    ]
    if not chosen:
        raise click.BadParameter(f"no known leak with a program is called {patterns}")
    return chosen


def table(results: Sequence[Result], *, markdown: bool) -> str:
    """List what is said about each leak."""
    header = ["known leak", "version", "first answer", "found", "class", "holder", "cause"]
    header += ["known", "control", "silent there"]
    rows = []
    for result in results:
        score, control = result.affected, result.control
        checks = (score.has_class, score.has_anchor, score.has_kind)
        said = score.described().replace("|", "¦")
        row = [f"`{result.case.leak.id}`", result.case.affected, said]
        row += [mark(score.is_verdict_right), *(mark(check(1)) for check in checks)]
        row += [mark(result.is_known)]
        silent = NOT_ASKED if control is None else mark(result.is_silent)
        rows.append([*row, result.case.control or NOT_ASKED, silent])
    return render(header, rows, markdown=markdown)


def summary(results: Sequence[Result]) -> str:
    """Count what is right, in a sentence for each question."""
    n_all = len(results)
    with_control = [result for result in results if result.control is not None]
    counts = (
        ("leak found", [one.affected.is_verdict_right for one in results]),
        ("class and holder right", [one.affected.is_right(1) for one in results]),
        ("cause right", [one.affected.has_kind(1) for one in results]),
        ("recognised as known", [one.is_known for one in results]),
        ("silent on the fixed version", [one.is_silent for one in with_control]),
    )
    parts = [f"{what}: {sum(right)} of {len(right)}" for what, right in counts]
    return f"{n_all} leaks; " + "; ".join(parts)


@click.command()
@click.option("--leaks", default="*", show_default=True, help="Ids or packages, with commas.")
@click.option("--jobs", default=1, show_default=True, help="Programs run at the same time.")
@click.option("--markdown", is_flag=True, help="Print a Markdown table.")
def main(leaks: str, jobs: int, markdown: bool) -> None:
    """Score heapnb on leaks that shipped, beside their fixed versions."""
    chosen = choose(leaks)
    runs = [
        (case, version)
        for case in chosen
        for version in (case.affected, case.control)
        if version is not None
    ]
    with ThreadPoolExecutor(jobs) as pool:
        errors = list(pool.map(lambda run: _error_of(*run), runs))
    failed = {case.leak.id for (case, _), error in zip(runs, errors, strict=True) if error}
    results = [result_of(case) for case in chosen if case.leak.id not in failed]
    click.echo(table(results, markdown=markdown))
    click.echo(f"\n{summary(results)}")
    if failed or not all(result.is_right for result in results):
        sys.exit(1)


def _error_of(case: Shipped, version: str) -> str | None:
    """Take the snapshots of a program; say what failed, if anything did."""
    try:
        captured_with(case, version)
    except (OSError, subprocess.SubprocessError, NotPossibleError, RuntimeError) as error:
        click.echo(f"{case.leak.id} with {version} failed: {error}"[:_LONGEST_ERROR], err=True)
        return str(error)
    click.echo(f"captured {case.leak.id} with {version}", err=True)
    return None


if __name__ == "__main__":
    main(prog_name=_COMMAND_NAME)
