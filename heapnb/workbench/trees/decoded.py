"""What trees of decoded things share: masked columns, and rows that unfold in ways of their own.

Besides ``e`` and an edge, a part of a key may be ``n`` and the ordinal of any node, or ``i`` and
the number of an edge for what refers to the node above.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias

import numpy as np

from heapnb._typing import AnyArray, NodeArray
from heapnb.frames import texts
from heapnb.graph import HeapGraph
from heapnb.views import fmt
from heapnb.views.bulk_masking import mask_texts
from heapnb.views.columns import is_missing
from heapnb.views.masking import MASK
from heapnb.workbench.model import LONGEST_TEXT, FilterValue, Page, Row, Window
from heapnb.workbench.python_code import quoted, table_code
from heapnb.workbench.rows.node_rows import Label, NodeRows, no_row, parse_part
from heapnb.workbench.trees.frame_tree import NODE, FrameTree, arrow_texts
from heapnb.workbench.trees.retainers import RetainersTree

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.workbench.subject import Workbench

NO_MATCH: Final = "Nothing passes the filters."

_TEXT_KINDS: Final = frozenset({"text", "location"})

LONGEST_LOCATION: Final = 60
"""Characters of a place in a label; it is cut at its start."""

Section: TypeAlias = tuple[int, Callable[[int, int], Sequence[Row]]]
"""Rows of one kind: how many there are, and what makes some of them."""


class DecodedTree(FrameTree):
    """A tree of what heapnb makes out of the engine's objects."""

    empty_text: ClassVar[str]
    """Said where there is nothing at all: what that means."""

    @abstractmethod
    def decode(self) -> pd.DataFrame:
        """Return the frame, before anything in it is masked."""

    @property
    def masked_columns(self) -> list[str]:
        """Columns with texts of the program: all that are shown, looked through or grouped by."""
        shown = (column.key for column in self.columns if column.kind in _TEXT_KINDS)
        return list(dict.fromkeys((*self.text_columns, *self.group_by, self.label_column, *shown)))

    def conditions(self, filters: Mapping[str, FilterValue]) -> Sequence[str]:
        """Write the filters that only this tree has as Python, about ``rows``."""
        del filters
        return ()

    def make_frame(self) -> pd.DataFrame:
        """Make the frame; texts that are looked through, shown or grouped are masked in it."""
        frame = self.decode()
        if not self.workbench.mask:
            return frame
        # What a filter answers would tell, letter by letter, what is behind a mask.
        return frame.assign(**{name: masked_column(frame[name]) for name in self.masked_columns})

    def _text(self, value: object) -> str:
        """Make a text of the frame fit to be shown: what is to be masked is so already."""
        return fmt.clean(str(value), LONGEST_TEXT)

    def flags(self, rows: pd.DataFrame) -> Sequence[tuple[str, ...]]:
        """Flag rows of which something is masked."""
        columns = [rows[name].tolist() for name in self.masked_columns]
        return [
            ("masked",) if any(MASK in str(value) for value in values) else ()
            for values in zip(*columns, strict=True)
        ]

    # -- rows -------------------------------------------------------------------------------

    def rows(self, parent: str | None, window: Window) -> Page:
        """Return rows at the top (parent is None) or below a row."""
        if parent is None:
            page = super().rows(None, window)
            if page.total:
                return page
            return Page((), 0, note=NO_MATCH if len(self.frame) else self.empty_text)
        _, row, parts = self._parse(parent)
        if row is None or not parts:
            return super().rows(parent, window)
        return self.below_part(parent, self.node_at(parent, row, parts), parts[-1], window)

    def below_part(self, key: str, node: int, part: str, window: Window) -> Page:
        """List what is below a row that is deeper than those of the frame."""
        if part.startswith("i"):
            return holders(self.workbench, key, node, window)
        return self.node_rows.children(key, node, window)

    def nodes(self, key: str) -> NodeArray:
        """Return the ordinals that a row stands for: one node, or all of a group."""
        _, row, parts = self._parse(key)
        if row is None or not parts:
            return super().nodes(key)
        return np.array([self.node_at(key, row, parts)], np.uint32)

    def node_at(self, key: str, row: int, parts: Sequence[str]) -> int:
        """Follow the parts of a key below a row of the frame.

        Parameters
        ----------
        key : str
            The whole key, for the message if there is no such row.
        row : int
            Of the frame.
        parts : sequence of str
            The rest of the key.

        Returns
        -------
        int
            The node at the end.

        Raises
        ------
        HeapnbError
            If they lead nowhere.
        """
        node = int(self.frame[NODE].iloc[row])
        for part in parts:
            node = self.follow(key, node, part)
        return node

    def follow(self, key: str, node: int, part: str) -> int:
        """Follow one part of a key from the node above."""
        return follow(self.heap, key, node, part)

    # -- Python -----------------------------------------------------------------------------

    def python(self, key: str | None, window: Window) -> str:
        """Return the expression that gives the same rows as a DataFrame, or a row's node."""
        if key is None:
            return self.table_code(self.workbench.expression, window)
        if "/" in key or not self.group_by:
            return super().python(key, window)
        of_group = self._conditions_of_group(key)
        if of_group is None:
            return super().python(key, window)
        return self.table_code(self.workbench.expression, window, of_group)

    def table_code(self, owner: str, window: Window, conditions: Sequence[str] = ()) -> str:
        """Write the expression for the table, filtered and sorted.

        Parameters
        ----------
        owner : str
            The expression for what has the table.
        window : Window
            Filters and sort.
        conditions : sequence of str
            What else rows have to meet, about ``rows``.

        Returns
        -------
        str
        """
        table = f"{owner}.{self.table}"
        for condition in (*conditions, *self.conditions(window.filters)):
            table = f"{table}.loc[lambda rows: {condition}]"
        return table_code(table, self.frame, self.text_columns, window)

    def _conditions_of_group(self, key: str) -> list[str] | None:
        """Say what the rows of a group have in common; None if that is masked."""
        group, _, _ = self._parse(key)
        first = self.frame.iloc[int(np.argmax(self.group_of_row == group))]
        conditions = []
        for name in self.group_by:
            value = first[name]
            if is_missing(value):
                conditions.append(f'rows["{name}"].isna()')
            elif MASK in str(value):
                return None
            else:
                conditions.append(f'rows["{name}"] == {quoted(str(value))}')
        return conditions


