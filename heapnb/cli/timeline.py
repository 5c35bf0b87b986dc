"""``heapnb timeline``: memory, garbage collection, snapshots and deployments on one axis."""

from __future__ import annotations

import click

from heapnb.cli.options import json_option, log_arguments, max_size_option
from heapnb.cli.output import finding_records, print_json, print_result, timed_records, warn
from heapnb.cli.reading import Reading


@click.command("timeline")
@log_arguments
@click.option("--start", metavar="TIME", help="When the program started, for logs without times.")
@max_size_option
@json_option
def command(files: tuple[str, ...], start: str | None, *, as_json: bool) -> None:
    """Show logs, snapshots, deployments on one time line.

    FILE is a log of memory (JSON lines, CSV, printed process.memoryUsage()), a log of --trace-gc,
    a snapshot with its side file, a diagnostic report, or a list of deployments with the columns
    time and name. heapnb recognises files by their content.
    """
    from heapnb.timeline.timeline import timeline

    with Reading().working("Reading logs"):
        found = timeline(*files, start=start)
    if as_json:
        warn(found.warnings)
        print_json(
            {
                "findings": finding_records(found.findings),
                "events": timed_records(found.table),
            }
        )
    else:
        print_result(found)
