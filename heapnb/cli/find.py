"""``heapnb find``: nodes by class, name, property or text."""

from __future__ import annotations

import click

from heapnb.cli.options import (
    check_regex,
    check_text,
    reading_options,
    snapshot_argument,
    table_options,
)
from heapnb.cli.output import TableOutput
from heapnb.cli.reading import Reading

COLUMNS = (
    "node_id",
    "node_type",
    "class_name",
    "name",
    "shallow_size",
    "retained_size",
    "distance",
)


@click.command("find")
@snapshot_argument
@click.option(
    "--class",
    "--class-name",
    "class_name",
    callback=check_text,
    metavar="NAME",
    help="The node is of this class.",
)
@click.option("--name", callback=check_regex, metavar="REGEX", help="The name matches this.")
@click.option(
    "--has-property", callback=check_text, metavar="NAME", help="The node has this property."
)
@click.option(
    "--string",
    callback=check_regex,
    metavar="REGEX",
    help="The node is a string whose text matches this.",
)
@table_options(sort="retained_size", columns=COLUMNS)
@reading_options
def command(
    snapshot: str,
    class_name: str | None,
    name: str | None,
    has_property: str | None,
    string: str | None,
    output: TableOutput,
    reading: Reading,
) -> None:
    """List the nodes that meet all conditions."""
    if all(condition is None for condition in (class_name, name, has_property, string)):
        raise click.UsageError(
            "No condition: give --class, --name, --has-property or --string.",
            click.get_current_context(),
        )
    with reading.working("Searching"):
        opened = reading.open(snapshot)
        found = opened.find(
            class_name=class_name, name=name, has_property=has_property, string=string
        )
    output.show(found)
