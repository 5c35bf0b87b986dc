"""Answers to a front end's requests: small enough for the wire."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import orjson

from heapnb.errors import HeapnbError
from heapnb.views import fmt
from heapnb.views.masking import masked
from heapnb.workbench.details import details, whole_text
from heapnb.workbench.model import MOST_EXPANDED, MOST_SELECTED, Page, TreeTable
from heapnb.workbench.parameters import LARGEST_ID, Params, read_window
from heapnb.workbench.python_code import node_code
from heapnb.workbench.trees.registry import FORMER_KEYS, current_key, keys_for, make_tree
from heapnb.workbench.trees.retainers import RetainersTree

if TYPE_CHECKING:
    from heapnb.workbench.subject import Workbench

LARGEST_ANSWER: Final = 64_000
"""Bytes of JSON that a page of rows takes at most."""

_TEXT_LENGTHS: Final = (80, 40, 20)
_MOST_RETAINERS_KEPT: Final = 4


class Source:
    """Answers what a front end asks about a workbench.

    Parameters
    ----------
    workbench : Workbench
        What is browsed.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> from heapnb.workbench.subject import Workbench
    >>> source = Source(Workbench(SnapshotBuilder.from_edges("root.cache>Map").graph()))
    >>> page = source.answer("rows", {"view": "containment", "parent": None})
    >>> page["rows"][0]["label"]
    [['edge', 'cache'], ['operator', ' :: '], ['class', 'Map'], ['id', ' @3']]
    """

    def __init__(self, workbench: Workbench) -> None:
        self.workbench = workbench
        self._trees: dict[str, TreeTable] = {}
        self._retainers: OrderedDict[object, RetainersTree] = OrderedDict()

    @cached_property
    def description(self) -> dict[str, Any]:
        """The heap, its views with their columns and filters, and the limits of a front end."""
        workbench = self.workbench
        heap = workbench.heap
        return {
            "title": fmt.clean(workbench.title, masking=workbench.masking),
            "total_size": int(heap.retained_size[heap.root]) if heap.n_nodes else 0,
            "node_count": heap.n_nodes,
            "expression": workbench.expression,
            "views": [_described(self.tree(key)) for key in keys_for(workbench)],
            "retainers": _described(self.tree(RetainersTree.key)),
            "masked": workbench.masking.is_on,
            "most_selected": MOST_SELECTED,
            "most_expanded": MOST_EXPANDED,
            "static": False,
        }

    def tree(self, view: str) -> TreeTable:
        """Return a table, made when it is first asked for.

        Parameters
        ----------
        view : str
            Its key.

        Returns
        -------
        TreeTable

        Raises
        ------
        HeapnbError
            If the workbench has no such table.
        """
        view = current_key(view)
        tree = self._trees.get(view)
        if tree is None:
            keys = keys_for(self.workbench)
            if view == RetainersTree.key:
                tree = RetainersTree(self.workbench, self.workbench.heap.root)
            elif view in keys:
                tree = make_tree(view, self.workbench)
            else:
                raise HeapnbError(
                    f"There is no view {fmt.clean(str(view))!r}.", hint=f"one of {', '.join(keys)}."
                )
            self._trees[view] = tree
        return tree

    def answer(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a request.

        Parameters
        ----------
        method : str
            ``rows``, ``locate``, ``goto``, ``details``, ``graph``, ``text``, ``python``,
            ``chart``.
        params : mapping
            What the method takes.

        Returns
        -------
        dict
            Fit for JSON.

        Raises
        ------
        HeapnbError
            If there is no such method, or if a parameter is not what it has to be.
        """
        answer = _METHODS.get(method) if isinstance(method, str) else None
        if answer is None:
            raise HeapnbError(
                f"There is no method {fmt.clean(str(method))!r}.",
                hint=f"one of {', '.join(_METHODS)}.",
            )
        if not isinstance(params, Mapping):
            raise HeapnbError("The parameters must be an object.")
        # One policy for all texts of an answer, whatever results outside of the browser show.
        with masked(self.workbench.masking):
            return answer(self, Params(params))

    # -- methods ----------------------------------------------------------------------------

    def _rows(self, params: Params) -> dict[str, Any]:
        tree = self._tree_of(params)
        window = read_window(params, tree)
        return fit(tree.rows(params.text("parent", None), window))

    def _locate(self, params: Params) -> dict[str, Any]:
        node = self._node(params)
        tree = self.tree(params.text("view"))
        path = tree.locate(node, read_window(params, tree))
        return {"path": None if path is None else [[key, place] for key, place in path]}

    def _goto(self, params: Params) -> dict[str, Any]:
        """Find a view that lists a node: the current one if it does, else one of all nodes."""
        node = self._node(params)
        settings = params.mapping("settings")
        current = params.text("view", None)
        places: list[tuple[str, Any]] = []
        if current is not None:
            own = Params(settings).mapping(current)
            # Without the filters the current view may list it.
            places = [(current, own.get("filters")), (current, {})]
        places += [
            (key, {})
            for key in keys_for(self.workbench)
            if key != current and self.tree(key).lists_every_node
        ]
        for view, filters in places:
            tree = self.tree(view)
            kept = {**Params(settings).mapping(view), "filters": filters or {}}
            path = tree.locate(node, read_window(Params(kept), tree))
            if path:
                return {"view": view, "filters": filters or {}, "path": [[*step] for step in path]}
        return {"view": None, "filters": {}, "path": None}

    def _details(self, params: Params) -> dict[str, Any]:
        return details(self.workbench, self._node(params))

    def _graph(self, params: Params) -> dict[str, Any]:
        from heapnb.workbench.path_drawing import draw

        node = self._node(params)
        direction = params.text("direction", None)
        node_id = int(self.workbench.heap.node_id[node])
        most_steps = params.integer("most_steps", None, least=2)
        return draw(self.workbench, node_id, params.integers("expanded"), direction, most_steps)

    def _text(self, params: Params) -> dict[str, Any]:
        node = self._node(params)
        return whole_text(self.workbench, node, reveal=params.boolean("reveal", default=False))

    def _python(self, params: Params) -> dict[str, Any]:
        key = params.text("key", None)
        node_id = params.integer("node_id", None, most=LARGEST_ID)
        if key is None and node_id is not None and params.text("view", None) is None:
            node = self._node(params)
            heap = self.workbench.heap
            return {"code": node_code(self.workbench.expression, heap.node_id[[node]])}
        tree = self._tree_of(params)
        return {"code": tree.python(key, read_window(params, tree))}

    def _chart(self, params: Params) -> dict[str, Any]:
        view = params.text("view")
        chart = getattr(self.tree(view), "chart", None)
        if chart is None:
            raise HeapnbError(f"The view {fmt.clean(view)!r} has no chart.")
        drawn: dict[str, Any] = chart()
        return drawn

    # -- what parameters stand for ----------------------------------------------------------

    def _node(self, params: Params) -> int:
        node_id = params.integer("node_id", most=LARGEST_ID)
        return self.workbench.heap.ordinal_of(node_id)

    def _tree_of(self, params: Params) -> TreeTable:
        view = params.text("view")
        if view != RetainersTree.key:
            return self.tree(view)
        node = self._node(params)
        ignored = self.workbench.heap.ordinals_of(params.integers("ignored"))
        name = (node, *sorted(ignored.tolist()))
        tree = self._retainers.pop(name, None)
        if tree is None:
            tree = RetainersTree(self.workbench, node, ignored[ignored >= 0].tolist())
        # The last one is at the end.
        self._retainers[name] = tree
        if len(self._retainers) > _MOST_RETAINERS_KEPT:
            self._retainers.popitem(last=False)
        return tree


