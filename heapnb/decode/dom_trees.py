"""DOM trees that are in no document any more: which detached nodes belong together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from heapnb import vocab
from heapnb.decode.links import edges_of_type, has_name, has_type, places_in
from heapnb.decode.native_listeners import DOCUMENTS, INTERNAL_PREFIX
from heapnb.graph import derived

if TYPE_CHECKING:
    from heapnb._typing import BoolArray, IntArray
    from heapnb.graph import HeapGraph

_OF_LAYOUT: Final = re.compile(
    r"blink::(?:HeapVectorBacking<blink::)?(?:Layout|Physical|Inline|Fragment|Paint|Shape|Box)"
)
_ENDS: Final = ("Element", "Text", "Fragment", "Comment", "ShadowRoot")
_SHADOW_ROOT: Final = "ShadowRoot"
_SCOPES: Final = (*DOCUMENTS, _SHADOW_ROOT)
"""What Blink calls the scope of a tree: each node refers to its own."""

_MOST_ROUNDS: Final = 64


@dataclass(frozen=True)
class DomTrees:
    """Detached nodes of the DOM, and the trees that they make up.

    Parameters
    ----------
    node : int64[k]
        The nodes, as ordinals; ascending.
    top : int64[k]
        The topmost node of the tree of each.
    """

    node: IntArray
    top: IntArray


def is_dom_name(name: str) -> bool:
    """Tell by its name whether a native node is a node of the DOM.

    Parameters
    ----------
    name : str
        As the file has it.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_dom_name("Detached <li>"), is_dom_name("Text"), is_dom_name("blink::NodeRareData")
    (True, True, False)
    """
    name = name.removeprefix(vocab.DETACHED_PREFIX)
    return name.startswith("<") or (name.endswith(_ENDS) and not name.startswith(INTERNAL_PREFIX))


def is_of_layout(name: str) -> bool:
    """Tell by its name whether a native object is a part of the browser's layout of elements.

    Parameters
    ----------
    name : str
        Of a node.

    Returns
    -------
    bool
        The browser makes such objects anew whenever the document changes, for elements that stay.
    """
    return bool(_OF_LAYOUT.match(name))


def are_of_dom(graph: HeapGraph, nodes: IntArray) -> BoolArray:
    """Tell which native nodes are nodes of the DOM; see `is_dom_name`.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : int64[k]
        Ordinals.

    Returns
    -------
    bool[k]
    """
    distinct, which = np.unique(graph.node_name[nodes], return_inverse=True)
    marked = np.array([is_dom_name(graph.string(name)) for name in distinct.tolist()], np.bool_)
    return (marked[which] if len(nodes) else np.zeros(0, np.bool_)) & has_type(
        graph, nodes, "native"
    )


@derived(keep=False)
def detached_dom_trees(graph: HeapGraph) -> DomTrees:
    """Find the detached nodes of the DOM, and the topmost node of the tree of each.

    Parameters
    ----------
    graph : HeapGraph
        The heap.

    Returns
    -------
    DomTrees
        Empty where the file does not say what is detached.
    """
    states = graph.detachedness
    none = np.empty(0, np.int64)
    if states is None:
        return DomTrees(none, none)
    nodes = np.flatnonzero(states == vocab.DETACHEDNESS_DETACHED)
    nodes = nodes[are_of_dom(graph, nodes)]
    if not len(nodes):
        return DomTrees(none, none)
    return DomTrees(nodes, nodes[_topmost(places_in(nodes, dom_parents(graph, nodes)))])


def dom_parents(graph: HeapGraph, nodes: IntArray) -> IntArray:
    """Find the parents of nodes of the DOM, and the hosts of shadow roots.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    nodes : int64[k]
        Ordinals of nodes of the DOM.

    Returns
    -------
    int64[k]
        Ordinals; -1 for nodes without a parent.

    Notes
    -----
    The edges of a DOM node have no names, but an order: Blink traces first its children, then its
    scope, which is the document or the shadow root, then its parent and its siblings. So the first
    DOM node after the scope is the parent.
    """
    row, edges = edges_of_type(graph, nodes, "element")
    target = graph.edge_to[edges].astype(np.int64)
    is_other = target != nodes[row]
    scope = np.full(len(nodes), graph.n_edges, np.int64)
    is_scope = _have_name(graph, target, _SCOPES) & is_other
    np.minimum.at(scope, row[is_scope], edges[is_scope])
    # A shadow root is its own scope, and refers to its document and to itself before.
    is_own = ~is_other & _have_name(graph, target, (_SHADOW_ROOT,))
    shadows, first = np.unique(row[is_own], return_index=True)
    scope[shadows] = edges[is_own][np.minimum(first + 1, np.count_nonzero(is_own) - 1)]
    parent = np.full(len(nodes), vocab.NO_INDEX, np.int64)
    is_above = is_other & (edges > scope[row]) & are_of_dom(graph, target)
    above, first = np.unique(row[is_above], return_index=True)
    parent[above] = target[is_above][first]
    return parent


def _have_name(graph: HeapGraph, nodes: IntArray, names: tuple[str, ...]) -> BoolArray:
    """Tell which nodes have one of some names, detached or not."""
    return has_name(graph, nodes, *names, *(f"{vocab.DETACHED_PREFIX}{name}" for name in names))


def _topmost(parent: IntArray) -> IntArray:
    """Follow parents to the end; twice as far in each round."""
    top = np.where(parent < 0, np.arange(len(parent)), parent)
    for _ in range(_MOST_ROUNDS):
        further = top[top]
        if np.array_equal(further, top):
            break
        top = further
    return top


__all__ = [
    "DomTrees",
    "are_of_dom",
    "detached_dom_trees",
    "dom_parents",
    "is_dom_name",
    "is_of_layout",
]
