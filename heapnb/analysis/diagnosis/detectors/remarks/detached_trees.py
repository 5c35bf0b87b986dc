"""DOM trees that left the document, below the objects that accumulate."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from heapnb import vocab
from heapnb.analysis.diagnosis.detectors.detached_dom import DetachedDom
from heapnb.analysis.diagnosis.facts import Remark
from heapnb.decode.dom_trees import are_of_dom

if TYPE_CHECKING:
    from heapnb._typing import IntArray
    from heapnb.analysis.diagnosis.evidence import Evidence

MOST_OF_THEM: Final = 0.5
"""So many detached trees for each member are said of all of them."""

LEAST_TREES: Final = 3
"""Fewer detached trees are what a page has just removed."""

_NATIVE: Final = "native"
_MOST_NAMED: Final = 3
_MOST_ABOVE: Final = 64


@dataclass(frozen=True)
class DetachedTreesRemark(Remark):
    """DOM trees that belong to no document, which the objects keep.

    Parameters
    ----------
    roots : tuple of str
        Their topmost elements by class, the most frequent first.
    n_trees, n_nodes : int
        How many trees and nodes there are.
    is_each : bool
        Whether there is one tree for each of the objects, or nearly so.
    label : str
        The property or variable that leads to the tree of the example; empty if unknown.
    """

    roots: tuple[str, ...]
    n_trees: int
    n_nodes: int
    is_each: bool
    label: str


class DetachedTrees:
    """DOM trees that left the document, one or more steps below what accumulates."""

    def remark(self, evidence: Evidence, kind: str, /) -> Remark | None:
        """See `heapnb.analysis.diagnosis.detectors.remarks.remark.Remark`."""
        graph = evidence.graph
        states = graph.detachedness
        if states is None or kind == DetachedDom.kind:
            return None
        held = evidence.held
        is_native = graph.node_type[held] == graph.node_type_index(_NATIVE)
        detached = held[is_native & (states[held] == vocab.DETACHEDNESS_DETACHED)]
        elements = _elements(evidence, detached)
        if not len(elements):
            return None
        roots = _roots(evidence, elements)
        n_members = max(int(evidence.accumulation.count[-1]), 1)
        if len(roots) < max(LEAST_TREES, MOST_OF_THEM * min(n_members, LEAST_TREES)):
            return None
        count = Counter(
            graph.class_name(node).removeprefix(vocab.DETACHED_PREFIX) for node in roots.tolist()
        )
        return DetachedTreesRemark(
            tuple(name for name, _ in count.most_common(_MOST_NAMED)),
            len(roots),
            len(elements),
            bool(MOST_OF_THEM * n_members <= len(roots)) and not evidence.accumulation.is_content,
            _label(evidence, roots),
        )


def _elements(evidence: Evidence, nodes: IntArray) -> IntArray:
    """Leave Blink's own objects out, and what Node marks as detached."""
    found: IntArray = nodes[are_of_dom(evidence.graph, nodes)]
    return found


def _roots(evidence: Evidence, elements: IntArray) -> IntArray:
    """List the elements that no other one of them holds."""
    tree = evidence.tree
    is_element = np.zeros(evidence.graph.n_nodes, np.bool_)
    is_element[elements] = True
    above = tree.parent[elements].astype(np.int64)
    is_root = np.ones(len(elements), np.bool_)
    for _ in range(_MOST_ABOVE):
        is_there = above != vocab.NO_ORDINAL
        is_root[is_there] &= ~is_element[above[is_there]]
        # Between two elements there may be wrappers and lists of Blink's.
        is_open = is_there & is_root & _is_native(evidence, above)
        if not is_open.any():
            break
        above = np.where(is_open, tree.parent[np.where(is_open, above, 0)], vocab.NO_ORDINAL)
    roots: IntArray = elements[is_root]
    return roots


def _is_native(evidence: Evidence, nodes: IntArray) -> IntArray:
    graph = evidence.graph
    known = np.where(nodes == vocab.NO_ORDINAL, 0, nodes)
    result: IntArray = graph.node_type[known] == graph.node_type_index(_NATIVE)
    return result


def _label(evidence: Evidence, roots: IntArray) -> str:
    """Return the name by which the example, or something below it, refers to its tree."""
    graph, tree = evidence.graph, evidence.tree
    example, wanted = evidence.accumulation.example, set(roots.tolist())
    for node in (example, *evidence.below(example, most=256)):
        if node in wanted:
            edge = int(tree.parent_edge[node])
            kind = graph.edge_type_names[int(graph.edge_type[edge])]
            return graph.edge_label(edge) if kind in {"property", "context"} else ""
    return ""


__all__ = ["DetachedTrees", "DetachedTreesRemark"]
