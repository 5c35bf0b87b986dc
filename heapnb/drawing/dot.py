"""Draw what retains nodes, with Graphviz.

A box is a node, an arrow a retaining edge. Roots come first, the node in question last and in
orange.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from heapnb.analysis.retention.paths import merged_paths, path_graph_of
from heapnb.analysis.retention.retaining_path import PathGraph, RetainingPath
from heapnb.drawing.folding import Drawing, PathEdges, fold_paths
from heapnb.drawing.painting import Direction, Painter, Subject, Texts
from heapnb.drawing.retainer_graph import RetainerGraph
from heapnb.graph.sources import HeapNode
from heapnb.views import fmt

MAX_NODES: Final = 60
MAX_CHILDREN: Final = 8

_MANY_ENDS: Final = 6


def retainer_graph(
    what: object,
    *,
    fold: bool = True,
    direction: Direction | None = None,
    max_nodes: int = MAX_NODES,
    max_children: int = MAX_CHILDREN,
) -> RetainerGraph:
    """Draw what retains nodes, back to the GC roots.

    Parameters
    ----------
    what : Node, RetainingPath, PathGraph, Suspect, Diagnosis, or a sequence of nodes or paths
        Of nodes, the preferred paths are drawn, those of several nodes over each other.
    fold : bool, default True
        Draw nodes of the engine between two others (a Map's table, an object's properties) as
        one dotted arrow, and of repetitions (a linked list) only the first and the last.
    direction : {"TB", "LR"}, optional
        Roots at the top, or at the left; by default, at the left where many branches are.
    max_nodes : int, default 60
        About how many boxes to draw; one box counts the nodes that are left out.
    max_children : int, default 8
        How many branches of one node to draw.

    Returns
    -------
    RetainerGraph
        A ``graphviz.Digraph``; notebooks show it as SVG.

    Raises
    ------
    TypeError
        If `what` is of another type.
    ValueError
        If there is nothing to draw.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> snap = SnapshotBuilder.from_edges("root.cache>Map Map/table>entry").snapshot()
    >>> retainer_graph(snap.node(5))
    RetainerGraph(3 nodes)
    """
    subject = _subject(what)
    drawing = fold_paths(subject.paths, fold=fold, max_nodes=max_nodes, max_children=max_children)
    return Painter(subject, drawing, direction or _direction_of(drawing)).paint()


def draw_drawing(
    paths: PathEdges,
    drawing: Drawing,
    texts: Texts,
    *,
    remarks: Mapping[int, str],
    direction: Direction | None = None,
) -> RetainerGraph:
    """Draw what was chosen by the caller."""
    subject = Subject(paths, dict(remarks))
    return Painter(subject, drawing, direction or _direction_of(drawing), texts).paint()


def _subject(what: Any) -> Subject:
    if isinstance(what, HeapNode):
        return _subject_of_nodes([what])
    if isinstance(what, RetainingPath):
        return _subject_of_paths([what])
    if isinstance(what, PathGraph):
        return Subject(_path_edges(what), {})
    if hasattr(what, "suspects"):
        return _subject_of_suspects(what.suspects)
    if hasattr(what, "path") and hasattr(what, "nodes"):
        return _subject_of_suspects([what])
    if isinstance(what, Iterable):
        several = list(what)
        if not several:
            raise ValueError("There is nothing to draw.")
        if all(isinstance(item, HeapNode) for item in several):
            return _subject_of_nodes(several)
        if all(isinstance(item, RetainingPath) for item in several):
            return _subject_of_paths(several)
    raise TypeError(
        f"Cannot draw {type(what).__name__}: give a Node, RetainingPath, PathGraph, Suspect or "
        "Diagnosis, or a list of nodes or paths."
    )


def _subject_of_nodes(nodes: Sequence[HeapNode]) -> Subject:
    heap = nodes[0].heap
    if any(node.heap is not heap for node in nodes):
        raise ValueError("The nodes are of different snapshots.")
    ordinals = np.unique([node.ordinal for node in nodes])
    paths = merged_paths(heap, ordinals)
    if len(paths.targets):
        return Subject(_path_edges(paths), {})
    remarks = dict.fromkeys(ordinals.tolist(), "nothing retains it")
    return Subject(PathEdges(heap, np.empty(0, np.int64), ordinals), remarks)


def _subject_of_paths(paths: Sequence[RetainingPath]) -> Subject:
    return Subject(_path_edges(path_graph_of(paths)), {})


def _subject_of_suspects(suspects: Sequence[Any]) -> Subject:
    known = [suspect for suspect in suspects if suspect.path is not None]
    if not known:
        raise ValueError("There is nothing to draw: no suspect has a path.")
    subject = _subject_of_paths([suspect.path for suspect in known])
    remarks = {suspect.path.target: _one_of(suspect) for suspect in known if len(suspect.nodes) > 1}
    # Paths of suspects are examples: their number says nothing.
    paths = PathEdges(subject.paths.graph, subject.paths.edges, subject.paths.targets)
    return Subject(paths, remarks)


def _one_of(suspect: Any) -> str:
    """Say how many objects an example stands for; only a series shows which of them stay."""
    objects = fmt.plural(len(suspect.nodes), "object")
    return f"one of {objects}{' that stay' if len(suspect.count_per_snapshot) > 1 else ''}"


def _path_edges(paths: PathGraph) -> PathEdges:
    targets = paths.targets.astype(np.int64)
    if len(targets) == 1:
        # That every node of the path leads to it need not be said.
        return PathEdges(paths.heap, paths.edges, targets)
    return PathEdges(paths.heap, paths.edges, targets, paths.count, paths.nodes.astype(np.int64))


def _direction_of(drawing: Drawing) -> Direction:
    """Choose the direction in which the drawing is less wide."""
    depth = {0: 0}
    for link in drawing.links:
        depth.setdefault(link.target, depth.get(link.source, 0) + 1)
    n_ends = len(drawing.items) - len({link.source for link in drawing.links})
    return "LR" if n_ends > _MANY_ENDS and n_ends > max(depth.values()) + 1 else "TB"


__all__ = ["draw_drawing", "retainer_graph"]
