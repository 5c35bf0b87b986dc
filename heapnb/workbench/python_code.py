"""Python that gives what a tree shows, to be copied into a cell."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Final

from heapnb._typing import AnyArray
from heapnb.workbench.model import Window

_MOST_IDS: Final = 50


def node_code(snapshot: str, node_ids: AnyArray) -> str:
    """Write the expression for a node, or for some nodes.

    Parameters
    ----------
    snapshot : str
        The expression for the snapshot.
    node_ids : unsigned[k]
        Ids; of very many, only the first are named.

    Returns
    -------
    str
    """
    ids = node_ids[:_MOST_IDS].tolist()
    if len(ids) == 1:
        return f"{snapshot}.node({ids[0]})"
    return f'{snapshot}.nodes.query("node_id in {ids}")'


def table_code(
    table: str,
    columns: Container[object],
    text_columns: Sequence[str],
    window: Window,
    label_column: str | None = None,
) -> str:
    """Write the expression for a table as it is filtered and sorted.

    Parameters
    ----------
    table : str
        The expression for all of it.
    columns : container of str
        Its columns.
    text_columns : sequence of str
        Those in which the text filter looks.
    window : Window
        Filters and sort.
    label_column : str, optional
        The column that has what rows are labelled by.

    Returns
    -------
    str

    Examples
    --------
    >>> window = Window(sort="retained_size", filters={"text": "Map", "min_retained_size": 100})
    >>> columns = ["class_name", "retained_size"]
    >>> for line in table_code("snap.nodes", columns, ["class_name"], window).splitlines():
    ...     print(line)
    (
        snap.nodes
        .loc[lambda rows: rows["class_name"].str.contains("Map", case=False, regex=False)]
        .loc[lambda rows: rows["retained_size"] >= 100]
        .sort_values("retained_size", ascending=False)
    )
    """
    steps = []
    text = window.filters.get("text")
    if text and text_columns:
        is_regex = bool(window.filters.get("regex"))
        found = " | ".join(
            f'rows["{column}"].str.contains({quoted(str(text))}, case=False, regex={is_regex})'
            for column in text_columns
        )
        steps.append(f".loc[lambda rows: {found}]")
    least = window.filters.get("min_retained_size")
    if least and "retained_size" in columns:
        steps.append(f'.loc[lambda rows: rows["retained_size"] >= {int(least)}]')
    sort = label_column if window.sort == "label" else window.sort
    if sort is not None and sort in columns:
        steps.append(f'.sort_values("{sort}", ascending={not window.descending})')
    if not steps:
        return table
    lines = "\n    ".join([table, *steps])
    return f"(\n    {lines}\n)"


def quoted(text: str) -> str:
    """Write a string of Python in double quotes, without anything invisible."""
    body = ascii(text)[1:-1].replace("\\'", "'").replace('"', '\\"')
    return f'"{body}"'
