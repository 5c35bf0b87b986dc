"""``heapnb allocations``: where, or when, the objects of an allocation time line were allocated."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import click

from heapnb.cli.frontend import frontend
from heapnb.cli.options import reading_options, snapshot_argument, table_options
from heapnb.cli.output import TableOutput, note
from heapnb.cli.reading import Reading
from heapnb.views.rows import Rows

if TYPE_CHECKING:
    from heapnb.analysis.allocation.ages import AllocationAges
    from heapnb.analysis.allocation.allocations import Allocations

_NUMBERS: Final = (
    *("live_count", "live_size", "allocation_count", "allocation_size", "retained_size"),
)
_COLUMNS: Final = {
    "function": ("function", "location", *_NUMBERS),
    "stack": ("function", "location", "callers", *_NUMBERS, "trace_id"),
    "age": ("interval", "time_ms", "first_id", "last_id", "live_count", "live_size"),
}
_ALL: Final = tuple(dict.fromkeys(name for names in _COLUMNS.values() for name in names))
_HIDDEN: Final = {"stack": ("trace_id",), "age": ("first_id", "last_id")}
_SPARE: Final = ("allocation_count", "live_count", "retained_size", "allocation_size")


@click.command("allocations")
@snapshot_argument
@click.option(
    "--by",
    type=click.Choice(tuple(_COLUMNS)),
    default="function",
    show_default=True,
    help="What a row stands for: a function that allocates, a call stack, or a time interval.",
)
@table_options(sort=None, columns=_ALL)
@reading_options
def command(snapshot: str, by: str, output: TableOutput, reading: Reading) -> None:
    """Say where or when objects were allocated.

    FILE is a snapshot that was taken while allocations were recorded: DevTools' "Allocations on
    timeline", with stacks, or HeapProfiler.startTrackingHeapObjects. Functions with most live
    bytes come first.
    """
    with reading.working("Adding up allocations"):
        graph = reading.open_graph(snapshot)
        answer: Allocations | AllocationAges
        if by == "age":
            from heapnb.analysis.allocation.ages import allocation_ages

            answer = allocation_ages(graph)
        else:
            from heapnb.analysis.allocation.allocations import allocations

            answer = allocations(graph, "stack" if by == "stack" else "function")
        table = answer.table if frontend().wants_frames else Rows(answer.columns)
    if not output.as_json:
        from heapnb.views.allocation_views import totals_text

        note(totals_text(answer))
    hidden = _HIDDEN.get(by, ())
    shown = dataclasses.replace(output, columns=_COLUMNS[by])
    people = [name for name in _COLUMNS[by] if name not in hidden]
    shown.show(table, for_people=people, spare=_SPARE, result=answer)
