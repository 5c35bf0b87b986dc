"""``heapnb retainers``: what retains a node."""

from __future__ import annotations

import click

from heapnb.cli.options import (
    json_option,
    limit_option,
    parse_node_id,
    reading_options,
    snapshot_argument,
)
from heapnb.cli.output import note, print_json, print_result, print_rows, records
from heapnb.cli.reading import Reading

RETAINER_COLUMNS = (
    "node_id",
    "class_name",
    "edge_type",
    "edge_name",
    "distance",
    "retained_size",
)


@click.command("retainers")
@snapshot_argument
@click.argument("node_id", metavar="NODE_ID", callback=parse_node_id)
@json_option
@limit_option
@reading_options
def command(
    snapshot: str, node_id: int, limit: int | None, reading: Reading, *, as_json: bool
) -> None:
    """Show the retainers of a node, and its retaining path.

    The retainers are in the order of DevTools' Retainers pane.
    """
    with reading.working("Looking for retainers"):
        from heapnb.analysis.retention.paths import preferred_path
        from heapnb.analysis.retention.retainers import retainers

        graph = reading.open_graph(snapshot)
        ordinal = graph.ordinal_of(node_id)
        table = retainers(graph, ordinal)
        path = preferred_path(graph, ordinal)
    if as_json:
        print_json(
            {
                "node_id": node_id,
                "retainers": records(table.head(limit or len(table)), RETAINER_COLUMNS),
                "path": [] if path is None else path.to_dict(),
            }
        )
        return
    print_rows(table, limit)
    if path is None:
        note("No path from the GC roots leads to this node.")
    else:
        print_result(path)