def masked_column(values: pd.Series[Any]) -> pd.Series[Any]:
    """Mask what looks like a secret in a column of texts."""
    import pandas as pd

    if not isinstance(values.dtype, pd.StringDtype):
        # Numbers, or words of heapnb's own.
        return values
    distinct = arrow_texts(values).dictionary_encode()
    masked = mask_texts(distinct.dictionary).take(distinct.indices)
    return pd.Series(texts(masked), index=values.index)


def follow(heap: HeapGraph, key: str, node: int, part: str) -> int:
    """Follow a part of a key from the node above.

    Parameters
    ----------
    heap : HeapGraph
        The heap.
    key : str
        The whole key, for the message if there is no such row.
    node : int
        The node above.
    part : str
        ``e`` and an edge that leaves it, ``i`` and one that leads to it, ``n`` and any ordinal.

    Returns
    -------
    int

    Raises
    ------
    HeapnbError
        If it leads nowhere.
    """
    kind, number = parse_part(key, part)
    if kind == "n" and number < heap.n_nodes:
        return number
    if kind == "e":
        start, stop = heap.edges_of(node)
        if start <= number < stop:
            return int(heap.edge_to[number])
    if kind == "i" and number < heap.n_edges and heap.edge_to[number] == node:
        return int(heap.edge_from([number])[0])
    raise no_row(key)


def holders(workbench: Workbench, parent: str, node: int, window: Window) -> Page:
    """List what refers to a node.

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
    note = page.note or (None if page.total else "Nothing refers to it but the engine.")
    return replace(page, rows=rows, note=note)


def member_page(
    rows: NodeRows,
    parent: str,
    name: tuple[object, ...],
    nodes: AnyArray,
    window: Window,
) -> Page:
    """List some nodes below a row, largest first unless the window says otherwise.

    Parameters
    ----------
    rows : NodeRows
        Makes the rows.
    parent : str
        Key of the row above.
    name : tuple
        What the nodes are, to keep their order by.
    nodes : integer[k]
        Ordinals.
    window : Window
        Which rows.

    Returns
    -------
    Page
    """
    places = rows.orders.page(
        (*name, window.sort, window.descending),
        len(nodes),
        lambda: rows.node_keys(nodes, window),
        window.offset,
        window.limit,
    )
    shown = nodes[places]
    keys = [f"{parent}/n{node}" for node in shown.tolist()]
    return Page(rows.rows(keys, shown), len(nodes), window.offset)


def place_of_member(
    rows: NodeRows, name: tuple[object, ...], nodes: AnyArray, node: int, window: Window
) -> int:
    """Return where one of the nodes of `member_page` stands."""
    return rows.orders.place_of(
        (*name, window.sort, window.descending),
        lambda: rows.node_keys(nodes, window),
        int(np.flatnonzero(nodes == node)[0]),
    )


def joined(window: Window, sections: Sequence[Section]) -> Page:
    """Make one page of rows of several kinds, one kind after the other.

    Parameters
    ----------
    window : Window
        Which rows of all.
    sections : sequence of (int, callable)
        How many rows there are of each kind, and what makes some of them, called with the first
        one's place and how many.

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
    """Make a section for `joined` of what comes by the page."""

    def make(offset: int, limit: int) -> tuple[Row, ...]:
        return make_page(replace(window, offset=offset, limit=limit)).rows

    return make_page(replace(window, offset=0, limit=0)).total, make


def section_of_rows(rows: Sequence[Row]) -> Section:
    """Make a section for `joined` of a few rows."""
    return len(rows), lambda offset, limit: tuple(rows[offset : offset + limit])


def with_label(row: Row, before: Label = (), behind: Label = ()) -> Row:
    """Put something before the label of a node's row, or behind it, but before the id."""
    *label, node_id = row.label
    return replace(row, label=(*before, *label, *behind, node_id))


def named(name: str) -> Label:
    """Return what stands before a node to say what it is to the row above."""
    return (("soft", name), ("operator", " :: "))


def function_label(name: object, location: object = None) -> Label:
    """Label a function by its name and where it is written, both already masked."""
    shown = "" if is_missing(name) else fmt.clean(str(name), LONGEST_TEXT)
    label: Label = (("function", f"{shown or '(anonymous)'}()"),)
    if is_missing(location):
        return label
    return (*label, ("location", f" {fmt.clean_location(str(location), LONGEST_LOCATION)}"))


def held_label(kind: object, variable: object, holder: object) -> Label:
    """Label things by what they are and the name that they are held under, already masked."""
    label: Label = (("class", fmt.clean(str(kind), LONGEST_TEXT)),)
    if is_missing(variable):
        return (*label, ("soft", " held under no name"))
    label = (*label, ("operator", " "), ("edge", fmt.clean(str(variable), LONGEST_TEXT)))
    if is_missing(holder):
        return label
    return (*label, ("operator", " in "), ("class", fmt.clean(str(holder), LONGEST_TEXT)))
