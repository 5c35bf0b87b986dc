"""Score heapnb and others on web pages whose leaks are known.

    python -m tests.pagebench.run [--pages …] [--set third] [--forms …] [--tools …]
        [--markdown] [--jobs 2]

Chromium uses the pages, Node builds them, and npm installs what they import. What was captured and
diagnosed is kept: the command can be ended and started again.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from tests.benchmarks.compare import render
from tests.leakbench.run import NOT_ASKED, mark
from tests.pagebench.cases import FORMS, SETS, Page, choose
from tests.pagebench.others import OTHER_TOOLS, Finding
from tests.pagebench.score import judged
from tests.variants.command import judge, matching
from tests.variants.results import ASPECTS_OF_PAGES, Result, table_by, write

_COMMAND_NAME: Final = "python -m tests.pagebench.run"
_HEAPNB: Final = "heapnb"
_SHOWN: Final = 50
_TITLES: Final = {"anchor": "holder", "line": "place", "call": "missing call"}


@click.command()
@click.option("--pages", default="*", show_default=True, help="Patterns, with commas.")
@click.option("--set", "sets", help=f"Patterns, with commas: {', '.join(SETS)}.")
@click.option("--forms", help=f"Patterns, with commas: {', '.join(FORMS)}.")
@click.option(
    "--tools",
    default=_HEAPNB,
    show_default=True,
    help=f"Which ones, with commas: {', '.join((_HEAPNB, *OTHER_TOOLS))}.",
)
@click.option(
    "--keep",
    type=click.Choice(["current", "right", "all"]),
    default="current",
    show_default=True,
    help="Kept answers to take: of this heapnb, right ones of others too, or all.",
)
@click.option("--jobs", default=1, show_default=True, help="Pages diagnosed at the same time.")
@click.option("--markdown", is_flag=True, help="Print Markdown tables.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Keep all answers here.")
def main(
    pages: str,
    sets: str | None,
    forms: str | None,
    tools: str,
    keep: str,
    jobs: int,
    markdown: bool,
    json_file: Path | None,
) -> None:
    """Score heapnb and others on web pages whose leaks are known."""
    wanted = matching(FORMS, forms)
    chosen = choose(pages, matching(tuple(SETS), sets))
    asked = [(page, form) for page in chosen for form in page.forms if form in wanted]
    results: list[Result] = []
    if _HEAPNB in tools.split(","):
        results = list(judge(asked, lambda one: judged(*one, keep=keep), jobs))
        click.echo(summary(results, markdown=markdown))
        click.echo("")
        click.echo(page_table(results, markdown=markdown))
        n_not_run = sum(not result.could_run for result in results)
        click.echo(f"\n{n_not_run} of {len(results)} could not run.")
        if json_file is not None:
            write(results, json_file)
    for name in matching(tuple(OTHER_TOOLS), tools):
        findings = [(page, form, OTHER_TOOLS[name](page, form)) for page, form in asked]
        click.echo("")
        click.echo(f"{name}: {counted(findings)}")
        click.echo("")
        click.echo(findings_table(findings, markdown=markdown))
    sys.exit(1 if any(result.wrong for result in results) else 0)


def summary(results: Sequence[Result], *, markdown: bool) -> str:
    """Count what is right by framework and by form.

    Parameters
    ----------
    results : sequence of Result
        Of the pages.
    markdown : bool
        For a document.

    Returns
    -------
    str
    """
    tables = [
        table_by(axis, results, markdown=markdown, title=title, aspects=ASPECTS_OF_PAGES)
        for axis, title in (("shape", "framework"), ("form", "form"))
    ]
    text = "\n\n".join(tables)
    if markdown:
        for name, title in _TITLES.items():
            text = text.replace(f"| {name} ", f"| {title} ")
    return text


def page_table(results: Sequence[Result], *, markdown: bool) -> str:
    """List what is said about each page.

    Parameters
    ----------
    results : sequence of Result
        Of the pages.
    markdown : bool
        For a document.

    Returns
    -------
    str
    """
    header = ["page", "form", "first answer"]
    header += [_TITLES.get(name, name) for name in ASPECTS_OF_PAGES]
    rows = []
    for result in results:
        said = ", ".join(
            part[:_SHOWN] for part in (result.class_name, result.anchor, result.kind) if part
        )
        answer = f"{result.verdict or result.reason}: {said}" if said else result.verdict
        marks = [
            mark(name not in result.wrong) if name in result.checked else NOT_ASKED
            for name in ASPECTS_OF_PAGES
        ]
        rows.append([f"`{result.program}`", result.form, answer.replace("|", "¦"), *marks])
    return render(header, rows, markdown=markdown)


def counted(findings: Sequence[tuple[Page, str, Finding]]) -> str:
    """Count what another tool found, in a sentence.

    Parameters
    ----------
    findings : sequence of (Page, str, Finding)
        Page, form, and what was found.

    Returns
    -------
    str
    """
    ran = [(page, found) for page, _, found in findings if found.error is None]
    leaking = [(page, found) for page, found in ran if not page.case.is_healthy]
    healthy = [found for page, found in ran if page.case.is_healthy]
    detached = [found for page, found in leaking if page.keeps_detached]
    parts = (
        f"leaks found: {sum(found.n_leaks > 0 for _, found in leaking)} of {len(leaking)}",
        f"said detached: {sum(found.says_detached for found in detached)} of {len(detached)}",
        f"holder on its trace: {sum(found.has_holder for _, found in leaking)} of {len(leaking)}",
        f"false alarms: {sum(found.n_leaks > 0 for found in healthy)} of {len(healthy)}",
        f"could not run: {len(findings) - len(ran)}",
    )
    return "; ".join(parts)


def findings_table(findings: Sequence[tuple[Page, str, Finding]], *, markdown: bool) -> str:
    """List what another tool found in each page.

    Parameters
    ----------
    findings : sequence of (Page, str, Finding)
        Page, form, and what was found.
    markdown : bool
        For a document.

    Returns
    -------
    str
    """
    header = ["page", "form", "leaks", "detached", "holder", "says"]
    rows = []
    for page, form, found in findings:
        leaks = "failed" if found.error else str(found.n_leaks)
        said = (found.error or found.said).replace("|", "¦")[: 2 * _SHOWN]
        marks = [mark(found.says_detached) if page.keeps_detached else NOT_ASKED]
        marks += [NOT_ASKED if page.case.is_healthy else mark(found.has_holder)]
        rows.append([f"`{page.name}`", form, leaks, *marks, said])
    return render(header, rows, markdown=markdown)


if __name__ == "__main__":
    main(prog_name=_COMMAND_NAME)
