"""Texts that are in the heap more than once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from heapnb.frames import texts

if TYPE_CHECKING:
    from heapnb.graph import HeapGraph


def duplicate_strings(graph: HeapGraph) -> pd.DataFrame:
    """List the texts that several strings have, what most could be spared by first.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    pandas.DataFrame
        One row a text.

        ``text``
            As far as the file has it: V8 cuts strings at 1,024 characters. Longer ones count as
            equal if these are, and the sizes.
        ``count``
            How many strings have it.
        ``size``
            Bytes of all of them, shallow.
        ``wasted_size``
            Bytes of all but one.
        ``node_id``
            One of them.

    Notes
    -----
    Ropes and slices, whose text the file does not have, are left out.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>a root>b root>c")
    >>> for key, text in [("a", "red"), ("b", "blue"), ("c", "red")]:
    ...     _ = builder.node(key, type="string", name=text, size=24)
    >>> duplicate_strings(builder.graph())
      text  count  size  wasted_size  node_id
    0  red      2    48           24        3
    """
    strings = np.flatnonzero(graph.node_type == graph.node_type_index("string"))
    size = graph.shallow_size[strings].astype(np.uint64)
    # A text and a size in one number: sizes of strings have far less than 32 bits.
    key = graph.node_name[strings].astype(np.uint64) << np.uint64(32) | size
    _, first, count = np.unique(key, return_index=True, return_counts=True)
    repeated = count > 1
    first, count = first[repeated], count[repeated]
    each = size[first].astype(np.int64)
    order = np.argsort(-(each * (count - 1)), kind="stable")
    first, count, each = first[order], count[order], each[order]
    nodes = strings[first]
    columns = {
        "text": texts(graph.strings.take(pa.array(graph.node_name[nodes]))),
        "count": count,
        "size": each * count,
        "wasted_size": each * (count - 1),
        "node_id": graph.node_id[nodes],
    }
    return pd.DataFrame(columns, copy=False)
