"""What a reader can browse in a report: the part of a heap that matters most.

These are the suspects with their groups, the paths from them to the roots, and the top of each
view. The source of the workbench answers about 200 requests for them: each takes some
milliseconds, and who opens a report waits for none of them, but who writes it waits for all. The
answers are packed until a budget is used up. A page of rows is stored under its view and the key
of its parent row. References, retainers and dominated nodes are packed once for each node,
whatever rows lead there; ``heapnb/workbench/static/embedded.js`` unpacks them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final, TypeVar

from heapnb.errors import HeapnbError
from heapnb.reports.hiding import hide_secrets
from heapnb.reports.packing import CRUMBS, Full, Packer
from heapnb.views.masking import SECRETS, Masking
from heapnb.workbench.model import LARGEST_PAGE
from heapnb.workbench.rows.node_columns import NODE_COLUMNS
from heapnb.workbench.source import Source
from heapnb.workbench.start import PANES, start_of
from heapnb.workbench.subject import Workbench

if TYPE_CHECKING:
    from heapnb.analysis.diagnosis.suspects import Diagnosis, Suspect

T = TypeVar("T")

BUDGET: Final = 2_500_000
"""Bytes that the data take in the page at most."""

MOST_SUSPECTS: Final = 8
"""Suspects whose groups and examples are embedded; their cards say the rest."""

MOST_NODES: Final = 24
"""Nodes whose details are embedded."""

MOST_PAGES: Final = 40
"""Pages of what nodes refer to, and as many of what they dominate."""

MOST_RETAINERS: Final = 100
"""Pages of what refers to nodes: about ten paths to the roots."""

MOST_DRAWINGS: Final = 5
"""Nodes whose retaining path is drawn."""

LARGEST_DRAWING: Final = 60_000
"""Characters of a drawing that is embedded."""

LARGEST_DECODED: Final = 3_000_000
"""Nodes of a heap up to which views are embedded that look at all of it."""

LARGEST_SEARCHED: Final = 300_000
"""Nodes of a heap up to which views are embedded that take longest."""

_ROWS_AT_TOP: Final = 100
_ROWS_OF_QUICK: Final = LARGEST_PAGE
_ROWS_BELOW: Final = 20
_ROWS_OF_RETAINERS: Final = 10
_OPENED: Final = 2
"""Rows at the top of a view below which rows are embedded."""

_OPENED_FIRST: Final = 8
"""The same for the views that come first."""

_LONGEST_CHAIN: Final = 60
_FIRST: Final = frozenset({"suspects", "constructors", "dominators"})
"""Views that get room before the others."""

_NEVER: Final = frozenset({"comparison"})
"""Views with objects, and so secrets, that the last snapshot does not have."""

_TOP: Final = ""
"""Stands for the key above the rows at the top."""

_RETAINERS: Final = "retainers"
_NODE_KEYS: Final = tuple(column.key for column in NODE_COLUMNS)
_ROWS_OF_NODES: Final = {"e": "references", "n": "references", "i": "retainers"}
_BELOW: Final = {
    # Below a closure is what it captures, and below a string what holds it.
    "closures": {"e": "references", "i": "retainers"},
    "texts": {"n": "retainers", "i": "retainers"},
    "dominators": {"d": "dominated"},
    "suspects": {**_ROWS_OF_NODES, "t": "references"},
    _RETAINERS: {"i": "retainers"},
}
"""By view and the first letter of a key's last part: which pages of nodes are below its row."""

_FRAME: Final = 4_000
"""Bytes around everything."""


@dataclass(frozen=True)
class Embedded:
    """What is embedded in a report.

    Parameters
    ----------
    data : dict
        Fit for JSON.
    n_rows : int
        Rows that can be looked at.
    n_nodes : int
        Nodes of which details and retainers are there.
    left_out : tuple of str
        Titles of views that are not.
    """

    data: dict[str, Any]
    n_rows: int
    n_nodes: int
    left_out: tuple[str, ...]


