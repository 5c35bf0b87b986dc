"""Score heapnb and others on programs whose leaks are known.

    python -m tests.leakbench.run [--cases …] [--tools …] [--markdown] [--jobs 2]

The programs are run by Node, and the packages they need installed, when they are first asked for.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase
from pathlib import Path

import click

from tests.benchmarks.compare import render
from tests.leakbench.capture import snapshots_of, workspace
from tests.leakbench.cases import CASES, Case
from tests.leakbench.score import TOOLS, TOP, Score

_COMMAND_NAME = "python -m tests.leakbench.run"
_RIGHT, _WRONG, _NOT_ASKED = "yes", "**no**", "–"


@click.command()
@click.option("--cases", default="*", show_default=True, help="Patterns, with commas.")
@click.option(
    "--tools",
    default=",".join(tool.key for tool in TOOLS),
    show_default=True,
    help="Which ones, with commas.",
)
@click.option("--jobs", default=1, show_default=True, help="Programs run at the same time.")
@click.option("--markdown", is_flag=True, help="Print Markdown tables.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Keep all answers here.")
def main(cases: str, tools: str, jobs: int, markdown: bool, json_file: Path | None) -> None:
    """Score heapnb and others on programs whose leaks are known."""
    chosen = choose(cases)
    workspace()
    with ThreadPoolExecutor(jobs) as pool:
        for case, _ in zip(chosen, pool.map(snapshots_of, chosen), strict=True):
            click.echo(f"captured {case.name}", err=True)
    scores: dict[str, list[Score]] = {}
    for tool in TOOLS:
        if tool.key not in tools.split(","):
            continue
        with ThreadPoolExecutor(1 if tool.key == "heapnb" else jobs) as pool:
            reports = list(pool.map(tool.look, chosen))
        scores[tool.title] = [
            Score(case, report) for case, report in zip(chosen, reports, strict=True)
        ]
    click.echo(summary_table(scores, markdown=markdown))
    click.echo("")
    first = next(iter(scores.values()), [])
    click.echo(case_table(first, markdown=markdown))
    if json_file is not None:
        json_file.write_text(json.dumps(details(scores), indent=1) + "\n", encoding="utf-8")
    if not all(score.is_right(1) for score in first):
        sys.exit(1)


def choose(patterns: str) -> list[Case]:
    """Return the cases whose names match one of some patterns.

    Parameters
    ----------
    patterns : str
        With commas between them.

    Returns
    -------
    list of Case
    """
    wanted = [pattern.strip() for pattern in patterns.split(",")]
    chosen = [case for case in CASES if any(fnmatchcase(case.name, one) for one in wanted)]
    if not chosen:
        raise click.BadParameter(f"no case is called {patterns}")
    return chosen


def summary_table(scores: dict[str, list[Score]], *, markdown: bool) -> str:
    """Count what each tool says rightly.

    Parameters
    ----------
    scores : dict of str to list of Score
        By tool.
    markdown : bool
        For a document.

    Returns
    -------
    str
    """
    header = ["", "class and anchor at 1", f"in the first {TOP}"]
    header += [f"{what} at 1 / {TOP}" for what in ("class", "anchor", "cause")]
    header += ["leaks found", "false alarms"]
    rows = []
    for title, found in scores.items():
        leaking = [score for score in found if not score.case.is_healthy]
        healthy = [score for score in found if score.case.is_healthy]

        def count(values: Sequence[bool], of: int) -> str:
            return f"{sum(values)} of {of}"

        n_leaking = len(leaking)
        row = [
            title,
            count([score.is_right(1) for score in leaking], n_leaking),
            count([score.is_right(TOP) for score in leaking], n_leaking),
        ]
        for named in (Score.has_class, Score.has_anchor, Score.has_kind):
            at_first, in_top = (sum(named(score, top) for score in leaking) for top in (1, TOP))
            row.append(f"{at_first} / {in_top}" if in_top else _NOT_ASKED)
        row.append(count([score.is_verdict_right for score in leaking], n_leaking))
        row.append(count([score.is_false_alarm for score in healthy], len(healthy)))
        rows.append(row)
    return render(header, rows, markdown=markdown)


def case_table(scores: list[Score], *, markdown: bool) -> str:
    """List what one tool says about each program.

    Parameters
    ----------
    scores : list of Score
        Of the tool.
    markdown : bool
        For a document.

    Returns
    -------
    str
    """
    header = ["program", "what happens", "first answer", "class", "anchor", "cause", "verdict"]
    rows = []
    for score in scores:
        if score.case.is_healthy:
            named = [_NOT_ASKED] * 3
        else:
            named = [_mark(check(1)) for check in (score.has_class, score.has_anchor)]
            named.append(_mark(score.has_kind(1)))
        rows.append(
            [
                f"`{score.case.name}`",
                score.case.what,
                score.described().replace("|", "¦"),
                *named,
                _mark(score.is_verdict_right),
            ]
        )
    return render(header, rows, markdown=markdown)


def details(scores: dict[str, list[Score]]) -> list[dict[str, object]]:
    """Return all answers as plain data.

    Parameters
    ----------
    scores : dict of str to list of Score
        By tool.

    Returns
    -------
    list of dict
    """
    return [
        {
            "tool": title,
            "case": score.case.name,
            "verdict": score.report.verdict,
            "is_right": score.is_right(1),
            "answers": [
                {"classes": one.classes, "anchors": one.anchors, "kind": one.kind}
                for one in score.report.answers
            ],
        }
        for title, found in scores.items()
        for score in found
    ]


def _mark(is_right: bool) -> str:
    return _RIGHT if is_right else _WRONG


if __name__ == "__main__":
    main(prog_name=_COMMAND_NAME)
