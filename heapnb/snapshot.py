"""A snapshot as users see it: its tables, and the questions to it.

The file is long because it is the one facade: each method has a docstring for users and delegates.
"""

from __future__ import annotations

import os
import warnings
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from heapnb._showing import Browsed
from heapnb.errors import SnapshotFormatError, require_files, suggestion
from heapnb.format.limits import bounded
from heapnb.format.source import SnapshotSource
from heapnb.graph import HeapGraph, open_graph
from heapnb.graph.source_files import Folders, find_sources
from heapnb.literals import visible
from heapnb.node import Node
from heapnb.progress import ProgressOption, reporter_of, reporting
from heapnb.table_origin import knows_heap

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    import pandas as pd

    from heapnb.analysis.allocation.ages import AllocationAges
    from heapnb.analysis.allocation.allocations import Allocations, Grouping
    from heapnb.analysis.queries import Consumer, Nodes
    from heapnb.analysis.retention.culprits import Culprits
    from heapnb.analysis.retention.retaining_path import PathGraph
    from heapnb.analysis.retention.what_if import Removal, WhatIf
    from heapnb.analysis.rss import Rss
    from heapnb.analysis.sql import Parameters
    from heapnb.analysis.statistics import Statistics
    from heapnb.analysis.summary import Summary
    from heapnb.decode.dead_variables import DeadVariables
    from heapnb.decode.native_contexts import NativeContexts
    from heapnb.format import RawSnapshot
    from heapnb.views.describe import View


@bounded
def load(
    source: SnapshotSource,
    *,
    progress: ProgressOption = None,
    cache: bool = True,
    salvage: bool = False,
    source_root: Folders = None,
    source_maps: Folders = None,
    max_size: int | None = None,  # noqa: ARG001  `bounded` reads it
) -> Snapshot:
    """Open a heap snapshot.

    Parameters
    ----------
    source : str, PathLike, binary file or bytes
        A path, a URL (with the extra ``remote``), ``"-"`` for stdin, an open file or the
        content; plain, gzip or zstd. A folder is a snapshot in Parquet.
    progress : callable or bool, optional
        By default long work shows a bar; False shows none. A callable is called with (stage,
        done, total), now and whenever something is computed later.
    cache : bool, default True
        Whether the on-disk cache is used, which makes the next opening instant.
    salvage : bool, default False
        Read what a truncated file still holds.
    source_root : str, PathLike, or sequence of these, optional
        Folders with the program's sources, laid out as where it ran: functions are shown as they
        are written, and source maps in or beside these files are applied.
    source_maps : str, PathLike, or sequence of these, optional
        Folders with source maps (extra ``sourcemaps``): places in bundles are given as places in
        the files that they were made from.
    max_size : int, optional
        The most bytes of JSON that are read. By default ``HEAPNB_MAX_SIZE``, else the machine's
        memory, and for compressed files 200 times their size.

    Returns
    -------
    Snapshot

    Raises
    ------
    SnapshotFormatError
        If it is not a heap snapshot.
    SnapshotTooLargeError
        If it is larger than allowed.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> content = SnapshotBuilder.from_edges("root.cache>Map").to_bytes()
    >>> load(content).n_nodes
    2
    """
    graph = open_graph(
        source,
        cache=cache,
        progress=reporter_of(progress),
        salvage=salvage,
        source_files=find_sources(source_root, source_maps),
    )
    return Snapshot(graph)


@bounded
def from_parquet(
    folder: str | os.PathLike[str],
    *,
    progress: ProgressOption = None,
    cache: bool = True,
    source_root: Folders = None,
    source_maps: Folders = None,
    max_size: int | None = None,  # noqa: ARG001  `bounded` reads it
) -> Snapshot:
    """Open a snapshot that `Snapshot.to_parquet` or ``heapnb export --parquet`` has written.

    `heapnb.load` opens such a folder, too; this function takes nothing else.

    Parameters
    ----------
    folder : str or PathLike
        The folder.
    progress, cache, source_root, source_maps, max_size
        See `heapnb.load`.

    Returns
    -------
    Snapshot
        It equals the one that was written: every number, name and answer.

    Raises
    ------
    SnapshotFormatError
        If it is not such a folder, is damaged, or a newer heapnb wrote it.
    SnapshotNotFoundError
        If it does not exist.

    Examples
    --------
    >>> import tempfile
    >>> from heapnb.testing import SnapshotBuilder
    >>> snap = SnapshotBuilder.from_edges("root.cache>Map").snapshot()
    >>> with tempfile.TemporaryDirectory() as place:
    ...     from_parquet(snap.to_parquet(f"{place}/app.heapsnapshot.parquet")).n_nodes
    2
    """
    require_files([folder])
    if not os.path.isdir(folder):  # noqa: PTH112
        raise SnapshotFormatError(
            f"{os.fspath(folder)} is a file, not a snapshot in Parquet",
            section="snapshot",
            hint="heapnb.load opens .heapsnapshot files.",
        )
    return load(
        folder, progress=progress, cache=cache, source_root=source_root, source_maps=source_maps
    )


