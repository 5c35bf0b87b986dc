"""What accumulated objects have in common, and others of their class do not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from heapnb import vocab
from heapnb._typing import AnyArray, BoolArray, IntArray
from heapnb.analysis.diagnosis.doubts import names_beside
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.facts import Remark
from heapnb.analysis.sampling import evenly
from heapnb.graph import HeapGraph
from heapnb.graph.edges import children_of
from heapnb.kernels.edges import follow

LEAST_LEAKED: Final = 16
"""Of fewer objects, what they share may be chance."""

LEAST_OTHERS: Final = 8
"""So many others must lack it."""

MOST_OF_OTHERS: Final = 0.1
"""If more of the others have it, too, it tells nothing."""

_MOST_OBJECTS: Final = 100_000
_MOST_PROPERTIES: Final = 40
_MOST_VALUES: Final = 64
_ODDBALLS: Final = frozenset({"undefined", "null", "true", "false"})
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z _-]{0,23}")
"""A state or a kind. Ids, names of persons and secrets have digits, or differ between objects."""


@dataclass(frozen=True)
class Difference:
    """A property in which the leaked objects differ from others.

    Parameters
    ----------
    label : str
        Its name.
    value : str
        Its value in all leaked objects; empty if they have no such property.
    count : int
        How many of the others share that.
    """

    label: str
    value: str
    count: int


@dataclass(frozen=True)
class OthersRemark(Remark):
    """What the objects have in common, and others of their class do not.

    Parameters
    ----------
    class_name : str
        The class.
    n_leaked, n_others : int
        Objects of this suspect, and others.
    difference : Difference
        What tells them apart.
    """

    class_name: str
    n_leaked: int
    n_others: int
    difference: Difference


@dataclass(frozen=True)
class ReleasedRemark(Remark):
    """What objects that are still there had in common, and those released since did not.

    Parameters
    ----------
    n_kept, n_released : int
        Objects of the previous snapshot that are still there, and that are gone.
    difference : Difference
        What tells them apart.
    """

    n_kept: int
    n_released: int
    difference: Difference


class InCommon:
    """A value that all of the objects have, and hardly any other object of their class."""

    def remark(self, evidence: Evidence, _kind: str, /) -> Remark | None:
        """See `heapnb.analysis.diagnosis.detectors.remarks.remark.Remark`."""
        accumulation, graph = evidence.accumulation, evidence.graph
        if accumulation.is_content or len(accumulation.members) < LEAST_LEAKED:
            return None
        wrapped = _Wrapped.by(graph, accumulation.example)
        leaked = wrapped.objects(graph, accumulation.members)
        if len(leaked) < LEAST_LEAKED or not _has_own_class(graph, int(leaked[0])):
            return None
        name = graph.class_name(int(leaked[0]))
        index = graph.class_index[leaked[0]]
        leaked = leaked[graph.class_index[leaked] == index]
        is_other = (graph.class_index == index) & ~evidence.is_held
        is_other[leaked] = False
        elsewhere = np.flatnonzero(is_other)
        elsewhere = elsewhere[graph.node_type[elsewhere] == graph.node_type[leaked[0]]]
        found = _difference(graph, leaked, elsewhere)
        if found is not None:
            return OthersRemark(name, len(leaked), len(elsewhere), found)
        return _against_released(evidence, wrapped)


@dataclass(frozen=True)
class _Wrapped:
    """Which objects count: the members, or for functions a variable of the scope of each."""

    variable: str | None

    @classmethod
    def by(cls, graph: HeapGraph, example: int) -> _Wrapped:
        """Choose the variable by one function."""
        if graph.node_type[example] != graph.node_type_index("closure"):
            return cls(None)
        scope = int(children_of(graph, np.array([example]), ["context"])[0])
        for edge in range(*graph.edges_of(scope)) if scope >= 0 else ():
            is_variable = graph.edge_type[edge] == graph.edge_type_index("context")
            if is_variable and _has_own_class(graph, int(graph.edge_to[edge])):
                return cls(graph.edge_label(edge))
        return cls(None)

    def objects(self, graph: HeapGraph, members: AnyArray) -> IntArray:
        """Return the objects of some members, as ordinals, at most a sample of them."""
        nodes = members.astype(np.int64)
        nodes = nodes[evenly(len(nodes), _MOST_OBJECTS)]
        if self.variable is None:
            return nodes
        scopes = children_of(graph, nodes, ["context"])
        found = children_of(graph, scopes, [self.variable], edge_type="context")
        return np.unique(found[found >= 0])


def _has_own_class(graph: HeapGraph, node: int) -> bool:
    """Tell objects of a class of the program, or with fields of their own, from others."""
    if graph.node_type[node] != graph.node_type_index("object"):
        return False
    name = graph.class_name(node)
    return not name.startswith((vocab.CONTEXT_NAME, *vocab.ENGINE_CLASSES)) and name not in {
        vocab.CLASS_OBJECT,
        "Array",
        "Map",
        "Set",
        "Promise",
    }


def _against_released(evidence: Evidence, wrapped: _Wrapped) -> Remark | None:
    """Compare what stayed with what was released in the last interval, in the snapshot before."""
    if evidence.released is None or evidence.released[0] < LEAST_OTHERS:
        return None
    graph = evidence.series.previous
    if graph is None:
        return None
    before = evidence.accumulation.earlier[-1].astype(np.int64)
    stays = evidence.series.snapshots[-1].ids.contains(graph.node_id[before])
    stayed = wrapped.objects(graph, before[stays])
    released = wrapped.objects(graph, before[~stays])
    found = _difference(graph, stayed, released)
    if found is None:
        return None
    return ReleasedRemark(len(stayed), len(released), found)


def _difference(graph: HeapGraph, leaked: IntArray, others: IntArray) -> Difference | None:
    """Find the property that tells the leaked objects best from the others."""
    if len(leaked) < LEAST_LEAKED or len(others) < LEAST_OTHERS:
        return None
    others = others[evenly(len(others), _MOST_OBJECTS)]
    found = [*_values(graph, leaked, others), *_missing(graph, leaked, others)]
    telling = [one for one in found if one.count <= MOST_OF_OTHERS * len(others)]
    return min(telling, key=lambda one: one.count, default=None)


def _values(graph: HeapGraph, leaked: IntArray, others: IntArray) -> Iterator[Difference]:
    """List the values that all leaked objects share."""
    for edge in _properties(graph, int(leaked[0])):
        value = _value(graph, int(graph.edge_to[edge]))
        if value and _has_value(graph, _children(graph, leaked, edge), value).all():
            theirs = _children(graph, others, edge)
            count = int(_has_value(graph, theirs, value).sum())
            yield Difference(graph.edge_label(edge), value, count)


def _missing(graph: HeapGraph, leaked: IntArray, others: IntArray) -> Iterator[Difference]:
    """List the fields that no leaked object has.

    No edge leads to a small number, so V8's description of the object has to lack the field, too.
    """
    ends = (int(leaked[0]), int(leaked[len(leaked) // 2]), int(leaked[-1]))
    names = [names_beside(graph, node) for node in ends]
    for edge in _properties(graph, int(others[0])):
        label = graph.edge_label(edge)
        if not all(own and label not in own for own in names):
            continue
        if (_children(graph, leaked, edge) < 0).all():
            yield Difference(label, "", int((_children(graph, others, edge) < 0).sum()))


def _properties(graph: HeapGraph, node: int) -> list[int]:
    """List the edges of an object's properties, up to a limit."""
    edges = np.arange(*graph.edges_of(node))
    edges = edges[graph.edge_type[edges] == graph.edge_type_index("property")]
    labels = [(edge, graph.edge_label(edge)) for edge in edges[:_MOST_PROPERTIES].tolist()]
    return [edge for edge, label in labels if label != "__proto__" and "<symbol" not in label]


