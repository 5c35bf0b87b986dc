"""Who came when, and who of them stayed: births, deaths and survival from snapshot to snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import numpy as np
import pyarrow as pa

from heapnb import vocab
from heapnb._showing import Shown
from heapnb._typing import BoolArray, IntArray, SizeArray
from heapnb.analysis.retention.owners import owner_texts
from heapnb.analysis.series.encoding import encode
from heapnb.analysis.series.groups import group_series
from heapnb.analysis.series.reduction import ReducedSnapshot
from heapnb.analysis.series.series_data import SeriesData, first_seen
from heapnb.errors import HeapnbError
from heapnb.graph.classes import distinct_rows
from heapnb.graph.locations import site_text

if TYPE_CHECKING:
    import pandas as pd

Grouping = Literal["class", "location", "holder"]

_MOST_CELLS: Final = 1 << 24
_MOST_HOLDERS: Final = 2000


@dataclass(frozen=True, eq=False, repr=False)
class Cohorts(Shown):
    """The objects of a series by the snapshot in which they are first seen.

    Parameters
    ----------
    series : Series
        The snapshots.
    by : {"class", "location", "holder"}
        What the groups have in common.
    groups : pandas.DataFrame
        What each group is called.
    alive, size : int64[n_groups, n_snapshots, n_snapshots]
        How many objects first seen in one snapshot (second axis) another one (third axis) has,
        and their shallow bytes.
    all_alive, all_size : int64[n_snapshots, n_snapshots]
        The same of all objects, those of no group included.

    Examples
    --------
    >>> import heapnb as hn
    >>> cohorts = hn.load_series(["s1.heapsnapshot", …]).cohorts()  # doctest: +SKIP
    >>> cohorts.table.head()  # doctest: +SKIP
    >>> cohorts.curves("Session")  # doctest: +SKIP
    """

    series: SeriesData
    by: Grouping
    groups: pd.DataFrame
    alive: IntArray
    size: IntArray
    all_alive: IntArray
    all_size: IntArray

    def __len__(self) -> int:
        return len(self.alive)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a group, that of which most bytes came and stayed first.

        The columns of ``groups``; ``births_2`` … ``births_n`` (objects first seen in that
        snapshot) and ``deaths_2`` … ``deaths_n`` (gone since the one before);
        ``survivors_1`` … ``survivors_n`` (of those first seen in each snapshot, how many the
        last one has); ``survival_share`` (of those that came between the first and the last
        snapshot, the share that the last one has; missing where none came); ``surviving_size``
        (shallow bytes of all in the last snapshot that came after the first).
        """
        import pandas as pd

        n = self.alive.shape[1]
        numbers = range(1, n)
        births = {f"births_{k + 1}": self.alive[:, k, k] for k in numbers}
        deaths = {
            f"deaths_{k + 1}": (self.alive[:, :k, k - 1] - self.alive[:, :k, k])
            .sum(axis=1)
            .clip(min=0)
            for k in numbers
        }
        survivors = {f"survivors_{k + 1}": self.alive[:, k, n - 1] for k in range(n)}
        came = sum((self.alive[:, k, k] for k in range(1, n - 1)), np.zeros(len(self), np.int64))
        # Objects may change hands: at their new holder they count though they came elsewhere.
        stayed = np.minimum(self.alive[:, 1 : n - 1, n - 1].sum(axis=1), came)
        survival = pd.array(
            np.divide(stayed, came, where=came > 0, out=np.full(len(self), np.nan)), dtype="Float64"
        )
        survival[came == 0] = pd.NA
        columns: dict[str, Any] = births | deaths | survivors
        columns["survival_share"] = survival
        columns["surviving_size"] = self.size[:, 1:, n - 1].sum(axis=1)
        return pd.concat([self.groups, pd.DataFrame(columns)], axis=1)

    def curves(self, class_name: str | None = None) -> pd.DataFrame:
        """Return survival curves.

        Parameters
        ----------
        class_name : str, optional
            Of one class; of all objects by default.

        Returns
        -------
        pandas.DataFrame
            One row for each cohort and each snapshot from its first on: ``born_in`` and
            ``snapshot`` (counted from 1), ``alive_count``, ``alive_size`` (shallow bytes),
            ``alive_share`` (of those first seen).
        """
        import pandas as pd

        alive, size = self.totals(class_name)
        born, seen = np.triu_indices(len(alive))
        first = alive[born, born]
        share = np.divide(alive[born, seen], first, where=first > 0, out=np.full(len(born), np.nan))
        return pd.DataFrame(
            {
                "born_in": born + 1,
                "snapshot": seen + 1,
                "alive_count": alive[born, seen],
                "alive_size": size[born, seen],
                "alive_share": share,
            }
        )

    def totals(self, class_name: str | None = None) -> tuple[IntArray, IntArray]:
        """Return how many of each cohort are alive in each snapshot.

        Parameters
        ----------
        class_name : str, optional
            Of one class; of all objects by default.

        Returns
        -------
        alive, size : int64[n_snapshots, n_snapshots]
            Objects and bytes: first seen in the snapshot of the row, alive in that of the column.
        """
        if class_name is None:
            return self.all_alive, self.all_size
        rows = (self.groups["class_name"] == class_name).to_numpy()
        return self.alive[rows].sum(axis=0), self.size[rows].sum(axis=0)

    def to_dict(self) -> dict[str, Any]:
        """Return the cohorts as plain data.

        Returns
        -------
        dict
            ``cohorts``, the rows of `table`; ``curves``, the rows of `curves`.
        """
        tables = {"cohorts": self.table, "curves": self.curves()}
        return {
            name: table.astype(object).where(table.notna(), None).to_dict("records")
            for name, table in tables.items()
        }


