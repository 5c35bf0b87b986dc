"""Detached DOM trees: what was removed from the document, and what still holds it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from heapnb import vocab
from heapnb._typing import IntArray
from heapnb.analysis.retention.paths import preferred_path
from heapnb.analysis.retention.retaining_path import RetainingPath
from heapnb.analysis.retention.retaining_tree import RetainingTree, retaining_tree
from heapnb.decode.components import component_of
from heapnb.decode.dom_trees import detached_dom_trees
from heapnb.decode.links import class_names_of, has_type, ids_of, names_of, unbound
from heapnb.decode.native_listeners import (
    callback_of,
    called,
    events_of_lists,
    is_of_page,
    native_listeners,
)
from heapnb.decode.page_records import record_named
from heapnb.frames import masked, signed, texts
from heapnb.graph import HeapGraph
from heapnb.graph.block_scopes import variable_or_edge
from heapnb.graph.group_sizes import retained_by_group
from heapnb.graph.locations import location_of, short_script
from heapnb.graph.references import attached

if TYPE_CHECKING:
    import pandas as pd

VARIABLE: Final = "variable"
PROPERTY: Final = "property"
CLOSURE: Final = "closure"
CONSOLE: Final = "console"
BROWSER: Final = "browser"
NOTHING: Final = "nothing"

_MOST_ABOVE: Final = 64
"""References between a tree and what holds it that are followed."""

_MOST_DESCRIBED: Final = 2_000
"""Groups of trees, the largest first, of which the holder is described."""

_MOST_SHOWN: Final = 4


@dataclass(frozen=True)
class _Holder:
    """What holds the trees of a group."""

    kind: str
    held_by: str
    variable: str = ""
    holder: int = vocab.NO_INDEX


@dataclass(frozen=True)
class _Step:
    """An object above a tree, and the edge that leads from it towards the tree."""

    node: int
    edge_type: str
    label: str

    @property
    def is_named(self) -> bool:
        return self.edge_type in {"property", "context"} and self.label not in {
            "__proto__",
            "constructor",
        }


def detached(graph: HeapGraph) -> pd.DataFrame:
    """List the detached DOM trees with what holds each; what retains most comes first.

    Parameters
    ----------
    graph : HeapGraph
        A heap, usually of a browser; Node.js marks native objects of its own.

    Returns
    -------
    pandas.DataFrame
        One row for each tree: ``node_id``, ``class_name`` and ``name`` of its topmost node,
        ``component`` that rendered it, where the heap says so; ``kind`` of what holds it
        (``"variable"``, ``"property"``, ``"closure"``, ``"listener"``, ``"timer"``,
        ``"observer"``, ``"connection"``, ``"database"``, ``"console"``, ``"browser"``),
        ``held_by``: the references that lead to it, from the holder on; ``variable`` and class
        of the ``holder``; ``dom_nodes`` of the tree, ``shallow_size`` of them and
        ``retained_size`` in bytes, each byte once for a tree; ``distance``. Empty where the file
        does not say what is detached.

    Examples
    --------
    >>> from heapnb.testing import SnapshotBuilder
    >>> builder = SnapshotBuilder.from_edges("root>list list.last>div")
    >>> _ = builder.node("div", type="native", name="HTMLDivElement", detachedness=2)
    >>> detached(builder.graph())[["name", "kind", "held_by"]].values.tolist()
    [['Detached HTMLDivElement', 'property', 'last']]
    """
    import pandas as pd

    top, dom_nodes, member, tree_of = _trees(graph)
    tree = retaining_tree(graph)
    held = _held_nodes(graph, tree, member, tree_of, len(top))
    group, shared = _groups(graph, tree, top, held)
    retained = _retained(graph, member, tree_of, len(top))
    order = np.argsort(-retained, kind="stable")
    _, first, which = np.unique(group[order], return_index=True, return_inverse=True)
    holders, components = _described(graph, top[order], held[order], shared[order], first)
    columns: dict[str, Any] = {
        "node_id": ids_of(graph, top[order]),
        "class_name": class_names_of(graph, top[order]),
        "name": names_of(graph, top[order]),
        "component": _taken(components, which),
        "kind": _taken([holder.kind for holder in holders], which),
        "held_by": _taken([holder.held_by for holder in holders], which),
        "variable": _taken([holder.variable for holder in holders], which),
        "holder": class_names_of(
            graph, np.array([holder.holder for holder in holders], np.int64)[which]
        ),
        "dom_nodes": dom_nodes[order],
        "shallow_size": _summed(graph, member, tree_of, len(top))[order],
        "retained_size": retained[order],
        "distance": masked(graph.distance[top[order]], graph.distance[top[order]] < 0),
    }
    return pd.DataFrame(columns)


def _trees(graph: HeapGraph) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """List the trees: topmost node, number of nodes; and all nodes with the tree of each."""
    trees = detached_dom_trees(graph)
    states = graph.detachedness
    others = np.empty(0, np.int64)
    if states is not None:
        is_detached = states == vocab.DETACHEDNESS_DETACHED
        # Parts of a tree that are not of the DOM, such as its styles, belong to their owner.
        is_own = is_detached & ~is_detached[graph.dominator]
        others = np.setdiff1d(np.flatnonzero(is_own), trees.node)
        distinct, which = np.unique(graph.node_name[others], return_inverse=True)
        shown = np.array([is_of_page(graph.string(one)) for one in distinct.tolist()], np.bool_)
        others = others[shown[which]] if len(others) else others
    member = np.append(trees.node, others)
    top, tree_of, count = np.unique(
        np.append(trees.top, others), return_inverse=True, return_counts=True
    )
    return top, count, member, tree_of


def _summed(graph: HeapGraph, member: IntArray, tree_of: IntArray, n_trees: int) -> IntArray:
    return np.bincount(tree_of, graph.shallow_size[member], n_trees).astype(np.int64)


def _retained(graph: HeapGraph, member: IntArray, tree_of: IntArray, n_trees: int) -> IntArray:
    group = np.full(graph.n_nodes, n_trees, np.uint32)
    group[member] = tree_of
    return signed(retained_by_group(graph, group, n_trees + 1)[:-1])


def _held_nodes(
    graph: HeapGraph, tree: RetainingTree, member: IntArray, tree_of: IntArray, n_trees: int
) -> IntArray:
    """Find the node of each tree through which the program reaches it."""
    place = np.full(graph.n_nodes, graph.n_nodes, np.int64)
    place[tree.order] = np.arange(len(tree.order))
    order = np.lexsort((place[member], tree_of))
    first = np.searchsorted(tree_of[order], np.arange(n_trees))
    return member[order[first]] if n_trees else np.empty(0, np.int64)


def _groups(
    graph: HeapGraph, tree: RetainingTree, top: IntArray, held: IntArray
) -> tuple[IntArray, IntArray]:
    """Number the trees by class, by what holds several of them, and by how it does.

    Returns
    -------
    group : int64[k]
        The number of each tree.
    shared : int64[k]
        The nearest object that holds several trees; -1 if there is none.
    """
    visits = np.zeros(graph.n_nodes, np.int32)
    for above, _ in _ascents(tree, held):
        np.add.at(visits, above, 1)
    shared = np.full(len(top), vocab.NO_INDEX, np.int64)
    below = np.full(len(top), vocab.NO_INDEX, np.int64)
    label = np.full(len(top), vocab.NO_INDEX, np.int64)
    before = held.copy()
    for above, row in _ascents(tree, held):
        is_new = (shared[row] < 0) & (visits[above] > 1)
        chosen = row[is_new]
        shared[chosen] = above[is_new]
        below[chosen] = graph.class_index[before[chosen]]
        edge = tree.parent_edge[before[chosen]]
        is_named = graph.edge_type[edge] == graph.edge_type_index("context")
        label[chosen] = np.where(is_named, graph.edge_name[edge].astype(np.int64), vocab.NO_INDEX)
        before[row] = above
    alone = np.where(shared < 0, held, vocab.NO_INDEX)
    key = np.stack([graph.class_index[top].astype(np.int64), shared, below, label, alone])
    _, group = np.unique(key, axis=1, return_inverse=True)
    return group.reshape(-1), shared


def _ascents(tree: RetainingTree, held: IntArray) -> list[tuple[IntArray, IntArray]]:
    """List, step by step, the objects above some nodes, each with the place of its node."""
    found = []
    row, node = np.arange(len(held)), held
    for _ in range(_MOST_ABOVE):
        above = tree.parent[node].astype(np.int64)
        is_open = (above != vocab.NO_ORDINAL) & (above != node)
        row, node = row[is_open], above[is_open]
        if not len(row):
            break
        found.append((node, row))
    return found


def _described(
    graph: HeapGraph, top: IntArray, held: IntArray, shared: IntArray, first: IntArray
) -> tuple[list[_Holder], list[str]]:
    """Describe what holds the first tree of each group, and name its component."""
    holders, components = [_Holder("", "")] * len(first), [""] * len(first)
    # Rows are sorted by size: groups that begin first are the largest.
    for group in np.argsort(first, kind="stable")[:_MOST_DESCRIBED].tolist():
        row = int(first[group])
        holders[group] = _holder_of(graph, int(held[row]), int(shared[row]))
        components[group] = component_of(graph, int(held[row])) or component_of(
            graph, int(top[row])
        )
    return holders, components


def _holder_of(graph: HeapGraph, node: int, shared: int) -> _Holder:
    """Describe what holds a node: a record of the browser, or the variable or property.

    What is below ``shared``, which holds several trees, is a part of what accumulates.
    """
    path = preferred_path(graph, node)
    if path is None:
        return _Holder(NOTHING, NOTHING)
    inner: list[str] = []
    has_closure, is_above = False, shared < 0
    for step in _steps_above(path):
        if step.label.endswith(vocab.CONSOLE_HANDLE):
            return _Holder(CONSOLE, _joined(CONSOLE, inner), CONSOLE, step.node)
        record = record_named(graph.name(step.node)) if _is_native(graph, step.node) else None
        if record is not None:
            # The function that the browser calls is named with the record.
            names = inner[:-1] if has_closure else inner
            text = _joined(_registration(graph, step.node, record.api), names)
            return _Holder(record.family, text, record.api, step.node)
        is_variable = step.edge_type == "context"
        is_own = step.node == shared and is_variable
        if step.is_named and (is_above or is_own):
            kind = VARIABLE if is_variable else PROPERTY
            text = _joined(attached(step.edge_type, step.label).removeprefix("."), inner)
            return _Holder(CLOSURE if has_closure else kind, text, step.label, step.node)
        if step.is_named:
            inner.append(attached(step.edge_type, step.label).removeprefix("."))
        elif graph.node_type[step.node] == graph.node_type_index("closure"):
            has_closure = True
            inner.append(_called(graph, step.node))
        is_above |= step.node == shared
    return _Holder(BROWSER, _joined(BROWSER, inner))


def _steps_above(path: RetainingPath) -> list[_Step]:
    """List the references that lead to the end of a path, the nearest first."""
    pairs = zip(path.steps[-2::-1], path.steps[:0:-1], strict=True)
    return [
        _Step(before.ordinal, *variable_or_edge(path.heap, int(step.edge or 0)))
        for before, step in islice(pairs, _MOST_ABOVE)
    ]


def _joined(holder: str, inner: list[str]) -> str:
    return " › ".join([holder, *inner[: _MOST_SHOWN - 1][::-1]])


def _registration(graph: HeapGraph, node: int, api: str) -> str:
    """Write a record of the browser as code of a page has it: ``window resize › onResize()``."""
    function = callback_of(graph, node)
    name = "" if function is None else _called(graph, function)
    found = native_listeners(graph)
    place = int(np.searchsorted(found.registration, node))
    if place < len(found.registration) and found.registration[place] == node:
        target = int(found.target[place])
        event = events_of_lists(graph, found).get(int(found.list_of_event[place]), "")
        whose = called(graph.class_name(target)) if target >= 0 else ""
        api = " ".join(part for part in (whose, event or "listener") if part)
    return " › ".join(part for part in (api, name) if part)


def _called(graph: HeapGraph, function: int) -> str:
    """Name a function, or say where it is."""
    function = int(unbound(graph, np.array([function], np.int64))[0])
    location = location_of(graph, function)
    where = f" at {short_script(location.rsplit(':', 1)[0])}" if location else ""
    return f"{graph.name(function)}()" if graph.name(function) else f"function{where}"


def _is_native(graph: HeapGraph, node: int) -> bool:
    return bool(has_type(graph, np.array([node], np.int64), "native")[0])


def _taken(values: list[str], which: IntArray) -> Any:
    known = pa.array([value or None for value in values], pa.large_string())
    return texts(known.take(pa.array(which.reshape(-1))))


__all__ = ["detached"]