def _children(graph: HeapGraph, nodes: IntArray, edge: int) -> IntArray:
    """Follow the property that an edge stands for, for many nodes; -1 where there is none."""
    # By the number of the name: looking its text up among all strings takes far longer.
    is_name = np.zeros(len(graph.strings), np.bool_)
    is_name[graph.edge_name[edge]] = True
    targets = np.empty(len(nodes), np.int64)
    follow(
        graph.first_edge,
        graph.edge_type,
        graph.edge_name,
        graph.edge_to,
        int(graph.edge_type[edge]),
        is_name,
        nodes,
        targets,
    )
    return targets


def _has_value(graph: HeapGraph, nodes: IntArray, value: str) -> BoolArray:
    """Tell which nodes have a value; of too many different nodes, none."""
    distinct, which = np.unique(nodes, return_inverse=True)
    if len(distinct) > _MOST_VALUES:
        return np.zeros(len(nodes), np.bool_)
    has = np.array([_value(graph, node) == value for node in distinct.tolist()], np.bool_)
    return has[which]


def _value(graph: HeapGraph, node: int) -> str:
    """Write a short text or an oddball; empty for anything else."""
    if node < 0:
        return ""
    name = graph.name(node)
    if graph.node_type[node] == graph.node_type_index("string"):
        return f'"{name}"' if _WORD.fullmatch(name) else ""
    if name == vocab.ODDBALL_NAME:
        names = [graph.name(int(graph.edge_to[edge])) for edge in range(*graph.edges_of(node))]
        name = next((text for text in names if text in _ODDBALLS), name)
    is_hidden = graph.node_type[node] == graph.node_type_index("hidden")
    return name if is_hidden and name in _ODDBALLS else ""
