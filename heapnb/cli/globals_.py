"""``heapnb globals``: global variables, and which of them the program has added."""

from __future__ import annotations

import click

from heapnb.cli.options import reading_options, snapshot_argument, table_options
from heapnb.cli.output import TableOutput
from heapnb.cli.reading import Reading

COLUMNS = (
    "name",
    "value",
    "class_name",
    "node_id",
    "built_in",
    "shallow_size",
    "retained_size",
)


@click.command("globals")
@snapshot_argument
@table_options(sort="retained_size", columns=COLUMNS)
@reading_options
def command(snapshot: str, output: TableOutput, reading: Reading) -> None:
    """List global variables: value, sizes, built in or not."""
    output.show(reading.open(snapshot).globals())
