"""``heapnb strings``: the string table of the file."""

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
    help="Print only strings that match.",
)
@table_options(sort="length", columns=COLUMNS)
@reading_options
def command(snapshot: str, pattern: str | None, output: TableOutput, reading: Reading) -> None:
    """List the string table of the file.

    The longest string comes first. The table holds the names of nodes and edges as well as the
    program's strings, and says how many nodes each names. To list the program's strings by their
    bytes, use heapnb texts; to find what retains one, heapnb find --string, then heapnb retainers.
    """
    from heapnb.frames import texts_matching

    with reading.working("Searching"):
        opened = reading.open(snapshot)
        strings = opened.strings
        if pattern is not None:
            strings = strings[texts_matching(opened.graph.strings, pattern)]
    output.show(strings)
