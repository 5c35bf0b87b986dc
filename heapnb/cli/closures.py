"""``heapnb closures``: functions, where they are written, what they capture."""

from __future__ import annotations

import click

from heapnb.cli.options import reading_options, snapshot_argument, table_options
from heapnb.cli.output import TableOutput
from heapnb.cli.reading import Reading

COLUMNS = (
    "node_id",
    "function",
    "location",
    "variables",
    "context_id",
    "shallow_size",
    "retained_size",
)


@click.command("closures")
@snapshot_argument
@table_options(sort="retained_size", columns=COLUMNS)
@reading_options
def command(snapshot: str, output: TableOutput, reading: Reading) -> None:
    """List closures: function, place, captured variables, sizes."""
    output.show(reading.open(snapshot).closures())
