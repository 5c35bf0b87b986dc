"""``heapnb report``: the HTML report."""

from __future__ import annotations

import click

from heapnb.cli.options import (
    document_options,
    heap_profile_option,
    known_leaks_option,
    reading_options,
    series_argument,
    work_option,
)
from heapnb.cli.output import print_json, print_text
from heapnb.cli.reading import Reading, check_target
from heapnb.errors import CommandError


@click.command("report")
@series_argument
@document_options("report.html")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON instead of writing a file.")
@click.option("--markdown", is_flag=True, help="Print as Markdown, for tickets and builds.")
@click.option(
    "--timeline",
    metavar="FILE",
    multiple=True,
    help="A log of memory or GC, or deployments, to show with the snapshots.",
)
@heap_profile_option
@known_leaks_option
@work_option
@reading_options
def command(
    snapshots: tuple[str, ...],
    target: str,
    reading: Reading,
    *,
    work: tuple[float, ...] | None,
    known_leaks: tuple[str, ...],
    timeline: tuple[str, ...],
    heap_profile: str | None,
    force: bool,
    as_json: bool,
    markdown: bool,
    no_redact: bool,
    personal: bool,
) -> None:
    """Write a report: one HTML file that opens offline.

    Give the snapshots in the order in which they were taken; three show most.
    """
    if as_json and markdown:
        raise CommandError("--json and --markdown exclude each other.", hint="choose one.")
    if as_json or markdown:
        with reading.working("Gathering tables"):
            from heapnb.analysis.diagnosis.diagnose import diagnose
            from heapnb.reports import markdown_report, report_data
            from heapnb.views.masking import Masking

            sampled = reading.heap_profile(heap_profile)
            series = reading.open_series(snapshots, with_warnings=False, work=work)
            write = report_data if as_json else markdown_report
            with Masking.when(not no_redact, personal=personal).searching(series.last):
                diagnosis = diagnose(series, known_leaks=known_leaks, heap_profile=sampled)
            answer = write(diagnosis, redact=not no_redact, personal=personal)
        if as_json:
            print_json(answer)
        else:
            print(answer, end="")
        return
    check_target(target, snapshots, force=force)
    with reading.working(f"Writing {target}"):
        from heapnb.analysis.diagnosis.diagnose import diagnose
        from heapnb.reports import report as write_report
        from heapnb.views.masking import Masking

        sampled = reading.heap_profile(heap_profile)
        series = reading.open_series(snapshots, work=work)
        with Masking.when(not no_redact, personal=personal).searching(series.last):
            diagnosis = diagnose(series, known_leaks=known_leaks, heap_profile=sampled)
        write_report(
            diagnosis,
            target,
            force=force,
            redact=not no_redact,
            personal=personal,
            timeline=timeline,
        )
    print_text(f"{diagnosis.verdict}: {diagnosis.reason}")
    print_text(f"Report: {target}")
