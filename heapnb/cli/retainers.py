"""``heapnb retainers``: what holds a node."""

from __future__ import annotations

import click

from heapnb.cli.options import (
    DEFAULT_ROWS,
    json_option,
    parse_node_id,
    reading_options,
    snapshot_argument,
)
from heapnb.cli.output import note, print_json, print_result, print_table, records
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
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=DEFAULT_ROWS,
    show_default=True,
    metavar="N",
    help="Print N retainers; 0 prints all, as --json does.",
)
@reading_options
def command(snapshot: str, node_id: int, limit: int, reading: Reading, *, as_json: bool) -> None:
    """Show what holds a node, and the path from the GC roots.

    The retainers are in the order of DevTools' Retainers pane.
    """
    from heapnb.analysis.paths import shortest_path
    from heapnb.analysis.retainers import retainers

    graph = reading.open_graph(snapshot)
    ordinal = graph.ordinal_of(node_id)
    table = retainers(graph, ordinal)
    path = shortest_path(graph, ordinal)
    if as_json:
        print_json(
            {
                "node_id": node_id,
                "retainers": records(table, RETAINER_COLUMNS),
                "path": [] if path is None else path.to_dict(),
            }
        )
        return
    shown = table.head(limit or len(table))
    print_table(shown)
    if len(shown) < len(table):
        note(f"{len(shown):,} of {len(table):,} rows; --limit 0 prints all.")
    if path is None:
        note("No path leads here from the GC roots.")
    else:
        print_result(path)
