"""The state in which a browser opens: on the first suspect where a diagnosis names one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from heapnb.workbench.trees.suspects import SuspectsTree

if TYPE_CHECKING:
    from heapnb.workbench.source import Source

PANES: Final = ("retainers", "graph", "details")
"""The panes below the table, in the order of their tabs."""


def start_of(source: Source) -> dict[str, Any]:
    """Return the state of a browser that opens on a source.

    Parameters
    ----------
    source : Source
        What the browser shows.

    Returns
    -------
    dict
        ``view`` and ``pane``. If a diagnosis has suspects, also ``expanded``, ``selected``,
        ``selected_keys`` and ``focus_id``: the first suspect is expanded, its example selected
        and drawn.
    """
    views = [view["key"] for view in source.description["views"]]
    diagnosis = source.workbench.diagnosis
    node_id = diagnosis.suspects[0].node_id if diagnosis and diagnosis.suspects else None
    path = None
    if node_id is not None and source.workbench.heap.ordinals_of([node_id])[0] >= 0:
        path = source.answer("locate", {"view": SuspectsTree.key, "node_id": node_id})["path"]
    if not path:
        return {"view": views[0], "pane": PANES[0]}
    *above, key = [key for key, _ in path]
    return {
        "view": SuspectsTree.key,
        "pane": "graph",
        "expanded": {SuspectsTree.key: above},
        "selected": {"view": SuspectsTree.key, "key": key, "node_id": node_id},
        "selected_keys": [key],
        "focus_id": node_id,
    }
