"""Pages below a row that are made of several parts, and rows with more in their labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from heapnb.workbench.model import Label, Page, Row, Window
from heapnb.workbench.trees.retainers import RetainersTree

if TYPE_CHECKING:
    from heapnb.workbench.subject import Workbench

Section: TypeAlias = tuple[int, Callable[[int, int], Sequence[Row]]]
"""Rows of one kind: how many there are, and a function of offset and limit that makes some."""


def retainers_page(workbench: Workbench, parent: str, node: int, window: Window) -> Page:
    """List the retainers of a node below its row.

    Parameters
    ----------
    workbench : Workbench
        What is browsed.
    parent : str
        Key of the node's row.
    node : int
        Its ordinal.
    window : Window
        Which rows.

    Returns
    -------
    Page
        As of `heapnb.workbench.trees.retainers.RetainersTree`.
    """
    page = RetainersTree(workbench, node).rows(None, window)
    rows = tuple(replace(row, key=f"{parent}/{row.key}") for row in page.rows)
    note = page.note or (None if page.total else "Only the engine refers to this object.")
    return replace(page, rows=rows, note=note)


def joined(window: Window, sections: Sequence[Section]) -> Page:
    """Make one page of several sections, one after the other.

    Parameters
    ----------
    window : Window
        Which rows of all sections together.
    sections : sequence of (int, callable)
        See `Section`.

    Returns
    -------
    Page
    """
    rows: list[Row] = []
    start = 0
    for count, make in sections:
        first = max(window.offset - start, 0)
        n_rows = min(count - first, window.limit - len(rows))
        if n_rows > 0:
            rows += make(first, n_rows)
        start += count
    return Page(tuple(rows), start, window.offset)


def section_of(make_page: Callable[[Window], Page], window: Window) -> Section:
    """Make a section of a function that returns pages."""

    def make(offset: int, limit: int) -> tuple[Row, ...]:
        return make_page(replace(window, offset=offset, limit=limit)).rows

    return make_page(replace(window, offset=0, limit=0)).total, make


def section_of_rows(rows: Sequence[Row]) -> Section:
    """Make a section of a few rows."""
    return len(rows), lambda offset, limit: tuple(rows[offset : offset + limit])


def with_label(row: Row, before: Label = (), behind: Label = ()) -> Row:
    """Add pieces before or after the label of a node's row; the id stays at the end."""
    *label, node_id = row.label
    return replace(row, label=(*before, *label, *behind, node_id))
