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
@reading_options
def command(snapshots: tuple[str, ...], target: str, reading: Reading) -> None:
    """Write a report: one HTML file that opens offline.

    Give the snapshots in the order in which they were taken; three show most.
    """
    check_target(target, snapshots)
    from heapnb.report import html_report

    html_report(reading.open_series(snapshots), target)
    note(f"The report is in {target}")
