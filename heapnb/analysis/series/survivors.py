"""The three-snapshot technique: objects that came while the program worked, and stayed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from heapnb._showing import Shown
from heapnb._typing import NodeArray, SizeArray
from heapnb.analysis.series.series_data import SeriesData
from heapnb.errors import HeapnbError
from heapnb.graph.locations import location_text
from heapnb.table_origin import of_heap

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class Survivors(Shown):
    """Objects that were made between the first two snapshots and that the last one still has.

    Parameters
    ----------
    series : Series
        The snapshots.
    nodes : uint32[k]
        The objects, as ordinals in the last snapshot.
    born_in : unsigned[k]
        In which snapshot each is first seen, counted from 0.
    """

    series: SeriesData
    nodes: NodeArray
    born_in: SizeArray

    def __len__(self) -> int:
        return len(self.nodes)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a class and definition site, the largest first.

        ``class_name``, ``location``, ``count``, ``shallow_size``, ``retained_size`` (bytes; the
        retained size counts nested survivors of one class more than once), ``node_id`` (one
        example).
        """
        import pandas as pd

        from heapnb.frames import signed

        graph = self.series.last
        keys, first, key = np.unique(
            graph.class_key[self.nodes], return_index=True, return_inverse=True
        )
        shallow = np.bincount(key, weights=graph.shallow_size[self.nodes], minlength=len(keys))
        retained = np.bincount(key, weights=graph.retained_size[self.nodes], minlength=len(keys))
        order = np.argsort(-shallow, kind="stable")
        class_index, location = graph.class_keys[keys[order]].T
        names = graph.class_names.take(pa.array(class_index)).to_pylist()
        places = [location_text(graph, row) for row in location.tolist()]
        frame = pd.DataFrame(
            {
                "class_name": pd.array(names, dtype="str"),
                "location": pd.array(places, dtype="str"),
                "count": np.bincount(key, minlength=len(keys))[order],
                "shallow_size": shallow[order].astype(np.int64),
                "retained_size": retained[order].astype(np.int64),
                "node_id": signed(graph.node_id[self.nodes[first[order]]]),
            }
        )
        return of_heap(frame, graph)

    def to_dict(self) -> dict[str, Any]:
        """Return the survivors as plain data.

        Returns
        -------
        dict
            ``survivors``, the rows of `table`.
        """
        table = self.table.astype(object).where(self.table.notna(), None)
        return {"survivors": table.to_dict("records")}


def survivors(series: SeriesData) -> Survivors:
    """Find the objects that came after the first snapshot, before the last, and stayed.

    Parameters
    ----------
    series : Series
        Snapshots of one process. With three it is the three-snapshot technique: made between
        the first and the second, alive in the third. With two, all that is new in the second.

    Returns
    -------
    Survivors

    Raises
    ------
    HeapnbError
        If there is a single snapshot, or if they are of different processes, where node ids
        mean nothing.
    """
    if len(series) == 1:
        raise HeapnbError("Survivors need two snapshots or more.")
    if not series.one_process:
        raise HeapnbError(
            "Survivors need snapshots of one process: node ids of others mean other objects."
        )
    births = series.births
    is_object = (series.snapshots[-1].node_id & 1) == 1
    is_survivor = is_object & (births > 0)
    if len(series) > 2:  # noqa: PLR2004
        is_survivor &= births < len(series) - 1
    nodes = np.flatnonzero(is_survivor).astype(np.uint32)
    return Survivors(series, nodes, births[nodes])
