"""``heapnb sql``: SQL queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from heapnb.cli.options import (
    check_text,
    json_option,
    limit_option,
    reading_options,
    series_argument,
)
from heapnb.cli.output import print_json, print_rows, records
from heapnb.cli.reading import Reading

if TYPE_CHECKING:
    import pandas as pd


@click.command("sql")
@series_argument
@click.argument("query", metavar="QUERY", callback=check_text)
@json_option
@limit_option
@reading_options
def command(
    snapshots: tuple[str, ...], query: str, limit: int | None, reading: Reading, *, as_json: bool
) -> None:
    """Query snapshots in SQL: "select * from nodes".

    Tables: nodes, edges, strings, constructors, dominators, allocations, allocated_nodes;
    `describe nodes` lists the columns.
    Functions of a node id: retained, class_of, path, preview; as tables: retainers, children.

    Of several files the tables have a column `snapshot`, which counts from 1, and the table
    `snapshots` says which is which. Needs the extra `sql`.
    """
    with reading.working("Running the query"):
        answer = (
            reading.open(snapshots[0]).sql(query)
            if len(snapshots) == 1
            else reading.open_series(snapshots).sql(query, cache=reading.cache)
        )
    if as_json:
        shown = answer.head(limit or len(answer))
        print_json(records(writable(shown), shown.columns.tolist()))
    else:
        print_rows(answer, limit)


def writable(frame: pd.DataFrame) -> pd.DataFrame:
    """Convert values that JSON lacks, such as dates, to text.

    Parameters
    ----------
    frame : pandas.DataFrame
        The answer of a query.

    Returns
    -------
    pandas.DataFrame
    """
    import pandas as pd

    kinds = pd.api.types

    def fits_json(column: pd.Series[Any]) -> bool:
        return (
            kinds.is_any_real_numeric_dtype(column)
            or kinds.is_bool_dtype(column)
            # Of these, lists and structures.
            or isinstance(column.dtype, pd.StringDtype | pd.ArrowDtype)
        )

    return pd.DataFrame(
        {
            name: column if fits_json(column) else column.map(str, na_action="ignore")
            for name, column in frame.items()
        }
    )