def cohorts(series: SeriesData, by: Grouping = "class") -> Cohorts:
    """Count births, deaths and survivors.

    Parameters
    ----------
    series : Series
        Snapshots of one process.
    by : {"class", "location", "holder"}, default "class"
        Classes as in DevTools' Summary; places in the source (functions, and objects by the site
        that defines their class); or what holds the objects, as far as the last snapshot has
        any.

    Returns
    -------
    Cohorts

    Raises
    ------
    HeapnbError
        If there is a single snapshot, or if they are of different processes, where node ids
        mean nothing.

    Notes
    -----
    Only odd node ids identify objects, and nodes without a shallow size do not count. A cohort is
    the set of objects that first appear in one snapshot: an object added and removed between two
    of them is in none. If there are very many groups, those that changed least are left out.
    """
    if by not in get_args(Grouping):
        raise HeapnbError(
            f"No grouping called {by!r}.", hint=f"one of {', '.join(get_args(Grouping))}."
        )
    if len(series) == 1:
        raise HeapnbError("Cohorts need two snapshots or more.")
    if not series.one_process:
        raise HeapnbError(
            "Cohorts need snapshots of one process: node ids of others mean other objects."
        )
    rows, groups = _by_holder(series) if by == "holder" else _by_kind(series, by)
    n = len(series)
    chosen = _most_changing(series, rows, len(groups))
    number = np.full(len(groups) + 1, len(chosen), np.int64)
    number[chosen] = np.arange(len(chosen))
    alive = np.zeros((n, len(chosen) + 1, n), np.int64)
    size = np.zeros_like(alive)
    for place, births in enumerate(first_seen(series.snapshots)):
        snapshot = series.snapshots[place]
        counted = _is_counted(snapshot)
        cell = number[rows[place].of(counted)] * n + births[counted]
        n_cells = (len(chosen) + 1) * n
        alive[place] = np.bincount(cell, minlength=n_cells).reshape(-1, n)
        weights = snapshot.shallow_size[counted]
        size[place] = np.bincount(cell, weights=weights, minlength=n_cells).reshape(-1, n)
    alive, size = (np.ascontiguousarray(cube.transpose(1, 2, 0)) for cube in (alive, size))
    order = np.argsort(-size[:-1, 1:, -1].sum(axis=1), kind="stable")
    return Cohorts(
        series,
        by,
        groups.iloc[chosen[order]].reset_index(drop=True),
        alive[order],
        size[order],
        alive.sum(axis=0),
        size.sum(axis=0),
    )


@dataclass(frozen=True)
class _Rows:
    """The group of every node of a snapshot, by way of a coarser number; the last is none."""

    number: SizeArray
    group: IntArray

    def of(self, nodes: BoolArray) -> IntArray:
        """Return the group of some nodes."""
        rows: IntArray = self.group[self.number[nodes]]
        return rows


