"""What libraries keep for a page in the place of the browser: tasks of Zone.js, handlers of jQuery.

They are recognised by the names of their properties, which stay in minified bundles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from heapnb.decode.native_listeners import REGISTRATION
from heapnb.decode.page_records import RECORDS, PageRecord, record_of_call
from heapnb.graph.edges import child

if TYPE_CHECKING:
    from heapnb.graph import HeapGraph

_TASK: Final = ("source", "callback", "_zoneDelegates")
_HANDLER: Final = ("origType", "handler", "guid", "namespace")
_ADD_LISTENER: Final = ".addEventListener:"
"""Zone.js calls a task of a listener ``HTMLButtonElement.addEventListener:click``."""

_JQUERY: Final = PageRecord(
    "listener", "on", ("on", "one", "bind", "delegate"), "off", keeper="jQuery"
)


@dataclass(frozen=True)
class LibraryRecord:
    """One timer or listener that a library keeps.

    Parameters
    ----------
    record : PageRecord
        What it is.
    function : int
        The function of the page that the library calls; an ordinal.
    event : str
        The event, with its namespace; empty for timers.
    """

    record: PageRecord
    function: int
    event: str


def library_record(graph: HeapGraph, node: int) -> LibraryRecord | None:
    """Read a task of Zone.js or a handler of jQuery.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    node : int
        Ordinal.

    Returns
    -------
    LibraryRecord or None
        None for other objects.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges(
    ...     "root>task task.source>text task.callback>tick task._zoneDelegates>zones"
    ... )
    >>> _ = builder.node("text", type="string", name="setInterval")
    >>> _ = builder.node("tick", type="closure", name="tick")
    >>> library_record(builder.graph(), builder.ordinal("task")).record.release
    'clearInterval(id)'
    """
    if graph.node_type[node] != graph.node_type_index("object"):
        return None
    if all(child(graph, node, name) is not None for name in _TASK):
        return _task(graph, node)
    if all(child(graph, node, name) is not None for name in _HANDLER):
        function = _closure(graph, node, "handler")
        parts = (_text(graph, node, "origType"), _text(graph, node, "namespace"))
        event = ".".join(part for part in parts if part)
        return None if function is None else LibraryRecord(_JQUERY, function, event)
    return None


def _task(graph: HeapGraph, node: int) -> LibraryRecord | None:
    source, function = _text(graph, node, "source"), _closure(graph, node, "callback")
    if function is None:
        return None
    _, is_listener, event = source.partition(_ADD_LISTENER)
    if is_listener:
        return LibraryRecord(RECORDS[REGISTRATION], function, event)
    record = record_of_call(source)
    return None if record is None else LibraryRecord(record, function, "")


def _closure(graph: HeapGraph, node: int, label: str) -> int | None:
    found = child(graph, node, label)
    is_function = found is not None and graph.node_type[found] == graph.node_type_index("closure")
    return found if is_function else None


def _text(graph: HeapGraph, node: int, label: str) -> str:
    found = child(graph, node, label)
    if found is None or graph.node_type[found] != graph.node_type_index("string"):
        return ""
    return graph.name(found)


__all__ = ["LibraryRecord", "library_record"]