class Snapshot(Browsed):
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
    @knows_heap
    def nodes(self) -> pd.DataFrame:
        """All nodes; see `heapnb.frames.nodes_frame` for the columns."""
        from heapnb.frames import nodes_frame

        return nodes_frame(self._graph)

    @cached_property
    @knows_heap
    def edges(self) -> pd.DataFrame:
        """All edges; see `heapnb.frames.edges_frame` for the columns."""
        from heapnb.frames import edges_frame

        return edges_frame(self._graph)

    @cached_property
    def strings(self) -> pd.DataFrame:
        """The string table; see `heapnb.frames.strings_frame` for the columns."""
        from heapnb.frames import strings_frame

        return strings_frame(self._graph)

    @knows_heap
    def _decoded(self, name: str) -> pd.DataFrame:
        """Make a table of the registry."""
        from heapnb.analysis.plugged_tables import all_tables

        return all_tables()[name].frame(self._graph)

    if not TYPE_CHECKING:
        # Type checkers would take every name for an attribute.
        def __getattr__(self, name: str) -> Any:
            """Return the method of a plug-in's table; suggest a name if there is none."""
            from heapnb.analysis.plugged_tables import plugged_tables

            if not name.startswith("_") and name in plugged_tables():
                return partial(self._decoded, name)
            return super().__getattr__(name)

    # -- answers ----------------------------------------------------------------------------

    @knows_heap
    def constructors(self, *, by_name: bool = False, only: str | None = None) -> pd.DataFrame:
        """List the classes, as DevTools' Summary does.

        Parameters
        ----------
        by_name : bool, default False
            Add up classes that share a name though different places define them.
        only : str, optional
            Count only some objects, as the filters of DevTools do: ``"detached"``, ``"console"``,
            ``"event_handlers"`` or ``"contexts"`` (what only these keep alive),
            ``"duplicate_strings"``, ``"native_context:ID"``, ``"shared"``, ``"unattributed"``.

        Returns
        -------
        pandas.DataFrame
            ``class_name``, ``location``, ``count``, ``shallow_size``, ``retained_size``,
            ``distance``.
        """
        from heapnb.analysis.constructors import constructors

        return constructors(self._graph, by_name=by_name, only=only)

    def closures(self) -> pd.DataFrame:
        """List the functions: where each is defined, and which variables it captures.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.closures.closures` for the columns.
        """
        return self._decoded("closures")

    def detached(self) -> pd.DataFrame:
        """List the detached DOM trees: removed from their document, but still retained.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.analysis.detached.detached` for the columns. The single nodes are those
            of `nodes` whose ``detachedness`` is 2.
        """
        return self._decoded("detached")

    def duplicate_strings(self) -> pd.DataFrame:
        """List the texts that several strings have, the most wasted bytes first.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.strings.duplicate_strings` for the columns.
        """
        return self._decoded("duplicate_strings")

    def texts(self) -> pd.DataFrame:
        """List the texts of the heap's strings, the most bytes first.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.strings.texts` for the columns.
        """
        return self._decoded("texts")

    def contexts(self) -> pd.DataFrame:
        """List the contexts of functions: their variables, and how many closures share them.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.contexts.contexts` for the columns.
        """
        return self._decoded("contexts")

    def dead_variables(self) -> DeadVariables:
        """Find captured variables that no living closure can read, though a context keeps them.

        Returns
        -------
        DeadVariables
            Its ``table`` has a row for each variable and context; ``evidence`` says whether the
            file lists the uses, or whether the texts of the functions decided.
        """
        from heapnb.decode.dead_variables import find_dead_variables

        return find_dead_variables(self._graph)

    def native_contexts(self) -> NativeContexts:
        """Attribute the heap to its pages, frames, workers and `vm` contexts, as DevTools does.

        Returns
        -------
        NativeContexts
            Its ``table`` has a row for each, and rows for what is shared and unattributed.
        """
        from heapnb.decode.native_contexts import find_native_contexts

        return find_native_contexts(self._graph)

    def collections(self) -> pd.DataFrame:
        """List Maps, Sets, arrays and dictionaries: entries, capacity, what holds them.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.containers.collections` for the columns.
        """
        return self._decoded("collections")

    def listeners(self) -> pd.DataFrame:
        """List the listeners of EventEmitters, EventTargets and objects of a page.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.listeners.listeners` for the columns.
        """
        return self._decoded("listeners")

    def timers(self) -> pd.DataFrame:
        """List the timers: kind, delay, and the function that each calls.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.timers.timers` for the columns.
        """
        return self._decoded("timers")

    def promises(self) -> pd.DataFrame:
        """List the promises: their state, and what waits for them.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.promises.promises` for the columns.
        """
        return self._decoded("promises")

    def modules(self) -> pd.DataFrame:
        """List the modules, and how many copies of each are loaded.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.modules.modules` for the columns.
        """
        return self._decoded("modules")

    def buffers(self) -> pd.DataFrame:
        """List the buffers, the views into them, and the memory that they share.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.buffers.buffers` for the columns.
        """
        return self._decoded("buffers")

    def sockets(self) -> pd.DataFrame:
        """List the sockets, servers and agents, and HTTP's requests and responses.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.sockets.sockets` for the columns.
        """
        return self._decoded("sockets")

    def globals(self) -> pd.DataFrame:
        """List the global variables, and which of them the program defines.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.decode.global_object.global_variables` for the columns.
        """
        return self._decoded("globals")

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

    @property
    def has_allocation_stacks(self) -> bool:
        """Whether `allocations` has an answer: the file has call stacks, and they can be read."""
        from heapnb.graph.traces import trace_tree, traced

        try:
            return traced(self._graph) and len(trace_tree(self._graph)) > 0
        except SnapshotFormatError:
            return False

    def allocations(self, by: Grouping = "function") -> Allocations:
        """Say which functions allocated the objects, from an allocation time line.

        Parameters
        ----------
        by : {"function", "stack"}
            What to add up by: the functions that allocate, or whole call stacks.

        Returns
        -------
        Allocations
            Its ``table`` has live and all allocated objects and bytes, and retained bytes.

        Raises
        ------
        NoTracesError
            If the snapshot was taken without call stacks of allocations; the message says how
            to record them.
        """
        from heapnb.analysis.allocation.allocations import allocations

        return allocations(self._graph, by)

    def allocation_ages(self) -> AllocationAges:
        """Say when the live objects were allocated, from an allocation time line.

        Returns
        -------
        AllocationAges
            Its ``table`` has one row for each bar of DevTools' time line.

        Raises
        ------
        NoTracesError
            If the snapshot is not that of a time line.
        """
        from heapnb.analysis.allocation.ages import allocation_ages

        return allocation_ages(self._graph)

    def rss(self) -> Rss:
        """Say where the process's memory was, from the snapshot and the files beside it.

        Returns
        -------
        Rss
            See `heapnb.rss`, which also takes series and running processes.
        """
        from heapnb.analysis.rss import rss

        return rss(self)

    @knows_heap
    def top_consumers(self, by: Consumer = "class", *, top: int | None = 20) -> pd.DataFrame:
        """List what has most of the heap: objects, classes, scripts or npm packages.

        Parameters
        ----------
        by : {"object", "class", "script", "package"}
            Of what kind.
        top : int or None
            How many rows; None for all.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.analysis.queries.top_consumers` for the columns.
        """
        from heapnb.analysis.queries import top_consumers

        return top_consumers(self._graph, by, top=top)

    @knows_heap
    def dominators(
        self, node_id: int | None = None, *, top: int | None = 50, depth: int = 1
    ) -> pd.DataFrame:
        """List the dominator tree below a node: what it alone keeps alive, and how.

        Parameters
        ----------
        node_id : int, optional
            Where to begin; the root by default.
        top : int or None
            How many children of each node, those first that retain most; None for all.
        depth : int, default 1
            How many levels.

        Returns
        -------
        pandas.DataFrame
            ``is_edge`` tells which dominators refer to the node themselves; see
            `heapnb.analysis.retention.dominators.dominators` for the other columns.
        """
        from heapnb.analysis.retention.dominators import dominators

        node = None if node_id is None else self._graph.ordinal_of(node_id)
        return dominators(self._graph, node, top=top, depth=depth)

    @knows_heap
    def immediate_dominators(
        self, nodes: Nodes, *, skip: str | re.Pattern[str] | None = None
    ) -> pd.DataFrame:
        """Tell which classes dominate some objects.

        Parameters
        ----------
        nodes : str, pattern, DataFrame or sequence of int
            The objects: the name of their class, a pattern found in it, a table with a column
            ``node_id``, or ids.
        skip : str or compiled pattern, optional
            Dominators to skip, by class name. The engine's own are always skipped.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.analysis.retention.dominators.immediate_dominators` for the columns.
        """
        from heapnb.analysis.queries import chosen_nodes
        from heapnb.analysis.retention.dominators import immediate_dominators

        return immediate_dominators(self._graph, chosen_nodes(self._graph, nodes), skip=skip)

    @knows_heap
    def big_drops(self, *, min_share: float = 0.01, max_ratio: float = 0.5) -> pd.DataFrame:
        """Find where much memory gathers: held by one object, but by none of its children.

        Parameters
        ----------
        min_share : float, default 0.01
            Share of the heap that such an object retains at least.
        max_ratio : float, default 0.5
            Share of it that its largest child retains at most.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.analysis.retention.big_drops.big_drops` for the columns.
        """
        from heapnb.analysis.retention.big_drops import big_drops

        return big_drops(self._graph, min_share=min_share, max_ratio=max_ratio)

    @knows_heap
    def leak_suspects(self, *, min_share: float = 0.05) -> pd.DataFrame:
        """Find what holds a large part of the heap, and what holds that.

        Parameters
        ----------
        min_share : float, default 0.05
            Share of the heap from which on something is suspicious.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.analysis.retention.big_drops.leak_suspects` for the columns.
        """
        from heapnb.analysis.retention.big_drops import leak_suspects

        return leak_suspects(self._graph, min_share=min_share)

    def merged_paths(self, nodes: Nodes) -> PathGraph:
        """Merge the retaining paths of many objects, which shows what retains them all.

        Parameters
        ----------
        nodes : str, pattern, DataFrame or sequence of int
            The objects; see `immediate_dominators`.

        Returns
        -------
        PathGraph
        """
        from heapnb.analysis.queries import chosen_nodes
        from heapnb.analysis.retention.paths import merged_paths

        return merged_paths(self._graph, chosen_nodes(self._graph, nodes))

    @knows_heap
    def group_by_value(self, nodes: Nodes, prop: str | Sequence[str]) -> pd.DataFrame:
        """Count some objects by the value of a property.

        Parameters
        ----------
        nodes : str, pattern, DataFrame or sequence of int
            The objects; see `immediate_dominators`.
        prop : str or sequence of str
            A property; several lead from one object to the next.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.analysis.queries.group_by_value` for the columns.
        """
        from heapnb.analysis.queries import group_by_value

        return group_by_value(self._graph, nodes, prop)

    @knows_heap
    def duplicate_objects(
        self, nodes: Nodes | None = None, *, top: int | None = 20
    ) -> pd.DataFrame:
        """Find objects of one class that hold the same under the same names.

        Parameters
        ----------
        nodes : str, pattern, DataFrame or sequence of int, optional
            The objects, by default all; see `immediate_dominators`.
        top : int or None
            How many rows; None for all.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.analysis.queries.duplicate_objects` for the columns.
        """
        from heapnb.analysis.queries import duplicate_objects

        return duplicate_objects(self._graph, nodes, top=top)

    @knows_heap
    def collection_sizes(
        self, by: Literal["entry_count", "fill_ratio"] = "entry_count"
    ) -> pd.DataFrame:
        """Count Maps, Sets, arrays and dictionaries by their entries, or by how full they are.

        Parameters
        ----------
        by : {"entry_count", "fill_ratio"}
            What to sort them by.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.analysis.queries.collection_sizes` for the columns.
        """
        from heapnb.analysis.queries import collection_sizes

        return collection_sizes(self._graph, by)

    def packages(self) -> pd.DataFrame:
        """Add up functions and objects by the npm package that defines them.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.analysis.packages.packages` for the columns.
        """
        from heapnb.analysis.packages import packages

        return packages(self._graph)

    def known_objects(self) -> pd.DataFrame:
        """List objects of well-known libraries by class, recognised by their shape.

        Returns
        -------
        pandas.DataFrame
            See `heapnb.analysis.known_objects.known_objects` for the columns.
        """
        return self._decoded("known_objects")

    def what_if(self, remove: Removal | Sequence[Removal]) -> WhatIf:
        """Say what would be freed if some references were gone.

        Parameters
        ----------
        remove : int, tuple or Node, or a sequence of these
            Edges by their ordinals (the index of `edges`); what a node calls by some name, as
            ``(node_id, "cache")``; or everything that refers to a node, as the node itself.

        Returns
        -------
        WhatIf

        Raises
        ------
        NodeNotFoundError, EdgeNotFoundError
            If there is no such node, or no such edge.
        """
        from heapnb.analysis.retention.what_if import what_if

        return what_if(self._graph, remove)

    def culprits(self, nodes: Nodes, *, at_least: float = 0.8) -> Culprits:
        """Find the fewest references to take out so that some objects go.

        Parameters
        ----------
        nodes : str, pattern, DataFrame or sequence of int
            The objects; see `immediate_dominators`.
        at_least : float, default 0.8
            Which share of them has to go.

        Returns
        -------
        Culprits
        """
        from heapnb.analysis.queries import chosen_nodes
        from heapnb.analysis.retention.culprits import culprits

        return culprits(self._graph, chosen_nodes(self._graph, nodes), at_least=at_least)

    @knows_heap
    def sql(self, statement: str, parameters: Parameters = None) -> pd.DataFrame:
        """Answer a question in SQL; needs the extra ``sql``.

        Tables: ``nodes``, ``edges`` and ``strings``, with the columns of the tables of these
        names here; ``constructors``; ``dominators`` (``node_id``, ``class_name``,
        ``dominator_id``, ``is_edge``, ``shallow_size``, ``retained_size``, ``share`` of the
        dominator's); of an allocation time line ``allocations``, one row for each call stack, and
        ``allocated_nodes`` (``node_id``, ``trace_id``). Functions of a node id:
        ``retained(id)``, ``class_of(id)``, ``path(id)`` (from the GC roots, a list),
        ``preview(id)``; and, as tables, ``retainers(id)`` and ``children(id)`` (what it
        immediately dominates).

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

    def to_parquet(
        self,
        folder: str | os.PathLike[str],
        *,
        force: bool = False,
        progress: ProgressOption = None,
    ) -> Path:
        """Write all of the snapshot as Parquet: one table for each section of the file.

        `heapnb.from_parquet` and `heapnb.load` read it back, and pandas, Polars and DuckDB the
        single tables; docs/dataframes.md lists them.

        Parameters
        ----------
        folder : str or PathLike
            The folder, which appears when it is complete. If its name ends with
            ``.heapsnapshot.parquet``, side files beside it are found.
        force : bool, default False
            Replace a snapshot in Parquet.
        progress : callable or bool, optional
            See `heapnb.load`.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        HeapnbError
            If the folder exists or cannot be written.
        """
        from heapnb.format.parquet_writer import write_parquet_snapshot

        with reporting(reporter_of(progress)):
            return write_parquet_snapshot(self.raw, folder, force=force)

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

    def _suggest_class(self, name: str) -> None:
        """Warn if no class has this name, but one has a near name."""
        names = self._graph.class_names.to_pylist()
        near = None if name in names else suggestion(name, names)
        if near is not None:
            warnings.warn(visible(f"No class is named `{name}`: {near}"), stacklevel=4)

    @knows_heap
    def find(
        self,
        class_name: str | re.Pattern[str] | Sequence[str] | None = None,
        *,
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

        Warns
        -----
        UserWarning
            If no class has this name, but one has a near name.

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
        if len(found) == 0 and isinstance(class_name, str):
            self._suggest_class(class_name)
        return nodes_at(self._graph, found)

    def _describe(self) -> View:
        from heapnb.schema import Kind
        from heapnb.views.describe import Fact, View, notes_of

        raw = self.raw
        return View(
            title="Heap snapshot",
            facts=(
                Fact("file", self.name, Kind.LOCATION),
                Fact("file size", raw.source.size_bytes or None, Kind.BYTES),
                Fact("nodes", self.n_nodes, Kind.COUNT),
                Fact("edges", self.n_edges, Kind.COUNT),
                Fact("strings", len(raw.strings), Kind.COUNT),
                Fact("heap size", int(raw.self_size.sum(dtype="uint64")), Kind.BYTES),
            ),
            notes=notes_of(self),
        )
