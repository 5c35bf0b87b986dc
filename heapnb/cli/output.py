"""What commands print: JSON for programs, tables that fit the terminal for people."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

from heapnb.cli.frontend import frontend, terminal_width
from heapnb.views.fmt import visible
from heapnb.views.rows import Rows

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.cli.frontend import Table
    from heapnb.timeline.findings import Finding

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


def print_text(text: str) -> None:
    """Print a line of an answer on stdout, without anything that acts on a terminal.

    Parameters
    ----------
    text : str
        One line; a terminal gets it in as many as it takes, broken between words.
    """
    width = terminal_width()
    shown = visible(text)
    if width is not None:
        shown = fill(shown, width, break_long_words=False, break_on_hyphens=False)
    print(shown)


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


def print_rows(
    frame: Table,
    limit: int | None,
    *,
    result: object = None,
    spare: Sequence[str] = (),
    own_first: bool = False,
) -> None:
    """Show the first rows of a table; say before how many there are.

    Parameters
    ----------
    frame : pandas.DataFrame or Rows
        Any table of heapnb; sizes are in bytes.
    limit : int or None
        How many; 0 for all, None for as many as usual.
    result : object, optional
        What these are the rows of, for a notebook, which can show that.
    spare : sequence of str, optional
        Columns to leave out on a narrow terminal; see `heapnb.views.text.render_table`.
    own_first : bool, optional
        Whether rows of the program's own code precede those of packages and of the runtime.
    """
    from heapnb.cli.places import Selection, own_code_first

    front = frontend()
    n_rows = (front.default_rows if limit is None else limit) or len(frame)
    if own_first and front.is_brief:
        chosen = own_code_first(frame, n_rows)
    else:
        chosen = Selection(frame.head(n_rows))
    if len(chosen.frame) < len(frame):
        order = ", own code first" if chosen.is_own_first else ""
        note(f"{len(chosen.frame):,} of {len(frame):,} rows{order}; --all prints all.")
    front.show_table(chosen.frame, result, spare=spare, sections=chosen.sections)


def print_result(result: object) -> None:
    """Show what an analysis found.

    Parameters
    ----------
    result : object
        Any result of heapnb.
    """
    frontend().show_result(result)


def records(frame: Table, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Convert a table to plain data.

    Parameters
    ----------
    frame : pandas.DataFrame or Rows
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
        if isinstance(frame, Rows):
            lists.append(frame.columns[name])
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


def timed_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Convert a table over time to plain data: times become ISO 8601 in UTC, to the millisecond."""
    if "time" in frame:
        text = frame["time"].dt.strftime("%Y-%m-%dT%H:%M:%S.%f").str[:-3] + "Z"
        frame = frame.assign(time=text)
    return records(frame, list(frame.columns))


def finding_records(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Convert what a log says to plain data, with the sentences."""
    from heapnb.views.timeline_words import sentences

    return [
        {
            "kind": finding.kind,
            "level": finding.level,
            "subject": finding.subject or None,
            "text": " ".join(sentences([finding])),
            **dict(finding.values),
        }
        for finding in findings
    ]


def sorted_by(frame: Table, column: str | None) -> Table:
    """Sort a table as commands do: numbers and lists from the largest down, texts from A to Z.

    Parameters
    ----------
    frame : pandas.DataFrame or Rows
        Any table of heapnb.
    column : str or None
        The column; None, or one that the table lacks, keeps the order.

    Returns
    -------
    pandas.DataFrame or Rows
        Equal rows keep their order.
    """
    if column is None or column not in frame:
        return frame
    if isinstance(frame, Rows):
        return frame.sorted_by(column)
    import pandas as pd

    values = frame[column].reset_index(drop=True)
    if isinstance(values.dtype, pd.CategoricalDtype):
        # Categories are in the order of the file.
        values = values.astype("str").where(values.notna())
    elif isinstance(values.dtype, pd.ArrowDtype):
        # Lists, such as captured variables, have no order but their length.
        values = values.list.len()
    is_text = not pd.api.types.is_numeric_dtype(values)
    return frame.iloc[values.sort_values(ascending=is_text, kind="stable").index]


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
        The column that the user sorts by.
    default_sort : str or None
        The column to sort by otherwise; None keeps the order.
    columns : tuple of str
        The columns of the answer, in order.
    """

    as_json: bool
    limit: int | None
    sort: str | None
    default_sort: str | None
    columns: tuple[str, ...]

    def show(
        self,
        frame: Table,
        *,
        for_people: Sequence[str] = (),
        spare: Sequence[str] = (),
        result: object = None,
        by_place: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
        own_first: bool = False,
    ) -> None:
        """Print a table on stdout.

        Parameters
        ----------
        frame : pandas.DataFrame or Rows
            The table; Rows only where rows are not grouped by place.
        for_people : sequence of str, optional
            The columns to show without `--json`; by default the same.
        spare : sequence of str, optional
            Columns to leave out on a narrow terminal, the first one first.
        result : object, optional
            What these are the rows of, for a notebook, which can show that.
        by_place : callable, optional
            Groups rows by place for a terminal, unless the user sorts by a column that groups
            do not have.
        own_first : bool, optional
            Whether rows of the program's own code come first, unless the user sorts rows.
        """
        if self.as_json:
            rows = sorted_by(frame, self.sort or self.default_sort)
            print_json(records(rows.head(self.limit or len(rows)), self.columns))
            return
        if by_place is not None and frontend().is_brief and not isinstance(frame, Rows):
            from heapnb.progress import stage

            with stage("Grouping rows"):
                grouped = by_place(frame)
            if self.sort is None or self.sort in grouped:
                frame, for_people = grouped, list(grouped.columns)
        rows = sorted_by(frame, self.sort or self.default_sort)
        columns = [name for name in for_people or self.columns if name in frame]
        print_rows(
            rows.select(columns) if isinstance(rows, Rows) else rows[columns],
            self.limit,
            result=result,
            spare=spare,
            own_first=own_first and self.sort is None,
        )
