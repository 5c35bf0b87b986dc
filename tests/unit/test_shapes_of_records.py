"""Plain objects that differ by one optional property count as one kind of record."""

from __future__ import annotations

import itertools

import numpy as np

from heapnb.analysis.series.series import load_series
from heapnb.analysis.series.shapes import families
from heapnb.graph.heap import HeapGraph
from heapnb.testing import SnapshotBuilder

SHAPES = (("id",), ("id", "note"), ("id", "tag"), ("id", "note", "tag"))
"""Each pair of neighbours differs by one property; round in a circle."""


def heap() -> HeapGraph:
    """An array with records of all shapes."""
    builder = SnapshotBuilder.from_edges("root^1>global global.records>records")
    for number, (shape, copy) in enumerate(itertools.product(SHAPES, range(3))):
        record = f"record{copy}{''.join(shape)}"
        builder.node(record, name="Object", size=32, node_id=201 + 2 * number)
        builder.edge("records", record, number, type="element")
        for name in shape:
            builder.edge(record, "global", name, type="property")
    return builder.graph()


def test_shapes_that_all_differ_by_one_property_are_one_family() -> None:
    series = load_series([heap()])
    (hashes,) = families(series.snapshots)
    before = series.snapshots[0].kind_hash
    assert len(np.unique(before)) - len(np.unique(hashes)) == len(SHAPES) - 1
