"""``heapnb sql``: questions in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from heapnb.cli.options import DEFAULT_ROWS, check_text, json_option, reading_options
from heapnb.cli.output import note, print_json, print_table, records
from heapnb.cli.reading import Reading

if TYPE_CHECKING:
    import pandas as pd


@click.command("sql")
@click.argument("snapshots", metavar="FILE...", nargs=-1, required=True)
@click.argument("query", metavar="QUERY", callback=check_text)
@json_option
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    metavar="N",
    help=f"Print N rows; 0 prints all.  [default: {DEFAULT_ROWS}; all with --json]",
)
@reading_options
def command(
    snapshots: tuple[str, ...], query: str, limit: int | None, reading: Reading, *, as_json: bool
) -> None:
    """Ask a question in SQL, such as "select * from nodes".

    Tables: nodes, edges, strings, constructors, dominators; `describe nodes` lists the columns.
    Functions of a node id: retained, class_of, path, preview; as tables: retainers, children.

    Of several files the tables have a column `snapshot`, which counts from 1, and the table
    `snapshots` says which is which. Needs the extra `sql`.
    """
    answer = (
        reading.open(snapshots[0]).sql(query)
        if len(snapshots) == 1
        else reading.open_series(snapshots).sql(query, cache=reading.cache)
    )
    default = 0 if as_json else DEFAULT_ROWS
    n_shown = (default if limit is None else limit) or len(answer)
    shown = answer.head(n_shown)
    if as_json:
        print_json(records(_writable(shown), shown.columns.tolist()))
        return
    print_table(shown)
    if len(shown) < len(answer):
        note(f"{len(shown):,} of {len(answer):,} rows; --limit 0 prints all.")


def _writable(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn values that JSON lacks, such as dates, into texts."""
    import pandas as pd

    kinds = pd.api.types

    def is_writable(column: pd.Series[Any]) -> bool:
        return (
            kinds.is_any_real_numeric_dtype(column)
            or kinds.is_bool_dtype(column)
            # Of these, lists and structures.
            or isinstance(column.dtype, pd.StringDtype | pd.ArrowDtype)
        )

    return pd.DataFrame(
        {
            name: column if is_writable(column) else column.map(str, na_action="ignore")
            for name, column in frame.items()
        }
    )
