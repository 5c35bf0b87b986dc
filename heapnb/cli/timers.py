"""``heapnb timers``: timers, what they call, and after how long."""

from __future__ import annotations

import click

from heapnb.cli.options import reading_options, snapshot_argument, table_options
from heapnb.cli.output import TableOutput
from heapnb.cli.reading import Reading

COLUMNS = (
    "node_id",
    "kind",
    "state",
    "delay",
    "callback_id",
    "function",
    "location",
    "keeps_alive",
    "shallow_size",
    "retained_size",
)


@click.command("timers")
@snapshot_argument
@table_options(sort="retained_size", columns=COLUMNS)
@reading_options
def command(snapshot: str, output: TableOutput, reading: Reading) -> None:
    """List timers: kind, delay, function, place."""
    output.show(reading.open(snapshot).timers())