def _is_counted(snapshot: ReducedSnapshot) -> BoolArray:
    counted: BoolArray = ((snapshot.node_id & 1) == 1) & (snapshot.shallow_size > 0)
    return counted


def _most_changing(series: SeriesData, rows: list[_Rows], n_groups: int) -> IntArray:
    """Choose as many groups as there is room for."""
    most = max(1, _MOST_CELLS // len(series) ** 2)
    if n_groups <= most:
        return np.arange(n_groups)
    change = np.zeros(n_groups + 1, np.float64)
    before = np.zeros_like(change)
    for snapshot, row in zip(series.snapshots, rows, strict=True):
        counted = _is_counted(snapshot)
        weights = snapshot.shallow_size[counted].astype(np.float64)
        after = np.zeros_like(change)
        np.add.at(after, row.of(counted), weights)
        change += np.abs(after - before)
        before = after
    chosen: IntArray = np.sort(np.argsort(-change[:-1], kind="stable")[:most])
    return chosen


def _by_kind(series: SeriesData, by: Grouping) -> tuple[list[_Rows], pd.DataFrame]:
    import pandas as pd

    kinds = [snapshot.kinds for snapshot in series.snapshots]
    names = pa.concat_arrays([kind.name for kind in kinds])
    sites = np.concatenate([kind.site for kind in kinds])
    if by == "class":
        sites[~np.concatenate([kind.is_object for kind in kinds])] = vocab.NO_INDEX
    codes = names.dictionary_encode().indices.to_numpy()
    first, row = distinct_rows(codes, *sites.T)
    has_place = np.ones(len(first), np.bool_)
    if by == "location":
        has_place = sites[first, 0] >= 0
    number = np.full(len(first), np.count_nonzero(has_place), np.int64)
    number[has_place] = np.arange(np.count_nonzero(has_place))
    first = first[has_place]
    ends = np.cumsum([len(kind.name) for kind in kinds])[:-1]
    rows = [
        _Rows(snapshot.kind, number[part])
        for snapshot, part in zip(series.snapshots, np.split(row, ends), strict=True)
    ]
    places = [site_text(series.last, *site) for site in sites[first].tolist()]
    groups = pd.DataFrame(
        {
            "class_name": pd.array(names.take(pa.array(first)).to_pylist(), dtype="str"),
            "location": pd.array(places, dtype="str"),
        }
    )
    return rows, groups


def _by_holder(series: SeriesData) -> tuple[list[_Rows], pd.DataFrame]:
    import pandas as pd

    routes, held = [], []
    for group in group_series(series):
        held.append(group.of_node != vocab.NO_ORDINAL)
        routes.append(group.route[held[-1]])
    codes, distinct = encode(np.concatenate(routes))
    ends = np.cumsum([len(route) for route in routes])[:-1]
    parts = np.split(codes, ends)
    # Of the routes that are left in the end, those to the most bytes.
    snapshot, last = series.snapshots[-1], parts[-1]
    nodes = np.flatnonzero(held[-1]).astype(np.uint32)
    weights = snapshot.shallow_size[nodes]
    sizes = np.bincount(last, weights=weights, minlength=len(distinct))
    largest = np.argsort(-sizes, kind="stable")[:_MOST_HOLDERS]
    largest = largest[sizes[largest] > 0]
    number = np.full(len(distinct) + 1, len(largest), np.int64)
    number[largest] = np.arange(len(largest))
    rows = []
    for is_held, part in zip(held, parts, strict=True):
        route = np.full(len(is_held), len(distinct), np.uint32)
        route[is_held] = part
        rows.append(_Rows(route, number))
    head = np.zeros(len(distinct), np.uint32)
    # Written backwards, so that the nearest to the root stays: a list's head, not its end.
    head[last[::-1]] = nodes[::-1]
    heads = head[largest]
    snapshot = series.snapshots[-1]
    kinds = snapshot.kinds
    names = kinds.name.take(pa.array(snapshot.kind[heads]))
    sites = kinds.site[snapshot.kind[heads]].tolist()
    frame = pd.DataFrame(
        {
            "class_name": pd.array(names.to_pylist(), dtype="str"),
            "location": pd.array([site_text(series.last, *s) for s in sites], dtype="str"),
            "held_by": pd.array(owner_texts(series.last, heads), dtype="str"),
        }
    )
    return rows, frame


__all__ = ["Cohorts", "Grouping", "cohorts"]
