"""``heapnb diagnose``: whether a program leaks, what, and what retains it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from heapnb.cli.frontend import frontend
from heapnb.cli.keeping import keep
from heapnb.cli.options import (
    heap_profile_option,
    history_options,
    json_option,
    known_leaks_option,
    reading_options,
    series_argument,
    work_option,
)
from heapnb.cli.output import EXIT_ANSWERED, EXIT_LEAK, note, print_json
from heapnb.cli.reading import Reading
from heapnb.errors import CommandError

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.baseline import Comparison
    from heapnb.analysis.diagnosis.suspects import Diagnosis


@click.command("diagnose")
@series_argument
@json_option
@click.option("--all", "in_full", is_flag=True, help="Explain all suspects.")
@click.option(
    "--fail-on-leak",
    is_flag=True,
    help="Exit with 1 if the verdict is a leak, with 2 if a file cannot be read.",
)
@click.option(
    "--baseline",
    metavar="JSON",
    help="File of accepted leaks: report NEW, KNOWN and FIXED ones; only NEW ones fail.",
)
@click.option(
    "--update-baseline", is_flag=True, help="Write the leaks that were found to the baseline."
)
@click.option(
    "--github",
    is_flag=True,
    help="Print annotations for GitHub Actions (with --json, on stderr), and add a job summary.",
)
@heap_profile_option
@history_options
@known_leaks_option
@work_option
@reading_options
def command(
    snapshots: tuple[str, ...],
    reading: Reading,
    *,
    work: tuple[float, ...] | None,
    known_leaks: tuple[str, ...],
    heap_profile: str | None,
    history: str | None,
    build: str | None,
    as_json: bool,
    in_full: bool,
    fail_on_leak: bool,
    baseline: str | None,
    update_baseline: bool,
    github: bool,
) -> int:
    """Say whether a program leaks, what, and what retains it.

    Give the snapshots in the order in which they were taken; three show most.
    """
    if update_baseline and baseline is None:
        raise CommandError("--update-baseline needs --baseline.", hint="name the file to write.")
    is_first = update_baseline and not Path(baseline or "").exists()
    with reading.working("Diagnosing"):
        from heapnb.analysis.diagnosis.baseline import Baseline
        from heapnb.analysis.diagnosis.diagnose import diagnose

        # An unreadable baseline is worth knowing before a large heap is read.
        known = None if baseline is None or is_first else Baseline.read(baseline)
        # So is an unreadable heap profile.
        sampled = reading.heap_profile(heap_profile)
        # A build must not pass because a snapshot is missing.
        series = reading.open_series(
            snapshots, with_warnings=as_json, strict=fail_on_leak, work=work
        )
        diagnosis = diagnose(series, known_leaks=known_leaks, heap_profile=sampled)
        diagnosis = diagnosis if known is None else known.reasons_in(diagnosis)
    comparison = None if known is None else known.compare(diagnosis)

    if as_json:
        compared = {} if comparison is None else {"baseline": comparison.to_dict()}
        print_json(diagnosis.to_dict() | compared)
    else:
        _show(diagnosis, snapshots, in_full=in_full)
        if comparison is not None:
            print(_news(comparison))
    if history is not None and build is not None:
        keep(diagnosis, history, build)
    if github:
        from heapnb.cli.github import add_to_summary, workflow_commands

        for line in workflow_commands(diagnosis, comparison, Path.cwd()):
            note(line) if as_json else print(line)
        add_to_summary(diagnosis, history)
    if update_baseline and baseline is not None:
        _update(baseline, diagnosis)
        return EXIT_ANSWERED
    leaks = diagnosis.verdict == "leak" if comparison is None else bool(comparison.new)
    return EXIT_LEAK if fail_on_leak and leaks else EXIT_ANSWERED


def _show(diagnosis: Diagnosis, snapshots: Sequence[str], *, in_full: bool) -> None:
    from heapnb.views.text import MAX_SUSPECTS

    suspects = diagnosis.suspects
    n_suspects = len(suspects)
    if n_suspects > MAX_SUSPECTS and not in_full:
        note(f"{MAX_SUSPECTS} of {n_suspects} suspects; --all explains all, --json lists all.")
    elif n_suspects > 1 and not in_full:
        note(f"The first of {n_suspects} suspects is explained; --all explains all.")
    frontend().show_diagnosis(diagnosis, in_full=in_full)
    last = next((file for file in snapshots if _is_name_of_last(file, diagnosis)), None)
    if suspects and last is not None and frontend().is_brief:
        note(f"Next: heapnb retainers {shlex.quote(last)} {suspects[0].node_id}")


def _is_name_of_last(file: str, diagnosis: Diagnosis) -> bool:
    """Tell whether a file is the snapshot whose node ids the suspects have."""
    return Path(file).name == diagnosis.series.last.raw.source.name


def _news(comparison: Comparison) -> str:
    """Write what a baseline makes of a diagnosis, a leak a line."""
    from heapnb.views.fmt import clean, plural

    found = comparison.to_dict()
    new, known, fixed = (len(found[word]) for word in ("new", "known", "fixed"))
    lines = [f"Against the baseline: {plural(new, 'new leak')}, {known} known, {fixed} fixed."]
    lines += [
        f"  {word.upper():<5}  {leak['fingerprint']}  "
        f"{clean(leak['class_name'])}: {clean(leak['anchor'])}"
        for word, leaks in found.items()
        for leak in leaks
    ]
    return "\n".join(lines)


def _update(baseline: str, diagnosis: Diagnosis) -> None:
    from heapnb.analysis.diagnosis.baseline import Baseline
    from heapnb.views.fmt import plural

    if diagnosis.verdict == "undecided":
        raise CommandError(
            f"{baseline} is unchanged: the snapshots do not show whether there is a leak.",
            hint="take three snapshots of one process.",
        )
    found = Baseline.of(diagnosis)
    found.write(baseline)
    note(f"{baseline} lists {plural(len(found.leaks), 'known leak')}.")
