"""``heapnb diagnose``: does it leak, what, and what holds it."""

from __future__ import annotations

import click

from heapnb.cli.options import json_option, reading_options, series_argument
from heapnb.cli.output import EXIT_ANSWERED, EXIT_LEAK, print_json, print_result
from heapnb.cli.reading import Reading


@click.command("diagnose")
@series_argument
@json_option
@click.option("--fail-on-leak", is_flag=True, help="Exit with 1 if the verdict is a leak.")
@reading_options
def command(
    snapshots: tuple[str, ...], reading: Reading, *, as_json: bool, fail_on_leak: bool
) -> int:
    """Say whether a program leaks, what, and what holds it.

    Give the snapshots in the order in which they were taken; three show most.
    """
    from heapnb.analysis.diagnose import diagnose

    diagnosis = diagnose(reading.open_series(snapshots, with_warnings=as_json))
    if as_json:
        print_json(diagnosis.to_dict())
    else:
        print_result(diagnosis)
    return EXIT_LEAK if fail_on_leak and diagnosis.verdict == "leak" else EXIT_ANSWERED