def fit(page: Page) -> dict[str, Any]:
    """Return a page as it goes over the wire, in at most `LARGEST_ANSWER` bytes.

    Parameters
    ----------
    page : Page
        Some rows.

    Returns
    -------
    dict
        As `Page.to_dict`, with texts cut and, where that does not suffice, fewer rows.
    """
    answer: dict[str, Any] = orjson.loads(orjson.dumps(page))
    rows = answer["rows"]
    for length in _TEXT_LENGTHS:
        if len(orjson.dumps(answer)) <= LARGEST_ANSWER:
            return answer
        for row in rows:
            row["label"] = [[role, fmt.shorten(text, length)] for role, text in row["label"]]
            row["title"] = None
            row["cells"] = {
                key: fmt.shorten(value, length) if isinstance(value, str) else value
                for key, value in row["cells"].items()
            }
    size = len(orjson.dumps(answer))
    while size > LARGEST_ANSWER and len(rows) > 1:
        size -= len(orjson.dumps(rows.pop())) + 1
    return answer


def _described(tree: TreeTable) -> dict[str, Any]:
    """Describe a table as the front end knows it."""
    return {
        "key": tree.key,
        "title": tree.title,
        "description": tree.description,
        "former_keys": [former for former, key in FORMER_KEYS.items() if key == tree.key],
        "lists_every_node": tree.lists_every_node,
        "kind": "chart" if hasattr(tree, "chart") else "tree",
        "label_title": tree.label_title,
        "empty_text": getattr(tree, "empty_text", "No rows."),
        "columns": [dataclasses.asdict(column) for column in tree.columns],
        "filters": [
            {
                "key": one.key,
                "title": one.title,
                "kind": one.kind,
                "options": [list(option) for option in one.options],
            }
            for one in tree.filters
        ],
        "sort": list(tree.default_sort),
    }


_METHODS: Final[dict[str, Callable[[Source, Params], dict[str, Any]]]] = {
    "rows": Source._rows,  # noqa: SLF001  its own
    "locate": Source._locate,  # noqa: SLF001
    "goto": Source._goto,  # noqa: SLF001
    "details": Source._details,  # noqa: SLF001
    "graph": Source._graph,  # noqa: SLF001
    "text": Source._text,  # noqa: SLF001
    "python": Source._python,  # noqa: SLF001
    "chart": Source._chart,  # noqa: SLF001
}
