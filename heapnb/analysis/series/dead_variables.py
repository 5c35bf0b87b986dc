"""Dead captured variables over a series: which of them accumulate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heapnb.decode.dead_variables import dead_variables
from heapnb.errors import HeapnbError
from heapnb.graph.group_sizes import retained_by_group

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.analysis.series.series_data import SeriesData

_PLACE = ["variable", "function", "location"]


def growing_dead_variables(series: SeriesData) -> pd.DataFrame:
    """Count the contexts of the last snapshot that keep a dead variable, by when they were created.

    Parameters
    ----------
    series : Series
        Snapshots of one process, the earliest first.

    Returns
    -------
    pandas.DataFrame
        One row for each variable and the function that declares it, the most added contexts first:
        ``variable``, ``class_name``, ``function``, ``location``, ``kept_by``, ``kept_at`` and
        ``evidence`` as in `heapnb.decode.dead_variables.dead_variables` (of one example);
        ``count_per_snapshot``, how many of these contexts each snapshot has; ``count_delta``, the
        last minus the first; ``freed_size`` in bytes, each byte once.

    Raises
    ------
    HeapnbError
        If the snapshots are not of one process.

    Notes
    -----
    A context that was released before the last snapshot does not count. A variable may have been
    alive in the earlier snapshots.
    """
    import pandas as pd

    if not series.one_process:
        raise HeapnbError(
            "The snapshots are from several processes: node ids do not tell what was added.",
            hint="use `Snapshot.dead_variables` on each.",
        )
    graph = series.last
    table = dead_variables(graph)
    birth = series.births[graph.ordinals_of(table["context_id"].to_numpy())].astype(np.int64)
    groups = table.groupby(_PLACE, dropna=False, sort=False)
    number = groups.ngroup().to_numpy().astype(np.int64)
    n_groups = groups.ngroups
    counts = np.zeros((n_groups, len(series)), np.int64)
    np.add.at(counts, (number, birth), 1)
    counts = counts.cumsum(axis=1)
    group = np.full(graph.n_nodes, n_groups, np.uint32)
    frees = table["freed_size"].to_numpy() > 0
    group[graph.ordinals_of(table["node_id"].to_numpy()[frees])] = number[frees]
    freed = retained_by_group(graph, group, n_groups + 1)[:n_groups].astype(np.int64)
    first = table.groupby(number).head(1).reset_index(drop=True)
    delta = counts[:, -1] - counts[:, 0]
    frame = pd.DataFrame(
        {
            **{name: first[name] for name in ("variable", "class_name", "function", "location")},
            "count_per_snapshot": pd.Series(counts.tolist(), dtype=object),
            "count_delta": delta,
            "freed_size": freed,
            **{name: first[name] for name in ("kept_by", "kept_at", "evidence")},
        }
    )
    return frame.iloc[np.lexsort((-freed, -delta))].reset_index(drop=True)


__all__ = ["growing_dead_variables"]
