"""``heapnb listeners``: what listens to which events, and where that is written."""

from __future__ import annotations

import click

from heapnb.cli.options import reading_options, snapshot_argument, table_options
from heapnb.cli.output import TableOutput
from heapnb.cli.reading import Reading

COLUMNS = (
    "emitter_id",
    "emitter_class",
    "kind",
    "event",
    "count",
    "once",
    "listener_id",
    "function",
    "location",
    "shallow_size",
    "retained_size",
)


@click.command("listeners")
@snapshot_argument
@table_options(sort="count", columns=COLUMNS)
@reading_options
def command(snapshot: str, output: TableOutput, reading: Reading) -> None:
    """List event listeners: emitter, event, function, place."""
    output.show(reading.open(snapshot).listeners())
