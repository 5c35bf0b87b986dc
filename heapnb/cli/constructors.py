"""``heapnb constructors``: the classes of the heap, as DevTools groups them."""

from __future__ import annotations

import click

from heapnb.cli.options import reading_options, snapshot_argument, table_options
from heapnb.cli.output import TableOutput
from heapnb.cli.reading import Reading

COLUMNS = ("class_name", "location", "count", "shallow_size", "retained_size", "distance")

_SPARE = ("distance", "shallow_size")


@click.command("constructors")
@snapshot_argument
@click.option("--by-name", is_flag=True, help="Merge classes that share a name.")
@table_options(sort="retained_size", columns=COLUMNS)
@reading_options
def command(snapshot: str, output: TableOutput, reading: Reading, *, by_name: bool) -> None:
    """List classes: objects, shallow and retained sizes.

    Each row is a class name and its definition site, as in DevTools.
    """
    with reading.working("Adding up classes"):
        frame = reading.open(snapshot).constructors(by_name=by_name)
    output.show(frame, spare=_SPARE, own_first=True)
