"""Work under way: what a busy snapshot has, and the one at rest after the same work has not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heapnb.analysis.series.reduction import ClassTotals, ReducedSnapshot

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class BusySnapshot:
    """A snapshot that a series leaves out, because the next one was taken after the same work.

    Parameters
    ----------
    name : str
        Of the file.
    classes : ClassTotals
        Its classes.
    total_size : int
        Bytes of the heap.
    at_rest : ReducedSnapshot
        The one of the series that was taken after the same work, at rest.
    """

    name: str
    classes: ClassTotals
    total_size: int
    at_rest: ReducedSnapshot

    @property
    def released_size(self) -> int:
        """Bytes that were released between the two: work under way."""
        return int(self.total_size) - int(self.at_rest.total_size)


def work_under_way(snapshots: Sequence[BusySnapshot]) -> pd.DataFrame:
    """Compare busy snapshots with those at rest, by class.

    Parameters
    ----------
    snapshots : sequence of BusySnapshot
        The busy snapshots of a series.

    Returns
    -------
    pandas.DataFrame
        ``class_name``; ``busy_count``, ``rest_count``: objects on average; ``released_count``,
        ``released_size``: how many objects and shallow bytes were released between the two, on
        average. Classes of which objects were released, the most bytes first.
    """
    import pandas as pd

    frames = []
    for one in snapshots:
        busy, rest = one.classes.by_name(), one.at_rest.classes.by_name()
        frames.append(busy.add_suffix("_busy").join(rest.add_suffix("_rest"), how="outer"))
    columns = ["busy_count", "rest_count", "released_count", "released_size"]
    if not frames:
        types = {"class_name": "str", **dict.fromkeys(columns, "int64")}
        return pd.DataFrame(columns=list(types)).astype(types)
    sums = pd.concat(frames).fillna(0).groupby(level=0).sum() / len(frames)
    found = pd.DataFrame(
        {
            "busy_count": sums["count_busy"],
            "rest_count": sums["count_rest"],
            "released_count": sums["count_busy"] - sums["count_rest"],
            "released_size": sums["size_busy"] - sums["size_rest"],
        }
    )
    found = found[found["released_count"] > 0].round().astype("int64")
    found = found.sort_values("released_size", ascending=False, kind="stable")
    return found.rename_axis("class_name").reset_index().astype({"class_name": "str"})


__all__ = ["BusySnapshot", "work_under_way"]
