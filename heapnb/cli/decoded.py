"""The commands of the decoded tables, one for each entry of `heapnb.decode.tables`."""

from __future__ import annotations

from typing import Final

import click

from heapnb.cli.options import reading_options, snapshot_argument, table_options
from heapnb.cli.output import TableOutput
from heapnb.cli.reading import Reading
from heapnb.decode.tables import TABLES, DecodedTable


def _command_of(table: DecodedTable) -> click.Command:
    @click.command(table.command, help=table.help)
    @snapshot_argument
    @table_options(sort=table.sort, columns=table.columns)
    @reading_options
    def command(snapshot: str, output: TableOutput, reading: Reading) -> None:
        frame = table.frame(reading.open_graph(snapshot))
        output.show(frame, for_people=table.shown)

    return command


commands: Final = {name: _command_of(table) for name, table in TABLES.items()}
"""By the name of the table."""
