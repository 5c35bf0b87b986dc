"""Score heapnb and others on programs whose leaks are known.

    python -m tests.leakbench.run [--cases …] [--tools …] [--markdown] [--jobs 2]
    python -m tests.leakbench.run --shapes … --forms … --nodes … [--sample 2 --seed 7] [--json FILE]

The second form runs the programs in other shapes and forms and on other versions of Node.js, and
asks only heapnb. What was captured and diagnosed is kept: the command can be ended and started
again. Node runs the programs, and npm installs the packages they need, when they are first asked
for.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from tests.benchmarks.compare import render
from tests.leakbench.capture import snapshots_of, workspace
from tests.leakbench.cases import choose
from tests.leakbench.matrix import judged, pairs
from tests.leakbench.score import TOOLS, TOP, Score
from tests.leakbench.variants import SHAPES, variants
from tests.node_versions import NODE_VERSIONS
from tests.variants.command import finish, judge, matching, with_options
from tests.variants.forms import FORMS

_COMMAND_NAME = "python -m tests.leakbench.run"
_RIGHT, _WRONG, NOT_ASKED = "yes", "**no**", "–"


@click.command()
@click.option("--cases", default="*", show_default=True, help="Patterns, with commas.")
@click.option(
    "--tools",
    default=",".join(tool.key for tool in TOOLS),
    show_default=True,
    help="Which ones, with commas.",
)
@click.option("--shapes", help=f"Patterns, with commas: {', '.join(SHAPES)}.")
@with_options
def main(
    cases: str,
    tools: str,
    shapes: str | None,
    forms: str | None,
    nodes: str | None,
    sample: int | None,
    seed: int,
    keep: str,
    jobs: int,
    markdown: bool,
    json_file: Path | None,
) -> None:
    """Score heapnb and others on programs whose leaks are known."""
    chosen = choose(cases)
    workspace()
    if any(axis is not None for axis in (shapes, forms, nodes)):
        of_axes = variants(
            matching(SHAPES, shapes), matching(FORMS, forms), matching(NODE_VERSIONS, nodes)
        )
        asked = pairs(chosen, of_axes, sample, seed)
        results = judge(asked, lambda pair: judged(*pair, keep=keep), jobs)
        finish(list(results), markdown=markdown, json_file=json_file)
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
            row.append(f"{at_first} / {in_top}" if in_top else NOT_ASKED)
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
            named = [NOT_ASKED] * 3
        else:
            named = [mark(check(1)) for check in (score.has_class, score.has_anchor)]
            named.append(mark(score.has_kind(1)))
        rows.append(
            [
                f"`{score.case.name}`",
                score.case.what,
                score.described().replace("|", "¦"),
                *named,
                mark(score.is_verdict_right),
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


def mark(is_right: bool) -> str:
    """Say in a cell of a table whether something is right."""
    return _RIGHT if is_right else _WRONG


if __name__ == "__main__":
    main(prog_name=_COMMAND_NAME)
