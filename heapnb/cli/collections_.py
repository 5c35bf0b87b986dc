"""``heapnb collections``: Maps, Sets, arrays and dictionaries, and how full they are."""

from __future__ import annotations

import click

from heapnb.cli.options import reading_options, snapshot_argument, table_options
from heapnb.cli.output import TableOutput
from heapnb.cli.reading import Reading

COLUMNS = (
    "node_id",
    "class_name",
    "kind",
    "entry_count",
    "capacity",
    "fill_ratio",
    "variable",
    "holder",
    "shallow_size",
    "retained_size",
)


@click.command("collections")
@snapshot_argument
@table_options(sort="retained_size", columns=COLUMNS)
@reading_options
def command(snapshot: str, output: TableOutput, reading: Reading) -> None:
    """List collections: entries, capacity, what holds them."""
    output.show(reading.open(snapshot).collections())
