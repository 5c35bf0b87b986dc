"""Several snapshots of one program, one after the other."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from heapnb._showing import Browsed, Charted
from heapnb.analysis.retention.retaining_tree import retaining_tree
from heapnb.analysis.series.id_sets import is_member
from heapnb.analysis.series.moments import (
    Moment,
    WorkOption,
    check_work,
    find_moment,
    idle_snapshots,
    strange_series,
)
from heapnb.analysis.series.reduction import ReducedSnapshot, reduce_snapshot
from heapnb.analysis.series.series_data import Opening, SeriesData
from heapnb.analysis.series.settling import BusySnapshot
from heapnb.errors import HeapnbError
from heapnb.format.cache_store import CacheStore
from heapnb.format.limits import bounded
from heapnb.graph import HeapGraph
from heapnb.graph.classes import InterfaceDefinition
from heapnb.graph.source_files import Folders, find_sources
from heapnb.graph.sources import HeapSource
from heapnb.progress import ProgressOption, one_of_several, reporter_of, stage

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.analysis.series.cohorts import Cohorts, Grouping
    from heapnb.analysis.series.survivors import Survivors
    from heapnb.analysis.sql import Parameters

ONE_PROCESS_AGREEMENT: Final = 0.98
"""Share of common ids that must still mean the same node for two files to be of one process."""

MOST_STRANGERS: Final = 0.05
"""Share of a file's older ids that the file before it may lack: ids are given only once."""

_KEEP_DERIVED_NODES: Final = 4_000_000
"""The last snapshot stays in memory with all that was derived if it has no more nodes."""

_KEPT: Final = (
    retaining_tree,
    HeapGraph.interface_definitions,
    HeapGraph.plain_objects,
    HeapGraph.ephemerons,
    # A reduced snapshot has these arrays, too.
    HeapGraph.dominator,
    HeapGraph.retained_size,
    HeapGraph.shallow_size,
)
"""What of a larger one is not derived again."""


@dataclass(frozen=True, repr=False)
class Series(SeriesData, Browsed, Charted):
    """Snapshots of one program in the order in which they were taken.

    Only the last one is in memory as a graph; of the others the columns are kept that
    comparisons over time need.

    Parameters
    ----------
    snapshots : tuple of ReducedSnapshot
        The earliest first.
    last : HeapGraph
        The last snapshot.
    one_process : bool
        Whether ids mean the same object in all of them.
    warnings : tuple of str
        What a reader should know: files left out, put in order, or of different processes.
    busy : tuple of BusySnapshot
        Snapshots that are left out, because the next one was taken after the same work, at rest.
    unreadable : tuple of (str, str)
        Sources that could not be read, as they were given, and why.

    Examples
    --------
    >>> import heapnb as hn
    >>> series = hn.load_series(["s1.heapsnapshot", "s2.heapsnapshot"])  # doctest: +SKIP
    >>> series.growth().head()  # doctest: +SKIP
    """

    def growth(self) -> pd.DataFrame:
        """Return how each class grew; see `heapnb.analysis.series.growth.class_growth`."""
        from heapnb.analysis.series.growth import class_growth

        return class_growth(self)

    def survivors(self) -> Survivors:
        """Return the objects that survive; see `heapnb.analysis.series.survivors.survivors`."""
        from heapnb.analysis.series.survivors import survivors

        return survivors(self)

    def work_under_way(self) -> pd.DataFrame:
        """Return what busy snapshots have and those at rest after the same work have not.

        See `heapnb.analysis.series.settling.work_under_way` for the columns.
        """
        from heapnb.analysis.series.settling import work_under_way

        return work_under_way(self.busy)

    def dead_variables(self) -> pd.DataFrame:
        """Return dead captured variables and how many contexts keep each, over the snapshots.

        See `heapnb.analysis.series.dead_variables.growing_dead_variables` for the columns.
        """
        from heapnb.analysis.series.dead_variables import growing_dead_variables

        return growing_dead_variables(self)

    def cohorts(self, by: Grouping = "class") -> Cohorts:
        """Return births and survivors; see `heapnb.analysis.series.cohorts.cohorts`."""
        from heapnb.analysis.series.cohorts import cohorts

        return cohorts(self, by)

    def sql(
        self, statement: str, parameters: Parameters = None, *, cache: bool | None = None
    ) -> pd.DataFrame:
        """Answer a question about all snapshots in SQL; needs the extra ``sql``.

        Tables and functions are those of `Snapshot.sql`. Every table has a column ``snapshot``
        more, the number of the row's snapshot, from 1; ``snapshots`` says what each is. Functions
        of a node id ask the last snapshot, or another one: ``retained(1, id)``,
        ``children(id, of_snapshot := 1)``.

        Parameters
        ----------
        statement : str
            One SELECT, in DuckDB's dialect. It can reach neither files nor the network.
        parameters : sequence or mapping, optional
            What stands for ``?`` or ``$name`` in it.
        cache : bool, optional
            Whether earlier files, which are read again when a query needs their nodes, go
            through the on-disk cache; by default as when the series was loaded.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        SqlError
            If DuckDB does not understand it, or an earlier snapshot has no file.
        MissingExtraError
            If DuckDB is not installed.
        """
        from heapnb.analysis.sql import query_series

        return query_series(self, statement, parameters, cache=cache)


