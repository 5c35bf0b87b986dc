"""The drawing beside the tables: the retaining path of a node, and retainers added on request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from heapnb._typing import IntArray
from heapnb.analysis.retention.paths import preferred_path
from heapnb.analysis.retention.shortest_path import closest_retainers
from heapnb.drawing.dot import draw_drawing
from heapnb.drawing.folding import DrawnNode, Gap, Link, PathEdges, fold_paths, is_engine_node
from heapnb.drawing.painting import Direction, Texts
from heapnb.drawing.retainer_graph import RetainerGraph
from heapnb.errors import HeapnbError

if TYPE_CHECKING:
    from heapnb.graph import HeapGraph
    from heapnb.workbench.subject import Workbench

MOST_EXPANDED: Final = 12
"""Nodes whose other retainers are drawn; if there are more, the last ones."""

MOST_RETAINERS: Final = 6
"""Other retainers that are drawn of each of them."""

_MAX_NODES: Final = 120
_LONGEST_CLIMB: Final = 4
_MANY: Final = 50
"""A node with more retaining edges than this surely has some that are not drawn."""
_NOT_RETAINED: Final = "Nothing retains it: the next garbage collection frees it."
_DIRECTIONS: Final = ("TB", "LR")


def draw(
    workbench: Workbench,
    node_id: int,
    expanded: Sequence[int] = (),
    direction: str | None = None,
    most_steps: int | None = None,
) -> dict[str, Any]:
    """Draw the retaining path of a node.

    Parameters
    ----------
    workbench : Workbench
        Whose heap.
    node_id : int
        The node.
    expanded : sequence of int
        Node ids whose other retainers are drawn.
    direction : {"TB", "LR"}, optional
        Roots at the top, or at the left.
    most_steps : int, optional
        Draw at most so many nodes of the path, those next to the node; by default all.

    Returns
    -------
    dict
        ``svg``, ``node_ids`` (of all boxes), ``expandable`` (of those with other retainers),
        ``steps_left_out`` (nodes of the path that are not drawn) and ``note``, which may be None.

    Raises
    ------
    HeapnbError
        If there is no such node or direction, or no Graphviz.
    """
    if direction is not None and direction not in _DIRECTIONS:
        raise HeapnbError("The direction must be TB or LR.")
    heap = workbench.heap
    picture = _Picture(workbench, heap.ordinal_of(node_id), most_steps)
    # Nodes that are no longer in the drawing are ignored.
    wanted = heap.ordinals_of(list(dict.fromkeys(expanded)))
    picture.expand(wanted[wanted >= 0].tolist())
    graph, shown = picture.paint(cast("Direction | None", direction))
    expandable = heap.node_id[picture.expandable(shown)].tolist()
    return {
        "svg": graph.to_svg(with_style=False, expandable=frozenset(expandable)),
        "node_ids": heap.node_id[shown].tolist(),
        "expandable": expandable,
        "steps_left_out": picture.steps_left_out,
        "note": picture.note,
    }


class _Picture:
    """The edges that are drawn, and how many retainers are left out."""

    def __init__(self, workbench: Workbench, node: int, most_steps: int | None) -> None:
        self.workbench = workbench
        self.heap: HeapGraph = workbench.heap
        self.node = node
        path = preferred_path(self.heap, node)
        self.is_held = path is not None
        # A path may have millions of edges.
        self.edges: IntArray = np.empty(0, np.int64) if path is None else path.edges
        self.steps_left_out = 0
        if path is not None and most_steps is not None:
            # Nodes of the engine are folded away.
            steps = np.flatnonzero(~is_engine_node(self.heap, path.nodes))
            self.steps_left_out = max(len(steps) - most_steps, 0)
            if self.steps_left_out:
                self.edges = self.edges[steps[self.steps_left_out] :]
        self.sources = self.heap.edge_from(self.edges)
        self.ends = self.heap.edge_to[self.edges]
        self.expanded: list[int] = []
        self.left_out: dict[int, int] = {}
        self.note = None if self.is_held else _NOT_RETAINED

    def expand(self, nodes: Sequence[int]) -> None:
        """Add other retainers of some nodes, up to the next node that is not the engine's own."""
        self.expanded = list(nodes[-MOST_EXPANDED:])
        if len(nodes) > MOST_EXPANDED:
            self.note = f"Retainers are drawn for the last {MOST_EXPANDED} expanded nodes only."
        for node in self.expanded:
            drawn = self._sources_of(node)
            limit = MOST_RETAINERS + len(drawn)
            edges, n_all = closest_retainers(self.heap, node, limit)
            further = edges[~np.isin(self.heap.edge_from(edges), drawn)][:MOST_RETAINERS]
            self._add([*further, *(above for edge in further for above in self._edges_above(edge))])
            n_left_out = n_all - len(drawn) - len(further)
            if n_left_out > 0:
                self.left_out[node] = n_left_out

    def _add(self, edges: Sequence[int]) -> None:
        self.edges = np.array(list(dict.fromkeys([*self.edges.tolist(), *edges])), np.int64)
        self.sources = self.heap.edge_from(self.edges)
        self.ends = self.heap.edge_to[self.edges]

    def paint(self, direction: Direction | None) -> tuple[RetainerGraph, IntArray]:
        """Draw; also return the ordinals of the boxes."""
        heap = self.heap
        paths = PathEdges(heap, self.edges, np.array([self.node], np.int64))
        drawing = fold_paths(paths, fold=True, max_nodes=_MAX_NODES, max_children=_MAX_NODES)
        place_of = {
            item.ordinal: place
            for place, item in enumerate(drawing.items)
            if isinstance(item, DrawnNode)
        }
        if self.steps_left_out and len(self.edges):
            first = place_of[int(self.heap.edge_from(self.edges[:1])[0])]
            drawing.items.append(Gap(self.steps_left_out, is_start=True))
            drawing.links.append(Link(len(drawing.items) - 1, first, ()))
        for node, n_left_out in self.left_out.items():
            if node in place_of:
                drawing.items.append(Gap(n_left_out, is_start=True))
                drawing.links.append(Link(len(drawing.items) - 1, place_of[node], ()))
        shown = np.array(list(place_of), np.int64)
        remarks = {} if self.is_held else {self.node: "nothing retains it"}
        graph = draw_drawing(
            paths, drawing, self._texts(shown), remarks=remarks, direction=direction
        )
        return graph, shown

    def expandable(self, shown: IntArray) -> IntArray:
        """Return the nodes among some that have retainers which are not drawn."""
        return np.array([node for node in shown.tolist() if self._has_more(node)], np.int64)

    def _has_more(self, node: int) -> bool:
        if node in self.expanded or node == self.heap.root:
            return False
        n_edges = len(self.heap.retaining_edges_of(node))
        drawn = self._sources_of(node)
        if n_edges <= len(drawn) or n_edges > _MANY:
            return n_edges > _MANY
        edges, n_all = closest_retainers(self.heap, node, len(drawn) + 1)
        return n_all > len(drawn) or not np.isin(self.heap.edge_from(edges), drawn).all()

    def _sources_of(self, node: int) -> IntArray:
        return np.unique(self.sources[self.ends == node])

    def _edges_above(self, edge: int) -> Iterable[int]:
        """Yield the edges from a table or a backing store up to its owner."""
        source = int(self.heap.edge_from([edge])[0])
        path = preferred_path(self.heap, source)
        if path is None:
            return
        nodes = path.nodes[::-1][:_LONGEST_CLIMB]
        is_engine = is_engine_node(self.heap, nodes).tolist()
        for is_inner, above in zip(is_engine, path.edges[::-1].tolist(), strict=False):
            if not is_inner:
                return
            yield above

    def _texts(self, shown: IntArray) -> Texts:
        labels = self.workbench.labels
        is_hidden = labels.is_named_as_secret(shown)
        return Texts(
            mask=labels.masked,
            hidden=frozenset(shown[is_hidden].tolist()),
        )


__all__ = ["MOST_EXPANDED", "MOST_RETAINERS", "draw"]
