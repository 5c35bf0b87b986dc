"""What grows only because a suspect does, in another place of the heap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from heapnb import vocab
from heapnb._typing import BoolArray, IntArray
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.analysis.diagnosis.names import Anchor
from heapnb.analysis.diagnosis.registrations import registered_object, registration_above
from heapnb.analysis.retention.weak_tables import are_entries, are_from_table
from heapnb.graph import HeapGraph

MOST_OF_THEM: Final = 0.5
"""So many of the objects must lead to those of a suspect to grow because of it."""

ALIKE: Final = 0.2
"""Two groups whose growth differs by less than this in each interval grow together."""

MOST_PER_UNIT: Final = 4
"""One unit of work adds at most so many objects of one group for each of another one."""

_MOST_SAMPLED: Final = 64
_MOST_BELOW: Final = 16
_MOST_EDGES: Final = 256
_FEWEST: Final = 2
_HIGHEST: Final = 64
_NOT_HELD: Final = -1


class Relation(Enum):
    """Why something grows with a suspect."""

    WEAK_MAP_VALUES = "weak-map-values"
    """Values of WeakMaps whose keys or tables the suspect's objects hold: released with them."""

    SAME_OBJECTS = "same-objects"
    """Another holder that leads to the same objects, and keeps them as well."""

    HELD_VALUES = "held-values"
    """Held values that are registered for the suspect's objects: released after these."""


@dataclass(frozen=True)
class Consequence:
    """Objects that grow because those of a suspect do.

    Parameters
    ----------
    class_name : str
        Their class.
    anchor : str
        The container or variable that holds them.
    count_per_snapshot : tuple of int
        How many there are in each snapshot.
    size_delta : int
        Bytes by which they grew, with all that they hold.
    relation : {"weak-map-values", "same-objects", "held-values"}
        Why they grow with it: they are values of the WeakMaps of the objects, their holder leads
        to the same objects, or they are registered for them in a FinalizationRegistry.
    title : str
        What to call the objects where the class says little, as for a suspect.
    """

    class_name: str
    anchor: str
    count_per_snapshot: tuple[int, ...]
    size_delta: int
    relation: str
    title: str = ""

    @classmethod
    def of(cls, evidence: Evidence, relation: Relation, anchor: Anchor) -> Consequence:
        """Describe an accumulation that is not a suspect of its own."""
        return cls(
            evidence.class_name,
            anchor.text,
            evidence.counts,
            evidence.accumulation.size_delta,
            relation.value,
            evidence.title,
        )


@dataclass(frozen=True)
class Because:
    """Which accumulation another one grows with, as its place in a sequence, and why."""

    place: int
    relation: Relation


def causes_of_growth(growing: Sequence[Evidence]) -> list[Because | None]:
    """Tell which accumulations grow only because another one does.

    Parameters
    ----------
    growing : sequence of Evidence
        Those of the suspects, the strongest first.

    Returns
    -------
    list of Because or None
        None for a suspect of its own.

    Notes
    -----
    A WeakMap and a key retain a value together. The retaining tree has the value below the key. If
    one long-lived object is a key of more and more WeakMaps, it is these that accumulate. Of
    several holders that lead to the same objects, the strongest suspect stays.
    """
    if len(growing) <= 1:
        return [None] * len(growing)
    holders = _Holders(growing)
    directly = [
        _because(holders, place, _ends_of_entries(evidence), Relation.WEAK_MAP_VALUES)
        or _because(holders, place, _registered(evidence), Relation.HELD_VALUES)
        for place, evidence in enumerate(growing)
    ]
    # What grows because of a suspect leads to its objects, too.
    found = [
        because
        or _same_objects(
            holders,
            growing,
            place,
            [other for other in range(place) if not _is_due_to(directly[other], place)],
        )
        for place, because in enumerate(directly)
    ]
    return [_outermost(found, place) for place in range(len(found))]


def _is_due_to(because: Because | None, place: int) -> bool:
    """Tell whether something grows because of the suspect at a place."""
    return because is not None and because.place == place


def _outermost(found: Sequence[Because | None], place: int) -> Because | None:
    """Follow causes that have causes; of those that explain each other the strongest stays."""
    because, seen = found[place], [place]
    while because is not None and because.place not in seen:
        seen.append(because.place)
        because = found[because.place]
    last = seen[-1]
    if because is not None:
        last = min(seen[seen.index(because.place) :])
    own = found[place]
    return None if own is None or last == place else Because(last, own.relation)


