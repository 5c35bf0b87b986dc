"""What users open: a snapshot, its tables, and the questions to it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from heapnb._typing import ProgressCallback
from heapnb.format.source import SnapshotSource
from heapnb.graph import HeapGraph, open_graph
from heapnb.node import Node
from heapnb.progress import progress_bar

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    import pandas as pd

    from heapnb.analysis.sql import Parameters
    from heapnb.analysis.statistics import Statistics
    from heapnb.analysis.summary import Summary
    from heapnb.format import RawSnapshot

ProgressOption: TypeAlias = ProgressCallback | bool | None
"""None and True ask for a bar, False for silence; a callable is called."""


def load(
    source: SnapshotSource,
    *,
    progress: ProgressOption = None,
    cache: bool = True,
    salvage: bool = False,
) -> Snapshot:
    """Open a heap snapshot.

    Parameters
    ----------
    source : str, PathLike, binary file or bytes
        A path, a URL (with the extra ``remote``), ``"-"`` for stdin, an open file or the
        content; plain, gzip or zstd.
    progress : callable or bool, optional
        By default long work shows a bar; False shows none. A callable is called with (stage,
        done, total), now and whenever something is computed later.
    cache : bool, default True
        Whether the on-disk cache is used, which makes the next opening instant.
    salvage : bool, default False
        Read what a truncated file still holds.

    Returns
    -------
    Snapshot

    Raises
    ------
    SnapshotFormatError
        If it is not a heap snapshot.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> content = SnapshotBuilder.from_edges("root.cache>Map").to_bytes()
    >>> load(content).n_nodes
    2
    """
    return Snapshot(
        open_graph(source, cache=cache, progress=_progress_reporter(progress), salvage=salvage)
    )


def _progress_reporter(
    progress: ProgressOption,
) -> Callable[[], AbstractContextManager[ProgressCallback | None]]:
    if callable(progress):
        return lambda: nullcontext(progress)
    return lambda: progress_bar(enabled=progress is not False)


class Snapshot:
    """A heap snapshot: tables of what is in it, and answers about it.

    Everything is computed when it is first asked for, and kept. Sizes are in bytes.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> snap = SnapshotBuilder.from_edges("root.cache>Map Map/table>table").snapshot()
    >>> snap.nodes["retained_size"].tolist()
    [32, 32, 16]
    >>> snap.find(class_name="Map")[["node_id", "class_name"]]
       node_id class_name
    1        3        Map
    """

    def __init__(self, graph: HeapGraph) -> None:
        self._graph = graph

    def __repr__(self) -> str:
        from heapnb.views.text import result_text

        return result_text(self)

    def _repr_html_(self) -> str:
        from heapnb.views.html import result_html

        return result_html(self)

    def __len__(self) -> int:
        return self.n_nodes

    @property
    def graph(self) -> HeapGraph:
        """The heap as arrays."""
        return self._graph

    @property
    def raw(self) -> RawSnapshot:
        """The columns of the file."""
        return self._graph.raw

    @property
    def name(self) -> str:
        """What the snapshot is called: the file's name, ``"<stdin>"``, ``"<bytes>"``, a URL."""
        return self.raw.source.name

    @property
    def path(self) -> str | None:
        """The file's absolute path, where there is one."""
        return self.raw.source.path

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to know about the file before trusting results."""
        return self.raw.warnings

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return self._graph.n_nodes

    @property
    def n_edges(self) -> int:
        """Number of edges."""
        return self._graph.n_edges

    # -- tables -----------------------------------------------------------------------------

    @cached_property
    def nodes(self) -> pd.DataFrame:
        """All nodes; see `heapnb.frames.nodes_frame` for the columns."""
        from heapnb.frames import nodes_frame

        return nodes_frame(self._graph)

    @cached_property
    def edges(self) -> pd.DataFrame:
        """All edges; see `heapnb.frames.edges_frame` for the columns."""
        from heapnb.frames import edges_frame

        return edges_frame(self._graph)

    @cached_property
    def strings(self) -> pd.DataFrame:
        """The string table; see `heapnb.frames.strings_frame` for the columns."""
        from heapnb.frames import strings_frame

        return strings_frame(self._graph)

    # -- answers ----------------------------------------------------------------------------

    def constructors(self, *, by_name: bool = False) -> pd.DataFrame:
        """List the classes, as DevTools' Summary does.

        Parameters
        ----------
        by_name : bool, default False
            Add up classes that share a name though different places define them.

        Returns
        -------
        pandas.DataFrame
            ``class_name``, ``location``, ``count``, ``shallow_size``, ``retained_size``,
            ``distance``.
        """
        from heapnb.analysis.constructors import constructors

        return constructors(self._graph, by_name=by_name)

    def closures(self) -> pd.DataFrame:
        """List the functions: where each is written, and which variables it captures.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.closures.closures` for the columns.
        """
        from heapnb.decode.closures import closures

        return closures(self._graph)

    def detached(self) -> pd.DataFrame:
        """List the nodes of the DOM that are in no document any more.

        Returns
        -------
        pandas.DataFrame
            Rows of `nodes`, those that retain most first.
        """
        from heapnb.decode.detached import detached

        return detached(self._graph)

    def duplicate_strings(self) -> pd.DataFrame:
        """List the texts that several strings have, what most could be spared by first.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.strings.duplicate_strings` for the columns.
        """
        from heapnb.decode.strings import duplicate_strings

        return duplicate_strings(self._graph)

    def contexts(self) -> pd.DataFrame:
        """List the contexts of functions: the variables of each scope, and who shares them.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.contexts.contexts` for the columns.
        """
        from heapnb.decode.contexts import contexts

        return contexts(self._graph)

    def collections(self) -> pd.DataFrame:
        """List Maps, Sets, arrays and dictionaries: how many entries, how full, held under what.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.containers.collections` for the columns.
        """
        from heapnb.decode.containers import collections

        return collections(self._graph)

    def listeners(self) -> pd.DataFrame:
        """List what listens to events of EventEmitters and EventTargets.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.listeners.listeners` for the columns.
        """
        from heapnb.decode.listeners import listeners

        return listeners(self._graph)

    def timers(self) -> pd.DataFrame:
        """List timers: what they call, after how long, and whether again and again.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.timers.timers` for the columns.
        """
        from heapnb.decode.timers import timers

        return timers(self._graph)

    def promises(self) -> pd.DataFrame:
        """List promises, and what waits for them.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.promises.promises` for the columns.
        """
        from heapnb.decode.promises import promises

        return promises(self._graph)

    def modules(self) -> pd.DataFrame:
        """List CommonJS modules, and how often each is loaded.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.modules.modules` for the columns.
        """
        from heapnb.decode.modules import modules

        return modules(self._graph)

    def buffers(self) -> pd.DataFrame:
        """List buffers, the views into them, and the memory that they share.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.buffers.buffers` for the columns.
        """
        from heapnb.decode.buffers import buffers

        return buffers(self._graph)

    def sockets(self) -> pd.DataFrame:
        """List sockets, servers and agents, and HTTP's requests and responses.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.sockets.sockets` for the columns.
        """
        from heapnb.decode.sockets import sockets

        return sockets(self._graph)

    def globals(self) -> pd.DataFrame:
        """List global variables, and which of them the program has added.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.global_object.global_variables` for the columns.
        """
        from heapnb.analysis.detectors.builtin_globals import builtin_globals
        from heapnb.decode.global_object import global_variables

        return global_variables(self._graph, builtin_globals(self._graph))

    def summary(self) -> Summary:
        """Say what the file is, and what its bytes are.

        Returns
        -------
        Summary
        """
        from heapnb.analysis.summary import summary

        return summary(self._graph)

    def statistics(self) -> Statistics:
        """Add up sizes by kind, as DevTools' Statistics does.

        Returns
        -------
        Statistics
        """
        from heapnb.analysis.statistics import statistics

        return statistics(self._graph)

    def sql(self, statement: str, parameters: Parameters = None) -> pd.DataFrame:
        """Answer a question in SQL; needs the extra ``sql``.

        Tables: ``nodes``, ``edges`` and ``strings``, with the columns of the tables of these
        names here; ``constructors``; ``dominators`` (``node_id``, ``class_name``,
        ``dominator_id``, ``is_edge``, ``shallow_size``, ``retained_size``, ``share`` of the
        dominator's). Functions of a node id: ``retained(id)``, ``class_of(id)``, ``path(id)``
        (from the GC roots, a list), ``preview(id)``; and, as tables, ``retainers(id)`` and
        ``children(id)`` (what it immediately dominates).

        Parameters
        ----------
        statement : str
            One SELECT, in DuckDB's dialect. It can reach neither files nor the network.
        parameters : sequence or mapping, optional
            What stands for ``?`` or ``$name`` in it.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        SqlError
            If DuckDB does not understand it; a ValueError.
        MissingExtraError
            If DuckDB is not installed.

        Examples
        --------
        >>> from heapnb.testing import SnapshotBuilder
        >>> snap = SnapshotBuilder.from_edges("root.a>User User.tags>Array").snapshot()
        >>> snap.sql("select class_name, retained_size from nodes where class_name = ?", ["User"])
          class_name  retained_size
        0       User             32
        """
        from heapnb.analysis.sql import query

        return query(self._graph, statement, parameters)

    # -- single nodes -----------------------------------------------------------------------

    def node(self, node_id: int) -> Node:
        """Look a node up by its id.

        Parameters
        ----------
        node_id : int
            V8's id, as in the column ``node_id``; DevTools shows it as ``@12345``.

        Returns
        -------
        Node

        Raises
        ------
        NodeNotFoundError
            If no node has it.
        """
        return Node(self._graph, self._graph.ordinal_of(node_id))

    def node_at(self, ordinal: int) -> Node:
        """Look a node up by its place in the file.

        Parameters
        ----------
        ordinal : int
            Row of `nodes`, from 0.

        Returns
        -------
        Node

        Raises
        ------
        IndexError
            If there is no such row.
        """
        return Node(self._graph, ordinal)

    def find(
        self,
        *,
        class_name: str | re.Pattern[str] | Sequence[str] | None = None,
        name: str | re.Pattern[str] | None = None,
        has_property: str | Sequence[str] | None = None,
        string: str | re.Pattern[str] | None = None,
    ) -> pd.DataFrame:
        """Find the nodes that all of the given conditions hold for.

        Regular expressions are found anywhere in a text unless they say ``^`` and ``$``. They
        have RE2's syntax, which takes linear time on any text; of compiled patterns the flags
        ``IGNORECASE``, ``MULTILINE`` and ``DOTALL`` count.

        Parameters
        ----------
        class_name : str, sequence of str or compiled pattern, optional
            The class's name, any of several names, or a pattern found in it.
        name : str or compiled pattern, optional
            A regular expression found in the node's name.
        has_property : str or sequence of str, optional
            A property that the node has, or several that it has all of.
        string : str or compiled pattern, optional
            Only strings, in whose text this regular expression is found.

        Returns
        -------
        pandas.DataFrame
            Rows of `nodes`, with their index.

        Raises
        ------
        PatternError
            If a regular expression is not valid; a ValueError.

        Examples
        --------
        >>> from heapnb.testing import SnapshotBuilder
        >>> snap = SnapshotBuilder.from_edges("root>User root>Order User.name>x").snapshot()
        >>> snap.find(name="^(User|Order)$", has_property="name")["name"].tolist()
        ['User']
        """
        from heapnb.frames import nodes_at, nodes_where

        found = nodes_where(
            self._graph, class_name=class_name, name=name, has_property=has_property, string=string
        )
        return nodes_at(self._graph, found)
