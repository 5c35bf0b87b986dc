"""The section of a report on the process's memory, where numbers of the process exist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from heapnb.analysis.rss import Rss, rss
from heapnb.analysis.rss_sources import has_process_files
from heapnb.errors import HeapnbError
from heapnb.reports.tables import Column, Table, Writer
from heapnb.views.rss_views import rss_columns
from heapnb.views.rss_words import LAYERS, part_table, sentences

if TYPE_CHECKING:
    from heapnb.analysis.series.series import Series


@dataclass(frozen=True)
class Memory:
    """What the section shows.

    Parameters
    ----------
    rss : Rss
        The facts.
    sentences : tuple of str
        The verdict first, then what grew and what to try; with code between back ticks.
    table : Table
        The parts, at the first and the last moments.
    chart : Markup
        A column of parts for each moment.
    legend : tuple of str
        Names of the layers of the chart.
    """

    rss: Rss
    sentences: tuple[str, ...]
    table: Table
    chart: Markup
    legend: tuple[str, ...]


def memory_of(write: Writer, series: Series, names: Sequence[str]) -> Memory | None:
    """Add up the memory of the process.

    Parameters
    ----------
    write : Writer
        Writes the cells.
    series : Series
        The snapshots; side files and copies of smaps lie beside their files.
    names : sequence of str
        Names of the snapshots.

    Returns
    -------
    Memory or None
        None if no file beside the snapshots has numbers of the process, or none can be read.
    """
    if not has_process_files(series):
        return None
    try:
        found = rss(series)
    except (HeapnbError, OSError):
        return None
    if not found.has_process_numbers:
        return None
    return Memory(
        found,
        tuple(sentences(found)),
        _table(write, found, names),
        _chart(found, names),
        (*LAYERS,),
    )


def _chart(found: Rss, names: Sequence[str]) -> Markup:
    return rss_columns(found, names if len(names) == len(found) else [])


def _table(write: Writer, found: Rss, names: Sequence[str]) -> Table:
    frame = part_table(found)
    columns = []
    for key in map(str, frame):
        number = key.removeprefix("resident_size_")
        is_moment = number != key and len(names) == len(found)
        columns.append(Column.of(key, names[int(number) - 1] if is_moment else None))
    table = write.table(frame, columns, len(frame))
    # Words of heapnb, not names of code.
    words = [[escape(write.text(word)) for word in frame[key]] for key in ("part", "known_by")]
    rows = tuple(
        (part, *row[1:-1], known_by)
        for part, row, known_by in zip(words[0], table.rows, words[1], strict=True)
    )
    return replace(table, rows=rows)
