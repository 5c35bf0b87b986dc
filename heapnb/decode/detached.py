"""Nodes of the DOM that are in no document any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from heapnb import vocab
from heapnb.frames import nodes_at

if TYPE_CHECKING:
    import pandas as pd

    from heapnb.graph import HeapGraph


def detached(graph: HeapGraph) -> pd.DataFrame:
    """List the detached nodes, those that retain most first.

    Parameters
    ----------
    graph : HeapGraph
        A heap, usually of a browser; Node.js marks native objects of its own.

    Returns
    -------
    pandas.DataFrame
        Columns as in `heapnb.frames.nodes_frame`; empty where the file does not say what is
        detached.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>list list>div")
    >>> _ = builder.node("div", type="native", name="HTMLDivElement", detachedness=2)
    >>> detached(builder.graph())["name"].tolist()
    ['Detached HTMLDivElement']
    """
    states = graph.detachedness
    if states is None:
        return nodes_at(graph, np.empty(0, np.int64))
    nodes = np.flatnonzero(states == vocab.DETACHEDNESS_DETACHED)
    order = np.argsort(-graph.retained_size[nodes].astype(np.int64), kind="stable")
    return nodes_at(graph, nodes[order])
