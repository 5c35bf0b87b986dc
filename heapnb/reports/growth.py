"""The one table of growth that people read: the program's own classes first, the engine's apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from heapnb.analysis.packages import package_of
from heapnb.reports.tables import Column, Table, Writer
from heapnb.vocab import ENGINE_CLASSES, SYSTEM_PREFIX

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.analysis.series.cohorts import Cohorts

MOST_ROWS: Final = 40
"""Rows of the program; who needs more has the data."""

MOST_ENGINE_ROWS: Final = 15

_OWN, _LANGUAGE, _ENGINE = range(3)
_CLASS: Final = ["class_name", "location"]


@dataclass(frozen=True)
class Growth:
    """What grew.

    Parameters
    ----------
    program : Table
        Classes that the program defines, then those of packages and of the language.
    engine : Table
        What V8 and Node keep for themselves, and the texts.
    n_own : int
        How many classes the program's own code defines.
    """

    program: Table
    engine: Table
    n_own: int


def growth_of(
    write: Writer, grown: pd.DataFrame, cohorts: Cohorts | None, n_snapshots: int
) -> Growth:
    """Join growth and survival of each class.

    Parameters
    ----------
    write : Writer
        Writes the cells.
    grown : pandas.DataFrame
        See `heapnb.reports.listings.grown_classes`.
    cohorts : Cohorts or None
        Which of the new objects survived, where ids say that.
    n_snapshots : int
        How many there are.

    Returns
    -------
    Growth
        Within each group the largest growth in retained bytes first.
    """
    frame = grown
    if cohorts is not None:
        survival = cohorts.table[[*_CLASS, "survival_share"]].drop_duplicates(_CLASS)
        frame = frame.merge(survival, on=_CLASS, how="left")
    groups = np.array(
        [
            _group(name, place)
            for name, place in zip(frame["class_name"], frame["location"], strict=True)
        ],
        np.int64,
    )
    order = np.lexsort((-frame["retained_delta"].to_numpy(np.int64), groups))
    frame, groups = frame.iloc[order], groups[order]
    columns = [
        Column.of("class_name"),
        Column.of("trend"),
        # Which snapshots these are stands above the table of growth.
        Column.of("count_1", "First"),
        Column.of(f"count_{n_snapshots}", "Last"),
        Column.of("count_delta"),
        Column.of("retained_delta"),
        Column.of("survival_share"),
    ]
    return Growth(
        write.table(frame[groups != _ENGINE], columns, MOST_ROWS),
        write.table(frame[groups == _ENGINE], columns, MOST_ENGINE_ROWS),
        int(np.count_nonzero(groups == _OWN)),
    )


def _group(class_name: str, location: object) -> int:
    if isinstance(location, str):
        kind = package_of(location).kind
        return _OWN if kind == "own" else _ENGINE if kind == "runtime" else _LANGUAGE
    if class_name.startswith("{"):
        # Plain objects, named after the properties that the program gives them.
        return _OWN
    is_engine = class_name in ENGINE_CLASSES or class_name.startswith((SYSTEM_PREFIX, "("))
    return _ENGINE if is_engine or class_name.startswith("Node / ") else _LANGUAGE


__all__ = ["Growth", "growth_of"]
