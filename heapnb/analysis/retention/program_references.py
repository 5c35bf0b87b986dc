"""References as a program writes them, found from the edges of a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heapnb import vocab
from heapnb.analysis.diagnosis.evidence import clipped
from heapnb.analysis.retention.reachability import reachability
from heapnb.analysis.retention.retaining_tree import RetainingTree, retaining_tree
from heapnb.graph import HeapGraph
from heapnb.kernels import cuts
from heapnb.kernels import reachability as kernels

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

_SYMBOL: Final = re.compile(r"<symbol (.*)>", re.DOTALL)
_IDENTIFIER: Final = re.compile(r"#?[A-Za-z_$][\w$]*")


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
    """

    holder: int
    target: int
    name: str
    kind: str
    edges: tuple[int, ...]


class References:
    """Turns edges of the file into references of the program.

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
        return Reference(holder, target, name, kind, (edge,))

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
        parts = [_part(reference.name, reference.kind)]
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
                parts.append(_part(step.name, step.kind))
                node, kind = step.holder, step.kind
                continue
            elif len(parts) == 1 and _IDENTIFIER.fullmatch(class_name):
                # Nothing that the program wrote leads to the holder.
                parts.append(class_name)
            break
        return clipped("".join(reversed(parts)).removeprefix("."))

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
        name = " and ".join(labels)
        if any(self._reachability.role[edge] == kernels.FROM_KEY for edge in edges):
            name, kind = "", "entry"
        scratch = np.empty(_MOST_HOLDERS, np.int64)
        copies = [
            edge
            for edge, source in self._retainers(target)
            if self._heap.kind[source] == kernels.STORAGE
            and cuts.belongs_to(self._heap, source, holder, scratch)
        ]
        return Reference(holder, target, name, kind, tuple(dict.fromkeys([*edges, *copies])))

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
        """Return the key of a Map's entry; empty where it is no string, and for a Set."""
        graph = self.graph
        slot = graph.edge_label(edge)
        if not slot.isdecimal():
            return ""
        for key in _edges_called(graph, table, str(int(slot) - 1)):
            target = int(graph.edge_to[key])
            if self._heap.kind[target] == kernels.VALUE:
                return clipped(graph.display_name(target))
        return ""


def _edges_called(graph: HeapGraph, node: int, name: str) -> Iterable[int]:
    """Find a node's edges that have some name, or index."""
    start, stop = graph.edges_of(node)
    types = graph.edge_type[start:stop]
    names = graph.edge_name[start:stop]
    is_indexed = graph.is_indexed_edge_type[types]
    text = pc.index(graph.strings, pa.scalar(name, graph.strings.type)).as_py()
    matches = ~is_indexed & (names == text) if text >= 0 else np.zeros(len(names), np.bool_)
    if name.isdecimal():
        matches |= is_indexed & (names == int(name))
    edges: list[int] = (start + np.flatnonzero(matches)).tolist()
    return edges


def _part(name: str, kind: str) -> str:
    """Write one step of an expression."""
    name = clipped(name)
    symbol = _SYMBOL.fullmatch(name)
    if kind == "entry":
        return f".get({name!r})" if name else " entry"
    if kind == "element" or name.isdecimal():
        return f"[{name}]"
    if symbol:
        return f"[Symbol({symbol[1]})]"
    if kind == "local":
        return f" {name}"
    if kind == "variable" or all(_IDENTIFIER.fullmatch(word) for word in name.split(" and ")):
        return f".{name}"
    return f"[{name!r}]"


__all__ = ["Reference", "References"]
