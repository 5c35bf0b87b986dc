"""The browser: a snapshot's tables, retainers and drawings, with a mouse and from Python."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import anywidget
import numpy as np
import traitlets

from heapnb.errors import HeapnbError, NodeNotFoundError
from heapnb.node import Node
from heapnb.views import fmt
from heapnb.views.masking import Masking
from heapnb.widgets.fallback import Fallback, fallback
from heapnb.widgets.opening import Browsable, workbench_of
from heapnb.widgets.styles import browser_style
from heapnb.workbench.linker import link
from heapnb.workbench.model import MOST_EXPANDED, MOST_SELECTED
from heapnb.workbench.source import Source
from heapnb.workbench.start import PANES, start_of
from heapnb.workbench.trees.registry import current_key

if TYPE_CHECKING:
    import pandas as pd

_WIDGET_VIEW: Final = "application/vnd.jupyter.widget-view+json"
_LONGEST_MESSAGE: Final = 2_000

_log = logging.getLogger(__name__)


class HeapBrowser(anywidget.AnyWidget):
    """Browse a snapshot, a comparison or a diagnosis; `Snapshot.browse` and its like make it.

    Python has the selection as `selection` and `selected_nodes`, and `goto` shows
    a node. All displays of one browser show the same.

    Parameters
    ----------
    what : Snapshot, HeapGraph, Node, Diff, Series, Diagnosis or Workbench
        What to browse. A node is selected; of a diagnosis, the first suspect is expanded and its
        example selected and drawn.
    view : str, optional
        The view to open, such as ``"dominators"``; `views` lists all.
    mask : bool, optional
        Whether to mask likely secrets until the user reveals them. By default they are masked,
        unless `what` is a workbench with another policy.

    Attributes
    ----------
    selection : Node or None
        The node of the selected row. ``observe(handler, names="selection")`` calls a function
        when it changes.
    view : str
        The view that is shown; assign to it to show another.
    pane : {"retainers", "graph", "details"}
        The pane below the table; assign to it to show another.

    Raises
    ------
    HeapnbError
        If there is no such view.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> snap = SnapshotBuilder.from_edges("root.cache>Map Map/table>table").snapshot()
    >>> browser = HeapBrowser(snap)
    >>> browser.goto(3)
    >>> browser.selection.class_name
    'Map'
    """

    _esm = link("widget.js")
    _css = browser_style()

    browser_id = traitlets.Unicode(read_only=True).tag(sync=True)
    description = traitlets.Dict(read_only=True).tag(sync=True)
    view = traitlets.Unicode().tag(sync=True)
    pane = traitlets.Enum(PANES, default_value=PANES[0]).tag(sync=True)
    settings = traitlets.Dict(
        key_trait=traitlets.Unicode(), value_trait=traitlets.Dict(key_trait=traitlets.Unicode())
    ).tag(sync=True)
    selected = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    selected_keys = traitlets.List(traitlets.Unicode(), maxlen=MOST_SELECTED).tag(sync=True)
    expanded = traitlets.Dict(
        key_trait=traitlets.Unicode(),
        value_trait=traitlets.List(traitlets.Unicode(), maxlen=MOST_EXPANDED),
    ).tag(sync=True)
    ignored = traitlets.List(traitlets.Int()).tag(sync=True)
    focus_id = traitlets.Int(allow_none=True, default_value=None).tag(sync=True)

    selection = traitlets.Instance(Node, allow_none=True, read_only=True)

    def __init__(
        self, what: Browsable, view: str | None = None, *, mask: bool | None = None
    ) -> None:
        workbench = workbench_of(what)
        if mask is not None:
            workbench = replace(workbench, masking=Masking.when(mask))
        masking = workbench.masking.of_browsed(workbench.heap)
        workbench = replace(workbench, masking=masking)
        self._title = workbench.title
        self._opened_source: Source | None = Source(workbench)
        self._thread_of_front_end: int | None = None
        if view is not None:
            view = current_key(view)
            self._check_view(view)
        start = start_of(self._source)
        super().__init__(**(start if view in {None, start["view"]} else {"view": view}))
        self.on_msg(self._on_message)
        if isinstance(what, Node):
            self.goto(what.id)

    # -- what users ask ---------------------------------------------------------------------

    def __repr__(self) -> str:
        return f"HeapBrowser({fmt.clean(self._title)!r}, view={self.view!r})"

    @property
    def views(self) -> list[str]:
        """The values of `view`."""
        return [view["key"] for view in self._source.description["views"]]

    @property
    def selected_nodes(self) -> pd.DataFrame:
        """The nodes of all selected rows: of a class, all its instances.

        Rows and columns as in `Snapshot.nodes`, in their order.
        """
        from heapnb.frames import nodes_at

        heap, selected = self._source.workbench.heap, self.selected
        nodes = [np.empty(0, np.uint32)]
        if selected is not None and selected["key"] is not None and selected["view"] in self.views:
            tree = self._source.tree(selected["view"])
            nodes += [tree.nodes(key) for key in self.selected_keys or [selected["key"]]]
        elif self.selection is not None and self.selection.heap is heap:
            # Retainers and drawings show single nodes.
            nodes.append(np.array([self.selection.ordinal], np.uint32))
        return nodes_at(heap, np.unique(np.concatenate(nodes)))

    def goto(self, node_id: int) -> None:
        """Select a node and show its row.

        Parameters
        ----------
        node_id : int
            V8's id, as in the column ``node_id``.

        Raises
        ------
        NodeNotFoundError
            If no node has it.
        """
        node_id = int(node_id)
        self._source.workbench.heap.ordinal_of(node_id)
        request = {"node_id": node_id, "view": self.view, "settings": self.settings}
        found = self._source.answer("goto", request)
        view = found["view"] or self.view
        path = [key for key, _ in found["path"] or ()]
        key = path[-1] if path else None
        with self.hold_sync():
            self.view = view
            if path:
                kept = self._settings_of(view) | {"filters": found["filters"]}
                self.settings = self.settings | {view: kept}
            self.expanded = self.expanded | {view: self._opened(view, path[:-1])}
            self.selected_keys = [] if key is None else [key]
            self.focus_id = node_id
            self.selected = {"view": view, "key": key, "node_id": node_id}
        self.send({"kind": "goto", "node_id": node_id})

    def close(self) -> None:
        """Remove all displays and release the snapshot."""
        super().close()
        self.unobserve_all()
        self.set_trait("selection", None)
        self._opened_source = None

    # -- display ----------------------------------------------------------------------------

    def _ipython_display_(self) -> None:
        """Show the browser, and before it the output for readers without a kernel.

        These are two outputs: a program that supports widgets shows only the widget of an output,
        and some (nbconvert, for example) then show nothing if the kernel has ended. The browser
        replaces the other output when it is connected to its kernel.
        """
        from IPython.display import display

        static = self._fallback()
        hint = f"{self!r}: run the cell for the interactive view."
        for bundle in (
            {"text/html": static.html, "text/plain": static.text},
            self._widget_bundle(hint),
        ):
            display(bundle, raw=True)  # type: ignore[no-untyped-call]

    def _repr_mimebundle_(  # type: ignore[override]  # ours takes any keyword
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None, **_: Any
    ) -> dict[str, Any]:
        """Return all formats, for programs that choose one."""
        static = self._fallback()
        bundle = self._widget_bundle(static.text) | {"text/html": static.html}
        wanted = set(bundle if include is None else include) - set(exclude or ())
        return {kind: content for kind, content in bundle.items() if kind in wanted}

    def _widget_bundle(self, text: str) -> dict[str, Any]:
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return {_WIDGET_VIEW: view, "text/plain": text}

    def _fallback(self) -> Fallback:
        return fallback(
            self._source.workbench,
            self._source,
            view=self.view,
            settings=self._settings_of(self.view),
            node_id=None if self.selection is None else self.selection.id,
            browser_id=self.browser_id,
        )

    # -- answers to the front end -----------------------------------------------------------

    def _on_message(self, _: object, content: Any, __: object) -> None:
        reply = self._reply(content)
        try:
            self.send(reply)
        except (TypeError, ValueError) as error:
            self.send(_failure(reply["id"], error))

    def _reply(self, content: Any) -> dict[str, Any]:
        """Answer any message of the front end."""
        number = content.get("id") if isinstance(content, dict) else None
        try:
            return {"id": number} | self._answer(content)
        except Exception as error:  # noqa: BLE001  the reader is told of any error
            return _failure(number, error)

    def _answer(self, content: Any) -> dict[str, Any]:
        match content:
            case {"kind": "ping", "id": str()}:
                return {"kind": "pong"}
            case {"kind": "request", "id": str(), "method": str(method), "params": dict(params)}:
                return {"kind": "answer", "result": self._source.answer(method, params)}
        raise HeapnbError("The browser does not know this message.")

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Apply changes of the front end; called by ipywidgets."""
        # Some kernels handle messages in another thread while a cell runs.
        self._thread_of_front_end = threading.get_ident()
        try:
            super().set_state(sync_data)
        except traitlets.TraitError as error:
            # The front end continues with the valid state.
            self.send(_failure(None, error))
            self.send_state([name for name in sync_data if name in self.keys])
        finally:
            self._thread_of_front_end = None

    def notify_change(self, change: Any) -> None:
        """Notify observers; called by traitlets.

        The user sees what a handler raises: in the cell that made the change, or in the front end
        if the change was made there.
        """
        try:
            super().notify_change(change)
        except Exception as error:
            if self._thread_of_front_end != threading.get_ident():
                raise
            what = f"A function that observes {change['name']!r} failed"
            self.send(_failure(None, error, what))

    # -- state ------------------------------------------------------------------------------

    @property
    def _source(self) -> Source:
        if self._opened_source is None:
            raise HeapnbError("The browser is closed.", hint="create another one.")
        return self._opened_source

    @traitlets.default("browser_id")
    def _default_browser_id(self) -> str:
        return uuid.uuid4().hex

    @traitlets.default("description")
    def _default_description(self) -> dict[str, Any]:
        return self._source.description

    @traitlets.validate("view")
    def _valid_view(self, proposal: Any) -> str:
        view = current_key(str(proposal["value"]))
        try:
            self._check_view(view)
        except HeapnbError as error:
            raise traitlets.TraitError(str(error)) from None
        return view

    @traitlets.validate("settings", "expanded")
    def _valid_by_view(self, proposal: Any) -> dict[str, Any]:
        return {current_key(view): value for view, value in proposal["value"].items()}

    @traitlets.validate("selected")
    def _valid_selected(self, proposal: Any) -> dict[str, Any] | None:
        match proposal["value"]:
            case None:
                return None
            case {"view": str(view), "key": str() | None as key, "node_id": int() | None as node}:
                return {"view": current_key(view), "key": key, "node_id": node}
        raise traitlets.TraitError(f"Not a row: {proposal['value']!r}.")

    @traitlets.observe("selected")
    def _follow_selected(self, _: object) -> None:
        node_id = None if self.selected is None else self.selected["node_id"]
        self.set_trait("selection", None if node_id is None else self._node(node_id))

    def _node(self, node_id: int) -> Node | None:
        """Look a node up, in the earlier snapshot if it is gone in the later one."""
        for heap in (self._source.workbench.heap, self._source.workbench.before):
            if heap is None:
                continue
            try:
                return Node(heap, heap.ordinal_of(node_id))
            except NodeNotFoundError:
                pass
        return None

    def _check_view(self, view: str) -> None:
        if view not in self.views:
            raise HeapnbError(
                f"There is no view {fmt.clean(str(view))!r} here.",
                hint=f"views are {', '.join(self.views)}.",
            )

    def _opened(self, view: str, keys: list[str]) -> list[str]:
        """Return the expanded rows of a view with more; of too many, drop the oldest."""
        return list(dict.fromkeys([*self.expanded.get(view, []), *keys]))[-MOST_EXPANDED:]

    def _settings_of(self, view: str) -> dict[str, Any]:
        """Return how a view is sorted and filtered."""
        shown = next(one for one in self._source.description["views"] if one["key"] == view)
        sort, descending = shown["sort"]
        own: dict[str, Any] = {"sort": sort, "descending": descending, "filters": {}}
        return own | dict(self.settings.get(view, {}))


def _failure(number: object, error: Exception, what: str | None = None) -> dict[str, Any]:
    """Write an error for the front end; unexpected ones are also logged."""
    if isinstance(error, HeapnbError):
        message, hint = error.message, error.hint
    else:
        _log.error(what or "The browser failed", exc_info=error)
        message, hint = f"{type(error).__name__}: {error}", "the log has the traceback."
    return {
        "kind": "failure",
        "id": number if isinstance(number, str) else None,
        "message": fmt.clean(f"{what}: {message}" if what else message, _LONGEST_MESSAGE),
        "hint": hint,
    }
