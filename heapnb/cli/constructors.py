"""``heapnb constructors``: the classes of the heap, as DevTools groups them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from heapnb.cli.frontend import frontend
from heapnb.cli.options import reading_options, snapshot_argument, table_options
from heapnb.cli.output import TableOutput
from heapnb.cli.reading import Reading

if TYPE_CHECKING:
    from heapnb.cli.frontend import Table
    from heapnb.graph import HeapGraph

COLUMNS = ("class_name", "location", "count", "shallow_size", "retained_size", "distance")

_SPARE = ("distance", "shallow_size")


@click.command("constructors")
@snapshot_argument
@click.option("--by-name", is_flag=True, help="Merge classes that share a name.")
@click.option(
    "--only",
    metavar="FILTER",
    help="Count only objects retained by detached DOM nodes (detached), by the console (console), "
    "by event-handlers, by contexts of functions (contexts); duplicate-strings; or those of "
    "native-context:ID, shared between native contexts, or unattributed.",
)
@table_options(sort="retained_size", columns=COLUMNS)
@reading_options
def command(
    snapshot: str, output: TableOutput, reading: Reading, *, by_name: bool, only: str | None
) -> None:
    """List classes: objects, shallow and retained sizes.

    Each row is a class name and its definition site, as in DevTools.
    """
    with reading.working("Adding up classes"):
        graph = reading.open_graph(snapshot)
        table = _table(graph, by_name=by_name, only=only, as_frame=frontend().wants_frames)
    output.show(table, spare=_SPARE, own_first=True)


def _table(graph: HeapGraph, *, by_name: bool, only: str | None, as_frame: bool) -> Table:
    from heapnb.analysis.constructors import constructor_rows, constructors
    from heapnb.views.rows import Rows

    if as_frame:
        return constructors(graph, by_name=by_name, only=only)
    return Rows(constructor_rows(graph, by_name=by_name, only=only).columns())
