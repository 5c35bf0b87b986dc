"""Results as plain text: for ``repr()`` and for terminals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from heapnb.graph.references import is_chain_step
from heapnb.schema import Kind
from heapnb.views import fmt
from heapnb.views.columns import heading, kind_of, label, write
from heapnb.views.describe import Fact, View, describe, notes_of
from heapnb.views.masking import printable
from heapnb.views.rows import Rows

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.analysis.diagnosis.suspects import Diagnosis, Suspect

DEFAULT_WIDTH: Final = 100
DEFAULT_ROWS: Final = 20

MAX_SUSPECTS: Final = 10
"""Suspects that a brief diagnosis names."""

_FACTS_TOLD_ELSEWHERE: Final = frozenset({"kind", "held by"})
_MIN_TEXT_WIDTH: Final = 10
_LEAST_TEXT_WIDTH: Final = 8
"""Of a column in which the first rows need no more."""
_GOOD_TEXT_WIDTH: Final = 24
"""Columns that can be spared leave before texts become narrower."""

_PROSE: Final = frozenset(
    {"string", "text", "value", "content", "variables", "chain", "anchor", "callers"}
)
"""Columns that read from their start. Names are cut in the middle."""

_NODE_ID: Final = "node_id"
_EXPENDABLE: Final = frozenset({Kind.IDENTIFIER, Kind.YES_NO})
_LEAST_TELLING: Final = ("distance", "edge_type", "node_type", "shallow_size")
"""Columns that a narrow table can do without, the first one first."""

_WRAPPED: Final = frozenset({"anchor"})
"""Columns whose cells take several lines where they are too long for one."""

_LEAST_WIDTH: Final = 20
_GAP: Final = "  "
_INDENT: Final = "  "


def result_text(result: object, *, width: int = DEFAULT_WIDTH) -> str:
    """Write a result as plain text."""
    return view_text(describe(result), width=width)


def diagnosis_text(
    diagnosis: Diagnosis, *, width: int = DEFAULT_WIDTH, in_full: bool = False
) -> str:
    """Write a diagnosis for a terminal.

    Parameters
    ----------
    diagnosis : Diagnosis
        The diagnosis.
    width : int, optional
        Columns of the screen.
    in_full : bool, optional
        Explain all suspects. Otherwise the verdict, the first suspect and a table of the next ones
        fit one screen.

    Returns
    -------
    str
        Lines. If suspects are left out, the first line says how many.
    """
    suspects = diagnosis.suspects
    named = suspects if in_full else suspects[:MAX_SUSPECTS]
    n_named = f"{len(named)} of " if len(named) < len(suspects) else ""
    count = f" ({n_named}{fmt.plural(len(suspects), 'suspect')})" if suspects else ""
    lines = [f"Diagnosis: {diagnosis.verdict}{count}"]
    lines += _wrapped(fmt.clean(diagnosis.reason, limit=2_000), width)
    if in_full:
        for suspect in named:
            lines += ["", *_lines(describe(suspect), width, DEFAULT_ROWS)]
    elif named:
        lines += ["", *_brief_suspect(describe(named[0]), width)]
        if len(named) > 1:
            lines += ["", "Other suspects:", render_table(_overview(named[1:]), width=width)]
    for note in notes_of(diagnosis):
        lines += _wrapped("Note: " + fmt.clean(note, limit=500), width)
    return "\n".join(lines)


def _brief_suspect(view: View, width: int) -> Iterable[str]:
    yield from _wrapped(fmt.clean(view.title), width, "")
    for sentence in view.lead:
        yield from _wrapped(fmt.clean(sentence, limit=2_000), width)
    yield from _wrapped("Held by: " + chain_text(view.chain), width)
    facts = [
        f"{label(fact.label)} {write(fact.value, fact.written_as)}"
        for fact in view.facts
        if fact.label not in _FACTS_TOLD_ELSEWHERE
    ]
    yield from _wrapped("; ".join(facts), width)


def _overview(suspects: Sequence[Suspect]) -> Rows:
    from heapnb.views.wording.libraries import called

    return Rows(
        {
            "rank": [suspect.rank for suspect in suspects],
            "class_name": [called(suspect) for suspect in suspects],
            "anchor": [suspect.anchor for suspect in suspects],
            "count": [suspect.count_per_snapshot[-1] for suspect in suspects],
            "retained_size": [suspect.retained_per_snapshot[-1] for suspect in suspects],
        }
    )


def view_text(view: View, *, width: int = DEFAULT_WIDTH, max_rows: int = DEFAULT_ROWS) -> str:
    """Write what there is to show as plain text."""
    return "\n".join(_lines(view, width, max_rows)).lstrip("\n")


def render_table(
    frame: pd.DataFrame | Rows,
    *,
    width: int | None = None,
    max_rows: int | None = None,
    spare: Sequence[str] = (),
    sections: Mapping[int, str] | None = None,
) -> str:
    """Write a table as plain text: names at the left, numbers at the right.

    Parameters
    ----------
    frame : pandas.DataFrame or Rows
        Any table of heapnb; columns are formatted by their names.
    width : int, optional
        Columns of the screen. Texts are cut to fit (sentences are wrapped), numbers are not;
        nothing is by default. If that does not suffice, columns are left out, and the first line
        names them.
    max_rows : int, optional
        How many rows to show; all by default.
    spare : sequence of str, optional
        Columns to leave out silently where texts would have to be cut, the first one first.
    sections : mapping of int to str, optional
        Titles of sections, by the number of the row that they precede. Where names have to be
        cut, those of the rows before the first section are cut last.

    Returns
    -------
    str
        Lines, none wider than ``width``.

    Examples
    --------
    >>> import pandas as pd
    >>> print(render_table(pd.DataFrame({"class_name": ["Map"], "retained_size": [12345]})))
    Class  Retained size
    Map          12.3 kB
    """
    shown = frame if max_rows is None else frame.head(max_rows)
    columns = list(_columns(shown))
    if not columns:
        return "(no columns)"
    left_out: list[str] = []
    if width is not None:
        left_out = _fit(columns, width, spare, n_first=min(sections or {}, default=0))
    rows = ["\n".join(_row(columns, number)) for number in range(len(shown))]
    for number, title in sorted((sections or {}).items(), reverse=True):
        rows.insert(number, title)
    # Headings may take several lines, the shorter ones hanging from below.
    n_lines = max(len(column.title) for column in columns)
    titles = [[""] * (n_lines - len(c.title)) + c.title for c in columns]
    head = [
        _GAP.join(c.align(text) for c, text in zip(columns, line, strict=True)).rstrip()
        for line in zip(*titles, strict=True)
    ]
    if left_out:
        head = [*_wrapped(f"Too narrow for: {', '.join(left_out)}.", width or 0, ""), *head]
    if not rows:
        rows = ["(no rows)"]
    if len(shown) < len(frame):
        rows.append(f"… {fmt.plural(len(frame) - len(shown), 'more row')}")
    return "\n".join(head + rows)


def _row(columns: Sequence[_Column], number: int) -> Iterable[str]:
    """Write a row: one line, or more if a cell is wrapped."""
    cells = [column.lines_of(number) for column in columns]
    for line in zip_longest(*cells, fillvalue=""):
        texts = (column.align(text) for column, text in zip(columns, line, strict=True))
        yield _GAP.join(texts).rstrip()


@dataclass
class _Column:
    name: str
    title: list[str]
    cells: list[str]
    kind: Kind
    cut: Callable[[str, int], str]
    width: int

    def align(self, text: str) -> str:
        text = self.cut(text, self.width)
        blanks = " " * (self.width - _cell_length(text))
        return blanks + text if self.kind.is_number else text + blanks

    def lines_of(self, number: int) -> list[str]:
        """Return the lines of a cell."""
        text = self.cells[number]
        if self.name not in _WRAPPED or _cell_length(text) <= self.width:
            return [text]
        return _wrapped(text, self.width, "")

    def width_of_first(self, n: int) -> int:
        """Return the width at which neither the title nor one of the first cells is cut."""
        return max(map(_cell_length, [*self.title, *self.cells[:n]]))

    @property
    def is_text(self) -> bool:
        return not self.kind.is_number

    @property
    def is_location(self) -> bool:
        return self.kind is Kind.LOCATION

    @property
    def least_width(self) -> int:
        """The width below which nothing can be told from the cells."""
        return min(self.width, _MIN_TEXT_WIDTH) if self.is_text else self.width


def _columns(frame: pd.DataFrame | Rows) -> Iterator[_Column]:
    if isinstance(frame, Rows):
        for name, cells in frame.columns.items():
            yield _column(name, cells, is_numeric=frame.is_numeric(name))
        return
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    # By place: a user's table may have columns of one name.
    for place, name in enumerate(frame.columns):
        values = frame.iloc[:, place]
        is_numeric = is_numeric_dtype(values.dtype) and not is_bool_dtype(values.dtype)
        yield _column(str(name), values.tolist(), is_numeric=is_numeric)


def _column(name: str, values: list[Any], *, is_numeric: bool) -> _Column:
    kind = kind_of(name, is_numeric=is_numeric)
    cells = [write(value, kind, name) for value in values]
    width = max(map(_cell_length, cells), default=0)
    title = [heading(name)]
    if kind.is_number and _cell_length(title[0]) > max(width, _MIN_TEXT_WIDTH + 4):
        title = title[0].split()
    width = max(width, *map(_cell_length, title))
    if kind is Kind.LOCATION:
        cut = _cut_path
    elif name in _PROSE:
        cut = _cut_end
    else:
        cut = _cut_middle
    return _Column(name, title, cells, kind, cut, width)


def _fit(
    columns: list[_Column], width: int, spare: Sequence[str], *, n_first: int = 0
) -> list[str]:
    """Narrow a table, and return the titles of the columns that still had to be left out."""

    def excess() -> int:
        return sum(c.width for c in columns) + len(_GAP) * (len(columns) - 1) - width

    for column in columns:
        if excess() > 0:
            # Stacked, headings take less width than in a line.
            title = [word for line in column.title for word in line.split()]
            narrower = max(map(_cell_length, [*title, *column.cells]))
            if narrower < column.width:
                column.title, column.width = title, narrower
    for name in spare:
        to_gain = sum(max(c.width - _GOOD_TEXT_WIDTH, 0) for c in columns if c.is_text)
        if excess() > to_gain:
            columns[:] = [column for column in columns if column.name != name]
    left_out = []
    # The first column says what a row is, and of sizes the last weighs most.
    while (inner := columns[1:-1]) and excess() > sum(c.width - c.least_width for c in columns):
        least = max(inner, key=_expendability)
        columns.remove(least)
        left_out.append(" ".join(least.title))
    too_wide = excess()
    texts = [column for column in columns if column.is_text]
    enough = {c.name: max(c.width_of_first(n_first), _LEAST_TEXT_WIDTH) for c in texts}
    while too_wide > 0:
        # What the first rows do not need goes first.
        roomy = [column for column in texts if n_first and column.width > enough[column.name]]
        wide = [column for column in texts if column.width > _MIN_TEXT_WIDTH]
        if not roomy and not wide:
            break
        # Of a location more has to be seen than of a name.
        widest = max(
            roomy or wide, key=lambda c: c.width - (_MIN_TEXT_WIDTH if c.is_location else 0)
        )
        widest.width -= 1
        too_wide -= 1
    for column in texts:
        if column.width_of_first(0) > column.width:
            column.title = [word for line in column.title for word in line.split()]
    return left_out


def _expendability(column: _Column) -> tuple[bool, int, bool]:
    """Order columns by how well a row can do without them; the node id names it to commands."""
    is_node_id = column.name == _NODE_ID
    rank = _LEAST_TELLING.index(column.name) if column.name in _LEAST_TELLING else None
    return (
        column.kind in _EXPENDABLE and not is_node_id,
        0 if rank is None else len(_LEAST_TELLING) - rank,
        not is_node_id,
    )


def _lines(view: View, width: int, max_rows: int) -> Iterable[str]:
    title = fmt.clean(view.title)
    yield from _wrapped(f"{title}: {fmt.clean(view.badge)}" if view.badge else title, width, "")
    for sentence in view.lead:
        yield from _wrapped(fmt.clean(sentence, limit=2_000), width)
    yield from _fact_lines(view.facts, width)
    if view.chain:
        yield from _wrapped("Held by: " + chain_text(view.chain), width)
    if view.source is not None:
        location = fmt.clean_location(view.source.location)
        yield f"{_INDENT}Source: {_cut_path(location, width - len('  Source: '))}"
        for line in printable(view.source.text).splitlines():
            yield _INDENT * 2 + _cut_end(line, width - 2 * len(_INDENT))
    if view.table is not None:
        yield ""
        yield render_table(view.table, width=width, max_rows=max_rows)
    for part in view.parts:
        yield ""
        yield from _lines(part, width, max_rows)
    for note in view.notes:
        yield from _wrapped("Note: " + fmt.clean(note, limit=500), width)


def chain_text(chain: Sequence[str]) -> str:
    """Write a chain on one line: ``(GC roots) → global .cache → Map``.

    Parameters
    ----------
    chain : sequence of str
        Root first; names of edges with a leading dot.

    Returns
    -------
    str
    """
    words: list[str] = []
    for item in chain:
        text = fmt.clean(item)
        words.append(text if is_chain_step(item) or not words else f"→ {text}")
    return " ".join(words)


def _fact_lines(facts: Sequence[Fact], width: int) -> Iterable[str]:
    labels = [label(fact.label) for fact in facts]
    label_width = max(map(_cell_length, labels), default=0)
    indent = " " * (len(_INDENT) + label_width + len(_GAP))
    for text, fact in zip(labels, facts, strict=True):
        first = f"{_INDENT}{text:<{label_width}}{_GAP}"
        yield from _wrapped(write(fact.value, fact.written_as), width, indent, first)


def _wrapped(text: str, width: int, indent: str = _INDENT, first: str | None = None) -> list[str]:
    """Break a text between words; cut a word that is too long instead of breaking it."""
    from textwrap import wrap

    width = max(width, len(indent) + _LEAST_WIDTH)
    room = width - len(indent)
    words = [(_cut_path if "/" in word else _cut_middle)(word, room) for word in text.split()]
    return wrap(
        " ".join(words),
        width,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _cell_length(text: str) -> int:
    """Count the columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _cut_end(text: str, width: int) -> str:
    if _cell_length(text) <= width:
        return text
    return _first_cells(text, width - 1) + "…"


def _cut_path(text: str, width: int) -> str:
    return fmt.shorten_path(text, width, length=_cell_length, cut=_cut_middle)


def _cut_middle(text: str, width: int) -> str:
    if _cell_length(text) <= width:
        return text
    head = width // 2
    return _first_cells(text, head) + "…" + _first_cells(text[::-1], width - 1 - head)[::-1]


def _first_cells(text: str, width: int) -> str:
    """Return the longest start of a text that fits."""
    taken = 0
    for place, character in enumerate(text):
        taken += _cell_length(character)
        if taken > width:
            return text[:place]
    return text


__all__ = ["chain_text", "diagnosis_text", "render_table", "result_text", "view_text"]