@bounded
def load_series(
    sources: Sequence[HeapSource],
    *,
    progress: ProgressOption = None,
    cache: bool = True,
    salvage: bool = False,
    source_root: Folders = None,
    source_maps: Folders = None,
    max_size: int | None = None,  # noqa: ARG001  `bounded` reads it
    strict: bool = False,
    work: WorkOption = None,
    in_order: bool = True,
) -> Series:
    """Read snapshots of one program, taken one after the other.

    Parameters
    ----------
    sources : sequence of Snapshot, HeapGraph, or anything that `heapnb.load` takes
        In any order; files of one process are put in order of time.
    progress, cache, salvage, source_root, source_maps, max_size
        How files are opened; see `heapnb.load`.
    strict : bool, default False
        Whether a file that cannot be read is an error even if others can be read.
    work : sequence of float or None, optional
        Units of work, such as requests, that the program had done when each snapshot was taken,
        in the order of ``sources``: ``[100, 200, 400]``. By default what the side files beside
        the snapshots say.
    in_order : bool, default True
        Whether the order of ``sources`` is meant as that of capture, so that another one is worth
        a warning; files of a folder have none.

    Returns
    -------
    Series

    Raises
    ------
    HeapnbError or OSError
        If no file can be read, or, with ``strict``, any. Otherwise files that cannot be read are
        left out with a warning.

    Notes
    -----
    Node ids of one process only ever grow, which tells the order; of several processes, the times
    in side files tell it. Plain objects are named after
    the shapes of the last file given, so that names mean the same throughout.
    """
    if not sources:
        raise HeapnbError("A series needs at least one snapshot.")
    units = check_work(work, len(sources))[::-1]
    opening = Opening(cache, salvage, find_sources(source_root, source_maps))
    reporter = reporter_of(progress)
    warnings: list[str] = []
    unreadable: list[tuple[str, str]] = []
    reduced: list[_Member] = []
    last: HeapGraph | None = None
    graph: HeapGraph | None
    definitions: tuple[InterfaceDefinition, ...] | None = None
    failure: HeapnbError | OSError | None = None
    # The last one first: its shapes name the plain objects of the others.
    for number, source in enumerate(reversed(sources), 1):
        # The graph before is freed first: there is never more than one with all its arrays.
        graph = None
        with one_of_several(number, len(sources), _name_of(source), reporter):
            try:
                graph = opening.graph_of(source, reporter)
            except (HeapnbError, OSError) as error:
                if strict:
                    raise
                warnings.append(f"{_name_of(source)} is left out: {error}")
                unreadable.append((_text_of(source), str(error)))
                failure = failure or error
                continue
            if definitions is None:
                definitions = graph.interface_definitions
            with stage("Counting objects"):
                snapshot = reduce_snapshot(graph, definitions)
            moment = find_moment(snapshot.path, units[number - 1], snapshot.name, warnings)
            reduced.append(_Member(source, snapshot, moment))
        if last is None:
            last = graph if len(sources) == 1 else _released(graph)
    if last is None:
        raise failure or HeapnbError("A series needs at least one snapshot.")
    newest = reduced[0]
    members = _without_duplicates(reduced[::-1], warnings)
    one_process = _is_one_process([member.snapshot for member in members], warnings)
    order = _in_order if one_process else _in_order_of_time
    members = order(members, warnings if in_order else [])
    busy: tuple[BusySnapshot, ...] = ()
    if one_process:
        members, busy = _without_idle(members, warnings)
    strange = strange_series([member.moment for member in members])
    warnings += [] if strange is None else [strange]
    if members[-1].snapshot is not newest.snapshot:
        last = opening.graph_of(members[-1].source, reporter)
    for member in members:
        warnings += [f"{member.snapshot.name}: {text}" for text in member.snapshot.warnings]
    snapshots = tuple(member.snapshot for member in members)
    moments = tuple(member.moment for member in members)
    return Series(
        snapshots,
        last,
        one_process,
        tuple(warnings),
        opening,
        moments,
        busy,
        tuple(unreadable[::-1]),
    )


@dataclass(frozen=True)
class _Member:
    source: HeapSource
    snapshot: ReducedSnapshot
    moment: Moment


def _name_of(source: HeapSource) -> str:
    """Name a file for people; what is no file has no name."""
    if isinstance(source, str | os.PathLike):
        return Path(source).name or str(source)
    return str(getattr(source, "name", "A snapshot"))


def _text_of(source: HeapSource) -> str:
    """Return a path or a URL as it was given; what is neither has the name that people read."""
    return os.fspath(source) if isinstance(source, str | os.PathLike) else _name_of(source)


