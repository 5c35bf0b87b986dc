"""References as a program writes them, found from the edges of a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow.compute as pc

from heapnb import vocab
from heapnb.analysis.retention.reachability import reachability
from heapnb.analysis.retention.retaining_tree import RetainingTree, retaining_tree
from heapnb.format.arrow import to_text
from heapnb.graph import HeapGraph
from heapnb.graph.references import (
    ENTRY,
    LONGEST_NAME,
    SET_ENTRY,
    attached,
    is_identifier,
    reference_of,
    spelled,
)
from heapnb.kernels import cuts
from heapnb.kernels import reachability as kernels
from heapnb.literals import cut

_DEEPEST_STORAGE: Final = 3
_MOST_HOLDERS: Final = 64
_MOST_PARTS: Final = 6
_ON_THE_WAY: Final = ("property", "element", "entry")
_EXPORTS: Final = "exports"
_KNOWN_OBJECTS: Final = {"process": "process", "Module": "module"}
"""Classes of which every program knows the one object."""

_TABLE: Final = "table"
"""How a Map or Set calls its entries."""

_REGISTERS: Final = "parameters_and_registers"
"""How a suspended function calls its local variables."""

_LONGEST_EXPRESSION: Final = 80


@dataclass(frozen=True)
class Reference:
    """What a program writes as one: a property, a variable, an element, an entry.

    Parameters
    ----------
    holder, target : int
        Node ordinals.
    name : str
        How the holder calls the target: a name, an index, the key of a Map's entry; empty where
        there is none.
    kind : str
        ``"property"``, ``"variable"``, ``"element"``, ``"entry"``, ``"local"``; ``"engine"`` for
        what no program writes.
    edges : tuple of int
        Edge ordinals: what the program sees, and its copies in backing stores.
    text : str
        How it is written behind its holder: ``.cache``, ``["a b"]``, ``[12]``.
    """

    holder: int
    target: int
    name: str
    kind: str
    edges: tuple[int, ...]
    text: str


class References:
    """Maps edges of the file to references of the program.

    Parameters
    ----------
    graph : HeapGraph
        The heap.
    """

    def __init__(self, graph: HeapGraph) -> None:
        self.graph = graph
        self._reachability = reachability(graph)
        self._heap = self._reachability.columns

    @property
    def tree(self) -> RetainingTree:
        """A way to everything."""
        return retaining_tree(self.graph)

    def of_edge(self, edge: int) -> Reference:
        """Find the reference that an edge is part of.

        Parameters
        ----------
        edge : int
            Edge ordinal.

        Returns
        -------
        Reference
        """
        graph = self.graph
        source = int(graph.edge_from([edge])[0])
        target = int(graph.edge_to[edge])
        if self._heap.kind[source] != kernels.STORAGE:
            return self._named(source, target, [edge])
        holder = self._owner(source)
        names = [other for other, _ in self._retainers(target, holder) if self._is_name(other)]
        if names:
            return self._named(holder, target, names)
        name, kind = self._name_of_slot(edge, source)
        return Reference(holder, target, name, kind, (edge,), self._text(holder, kind, [name]))

    def named(self, node: int, name: str) -> list[Reference]:
        """Find what a node refers to by some name.

        Parameters
        ----------
        node : int
            Ordinal.
        name : str
            A name, or an index in decimal.

        Returns
        -------
        list of Reference
            One for each target.
        """
        graph = self.graph
        edges = [
            edge
            for edge in _edges_called(graph, node, name)
            if self._reachability.role[edge] != kernels.IGNORED
        ]
        by_target: dict[int, list[int]] = {}
        for edge in edges:
            by_target.setdefault(int(graph.edge_to[edge]), []).append(edge)
        return [self._named(node, target, found) for target, found in by_target.items()]

    def expression(self, reference: Reference) -> str:
        """Write a reference as a program would: ``inventory._events.error``.

        Parameters
        ----------
        reference : Reference
            What to write.

        Returns
        -------
        str
        """
        graph, tree = self.graph, self.tree
        parts = [reference.text]
        node, kind = reference.holder, reference.kind
        while kind in _ON_THE_WAY and len(parts) < _MOST_PARTS:
            above = int(tree.parent[node])
            if above in (vocab.NO_ORDINAL, node, graph.root):
                break
            step = self.of_edge(int(tree.parent_edge[node]))
            class_name = graph.class_name(node)
            if class_name in _KNOWN_OBJECTS:
                parts.append(_KNOWN_OBJECTS[class_name])
            elif step.name == _EXPORTS and len(parts) == 1:
                parts.append(_EXPORTS)
            elif step.kind in (*_ON_THE_WAY, "variable") and step.name != _EXPORTS:
                parts.append(step.text)
                node, kind = step.holder, step.kind
                continue
            elif len(parts) == 1 and is_identifier(class_name):
                # Nothing that the program wrote leads to the holder.
                parts.append(class_name)
            break
        if parts[-1].startswith(" "):
            # An entry of a WeakMap: nothing that the program wrote leads to its key.
            parts.append(graph.class_name(node))
        return cut("".join(reversed(parts)).removeprefix("."), _LONGEST_EXPRESSION)

    def _named(self, holder: int, target: int, edges: Sequence[int]) -> Reference:
        graph = self.graph
        labels = dict.fromkeys(graph.edge_label(edge) for edge in edges)
        types = {graph.edge_type_names[int(graph.edge_type[edge])] for edge in edges}
        kind = (
            "variable"
            if "context" in types
            else "property"
            if "property" in types
            else "element"
            if "element" in types
            else "engine"
        )
        name, text = " and ".join(labels), self._text(holder, kind, list(labels))
        from_key = [e for e in edges if self._reachability.role[e] == kernels.FROM_KEY]
        if from_key:
            written_kind, name = reference_of(graph, from_key[0])
            text, kind = self._text(holder, written_kind, [name]), "entry"
        scratch = np.empty(_MOST_HOLDERS, np.int64)
        copies = [
            edge
            for edge, source in self._retainers(target)
            if self._heap.kind[source] == kernels.STORAGE
            and cuts.belongs_to(self._heap, source, holder, scratch)
        ]
        return Reference(holder, target, name, kind, tuple(dict.fromkeys([*edges, *copies])), text)

    def _text(self, holder: int, kind: str, names: Sequence[str]) -> str:
        """Write a reference behind its holder; of several names the first one joins it."""
        if kind == ENTRY and self.graph.name(holder) == "Set":
            kind = SET_ENTRY
        first = attached(kind, names[0], LONGEST_NAME)
        text = f" {first}" if first.startswith("(") else first
        return " and ".join([text, *(spelled(kind, name, LONGEST_NAME) for name in names[1:])])

    def _retainers(self, node: int, holder: int | None = None) -> list[tuple[int, int]]:
        """List the edges by which stores, or one holder, hold a node, and what they leave."""
        edges = self.graph.retaining_edges_of(node).astype(np.int64)
        edges = edges[self._reachability.role[edges] != kernels.IGNORED]
        sources = self.graph.edge_from(edges)
        if holder is None:
            kinds = self._heap.kind[sources]
            is_wanted = (kinds == kernels.STORAGE) | (self._heap.kind[node] == kernels.STORAGE)
        else:
            is_wanted = sources == holder
        edges, sources = edges[is_wanted][:_MOST_HOLDERS], sources[is_wanted][:_MOST_HOLDERS]
        return list(zip(edges.tolist(), sources.tolist(), strict=True))

    def _is_name(self, edge: int) -> bool:
        return bool(self._heap.is_name_type[self.graph.edge_type[edge]])

    def _owner(self, storage: int) -> int:
        """Find what a backing store belongs to."""
        level = [storage]
        for _ in range(_DEEPEST_STORAGE):
            above = [source for node in level for _, source in self._retainers(node)]
            owners = [node for node in above if self._heap.kind[node] == kernels.PROGRAM]
            if owners:
                return owners[0]
            level = [node for node in above if self._heap.kind[node] == kernels.STORAGE]
        return storage

    def _name_of_slot(self, edge: int, storage: int) -> tuple[str, str]:
        """Name what only a backing store refers to."""
        graph = self.graph
        if self.tree.is_cell[storage]:
            # A variable that has a cell of its own is called as the cell.
            for other, source in self._retainers(storage):
                if self._is_name(other) and self._heap.kind[source] == kernels.PROGRAM:
                    kind = graph.edge_type_names[int(graph.edge_type[other])]
                    return graph.edge_label(other), "variable" if kind == "context" else kind
            return "variable", "variable"
        labels = {graph.edge_label(other) for other, _ in self._retainers(storage)}
        if _TABLE in labels:
            return self._key_of(edge, storage), "entry"
        if _REGISTERS in labels:
            return "local variable", "local"
        return graph.edge_label(edge), "element"

    def _key_of(self, edge: int, table: int) -> str:
        """Return the key of a Map's entry; empty if it is not a string, and for a Set."""
        graph = self.graph
        slot = graph.edge_label(edge)
        if not slot.isdecimal():
            return ""
        for key in _edges_called(graph, table, str(int(slot) - 1)):
            target = int(graph.edge_to[key])
            if self._heap.kind[target] == kernels.VALUE:
                return graph.display_name(target)
        return ""


def _edges_called(graph: HeapGraph, node: int, name: str) -> Iterable[int]:
    """Find a node's edges that have some name, or index."""
    start, stop = graph.edges_of(node)
    types = graph.edge_type[start:stop]
    names = graph.edge_name[start:stop]
    is_indexed = graph.is_indexed_edge_type[types]
    text = pc.index(graph.strings, to_text(name)).as_py()
    matches = ~is_indexed & (names == text) if text >= 0 else np.zeros(len(names), np.bool_)
    if name.isdecimal():
        matches |= is_indexed & (names == int(name))
    edges: list[int] = (start + np.flatnonzero(matches)).tolist()
    return edges


__all__ = ["Reference", "References"]
