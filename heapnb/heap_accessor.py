"""``DataFrame.heap``: from rows to their nodes, retainers, drawings and other tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from heapnb.errors import HeapnbError, SnapshotNotFoundError
from heapnb.graph import HeapGraph
from heapnb.graph.sources import HeapSource, graph_of
from heapnb.node import Node
from heapnb.schema import Kind, find_column
from heapnb.snapshot import Snapshot
from heapnb.table_origin import ORIGIN, HeapOrigin, of_heap

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from heapnb._showing import Browser, Chart
    from heapnb._typing import IntArray
    from heapnb.analysis.retention.retaining_path import PathGraph, RetainingPath
    from heapnb.analysis.retention.what_if import WhatIf
    from heapnb.drawing.retainer_graph import RetainerGraph

NODE_ID: Final = "node_id"
_NODE_NUMBERS: Final = frozenset(
    {"born_in", "column", "detachedness", "index", "interval", "level", "line", "pid", "rank"}
    | {"first_id", "last_id", "snapshot", "start", "thread_id", "trace_id"}
)
"""Identifiers in tables that are not ids of nodes."""

_MOST_DRAWN: Final = 50
_MOST_PREVIEWS: Final = 1_000
_MOST_TILES: Final = 40

# The heap that was opened last for a table whose own one was gone: one at a time stays open.
_reopened: dict[str, HeapGraph] = {}


class HeapAccessor:
    """The heap of a table's rows: what ``DataFrame.heap`` is.

    Parameters
    ----------
    frame : pandas.DataFrame
        A table of heapnb, or another one with node ids after `of`.
    column : str, optional
        The column with the node ids: ``node_id``, or else the first one with ids of nodes.

    Raises
    ------
    HeapnbError
        If the table has no node ids; with a method, also if it does not know its heap.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> snap = SnapshotBuilder.from_edges("root.cache>Map Map/table>table").snapshot()
    >>> snap.nodes.query("class_name == 'table'").heap.dominators()["class_name"].tolist()
    ['Map']
    """

    def __init__(self, frame: pd.DataFrame, column: str | None = None) -> None:
        self._frame = frame
        self._column = _column_of(frame) if column is None else _checked(frame, column)

    def __repr__(self) -> str:
        origin = self._frame.attrs.get(ORIGIN)
        where = "no heap yet: use .of(snapshot)" if origin is None else str(origin)
        return f"{len(self._frame):,} rows with node ids in {self._column}; {where}"

    def of(self, snapshot: HeapSource) -> HeapAccessor:
        """Say which heap a table is of that heapnb did not make.

        Parameters
        ----------
        snapshot : Snapshot, HeapGraph, or anything that `heapnb.load` takes
            The heap.

        Returns
        -------
        HeapAccessor
        """
        of_heap(self._frame, graph_of(snapshot))
        return HeapAccessor(self._frame, self._column)

    def by(self, column: str) -> HeapAccessor:
        """Take the node ids of another column: ``closures.heap.by("context_id")``.

        Parameters
        ----------
        column : str
            A column with ids of nodes.

        Returns
        -------
        HeapAccessor
        """
        return HeapAccessor(self._frame, column)

    @property
    def snapshot(self) -> Snapshot:
        """The heap. If nothing keeps it open any more, its file is opened again."""
        return Snapshot(self._graph)

    @property
    def ids(self) -> IntArray:
        """The node ids, ``int64[k]``; rows without one are left out."""
        return self._frame[self._column].dropna().to_numpy(np.int64)

    # -- tables -----------------------------------------------------------------------------

    def nodes(self) -> pd.DataFrame:
        """Return a row for each row's node; columns as in `Snapshot.nodes`."""
        from heapnb.frames import nodes_at

        graph = self._graph
        return of_heap(nodes_at(graph, self._ordinals(graph)), graph)

    def edges(self) -> pd.DataFrame:
        """List what the nodes refer to.

        Returns
        -------
        pandas.DataFrame
            ``from_id``; of the edge ``edge_type`` and ``edge_name``; of its target ``node_id``,
            ``class_name``, ``name``, ``distance``, ``shallow_size``, ``retained_size``.
        """
        from heapnb.frames import edges_at

        graph = self._graph
        nodes = self._ordinals(graph)
        row, edges = _ranges(graph.first_edge, nodes)
        frame = edges_at(graph, edges, graph.edge_to[edges])
        frame.insert(0, "from_id", graph.node_id[nodes[row]].astype(np.int64))
        return of_heap(frame, graph)

    def retainers(self) -> pd.DataFrame:
        """List what refers to the nodes.

        Returns
        -------
        pandas.DataFrame
            ``to_id``; of the edge ``edge_type`` and ``edge_name``; of its start ``node_id``,
            ``class_name``, ``name``, ``distance``, ``shallow_size``, ``retained_size``.
        """
        from heapnb.frames import edges_at

        graph = self._graph
        nodes = self._ordinals(graph)
        row, places = _ranges(graph.first_retainer, nodes)
        edges = graph.retaining_edge[places]
        frame = edges_at(graph, edges, graph.edge_from(edges))
        frame.insert(0, "to_id", graph.node_id[nodes[row]].astype(np.int64))
        return of_heap(frame, graph)

    def dominators(self) -> pd.DataFrame:
        """Return the immediate dominator of each row's node; columns as in `Snapshot.nodes`."""
        from heapnb.frames import nodes_at

        graph = self._graph
        return of_heap(nodes_at(graph, graph.dominator[self._ordinals(graph)]), graph)

    def table(self, name: str) -> pd.DataFrame:
        """Return the rows of another table that are about the same nodes.

        Parameters
        ----------
        name : str
            A table of `Snapshot`: ``"closures"``, ``"contexts"``, ``"listeners"``, ….

        Returns
        -------
        pandas.DataFrame
            The rows whose ``node_id`` is one of the ids here; if there are none, those with one of
            these ids in another column.

        Raises
        ------
        HeapnbError
            If there is no such table.

        Examples
        --------
        From functions to the contexts that they share, and on to what these hold:

        >>> contexts = closures.heap.by("context_id").table("contexts")  # doctest: +SKIP
        >>> variables = contexts.heap.edges().query("edge_type == 'context'")  # doctest: +SKIP
        """
        from heapnb.analysis.plugged_tables import all_tables
        from heapnb.errors import UnknownNameError

        tables = all_tables()
        if name not in tables:
            raise UnknownNameError("heapnb.Snapshot", name, tables)
        graph = self._graph
        frame = tables[name].frame(graph)
        ids = self.ids
        chosen = frame.head(0)
        for column in filter(_is_node_id, frame.columns):
            chosen = frame[frame[column].isin(ids).fillna(value=False).to_numpy(bool)]
            if len(chosen):
                break
        return of_heap(chosen, graph)

    def arrow(self) -> pa.Table:
        """Return the table for Polars, DuckDB and others that read Arrow.

        Returns
        -------
        pyarrow.Table
            Numbers and texts are not copied; of numbers that may be missing, a bit for each is
            made. ``polars.DataFrame(snap.nodes.heap)`` reads the same.
        """
        import pyarrow as pa

        return pa.Table.from_pandas(self._frame, preserve_index=False)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Hand the table to whatever reads Arrow's stream interface, as `arrow` does."""
        return self.arrow().__arrow_c_stream__(requested_schema)

    # -- answers ----------------------------------------------------------------------------

    def node(self, row: int = 0) -> Node:
        """Return the node of a row, counted from 0."""
        graph = self._graph
        return Node(graph, int(self._ordinals(graph)[row]))

    def path(self, row: int = 0) -> RetainingPath | None:
        """Return the retaining path of a row's node; see `Node.retaining_path`."""
        return self.node(row).retaining_path()

    def paths(self) -> PathGraph:
        """Merge the retaining paths of all nodes; see `Snapshot.merged_paths`."""
        return self.snapshot.merged_paths(self.ids.tolist())

    def previews(self, limit: int = _MOST_PREVIEWS) -> pd.Series:
        """Write the nodes as JavaScript would.

        Parameters
        ----------
        limit : int, default 1000
            How many rows from the first one; later ones are missing.

        Returns
        -------
        pandas.Series of str
            With the index of the table, so that it can become a column.
        """
        import pandas as pd

        from heapnb.decode.preview import preview

        graph = self._graph
        known = self._frame[self._column].dropna()
        nodes = self._ordinals(graph)[:limit].tolist()
        texts = [preview(graph, node) for node in nodes]
        found = pd.Series(texts, index=known.index[: len(texts)], dtype="str", name="preview")
        return found.reindex(self._frame.index) if self._frame.index.is_unique else found

    def what_if(self) -> WhatIf:
        """Say what would be freed if everything that refers to the nodes did so no more."""
        graph = self._graph
        return Snapshot(graph).what_if([Node(graph, int(one)) for one in self._ordinals(graph)])

    # -- showing ----------------------------------------------------------------------------

    def graph(self) -> RetainerGraph:
        """Draw what retains the nodes, back to the roots; of the first 50 rows."""
        from heapnb.drawing.dot import retainer_graph

        graph = self._graph
        nodes = self._ordinals(graph)[:_MOST_DRAWN]
        return retainer_graph([Node(graph, int(one)) for one in nodes])

    def browse(self) -> Browser:
        """Open a browser on the heap, with the first row's node selected."""
        browser = self.snapshot.browse()
        if len(self.ids):
            browser.goto(int(self.ids[0]))
        return browser

    def treemap(self, by: str = "class_name") -> Chart:
        """Draw what the rows' nodes retain as tiles.

        Parameters
        ----------
        by : str, default "class_name"
            A column of this table, or of `Snapshot.nodes`, whose equal values are one tile.

        Returns
        -------
        Chart
            ``.table`` has ``count`` and ``retained_size`` of each tile, the largest first. Bytes
            of a node that another one of these nodes retains count once, for that one.
        """
        from heapnb.graph.group_sizes import outermost
        from heapnb.views.displays import tiles

        graph = self._graph
        nodes = np.unique(self._ordinals(graph))
        outer = outermost(graph, nodes)
        frame = self._named(graph, outer, by)
        sums = frame.groupby(by, sort=False, dropna=False)["retained_size"].agg(["count", "sum"])
        sums = sums.rename(columns={"sum": "retained_size"})
        sums = sums.sort_values("retained_size", ascending=False, kind="stable").head(_MOST_TILES)
        return tiles(sums.reset_index(), by)

    def _named(self, graph: HeapGraph, nodes: IntArray, by: str) -> pd.DataFrame:
        """Make a table of nodes with the column to group by."""
        from heapnb.frames import nodes_at

        frame = nodes_at(graph, nodes)
        if by in frame.columns:
            return frame
        if by not in self._frame.columns:
            raise HeapnbError(f"The table has no column {by!r} to group by.")
        known = self._frame.dropna(subset=[self._column]).drop_duplicates(self._column)
        values = known.set_index(self._column)[by]
        return frame.assign(**{by: values.reindex(frame[NODE_ID]).to_numpy()})

    # -- the heap ---------------------------------------------------------------------------

    @property
    def _graph(self) -> HeapGraph:
        origin = self._frame.attrs.get(ORIGIN)
        if origin is None:
            raise HeapnbError(
                "This table does not know its heap.", hint="say which: table.heap.of(snapshot)."
            )
        if isinstance(origin, HeapOrigin) and origin.graph is not None:
            return origin.graph
        return _reopen(origin)

    def _ordinals(self, graph: HeapGraph) -> IntArray:
        from heapnb.analysis.queries import chosen_nodes

        return chosen_nodes(graph, self.ids.tolist())


