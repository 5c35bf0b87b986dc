"""Angular's list of views: its entries give way to what keeps a view from being destroyed."""

from __future__ import annotations

import numpy as np

from heapnb.analysis.retention.paths import preferred_path
from heapnb.analysis.retention.view_lists import entries_of_view_lists
from heapnb.graph import HeapGraph
from heapnb.testing import SnapshotBuilder


def page(described_by: str) -> SnapshotBuilder:
    """Build a view that a Map has near the root, and a reference farther away."""
    builder = SnapshotBuilder.from_edges(
        "root^1>global global.all>map map/table>entries entries/8>view global.application>app "
        "app._views>views views.first>reference reference._lView>view view[1]>description"
    )
    builder.node("map", name="Map").node("entries", type="array").node("view", name="Array")
    builder.node("reference", name="ViewRef")
    builder.edge("description", "empty", described_by)
    builder.edge("description", "empty", "directiveRegistry")
    return builder


def listed(graph: HeapGraph) -> list[int]:
    edges = entries_of_view_lists(graph, np.ones(graph.n_edges, np.bool_))
    return [int(edge) for edge in edges]


def test_the_owner_of_a_view_comes_before_the_list() -> None:
    builder = page("blueprint")
    graph, view = builder.graph(), builder.ordinal("view")
    (edge,) = listed(graph)
    assert graph.edge_from([edge]).tolist() == [builder.ordinal("entries")]
    assert int(graph.edge_to[edge]) == view
    path = preferred_path(graph, view)
    assert path is not None
    assert builder.ordinal("reference") in path.nodes
    assert builder.ordinal("map") not in path.nodes


def test_other_maps_of_arrays_stay() -> None:
    builder = page("template")
    graph, view = builder.graph(), builder.ordinal("view")
    assert listed(graph) == []
    path = preferred_path(graph, view)
    assert path is not None
    assert builder.ordinal("map") in path.nodes


def test_a_view_that_only_the_list_has_is_reached_through_it() -> None:
    builder = SnapshotBuilder.from_edges(
        "root^1>global global.all>map map/table>entries entries/8>view view[1]>description"
    )
    builder.node("map", name="Map").node("entries", type="array").node("view", name="Array")
    for name in ("blueprint", "directiveRegistry"):
        builder.edge("description", "empty", name)
    graph = builder.graph()
    assert len(listed(graph)) == 1
    path = preferred_path(graph, builder.ordinal("view"))
    assert path is not None
    assert builder.ordinal("map") in path.nodes
