"""The sections of a report on who allocated: by a time line, and by a sampling heap profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from heapnb.analysis.allocation.allocations import allocations
from heapnb.errors import SnapshotFormatError
from heapnb.graph.traces import traced
from heapnb.reports.tables import Column, Table, Writer
from heapnb.views import fmt
from heapnb.views.allocation_views import flame_drawing, totals_text
from heapnb.views.heap_profile_views import profile_flames, sentences

if TYPE_CHECKING:
    from heapnb.analysis.heap_profiles.profile import HeapProfile
    from heapnb.analysis.series.series import Series

MOST_ROWS: Final = 40
"""Functions of a table."""

_RECORDED: Final = (
    *("function", "location", "live_size", "live_count"),
    *("allocation_size", "allocation_count", "retained_size"),
)
_SAMPLED: Final = (
    *("function", "location", "package"),
    *("sampled_size", "sampled_share", "sampled_total", "sample_count"),
)


@dataclass(frozen=True)
class Allocated:
    """What a section shows.

    Parameters
    ----------
    name : str
        Of the section, for links.
    title : str
        Its heading.
    gist : str
        What stands beside the heading.
    sentences : tuple of str
        What is known, the most important first.
    caption : str
        Of the flame graph.
    flames : Markup
        The flame graph; empty if nothing is alive.
    table : Table
        Functions, the one with the most live bytes first.
    """

    name: str
    title: str
    gist: str
    sentences: tuple[str, ...]
    caption: str
    flames: Markup
    table: Table


def recorded_of(write: Writer, series: Series) -> Allocated | None:
    """Show which functions allocated, by the call stacks of the last snapshot.

    Parameters
    ----------
    write : Writer
        Writes the cells.
    series : Series
        The snapshots.

    Returns
    -------
    Allocated or None
        None without call stacks, and where they are damaged: the heap can be reported without.
    """
    if not traced(series.last):
        return None
    try:
        found = allocations(series.last)
        flames = flame_drawing(series.last, write.masking)
        table = _table(write, found.columns, _RECORDED)
    except SnapshotFormatError:
        return None
    live, all_bytes = map(fmt.format_bytes, (found.live_size, found.allocation_size))
    return Allocated(
        "recorded",
        "Recorded allocations",
        f"{live} of {all_bytes} are live",
        (totals_text(found),),
        "Live bytes by the call stack that allocated them: callers above callees",
        flames,
        table,
    )


def sampled_of(write: Writer, profile: HeapProfile | None) -> Allocated | None:
    """Show which functions allocated, by a sampling heap profile.

    Parameters
    ----------
    write : Writer
        Writes the cells.
    profile : HeapProfile or None
        The profile.

    Returns
    -------
    Allocated or None
        None without a profile.
    """
    if profile is None:
        return None
    return Allocated(
        "sampled",
        "Sampled allocations",
        f"{fmt.format_bytes(profile.sampled_size)} in {write.location(profile.name)}",
        tuple(sentences(profile)),
        "Sampled live bytes by the call stack that allocated them: callers above callees",
        profile_flames(profile, masking=write.masking),
        _table(write, profile.columns(), _SAMPLED),
    )


def _table(write: Writer, columns: dict[str, list[object]], names: Sequence[str]) -> Table:
    import pandas as pd

    # Texts that are missing stay None.
    frame = pd.DataFrame(columns).astype({"function": "object", "location": "object"})
    known = [name for name in names if not len(frame) or frame[name].notna().any()]
    return write.table(frame, [Column.of(name) for name in known], MOST_ROWS)


__all__ = ["Allocated", "recorded_of", "sampled_of"]
