"""``heapnb export``: nodes and edges, or all of a snapshot, as Parquet; and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from heapnb.cli.options import reading_options, snapshot_argument
from heapnb.cli.output import note
from heapnb.cli.reading import Reading, check_target
from heapnb.errors import CommandError

if TYPE_CHECKING:
    import pyarrow as pa

    from heapnb.graph import HeapGraph


@click.command("export")
@snapshot_argument
@click.option("--nodes", metavar="OUT.parquet", help="Write the nodes, one row each, to this file.")
@click.option("--edges", metavar="OUT.parquet", help="Write the edges, one row each, to this file.")
@click.option(
    "--parquet",
    metavar="FOLDER",
    help="Write all of the snapshot, one table for each section, to this folder.",
)
@click.option(
    "--snapshot",
    "plain",
    metavar="OUT.heapsnapshot",
    help="Write a .heapsnapshot file, also .gz or .zst; from a folder of --parquet, for example.",
)
@click.option("--force", is_flag=True, help="Replace FOLDER or OUT.heapsnapshot if it exists.")
@reading_options
def command(
    snapshot: str,
    nodes: str | None,
    edges: str | None,
    parquet: str | None,
    plain: str | None,
    reading: Reading,
    *,
    force: bool,
) -> None:
    """Write nodes, edges or the whole snapshot as Parquet.

    Nodes: node_id, node_type, name, class_name, self_size, shallow_size, retained_size, distance,
    dominator_id, detachedness, edge_count, in the order of the file.

    Edges: from_id, to_id, edge_type, name.

    The whole snapshot: a folder, which every command takes in place of a .heapsnapshot file.
    """
    if nodes is edges is parquet is plain is None:
        raise click.UsageError(
            "Nothing to export: give --nodes, --edges, --parquet or --snapshot.",
            click.get_current_context(),
        )
    if parquet is not None:
        from heapnb.format.parquet_writer import check_parquet_target

        check_parquet_target(Path(parquet), force=force)
    if plain is not None:
        check_target(plain, [snapshot], force=force)
    for target in (nodes, edges):
        if target is not None:
            check_target(target, [snapshot], force=True)
    if nodes is not None and nodes == edges:
        raise CommandError(
            f"{nodes} cannot hold both nodes and edges.", hint="name a file for each."
        )
    from heapnb import export
    from heapnb.progress import reporting

    graph = reading.open_graph(snapshot)
    if nodes is not None:
        _derive_node_columns(graph)
        batches = export.node_batches(graph)
        _write(batches, export.NODE_SCHEMA, nodes, graph.n_nodes, "nodes", reading)
    if edges is not None:
        batches = export.edge_batches(graph)
        _write(batches, export.EDGE_SCHEMA, edges, graph.n_edges, "edges", reading)
    if parquet is not None:
        from heapnb.format.parquet_writer import write_parquet_snapshot

        with reporting(reading.progress):
            write_parquet_snapshot(graph.raw, parquet, force=force)
        note(f"The snapshot is in {parquet}")
    if plain is not None:
        from heapnb.format.writer import write_snapshot

        with reading.working(f"Writing {Path(plain).name}"):
            write_snapshot(graph.raw, plain, force=force)
        note(f"The snapshot is in {plain}")


def _derive_node_columns(graph: HeapGraph) -> None:
    """Compute what the batches need; that shows progress of its own, one bar at a time."""
    for name in ("class_index", "retained_size", "distance"):
        getattr(graph, name)


def _write(
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    target: str,
    n_rows: int,
    what: str,
    reading: Reading,
) -> None:
    from heapnb.export import write_parquet

    def counted() -> Iterator[pa.RecordBatch]:
        done = 0
        for batch in batches:
            yield batch
            done += batch.num_rows
            if report is not None:
                report(f"Writing {what}", done, n_rows)

    with reading.progress() as report:
        write_parquet(counted(), schema, target)
    note(f"{n_rows:,} {what} are in {target}")
