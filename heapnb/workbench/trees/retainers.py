"""Retainers: what refers to a node, in DevTools' order, and on towards the roots.

Keys: ``i`` and the number of an edge for the node that it comes from.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from heapnb._typing import AnyArray, DistanceArray, NodeArray
from heapnb.analysis.retention.retainers import retaining_edges, shown_distances
from heapnb.frames import display_ranks
from heapnb.graph.nearby_distances import ChangedDistances, changed_distances
from heapnb.kernels.ordering import nearest
from heapnb.views import fmt
from heapnb.workbench.model import Page, Row, Window
from heapnb.workbench.python_code import node_code
from heapnb.workbench.rows.filtering import joined_notes, left_out, minimum
from heapnb.workbench.rows.node_columns import DISTANCE
from heapnb.workbench.rows.ordering import FIRST_ROWS, Key, Orders, Recent, first_places
from heapnb.workbench.rows.row_keys import no_row, parse_part, split_key
from heapnb.workbench.trees.node_tree import NodeTree

if TYPE_CHECKING:
    from heapnb.workbench.subject import Workbench

_FEW: Final = 4
"""Retaining edges that are examined to tell whether a row can be expanded."""

_MANY: Final = 20_000
"""From so many retainers on, what was found is kept."""


class RetainersTree(NodeTree):
    """What refers to a node, and what refers to that.

    Parameters
    ----------
    workbench : Workbench
        What is browsed.
    node : int
        Ordinal of the node.
    ignored : sequence of int
        Ordinals of retainers that are left out; distances are then those without them.
    """

    key: ClassVar[str] = "retainers"
    title: ClassVar[str] = "Retainers"
    description: ClassVar[str] = (
        "Objects that refer to the selected object, the nearest to the GC roots first."
    )
    label_title: ClassVar[str] = "Retainer"
    empty_text: ClassVar[str] = "No object refers to this one."
    lists_every_node: ClassVar[bool] = False
    default_sort: ClassVar[tuple[str | None, bool]] = (DISTANCE.key, False)

    def __init__(self, workbench: Workbench, node: int, ignored: Sequence[int] = ()) -> None:
        super().__init__(workbench)
        self.node = node
        self.ignored = np.unique(np.asarray(ignored, np.int64))
        self._found = Recent()
        self._orders = Orders()

    @cached_property
    def _changed(self) -> ChangedDistances:
        """Distances that differ if the ignored lead nowhere."""
        return changed_distances(self.heap, self.ignored)

    def _distances(self, nodes: AnyArray) -> DistanceArray:
        """Return the distances of some nodes, as if the ignored led nowhere."""
        distance = self.heap.distance[nodes]
        if not len(self.ignored):
            return shown_distances(distance)
        return shown_distances(distance, self._changed.apply(nodes, distance))

    # -- rows -------------------------------------------------------------------------------

    def rows(self, parent: str | None, window: Window) -> Page:
        """Return the retainers of the node (parent is None) or of a row's."""
        path = [self.node] if parent is None else self._path(parent)
        edges, sources, n_ignored, n_small = self._retainers(path[-1], window)
        places = self._page(path[-1], edges, sources, window)
        shown, nodes = edges[places].astype(np.int64), sources[places]
        prefix = "" if parent is None else f"{parent}/"
        rows = self.node_rows.rows(
            [f"{prefix}i{edge}" for edge in shown.tolist()], nodes, edges=shown, joined_by=" in "
        )
        notes = (
            f"{fmt.plural(n_ignored, 'ignored retainer')} hidden." if n_ignored else None,
            left_out(n_small),
        )
        finished = self._finished(rows, nodes, set(path))
        return Page(finished, len(edges), window.offset, joined_notes(*notes))

    def _retainers(self, node: int, window: Window) -> tuple[AnyArray, NodeArray, int, int]:
        """Return edges and sources that are shown; how many are ignored, and how many too small."""
        edges, sources = self._all_retainers(node)
        n_ignored = n_small = 0
        if len(self.ignored):
            is_kept = ~np.isin(sources, self.ignored)
            n_ignored = len(edges) - int(np.count_nonzero(is_kept))
            edges, sources = edges[is_kept], sources[is_kept]
        if least := minimum(window):
            is_kept = self.heap.retained_size[sources] >= least
            n_small = len(edges) - int(np.count_nonzero(is_kept))
            edges, sources = edges[is_kept], sources[is_kept]
        return edges, sources, n_ignored, n_small

    def _all_retainers(self, node: int) -> tuple[AnyArray, NodeArray]:
        edges = self._found.get(("edges", node))
        sources = self._found.get(("sources", node))
        if edges is None or sources is None:
            edges, sources = retaining_edges(self.heap, node)
            if len(edges) > _MANY:
                self._found.keep(("edges", node), edges)
                self._found.keep(("sources", node), sources)
        return edges, sources

    def _page(self, node: int, edges: AnyArray, sources: NodeArray, window: Window) -> AnyArray:
        """Return the places of a page's rows among the retainers."""
        by_distance = window.sort in {None, DISTANCE.key}
        is_descending = by_distance and window.sort is not None and window.descending
        name = ("retainers", node, minimum(window), window.sort, window.descending)
        stop = window.offset + window.limit
        if by_distance and len(edges) > _MANY and stop <= FIRST_ROWS:
            first = self._found.take(
                ("first", name), lambda: self._first(sources, descending=is_descending)
            )
            return first[window.offset : stop]
        orders = self._orders if len(self.ignored) else self.node_rows.orders
        return orders.page(
            name,
            len(edges),
            lambda: (
                self._distance_keys(sources, descending=is_descending)
                if by_distance
                else self.node_rows.sort_keys.of_edges(edges, sources, window)
            ),
            window.offset,
            window.limit,
        )

    def _distance_keys(self, sources: NodeArray, *, descending: bool) -> list[Key]:
        names = display_ranks(self.heap, sources)
        return [Key(self._distances(sources), descending=descending), Key(names)]

    def _first(self, sources: NodeArray, *, descending: bool) -> AnyArray:
        """Return the places of the first rows; only of the nearest, names are needed."""
        places = np.empty(len(sources), np.int64)
        sign = -1 if descending else 1
        rows = np.arange(len(sources), dtype=np.uint32)
        n_found = nearest(self._distances(sources), rows, sign, FIRST_ROWS, places)
        places = places[:n_found]
        keys = self._distance_keys(sources[places], descending=descending)
        return places[first_places(keys, FIRST_ROWS)]

    def _finished(self, rows: Sequence[Row], nodes: NodeArray, above: set[int]) -> tuple[Row, ...]:
        """Set the distances of this pane, and say which rows can be expanded."""
        distances = self._distances(nodes).tolist()
        return tuple(
            dataclasses.replace(
                row,
                cells={**row.cells, "distance": distance},
                expandable=node not in above and self._has_retainers(node),
                flags=(*row.flags, "repeated") if node in above else row.flags,
            )
            for row, node, distance in zip(rows, nodes.tolist(), distances, strict=True)
        )

    def _has_retainers(self, node: int) -> bool:
        first = self.heap.first_retainer
        if int(first[node + 1]) - int(first[node]) > _FEW:
            return True
        return len(retaining_edges(self.heap, node)[0]) > 0

    # -- the protocol -----------------------------------------------------------------------

    def nodes(self, key: str) -> NodeArray:
        """Return the ordinal of the node that a row stands for."""
        # It does not matter whose retainers are shown at the moment.
        _, edge = parse_part(key, split_key(key)[0])
        start = int(self.heap.edge_to[edge]) if edge < self.heap.n_edges else self.node
        return np.array([self._path(key, start)[-1]], np.uint32)

    def locate(self, node: int, window: Window) -> tuple[tuple[str, int], ...] | None:
        """Return where a node is among the direct retainers, or None."""
        edges, sources, _, _ = self._retainers(self.node, window)
        mine = np.flatnonzero(sources == node)
        if not len(mine):
            return None
        everything = dataclasses.replace(window, offset=0, limit=max(len(edges), FIRST_ROWS + 1))
        order = self._page(self.node, edges, sources, everything)
        place = int(np.flatnonzero(np.isin(order, mine))[0])
        return ((f"i{int(edges[order[place]])}", place),)

    def python(self, key: str | None, window: Window) -> str:
        """Return the expression that gives the retainers of the node, or a row's node."""
        del window
        nodes = np.array([self.node]) if key is None else self.nodes(key)
        code = node_code(self.workbench.expression, self.heap.node_id[nodes])
        return f"{code}.retainers()" if key is None else code

    def _path(self, key: str, start: int | None = None) -> list[int]:
        """Return the nodes from the one whose retainers these are to that of a row."""
        path = [self.node if start is None else start]
        for part in split_key(key):
            kind, edge = parse_part(key, part)
            is_edge = kind == "i" and edge < self.heap.n_edges
            if not is_edge or int(self.heap.edge_to[edge]) != path[-1]:
                raise no_row(key)
            path.append(int(self.heap.edge_from([edge])[0]))
        return path