class _Holders:
    """Which suspect's objects hold an object in the retaining tree."""

    def __init__(self, growing: Sequence[Evidence]) -> None:
        self.growing = growing
        self.graph, self.tree = growing[0].graph, growing[0].tree
        self._led_to: dict[int, BoolArray] = {}
        self.n_suspects = len(growing)
        self.place = np.full(self.graph.n_nodes, _NOT_HELD, np.int16)
        for place in range(len(growing) - 1, -1, -1):
            self.place[growing[place].accumulation.members] = place

    def of(self, nodes: IntArray) -> IntArray:
        """Return for some nodes the place of the suspect, -1 where none is near."""
        above = nodes.astype(np.int64)
        place = self.place[above].astype(np.int64)
        for _ in range(_HIGHEST):
            rest = np.flatnonzero(place == _NOT_HELD)
            if len(rest) == 0:
                break
            parents = self.tree.parent[above[rest]]
            rest = rest[(parents != vocab.NO_ORDINAL) & (parents != self.graph.root)]
            above[rest] = self.tree.parent[above[rest]]
            place[rest] = self.place[above[rest]]
        return place

    def count(self, nodes: IntArray) -> IntArray:
        """Count for each suspect how many of some nodes its objects hold."""
        place = self.of(nodes)
        counts = np.zeros(self.n_suspects, np.int64)
        np.add.at(counts, place[place >= 0], 1)
        return counts

    def led_to_by(self, place: int) -> BoolArray:
        """Tell for each suspect whether that at a place leads to its objects."""
        if place not in self._led_to:
            self._led_to[place] = _led_to(self, self.growing[place])
        return self._led_to[place]


def _because(holders: _Holders, place: int, ends: IntArray, relation: Relation) -> Because | None:
    """Find the other suspect that holds most of what some members depend on."""
    if len(ends) == 0:
        return None
    count = holders.count(ends)
    count[place] = 0
    other = int(np.argmax(count))
    return Because(other, relation) if count[other] >= MOST_OF_THEM * len(ends) else None


def _ends_of_entries(evidence: Evidence) -> IntArray:
    """List the tables of the WeakMaps whose values the members are, or the keys above them.

    The key of a value that one object keeps is above the members; of values that many WeakMaps
    keep for one key, the tables are what accumulates.
    """
    graph, tree = evidence.graph, evidence.tree
    if not graph.ephemerons.n_pairs:
        return np.empty(0, np.int64)
    if not evidence.accumulation.is_content:
        sample = evidence.accumulation.some(_MOST_SAMPLED)
        edges = tree.parent_edge[sample].astype(np.int64)
        edges = edges[are_entries(graph, edges)]
        if 2 * len(edges) >= max(len(sample), 1):
            tables = graph.ordinals_of(graph.ephemerons.table_of_string[graph.edge_name[edges]])
            return np.unique(tables[tables >= 0]).astype(np.int64)
    path = evidence.path.edges
    keys: IntArray = graph.edge_from(path[are_entries(graph, path)])[-1:].astype(np.int64)
    return keys


def _registered(evidence: Evidence) -> IntArray:
    """List the objects in whose registrations the members are the held values."""
    graph = evidence.graph
    if evidence.accumulation.is_content:
        return np.empty(0, np.int64)
    sample = evidence.accumulation.some(_MOST_SAMPLED).tolist()
    cells = (registration_above(graph, evidence.tree, node) for node in sample)
    found = (None if cell is None else registered_object(graph, cell) for cell in cells)
    return np.array([node for node in found if node is not None], np.int64)


def _same_objects(
    holders: _Holders, growing: Sequence[Evidence], place: int, others: Sequence[int]
) -> Because | None:
    """Find a stronger suspect whose objects this one's lead to, each to some of its own.

    The session that two listeners see, say, or what one Map has by id and another by name.
    """
    evidence = growing[place]
    for other in others:
        if not _grow_together(evidence, growing[other]):
            continue
        if holders.led_to_by(place)[other] or holders.led_to_by(other)[place]:
            return Because(other, Relation.SAME_OBJECTS)
    return None


