"""Tables of a report: which columns, in what words, and their cells as safe HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, escape

from heapnb.schema import Kind, find_column
from heapnb.views import charts, fmt, svg_parts
from heapnb.views.columns import is_missing, kind_of, write, write_exactly
from heapnb.views.masking import OFF, SECRETS, Masking

if TYPE_CHECKING:
    import pandas as pd

CLASS: Final = "class_name"
"""Name of the column of classes."""

TREND: Final = "trend"
"""Name of a column whose values are drawn: numbers, one for each snapshot."""

LONGEST_PROSE: Final = 1500
"""Characters of an explanation that a report keeps."""

LONGEST_NAME: Final = 120
"""Characters of a name that a report keeps."""


SHORT_TITLES: Final = {
    # Beside each other, "Count" alone does not say what is counted.
    "count": "Objects",
    # The cells have a sign, which says "delta" in less width.
    "count_delta": "Objects",
    "retained_delta": "Retained",
    "shallow_delta": "Shallow",
    # The cells have units, which say "size": shorter headings keep all columns in view.
    "retained_size": "Retained",
    "shallow_size": "Shallow",
    # The row is a snapshot, and its name is that of its file.
    "name": "File",
}
"""Headings of reports that differ from the schema's, each with its reason above."""

_FOLDER_END: Final = re.compile(r"(?<=.)/")
_MOST_PARAGRAPHS: Final = 6
_LONG_WORD: Final = re.compile(rf"\S{{{fmt.MAX_TEXT_LENGTH + 1},}}")


@dataclass(frozen=True)
class Column:
    """A column as it is shown.

    Parameters
    ----------
    key : str
        Its name in the table of the analysis, which tells how its values are written.
    title : str
        Its heading.
    """

    key: str
    title: str

    @classmethod
    def of(cls, key: str, title: str | None = None) -> Column:
        """Take a column of the schema, with its heading in reports.

        Parameters
        ----------
        key : str
            Its name; one that the schema lacks is a bug, and raises `KeyError`.
        title : str, optional
            The heading of a column that stands for one snapshot, which only the case can name.
        """
        known = find_column(key)
        if known is None:
            raise KeyError(key)
        return cls(key, title or SHORT_TITLES.get(key, known.title))

    @property
    def is_number(self) -> bool:
        """Whether it is aligned to the right."""
        return self.key != TREND and kind_of(self.key).is_number


