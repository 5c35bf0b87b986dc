"""Tables that know the heap that they are of: what ``DataFrame.heap`` starts from.

pandas keeps ``DataFrame.attrs`` through selection, sorting and most other operations, and writes
it to Parquet as JSON. The origin of a table is a string for that reason: the path of the file,
with a weak reference to the open heap, so that a table keeps no heap in memory.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from heapnb._showing import port

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.graph import HeapGraph

ORIGIN: Final = "heapnb_origin"
"""Key in ``DataFrame.attrs``."""

ACCESSOR: Final = "heap"

_Table = TypeVar("_Table", bound=Callable[..., Any])


class HeapOrigin(str):
    """Where a table comes from: the path of a snapshot, or its name if it has no file.

    Parameters
    ----------
    graph : HeapGraph
        The heap; it is not kept alive.
    """

    __slots__ = ("_graph", "n_nodes")

    _graph: weakref.ref[HeapGraph]
    n_nodes: int

    def __new__(cls, graph: HeapGraph) -> Self:
        """Make the string, and attach the weak reference."""
        origin = super().__new__(cls, graph.raw.source.path or graph.raw.source.name)
        origin._graph = weakref.ref(graph)
        origin.n_nodes = graph.n_nodes
        return origin

    @property
    def graph(self) -> HeapGraph | None:
        """The heap, if something else still uses it."""
        return self._graph()

    def __eq__(self, other: object) -> bool:
        """Tell whether two tables are of one heap; another heap can have the same name."""
        if isinstance(other, HeapOrigin):
            return str.__eq__(self, other) and self._graph() is other._graph()
        return NotImplemented

    def __ne__(self, other: object) -> bool:
        """Tell the opposite; strings have a comparison of their own."""
        return not self == other

    __hash__ = str.__hash__

    def __deepcopy__(self, memo: dict[int, Any]) -> HeapOrigin:
        """Return itself: pandas copies the attributes of each table that it makes."""
        return self

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """Leave the path in other processes."""
        return str, (str.__str__(self),)


def of_heap(frame: pd.DataFrame, graph: HeapGraph) -> pd.DataFrame:
    """Let a table know the heap that it is of.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table; it is changed.
    graph : HeapGraph
        The heap.

    Returns
    -------
    pandas.DataFrame
        The same table.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> snap = SnapshotBuilder.from_edges("root.cache>Map Map/table>table").snapshot()
    >>> snap.find(class_name="Map").heap.retainers()["edge_name"].tolist()
    ['cache']
    """
    register()
    frame.attrs[ORIGIN] = HeapOrigin(graph)
    return frame


def knows_heap(method: _Table) -> _Table:
    """Let the tables of a method know the heap of its object, which has it as ``_graph``."""

    @wraps(method)
    def wrapper(self: Any, *arguments: Any, **options: Any) -> pd.DataFrame:
        return of_heap(method(self, *arguments, **options), self._graph)

    return wrapper  # type: ignore[return-value]


@cache
def register() -> None:
    """Give every DataFrame the accessor ``heap``."""
    import pandas as pd

    def accessor(frame: pd.DataFrame) -> object:
        return port().heap_of(frame)

    # pandas calls whatever is registered; its types want a class.
    pd.api.extensions.register_dataframe_accessor(ACCESSOR)(accessor)  # type: ignore[type-var]


__all__ = ["ORIGIN", "HeapOrigin", "knows_heap", "of_heap", "register"]
