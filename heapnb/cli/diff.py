"""``heapnb diff``: added and removed objects, as in DevTools' Comparison."""

from __future__ import annotations

import click

from heapnb.cli.options import check_files, reading_options, table_options
from heapnb.cli.output import TableOutput, print_json, warn
from heapnb.cli.reading import Reading

JSON_COLUMNS = (
    "class_name",
    "added_count",
    "removed_count",
    "count_delta",
    "added_size",
    "removed_size",
    "size_delta",
)
"""The same as those of `heapnb.analysis.series.diff`, which is slow to import."""


@click.command("diff")
@click.argument("before", metavar="BEFORE", callback=check_files)
@click.argument("after", metavar="AFTER", callback=check_files)
@table_options(sort="size_delta", columns=JSON_COLUMNS)
@click.option("--memwatch", is_flag=True, help="Print JSON as memwatch's HeapDiff does.")
@reading_options
def command(
    before: str, after: str, output: TableOutput, reading: Reading, *, memwatch: bool
) -> None:
    """Compare two snapshots: added and removed objects.

    Node ids identify the objects. Each row is a class name and its definition site.
    """
    from heapnb.analysis.series.diff import diff

    with reading.working("Comparing"):
        comparison = diff(*reading.open_both(before, after))
    warn(comparison.warnings)
    if memwatch:
        print_json(comparison.to_memwatch())
        return
    output.show(
        comparison.constructors(),
        for_people=("class_name", "location", *JSON_COLUMNS[1:]),
        spare=("added_size", "removed_size"),
        result=comparison,
        own_first=True,
    )