def embed(
    diagnosis: Diagnosis, *, masking: Masking = SECRETS, budget: int = BUDGET
) -> Embedded | None:
    """Pack the part of the last snapshot that matters most.

    Parameters
    ----------
    diagnosis : Diagnosis
        What was found; what it is about comes first.
    masking : Masking
        The policy for likely secrets.
    budget : int
        Bytes that the data take at most, written by `as_script`.

    Returns
    -------
    Embedded or None
        None for a heap without nodes.
    """
    series = diagnosis.series
    if not series.last.n_nodes:
        return None
    name = series.snapshots[-1].name
    masking = masking if masking.known is not None else masking.of(series.last)
    workbench = Workbench(
        series.last,
        diagnosis=diagnosis,
        series=series,
        title=masking.text(name),
        masking=masking,
    )
    found = _Embedding(Source(workbench), budget).make()
    if masking.known is None:
        return found
    return replace(found, data=hide_secrets(found.data, masking.known))


class _Embedding:
    """Asks a source for what a report needs, the most important things first."""

    def __init__(self, source: Source, budget: int) -> None:
        self.source = source
        self.workbench = source.workbench
        self.heap = source.workbench.heap
        self.packer = Packer(budget - _FRAME)
        self.pages: dict[str, dict[str, list[Any]]] = {}
        self.nodes: dict[str, dict[int, list[Any]]] = {
            "references": {},
            "retainers": {},
            "dominated": {},
        }
        self.fields: list[str] = []
        self.details: dict[int, list[Any]] = {}
        self.drawings: dict[int, dict[str, Any]] = {}
        self.charts: dict[str, dict[str, Any]] = {}
        self.empty_views: set[str] = set()

    def make(self) -> Embedded:
        """Ask and pack until there is nothing more to ask for, or no more room."""
        description = self._description()
        try:
            self.packer.anything(description)
            self._fill([view["key"] for view in description["views"]])
        except Full:
            # What is here is whole: nothing is begun that has no room.
            pass
        shown = {*(view for view, pages in self.pages.items() if _TOP in pages), *self.charts}
        description["views"] = [view for view in description["views"] if view["key"] in shown]
        if not self.drawings:
            description["methods"].remove("graph")
        data = {
            "description": description,
            "start": self._start(shown),
            "columns": _NODE_KEYS,
            "pieces": [list(piece) for piece in self.packer.pieces],
            "pages": {view: pages for view, pages in self.pages.items() if view in shown},
            "nodes": self.nodes,
            "below": {view: _BELOW.get(view, _ROWS_OF_NODES) for view in [*shown, _RETAINERS]},
            "fields": self.fields,
            "details": self.details,
            "drawings": self.drawings,
            "charts": self.charts,
        }
        left_out = tuple(
            view["title"]
            for view in self.source.description["views"]
            if view["key"] not in shown | self.empty_views
        )
        return Embedded(data, self.packer.n_rows, len(self.details), left_out)

    def _start(self, shown: set[str]) -> dict[str, Any]:
        """Return the state in which the browser of the report opens."""
        start = start_of(self.source)
        if start["view"] not in shown or "selected" not in start:
            views = [view["key"] for view in self.source.description["views"]]
            first = next((view for view in views if view in shown), None)
            return {"view": "constructors" if "constructors" in shown else first}
        return start if start["focus_id"] in self.drawings else start | {"pane": PANES[0]}

    # -- in which order ---------------------------------------------------------------------

    def _fill(self, views: list[str]) -> None:
        suspects = self._examples[:MOST_SUSPECTS]
        tops = {view: self._top(view) for view in views if view in _FIRST}
        for row in tops.get("suspects", [])[:MOST_SUSPECTS]:
            for part in self._open("suspects", row):
                self._open("suspects", part)
        for node_id in suspects:
            self._about(node_id)
        self._draw([*suspects, *_ids(tops.get("dominators", []))][:MOST_DRAWINGS])
        tops |= {view: self._top(view) for view in views if view not in tops}
        classes = {f"c{self.heap.class_key[self.heap.ordinal_of(node_id)]}" for node_id in suspects}
        for view, rows in tops.items():
            n_first = _OPENED_FIRST if view in _FIRST else _OPENED
            leaked = [row for row in rows[n_first:] if row["key"] in classes]
            pages = self._open_all(view, [*leaked, *rows[:n_first]])
            for page in pages if view in _FIRST else ():
                self._open(view, page[0])
        # Rows take turns, and views do, so that each has something to offer.
        nodes = _in_turn([self._on_paths, *(_ids(rows) for rows in tops.values())])
        for node_id in dict.fromkeys(nodes):
            if len(self.details) >= MOST_NODES:
                break
            self._about(node_id)

    @property
    def _suspects(self) -> Sequence[Suspect]:
        diagnosis = self.workbench.diagnosis
        return () if diagnosis is None else diagnosis.suspects

    @cached_property
    def _examples(self) -> list[int]:
        """Node ids of the accumulated objects, the likeliest leak first."""
        ids = [suspect.node_id for suspect in self._suspects]
        is_known = self.heap.ordinals_of(ids) >= 0
        return [node_id for node_id, known in zip(ids, is_known.tolist(), strict=True) if known]

    @property
    def _on_paths(self) -> list[int]:
        """Node ids of what leads to the suspects, from them up to the roots."""
        paths = [suspect.path.nodes[: -_LONGEST_CHAIN - 1 : -1] for suspect in self._suspects]
        return [node_id for path in paths for node_id in self.heap.node_id[path].tolist()]

    # -- views ------------------------------------------------------------------------------

    def _description(self) -> dict[str, Any]:
        described = self.source.description
        views = [
            # Rows that are not here cannot be chosen from.
            view | {"filters": [one for one in view["filters"] if one["kind"] != "choice"]}
            for view in described["views"]
            if self._is_quick_enough(view["key"])
        ]
        methods = ["rows", "retainers", "locate", "goto", "details", "graph", "chart"]
        return described | {"views": views, "static": True, "methods": methods}

    def _is_quick_enough(self, view: str) -> bool:
        if view in _NEVER:
            return False
        match self.source.tree(view).effort:
            case "none":
                return True
            case "decode":
                return self.heap.n_nodes <= LARGEST_DECODED
            case "search":
                return self.heap.n_nodes <= LARGEST_SEARCHED

    def _is_free(self, view: str) -> bool:
        return self.source.tree(view).effort == "none"

    def _top(self, view: str) -> list[dict[str, Any]]:
        """Pack a view without what is below its rows."""
        try:
            if hasattr(self.source.tree(view), "chart"):
                chart = self.source.answer("chart", {"view": view})
                self.charts[view] = self.packer.anything(chart)
                return []
            page = self._ask(view, None, _ROWS_OF_QUICK if self._is_free(view) else _ROWS_AT_TOP)
        except (HeapnbError, UnicodeError):
            # The page does without what cannot be had: a file that has gone, a diagnosis whose
            # texts are none.
            return []
        if not page["rows"] and not self._is_free(view):
            self.empty_views.add(view)
            return []
        return self._keep(view, None, page)

    def _open(self, view: str, row: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Pack what is below a row; returns the rows if only this view has them."""
        if not row["expandable"]:
            return []
        relation = _BELOW.get(view, _ROWS_OF_NODES).get(_last_part(row["key"])[0])
        if relation is not None:
            self._relation(relation, row["node_id"])
            return []
        return self._keep(view, row["key"], self._ask(view, row["key"], _ROWS_BELOW))

    def _open_all(self, view: str, rows: Iterable[Mapping[str, Any]]) -> list[list[dict[str, Any]]]:
        """Pack what is below some rows; returns the pages that only this view has."""
        return [page for page in (self._open(view, row) for row in rows) if page]

    def _ask(self, view: str, parent: str | None, limit: int) -> dict[str, Any]:
        return self.source.answer("rows", {"view": view, "parent": parent, "limit": limit})

    def _keep(self, view: str, parent: str | None, page: Mapping[str, Any]) -> list[dict[str, Any]]:
        columns = [column.key for column in self.source.tree(view).columns]
        packed = self.packer.page(page, parent, columns)
        self.pages.setdefault(view, {})[parent or _TOP] = packed
        rows: list[dict[str, Any]] = page["rows"]
        return rows

    # -- nodes ------------------------------------------------------------------------------

    def _about(self, node_id: int) -> None:
        """Pack all that there is to know about a node, and its way to the roots."""
        if node_id not in self.details:
            details = self.source.answer("details", {"node_id": node_id})
            self.fields = [*(name for name in details if name != CRUMBS), CRUMBS]
            self.details[node_id] = self.packer.details(details)
        above: int | None = node_id
        for _ in range(_LONGEST_CHAIN):
            if above is None:
                break
            self._relation(_RETAINERS, above)
            # The nearest to the roots comes first.
            rows = self.nodes[_RETAINERS].get(above, [[]])[0]
            above = rows[0][2] if rows and rows[0][3] else None
        self._relation("references", node_id)
        self._relation("dominated", node_id)

    def _relation(self, relation: str, node_id: int) -> None:
        """Pack what has to do with a node in one way, unless that is done."""
        pages = self.nodes[relation]
        most = MOST_RETAINERS if relation == _RETAINERS else MOST_PAGES
        if node_id in pages or len(pages) >= most:
            return
        node = self.heap.ordinal_of(node_id)
        params: dict[str, Any]
        if relation == _RETAINERS:
            params = {"view": _RETAINERS, "node_id": node_id, "limit": _ROWS_OF_RETAINERS}
        elif relation == "references":
            # A member of a class has below it what it refers to, as everywhere else.
            member = f"c{self.heap.class_key[node]}/n{node}"
            params = {"view": "constructors", "parent": member, "limit": _ROWS_BELOW}
        else:
            key = self._key_of_dominators(node)
            if (
                key is None
                or self.heap.first_dominated[node] == self.heap.first_dominated[node + 1]
            ):
                return
            params = {"view": "dominators", "parent": key, "limit": _ROWS_BELOW}
        page = self.source.answer("rows", params)
        pages[node_id] = self.packer.page(page, params.get("parent"), _NODE_KEYS)

    def _key_of_dominators(self, node: int) -> str | None:
        """Return the key of a node's row among dominators; None for the root, or if it is long."""
        parts: list[str] = []
        while node != self.heap.root:
            if len(parts) == _LONGEST_CHAIN:
                return None
            parts.append(f"d{node}")
            node = int(self.heap.dominator[node])
        return "/".join(reversed(parts)) or None

    def _draw(self, node_ids: Iterable[int]) -> None:
        for node_id in dict.fromkeys(node_ids):
            try:
                drawing = self.source.answer("graph", {"node_id": node_id, "direction": "LR"})
            except HeapnbError:
                # Without Graphviz there are no drawings.
                return
            if len(drawing["svg"]) > LARGEST_DRAWING:
                continue
            # Rows say the same in less room.
            with suppress(Full):
                self.drawings[node_id] = self.packer.anything(drawing)


def _ids(rows: Iterable[Mapping[str, Any]]) -> list[int]:
    return [row["node_id"] for row in rows if row["node_id"] is not None]


def _in_turn(lists: Sequence[Sequence[T]]) -> list[T]:
    """Return the first of each list, then the second of each, and so on."""
    return [each for turn in zip_longest(*lists) for each in turn if each is not None]


def _last_part(key: str) -> str:
    return key.rpartition("/")[2]
