"""What a runtime keeps by itself, but never more of than a bound.

``runtime_bounds.toml`` beside this module is the list, with the version and the source of each. The
bound itself is a number, which a snapshot lacks: so it is the default of the runtime that counts.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np

from heapnb._typing import IntArray
from heapnb.analysis.diagnosis.doubts import names_beside
from heapnb.analysis.diagnosis.evidence import Evidence
from heapnb.graph import HeapGraph
from heapnb.graph.derivation import derived
from heapnb.graph.edges import children_of, is_string

ANY: Final = "*"
"""Stands for every property in a path."""

LISTED: Final = 0.9
"""So many of the accumulated objects must be in the runtime's lists; the others are in use.

Bench: not measured yet.
"""

MOST_LISTS: Final = 0.5
"""Lists by their members, from which on the number of lists grows, which nothing bounds.

Bench: not measured yet.
"""

_FILE: Final = "runtime_bounds.toml"


@dataclass(frozen=True)
class RuntimeBound:
    """A list of a runtime that has a bound.

    Parameters
    ----------
    id : str
        Unique name.
    runtime : str
        ``"node"`` or ``"chromium"``.
    versions : str
        The versions with the bound, in npm's notation.
    what : str
        What is in the list, in Markdown.
    classes, owners : tuple of str
        Patterns, as `fnmatch` reads them, for the class of what is in it and of what has it.
    paths : tuple of tuple of str
        The names that lead from the owner to the list.
    limit : int
        The most that one list holds, unless the program sets another limit.
    source : str
        Address of the source code or of the change that says so.
    limited_by : str
        A name beside the first one of a path; empty if the bound cannot be told by one.
    """

    id: str
    runtime: str
    versions: str
    what: str
    classes: tuple[str, ...]
    owners: tuple[str, ...]
    paths: tuple[tuple[str, ...], ...]
    limit: int
    source: str
    limited_by: str = ""


@cache
def runtime_bounds() -> tuple[RuntimeBound, ...]:
    """Read the list of bounds.

    Returns
    -------
    tuple of RuntimeBound
    """
    text = (files("heapnb.analysis.diagnosis") / _FILE).read_text(encoding="utf-8")
    return tuple(
        RuntimeBound(
            entry["id"],
            entry["runtime"],
            entry["versions"],
            entry["what"],
            tuple(entry["class"]),
            tuple(entry["owner"]),
            tuple(tuple(path) for path in entry["path"]),
            entry["limit"],
            entry["source"],
            entry.get("limited_by", ""),
        )
        for entry in tomllib.loads(text)["bound"]
    )


def bound_of(evidence: Evidence) -> RuntimeBound | None:
    """Find the bound that an accumulation has not reached.

    Parameters
    ----------
    evidence : Evidence
        An accumulation that grew.

    Returns
    -------
    RuntimeBound or None
        None for what is not in a list of the runtime, exceeds the bound of that list, or is in
        ever more lists.
    """
    accumulation = evidence.accumulation
    if accumulation.is_content:
        return None
    for bound in runtime_bounds():
        if not _matches(evidence.class_name, bound.classes):
            continue
        sizes = _members_in(evidence, _lists(evidence.graph, bound))
        n_listed = int(sizes.sum())
        is_listed = n_listed >= max(1, LISTED * len(accumulation.members))
        if is_listed and len(sizes) <= max(1, MOST_LISTS * n_listed) and sizes.max() <= bound.limit:
            return bound
    return None


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _lists(graph: HeapGraph, bound: RuntimeBound) -> IntArray:
    """Find the lists that a bound is about, as ordinals."""
    known = _known_lists(graph)
    if bound.id not in known:
        known[bound.id] = np.unique(np.concatenate([_at(graph, p, bound) for p in bound.paths]))
    return known[bound.id]


@derived(keep=False)
def _known_lists(graph: HeapGraph) -> dict[str, IntArray]:  # noqa: ARG001  filled by its user
    """The lists of the bounds that were asked for so far."""
    return {}


def _at(graph: HeapGraph, path: tuple[str, ...], bound: RuntimeBound) -> IntArray:
    """Follow one path from every owner that has the bound."""
    # Only these edges have names; those of others are numbers.
    types = [graph.edge_type_index(name) for name in ("property", "context")]
    edges = np.flatnonzero(np.isin(graph.edge_type, types))
    edges = edges[is_string(graph, path[:1])[graph.edge_name[edges]]]
    is_right = [_has_it(graph, owner, bound) for owner in graph.edge_from(edges).tolist()]
    nodes = graph.edge_to[edges[np.array(is_right, np.bool_)]].astype(np.int64)
    for name in path[1:]:
        nodes = _properties(graph, nodes, name)
    return nodes


def _has_it(graph: HeapGraph, owner: int, bound: RuntimeBound) -> bool:
    """Tell whether an object is one of the runtime's that has such a list."""
    if not _matches(graph.class_name(owner), bound.owners):
        return False
    return not bound.limited_by or bound.limited_by in names_beside(graph, owner)


def _properties(graph: HeapGraph, nodes: IntArray, name: str) -> IntArray:
    """Follow a property of some objects, or all of them."""
    if name != ANY:
        targets = children_of(graph, nodes, [name], edge_type="property")
        return targets[targets >= 0]
    is_property = graph.edge_type_index("property")
    found = [
        graph.edge_to[start:stop][graph.edge_type[start:stop] == is_property]
        for start, stop in map(graph.edges_of, nodes.tolist())
    ]
    return np.concatenate(found).astype(np.int64) if found else nodes


def _members_in(evidence: Evidence, lists: IntArray) -> IntArray:
    """Count the members in each list; lists without any are left out."""
    graph, members = evidence.graph, evidence.accumulation.members
    is_member = np.zeros(graph.n_nodes, np.bool_)
    is_member[members] = True
    # The entry of a text that V8 has copied is the rope, which leads to the text.
    tree = evidence.tree
    parent = tree.parent[members]
    parent = np.where(tree.is_storage[parent], tree.parent[parent], parent)
    entries = [graph.edge_type_index(name) for name in ("element", "property")]
    sizes = []
    for node in lists.tolist():
        start, stop = graph.edges_of(node)
        targets = graph.edge_to[start:stop][np.isin(graph.edge_type[start:stop], entries)]
        is_in = is_member[targets]
        sizes.append(len(np.union1d(targets[is_in], members[parent == node])))
    return np.array([size for size in sizes if size], np.int64)


__all__ = ["RuntimeBound", "bound_of", "runtime_bounds"]