def _reopen(origin: str) -> HeapGraph:
    """Open the file of a table again; the last one stays open."""
    path = str.__str__(origin)
    graph = _reopened.get(path)
    wanted = getattr(origin, "n_nodes", None)
    if graph is None or wanted not in {None, graph.n_nodes}:
        try:
            graph = graph_of(path)
        except (SnapshotNotFoundError, FileNotFoundError) as error:
            raise HeapnbError(
                f"The heap of this table is closed, and {path} is not there to open it again.",
                hint="say which heap it is of: table.heap.of(snapshot).",
            ) from error
        _reopened.clear()
        _reopened[path] = graph
    if wanted not in {None, graph.n_nodes}:
        raise HeapnbError(f"{path} has changed since this table was made from it.")
    return graph


def _is_node_id(name: object) -> bool:
    """Tell whether a column has ids of nodes."""
    column = find_column(str(name))
    return (
        column is not None and column.kind is Kind.IDENTIFIER and column.name not in _NODE_NUMBERS
    )


def _column_of(frame: pd.DataFrame) -> str:
    """Choose the column with node ids."""
    names = [str(name) for name in frame.columns]
    found = [name for name in names if _is_node_id(name)]
    if not found:
        raise HeapnbError(
            f"This table has no column of node ids; its columns are {', '.join(names)}.",
            hint="rows need a node_id, as in snap.nodes.",
        )
    return NODE_ID if NODE_ID in found else found[0]


def _checked(frame: pd.DataFrame, column: str) -> str:
    if column not in frame.columns:
        raise HeapnbError(f"This table has no column {column!r}.")
    return column


def _ranges(first: Any, nodes: IntArray) -> tuple[IntArray, IntArray]:
    """Return for some nodes which row of them each of their edges belongs to, and its place."""
    start = first[nodes].astype(np.int64)
    count = first[nodes + 1].astype(np.int64) - start
    row = np.repeat(np.arange(len(nodes)), count)
    inside = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return row, start[row] + inside


__all__: Sequence[str] = ["HeapAccessor"]
