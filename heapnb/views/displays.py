"""Tables and charts that notebooks show the way results are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from heapnb.views import charts, fmt
from heapnb.views.describe import View
from heapnb.views.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from heapnb.analysis.diagnosis.suspects import Suspect
    from heapnb.analysis.series.series import Series

DEFAULT_ROWS: Final = 20


class Display:
    """Something to look at: as HTML in a notebook, as text at a prompt.

    Parameters
    ----------
    view : View
        What there is to show.
    rows : int, optional
        How many rows of its table.
    """

    def __init__(self, view: View, *, rows: int = DEFAULT_ROWS) -> None:
        self._view = view
        self._rows = rows

    @property
    def table(self) -> pd.DataFrame | None:
        """The numbers, all of them."""
        table = self._view.table
        return table.to_frame() if isinstance(table, Rows) else table

    def __repr__(self) -> str:
        from heapnb.views.text import view_text

        return view_text(self._view, max_rows=self._rows)

    def _repr_html_(self) -> str:
        from heapnb.views.html import view_html

        return view_html(self._view, max_rows=self._rows)


def table(frame: pd.DataFrame, *, title: str = "", rows: int = DEFAULT_ROWS) -> Display:
    """Show a table with sizes for people, its exact numbers where the pointer rests.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any table of heapnb; columns are formatted by their names.
    title : str, optional
        What it is.
    rows : int, default 20
        How many rows to show.

    Returns
    -------
    Display
        Notebooks show it; ``.table`` is the frame.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> snap = SnapshotBuilder.from_edges("root.cache>Map Map/table>table").snapshot()
    >>> table(snap.constructors()[["class_name", "retained_size"]], rows=1)
    Class  Retained size
    Map             32 B
    … 1 more row
    """
    return Display(View(title=title, table=frame), rows=rows)


def result_chart(result: object) -> Display:
    """Draw the numbers of a result.

    Parameters
    ----------
    result : Series, Suspect, GcLog, MemoryLog, Timeline, Rss, AllocationAges, Allocations,
        HeapProfile, FixVerification, VersionComparison, History or Fleet
        Any other kind has no chart.

    Returns
    -------
    Display

    Raises
    ------
    TypeError
        If the result has no chart.
    """
    from heapnb.analysis.diagnosis.suspects import Suspect
    from heapnb.analysis.series.series import Series

    match result:
        case Series():
            return series_chart(result)
        case Suspect():
            return suspect_chart(result)
    from heapnb.views.allocation_views import charts_of_allocations
    from heapnb.views.change_views import charts_of_changes
    from heapnb.views.fleet_views import charts_of_fleets
    from heapnb.views.heap_profile_views import charts_of_heap_profiles
    from heapnb.views.rss_views import charts_of_processes
    from heapnb.views.timeline_views import charts_of_timelines

    drawn = charts_of_timelines() | charts_of_processes() | charts_of_allocations()
    drawn |= charts_of_heap_profiles() | charts_of_changes() | charts_of_fleets()
    draw = drawn.get(type(result))
    if draw is not None:
        return Display(draw(result))
    raise TypeError(f"{type(result).__name__} has no chart.")


def tiles(sums: pd.DataFrame, by: str) -> Display:
    """Draw sizes as tiles.

    Parameters
    ----------
    sums : pandas.DataFrame
        The column ``by`` and ``retained_size``, the largest first.
    by : str
        What names the tiles.

    Returns
    -------
    Display
    """
    from heapnb.views.treemaps import treemap

    parts = [
        (str(name), int(size)) for name, size in zip(sums[by], sums["retained_size"], strict=True)
    ]
    title = f"Retained size by {by}"
    return Display(View(title=title, drawing=treemap(parts, title=title), table=sums))


def series_chart(series: Series) -> Display:
    """Draw how large the heap is in each snapshot.

    Parameters
    ----------
    series : Series
        The snapshots.

    Returns
    -------
    Display
    """
    import pandas as pd

    names = [snapshot.name for snapshot in series.snapshots]
    sizes = [int(snapshot.total_size) for snapshot in series.snapshots]
    drawing = _side_by_side([charts.column_chart(sizes, names, title="Heap size per snapshot")])
    numbers = pd.DataFrame({"name": names, "total_size": sizes})
    return Display(View(title="Size of the heap", drawing=drawing, table=numbers))


def suspect_chart(suspect: Suspect) -> Display:
    """Draw how a suspect's objects grew, in number and in what they retain.

    Parameters
    ----------
    suspect : Suspect
        What grew.

    Returns
    -------
    Display
    """
    import pandas as pd

    snapshots = [f"snapshot {i + 1}" for i in range(len(suspect.count_per_snapshot))]
    counts, retained = suspect.count_per_snapshot, suspect.retained_per_snapshot
    drawn: list[tuple[Any, ...]] = [
        (counts, f"Objects: {suspect.class_name}", fmt.format_count, 0),
        (retained, "Retained size", fmt.format_bytes, 1),
    ]
    drawing = _side_by_side(
        charts.column_chart(values, snapshots, title=title, format_value=write, number=number)
        for values, title, write, number in drawn
    )
    numbers = pd.DataFrame({"snapshot": snapshots, "count": counts, "retained_size": retained})
    title = f"Growth of {suspect.class_name}: objects, and what they retain"
    return Display(View(title=title, drawing=drawing, table=numbers))


def _side_by_side(drawings: Iterable[Markup]) -> Markup:
    return Markup('<div class="hn-charts">{}</div>').format(Markup("").join(drawings))


__all__ = ["Display", "series_chart", "suspect_chart", "table"]
