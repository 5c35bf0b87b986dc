"""``heapnb summary``: totals, bytes by kind, producer."""

from __future__ import annotations

import click

from heapnb.cli.options import json_option, reading_options, snapshot_argument
from heapnb.cli.output import print_json, print_result
from heapnb.cli.reading import Reading


@click.command("summary")
@snapshot_argument
@json_option
@reading_options
def command(snapshot: str, reading: Reading, *, as_json: bool) -> None:
    """Show totals, bytes by kind, producer and warnings."""
    with reading.working("Adding up the heap"):
        answer = reading.open(snapshot, with_warnings=as_json).summary()
    if as_json:
        print_json(answer.to_dict())
    else:
        print_result(answer)
