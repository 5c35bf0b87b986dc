"""``heapnb strings``: the strings of the file."""

from __future__ import annotations

import click

from heapnb.cli.options import check_regex, reading_options, snapshot_argument, table_options
from heapnb.cli.output import TableOutput
from heapnb.cli.reading import Reading

COLUMNS = ("length", "node_count", "string")


@click.command("strings")
@snapshot_argument
@click.option(
    "--match",
    "pattern",
    callback=check_regex,
    metavar="REGEX",
    help="Strings in which this is found.",
)
@table_options(sort="length", columns=COLUMNS)
@reading_options
def command(snapshot: str, pattern: str | None, output: TableOutput, reading: Reading) -> None:
    """List the strings of the file, the longest first.

    These are the contents of strings, and the names of nodes and edges. With each goes the number
    of nodes that have it for a name. What holds a string: heapnb find --string, then heapnb
    retainers.
    """
    from heapnb.frames import texts_matching

    opened = reading.open(snapshot)
    strings = opened.strings
    if pattern is not None:
        strings = strings[texts_matching(opened.graph.strings, pattern)]
    output.show(strings)
