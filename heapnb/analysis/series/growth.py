"""How each class grew over a series."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from heapnb._typing import IntArray
from heapnb.analysis.series.series_data import SeriesData
from heapnb.analysis.series.trend import trends
from heapnb.graph.classes import distinct_rows
from heapnb.graph.locations import site_text

if TYPE_CHECKING:
    import pandas as pd


def class_growth(series: SeriesData) -> pd.DataFrame:
    """Count every class in each snapshot of a series.

    Parameters
    ----------
    series : Series
        The snapshots.

    Returns
    -------
    pandas.DataFrame
        ``class_name``, ``location`` (where the class is defined, or missing); ``count_1`` …
        ``count_n``, one column a snapshot; ``count_delta``, ``shallow_delta``,
        ``retained_delta`` (bytes) from the first to the last; ``count_slope`` (objects from one
        snapshot to the next), with its interval from ``count_slope_low`` to
        ``count_slope_high``; ``levelling`` (1 where growth goes on as it began, 0 where it has
        stopped, missing where there was none; see `heapnb.analysis.series.trend`). The largest
        growth in shallow bytes first.

    Notes
    -----
    Classes are those of DevTools' Summary. Plain objects are named as in the last snapshot.
    Script ids are of one process: in snapshots of several processes, classes of the same name
    are told apart by line and column only.
    """
    import pandas as pd

    totals = [snapshot.classes for snapshot in series.snapshots]
    names = pa.concat_arrays([total.name for total in totals])
    sites = np.concatenate([total.site for total in totals])
    keys = sites if series.one_process else sites[:, 1:]
    codes = names.dictionary_encode().indices.to_numpy()
    first, row = distinct_rows(codes, *keys.T)
    rows = np.split(row, np.cumsum([len(total.name) for total in totals])[:-1])

    def spread(values: list[IntArray]) -> IntArray:
        table = np.zeros((len(first), len(totals)), np.int64)
        for number, (places, amounts) in enumerate(zip(rows, values, strict=True)):
            np.add.at(table[:, number], places, amounts)
        return table

    count = spread([total.count for total in totals])
    deltas = {
        "count_delta": count[:, -1] - count[:, 0],
        "shallow_delta": _delta(spread([total.shallow_size for total in totals])),
        "retained_delta": _delta(spread([total.retained_size for total in totals])),
    }
    trend = trends(count, series.steady_work)
    courses = {
        "count_slope": trend.slope,
        "count_slope_low": trend.low,
        "count_slope_high": trend.high,
        "levelling": trend.levelling,
    }
    order = np.argsort(-deltas["shallow_delta"], kind="stable")
    places = [site_text(series.last, *site) for site in sites[first[order]].tolist()]
    return pd.DataFrame(
        {
            "class_name": pd.array(names.take(pa.array(first[order])).to_pylist(), dtype="str"),
            "location": pd.array(places, dtype="str"),
        }
        | {f"count_{number + 1}": count[order, number] for number in range(len(totals))}
        | {name: values[order] for name, values in (deltas | courses).items()}
    )


def _delta(table: IntArray) -> IntArray:
    difference: IntArray = table[:, -1] - table[:, 0]
    return difference
