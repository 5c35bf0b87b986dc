"""What commands print: JSON for programs, tables that fit the terminal for people."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from heapnb.cli.frontend import frontend

if TYPE_CHECKING:
    import pandas as pd

EXIT_ANSWERED: Final = 0
EXIT_LEAK: Final = 1
EXIT_ERROR: Final = 2

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def note(text: str) -> None:
    """Tell the user something that is not part of the answer.

    Parameters
    ----------
    text : str
        One line; goes to stderr.
    """
    frontend().note(text)


def warn(warnings: Iterable[str]) -> None:
    """Tell the user what to keep in mind about an answer.

    Parameters
    ----------
    warnings : iterable of str
        One line each; they go to stderr.
    """
    for warning in warnings:
        note(f"Warning: {warning}")


def print_json(value: object) -> None:
    """Print JSON on stdout, as UTF-8 and on one line.

    Parameters
    ----------
    value : object
        Dicts, lists, strings, numbers, None; numpy's numbers and arrays too.
    """
    import orjson

    try:
        content = orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)
    except orjson.JSONEncodeError:
        # A file name that is not UTF-8 comes with halves of surrogate pairs, which JSON has not.
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)
        content = _SURROGATE.sub("\ufffd", text).encode()
    sys.stdout.flush()
    if hasattr(sys.stdout, "buffer"):
        sys.stdout.buffer.write(content + b"\n")
        sys.stdout.buffer.flush()
    else:
        sys.stdout.write(content.decode() + "\n")


def _plain(value: Any) -> Any:
    return value.tolist()


def print_rows(frame: pd.DataFrame, limit: int | None, *, result: object = None) -> None:
    """Show the first rows of a table, and say how many there are.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any table of heapnb; sizes are in bytes.
    limit : int or None
        How many; 0 for all, None for as many as usual.
    result : object, optional
        What these are the rows of, for a notebook, which can show that.
    """
    front = frontend()
    shown = frame.head((front.default_rows if limit is None else limit) or len(frame))
    front.show_table(shown, result)
    if len(shown) < len(frame):
        note(f"{len(shown):,} of {len(frame):,} rows; --limit 0 prints all.")


def print_result(result: object) -> None:
    """Show what an analysis found.

    Parameters
    ----------
    result : object
        Any result of heapnb.
    """
    frontend().show_result(result)


def records(frame: pd.DataFrame, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Convert a table to plain data.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any table of heapnb.
    columns : sequence of str
        Which columns, and in which order; one that the table lacks is null throughout.

    Returns
    -------
    list of dict
        Missing values are None.
    """
    lists = []
    for name in columns:
        if name not in frame:
            lists.append([None] * len(frame))
            continue
        values = frame[name]
        is_there = values.notna().tolist()
        lists.append(
            [
                value if there else None
                for value, there in zip(values.tolist(), is_there, strict=True)
            ]
        )
    return [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]


@dataclass(frozen=True)
class TableOutput:
    """The options that say how a table is shown.

    Parameters
    ----------
    as_json : bool
        JSON in place of a table for people.
    limit : int or None
        How many rows; 0 for all, None for as many as usual.
    sort : str or None
        The column to sort by; None keeps the order.
    columns : tuple of str
        The columns of the answer, in order.
    """

    as_json: bool
    limit: int | None
    sort: str | None
    columns: tuple[str, ...]

    def show(
        self, frame: pd.DataFrame, *, for_people: Sequence[str] = (), result: object = None
    ) -> None:
        """Print a table on stdout.

        Parameters
        ----------
        frame : pandas.DataFrame
            The table.
        for_people : sequence of str, optional
            The columns to show without `--json`; by default the same.
        result : object, optional
            What these are the rows of, for a notebook, which can show that.
        """
        rows = self._sorted(frame)
        if self.as_json:
            print_json(records(rows.head(self.limit or len(rows)), self.columns))
            return
        columns = [name for name in for_people or self.columns if name in frame]
        print_rows(rows[columns], self.limit, result=result)

    def _sorted(self, frame: pd.DataFrame) -> pd.DataFrame:
        if self.sort is None or self.sort not in frame:
            return frame
        import pandas as pd

        values = frame[self.sort].reset_index(drop=True)
        if isinstance(values.dtype, pd.CategoricalDtype):
            # Categories are in the order of the file.
            values = values.astype("str").where(values.notna())
        elif isinstance(values.dtype, pd.ArrowDtype):
            # Lists, such as captured variables, have no order but their length.
            values = values.list.len()
        is_text = not pd.api.types.is_numeric_dtype(values)
        return frame.iloc[values.sort_values(ascending=is_text, kind="stable").index]
