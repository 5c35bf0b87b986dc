"""``heapnb buffers``: buffers, views into them, and the memory that they share."""

from __future__ import annotations

import click

from heapnb.cli.options import reading_options, snapshot_argument, table_options
from heapnb.cli.output import TableOutput
from heapnb.cli.reading import Reading

COLUMNS = (
    "node_id",
    "class_name",
    "kind",
    "store_bytes",
    "byte_length",
    "view_count",
    "is_slab",
    "variable",
    "holder",
    "shallow_size",
    "retained_size",
)


@click.command("buffers")
@snapshot_argument
@table_options(sort="store_bytes", columns=COLUMNS)
@reading_options
def command(snapshot: str, output: TableOutput, reading: Reading) -> None:
    """List buffers and typed arrays: memory outside the heap."""
    output.show(reading.open(snapshot).buffers())
