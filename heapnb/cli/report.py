"""``heapnb report``: the HTML report."""

from __future__ import annotations

import click

from heapnb.cli.options import reading_options, series_argument
from heapnb.cli.output import note
from heapnb.cli.reading import Reading, check_target


@click.command("report")
@series_argument
@click.option(
    "-o",
    "--output",
    "target",
    metavar="FILE",
    default="report.html",
    show_default=True,
    help="Where the report goes.",
)
@click.option("--no-redact", is_flag=True, help="Show what looks like a secret, too.")
@reading_options
def command(
    snapshots: tuple[str, ...], target: str, reading: Reading, *, no_redact: bool
) -> None:
    """Write a report: one HTML file that opens offline.

    Give the snapshots in the order in which they were taken; three show most.
    """
    check_target(target, snapshots)
    from heapnb.report import html_report

    html_report(reading.open_series(snapshots), target, redact=not no_redact)
    note(f"The report is in {target}")
