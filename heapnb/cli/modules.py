"""``heapnb modules``: modules, and how often each is loaded."""

from __future__ import annotations

import click

from heapnb.cli.options import reading_options, snapshot_argument, table_options
from heapnb.cli.output import TableOutput
from heapnb.cli.reading import Reading

COLUMNS = (
    "node_id",
    "kind",
    "filename",
    "copies",
    "loaded",
    "parent",
    "child_count",
    "shallow_size",
    "retained_size",
)


@click.command("modules")
@snapshot_argument
@table_options(sort="retained_size", columns=COLUMNS)
@reading_options
def command(snapshot: str, output: TableOutput, reading: Reading) -> None:
    """List modules: file, parent, number of copies."""
    output.show(reading.open(snapshot).modules())
