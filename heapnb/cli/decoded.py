"""The commands of the decoded tables, one for each entry of `heapnb.analysis.tables`."""

from __future__ import annotations

from functools import partial
from typing import Final

import click

from heapnb.analysis.tables import TABLES, DecodedTable
from heapnb.cli.options import reading_options, snapshot_argument, table_options
from heapnb.cli.output import TableOutput, note
from heapnb.cli.reading import Reading
from heapnb.schema import COLUMNS

_EACH: Final = click.option(
    "--each", is_flag=True, help="Print one row for each object, not for each place."
)


def _command_of(table: DecodedTable) -> click.Command:
    def command(
        snapshot: str, output: TableOutput, reading: Reading, *, each: bool = False
    ) -> None:
        from heapnb.cli.places import by_place, spare_columns

        words = table.name.replace("_", " ")
        with reading.working(f"Looking for {words}"):
            graph = reading.open_graph(snapshot)
            frame = table.frame(graph)
        if table.name == "dead_variables" and not len(frame):
            # Without scopes and sources, an empty table does not mean that there are none.
            note(table.empty_text)
        if each or not table.groups:
            output.show(frame, for_people=table.shown, own_first=True)
            return
        output.show(
            frame,
            for_people=table.shown,
            spare=spare_columns(table),
            by_place=partial(by_place, graph, table),
            own_first=True,
        )

    decorated = reading_options(table_options(sort=table.sort, columns=table.columns)(command))
    if table.groups:
        decorated = _EACH(decorated)
    return click.command(table.command, help=_help_of(table))(snapshot_argument(decorated))


def _help_of(table: DecodedTable) -> str:
    if not table.groups:
        return table.help
    titles = [COLUMNS[name].title for name in table.groups]
    place = ", ".join(
        title if title.isupper() else title[:1].lower() + title[1:] for title in titles
    )
    return (
        f"{table.help}\n\nEach row is a group of equal {place}, with the node id of the object "
        "that retains most. --each and --json list each object."
    )


def plugged_command(name: str) -> click.Command | None:
    """Return the command of a plug-in's table; None if no plug-in has it."""
    from heapnb.analysis.plugged_tables import plugged_tables

    found = [table for table in plugged_tables().values() if table.command == name]
    return _command_of(found[0]) if found else None


commands: Final = {name: _command_of(table) for name, table in TABLES.items()}
"""By the name of the table."""