@dataclass(frozen=True)
class Table:
    """A table cut to what a page can hold.

    Parameters
    ----------
    columns : tuple of Column
        What is shown.
    rows : tuple of tuple of Markup
        Cells, escaped.
    frame : pandas.DataFrame
        The same rows as values, not masked.
    n_all : int
        Rows that there are.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Markup, ...], ...]
    frame: pd.DataFrame
    n_all: int

    @property
    def is_cut(self) -> bool:
        """Whether rows are left out."""
        return len(self.rows) < self.n_all


@dataclass(frozen=True)
class Writer:
    """Writes the texts of a report: masked, cut, and safe for HTML.

    Parameters
    ----------
    masking : Masking
        The policy for likely secrets.
    """

    masking: Masking = SECRETS

    def table(self, frame: pd.DataFrame, columns: Sequence[Column], limit: int) -> Table:
        """Take the first rows of a table.

        Parameters
        ----------
        frame : pandas.DataFrame
            Table of an analysis, the most important row first.
        columns : sequence of Column
            What to show; columns that the table lacks are left out. Where the class is the first,
            the definition site, ``location``, stands in the same cell.
        limit : int
            How many rows.

        Returns
        -------
        Table
        """
        present = tuple(column for column in columns if column.key in frame.columns)
        head = frame.head(limit)
        cells = [[self.cell(value, column.key) for value in head[column.key]] for column in present]
        if "location" in frame.columns and present[0].key == CLASS:
            # One below the other they leave room for the numbers.
            for row, value in enumerate(head["location"]):
                if not is_missing(value):
                    cells[0][row] += self.place(value)
        keys = [column.key for column in present]
        if "location" in frame.columns and "location" not in keys:
            keys.append("location")
        return Table(present, tuple(zip(*cells, strict=True)), head[keys], len(frame))

    def cell(self, value: Any, key: str) -> Markup:
        """Write one value as HTML.

        Parameters
        ----------
        value : object
            A number, a text, numbers to draw, or something missing.
        key : str
            Name of its column.
        """
        if key == TREND:
            return charts.sparkline(value)
        if is_missing(value):
            return escape(fmt.UNKNOWN)
        kind = kind_of(key)
        if kind is Kind.TEXT:
            return self.code(value)
        if kind is Kind.LOCATION:
            return self.place(value)
        text = write(value, kind)
        if kind is Kind.SHARE:
            bar = svg_parts.share_bar(float(value))
            return Markup('<span class="share">{}{}</span>').format(bar, text)
        css_class = "quiet" if kind in {Kind.BYTES_DELTA, Kind.COUNT_DELTA} and value <= 0 else ""
        exact = write_exactly(value, kind)
        if not css_class and exact is None:
            return escape(text)
        return Markup('<span class="{}" title="{}">{}</span>').format(
            css_class, exact or text, text
        )

    def text(self, value: object, limit: int = LONGEST_NAME) -> str:
        """Make a text of a snapshot fit for a report: secrets masked, cut, and visible.

        Escaping is left to the template.
        """
        if is_missing(value):
            return fmt.UNKNOWN
        # A little more than is shown, so that a secret is found that the cut goes through.
        return fmt.clean(str(value), limit, self.masking)

    def location(self, value: object, limit: int = LONGEST_NAME) -> str:
        """Make a source position fit for a report; it is cut at its start."""
        if is_missing(value):
            return fmt.UNKNOWN
        return fmt.clean_location(str(value), limit, self.masking)

    def code(self, value: object) -> Markup:
        """Write a name as code."""
        text = self.text(value)
        return escape(text) if text == fmt.UNKNOWN else Markup("<code>{}</code>").format(text)

    def place(self, value: object) -> Markup:
        """Write a source position as code."""
        text = self.location(value)
        if text == fmt.UNKNOWN:
            return escape(text)
        # Long paths break between folders, but not after the slash that begins them.
        breakable = _FOLDER_END.sub("/<wbr>", str(escape(text)))
        return Markup(f'<code class="place">{breakable}</code>')  # noqa: S704  escaped above

    def prose(self, value: object) -> Markup:
        """Write sentences of an analysis: paragraphs, and code between back ticks.

        Examples
        --------
        >>> Writer().prose("Bound `results`.")
        Markup('<p>Bound <code>results</code>.</p>')
        """
        # Masked as a whole, as some secrets have several lines.
        text = self.masking.start(str(value or ""), LONGEST_PROSE)
        paragraphs = [_with_code(line.strip()) for line in text.split("\n") if line.strip()]
        return Markup("").join(map(Markup("<p>{}</p>").format, paragraphs[:_MOST_PARAGRAPHS]))

    def inline_prose(self, value: object) -> Markup:
        """Write a sentence with code between back ticks; see `prose`."""
        return _with_code(self.masking.start(str(value or ""), LONGEST_PROSE))


def _with_code(text: str) -> Markup:
    """Turn what stands between back ticks into code; cut what would fill the page."""
    pieces = text.split("`")
    # An odd number of ticks leaves the last one alone.
    if len(pieces) % 2 == 0:
        pieces[-2:] = [f"{pieces[-2]}`{pieces[-1]}"]
    written = []
    room = LONGEST_PROSE
    for i, piece in enumerate(pieces):
        is_code = i % 2 == 1
        shown = fmt.shorten(piece) if is_code else _LONG_WORD.sub(_shortened, piece)
        shown = fmt.clean(shown, max(room, 1), OFF)
        written.append(Markup("<code>{}</code>").format(shown) if is_code else escape(shown))
        room -= len(shown)
        if room <= 0:
            break
    return Markup("").join(written)


def _shortened(match: re.Match[str]) -> str:
    return fmt.shorten(match[0])