def _released(graph: HeapGraph) -> HeapGraph:
    """Free most of what was derived of a large snapshot, so that there is room for the others."""
    if graph.n_nodes <= _KEEP_DERIVED_NODES:
        return graph
    store = graph.results.store
    raw = None
    if isinstance(store, CacheStore):
        # The cache has all columns in files: mapped, they take memory only where they are read.
        store.wait()
        # Another store, because this one keeps what was mapped from it.
        store = CacheStore(store.directory)
        raw = store.load_snapshot()
    if raw is None:
        raw, store = graph.raw, None
    else:
        raw = replace(raw, source=graph.raw.source, warnings=graph.raw.warnings)
    released = HeapGraph(raw, store, graph.results.progress, graph.source_files)
    released.results.adopt(graph.results, *_KEPT)
    return released


def _without_duplicates(members: list[_Member], warnings: list[str]) -> list[_Member]:
    kept: list[_Member] = []
    for member in members:
        twin = next((k for k in kept if _is_same(k.snapshot, member.snapshot)), None)
        if twin is None:
            kept.append(member)
        else:
            warnings.append(
                f"{member.snapshot.name} is the same snapshot as {twin.snapshot.name}; "
                "it counts once."
            )
    # The file given last stays the last one, even if it had been given before.
    return kept


def _is_same(one: ReducedSnapshot, other: ReducedSnapshot) -> bool:
    return (
        one.n_nodes == other.n_nodes
        and one.n_edges == other.n_edges
        and one.total_size == other.total_size
        and bool(np.array_equal(one.node_id, other.node_id))
    )


def _is_one_process(snapshots: list[ReducedSnapshot], warnings: list[str]) -> bool:
    in_order = sorted(snapshots, key=lambda snapshot: snapshot.largest_object_id)
    for before, after in itertools.pairwise(in_order):
        agreement = _agreement(before, after)
        strangers = _strangers(before, after)
        if agreement < ONE_PROCESS_AGREEMENT or strangers > MOST_STRANGERS:
            why = (
                f"of the node ids that both have, {agreement:.0%} mean the same"
                if agreement < ONE_PROCESS_AGREEMENT
                else f"of the ids in use before, {strangers:.0%} are new in the later one"
            )
            warnings.append(
                # V8 forgets which ids it gave when the inspector disconnects.
                f"{before.name} and {after.name} are not from one process, or DevTools was closed "
                f"between them ({why}); they are compared by class and retaining path."
            )
            return False
    return True


def _strangers(before: ReducedSnapshot, after: ReducedSnapshot) -> float:
    """Share of the later one's ids, of those that had been given before, that are new in it."""
    ids = after.sampled_id[after.sampled_id <= before.largest_object_id]
    return float(np.mean(~is_member(ids, before.sampled_id))) if len(ids) else 0.0


def _agreement(one: ReducedSnapshot, other: ReducedSnapshot) -> float:
    """Share of common ids whose node has the same type and name in both."""
    _, ours, theirs = np.intersect1d(
        one.sampled_id, other.sampled_id, assume_unique=True, return_indices=True
    )
    if len(ours) == 0:
        return 0.0
    return float(np.mean(one.fingerprint[ours] == other.fingerprint[theirs]))


def _in_order(members: list[_Member], warnings: list[str]) -> list[_Member]:
    ordered = sorted(members, key=lambda member: member.snapshot.largest_object_id)
    if [id(m) for m in ordered] != [id(m) for m in members]:
        names = ", ".join(member.snapshot.name for member in ordered)
        warnings.append(f"The files were put in order of time, by their node ids: {names}.")
    return ordered


def _without_idle(
    members: list[_Member], warnings: list[str]
) -> tuple[list[_Member], tuple[BusySnapshot, ...]]:
    """Leave out snapshots with next to no work between them and the next one."""
    idle = idle_snapshots([member.moment for member in members])
    if idle:
        names = ", ".join(members[number].snapshot.name for number in idle)
        warnings.append(f"Left out, because hardly any work was done until the next one: {names}.")
    kept = [member for number, member in enumerate(members) if number not in idle]
    at_rest = [
        next(one for later, one in enumerate(members) if later > number and later not in idle)
        for number in idle
    ]
    busy = [
        BusySnapshot(one.name, one.classes, one.total_size, rest.snapshot)
        for one, rest in zip((members[number].snapshot for number in idle), at_rest, strict=True)
    ]
    return kept, tuple(busy)


def _in_order_of_time(members: list[_Member], warnings: list[str]) -> list[_Member]:
    """Sort files of several processes by the times of their side files, if all have one."""
    times = [member.moment.time for member in members]
    known = [time for time in times if time is not None]
    if len(known) < len(times) or known == sorted(known):
        return members
    ordered = [member for _, member in sorted(zip(known, members, strict=True), key=lambda p: p[0])]
    names = ", ".join(member.snapshot.name for member in ordered)
    warnings.append(f"The files were put in order of time, by their side files: {names}.")
    return ordered
