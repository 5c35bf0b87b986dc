"""Results as HTML fragments, for notebooks.

Every string goes through a template that escapes; a fragment loads nothing, runs nothing, and
takes its colours from the page around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from heapnb._showing import port
from heapnb.errors import HeapnbError
from heapnb.schema import Kind
from heapnb.views import fmt
from heapnb.views.code import code_html
from heapnb.views.columns import heading, is_missing, kind_of, label, write, write_exactly
from heapnb.views.describe import View, describe
from heapnb.views.rows import Rows

if TYPE_CHECKING:
    import jinja2
    import pandas as pd

DEFAULT_ROWS: Final = 20

_HERE: Final = Path(__file__).parent
_SENTENCE_LENGTH: Final = 2_000


def result_html(result: object, *, max_rows: int = DEFAULT_ROWS) -> str:
    """Write a result as an HTML fragment."""
    return view_html(describe(result), max_rows=max_rows)


def view_html(view: View, *, max_rows: int = DEFAULT_ROWS) -> str:
    """Write what there is to show as an HTML fragment."""
    template = _environment().get_template("result.html.j2")
    return template.render(view=view, max_rows=max_rows, style=style())


def table_html(frame: pd.DataFrame | Rows, *, max_rows: int | None = DEFAULT_ROWS) -> Markup:
    """Write a table as HTML; its columns are formatted by their names.

    Parameters
    ----------
    frame : pandas.DataFrame or Rows
        Any table of heapnb.
    max_rows : int or None, optional
        How many rows to show; None shows all.

    Returns
    -------
    markupsafe.Markup
        A ``<table>``, and a line that says what was left out. The style is that of `style`.
    """
    frame = frame.to_frame() if isinstance(frame, Rows) else frame
    shown = frame if max_rows is None else frame.head(max_rows)
    columns = [_column(shown, place) for place in range(shown.shape[1])]
    template = _environment().get_template("table.html.j2")
    html = template.render(
        columns=columns,
        rows=list(zip(*(column.cells for column in columns), strict=True)),
        n_rows=len(frame),
        n_left_out=len(frame) - len(shown),
    )
    return Markup(html)  # noqa: S704  the template has escaped it


@cache
def style() -> Markup:
    """Return the style sheet that fragments need, scoped to ``.heapnb``."""
    css = (_HERE / "static" / "result.css").read_text("utf-8")
    return Markup(css)  # noqa: S704  our own file


@dataclass(frozen=True)
class _Cell:
    text: str
    exact: str | None
    bar: float | None
    is_missing: bool


@dataclass(frozen=True)
class _Column:
    name: str
    title: str
    css_class: str
    cells: list[_Cell]


def _column(frame: pd.DataFrame, place: int) -> _Column:
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    values = frame.iloc[:, place]
    name = str(frame.columns[place])
    is_numeric = is_numeric_dtype(values.dtype) and not is_bool_dtype(values.dtype)
    kind = kind_of(name, is_numeric=is_numeric)
    css_class = "number" if kind.is_number else "location" if kind is Kind.LOCATION else "text"
    cells = [_cell(value, kind, name) for value in values.tolist()]
    return _Column(fmt.clean(name), heading(name), css_class, cells)


def _cell(value: object, kind: Kind, column: str) -> _Cell:
    bar = None
    if kind is Kind.SHARE and isinstance(value, int | float) and not is_missing(value):
        bar = round(100 * min(max(float(value), 0.0), 1.0), 1)
    text = write(value, kind, column)
    return _Cell(text, write_exactly(value, kind), bar, text == fmt.UNKNOWN)


def _sentence(text: str) -> str:
    return fmt.clean(text, _SENTENCE_LENGTH)


def _drawing(what: object) -> Markup:
    """Draw what retains something; without an engine the chain beside it has to do."""
    if isinstance(what, Markup):
        return what
    try:
        svg = port().graph(what).to_svg()
    except HeapnbError:
        return Markup("")
    return Markup(svg)  # noqa: S704  RetainerGraph's SVG is made to be inlined


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {
        "clean": fmt.clean,
        "sentence": _sentence,
        "label": label,
        "write": write,
        "write_exactly": write_exactly,
        "drawing": _drawing,
        "location": fmt.clean_location,
        "code": code_html,
        "table": table_html,
    }
    environment.filters.update(filters)
    return environment


__all__ = ["result_html", "style", "table_html", "view_html"]
