"""How allocation time lines show themselves: totals, call stacks, and objects by age."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from markupsafe import Markup

from heapnb.schema import Kind
from heapnb.views import charts, fmt
from heapnb.views.rows import Rows
from heapnb.views.view_parts import Fact, View

if TYPE_CHECKING:
    from heapnb.analysis.allocation.ages import AllocationAges
    from heapnb.analysis.allocation.allocations import Allocations
    from heapnb.analysis.allocation.stacks import AllocationStack
    from heapnb.graph import HeapGraph
    from heapnb.views.masking import Masking

_MOST_COLUMNS: Final = 60
_AGES: Final = "Live objects by age"


def totals_text(result: Allocations | AllocationAges) -> str:
    """Say in a sentence or two what was recorded, and what of it is live.

    Parameters
    ----------
    result : Allocations or AllocationAges
        The result.

    Returns
    -------
    str
    """
    from heapnb.analysis.allocation.allocations import Allocations

    live = f"{fmt.plural(result.live_count, 'object')}, {fmt.format_bytes(result.live_size)}"
    earlier = f"{fmt.plural(result.earlier_count, 'node')}, {fmt.format_bytes(result.earlier_size)}"
    if isinstance(result, Allocations):
        count = fmt.plural(result.allocation_count, "object")
        return (
            f"Recorded: {count}, {fmt.format_bytes(result.allocation_size)}; "
            f"live in the snapshot: {live}. Without a call stack: {earlier}."
        )
    return (
        f"Recorded for {fmt.format_duration(result.time_ms)}; live from that time: {live}. "
        f"Older, or of its first moment: {earlier}."
    )


def _allocations_view(result: Allocations) -> View:
    of = "function" if result.by == "function" else "call stack"
    return View(
        title=f"Allocations by {of}", lead=(totals_text(result),), table=Rows(result.columns)
    )


def _ages_view(result: AllocationAges) -> View:
    return View(
        title=_AGES,
        lead=(totals_text(result),),
        drawing=ages_drawing(result),
        table=Rows(result.columns),
    )


def _stack_view(stack: AllocationStack) -> View:
    return View(
        title="Allocation stack",
        facts=(Fact("frames", len(stack), Kind.COUNT),),
        table=Rows(stack.columns),
    )


def _ages_chart(result: AllocationAges) -> View:
    return View(title=_AGES, drawing=ages_drawing(result), table=Rows(result.columns))


def ages_drawing(result: AllocationAges) -> Markup:
    """Draw the live bytes of each interval of the recording, as ``<svg>``.

    Parameters
    ----------
    result : AllocationAges
        With many intervals, neighbours share a column. The first interval, with all that is
        older than the recording, is left out: it would dwarf the rest.

    Returns
    -------
    Markup
    """
    sizes, times = result.columns["live_size"][1:], result.columns["time_ms"][1:]
    step = -(-len(sizes) // _MOST_COLUMNS) or 1
    starts = range(0, len(sizes), step)
    columns = [sum(sizes[start : start + step]) for start in starts]
    names = [fmt.format_duration(times[min(start + step, len(times)) - 1]) for start in starts]
    chart = charts.column_chart(columns, names, title="Live bytes by time of allocation")
    return Markup('<div class="hn-charts">{}</div>').format(chart)


def flame_drawing(graph: HeapGraph, masking: Masking | None = None) -> Markup:
    """Draw the live bytes of each call stack as a flame graph.

    Parameters
    ----------
    graph : HeapGraph
        A heap with call stacks.
    masking : Masking, optional
        The policy for likely secrets.

    Returns
    -------
    Markup
        See `heapnb.views.flame_graphs.flame_graph`. Empty if nothing is live.
    """
    from heapnb.analysis.allocation.sums import sums_of_traces
    from heapnb.analysis.packages import package_of
    from heapnb.graph.traces import frame_of, trace_tree
    from heapnb.views.flame_graphs import RUNTIME, Frame, flame_graph

    def frame(function: int) -> Frame:
        found = frame_of(graph, function)
        category = RUNTIME if found.file is None else package_of(found.file).kind
        return Frame(found.function, found.location or "", category)

    tree = trace_tree(graph)
    # V8's root of all stacks is the first row, and the whole of the drawing.
    parent, function, size = tree.parent, tree.function, sums_of_traces(graph).live_size
    if (parent[1:] < 0).any():
        parent, function, size = (np.append(0, one) for one in (parent + 1, function, size))
    return flame_graph(
        np.maximum(parent, 0),
        function,
        size,
        frame,
        title="Live bytes by call stack",
        masking=masking,
    )


def _allocations_chart(result: Allocations) -> View:
    from heapnb.views.flame_graphs import style

    drawing = Markup("<style>{}</style>{}").format(style(), flame_drawing(result.graph))
    return View(title="Live bytes by call stack", drawing=drawing, table=Rows(result.columns))


def views_of_allocations() -> dict[type, Callable[[Any], View]]:
    """Return the describers by type."""
    from heapnb.analysis.allocation.ages import AllocationAges
    from heapnb.analysis.allocation.allocations import Allocations
    from heapnb.analysis.allocation.stacks import AllocationStack

    return {
        AllocationAges: _ages_view,
        Allocations: _allocations_view,
        AllocationStack: _stack_view,
    }


def charts_of_allocations() -> dict[type, Callable[[Any], View]]:
    """Return the functions that draw, by type."""
    from heapnb.analysis.allocation.ages import AllocationAges
    from heapnb.analysis.allocation.allocations import Allocations

    return {AllocationAges: _ages_chart, Allocations: _allocations_chart}


__all__ = [
    "ages_drawing",
    "charts_of_allocations",
    "flame_drawing",
    "totals_text",
    "views_of_allocations",
]
