"""What is seen of a browser where no kernel runs: a table, and the drawing of a chain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from heapnb.analysis.retention.big_drops import leak_suspects
from heapnb.drawing.retainer_graph import drawing_style
from heapnb.errors import HeapnbError
from heapnb.schema import Kind
from heapnb.views import fmt
from heapnb.views.describe import Fact, View, describe
from heapnb.views.html import view_html
from heapnb.views.text import view_text
from heapnb.workbench.source import Source
from heapnb.workbench.subject import Workbench

if TYPE_CHECKING:
    import pandas as pd

SHOWN_ROWS: Final = 15

_OPENING: Final = tuple("([{<\"'`")
_QUICK_NODES: Final = 5_000_000
"""In larger heaps, looking for what retains most would keep the browser waiting."""

_LIVE: Final = "heapnb-live"
_STATIC: Final = "heapnb-static"

# Where the browser itself is there, this goes; where it is not, an error message is in its place.
_STYLE: Final = Markup(  # noqa: S704  no values in it
    f"""<style>
.jp-OutputArea-child:has(.{_STATIC}):has(+ .jp-OutputArea-child .{_LIVE}),
.jp-OutputArea-child:has(.{_STATIC}) +
  .jp-OutputArea-child:has([class*="jupyter-widgets"]):not(:has(.{_LIVE})) {{
  display: none;
}}
</style>"""
)


@dataclass(frozen=True)
class Fallback:
    """What stands for a browser: the same, as HTML and as text.

    Parameters
    ----------
    html : str
        A fragment, complete with its style.
    text : str
        Lines.
    """

    html: str
    text: str


def fallback(
    workbench: Workbench,
    source: Source,
    *,
    view: str,
    settings: dict[str, Any],
    node_id: int | None,
    browser_id: str,
) -> Fallback:
    """Show the first rows of a view, and what keeps a node alive.

    Parameters
    ----------
    workbench : Workbench
        What is browsed.
    source : Source
        Its rows and drawings.
    view : str
        Which view.
    settings : dict
        How it is sorted and filtered: ``sort``, ``descending``, ``filters``.
    node_id : int or None
        The selected node; if there is none, the first suspect or what retains most is drawn.
    browser_id : str
        By which the browser finds this, to take its place.

    Returns
    -------
    Fallback
    """
    shown = next(one for one in source.description["views"] if one["key"] == view)
    if node_id is None:
        node_id = _most_telling(workbench)
    parts = [_table(source, shown, settings)]
    if node_id is not None:
        parts += _chain(source, node_id)
    content = replace(_head(workbench), parts=tuple(parts))
    body = Markup(view_html(content, max_rows=SHOWN_ROWS))  # noqa: S704  escaped by its template
    html = Markup('<div class="{}" data-heapnb-static="{}">{}{}</div>').format(
        _STATIC, browser_id, _STYLE, body
    )
    return Fallback(str(html), view_text(content))


def _head(workbench: Workbench) -> View:
    """Say what is browsed."""
    heap = workbench.heap
    view = View(
        title=workbench.title,
        facts=(
            Fact("nodes", heap.n_nodes, Kind.COUNT),
            Fact("edges", heap.n_edges, Kind.COUNT),
            Fact("heap size", int(heap.retained_size[heap.root]), Kind.BYTES),
        ),
    )
    if workbench.diagnosis is not None:
        diagnosis = describe(workbench.diagnosis)
        return replace(view, badge=diagnosis.badge, lead=diagnosis.lead)
    return view


def _most_telling(workbench: Workbench) -> int | None:
    """Choose a node to draw: the first suspect, else what retains most."""
    if workbench.diagnosis is not None:
        suspects = workbench.diagnosis.suspects
        return suspects[0].node_id if suspects else None
    if workbench.heap.n_nodes > _QUICK_NODES:
        return None
    holders = leak_suspects(workbench.heap)["node_id"]
    return None if holders.empty else int(holders.iloc[0])


def _chain(source: Source, node_id: int) -> list[View]:
    try:
        details = source.answer("details", {"node_id": node_id})
        drawn = source.answer("graph", {"node_id": node_id, "expanded": []})
    except HeapnbError:
        # Without an engine for drawings the table has to do.
        return []
    # Both are our own, and made to be inlined.
    drawing = Markup(f"<style>{drawing_style()}</style>{drawn['svg']}")  # noqa: S704
    return [
        View(
            title=f"What keeps {details['class_name']} @{node_id} alive",
            chain=tuple(step["label"] for step in details["breadcrumbs"]),
            drawing=drawing,
        )
    ]


def _table(source: Source, view: dict[str, Any], settings: dict[str, Any]) -> View:
    try:
        return _chart(source, view) if view["kind"] == "chart" else _rows(source, view, settings)
    except HeapnbError as error:
        return View(title=view["title"], notes=(str(error),))


def _rows(source: Source, view: dict[str, Any], settings: dict[str, Any]) -> View:
    sort, descending = view["sort"]
    request = {"sort": sort, "descending": descending, "filters": {}} | settings
    page = source.answer(
        "rows", {"view": view["key"], "parent": None, "offset": 0, "limit": SHOWN_ROWS} | request
    )
    left_out = page["total"] - len(page["rows"])
    notes = [page["note"]] if page["note"] else []
    if left_out > 0:
        notes.append(f"{fmt.plural(left_out, 'more row')} in the browser.")
    return View(title=view["title"], table=_frame(view, page["rows"]), notes=tuple(notes))


def _chart(source: Source, view: dict[str, Any]) -> View:
    import pandas as pd

    chart = source.answer("chart", {"view": view["key"]})
    table = pd.DataFrame(chart["table"]["rows"])
    drawing = Markup(chart["svg"])  # noqa: S704  the drawing is made to be inlined
    drawn = View(title=view["description"], drawing=drawing)
    return View(title=view["title"], table=table, parts=(drawn,))


def _frame(view: dict[str, Any], rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Put rows into a table whose columns are formatted by their names."""
    import pandas as pd

    labels = [_label(text for _, text in row["label"]) for row in rows]
    columns = {view["label_title"]: labels}
    for column in view["columns"]:
        columns[column["key"]] = [row["cells"].get(column["key"]) for row in rows]
    return pd.DataFrame(columns)


def _label(pieces: Iterable[str]) -> str:
    """Join the pieces of a label, which the browser tells apart by their colours."""
    label = ""
    for piece in pieces:
        is_word = piece[:1].isalnum() or piece[:1] in _OPENING
        label += f" {piece}" if is_word and label and not label[-1].isspace() else piece
    return label
