"""``heapnb constructors``: DevTools' Summary."""

from __future__ import annotations

import click

from heapnb.cli.options import reading_options, snapshot_argument, table_options
from heapnb.cli.output import TableOutput
from heapnb.cli.reading import Reading

COLUMNS = ("class_name", "location", "count", "shallow_size", "retained_size", "distance")


@click.command("constructors")
@snapshot_argument
@click.option("--by-name", is_flag=True, help="Add up the classes that share a name.")
@table_options(sort="retained_size", columns=COLUMNS)
@reading_options
def command(snapshot: str, output: TableOutput, reading: Reading, *, by_name: bool) -> None:
    """List classes: how many objects, how large, what they retain.

    As in DevTools, there is one row for each class name and the place that defines it.
    """
    output.show(reading.open(snapshot).constructors(by_name=by_name))