def _grow_together(one: Evidence, other: Evidence) -> bool:
    """Tell whether as many are added to one group as to another, or a few for each, every time."""
    if one.accumulation.is_content or other.accumulation.is_content:
        # The bytes of a list of references grow in steps.
        return True
    first, second = (evidence.accumulation.count for evidence in (one, other))
    if len(first) > 1:
        first, second = np.diff(first), np.diff(second)
    if first.sum() < second.sum():
        first, second = second, first
    per_unit = np.rint(first.sum() / max(int(second.sum()), 1))
    is_alike = np.abs(first - per_unit * second) <= ALIKE * np.maximum(first, 1)
    return bool(1 <= per_unit <= MOST_PER_UNIT and is_alike.all())


def _led_to(holders: _Holders, evidence: Evidence) -> BoolArray:
    """Tell for each suspect whether what holds some members, or most of these, lead to its objects.

    Returns ``bool[n_suspects]``.
    """
    entries = np.unique(_targets(evidence.graph, _stores(evidence)))
    count = holders.count(entries)
    if evidence.accumulation.is_content:
        return count >= MOST_OF_THEM * max(len(entries), _FEWEST)
    by_holder: BoolArray = count >= MOST_OF_THEM * max(
        int(evidence.accumulation.count[-1]), _FEWEST
    )
    sample = evidence.accumulation.some(_MOST_SAMPLED).tolist()
    distinct = [np.unique(_targets_below(evidence, node)) for node in sample]
    seen, n_seen = np.unique(np.concatenate([*distinct, entries[:0]]), return_counts=True)
    # What several of them refer to is shared, and says nothing.
    own = seen[n_seen == 1]
    place = holders.of(own)
    n_leading = np.zeros(holders.n_suspects, np.int64)
    for nodes in distinct:
        places = np.unique(place[np.isin(own, nodes)])
        n_leading[places[places >= 0]] += 1
    return by_holder | (n_leading >= MOST_OF_THEM * max(len(sample), 1))


def _targets_below(evidence: Evidence, node: int) -> IntArray:
    """List the objects to which an object, and the nearest of what it holds, refer."""
    graph, tree = evidence.graph, evidence.tree
    nodes = [node]
    for inner in nodes:
        edges = _first_edges(graph, inner)
        targets = graph.edge_to[edges]
        is_below = (tree.parent[targets] == inner) & (tree.parent_edge[targets] == edges)
        nodes += targets[is_below][: max(_MOST_BELOW - len(nodes), 0)].tolist()
    found = _targets_of(graph, np.concatenate([_first_edges(graph, inner) for inner in nodes]))
    # Several objects may have the same text or number without knowing of each other.
    primitive = [graph.node_type_index(name) for name in vocab.PRIMITIVE_TYPES]
    objects: IntArray = found[~np.isin(graph.node_type[found], primitive)]
    return objects


def _first_edges(graph: HeapGraph, node: int) -> IntArray:
    """List the edges of a node, up to a limit."""
    start, stop = graph.edges_of(node)
    return np.arange(start, min(stop, start + _MOST_EDGES))


def _stores(evidence: Evidence) -> IntArray:
    """List what has the references to the members: the holder, its table, its elements."""
    tree, accumulation = evidence.tree, evidence.accumulation
    if accumulation.is_content:
        inner = evidence.below(accumulation.example, most=_MOST_BELOW)
        stores = [node for node in inner if tree.is_storage[node]]
        return np.array([accumulation.example, *stores], np.int64)
    return np.unique(tree.parent[evidence.accumulation.some(_MOST_SAMPLED)]).astype(np.int64)


def _targets(graph: HeapGraph, nodes: IntArray) -> IntArray:
    """List what some nodes refer to, weak references left out."""
    if len(nodes) == 0:
        return np.empty(0, np.int64)
    return _targets_of(
        graph, np.concatenate([np.arange(*graph.edges_of(node)) for node in nodes.tolist()])
    )


def _targets_of(graph: HeapGraph, edges: IntArray) -> IntArray:
    """List where some edges lead, weak ones left out."""
    edges = edges[graph.edge_type[edges] != graph.edge_type_index("weak")]
    edges = edges[~are_from_table(graph, edges)]
    targets: IntArray = graph.edge_to[edges].astype(np.int64)
    return targets


__all__ = ["Because", "Consequence", "Relation", "causes_of_growth"]
